"""What drove a difference, as a waterfall from the earlier total to the later one. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import plotly.graph_objects as go

from app import format as fmt
from core.analysis.drivers import Driver

TOTAL, MORE, LESS, GREY = "#0072b2", "#d55e00", "#009e73", "#98a2ae"
_ROW, _MARGIN = 32, 34
_ROOM = 0.16  # of what is shown: a label beside the longest bar needs a place
_FAR = 4  # times the largest part: where the totals are longer than that, the axis begins nearer to them


class Bar(NamedTuple):
    """A bar: which driver's ("" of a total), its label, its amount, and where it begins and ends."""

    driver: str
    label: str
    amount: Decimal
    start: Decimal
    end: Decimal


def bars(before: Decimal, after: Decimal, parts: Mapping[Driver, Decimal], earlier: str, later: str) -> list[Bar]:
    """From the earlier total over the drivers that there are to the later one; each begins where the one before ends."""
    zero = Decimal(0)
    found, level = [Bar("", earlier, before, zero, before)], before
    for driver, amount in parts.items():
        found.append(Bar(driver.value, driver.label, amount, level, level + amount))
        level += amount
    return [*found, Bar("", later, after, zero, after)]


def waterfall(rows: list[Bar], currency: str) -> go.Figure:
    """The bars from top to bottom, labelled with amounts; `customdata` of each begins with its driver."""
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute" if not row.driver else "relative" for row in rows],
            y=[row.label for row in rows],
            x=[float(row.amount) for row in rows],
            text=[_amount(row, currency) for row in rows],
            textposition="outside",
            cliponaxis=False,
            customdata=[[row.driver, _amount(row, currency, exact=True), _meaning(row)] for row in rows],
            hovertemplate="%{y}<br><b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>",
            connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
            increasing={"marker": {"color": MORE}},
            decreasing={"marker": {"color": LESS}},
            totals={"marker": {"color": TOTAL}},
        )
    )
    low, high = span(rows)
    figure.update_layout(
        height=_MARGIN + _ROW * len(rows),
        margin={"l": 0, "r": 0, "t": 4, "b": 4},
        showlegend=False,
        waterfallgap=0.35,
        clickmode="event+select",
    )
    figure.update_xaxes(range=[low, high], tickprefix=fmt.sign(currency), separatethousands=True, nticks=6, zeroline=low <= 0)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def span(rows: list[Bar]) -> tuple[float, float]:
    """Where the axis begins and ends: at zero, unless the totals are so much longer than their difference that the parts would vanish."""
    ends = [float(edge) for row in rows for edge in ((row.start, row.end) if row.driver else (row.end,))]
    low, high = min(ends), max(ends)
    widest = max(high - low, 1e-9)
    begin = low - widest * 0.25 if low > widest * _FAR else min(low, 0.0)
    finish = high + widest * 0.25 if high < -widest * _FAR else max(high, 0.0)
    room = (finish - begin) * _ROOM
    return begin - (room if low < 0 else 0.0), finish + room


def cut(rows: list[Bar]) -> bool:
    """Whether the axis leaves zero out."""
    low, high = span(rows)
    return low > 0 or high < 0


def told(rows: list[Bar], currency: str) -> str:
    """The same in words, for who doesn't see it."""
    return "; ".join(f"{row.label} {_amount(row, currency)}" for row in rows)


def _amount(row: Bar, currency: str, *, exact: bool = False) -> str:
    said = (fmt.exact if exact else fmt.money)(row.amount, currency)
    return f"+{said}" if row.driver and row.amount > 0 else said


def _meaning(row: Bar) -> str:
    """Long sentences would leave the chart."""
    if not row.driver:
        return "in all"
    words, lines = Driver(row.driver).meaning.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 60:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "<br>".join(lines)
