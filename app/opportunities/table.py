"""The findings, a page at a time: a click on one opens its evidence, ticked ones can be acted on together, all can be exported."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from app import export, filters
from app import format as fmt
from app.layout import Page
from app.opportunities import actions, choices
from core.lifecycle import is_link
from core.store import opportunities, past
from core.store.opportunities import Totals

ROWS = 50


def draw(page: Page) -> None:
    """What can be done with the ticked ones, the table itself, and what it adds up to."""
    chosen = choices.selection(page)
    found = page.figures.read(opportunities.totals, chosen, as_of=page.figures.as_of)
    if not found.found:
        if not page.figures.read(past.count, chosen, as_of=page.figures.as_of):
            _none(page)
        return
    (sort,) = page.view.chosen(choices.SORT)
    number = _numbered(page, found)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="finding-actions")
    rows = page.figures.read(
        opportunities.page, chosen, ROWS, (number - 1) * ROWS, sort, as_of=page.figures.as_of, descending=sort in choices.DESCENDING
    )
    ticked = _table(rows)
    with bar:
        _acted_on(rows.iloc[ticked])
    st.caption(fmt.plain(summed(found)))


def _none(page: Page) -> None:
    """Nothing under the page's own choices."""
    with st.container(border=True, key="no-finding"):
        st.markdown(f"**No finding is {_in_words(page.view.chosen(choices.STATE))} under these filters.**")
        st.button("Show every finding", icon=":material/filter_alt_off:", on_click=_show_all, key="show-every-finding")


def _in_words(states: Sequence[str]) -> str:
    return " or ".join(states)


def _show_all() -> None:
    view = st.session_state["view"]
    for choice in (choices.TYPE, choices.PRIORITY, choices.check(), choices.SEARCH):
        view = view.choosing(choice, ())
    filters.show(view.choosing(choices.STATE, choices.STATE.values))


def _numbered(page: Page, found: Totals) -> int:
    """The order and the page; with the export, which is of all pages."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="finding-order"):
        st.selectbox(
            "Sort by", choices.SORT.values, format_func=choices.SORTS.__getitem__, width=170, **filters.bound(choices.SORT, page.view)
        )
        pages = -(-found.found // ROWS)
        number = st.pagination(pages, width="stretch", key="opportunity-page") if pages > 1 else 1
        st.download_button(
            "Export findings (CSV)",
            _exported(page),
            export.file_name("opportunities", page.view.filters),
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="export-opportunities",
        )
    return min(number or 1, pages)


def _exported(page: Page) -> Callable[[], bytes]:
    """Every finding of the selection as CSV, made when the download starts."""
    held, chosen = page.figures, choices.selection(page)

    def make() -> bytes:
        rows = opportunities.export(held.store, held.snapshot, chosen, as_of=held.as_of)
        return export.table(rows, held, page.view.filters)()

    return make


def _table(rows: pd.DataFrame) -> list[int]:
    """Draw it; returns which rows are ticked. Under other rows it is another table, on which nothing is ticked."""
    key = f"opportunities-{abs(hash(tuple(rows['id'])))}"
    st.dataframe(
        shown(rows),
        hide_index=True,
        key=key,
        on_select=lambda: _clicked(key, list(rows["id"])),
        selection_mode=["multi-row", "single-cell"],
        column_config=columns(rows),
        placeholder="–",
        alt="Findings, sorted as chosen; a click on one opens its evidence",
    )
    return [row for row in _selected(key)["rows"] if row < len(rows)]


def _selected(key: str) -> Mapping[str, Any]:
    state: Mapping[str, Any] = st.session_state.get(key) or {}
    selection: Mapping[str, Any] = state.get("selection", {"rows": [], "cells": []})
    return selection


def _clicked(key: str, ids: Sequence[str]) -> None:
    """Open the card of the row that was clicked; the click is forgotten, what is ticked is not."""
    held = _selected(key)
    if held["cells"]:
        st.session_state[key] = {"selection": {"rows": list(held["rows"]), "columns": [], "cells": []}}
        choices.opened(ids[held["cells"][0][0]])


def _acted_on(ticked: pd.DataFrame) -> None:
    """What is ticked, and what can be done with it."""
    if len(ticked):
        st.markdown(f"**{fmt.plain(told(ticked))}**", width="content")
    else:
        st.caption("Tick findings to act on them, click one for its evidence.", width="content")
    found = [{str(name): value for name, value in row.items()} for row in ticked.to_dict("records")]
    actions.buttons(found, "finding")
    ident = str(ticked["id"].iloc[0]) if len(ticked) == 1 else ""
    st.button(
        "Open evidence", icon=":material/open_in_full:", key="finding-open", disabled=not ident, on_click=choices.opened, args=(ident,)
    )


def told(ticked: pd.DataFrame) -> str:
    """How many are ticked, and what the counted ones save together."""
    counted = ticked[ticked["counted"].astype(bool)]
    saves = sum(counted["monthly_savings"], Decimal(0))
    rest = len(ticked) - len(counted)
    return f"{len(ticked):,} selected: {fmt.money(saves)} a month" + (f", {rest:,} not counted" if rest else "")


def summed(found: Totals) -> str:
    """The whole selection in a sentence."""
    return f"{fmt.count(found.found, 'finding')}, {found.counted:,} counted: {fmt.exact(found.savings)} a month."


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The table's columns."""
    return pd.DataFrame(
        {
            "title": rows["title"],
            "resource": [named(name, ident) for name, ident in zip(rows["resource_name"], rows["resource_id"], strict=True)],
            "saves": rows["monthly_savings"].astype(float),
            "counted": rows["counted"].astype(bool),
            "priority": rows["priority"].str.capitalize(),
            "state": rows["state"].str.capitalize(),
            "until": [
                _day(until) if state == "dismissed" else None for state, until in zip(rows["state"], rows["state_until"], strict=True)
            ],
            "owner": rows["owner"],
            "confidence": rows["confidence"],
            "effort": rows["effort"].str.capitalize(),
            "risk": rows["risk"].str.capitalize(),
            "cost": rows["monthly_cost"].astype(float),
            "account": [named(name, ident) for name, ident in zip(rows["account_name"], rows["account_id"], strict=True)],
            "region": rows["region"],
            "ticket": [ticket.rstrip("/").rsplit("/", 1)[-1] for ticket in rows["ticket"]],
            "link": [ticket if is_link(ticket) else None for ticket in rows["ticket"]],
        }
    )


def columns(rows: pd.DataFrame) -> dict[str, Any]:
    """How they are shown. Without any link there is no column of links, and without an end no column of ends."""
    links = st.column_config.LinkColumn("Ticket link", display_text="Open") if any(is_link(ticket) for ticket in rows["ticket"]) else None
    ends = any(_day(until) and state == "dismissed" for state, until in zip(rows["state"], rows["state_until"], strict=True))
    return {
        "title": st.column_config.TextColumn("Finding", pinned=True, width="medium"),
        "resource": st.column_config.TextColumn("Resource", width="medium"),
        "saves": st.column_config.NumberColumn(
            "Saves a month", format="dollar", help="Of one that isn't counted: what it would save alone."
        ),
        "priority": "Priority",
        "state": st.column_config.TextColumn("State", width=95),
        "until": st.column_config.DateColumn("Until", format="D MMM YYYY", help="From the day after it is open again.") if ends else None,
        "owner": st.column_config.TextColumn("Owner", width=110),
        "confidence": st.column_config.ProgressColumn("Confidence", format="percent", min_value=0, max_value=1, width="small"),
        "effort": "Effort",
        "risk": "Risk",
        "cost": st.column_config.NumberColumn("Costs a month", format="dollar"),
        "counted": st.column_config.CheckboxColumn("Counted", help="Of findings that exclude one another the total takes the best."),
        "account": "Account",
        "region": "Region",
        "ticket": "Ticket",
        "link": links,
    }


def named(name: str, ident: str) -> str:
    """A name with its id, or the id alone."""
    return f"{name} ({ident})" if name and name != ident else ident


def _day(when: Any) -> date | None:
    return None if pd.isna(when) else pd.Timestamp(when).date()
