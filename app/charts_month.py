"""A month's running sum beside that of the month before, with the fan to its end. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from app import format as fmt
from app.charts_judged import COST, FAN_80, FAN_95, GREY, area, line

_HEIGHT = 360


def running(
    actual: "pd.Series[float]", before: "pd.Series[float]", fan: pd.DataFrame | None, settled: date | None, currency: str
) -> go.Figure:
    """Running sums by day of the month: of the month so far, the month before (dashed), and the fan of what is expected.

    `actual` and `before` are the daily cost of the two months, indexed by day, NaN where it isn't known: the line then has a gap.
    `fan` is a running sum itself, with date, mean and bounds.
    """
    figure = go.Figure([*_fan(fan, currency), *_before(before, currency), *_actual(actual, settled, currency)])
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"orientation": "h", "y": -0.12, "x": 0, "traceorder": "reversed"},
        hovermode="closest",
    )
    figure.update_yaxes(tickprefix=fmt.sign(currency), rangemode="tozero", nticks=6)
    longest = max([actual.index[-1].days_in_month, *before.dropna().index.day])
    figure.update_xaxes(showgrid=False, dtick=2, tick0=1, range=[0, longest + 0.5])
    return figure


def _actual(actual: "pd.Series[float]", settled: date | None, currency: str) -> Iterator[dict[str, Any]]:
    """Solid while settled, then dotted with open marks."""
    sums = actual.cumsum()
    place = 0 if settled is None else int((sums.index <= pd.Timestamp(settled)).sum())
    told = [_told(day, total, currency, ", not settled yet" if number >= place else "") for number, (day, total) in enumerate(sums.items())]
    if place < len(sums):
        start = max(place - 1, 0)
        trace = line(_by_day(sums.iloc[start:]), told[start:], "Not settled yet", {"color": COST, "width": 2, "dash": "dot"}, size=7)
        yield {**trace, "marker": {"size": 7, "symbol": "circle-open", "color": COST}}
    yield line(_by_day(sums.iloc[:place]), told[:place], f"{sums.index[0]:%B %Y}", {"color": COST, "width": 2.5}, size=4)


def _before(before: "pd.Series[float]", currency: str) -> Iterator[dict[str, Any]]:
    if before.notna().any():
        sums = before.cumsum()
        told = [_told(day, total, currency) for day, total in sums.items()]
        yield line(_by_day(sums), told, f"{sums.index[0]:%B %Y}", {"color": GREY, "width": 1.5, "dash": "dash"}, size=1)


def _fan(fan: pd.DataFrame | None, currency: str) -> Iterator[dict[str, Any]]:
    if fan is None:
        return
    last = fan["date"].iloc[-1]
    days = pd.Series([last.day - (last - day).days for day in fan["date"]], index=fan.index)
    yield from area(days, fan["lower95"], fan["upper95"], "95 %", FAN_95)
    yield from area(days, fan["lower80"], fan["upper80"], "80 %", FAN_80)
    told = [
        f"Up to {fmt.day(row.date.date())}, expected<br><b>{fmt.money(row.mean, currency)}</b>"
        f"<br>80 %: {fmt.money(row.lower80, currency)} to {fmt.money(row.upper80, currency)}"
        f"<br>95 %: {fmt.money(row.lower95, currency)} to {fmt.money(row.upper95, currency)}"
        for row in fan.itertuples()
    ]
    mean = pd.Series(fan["mean"].to_numpy(), index=days.to_numpy())
    yield line(mean, told, "Forecast", {"color": COST, "width": 1.5, "dash": "dash"}, size=1)


def _by_day(sums: "pd.Series[float]") -> "pd.Series[float]":
    """Indexed by day of the month, so that two months stand on one axis."""
    return pd.Series(sums.to_numpy(), index=sums.index.day)


def _told(day: pd.Timestamp, total: float, currency: str, more: str = "") -> str:
    if pd.isna(total):
        return f"{fmt.day(day.date())}<br><b>Not known</b>"
    return f"Up to {fmt.day(day.date())}{more}<br><b>{fmt.exact(total, currency)}</b>"


def rows(actual: "pd.Series[float]", before: "pd.Series[float]", fan: pd.DataFrame | None) -> pd.DataFrame:
    """What the chart shows: day_of_month, to_date, month_before (running sums), and the fan's columns where there is one."""
    sums = pd.DataFrame({"to_date": _by_day(actual.cumsum()), "month_before": _by_day(before.cumsum())})
    if fan is not None:
        ahead = fan.iloc[1:]
        sums = sums.join(ahead.drop(columns="date").set_index(ahead["date"].dt.day), how="outer")
    return sums.rename_axis("day_of_month").reset_index()
