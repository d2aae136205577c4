"""What can be saved, by how much, and why; what was done about it; and what isn't known."""

import streamlit as st

from app import evidence, filters, layout, navigation
from app import format as fmt
from app.findings import FOLLOWED
from app.layout import Page
from app.opportunities import actions, choices, kpis, matrix, past, sandbox, table, unmeasured
from core.models import Filters
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
        nothing(page)
        return
    left_out(page.view.filters)
    if here(page):
        kpis.cards(page, found)
        choices.bar(page)
        matrix.draw(page)
        table.draw(page)
        past.draw(page)
        sandbox.draw(page)
    else:
        none_here(page)
    unmeasured.draw(page)
    follow(page)


def here(page: Page) -> bool:
    """Whether anything was ever found under the filter bar's selection, in whatever state."""
    read, as_of, scope = page.figures.read, page.figures.as_of, choices.scope(page)
    return bool(read(opportunities.totals, scope, as_of=as_of).found or read(gone.count, scope, as_of=as_of))


def nothing(page: Page) -> None:
    """Nothing was judged, or all of it was and there is nothing to save."""
    with st.container(border=True, key="nothing-judged"):
        st.subheader("Nothing has been judged yet")
        st.markdown("Opportunities are found in the resources of a collection from AWS; a billing export alone has none.")
        navigation.link("data", "Collect from AWS", ":material/arrow_forward:")
    unmeasured.draw(page)


def none_here(page: Page) -> None:
    """Other filters would show some."""
    with st.container(border=True, key="none-here"):
        st.subheader("Nothing was found here")
        st.markdown("No check found anything under these filters. Lift a filter above, or start over.")
        reset = filters.default_view(page.known.coverage)
        st.button("Reset filters", type="primary", on_click=filters.show, args=(reset,), key="reset-empty")


def left_out(shown: Filters) -> None:
    """Say which filters don't apply here."""
    ignored = sorted(key.replace("_", " ") for key in shown.selected if key not in FOLLOWED)
    if ignored:
        said = f"Findings follow the filters by account, service and region; {' and '.join(ignored)} doesn't apply to them."
        st.caption(fmt.plain(said))


def follow(page: Page) -> None:
    """Open the dialog of an action, or the card that the address asks for: one at a time."""
    if actions.follow(page):
        return
    ident = next(iter(page.view.chosen(choices.OPEN)), "")
    if ident:
        evidence.card(page.figures, ident, act=lambda found: actions.buttons([dict(found)], "card"), on_dismiss=choices.closed)


main()
