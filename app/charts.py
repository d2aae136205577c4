"""DataFrames to plotly figures. Pure: what to show comes in, a figure goes out."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app import format as fmt
from core.models import Grain

OTHER = "Other"
SHOWN_SERIES = 8
_GREY = "#98a2ae"
_HEIGHT = 360


def ranked(totals: Mapping[str, Decimal], shown: int = SHOWN_SERIES) -> list[str]:
    """The groups that get a series of their own, the largest amounts (of either sign) first."""
    order = sorted(totals, key=lambda group: (-abs(totals[group]), group))
    return order if len(order) <= shown + 1 else order[:shown]


def stacked(
    series: pd.DataFrame,
    top: Sequence[str],
    labels: Mapping[str, str],
    colors: Mapping[str, str],
    currency: str,
    grain: Grain,
    unsettled_from: date,
    previous: "pd.Series[float] | None" = None,
) -> go.Figure:
    """Bars of cost by bucket, stacked by group, the rest as "Other"; the period before as a dashed line.

    `series` has bucket, group and cost; `previous` holds the sums of the period before, at the buckets that they stand beside.
    """
    held = _by_group(series, set(top))
    totals: dict[pd.Timestamp, float] = {}
    for amounts in held.values():
        for bucket, cost in amounts.items():
            totals[bucket] = totals.get(bucket, 0.0) + cost
    # Plain dicts, because plotly checks each trace object twice, and this chart is what a click waits for.
    traces = [
        {
            "type": "bar",
            # Only the buckets that a group has: a gap in one series would make plotly stack the next ones from zero again.
            "x": list(held[group]),
            "y": list(held[group].values()),
            "name": labels.get(group, group),
            "customdata": _told(group, labels.get(group, group), held[group], totals, currency),
            "hovertemplate": "%{x|%-d %b %Y}<br>%{customdata[3]}<br><b>%{customdata[1]}</b> (%{customdata[2]})<extra></extra>",
            "marker": {
                "color": _GREY if group == OTHER else colors.get(group, _GREY),
                "line": {"width": 0},
                **_hatched(list(held[group]), grain, unsettled_from),
            },
        }
        for group in [*top, OTHER]
        if group in held
    ]
    if previous is not None:
        traces.append(_dashed(previous, currency))
    figure = go.Figure(traces)
    figure.update_layout(
        barmode="relative",
        bargap=0.15,
        height=_HEIGHT,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        legend={"orientation": "h", "y": -0.12, "x": 0, "traceorder": "normal"},
        hovermode="closest",
        clickmode="event+select",
    )
    figure.update_yaxes(tickprefix=fmt.sign(currency), rangemode="tozero", nticks=6)
    figure.update_xaxes(showgrid=False, tickformat="%b %Y" if grain is Grain.MONTH else "%-d %b", nticks=12)
    return figure


def ranking(
    totals: Mapping[str, Decimal], top: Sequence[str], labels: Mapping[str, str], colors: Mapping[str, str], currency: str
) -> go.Figure:
    """The groups by amount, the largest on top, with their amounts beside the bars."""
    whole = sum(totals.values())
    order = list(reversed(top))
    texts = [f"{fmt.money(totals[group], currency)}  {fmt.share(totals[group], whole)}" for group in order]
    figure = go.Figure(
        go.Bar(
            x=[float(totals[group]) for group in order],
            y=list(range(len(order))),
            orientation="h",
            text=texts,
            textposition="outside",
            cliponaxis=False,
            customdata=[[group, fmt.exact(totals[group], currency), labels.get(group, group)] for group in order],
            hovertemplate="%{customdata[2]}<br><b>%{customdata[1]}</b><extra></extra>",
            marker={"color": [colors.get(group, _GREY) for group in order], "line": {"width": 0}},
        )
    )
    largest = max((float(totals[group]) for group in order), default=1.0)
    smallest = min(0.0, min((float(totals[group]) for group in order), default=0.0))
    figure.update_layout(height=_HEIGHT, margin={"l": 0, "r": 0, "t": 8, "b": 0}, showlegend=False, bargap=0.35, clickmode="event+select")
    figure.update_xaxes(visible=False, range=[smallest * 2.5, max(largest, 1e-9) * 1.8])
    # Places, not names, are the axis: two long names may be cut to the same.
    figure.update_yaxes(
        showgrid=False, zeroline=False, tickvals=list(range(len(order))), ticktext=[_clipped(labels.get(g, g)) for g in order]
    )
    return figure


def treemap(
    parts: pd.DataFrame, labels: Mapping[str, str], inner_labels: Mapping[str, str], colors: Mapping[str, str], currency: str
) -> go.Figure:
    """Shares of the cost by group, divided once more within each. `parts` has outer, inner and cost, all above zero."""
    outer_sums = parts.assign(cost=parts["cost"].astype(float)).groupby("outer")["cost"].sum().sort_values(ascending=False)
    inner = parts.assign(cost=parts["cost"].astype(float))
    whole = float(outer_sums.sum())
    ids = [*outer_sums.index, *(f"{o}\x1f{i}" for o, i in zip(inner["outer"], inner["inner"], strict=True))]
    names = [*(labels.get(o, o) for o in outer_sums.index), *(inner_labels.get(i, i) for i in inner["inner"])]
    values = [*outer_sums, *inner["cost"]]
    outers = [*outer_sums.index, *inner["outer"]]
    figure = go.Figure(
        go.Treemap(
            ids=ids,
            labels=names,
            parents=[*("" for _ in outer_sums), *inner["outer"]],
            values=values,
            branchvalues="total",
            customdata=[[o, fmt.exact(v, currency), fmt.share(v, whole)] for o, v in zip(outers, values, strict=True)],
            hovertemplate="%{label}<br><b>%{customdata[1]}</b> (%{customdata[2]})<extra></extra>",
            texttemplate="%{label}<br>%{customdata[1]}",
            marker={"colors": [colors.get(o, _GREY) for o in outers], "line": {"width": 1}},
            tiling={"pad": 1},
            maxdepth=2,
            pathbar={"visible": False},
        )
    )
    figure.update_layout(height=_HEIGHT, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    return figure


def daily_metric(daily: Mapping[str, float], unit: str, limit: float | None = None) -> go.Figure:
    """A resource's metric by day (ISO dates), with the threshold that it is judged by drawn in."""
    figure = go.Figure(
        go.Scatter(x=list(daily), y=list(daily.values()), mode="lines+markers", hovertemplate="%{x}<br><b>%{y:,.4g}</b><extra></extra>")
    )
    if limit is not None:
        figure.add_hline(
            y=limit, line={"dash": "dash", "color": _GREY}, annotation_text=f"threshold {fmt.size(limit)}", annotation_position="top left"
        )
    figure.update_layout(height=170, margin={"l": 0, "r": 0, "t": 8, "b": 0}, showlegend=False)
    figure.update_yaxes(rangemode="tozero", nticks=4, ticksuffix=" %" if unit == "Percent" else "")
    figure.update_xaxes(showgrid=False, tickformat="%-d %b", nticks=7)
    return figure


def palette_for(groups: Sequence[str], palette: Sequence[str]) -> dict[str, str]:
    """A colour for each group by its place among all that ever cost anything, so that it keeps it in every view.

    After the palette's end its colours come again lighter, then darker.
    """
    rounds = [palette, [_mixed(color, 255, 0.45) for color in palette], [_mixed(color, 0, 0.35) for color in palette]]
    colors = [color for part in rounds for color in part]
    return {group: colors[index % len(colors)] for index, group in enumerate(groups)}


def _mixed(color: str, towards: int, share: float) -> str:
    channels = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(channel + (towards - channel) * share):02x}" for channel in channels)


def _by_group(series: pd.DataFrame, top: set[str]) -> dict[str, dict[pd.Timestamp, float]]:
    """Amounts by group and bucket, in the order of the buckets; groups that aren't on top are one."""
    held: dict[str, dict[pd.Timestamp, float]] = {}
    for bucket, group, cost in zip(series["bucket"], series["group"], series["cost"], strict=True):
        if cost is not None:
            amounts = held.setdefault(group if group in top else OTHER, {})
            amounts[bucket] = amounts.get(bucket, 0.0) + float(cost)
    return held


def _told(
    group: str, label: str, amounts: Mapping[pd.Timestamp, float], totals: Mapping[pd.Timestamp, float], currency: str
) -> "np.ndarray[tuple[int, int], np.dtype[np.object_]]":
    """What a bar says on hover, and which group a click on it means."""
    rows = [[group, fmt.exact(cost, currency), fmt.share(cost, totals[bucket]), label] for bucket, cost in amounts.items()]
    return np.array(rows, dtype=object)


def _dashed(previous: "pd.Series[float]", currency: str) -> dict[str, object]:
    """The period before as a dashed line."""
    return {
        "type": "scatter",
        "x": previous.index,
        "y": previous,
        "name": "Period before",
        "mode": "lines",
        "line": {"dash": "dash", "color": _GREY, "width": 1.5},
        "customdata": [["", fmt.exact(cost, currency)] for cost in previous],
        "hovertemplate": "Period before<br><b>%{customdata[1]}</b><extra></extra>",
    }


def _hatched(buckets: Sequence[pd.Timestamp], grain: Grain, unsettled_from: date) -> dict[str, object]:
    """The pattern of bars whose days may still change; nothing where all are settled."""
    shapes = ["/" if _ends(bucket, grain) >= unsettled_from else "" for bucket in buckets]
    return {"pattern": {"shape": shapes, "fillmode": "overlay", "size": 6}} if any(shapes) else {}


def _ends(bucket: pd.Timestamp, grain: Grain) -> date:
    """The last day of a bucket."""
    first = bucket.date()
    if grain is Grain.MONTH:
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first + timedelta(days=6 if grain is Grain.WEEK else 0)


def _clipped(label: str, limit: int = 28) -> str:
    return label if len(label) <= limit else f"{label[: limit - 1]}…"
