"""What could be saved, and what storage holds and costs, as plotly figures. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import plotly.graph_objects as go

from app import format as fmt
from core.insight.waste import Step, Waste

SPEND, SAVED, LEFT, GREY = "#0072b2", "#009e73", "#56b4e9", "#98a2ae"
WHOLE, TOGETHER, REST = "Spend, 30 days", "Together", "Left of it"
_ROW, _MARGIN = 31, 30
_ROOM = 1.18  # of the longest bar: what stands beside it needs a place


class Bar(NamedTuple):
    """A bar of the waterfall: how plotly is to take it, what it comes to, and what hovering over it says."""

    label: str
    measure: str
    usd: Decimal
    told: str


def bars(found: Waste, steps: Sequence[Step]) -> list[Bar]:
    """From what is spent down to what is left, a bar for each step; where the spend isn't known, up to what the steps save together."""
    down = found.cost is not None
    listed = [
        Bar(step.label, "relative", -step.savings if down else step.savings, f"{fmt.count(step.found, 'finding')}{_share(step, found)}")
        for step in steps
    ]
    if found.cost is None or found.left is None:
        return [*listed, Bar(TOGETHER, "total", found.totals.savings, "a month")]
    return [
        Bar(WHOLE, "absolute", found.cost, "billed on the last 30 settled days"),
        *listed,
        Bar(REST, "total", found.left, "what was billed less what can be saved"),
    ]


def waterfall(found: Waste, steps: Sequence[Step]) -> go.Figure:
    """The bars from top to bottom, each beginning where the one above it ends, labelled with dollars."""
    rows = bars(found, steps)
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=[row.measure for row in rows],
            y=[row.label for row in rows],
            x=[float(row.usd) for row in rows],
            text=[fmt.money(row.usd) for row in rows],
            textposition="outside",
            cliponaxis=False,
            customdata=[[fmt.exact(row.usd), row.told] for row in rows],
            hovertemplate="%{y}<br><b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
            connector={"line": {"color": GREY, "width": 1, "dash": "dot"}},
            increasing={"marker": {"color": SAVED}},
            decreasing={"marker": {"color": SAVED}},
            totals={"marker": {"color": LEFT if found.cost is not None else SAVED}},
        )
    )
    longest = max((float(abs(row.usd)) for row in rows), default=0.0)
    lowest = min(0.0, float(found.left or 0))
    figure.update_layout(height=_MARGIN + _ROW * len(rows), margin={"l": 0, "r": 0, "t": 4, "b": 4}, showlegend=False, waterfallgap=0.35)
    figure.update_xaxes(range=[lowest * _ROOM, max(longest, 1.0) * _ROOM], tickprefix="$", separatethousands=True, nticks=6, zeroline=True)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def told(found: Waste, steps: Sequence[Step]) -> str:
    """The same in words, for who doesn't see it."""
    return "; ".join(f"{row.label} {fmt.money(row.usd)}" for row in bars(found, steps))


class Held(NamedTuple):
    """A class of storage: how much is held, and what it costs a month."""

    label: str
    gib: float
    usd: Decimal


def storage(classes: Sequence[Held], unit: str) -> go.Figure:
    """Classes of storage as bars from zero, by GiB or USD a month, in the order given."""
    rows = list(classes)
    values = [float(row.usd) if unit == "USD" else row.gib for row in rows]
    texts = [fmt.money(row.usd) if unit == "USD" else size(row.gib) for row in rows]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=values,
            y=[row.label for row in rows],
            text=texts,
            textposition="outside",
            cliponaxis=False,
            customdata=[[size(row.gib), fmt.exact(row.usd)] for row in rows],
            hovertemplate="%{y}<br><b>%{customdata[0]}</b>, %{customdata[1]} a month<extra></extra>",
            marker={"color": SPEND if unit == "USD" else LEFT, "line": {"width": 0}},
        )
    )
    figure.update_layout(height=_MARGIN + 28 * len(rows), margin={"l": 0, "r": 0, "t": 4, "b": 4}, showlegend=False, bargap=0.35)
    figure.update_xaxes(visible=False, range=[0, max([*values, 1e-9]) * 1.35])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def size(gib: float) -> str:
    """GiB, or TiB from a thousand on."""
    return f"{gib / 1024:,.1f} TiB" if gib >= 1024 else f"{gib:,.1f} GiB"


def _share(step: Step, found: Waste) -> str:
    return f", {fmt.share(step.savings, found.cost)} of spend" if found.cost else ""
