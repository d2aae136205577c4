"""What the opportunities page lets one choose beside the filter bar, all of it in the address, and the selection that comes of it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app import filters
from app.findings import followed
from app.layout import Page
from app.view import Choice
from core import checks
from core.insight.waste import STEPS
from core.lifecycle import LIVE, STATES
from core.store import opportunities, past
from core.store.opportunities import Selection

LEVELS = ("high", "medium", "low")
SORTS = {
    "monthly_savings": "Saving",
    "confidence": "Confidence",
    "priority": "Priority",
    "service": "Service",
    "account_id": "Account",
    "region": "Region",
    "resource_name": "Name",
}
DESCENDING = ("monthly_savings", "confidence", "priority")

TYPE = Choice("type", tuple(STEPS), several=True)
PRIORITY = Choice("priority", LEVELS, several=True)
STATE = Choice("state", STATES, several=True, default=LIVE)
SEARCH = Choice("search")
SORT = Choice("sort", tuple(SORTS), default="monthly_savings")
OPEN = Choice("finding", lasting=False)
"""Which card is open, so that a link can open it too."""


def check() -> Choice:
    """Of which check; a check that is added as a file is among them."""
    return Choice("check", tuple(each.id for each in checks.discovered()), several=True)


def own() -> tuple[Choice, ...]:
    """Everything that the page lets one choose."""
    return TYPE, PRIORITY, check(), STATE, SEARCH, SORT, OPEN


def labels() -> dict[str, str]:
    """What each check's findings are called."""
    return {each.id: each.label for each in checks.discovered()}


def scope(page: Page) -> Selection:
    """What the filter bar selects."""
    return followed(page.view.filters)


def to_do(page: Page) -> Selection:
    """What is still to be done of it: what headline figures and the matrix are of."""
    return {**scope(page), "state": LIVE}


def selection(page: Page) -> Selection:
    """What the page's own choices leave of it: what the table and its export are of."""
    return narrowed(page, followed(page.view.filters), state=page.view.chosen(STATE))


def matrix(page: Page) -> Selection:
    """What the matrix is of: it keeps every check, so that one can choose another."""
    return {key: values for key, values in selection(page).items() if key != "check"}


def narrowed(page: Page, selected: Selection, state: Sequence[str]) -> Selection:
    """A selection under the page's own choices."""
    view = page.view
    chosen = {"type": TYPE, "priority": PRIORITY, "check": check(), "search": SEARCH}
    return {**selected, "state": state, **{key: view.chosen(choice) for key, choice in chosen.items()}}


def bar(page: Page) -> None:
    """The page's own filters. States are counted, and types and checks offered, under the filter bar's selection."""
    counts = _states(page)
    here = {**scope(page), "state": page.view.chosen(STATE)}
    types, found = _counts(page, "type", here), _counts(page, "check", here)
    names = labels()
    with st.container(horizontal=True, vertical_alignment="bottom", key="opportunity-choices"):
        st.pills(
            "State",
            STATES,
            selection_mode="multi",
            format_func=lambda state: f"{state.capitalize()} {counts.get(state, 0):,}",
            **filters.bound(STATE, page.view),
        )
        st.pills("Priority", PRIORITY.values, selection_mode="multi", format_func=str.capitalize, **filters.bound(PRIORITY, page.view))
        _multiselect("Type", TYPE, page, types, STEPS, "All types")
        _multiselect("Check", check(), page, found, names, "All checks")
        st.text_input("Resource", placeholder="Name or id", width=150, **filters.bound(SEARCH, page.view))


def _multiselect(label: str, choice: Choice, page: Page, offered: Mapping[str, int], names: Mapping[str, str], every: str) -> None:
    """A searchable choice of what there is, with how often."""
    options = sorted({*offered, *page.view.chosen(choice)}, key=lambda key: (-offered.get(key, 0), key))
    st.multiselect(
        label,
        options,
        format_func=lambda key: f"{names.get(key, key)} ({offered.get(key, 0):,})",
        placeholder=every,
        width=165,
        **filters.bound(choice, page.view),
    )


def _states(page: Page) -> dict[str, int]:
    """How many there are in each state, those that aren't found any more among them."""
    now = _counts(page, "state", scope(page))
    return {
        state: now.get(state, 0) + page.figures.read(past.count, {**scope(page), "state": (state,)}, as_of=page.figures.as_of)
        if state in past.STATES
        else now.get(state, 0)
        for state in STATES
    }


def _counts(page: Page, dimension: str, selected: Selection) -> dict[str, int]:
    rows = page.figures.read(opportunities.by, selected, dimension, as_of=page.figures.as_of)
    return dict(zip(rows["key"], rows["found"].astype(int), strict=True))


def show_check(ident: str) -> None:
    """For callbacks: only one check's findings, or every check's where it was that one already."""
    view = st.session_state["view"]
    choice = check()
    filters.show(view.choosing(choice, () if view.chosen(choice) == (ident,) else (ident,)))


def opened(ident: str) -> None:
    """For callbacks: open a finding's card."""
    filters.show(st.session_state["view"].choosing(OPEN, (ident,)))


def closed() -> None:
    """For callbacks: take the card out of the address."""
    filters.show(st.session_state["view"].choosing(OPEN, ()))
