"""What isn't known: answers that checks couldn't give, by reason, and what the last collection couldn't look at."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app import download, navigation
from app import format as fmt
from app.layout import Page
from app.opportunities import choices
from core.models import SliceOutcome
from core.store import ledger, opportunities, opportunity_groups

ROWS = 50
_REASONS = 15


def draw(page: Page) -> None:
    """Both, each in an expander that reads its rows when it's opened."""
    count = page.figures.read(opportunities.not_measured_count, choices.scope(page))
    if count:
        _not_measured(page, count)
    lacking = page.figures.read(ledger.incomplete)
    if lacking:
        _not_looked_at(page, lacking)


def _not_measured(page: Page, count: int) -> None:
    opened = st.expander(f"Not measured ({count:,})", key="not-measured", on_change="rerun")
    if not opened.open:
        return
    names = choices.labels()
    with opened:
        st.caption("These couldn't be judged. They are neither idle nor busy; the reason says what is missing.")
        reasons = page.figures.read(opportunity_groups.reasons, choices.scope(page))
        st.table(by_reason(reasons.head(_REASONS), names), border="horizontal", hide_index=True)
        if len(reasons) > _REASONS:
            st.caption(f"The {_REASONS} commonest of {len(reasons)} reasons.")
        st.markdown("**Resource by resource**")
        pages = -(-count // ROWS)
        number = st.pagination(pages, key="not-measured-page") if pages > 1 else 1
        rows = page.figures.read(opportunities.not_measured, choices.scope(page), ROWS, (min(number or 1, pages) - 1) * ROWS)
        rows = rows.assign(check=rows["check"].map(lambda ident: names.get(ident, ident)))
        st.dataframe(
            rows,
            hide_index=True,
            column_order=["resource_id", "resource_name", "check", "account_name", "region", "reason"],
            column_config={
                "resource_id": st.column_config.TextColumn("Resource", pinned=True),
                "resource_name": "Name",
                "check": "Asked for",
                "account_name": "Account",
                "region": "Region",
                "reason": st.column_config.TextColumn("Reason", width="large"),
            },
            placeholder="–",
            alt="What wasn't measured",
        )
        download.table(page, rows, "Export this page (CSV)", "not-measured")


def by_reason(reasons: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """How often each reason was given, as a table whose cells are Markdown."""
    return pd.DataFrame(
        {
            "Reason": [fmt.plain(reason) for reason in reasons["reason"]],
            "Answers missing": [f"{count:,}" for count in reasons["count"]],
            "Resources": [f"{count:,}" for count in reasons["resources"]],
            "Asked for": [fmt.plain(", ".join(names.get(ident, ident) for ident in some)) for some in reasons["checks"]],
        }
    )


def _not_looked_at(page: Page, lacking: list[SliceOutcome]) -> None:
    label = f"Not looked at: {fmt.count(len(lacking), 'part')} of the last collection incomplete"
    with st.expander(label, key="not-looked-at", icon=":material/warning:"):
        st.caption(
            "What there is to save here isn't known, or is as an earlier collection knew it. It is of every account, whatever the filters."
        )
        rows = slices(lacking)
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                "what": st.column_config.TextColumn("What", pinned=True),
                "account": "Account",
                "region": "Region",
                "reason": st.column_config.TextColumn("Reason", width="large"),
            },
            placeholder="–",
            alt="What the last collection couldn't look at",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            download.table(page, rows, "Export (CSV)", "not-looked-at")
            navigation.link("data", "Collections and access", ":material/arrow_forward:")


def slices(lacking: list[SliceOutcome]) -> pd.DataFrame:
    """The parts of a collection that lack something, as a table."""
    rows = [(part.collector, part.account_id or "All", part.region or "All", part.reason) for part in lacking]
    return pd.DataFrame(rows, columns=["what", "account", "region", "reason"])
