"""The way down from a click on a chart or a row, and the way back up."""

from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from app import charts, filters
from app.breakdown import Breakdown
from app.view import NONE, View
from core.models import DRILL_ORDER

TURN = "drill-turn"
"""A chart or table under a new key has forgotten the click that was just followed."""


def breadcrumb(view: View) -> None:
    """The way down to here; each step leads back to it."""
    steps = [key for key in DRILL_ORDER if len(view.filters.selected.get(key, ())) == 1]
    if not steps:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="breadcrumb"):
        lifted = view.filters
        for key in steps:
            lifted = lifted.without(key)
        st.button("All", type="tertiary", on_click=filters.show, args=(replace(view, filters=lifted, group=steps[0]),), key="crumb-all")
        for place, key in enumerate(steps):
            st.caption("›", width="content")
            at = view.filters
            for later in steps[place + 1 :]:
                at = at.without(later)
            group = steps[place + 1] if place + 1 < len(steps) else view.group
            st.button(
                view.filters.selected[key][0] or NONE,
                type="tertiary",
                key=f"crumb-{key}",
                disabled=place == len(steps) - 1,
                on_click=filters.show,
                args=(replace(view, filters=at, group=group),),
            )


def clickable(figure: go.Figure, name: str, found: Breakdown, alt: str) -> None:
    """A chart whose marks lead one level down."""
    key = f"chart-{name}-{st.session_state.setdefault(TURN, 0)}"
    st.plotly_chart(
        figure,
        key=key,
        on_select=lambda: followed(key, found),
        selection_mode="points",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]},
        alt=alt,
    )


def followed(key: str, found: Breakdown) -> None:
    """Go to what was clicked: a group, or all that is inside "Other"."""
    points = st.session_state[key].selection.points
    if not points:
        return
    st.session_state[TURN] += 1
    point = points[0]
    group = point["customdata"][0] if point.get("customdata") else str(point.get("id", "")).split("\x1f")[0]
    descend(found, group)


def descend(found: Breakdown, group: str) -> None:
    """One level down from a group of this view."""
    if group == charts.OTHER and group not in found.totals:
        filters.show(found.view.drilled(found.rest))
    elif group in found.totals and found.view.group != "resource":
        filters.show(found.view.drilled([group]))
    elif group in found.totals:
        filters.show(replace(found.view, filters=found.filters.only("resource", group)))


def picked(key: str, found: Breakdown, order: list[str]) -> None:
    """Go to the ticked row of a table whose rows are these groups."""
    rows = st.session_state[key].selection.rows
    if rows:
        st.session_state[TURN] += 1
        descend(found, order[rows[0]])
