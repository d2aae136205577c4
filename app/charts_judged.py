"""What analysis says of daily cost, as plotly figures: the usual range behind it with events as marks, and the fan of a forecast. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from app import format as fmt

COST, GREY = "#0072b2", "#98a2ae"
RANGE, FAN_80, FAN_95 = "rgba(152,162,174,0.28)", "rgba(86,180,233,0.42)", "rgba(86,180,233,0.22)"
# Size and symbol tell the severities apart as well as colour does.
SEVERITIES = {"high": ("#d55e00", "diamond", 15), "medium": ("#e69f00", "triangle-up", 13), "low": ("#56b4e9", "circle", 10)}
HEIGHT = 380
_APART = 0.07  # of the chart's span: marks on the same day stand this far apart
_LIFT = 0.05  # of it: marks stand this far above the line, since the line's own points would take their clicks
_TOWERS = 1.5  # times every other day: from here on a month's first day runs out of the chart, so that the others can be read
_HEADROOM = 1.12
_DAY = timedelta(days=1)

Trace = dict[str, Any]


class Mark(NamedTuple):
    """An event on the chart: its id, the day on which it shows, its severity, and what hovering over it says."""

    id: str
    day: date
    severity: str
    told: str


def judged(
    actual: "pd.Series[float]", verdicts: pd.DataFrame, settled: date | None, marks: Sequence[Mark], currency: str, height: int = HEIGHT
) -> go.Figure:
    """Daily cost as a line over its usual range, with events as marks whose `customdata` begins with their id.

    `actual` is indexed by day, NaN where it isn't known; `verdicts` has date, expected, lower and upper. Days after `settled` are hatched.
    """
    top = _top(actual, verdicts.set_index("date")["upper"])
    ranges = dict(zip(verdicts["date"].dt.date, verdicts[["expected", "lower", "upper"]].itertuples(index=False), strict=True))
    said = [_day_told(day.date(), value, ranges.get(day.date()), settled, currency) for day, value in actual.items()]
    marked = list(_marks(actual, marks, top))
    traces = [
        *_hatched(actual, settled),
        *area(verdicts["date"], verdicts["lower"], verdicts["upper"], "Expected range", RANGE),
        *_course(actual, said, settled),
        *marked,
    ]
    figure = _laid_out(traces, actual.index[0], actual.index[-1], currency, height)
    for day, beyond in _cut(figure, actual, _above(marked, actual, top), currency).items():
        _written_above(figure, day, beyond, actual.index[-1])
    return figure


def outlook(
    actual: "pd.Series[float]",
    days: pd.DataFrame,
    settled: date,
    currency: str,
    theirs: pd.DataFrame | None = None,
    also: Sequence[Trace] = (),
) -> go.Figure:
    """Daily cost so far and the fan of what is expected, with a line where each month begins.

    `days` has date, mean and the bounds of 80 and 95 %; `theirs` is AWS's own forecast with day and value, `also` are further lines.
    """
    said = [_day_told(day.date(), value, None, settled, currency) for day, value in actual.items()]
    traces = [
        *_hatched(actual, settled),
        *area(days["date"], days["lower95"], days["upper95"], "95 %", FAN_95),
        *area(days["date"], days["lower80"], days["upper80"], "80 %", FAN_80),
        *_course(actual, said, settled),
        _expected(days, currency),
        *(_theirs(theirs, currency) if theirs is not None and len(theirs) else ()),
        *also,
    ]
    figure = _laid_out(traces, actual.index[0], days["date"].iloc[-1], currency, HEIGHT)
    expected = days.set_index("date")
    whole = pd.concat([actual[actual.index < expected.index[0]], expected["mean"]])
    beyond = _cut(figure, whole, _top(whole, expected["upper95"]), currency)
    for first in pd.date_range(actual.index[0], expected.index[-1], freq="MS"):
        figure.add_vline(x=first, line={"width": 1, "color": GREY, "dash": "dot"})
        _written_above(figure, first, f"{first:%b %Y}  {beyond.get(first, '')}".rstrip(), expected.index[-1])
    return figure


def _course(actual: "pd.Series[float]", said: Sequence[str], settled: date | None) -> Iterator[Trace]:
    """The cost: solid while settled, then dashed and grey from the last settled day on."""
    place = _settled_count(actual, settled)
    yield line(actual.iloc[:place], said[:place], "Cost", {"color": COST, "width": 2}, size=4)
    if place < len(actual):
        start = max(place - 1, 0)
        yield line(actual.iloc[start:], said[start:], "Not settled yet", {"color": GREY, "width": 1.5, "dash": "dot"}, size=4)


def line(values: "pd.Series[float]", said: Sequence[str], name: str, line: Trace, size: int = 0) -> Trace:
    """A line over the values' index that says `said` on hover."""
    return {
        "type": "scatter",
        "mode": "lines+markers" if size else "lines",
        "x": list(values.index),
        "y": list(values),
        "name": name,
        "line": line,
        "marker": {"size": size, "color": line["color"]},
        "text": list(said),
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hatched(actual: "pd.Series[float]", settled: date | None) -> Iterator[Trace]:
    """Hatched columns behind the days that may still change, as high as the chart."""
    days = list(actual.index[_settled_count(actual, settled) :])
    if days:
        yield {
            "type": "bar",
            "x": days,
            "y": [1] * len(days),
            "yaxis": "y2",
            "marker": {
                "color": "rgba(0,0,0,0)",
                "line": {"width": 0},
                "pattern": {"shape": "/", "fgcolor": GREY, "fgopacity": 0.5, "size": 7},
            },
            "hoverinfo": "skip",
            "showlegend": False,
        }


def area(days: "pd.Series[pd.Timestamp]", lower: "pd.Series[float]", upper: "pd.Series[float]", name: str, color: str) -> Iterator[Trace]:
    """The area between two bounds, in a piece for each run of days that have them."""
    known = lower.notna() & upper.notna()
    pieces = (known != known.shift()).cumsum()[known]
    for number, (_, piece) in enumerate(pieces.groupby(pieces)):
        x, low, high = (list(values[piece.index]) for values in (days, lower, upper))
        yield {
            "type": "scatter",
            "mode": "lines",
            "x": [*x, *reversed(x)],
            "y": [*high, *reversed(low)],
            "fill": "toself",
            "fillcolor": color,
            "line": {"width": 0},
            "name": name,
            "legendgroup": name,
            "showlegend": number == 0,
            "hoverinfo": "skip",
        }


def _top(values: "pd.Series[float]", upper: "pd.Series[float]") -> float | None:
    """Where the chart ends, when first days of months, on which a month's fees are billed, tower over all others."""
    both = pd.concat([values, upper]).dropna()
    first = pd.DatetimeIndex(both.index).day == 1
    others = float(both[~first].max())
    return _HEADROOM * others if others > 0 and float(both[first].max()) > _TOWERS * others else None


def _above(marked: Sequence[Trace], actual: "pd.Series[float]", top: float | None) -> float | None:
    """Where the chart ends once the highest mark has half a step above it."""
    if top is None:
        return None
    room = _APART / 2 * (top - float(actual.min()))
    return max([top, *(height + room for trace in marked for height in trace["y"])])


def _cut(figure: go.Figure, values: "pd.Series[float]", top: float | None, currency: str) -> dict[pd.Timestamp, str]:
    """End the chart there; returns what to write above the days that are beyond."""
    if top is None:
        return {}
    figure.update_layout(yaxis_range=[float(min(values.min(), 0.9 * values.min())), top])
    return {day: f"↑ {fmt.money(value, currency)}" for day, value in values[values > top].items()}


def _written_above(figure: go.Figure, day: pd.Timestamp, text: str, last: pd.Timestamp) -> None:
    side = "left" if last - day > 4 * _DAY else "right"
    figure.add_annotation(x=day, y=1, yref="paper", text=text, showarrow=False, xanchor=side, yanchor="bottom", font={"size": 11})


def _marks(actual: "pd.Series[float]", marks: Sequence[Mark], top: float | None) -> Iterator[Trace]:
    """A trace for each severity; several events of one day stand above one another, below where the chart ends."""
    span = float(actual.clip(upper=top).max() - actual.min()) or 1.0
    step = _APART * span
    heights: dict[date, float] = {}
    placed: dict[str, list[tuple[Mark, float]]] = {}
    for mark in marks:
        value = float(actual.get(pd.Timestamp(mark.day), float("nan")))
        beyond = top is not None and value > top
        start = top - step if top is not None and beyond else value + _LIFT * span
        heights[mark.day] = heights[mark.day] + (-step if beyond else step) if mark.day in heights else start
        placed.setdefault(mark.severity, []).append((mark, heights[mark.day]))
    for severity, (color, symbol, size) in SEVERITIES.items():
        if severity in placed:
            yield {
                "type": "scatter",
                "mode": "markers",
                "x": [mark.day for mark, _ in placed[severity]],
                "y": [height for _, height in placed[severity]],
                "name": f"{severity.capitalize()}",
                "marker": {"color": color, "symbol": symbol, "size": size, "line": {"width": 1.5, "color": "#ffffff"}},
                "customdata": [[mark.id, mark.told] for mark, _ in placed[severity]],
                "hovertemplate": "%{customdata[1]}<extra></extra>",
            }


def _expected(days: pd.DataFrame, currency: str) -> Trace:
    told = [
        f"{fmt.day(row.date.date())}, forecast<br><b>{fmt.exact(row.mean, currency)}</b>"
        f"<br>80 %: {_between(row.lower80, row.upper80, currency)}<br>95 %: {_between(row.lower95, row.upper95, currency)}"
        for row in days.itertuples()
    ]
    return line(days.set_index("date")["mean"], told, "Forecast", {"color": COST, "width": 2, "dash": "dash"}, size=3)


def _theirs(forecast: pd.DataFrame, currency: str) -> Iterator[Trace]:
    told = [
        f"{fmt.day(day.date())}, AWS's own forecast<br><b>{fmt.exact(value, currency)}</b>"
        for day, value in zip(forecast["day"], forecast["value"], strict=True)
    ]
    values = pd.Series(forecast["value"].astype(float).to_numpy(), index=pd.DatetimeIndex(forecast["day"]))
    yield line(values, told, "AWS's own forecast", {"color": GREY, "width": 1.5, "dash": "dash"})


def _day_told(day: date, value: float, verdict: Any, settled: date | None, currency: str) -> str:
    """What hovering over a day says."""
    told = [fmt.day(day), f"<b>{'Not known' if pd.isna(value) else fmt.exact(value, currency)}</b>"]
    if settled is None or day > settled:
        told[0] += ", not settled yet"
    elif verdict is not None and not pd.isna(verdict.expected):
        told.append(f"expected {fmt.exact(verdict.expected, currency)}, usually {_between(verdict.lower, verdict.upper, currency)}")
    return "<br>".join(told)


def _between(lower: float, upper: float, currency: str) -> str:
    return f"{fmt.money(lower, currency)} to {fmt.money(upper, currency)}"


def _settled_count(actual: "pd.Series[float]", settled: date | None) -> int:
    """How many of the days have settled."""
    return 0 if settled is None else int((actual.index <= pd.Timestamp(settled)).sum())


def _laid_out(traces: list[Trace], first: pd.Timestamp, last: pd.Timestamp, currency: str, height: int) -> go.Figure:
    figure = go.Figure(traces)
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 20, "b": 0},
        legend={"orientation": "h", "y": -0.12, "x": 0, "traceorder": "normal"},
        hovermode="closest",
        clickmode="event+select",
        bargap=0,
        yaxis2={"range": [0, 1], "overlaying": "y", "visible": False, "fixedrange": True},
    )
    figure.update_layout(yaxis={"tickprefix": fmt.sign(currency), "nticks": 6, "zeroline": False})
    figure.update_xaxes(showgrid=False, tickformat="%-d %b", nticks=12, range=[first - _DAY / 2, last + _DAY / 2])
    return figure
