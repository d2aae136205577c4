"""The card of one anomaly: its days beside what was expected, where the change came from, and how it is judged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from app import anomalies, anomaly_causes, anomaly_states, charts_judged, filters, kpi, navigation
from app import format as fmt
from app.layout import Page
from app.view import Choice, View
from core import insight
from core.analysis.anomalies import HIGH_PERCENT, MEDIUM_PERCENT, WARM_UP
from core.analysis.causes import BEFORE
from core.analysis.courses import FOLLOWED
from core.analysis.events import HIGH_USD, MEDIUM_USD
from core.insight import Anomaly, Rules
from core.insight.anomaly import DAY_BEFORE
from core.models import Filters, Grain
from core.store import queries, series

OPEN = Choice("anomaly", lasting=False)
"""Which card is open, so that a link can open it too."""

_AROUND = (timedelta(days=42), timedelta(days=14))


def closed() -> None:
    """Take the card out of the address."""
    filters.show(st.session_state["view"].choosing(OPEN, ()))


@st.dialog("Anomaly", width="large", on_dismiss=closed)
def card(page: Page, anomaly: Anomaly, found: Sequence[Anomaly], settled: date, rules: Rules) -> None:
    """One event in full; `found` are those that it was found with, by `rules`."""
    own = of(page.view.filters, anomaly)
    names = page.figures.read(queries.account_names)
    st.markdown(f"**{fmt.plain(anomalies.sentence(anomaly, names))}**")
    if cause := anomalies.cause(anomaly, names):
        st.markdown(fmt.plain(f"{cause}."))
    anomaly_states.draw(page, anomaly, found)
    _figures(anomaly)
    with st.spinner("Reading the days around it"):
        _chart(page, anomaly, own, settled, rules)
        anomaly_causes.draw(page, anomaly, found)
        _theirs(page, anomaly)
    _rule(page, anomaly, settled, rules)
    shown = replace(page.view, filters=replace(own, start=anomaly.first, end=anomaly.last), group="account", grain=Grain.DAY)
    _links(shown)


def of(view: Filters, anomaly: Anomaly) -> Filters:
    """What the event is an event of, under the page's filters."""
    for key, value in anomaly.scope:
        view = view.only(key, value)
    return insight.judged(view)


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


def _chart(page: Page, anomaly: Anomaly, own: Filters, settled: date, rules: Rules) -> None:
    span, (before, after) = page.known.coverage, _AROUND
    around = replace(own, start=max(span.first, anomaly.first - before), end=min(span.last, anomaly.last + after))
    actual = page.figures.read(series.daily, around)
    verdicts = page.figures.read(insight.expected, around, page.figures.settled_days, rules)
    figure = charts_judged.judged(actual, verdicts, settled, anomalies.marks([anomaly], around.start), anomaly.currency, height=260)
    name = anomalies.name(anomaly, page.figures.read(queries.account_names))
    title = f"{own.cost_type.label} usage cost of {name} a day, {anomaly.currency}"
    st.markdown(f"**{fmt.plain(title)}**")
    st.plotly_chart(figure, key="anomaly-chart", config={"displayModeBar": False}, alt=f"{title}, with its expected range")


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


def _rule(page: Page, anomaly: Anomaly, settled: date, rules: Rules) -> None:
    shown = page.view.filters
    with st.expander("How is this worked out?", icon=":material/functions:", key="anomaly-rule"):
        st.markdown(rule(page.figures.settled_days, settled, shown.cost_type.label, rules))
        if rules.mode != DAY_BEFORE:
            st.caption(f"Its first day was {anomaly.score:.1f} times as far off as the range allows.")


def rule(settled_days: int, settled: date, cost_type: str, rules: Rules) -> str:
    """How days are judged, in words."""
    judged = _BY_DAY_BEFORE if rules.mode == DAY_BEFORE else _by_what_is_usual(rules)
    return rf"""{judged}
- **Floor**: a difference below \${rules.floor_usd:g} or {rules.floor_percent:g} % of what is expected is never an anomaly.
- **Causes**: each part is expected to cost the mean of the same weekdays in the {BEFORE} days before; what is left between all parts
  and the event goes to the unsteady ones, so that the contributions add up to the impact.
- **Settled**: days up to {fmt.day(settled)} are judged; a day settles after {settled_days} full UTC days.
- **Cost type**: {cost_type}, usage only unless charge categories are chosen: purchases, taxes, credits and refunds come by contract.

Expected, anomaly, event and causes are described in `docs/methods.md` under "Anomalies"."""


def _by_what_is_usual(rules: Rules) -> str:
    return rf"""Each day is judged by the days before it alone: by its level, its weekday, and charges that recur on a day of the month.

- **Range** follows from how far days usually are from what is expected (sensitivity {rules.sensitivity:g}).
- **Learning**: the first {WARM_UP} days have no verdict. A change that lasts four days is the new usual level.
- **Event**: it begins on the day that alerts, and goes on while at least half of the change is still there, {FOLLOWED} days at most. Its
  impact is against what the days would have cost without it. Alerts about the same money are one event.
- **Severity**: high above {HIGH_PERCENT:g} % and \${HIGH_USD:g}, medium above {MEDIUM_PERCENT:g} % and \${MEDIUM_USD:g}, else low; of the
  event, or of the smallest part that explains it."""


_BY_DAY_BEFORE = f"""Each day is judged by the day before it alone, whatever its weekday.

- **Severity**: high by more than {HIGH_PERCENT:g} %, medium by more than {MEDIUM_PERCENT:g} %."""


def _links(shown: View) -> None:
    st.page_link(navigation.page("cost"), label="See the cost of these days", icon=":material/bar_chart:", query_params=shown.encoded())
