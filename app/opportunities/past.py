"""What isn't found any more: closed by itself, or done, with what the bill says that it saved beside what was estimated."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import download
from app.layout import Page
from app.opportunities import choices
from app.opportunities.saved import how, realised
from app.opportunities.table import named
from core.insight.realised import Realised, Refused
from core.store import past

ROWS = 50
_TURN = "past-turn"  # a table under a new key has forgotten the click that was just followed


def draw(page: Page) -> None:
    """A table of the done and closed ones that the page's own choices leave; a click on one opens its card."""
    chosen = choices.selection(page)
    count = page.figures.read(past.count, chosen, as_of=page.figures.as_of)
    if not count:
        return
    st.markdown(f"**No longer found ({count:,})**")
    pages = -(-count // ROWS)
    number = st.pagination(pages, key="past-page") if pages > 1 else 1
    rows = page.figures.read(past.listed, chosen, ROWS, (min(number or 1, pages) - 1) * ROWS, as_of=page.figures.as_of)
    table = shown(rows, realised(page.figures, [{str(k): v for k, v in row.items()} for row in rows.to_dict("records")]))
    key = f"past-{st.session_state.setdefault(_TURN, 0)}"
    st.dataframe(
        table,
        hide_index=True,
        key=key,
        on_select=lambda: _clicked(key, list(rows["id"])),
        selection_mode="single-cell",
        column_config={
            "title": st.column_config.TextColumn("Finding", pinned=True, width="medium"),
            "resource": st.column_config.TextColumn("Resource", width="medium"),
            "state": "State",
            "since": st.column_config.DateColumn("Since", format="D MMM YYYY"),
            "by": "By",
            "estimated": st.column_config.NumberColumn(
                "Estimated a month", format="dollar", help="What it would have saved when it was last found."
            ),
            "realised": st.column_config.NumberColumn(
                "Realised a month", format="dollar", help="What the bill says, before and after the day of done."
            ),
            "told": st.column_config.TextColumn("How that is known", width="large"),
            "account": "Account",
            "region": "Region",
        },
        placeholder="–",
        alt="Findings that are done or closed and not found any more; a click on one opens its card",
    )
    download.table(page, table, "Export these (CSV)", "opportunities-past")


def _clicked(key: str, ids: Sequence[str]) -> None:
    cells = st.session_state[key]["selection"]["cells"]
    st.session_state[_TURN] += 1
    if cells:
        choices.opened(ids[cells[0][0]])


def shown(rows: pd.DataFrame, saved: Sequence[Realised | Refused | None]) -> pd.DataFrame:
    """The table's columns."""
    return pd.DataFrame(
        {
            "title": rows["title"],
            "resource": [named(name, ident) for name, ident in zip(rows["resource_name"], rows["resource_id"], strict=True)],
            "state": rows["state"].str.capitalize(),
            "since": [pd.Timestamp(at).date() for at in rows["state_at"]],
            "by": rows["state_by"],
            "estimated": rows["monthly_savings"].astype(float),
            "realised": [float(one.saving) if isinstance(one, Realised) else None for one in saved],
            "told": [how(one) for one in saved],
            "account": [named(name, ident) for name, ident in zip(rows["account_name"], rows["account_id"], strict=True)],
            "region": rows["region"],
        }
    )
