"""What this month, the next and the quarter are expected to come to, with intervals, and how well that has held so far."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import charts_judged, charts_outlook, download, filters, layout, navigation, outlooks
from app import format as fmt
from app.forecast import apart, chance, record, what_if
from app.forecast.choices import BY, OWN, TOTAL
from app.kpi import card
from app.layout import Page
from app.nothing import no_match, not_known, reset
from core import insight
from core.analysis.what_if import Assumed
from core.errors import AnalysisRefused
from core.insight import Outlook, PeriodEnd
from core.models import DIMENSIONS, CostType, Filters
from core.store import queries, series

PAGE = {"title": "Forecast", "icon": ":material/trending_up:", "section": "Costs", "place": 4}

LEAST_PAST = 28  # days of the past that are always shown, however few were chosen
LEAST_KNOWN = 60  # days of history below which the page says that little is known

_BOUNDS = {"lower80": "80 %, from", "upper80": "80 %, to", "lower95": "95 %, from", "upper95": "95 %, to"}


def main() -> None:
    """The page, from the finding in words to the days."""
    page = layout.opened("Forecast", *OWN)
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    selection = page.all_days
    known = page.figures.read(series.daily, selection).dropna()
    if not known.any():
        heading.title("There is nothing to forecast")
        no_match(page.known) if len(known) else not_known(page.known, selection.cost_type.label)
        return
    try:
        with heading, st.spinner("Working out the forecast of this selection"):
            outlook = page.figures.read(insight.outlook, selection, page.figures.settled_days)
    except AnalysisRefused as refused:
        with heading:
            st.title("There is no forecast of this selection")
            layout.freshness(page)
        why_not(page, refused)
        return
    before = month_before(page, selection, outlook)
    with heading:
        st.title(fmt.plain(outlooks.headline(outlook, before)))
        layout.freshness(page)
    theirs = comparable(page, outlook)
    little_known(outlook)
    kpis(outlook)
    assumed = choices(page, outlook)
    by = page.view.value(BY)
    if by != TOTAL:
        apart.shown(page, outlook, by, past(page, outlook.settled).start)
    days, ends = what_if.moved(outlook, assumed) if assumed else (None, None)
    if by == TOTAL:
        chart(page, outlook, theirs, days)
    by_month(page, outlook, ends)
    if assumed:
        st.caption(fmt.plain(f"The assumptions: {what_if.told(assumed, outlook.currency)}. They are of the total."))
    chance.passing(page, outlook, ends)
    by_day(page, outlook, theirs)
    record.shown(page, outlook)


def choices(page: Page, outlook: Outlook) -> Assumed | None:
    """What the forecast is taken apart by, and what is assumed."""
    labels = {TOTAL: "Total"} | {key: f"By {DIMENSIONS[key].label.lower()}" for key in BY.values if key != TOTAL}
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast-choices"):
        st.segmented_control("Show", BY.values, format_func=labels.__getitem__, required=True, **filters.bound(BY, page.view))
        return what_if.assumed(page, outlook)


def why_not(page: Page, refused: AnalysisRefused) -> None:
    """What is lacking, and what to do."""
    with st.container(border=True, key="forecast-refused"):
        st.subheader("Nothing honest can be said yet")
        st.markdown(fmt.plain(f"{refused.message} {refused.hint}".strip()))
        with st.container(horizontal=True, vertical_alignment="center"):
            reset(page.known)
            navigation.link("data", "Collect or import more months", ":material/arrow_forward:")


def month_before(page: Page, selection: Filters, outlook: Outlook) -> Decimal | None:
    """What the month before came to, where every day of it is known."""
    last = outlook.months[0].month - timedelta(days=1)
    month = replace(selection, start=last.replace(day=1), end=last)
    return page.figures.read(queries.total, month) if page.figures.read(series.daily, month).notna().all() else None


def comparable(page: Page, outlook: Outlook) -> pd.DataFrame | None:
    """AWS's own forecast, which is of the whole organisation's unblended cost in USD and of nothing else."""
    shown = page.view.filters
    if any(shown.selected.values()) or shown.cost_type is not CostType.UNBLENDED or shown.currency != "USD":
        return None
    found = page.figures.read(insight.aws_forecast)
    return found[found["day"] <= outlook.all_days["date"].iloc[-1]] if len(found) else None


def kpis(outlook: Outlook) -> None:
    """The ends of the months and of the quarter, and how far off the same method was."""
    currency, this = outlook.currency, outlook.months[0]
    with st.grid("auto", min_column_width=205, key="forecast-kpis"):
        for end in outlook.periods:
            period_card(end, currency)
        usual = outlook.days["mean"].abs().mean()
        error = outlook.mean_absolute_error
        card(
            "Off by, a day",
            "Not known" if error is None else fmt.short(error, currency),
            note="the history is too short to tell" if error is None else f"{fmt.share(error, usual)} of a forecast day",
            help="Mean absolute error: by how much the same method missed a day when it was tried on the past.",
        )
        card("Settled up to", fmt.day(outlook.settled), note=f"{fmt.short(this.actual, currency)} of {this.month:%B} so far")


def period_card(end: PeriodEnd, currency: str) -> None:
    """A whole month or quarter with its interval."""
    interval = f"80 %: {fmt.short(end.lower80, currency)} to {fmt.short(end.upper80, currency)}"
    wide = f"95 %: {fmt.short(end.lower95, currency)} to {fmt.short(end.upper95, currency)}"
    exactly = f"{fmt.exact(end.mean, currency)}: settled days as billed, the rest forecast. {wide}."
    card(f"{chance.name(end)}, expected", fmt.short(end.mean, currency), note=interval, help=exactly)


def little_known(outlook: Outlook) -> None:
    """Say where the past is too short to know a month's rhythm."""
    days = (outlook.settled - outlook.history_from).days + 1
    if days < LEAST_KNOWN:
        st.info(
            f"There {'is' if days == 1 else 'are'} only {fmt.count(days, 'settled day')} to learn from. With {LEAST_KNOWN} and more the "
            "forecast knows weekdays and month starts: collect or import earlier months to know better.",
            icon=":material/hourglass_empty:",
        )


def chart(page: Page, outlook: Outlook, theirs: pd.DataFrame | None, assumed: pd.DataFrame | None) -> None:
    """The past that was chosen, and the fan of what is to come; with what is `assumed` as a second line."""
    view = page.view.filters
    title = f"{view.cost_type.label} cost a day, {outlook.currency}, and what is expected"
    st.markdown(f"**{title}**")
    actual = page.figures.read(series.daily, past(page, outlook.settled))
    also = () if assumed is None else (charts_outlook.assumed(assumed, outlook.currency),)
    figure = charts_judged.outlook(actual, outlook.all_days, outlook.settled, outlook.currency, theirs, also)
    ends = outlook.all_days["date"].iloc[-1].date()
    st.plotly_chart(
        figure,
        key="outlook",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]},
        alt=f"{title} up to {fmt.day(ends)} with intervals of 80 and 95 percent, as the tables below list",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("The days chosen above say how much of the past is shown; the forecast learns from all of it.", width="content")
        worked_out(page, outlook)


def past(page: Page, settled: date) -> Filters:
    """The days of the past that are shown: from the first chosen day to the last with figures."""
    span = page.known.coverage
    first = min(page.view.filters.start, settled - timedelta(days=LEAST_PAST - 1))
    return replace(page.view.filters, start=max(span.first, first), end=span.last)


def worked_out(page: Page, outlook: Outlook) -> None:
    """The method, its record and its terms."""
    with st.popover("How is this worked out?", icon=":material/functions:", key="outlook-worked-out", type="tertiary"):
        error = outlook.mean_absolute_error
        record = (
            "the history is too short to try the method on the past"
            if error is None
            else f"tried on the past, it missed a day by {fmt.money(error, outlook.currency)} on average"
        )
        notes = "\n".join(f"- {fmt.plain(note)}" for note in outlook.notes)
        st.markdown(
            f"""**Method: {fmt.plain(outlook.method)}**

- **Learnt from** {fmt.day(pd.Timestamp(outlook.history_from))} to {fmt.day(outlook.settled)}, settled days only
- **Record**: {fmt.plain(record)}
- **Intervals** come from those past errors: of 100 days about 80 lie inside the narrow one and 95 inside the wide one
- **Charges by the calendar**, a month: {fmt.plain(outlooks.charges(outlook))}
- **A month or quarter** is its settled days as billed, and the forecast of the rest
- **A chance of passing an amount** is read off the interval: 50 % at the mean, 10 % at the upper end of 80 %, 2.5 % at that of 95 %
- **By service, account or region** each part is forecast by itself and then moved, the unsure ones most, until they add up to the total
- **Cost type** {page.view.filters.cost_type.label}; the filters choose what is added up
{notes}

Models, intervals and calendar charges are described in `docs/methods.md` under "Forecasts"."""
        )


def by_month(page: Page, outlook: Outlook, assumed: Sequence[PeriodEnd] | None) -> None:
    """Whole months and the quarter: settled, the rest, and both together with their bounds; and with what is `assumed`."""
    price = fmt.column(outlook.currency)
    st.markdown("**By month and quarter**")
    rows = outlooks.months(outlook, assumed)
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "month": st.column_config.TextColumn("Period", pinned=True),
            "actual": st.column_config.NumberColumn("Settled so far", format=price),
            "rest": st.column_config.NumberColumn("Forecast of the rest", format=price),
            "mean": st.column_config.NumberColumn(f"All of it, {outlook.currency}", format=price),
            "assumed": st.column_config.NumberColumn("With the assumptions", format=price),
            **{bound: st.column_config.NumberColumn(label, format=price) for bound, label in _BOUNDS.items()},
        },
        alt="Expected cost by month and quarter with its intervals",
    )
    download.table(page, rows, "Export months (CSV)", "forecast-months")


def by_day(page: Page, outlook: Outlook, theirs: pd.DataFrame | None) -> None:
    """Each coming day."""
    price = fmt.column(outlook.currency)
    rows = outlooks.days(outlook, theirs)
    with st.expander(f"By day ({len(rows)})", key="forecast-by-day"):
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                "date": st.column_config.DateColumn("Day", format="D MMM YYYY", pinned=True),
                "mean": st.column_config.NumberColumn(f"Expected, {outlook.currency}", format=price),
                **{bound: st.column_config.NumberColumn(label, format=price) for bound, label in _BOUNDS.items()},
                "aws": st.column_config.NumberColumn("AWS's own forecast", format=price),
            },
            placeholder="–",
            alt="Expected cost by day with its intervals",
        )
        download.table(page, rows.assign(date=rows["date"].dt.strftime("%Y-%m-%d")), "Export days (CSV)", "forecast-days")


main()
