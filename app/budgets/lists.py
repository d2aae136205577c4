"""The tables of the budgets page: the alerts of one, all budgets, and AWS's own."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import download, filters
from app import format as fmt
from app.budgets import form, words
from app.layout import Page
from core.insight.budgets import Standing
from core.store import budgets as held
from core.store import queries
from core.store.analyses import aws_budgets
from core.store.budgets import Budget

_TURN = "budget-turn"  # a table under a new key has forgotten the click that was just followed


def alerts(page: Page, budget: Budget, there: Sequence[Budget]) -> None:
    """The alerts of the chosen budget, the newest first."""
    found = held.alerts(page.figures.store, budget.id)
    st.markdown("**Alerts**")
    if not found:
        limits = [
            *(f"{one.normalize():f} % spent" for one in budget.actual),
            *(f"{one.normalize():f} % expected" for one in budget.forecast),
        ]
        st.caption(f"None has fired. Watched for: {', '.join(limits) or 'nothing, since it has no thresholds'}.")
        return
    rows = words.alerts(found, {one.id: one.name for one in there})
    price = fmt.column(budget.currency)
    st.dataframe(
        rows.drop(columns=["budget", "run"]),
        hide_index=True,
        column_config={
            "fired": st.column_config.DatetimeColumn("Fired, UTC", format="D MMM YYYY, HH:mm", pinned=True),
            "what": st.column_config.TextColumn("Of", help="What was spent on settled days, or the forecast of the whole period"),
            "threshold": st.column_config.NumberColumn("Threshold", format="%g %%"),
            "amount": st.column_config.NumberColumn("Seen", format=price),
            "budgeted": st.column_config.NumberColumn("Budget then", format=price),
            "period": st.column_config.DateColumn("Period from", format="D MMM YYYY"),
        },
        alt="Alerts that the budget fired, the newest first",
    )
    download.table(page, rows, "Export alerts (CSV)", "budget-alerts")


def table(page: Page, standings: Sequence[Standing]) -> None:
    """All budgets; a ticked row shows its curve."""
    st.markdown("**All budgets**")
    rows = words.rows(standings, page.figures.read(queries.account_names))
    key = f"budgets-{st.session_state.setdefault(_TURN, 0)}"
    currencies = set(rows["currency"])
    price = fmt.column(currencies.pop()) if len(currencies) == 1 else "%,.2f"
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        on_select=lambda: opened(next((standings[row].budget.id for row in st.session_state[key].selection.rows), "")),
        selection_mode="single-row",
        column_config={
            "name": st.column_config.TextColumn("Budget", pinned=True),
            "state": "State",
            "amount": st.column_config.NumberColumn("Amount", format=price),
            "spent": st.column_config.NumberColumn("Spent", format=price, help="Settled days of the period"),
            "used": st.column_config.ProgressColumn("Used", format="%.0f %%", min_value=0, max_value=100),
            "expected": st.column_config.NumberColumn("Expected", format=price, help="Of the whole period"),
            "chance": st.column_config.NumberColumn("Chance of passing", format="%.0f %%"),
            "variance": st.column_config.NumberColumn("Beside plan", format=price, help="Spent less the budget of the settled days"),
            "period": "Period",
            "days": "Days",
            "filters": st.column_config.TextColumn("Of", width="medium"),
            "currency": "Currency",
            "cost_type": "Cost type",
        },
        placeholder="–",
        alt="All budgets with where they stand, the worst first",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Tick a row to see its curve.", width="content")
        download.table(page, rows, "Export budgets (CSV)", "budgets")


def opened(ident: str) -> None:
    """Put a budget into the address; the click is forgotten."""
    st.session_state[_TURN] += 1
    if ident:
        filters.show(st.session_state["view"].choosing(form.CHOSEN, (ident,)).choosing(form.PERIOD, ()))


def theirs(page: Page) -> None:
    """AWS's own budgets, beside ours and not mixed with them."""
    found = page.figures.read(aws_budgets)
    if found.empty:
        return
    rows = words.theirs(found, page.figures.read(queries.account_names))
    with st.expander(f"AWS Budgets ({len(rows)})", key="aws-budgets"):
        st.caption(fmt.plain(f"As AWS said on {fmt.day(pd.Timestamp(found['as_of'].max()))}, by its own rules and whatever the filters."))
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                "name": st.column_config.TextColumn("Budget", pinned=True, width="medium"),
                "kind": "Kind",
                "limit": st.column_config.NumberColumn("Limit", format="%,.2f"),
                "spent": st.column_config.NumberColumn("Spent, says AWS", format="%,.2f"),
                "used": st.column_config.ProgressColumn("Used", format="%.0f %%", min_value=0, max_value=100),
                "forecast": st.column_config.NumberColumn("AWS's forecast", format="%,.2f"),
                "unit": "Unit",
                "period": "Days",
                "filters": st.column_config.TextColumn("Of", width="medium"),
            },
            placeholder="–",
            alt="AWS's own budgets",
        )
        download.table(page, rows, "Export AWS's budgets (CSV)", "aws-budgets")
