"""What cost more or less than expected, when, and where it came from; a mark or a row opens its card."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from app import anomalies, anomaly_card, anomaly_rules, charts_judged, download, filters, layout
from app import format as fmt
from app.kpi import card
from app.layout import Page
from app.nothing import no_match, not_known, reset
from app.opportunities import actions
from app.view import Choice
from core import insight
from core.analysis.anomalies import WARM_UP
from core.insight import Anomaly, Rules
from core.store import queries, series

PAGE = {"title": "Anomalies", "icon": ":material/troubleshoot:", "section": "Costs", "place": 3}

SEVERITY = Choice("severity", ("high", "medium", "low"), several=True)
SORTS = {"newest": "Newest first", "largest": "Largest first"}
SORT = Choice("order", tuple(SORTS), default="newest")
STATE = Choice("state", tuple(anomalies.STATES), several=True)
OWN = (SEVERITY, STATE, SORT, *anomaly_rules.CHOICES, anomaly_card.OPEN)
_TURN = "anomaly-turn"  # a chart or table under a new key has forgotten the click that was just followed


def main() -> None:
    """The page, from the finding in words to the events' cards."""
    page = layout.opened("Anomalies", *OWN)
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    settled_days, rules = page.figures.settled_days, anomaly_rules.chosen(page)
    with heading:
        with st.spinner("Judging the days of each service"):
            settled = page.figures.read(series.settled, settled_days)
            actual = page.figures.read(series.daily, insight.judged(page.view.filters))
            verdicts = page.figures.read(insight.expected, page.view.filters, settled_days, rules)
            found = page.figures.read(insight.anomalies, page.view.filters, settled_days, rules)
        judged = bool(verdicts["expected"].notna().any())
        st.title(fmt.plain(anomalies.headline(found, settled, judged=judged)))
        layout.freshness(page)
    if settled is None or settled < page.view.filters.start:
        not_settled(page, settled)
        return
    if actual.isna().all():
        not_known(page.known, page.view.filters.cost_type.label)
        return
    if not actual.fillna(0).any():
        no_match(page.known)
        return
    kpis(found, settled, page.view.filters.currency)
    anomaly_rules.controls(page, rules)
    shown = chosen(page, found)
    chart(page, actual, verdicts, settled, shown)
    table(page, shown, len(found), judged=judged)
    theirs(page)
    actions.told()
    follow(page, found, settled, rules)


def not_settled(page: Page, settled: date | None) -> None:
    """No day that could be judged yet."""
    upto = f"Days are judged up to {fmt.day(settled)}. " if settled else ""
    with st.container(border=True):
        st.subheader("None of these days has settled yet")
        st.markdown(f"{upto}Later days may still change. Choose earlier days above, or start over.")
        reset(page.known)


def kpis(found: Sequence[Anomaly], settled: date, currency: str) -> None:
    """How many are open, what they come to, and the largest."""
    above, below = anomalies.impacts(found)
    with st.grid("auto", min_column_width=205, key="anomaly-kpis"):
        card(
            "Open anomalies",
            f"{sum(anomaly.open for anomaly in found)}",
            note=f"{sum(anomaly.ongoing for anomaly in found)} ongoing, {len(found)} in these days",
            help=f"Open ones began within the last {insight.OPEN_DAYS} settled days and aren't called expected or resolved; "
            "ongoing ones were still off on the last of them.",
        )
        card(
            "Impact in these days",
            ("+" if above + below > 0 else "") + fmt.short(above + below, currency),
            note=f"{fmt.short(above, currency)} above, {fmt.short(-below, currency)} below" if below else None,
            help="Actual less expected, over all days of these events. The total's own are the same money and don't count again.",
        )
        if found:
            top = anomalies.largest([anomaly for anomaly in found if anomaly.open] or found)
            change = fmt.percent_change(top.actual, top.expected)
            sign = "+" if top.impact > 0 else ""
            card(f"Largest: {anomalies.name(top)}", sign + fmt.short(top.impact, currency), change=fmt.delta(change))
        card(
            "Judged up to",
            fmt.day(settled),
            note="later days may still change",
            help="Days that haven't settled are shown and never judged.",
        )


def chosen(page: Page, found: Sequence[Anomaly]) -> list[Anomaly]:
    """The page's own choices, and the events that they leave, in the order asked for."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="anomaly-choices"):
        st.pills("Severity", SEVERITY.values, selection_mode="multi", format_func=str.capitalize, **filters.bound(SEVERITY, page.view))
        st.pills("State", STATE.values, selection_mode="multi", format_func=anomalies.STATES.__getitem__, **filters.bound(STATE, page.view))
        st.selectbox("Order", SORT.values, format_func=SORTS.__getitem__, width=180, **filters.bound(SORT, page.view))
    severities = page.view.chosen(SEVERITY) or SEVERITY.values
    states = page.view.chosen(STATE) or STATE.values
    shown = [anomaly for anomaly in found if anomaly.severity in severities and anomaly.state in states]
    if page.view.chosen(SORT) == ("largest",):
        return sorted(shown, key=lambda anomaly: abs(anomaly.impact), reverse=True)
    return sorted(shown, key=lambda anomaly: (anomaly.first, abs(anomaly.impact)), reverse=True)


def chart(page: Page, actual: "pd.Series[float]", verdicts: pd.DataFrame, settled: date, shown: Sequence[Anomaly]) -> None:
    """The filtered total with its expected range, and the events as marks that open their cards."""
    view = page.view.filters
    what = "cost of the chosen charge categories" if view.selected.get("category") else "usage cost"
    title = f"{view.cost_type.label} {what} a day, {view.currency}, with its expected range"
    st.markdown(f"**{title}**")
    figure = charts_judged.judged(actual, verdicts, settled, anomalies.marks(shown, view.start), view.currency)
    key = f"judged-{st.session_state.setdefault(_TURN, 0)}"
    st.plotly_chart(
        figure,
        key=key,
        on_select=lambda: opened(_marked(st.session_state[key].selection.points)),
        selection_mode="points",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]},
        alt=f"{title}; {len(shown)} events as marks, which the table below lists",
    )
    usage = "" if view.selected.get("category") else " Usage only: purchases, taxes, credits and refunds come by contract and calendar."
    st.caption(f"A mark stands on an event's first day; click it for its card. Hatched days haven't settled and aren't judged.{usage}")


def table(page: Page, shown: Sequence[Anomaly], count: int, *, judged: bool) -> None:
    """The events; a ticked row opens its card."""
    st.markdown("**Events**")
    if not shown:
        st.info(no_event(count, judged=judged), icon=":material/info:")
        return
    rows, currency = anomalies.rows(shown, page.figures.read(queries.account_names)), page.view.filters.currency
    price = fmt.column(currency)
    key = f"anomalies-{st.session_state.setdefault(_TURN, 0)}"
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        on_select=lambda: opened(next((shown[row].id for row in st.session_state[key].selection.rows), "")),
        selection_mode="single-row",
        column_config={
            "service": st.column_config.TextColumn("Service", help="Or what else the event is named after", pinned=True),
            "cause": st.column_config.TextColumn("Cause", width=300, help="The smallest part of it that explains four fifths"),
            "state": "State",
            "began": st.column_config.DateColumn("First day", format="D MMM YYYY"),
            "ended": st.column_config.DateColumn("Last day", format="D MMM YYYY"),
            "ongoing": st.column_config.CheckboxColumn("Ongoing", help="Still outside the range on the last settled day"),
            "severity": "Severity",
            "impact": st.column_config.NumberColumn(f"Impact, {currency}", format=price, help="Actual less expected, over its days"),
            "percent": st.column_config.NumberColumn("Impact, %", format="%+.1f %%", help="Empty where nothing was expected"),
            "expected": st.column_config.NumberColumn("Expected", format=price),
            "actual": st.column_config.NumberColumn("Actual", format=price),
        },
        placeholder="–",
        alt="Events, in the order chosen",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{len(shown)} of {count} events. Tick a row to see where it came from.", width="content")
        download.table(page, rows, "Export events (CSV)", "anomalies")


def no_event(count: int, *, judged: bool) -> str:
    """Why the table is empty."""
    if count:
        return "No event of this severity and state in these days."
    if not judged:
        return (
            f"A verdict needs {WARM_UP} days of history before it. Choose later days, lift a filter, or collect or import earlier months."
        )
    return "No event in these days: no service, account, region or usage type was outside its range."


def theirs(page: Page) -> None:
    """AWS's own findings, beside ours and not mixed with them."""
    found = page.figures.read(insight.aws_anomalies)
    if found.empty:
        return
    rows = anomalies.theirs(found, page.figures.read(queries.account_names))
    with st.expander(f"AWS's own findings ({len(rows)})", key="aws-anomalies"):
        st.caption("What AWS Cost Anomaly Detection reports for the last 90 days, for the whole organisation whatever the filters.")
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                "service": st.column_config.TextColumn("Service", pinned=True, width="medium"),
                "began": st.column_config.DateColumn("First day", format="D MMM YYYY"),
                "ended": st.column_config.DateColumn("Last day", format="D MMM YYYY"),
                "impact": st.column_config.NumberColumn("Impact, USD", format="dollar"),
                "cause": st.column_config.TextColumn("Causes", width="large"),
            },
            placeholder="–",
            alt="AWS's own anomalies",
        )
        download.table(page, rows, "Export AWS's findings (CSV)", "aws-anomalies")


def opened(ident: str) -> None:
    """Put the card of an event into the address; the click is forgotten."""
    st.session_state[_TURN] += 1
    if ident:
        filters.show(st.session_state["view"].choosing(anomaly_card.OPEN, (ident,)))


def _marked(points: Sequence[dict[str, Any]]) -> str:
    """The event whose mark was clicked; a day of the line is none."""
    return next((str(point["customdata"][0]) for point in points if point.get("customdata")), "")


def follow(page: Page, found: Sequence[Anomaly], settled: date, rules: Rules) -> None:
    """Open the card that the address asks for."""
    asked = page.view.chosen(anomaly_card.OPEN)
    if not asked:
        return
    one = next((anomaly for anomaly in found if asked[0] in (anomaly.id, *anomaly.alerts)), None)
    if one:
        anomaly_card.card(page, one, found, settled, rules)
    else:
        filters.remember(page.view.choosing(anomaly_card.OPEN, ()), OWN)
        st.info("The anomaly that this link opens isn't among those of these filters.", icon=":material/link_off:")


main()
