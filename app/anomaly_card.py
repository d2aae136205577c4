"""The card of one anomaly: its days beside what was expected, where the change came from, and how it is judged."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from app import anomalies, charts_judged, filters, kpi, navigation
from app import format as fmt
from app.breakdown import group_label, labels_of
from app.layout import Page
from app.view import Choice, View
from core import insight
from core.analysis.anomalies import FLOOR_PERCENT, FLOOR_USD, HIGH_PERCENT, MEDIUM_PERCENT, WARM_UP
from core.analysis.events import HIGH_USD, MEDIUM_USD
from core.insight import Anomaly
from core.models import Filters, Grain
from core.store import queries, series

OPEN = Choice("anomaly", lasting=False)
"""Which card is open, so that a link can open it too."""

_AROUND = (timedelta(days=42), timedelta(days=14))
_SHOWN = 6
_ALWAYS = ("account", "region")
_WHERE_THEY_TELL = ("category", "usage_type")


def closed() -> None:
    """Take the card out of the address."""
    filters.show(st.session_state["view"].choosing(OPEN, ()))


@st.dialog("Anomaly", width="large", on_dismiss=closed)
def card(page: Page, anomaly: Anomaly, settled: date) -> None:
    """One event in full."""
    own = of(page.view.filters, anomaly)
    st.markdown(f"**{fmt.plain(anomalies.sentence(anomaly))}**")
    _figures(anomaly)
    with st.spinner("Reading the days around it"):
        _chart(page, anomaly, own, settled)
        _drivers(page, anomaly, own)
        _theirs(page, anomaly)
    _rule(page, anomaly, settled)
    shown = replace(page.view, filters=replace(own, start=anomaly.first, end=anomaly.last), group="account", grain=Grain.DAY)
    _links(shown)


def of(view: Filters, anomaly: Anomaly) -> Filters:
    """What the event is an event of, under the page's filters."""
    return insight.judged(view.only("service", anomaly.service) if anomaly.service else view)


def _figures(anomaly: Anomaly) -> None:
    sign, days = "+" if anomaly.impact > 0 else "", (anomaly.last - anomaly.first).days + 1
    percent = fmt.delta(fmt.percent_change(anomaly.actual, anomaly.expected))
    over = f"over {fmt.count(days, 'day')}"
    with st.grid("auto", min_column_width=220, key="anomaly-figures"):
        kpi.card("Impact", sign + fmt.short(anomaly.impact, anomaly.currency), change=percent, help=f"Exactly {anomaly.impact}.")
        kpi.card("Actual", fmt.short(anomaly.actual, anomaly.currency), note=over, help=f"Exactly {anomaly.actual}.")
        kpi.card("Expected", fmt.short(anomaly.expected, anomaly.currency), note=over, help=f"Exactly {anomaly.expected}.")
        kpi.card("Severity", anomaly.severity.capitalize(), note="ongoing" if anomaly.ongoing else f"ended {fmt.day(anomaly.last)}")
    if anomaly.gradual:
        st.caption("It grew little by little: each day was within its range, the last days together were not.")


def _chart(page: Page, anomaly: Anomaly, own: Filters, settled: date) -> None:
    span, (before, after) = page.known.coverage, _AROUND
    around = replace(own, start=max(span.first, anomaly.first - before), end=min(span.last, anomaly.last + after))
    actual = page.figures.read(series.daily, around)
    verdicts = page.figures.read(insight.expected, around, page.figures.settled_days)
    figure = charts_judged.judged(actual, verdicts, settled, anomalies.marks([anomaly], around.start), anomaly.currency, height=260)
    title = f"{own.cost_type.label} usage cost of {anomalies.name(anomaly)} a day, {anomaly.currency}"
    st.markdown(f"**{fmt.plain(title)}**")
    st.plotly_chart(figure, key="anomaly-chart", config={"displayModeBar": False}, alt=f"{title}, with its expected range")


def _drivers(page: Page, anomaly: Anomaly, own: Filters) -> None:
    """What changed, by each dimension that tells something."""
    wide = replace(own, start=anomaly.first - timedelta(days=anomalies.DAYS_BEFORE), end=anomaly.last)
    st.markdown("**What changed**")
    st.caption(f"Mean cost a day during the event beside the {anomalies.DAYS_BEFORE} days before it.")
    found = {group: _of_group(page, wide, group, anomaly) for group in (*(() if anomaly.service else ("service",)), *_ALWAYS)}
    found |= {group: rows for group in _WHERE_THEY_TELL if len(rows := _of_group(page, wide, group, anomaly)) > 1}
    told = {group: rows for group, rows in found.items() if len(rows)}
    if not told:
        st.caption("No account or region stands out.")
        return
    for group, tab in zip(told, st.tabs([f"By {group_label(group).lower()}" for group in told]), strict=True):
        with tab:
            _changes(told[group], group, anomaly.currency)


def _of_group(page: Page, wide: Filters, group: str, anomaly: Anomaly) -> pd.DataFrame:
    rows = anomalies.drivers(page.figures.read(series.daily_by, wide, group), anomaly.first, anomaly.last)
    return rows.assign(name=rows["name"].map(labels_of(page, group, list(rows["name"]))))


def _changes(rows: pd.DataFrame, group: str, currency: str) -> None:
    price = fmt.column(currency)
    st.dataframe(
        rows.head(_SHOWN),
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn(group_label(group), pinned=True, width="large"),
            "before": st.column_config.NumberColumn("Before, a day", format=price),
            "during": st.column_config.NumberColumn("During, a day", format=price),
            "change": st.column_config.NumberColumn("Change, a day", format=price),
        },
        alt=f"Mean cost a day by {group_label(group).lower()}, before and during the event",
    )
    if len(rows) > _SHOWN:
        st.caption(f"The {_SHOWN} largest changes of {len(rows)}.")


def _theirs(page: Page, anomaly: Anomaly) -> None:
    """What AWS itself found there."""
    found = page.figures.read(insight.aws_anomalies)
    if found.empty:
        return
    beside = anomalies.beside(anomalies.theirs(found, page.figures.read(queries.account_names)), anomaly)
    for one in beside.itertuples():
        days = fmt.period(one.began, one.ended)
        said = f"AWS's own detection reports {fmt.exact(one.impact)} on {days}" + (f": {one.cause}." if one.cause else ".")
        st.info(fmt.plain(said), icon=":material/cloud:")


def _rule(page: Page, anomaly: Anomaly, settled: date) -> None:
    shown = page.view.filters
    with st.expander("How is this worked out?", icon=":material/functions:", key="anomaly-rule"):
        st.markdown(rule(page.figures.settled_days, settled, shown.cost_type.label))
        st.caption(f"Its first day was {anomaly.score:.1f} times as far off as the range allows.")


def rule(settled_days: int, settled: date, cost_type: str) -> str:
    """How days are judged, in words."""
    return rf"""Each day is judged by the days before it alone: by its level, its weekday, and charges that recur on a day of the month.

- **Range** follows from how far days usually are from what is expected (sensitivity 1).
- **Floor**: a difference below \${FLOOR_USD:g} or {FLOOR_PERCENT:g} % of what is expected is never an anomaly.
- **Learning**: the first {WARM_UP} days have no verdict. A change that lasts four days is the new usual level.
- **Event**: it begins on the day that alerts, and goes on while days are outside the range on the same side.
- **Severity**: high above {HIGH_PERCENT:g} % and \${HIGH_USD:g}, medium above {MEDIUM_PERCENT:g} % and \${MEDIUM_USD:g}, else low.
- **Settled**: days up to {fmt.day(settled)} are judged; a day settles after {settled_days} full UTC days.
- **Cost type**: {cost_type}, usage only unless charge categories are chosen: purchases, taxes, credits and refunds come by contract.

Expected, anomaly and event are described in `docs/methods.md` under "Anomalies"."""


def _links(shown: View) -> None:
    st.page_link(navigation.page("cost"), label="See the cost of these days", icon=":material/bar_chart:", query_params=shown.encoded())
