"""A budget's period as one running sum: what was planned, what was spent, what is expected, and where the amount is passed. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from app import format as fmt
from app.charts_judged import COST, FAN_80, FAN_95, GREY, area, line
from core.insight.budgets import Standing

_HEIGHT = 380
_PLAN, _PASSED = "#009e73", "#d55e00"


def curve(one: Standing) -> go.Figure:
    """The curve of `Standing.curve`, with the amount as a line and a mark on the day that passes it."""
    days, currency, amount = one.curve, one.budget.currency, float(one.budget.amount)
    figure = go.Figure([*_fan(days, currency), *_plan(days, currency), *_spent(days, currency), *_passing(days, amount, currency)])
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"orientation": "h", "y": -0.12, "x": 0, "traceorder": "reversed"},
        hovermode="closest",
    )
    figure.add_hline(
        y=amount,
        line={"width": 1.5, "color": _PLAN, "dash": "dash"},
        annotation={"text": f"Budget {fmt.short(amount, currency)}", "font": {"size": 11}},
        annotation_position="top left",
    )
    figure.update_yaxes(tickprefix=fmt.sign(currency), rangemode="tozero", nticks=6)
    figure.update_xaxes(showgrid=False, tickformat="%-d %b", nticks=12)
    return figure


def passing(days: pd.DataFrame, amount: float) -> tuple[date, bool] | None:
    """The first day whose running sum is above the amount, and whether that is settled; None where none is."""
    for name, is_settled in (("actual", True), ("mean", False)):
        above = days[days[name] > amount]
        if len(above):
            return above["date"].iloc[0].date(), is_settled
    return None


def _fan(days: pd.DataFrame, currency: str) -> Iterator[dict[str, Any]]:
    ahead = days[days["mean"].notna()]
    if ahead.empty:
        return
    yield from area(ahead["date"], ahead["lower95"], ahead["upper95"], "95 %", FAN_95)
    yield from area(ahead["date"], ahead["lower80"], ahead["upper80"], "80 %", FAN_80)
    told = [
        f"Up to {fmt.day(row.date.date())}, expected<br><b>{fmt.exact(row.mean, currency)}</b>"
        f"<br>80 %: {fmt.money(row.lower80, currency)} to {fmt.money(row.upper80, currency)}"
        f"<br>95 %: {fmt.money(row.lower95, currency)} to {fmt.money(row.upper95, currency)}"
        for row in ahead.itertuples()
    ]
    yield line(ahead.set_index("date")["mean"], told, "Forecast", {"color": COST, "width": 1.5, "dash": "dash"}, size=1)


def _plan(days: pd.DataFrame, currency: str) -> Iterator[dict[str, Any]]:
    planned = days.set_index("date")["budget"]
    told = [f"Budget up to {fmt.day(day.date())}<br><b>{fmt.exact(amount, currency)}</b>" for day, amount in planned.items()]
    yield line(planned, told, "Budget, day by day", {"color": _PLAN, "width": 2, "dash": "dot"}, size=1)


def _spent(days: pd.DataFrame, currency: str) -> Iterator[dict[str, Any]]:
    """Solid while settled, then dotted with open marks."""
    for name, label, dash in (("unsettled", "Not settled yet", "dot"), ("actual", "Spent", "solid")):
        sums = days.set_index("date")[name].dropna()
        if sums.empty:
            continue
        more = ", not settled yet" if name == "unsettled" else ""
        told = [f"Up to {fmt.day(day.date())}{more}<br><b>{fmt.exact(amount, currency)}</b>" for day, amount in sums.items()]
        trace = line(sums, told, label, {"color": GREY if more else COST, "width": 2.5, "dash": dash}, size=4)
        yield {**trace, "marker": {"size": 6, "symbol": "circle-open", "color": GREY}} if more else trace


def _passing(days: pd.DataFrame, amount: float, currency: str) -> Iterator[dict[str, Any]]:
    found = passing(days, amount)
    if found is None:
        return
    day, is_settled = found
    told = f"{'Passed' if is_settled else 'Expected to pass'} {fmt.short(amount, currency)} on {fmt.day(day)}"
    yield {
        "type": "scatter",
        "mode": "markers",
        "x": [pd.Timestamp(day)],
        "y": [amount],
        "name": told,
        "marker": {"size": 13, "symbol": "x" if is_settled else "x-open", "color": _PASSED},
        "hovertemplate": f"{told}<extra></extra>",
    }
