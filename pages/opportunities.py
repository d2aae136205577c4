"""What can be saved, by how much, and why; what was done about it; and what isn't known."""

import streamlit as st

from app import evidence, filters, layout
from app.findings import left_out
from app.layout import Page
from app.nothing import none_here, not_collected
from app.opportunities import actions, choices, kpis, matrix, past, sandbox, table, unmeasured
from core.store import opportunities
from core.store import past as gone

PAGE = {"title": "Opportunities", "icon": ":material/savings:", "section": "Savings", "place": 1}


def main() -> None:
    """The page, from the total to each finding's evidence."""
    page = layout.opened("Opportunities", *choices.own())
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    read, as_of = page.figures.read, page.figures.as_of
    found = read(opportunities.totals, choices.to_do(page), as_of=as_of)
    judged = bool(
        read(opportunities.totals, {}, as_of=as_of).found or read(opportunities.not_measured_count, {}) or read(gone.count, {}, as_of=as_of)
    )
    with heading:
        st.title(kpis.headline(found, kpis.most(page)) if judged else "Opportunities")
        layout.freshness(page)
    if not judged:
        not_collected(
            "Nothing has been judged yet",
            "Opportunities are found in the resources of a collection from AWS; a billing export alone has none.",
        )
        unmeasured.draw(page)
        return
    left_out(page.view.filters, "Findings follow")
    if here(page):
        kpis.cards(page, found)
        choices.bar(page)
        matrix.draw(page)
        table.draw(page)
        past.draw(page)
        sandbox.draw(page)
    else:
        none_here(page.known, "Nothing was found here", "No check found anything under these filters. Lift a filter above, or start over.")
    unmeasured.draw(page)
    follow(page)


def here(page: Page) -> bool:
    """Whether anything was ever found under the filter bar's selection, in whatever state."""
    read, as_of, scope = page.figures.read, page.figures.as_of, choices.scope(page)
    return bool(read(opportunities.totals, scope, as_of=as_of).found or read(gone.count, scope, as_of=as_of))


def follow(page: Page) -> None:
    """Open the dialog of an action, or the card that the address asks for: one at a time."""
    if actions.follow(page):
        return
    ident = next(iter(page.view.chosen(choices.OPEN)), "")
    if ident:
        evidence.card(page.figures, ident, act=lambda found: actions.buttons([dict(found)], "card"), on_dismiss=choices.closed)


main()
