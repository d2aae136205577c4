"""What an analyst sees first: the month so far, where it ends, what could be saved, what is unusual, and what moved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import anomalies, charts_month, download, evidence, filters, layout, month, movers, navigation
from app import format as fmt
from app.breakdown import Breakdown
from app.findings import followed
from app.kpi import card
from app.layout import Page
from core import insight
from core.analysis.anomalies import WARM_UP
from core.analysis.trends import Trend
from core.errors import AnalysisRefused
from core.insight import Anomaly, MonthEnd, Outlook
from core.insight.waste import MONTH_DAYS, waste
from core.store import opportunities, queries, series
from core.store.events import LIVE

PAGE = {"title": "Overview", "icon": ":material/dashboard:", "section": "Costs", "place": 1}

SHOWN = 5
SPANS = (7, 30)
COURSE_DAYS = 60
UNJUDGED = f"None of these days could be judged: they haven't settled yet, or fewer than {WARM_UP} days came before."
_TURN = "overview-turn"  # a table under a new key has forgotten the tick that was just followed


def main() -> None:
    """The page, from the month in words down to the movers."""
    page = layout.opened("Overview")
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    settled = page.figures.read(series.settled, page.figures.settled_days)
    found = Month(page, settled)
    with heading:
        st.title(found.headline)
        layout.freshness(page)
    if not found.any_cost:
        nothing(page)
        return
    # What is quick is drawn before what is worked out under a new selection.
    with st.grid("auto", min_column_width=230, key="overview-kpis"):
        first, second, third, fourth = (st.container() for _ in range(4))
    with first:
        so_far(found, settled)
    with third:
        to_gain(page)
    with second, st.spinner("Forecasting this selection"):
        outlook = outlook_of(page)
        ending(page, found, outlook)
    chart(page, found, outlook, settled)
    moved(page, settled)
    with fourth, st.spinner("Judging the days of each service"):
        events = events_of(page, settled)
        open_anomalies(page, events)
    with st.grid("auto", min_column_width=430, key="overview-lists"):
        with st.container():
            unusual(events)
        with st.container():
            to_save(page)


class Month:
    """The month of the view's last day up to that day, beside the same days of the month before."""

    def __init__(self, page: Page, settled: date | None) -> None:
        view = month.to_date(page.view, page.known.coverage)
        self.filters = view.filters
        before = month.whole(view.filters.previous)
        self.daily = page.figures.read(series.daily, replace(view.filters, start=before.start))
        self.daily_before = self.daily[: pd.Timestamp(before.end)]
        same_days = self.daily_before[: pd.Timestamp(view.filters.previous.end)]
        self.comparable = bool(same_days.notna().all())
        self.found = Breakdown(replace(page, view=replace(view, compare=self.comparable)))
        self.any_cost = bool(self.found.totals or self.daily.abs().sum() > 0)
        self.over = settled is not None and settled >= month.last_day(view.filters.end)

    @property
    def headline(self) -> str:
        """The finding in words."""
        return self.found.headline() if self.found.totals else "Overview"

    @property
    def name(self) -> str:
        """November 2026."""
        return f"{self.filters.start:%B %Y}"


def outlook_of(page: Page) -> Outlook | AnalysisRefused:
    """The forecast of the selection, or why there is none."""
    try:
        return page.figures.read(insight.outlook, page.all_days, page.figures.settled_days)
    except AnalysisRefused as refused:
        return refused


def events_of(page: Page, settled: date | None) -> list[Anomaly] | None:
    """The anomalies of the days shown, or None where none of them could be judged."""
    shown, settled_days = page.view.filters, page.figures.settled_days
    if settled is None or settled < shown.start:
        return None
    events = page.figures.read(insight.anomalies, shown, settled_days)
    return events if events or page.figures.read(insight.expected, shown, settled_days)["expected"].notna().any() else None


def nothing(page: Page) -> None:
    """No cost in these two months."""
    span = page.known.coverage
    with st.container(border=True):
        st.subheader("No cost matches these filters")
        st.markdown(f"Figures are kept for {fmt.period(span.first, span.last)}. Lift a filter above, choose other days, or start over.")
        st.button("Reset filters", type="primary", on_click=filters.show, args=(filters.default_view(span),), key="reset-empty")


# ------------------------------------------------------------------------------------------------ headline figures


def so_far(found: Month, settled: date | None) -> None:
    """Month to date against the same days of the month before."""
    costs, shown = found.found, found.filters
    before = fmt.period(shown.previous.start, shown.previous.end)
    exactly = f"Exactly {fmt.exact(costs.total, costs.currency)} for {fmt.period(shown.start, shown.end)}."
    if settled is None or settled < shown.end:
        exactly += " It includes days that haven't settled and may still rise."
    label = f"{found.name} to date" if shown.end < month.last_day(shown.end) else found.name
    value = fmt.short(costs.total, costs.currency)
    if not found.comparable:
        card(label, value, note=f"{before} isn't known", help=exactly)
        return
    exactly += f" {before} was {fmt.exact(costs.total_before, costs.currency)}."
    if costs.total == costs.total_before:
        card(label, value, note=f"as on {before}", help=exactly)
    else:
        card(label, value, change=fmt.delta(fmt.change(costs.total, costs.total_before, costs.currency)), help=exactly)


def ending(page: Page, found: Month, outlook: Outlook | AnalysisRefused) -> None:
    """What the month comes to: its total once all of it has settled, else the forecast with its interval."""
    currency = found.filters.currency
    if found.over:
        total = page.figures.read(queries.total, month.whole(found.filters)) or Decimal(0)
        card(
            f"{found.name}, whole month", fmt.short(total, currency), note="over and settled", help=f"Exactly {fmt.exact(total, currency)}."
        )
        return
    end = month_end(found, outlook)
    if end is None:
        why = f"{outlook.message} {outlook.hint}" if isinstance(outlook, AnalysisRefused) else "The month lies beyond the forecast."
        card(f"{found.name}, expected", "No forecast", note="not enough to go by", help=why)
        return
    interval = f"80 %: {fmt.short(end.lower80, currency)} to {fmt.short(end.upper80, currency)}"
    wide = f"95 %: {fmt.short(end.lower95, currency)} to {fmt.short(end.upper95, currency)}"
    exactly = f"{fmt.exact(end.mean, currency)}: settled days as billed, the rest forecast. {wide}."
    card(f"{found.name}, expected", fmt.short(end.mean, currency), note=interval, help=exactly)


def month_end(found: Month, outlook: Outlook | AnalysisRefused) -> MonthEnd | None:
    """The forecast of the month that is shown."""
    if isinstance(outlook, AnalysisRefused):
        return None
    return next((end for end in outlook.months if end.month == found.filters.start), None)


def to_gain(page: Page) -> None:
    """What the findings save a month, and how much that is of what is spent."""
    selected = replace(page.view.filters, selected=followed(page.view.filters))
    found = page.figures.read(waste, selected, page.figures.settled_days, as_of=page.figures.as_of)
    if not judged(page):
        card("Waste found", "Not judged", note="needs a collection from AWS", help="A billing export alone has no resources to judge.")
        return
    note = f"a month, on {fmt.count(found.totals.counted, 'resource')}"
    exactly = f"Exactly {fmt.exact(found.totals.savings)} a month: the best finding of each resource, net of commitments."
    if found.cost and found.since and found.since >= page.known.coverage.first:
        note = f"a month, {fmt.share(found.totals.savings, found.cost)} of spend"
        exactly += f" Beside {fmt.exact(found.cost)}, billed on the last {MONTH_DAYS} settled days."
    card("Waste found", fmt.short(found.totals.savings), note=note, help=exactly)


def open_anomalies(page: Page, events: Sequence[Anomaly] | None) -> None:
    """How many are open, and what all events of these days come to."""
    if events is None:
        card("Open anomalies", "Not judged", note="none of these days could be", help=UNJUDGED)
        return
    above, below = anomalies.impacts(events)
    impact = ("+" if above + below > 0 else "") + fmt.short(above + below, page.view.filters.currency)
    card(
        "Open anomalies",
        f"{sum(event.open for event in events)}",
        note=f"{len(events)} in these days, impact {impact}" if events else "none in these days",
        help=f"Open ones began within the last {insight.OPEN_DAYS} settled days. The impact is actual less expected, over their days.",
    )


# ------------------------------------------------------------------------------------------------ the month's course


def chart(page: Page, found: Month, outlook: Outlook | AnalysisRefused, settled: date | None) -> None:
    """The running sum of the month beside the month before, with the fan to its end."""
    view = found.filters
    end = None if found.over else month_end(found, outlook)
    fan = month.cumulated(outlook.days, end) if end and isinstance(outlook, Outlook) else None
    actual = found.daily[pd.Timestamp(view.start) :]
    title = f"{view.cost_type.label} cost from the month's first day, {view.currency}"
    st.markdown(f"**{title}**")
    st.plotly_chart(
        charts_month.running(actual, found.daily_before, fan, settled, view.currency),
        key="running",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]},
        alt=f"{title}: {found.name} beside the month before, by day of the month",
    )
    rows = charts_month.rows(actual, found.daily_before, fan)
    with st.container(horizontal=True, vertical_alignment="center"):
        if isinstance(outlook, AnalysisRefused) and not found.over:
            st.caption(fmt.plain(f"There is no forecast: {outlook.message} {outlook.hint}"), width="content")
        download.table(page, rows, "Export days (CSV)", "month-to-date")
        navigation.link("cost", "Cost by anything", ":material/arrow_forward:")
        navigation.link("forecast", "Forecast", ":material/arrow_forward:")


# ------------------------------------------------------------------------------------------------ what moved


def moved(page: Page, settled: date | None) -> None:
    """The largest changes by service, over a week and over thirty days."""
    with st.grid("auto", min_column_width=430, key="overview-movers"):
        for days in SPANS:
            with st.container():
                st.markdown(f"**Top movers, last {days} settled days beside the {days} before**")
                try:
                    trends = page.figures.read(insight.growth, page.all_days, page.figures.settled_days, days)
                except AnalysisRefused as refused:
                    st.caption(fmt.plain(f"{refused.message} {refused.hint}"))
                else:
                    movement(page, trends, days, settled)


def movement(page: Page, trends: Sequence[Trend], days: int, settled: date | None) -> None:
    """The largest changes as a table, the fastest growth in words."""
    currency = page.view.filters.currency
    price = fmt.column(currency)
    rows = movers.rows(trends, courses(page, settled))
    if rows.empty:
        st.caption("No service's cost changed.")
        return
    st.dataframe(
        rows.head(SHOWN),
        key=f"movers-{days}",
        hide_index=True,
        column_order=["service", "change", "percent", "cost", "course"],
        column_config={
            "service": st.column_config.TextColumn("Service", pinned=True, width=130),
            "change": st.column_config.NumberColumn(f"Change, {currency}", format=price),
            "percent": st.column_config.NumberColumn("Change, %", format="%+.1f %%", help="Empty where there was nothing before"),
            "cost": st.column_config.NumberColumn(f"{days} days, {currency}", format=price),
            "course": st.column_config.AreaChartColumn(f"Last {COURSE_DAYS} days", y_min=0),
        },
        placeholder="–",
        alt=f"The services whose cost changed most over {days} days",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        grown = movers.fastest(trends, currency)
        st.caption(fmt.plain(f"Fastest growing: {grown}." if grown else "Nothing grew by more than a trifle."), width="content")
        download.table(page, rows.drop(columns="course"), f"Export all {len(rows)} (CSV)", f"movers-{days}")


def courses(page: Page, settled: date | None) -> pd.DataFrame:
    """The daily cost of each service that the tables draw beside its change."""
    last = settled or page.known.coverage.last
    shown = replace(page.view.filters, start=last - timedelta(days=COURSE_DAYS - 1), end=last)
    return page.figures.read(series.daily_by, shown, "service")


# ------------------------------------------------------------------------------------------------ what to look at


def unusual(events: Sequence[Anomaly] | None) -> None:
    """The largest events of these days, those that go on first; each opens its card."""
    st.markdown("**Anomalies in these days**")
    if events is None:
        st.caption(UNJUDGED)
    elif not events:
        st.caption("Every settled day was within its expected range.")
    for event in sorted(events or (), key=lambda event: (not event.ongoing, -abs(event.impact)))[:SHOWN]:
        going_on = ", ongoing" if event.ongoing else ""
        navigation.link(
            "anomalies",
            fmt.plain(f"{event.severity.capitalize()}{going_on}: {anomalies.sentence(event)}"),
            ":material/trending_up:" if event.impact > 0 else ":material/trending_down:",
            anomaly=event.id,
        )
    more = f"All {len(events)} anomalies" if events and len(events) > SHOWN else "Anomalies"
    navigation.link("anomalies", more, ":material/arrow_forward:")


def to_save(page: Page) -> None:
    """The findings that save most; a ticked row opens its evidence."""
    st.markdown("**Largest opportunities**")
    found = page.figures.read(opportunities.page, {**followed(page.view.filters), "state": LIVE}, SHOWN, as_of=page.figures.as_of)
    if found.empty:
        st.caption("Nothing was found under these filters." if judged(page) else "Nothing was judged: that takes a collection from AWS.")
    else:
        findings(page, found)
    with st.container(horizontal=True):
        navigation.link("savings", "Savings summary", ":material/arrow_forward:")
        navigation.link("opportunities", "Opportunities", ":material/arrow_forward:")


def judged(page: Page) -> bool:
    """Whether there was anything to find or to miss."""
    read = page.figures.read
    return bool(read(opportunities.totals, {}, as_of=page.figures.as_of).found or read(opportunities.not_measured_count, {}))


def findings(page: Page, found: pd.DataFrame) -> None:
    """The rows; the one that is ticked opens its card."""
    picked = st.dataframe(
        found.assign(
            saves=found["monthly_savings"].astype(float),
            priority=found["priority"].str.capitalize(),
            resource=[name or ident for name, ident in zip(found["resource_name"], found["resource_id"], strict=True)],
        ),
        key=f"top-findings-{st.session_state.setdefault(_TURN, 0)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_order=["title", "resource", "saves", "priority"],
        column_config={
            "title": st.column_config.TextColumn("Finding", pinned=True, width=150),
            "resource": st.column_config.TextColumn("Resource", width=130),
            "saves": st.column_config.NumberColumn("Saves a month, USD", format="dollar"),
            "priority": "Priority",
        },
        placeholder="–",
        alt="The findings that save most",
    )
    if picked.selection.rows:
        st.session_state[_TURN] += 1
        evidence.card(page.figures, found["id"].iloc[picked.selection.rows[0]])


main()
