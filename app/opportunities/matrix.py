"""What is worth doing first: a bubble for each check at the effort and risk of its findings, as large as what they save."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import charts, download
from app import format as fmt
from app.layout import Page
from app.opportunities import choices
from core.insight.waste import STEPS
from core.store import opportunity_groups

ORDER = ("low", "medium", "high")
SHOWN = 12
_TURN = "matrix-turn"  # a chart under a new key has forgotten the click that was just followed
_ROW_HEIGHT, _HEADER, _HIGH_HEADER, _LEGEND = 38, 64, 96, 46
_LARGEST = 34  # pixels across
_LEAST = 9
_LABEL = 32
_FADED = 0.3
_SPACIOUS = 4  # columns; with more amounts are rounded, since they would run into one another on a narrow screen
_GRID = "rgba(152,162,174,0.22)"

_NOTHING = "nothing counted"

Trace = dict[str, Any]
Money = Callable[[Decimal], str]


class Level(NamedTuple):
    """How hard and how risky: a column."""

    effort: str
    risk: str

    @property
    def order(self) -> tuple[int, int, int]:
        """From easy and safe to hard and risky."""
        effort, risk = ORDER.index(self.effort), ORDER.index(self.risk)
        return effort + risk, effort, risk

    @property
    def label(self) -> str:
        """In words."""
        return f"{self.effort} effort, {self.risk} risk"


def draw(page: Page) -> None:
    """The chart; a click on a bubble narrows the table to its check, and another one widens it again."""
    cells = page.figures.read(opportunity_groups.cells, choices.matrix(page), as_of=page.figures.as_of)
    if not cells["savings"].sum():
        return
    names = {**{key: key for key in cells["check"]}, **choices.labels()}
    palette = charts.palette_for(list(STEPS), list(st.get_option("theme.chartCategoricalColors")))
    st.markdown("**Saving a month by effort and risk, USD**")
    key = f"matrix-{st.session_state.setdefault(_TURN, 0)}"
    st.plotly_chart(
        figure(cells, names, palette, page.view.chosen(choices.check())),
        key=key,
        on_select=lambda: _clicked(st.session_state[key]["selection"]["points"]),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=told(cells, names),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(fmt.plain(_caption(cells)), width="content")
        download.table(page, cells, "Export by check (CSV)", "opportunities-by-check")


def _caption(cells: pd.DataFrame) -> str:
    hidden = len(_sums(cells)) - SHOWN
    more = f" {fmt.count(hidden, 'check')} that save less aren't drawn." if hidden > 0 else ""
    return f"Counted findings only, the easiest and safest on the left. Click a bubble to see its findings alone.{more}"


def _clicked(points: Sequence[Mapping[str, Any]]) -> None:
    st.session_state[_TURN] += 1
    ident = next((str(point["customdata"][0]) for point in points if point.get("customdata")), "")
    if ident:
        choices.show_check(ident)


def figure(cells: pd.DataFrame, names: Mapping[str, str], colors: Mapping[str, str], chosen: Sequence[str] = ()) -> go.Figure:
    """Checks as rows, those that save most on top, and levels of effort and risk as columns.

    `cells` has type, check, effort, risk, found, counted, savings, confidence, resource and largest; a bubble's customdata begins with its
    check. With some `chosen` the others are faint.
    """
    rows = list(reversed(list(_sums(cells))[:SHOWN]))
    levels = sorted({Level(*pair) for pair in zip(cells["effort"], cells["risk"], strict=True)}, key=lambda level: level.order)
    shown = cells[cells["check"].isin(rows)]
    largest = float(max(shown["savings"], default=0)) or 1.0
    places = {ident: place for place, ident in enumerate(rows)}
    money, header = (fmt.money, _HEADER) if len(levels) <= _SPACIOUS else (brief, _HIGH_HEADER)
    drawn = go.Figure(
        [_bubbles(shown[shown["type"] == kind], kind, places, levels, names, colors, chosen, largest, money) for kind in _kinds(shown)]
    )
    drawn.update_layout(
        height=header + _LEGEND + _ROW_HEIGHT * max(len(rows), 2),
        margin={"l": 0, "r": 0, "t": header, "b": _LEGEND},
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "itemsizing": "constant", "itemclick": False},
        hovermode="closest",
        clickmode="event+select",
    )
    drawn.update_xaxes(
        side="top",
        range=[-0.5, len(levels) - 0.2],  # with room for the amounts of the last column
        tickvals=list(range(len(levels))),
        ticktext=[_header(level, cells, money) for level in levels],
        tickangle=0,
        zeroline=False,
        showgrid=False,
        fixedrange=True,
    )
    drawn.update_yaxes(
        range=[-0.6, len(rows) - 0.4],
        tickvals=list(range(len(rows))),
        ticktext=[_clipped(names.get(ident, ident)) for ident in rows],
        zeroline=False,
        gridcolor=_GRID,
        fixedrange=True,
        automargin=True,
    )
    return drawn


def told(cells: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The chart in words: its three largest bubbles."""
    ordered = sorted(cells.itertuples(), key=lambda cell: -cell.savings)[:3]
    said = [f"{names.get(cell.check, cell.check)} {fmt.money(cell.savings)}, {Level(cell.effort, cell.risk).label}" for cell in ordered]
    return f"Saving a month by check, effort and risk. The largest: {'; '.join(said)}"


def _sums(cells: pd.DataFrame) -> dict[str, Decimal]:
    """What each check saves, the largest first."""
    sums: dict[str, Decimal] = {}
    for ident, saves in zip(cells["check"], cells["savings"], strict=True):
        sums[ident] = sums.get(ident, Decimal(0)) + saves
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _kinds(cells: pd.DataFrame) -> list[str]:
    held = set(cells["type"])
    return [kind for kind in STEPS if kind in held] + sorted(held - set(STEPS))


def _bubbles(
    cells: pd.DataFrame,
    kind: str,
    places: Mapping[str, int],
    levels: Sequence[Level],
    names: Mapping[str, str],
    colors: Mapping[str, str],
    chosen: Sequence[str],
    largest: float,
    money: Money,
) -> Trace:
    held = list(cells.itertuples())
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [levels.index(Level(cell.effort, cell.risk)) for cell in held],
        "y": [places[cell.check] for cell in held],
        "name": STEPS.get(kind, kind),
        "marker": {
            "size": [max(_LEAST, _LARGEST * (float(cell.savings) / largest) ** 0.5) for cell in held],
            "color": colors.get(kind, "#98a2ae"),
            "opacity": [_FADED if chosen and cell.check not in chosen else 0.9 for cell in held],
            "symbol": ["circle" if cell.savings else "circle-open" for cell in held],
            "line": {"width": 0 if any(cell.savings for cell in held) else 2},
        },
        "text": [f" {money(cell.savings) if cell.savings else _NOTHING}" for cell in held],
        "textposition": "middle right",
        "cliponaxis": False,
        "customdata": [[cell.check, _hover(cell, names)] for cell in held],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
        "selected": {"marker": {"opacity": 0.9}},
        "unselected": {"marker": {"opacity": 0.9}},
    }


def _hover(cell: Any, names: Mapping[str, str]) -> str:
    told = (
        f"{_unmarked(names.get(cell.check, cell.check))}, {STEPS.get(cell.type, cell.type).lower()}",
        f"<b>{fmt.exact(cell.savings)}</b> a month, {fmt.count(int(cell.found), 'finding')}, {int(cell.counted):,} counted",
        f"{Level(cell.effort, cell.risk).label}, confidence {float(cell.confidence):.0%}",
        f"the largest: {_unmarked(cell.resource)}, {fmt.money(cell.largest)}" if cell.found > 1 else _unmarked(cell.resource),
    )
    return "<br>".join(told)


def _unmarked(text: str) -> str:
    """A stranger's name where plotly would read tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _header(level: Level, cells: pd.DataFrame, money: Money) -> str:
    mine = cells[(cells["effort"] == level.effort) & (cells["risk"] == level.risk)]
    words = f"{level.effort.capitalize()} effort<br>{level.risk} risk"
    if money is brief:
        words = words.replace(" ", "<br>")
    return f"{words}<br><b>{money(sum(mine['savings'], Decimal(0)))}</b>"


def brief(amount: Decimal) -> str:
    """Three digits: $412, $6.3k, $5.99M."""
    for power, mark in ((1_000_000, "M"), (1_000, "k")):
        if amount >= power:
            return f"${float(amount) / power:.3g}{mark}"
    return f"${amount:.0f}"


def _clipped(label: str) -> str:
    return label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
