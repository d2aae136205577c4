"""A forecast's parts, what it would be under assumptions, and its own record, as plotly figures. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from app import format as fmt
from app.charts_judged import COST, FAN_80, FAN_95, area, line

ASSUMED, WEEK_BEFORE, MONTH_BEFORE = "#d55e00", "#009e73", "#cc79a7"
_SMALL, _HEIGHT = 190, 300
_TOWERS = 1.5  # times every other day, from which on a month's first day runs out of the chart
_FLAT = 0.01  # of the largest day: others below are nothing that could be read anyway
_ROOM = 0.08  # of the chart's span, above and below

Trace = dict[str, Any]


def assumed(days: pd.DataFrame, currency: str) -> Trace:
    """A second line beside the forecast's own: `days` has date and mean."""
    told = [
        f"{fmt.day(day.date())}, with the assumptions<br><b>{fmt.exact(mean, currency)}</b>"
        for day, mean in zip(days["date"], days["mean"], strict=True)
    ]
    return line(days.set_index("date")["mean"], told, "With the assumptions", {"color": ASSUMED, "width": 2, "dash": "dashdot"}, size=3)


def part(actual: "pd.Series[float]", days: pd.DataFrame, currency: str, color: str) -> go.Figure:
    """One part's settled days and its fan, small: several stand side by side, each with a scale of its own."""
    told = [f"{fmt.day(day.date())}<br><b>{_amount(value, currency)}</b>" for day, value in actual.items()]
    expected = [
        f"{fmt.day(row.date.date())}, forecast<br><b>{fmt.exact(row.mean, currency)}</b>"
        f"<br>80 %: {fmt.money(row.lower80, currency)} to {fmt.money(row.upper80, currency)}"
        for row in days.itertuples()
    ]
    traces = [
        *area(days["date"], days["lower95"], days["upper95"], "95 %", FAN_95),
        *area(days["date"], days["lower80"], days["upper80"], "80 %", FAN_80),
        line(actual, told, "Cost", {"color": color, "width": 1.8}),
        line(days.set_index("date")["mean"], expected, "Forecast", {"color": color, "width": 1.8, "dash": "dash"}),
    ]
    figure = go.Figure(traces)
    figure.update_layout(height=_SMALL, margin={"l": 0, "r": 0, "t": 4, "b": 0}, showlegend=False, hovermode="closest")
    values = pd.concat([actual, days.set_index("date")["mean"]])
    figure.update_yaxes(tickprefix=fmt.sign(currency), nticks=4, zeroline=False, range=_span(values, days, from_zero=True))
    figure.update_xaxes(showgrid=False, tickformat="%-d %b", nticks=5)
    return figure


def record(actual: "pd.Series[float]", week: pd.DataFrame, month: pd.DataFrame, currency: str) -> go.Figure:
    """What was said of each day a week and four weeks before, beside what came, with the interval of 80 % of the week before.

    `week` and `month` have date, made, mean, lower80 and upper80.
    """
    told = [f"{fmt.day(day.date())}<br><b>{_amount(value, currency)}</b>" for day, value in actual.items()]
    pieces = _pieces(week)
    traces = [
        *_ranges(pieces),
        line(actual, told, "What it cost", {"color": COST, "width": 2}, size=4),
        _said(month, "Said 22 to 28 days before", {"color": MONTH_BEFORE, "width": 1.5, "dash": "dot"}, currency),
        _said(week, "Said up to 7 days before", {"color": WEEK_BEFORE, "width": 1.8, "dash": "dash"}, currency),
    ]
    figure = go.Figure(traces)
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 0, "r": 0, "t": 20, "b": 0},
        legend={"orientation": "h", "y": -0.15, "x": 0, "traceorder": "normal"},
        hovermode="closest",
    )
    low, high = _span(actual, week, from_zero=False)
    figure.update_yaxes(tickprefix=fmt.sign(currency), nticks=6, zeroline=False, range=[low, high])
    figure.update_xaxes(showgrid=False, tickformat="%-d %b", nticks=12)
    for day, value in actual[actual > high].items():
        text = f"{day:%-d %b}  ↑ {fmt.money(value, currency)}"
        figure.add_annotation(x=day, y=1, yref="paper", text=text, showarrow=False, xanchor="left", yanchor="bottom", font={"size": 11})
    return figure


def _said(rows: pd.DataFrame, name: str, style: Trace, currency: str) -> Trace:
    told = [
        f"{fmt.day(row.date.date())}, said with {fmt.day(row.made.date())} as the last known day<br><b>{fmt.exact(row.mean, currency)}</b>"
        for row in rows.itertuples()
    ]
    # A day of which nothing was said leaves a gap, not a slope.
    values = rows.set_index("date")["mean"].astype(float)
    texts = pd.Series(told, index=values.index, dtype=object)
    if len(values):
        values, texts = values.asfreq("D"), texts.asfreq("D")
    return {**line(values, list(texts), name, style), "connectgaps": False}


def _pieces(rows: pd.DataFrame) -> pd.DataFrame:
    """The days without gaps in between, unknown where nothing was said."""
    if rows.empty:
        return rows
    return rows.set_index("date")[["lower80", "upper80"]].astype(float).asfreq("D").reset_index()


def _ranges(rows: pd.DataFrame) -> Iterator[Trace]:
    if len(rows):
        yield from area(rows["date"], rows["lower80"], rows["upper80"], "80 % of the week before", "rgba(0,158,115,0.18)")


def _span(values: "pd.Series[float]", days: pd.DataFrame, *, from_zero: bool) -> tuple[float, float]:
    """The axis over the values and the intervals of 80 % of `days`. Towers of months' first days, beside which the others couldn't be read,
    run out of it.
    """
    bounds = [pd.Series(days[name].to_numpy(dtype=float), index=pd.DatetimeIndex(days["date"])) for name in ("lower80", "upper80")]
    seen = pd.concat([values, *bounds]).dropna()
    others = seen[pd.DatetimeIndex(seen.index).day != 1]
    if len(others) and _FLAT * seen.abs().max() < others.abs().max() < seen.abs().max() / _TOWERS:
        seen = others
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)
    low, high = (min(low, 0.0), max(high, 0.0)) if from_zero else (low, high)
    room = _ROOM * (high - low) or 1.0
    return (low if from_zero and low == 0 else low - room), high + room


def _amount(value: float, currency: str) -> str:
    return "Not known" if pd.isna(value) else fmt.exact(value, currency)


def first_of(actual: "pd.Series[float]", day: date) -> "pd.Series[float]":
    """The days from one on."""
    return actual[actual.index >= pd.Timestamp(day)]
