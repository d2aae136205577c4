"""What changed between two periods: the cost page's section, with its waterfall, its table and what a click on either shows."""

from dataclasses import replace
from datetime import date

import streamlit as st

from app import charts_drivers, download, driver_card, driver_rows, filters
from app import format as fmt
from app.breakdown import labels_of
from app.driver_rows import AGAINST, BY, CHOICES, PER, SINCE, UNTIL
from app.layout import Page
from app.view import Choice
from core.analysis.beside import Against, beside
from core.analysis.drivers import DIMENSIONS, Driver
from core.errors import AnalysisRefused, SettingError
from core.insight import drivers
from core.insight.drivers import Change
from core.models import DIMENSIONS as DIMENSION_OF
from core.models import Days
from core.store import queries

OPEN = Choice("changes", ("open",))
OWN = (*CHOICES, OPEN)
AT_ONCE = 500_000
"""So many charges are compared without being asked to: on two cores it takes about a second."""

_TURN, _ASKED, _DATES = "drivers-turn", "drivers-asked", "drivers-dates"


def section(page: Page) -> None:
    """The whole section, from the sentence down to the export; or why there is none."""
    st.divider()
    heading = st.empty()
    heading.subheader("What changed", anchor="what-changed")
    against = Against(page.view.chosen(AGAINST)[0])
    controls(page, against)
    try:
        chosen = driver_rows.chosen_days(page.view) if against is Against.DAYS else None
        if not _ready(page, against, chosen):
            return
        with st.spinner("Comparing the two periods"):
            change = _change(page, against, chosen)
    except (AnalysisRefused, SettingError) as refused:
        with st.container(border=True, key="drivers-refused"):
            st.markdown(f"**{fmt.plain(refused.message)}**  \n{fmt.plain(refused.hint)}")
        return
    currency = page.view.filters.currency
    heading.subheader(fmt.plain(f"What changed: {driver_rows.headline(change, currency)}"), anchor="what-changed")
    _said(page, change)
    if change.parts.empty:
        st.caption("Nothing moved: every line costs the same in both periods.")
        return
    waterfall(page, change)
    table(page, change)
    _asked(page, change)


def controls(page: Page, against: Against) -> None:
    """What the view's days are set beside, in total or by day, and what the table is by."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="drivers-controls"):
        st.segmented_control(
            "Compare with",
            AGAINST.values,
            format_func=lambda name: driver_rows.LABELS[Against(name)],
            required=True,
            help="The view's settled days are set beside these.",
            **filters.bound(AGAINST, page.view),
        )
        if against is Against.DAYS:
            _dates(page)
        st.segmented_control(
            "As",
            PER.values,
            format_func=lambda name: {"period": "Totals", "day": "Average day"}[name],
            required=True,
            help="An average day makes periods of different lengths alike.",
            **filters.bound(PER, page.view),
        )
        st.segmented_control(
            "Table by", DIMENSIONS, format_func=lambda name: DIMENSION_OF[name].label, required=True, **filters.bound(BY, page.view)
        )


def _dates(page: Page) -> None:
    """The days of one's choice; until some are picked, those just before, which hold until then."""
    if len(st.session_state.get(_DATES, ())) != 1:  # one: the first day of a range has been picked, the second not yet
        held = _days_shown(page)
        st.session_state[_DATES] = (held.first, held.last)
    span, picked = page.known.coverage, st.session_state[_DATES]
    st.date_input(
        "Days to compare with (UTC)",
        key=_DATES,
        min_value=min(span.first, *picked),
        max_value=max(span.last, *picked),
        width=230,
        format="YYYY-MM-DD",
        on_change=_dated,
    )


def _days_shown(page: Page) -> Days:
    view = page.view.filters
    try:
        chosen = driver_rows.chosen_days(page.view)
        return chosen or page.figures.read(drivers.periods, view, page.figures.settled_days)[0]
    except (AnalysisRefused, SettingError):  # said below, where the comparison would be
        return beside(Days(view.start, view.end), Against.BEFORE)


def _dated() -> None:
    picked: tuple[date, ...] = st.session_state[_DATES]
    if len(picked) == 2:
        view = st.session_state["view"]
        filters.show(view.choosing(SINCE, [picked[0].isoformat()]).choosing(UNTIL, [picked[1].isoformat()]))


def _ready(page: Page, against: Against, chosen: Days | None) -> bool:
    """Whether to compare now: a bill of millions of charges takes a while, and is compared when somebody asks for it."""
    if page.view.chosen(OPEN):
        return True
    before, after = page.figures.read(drivers.periods, page.view.filters, page.figures.settled_days, against, chosen)
    spans = [replace(page.view.filters, start=days.first, end=days.last) for days in (before, after)]
    count = sum(page.figures.read(queries.line_count, span) for span in spans)
    if count <= AT_ONCE:
        return True
    st.markdown(f"{count:,} charges are compared line by line, which takes some seconds.")
    st.button(
        "Compare", icon=":material/compare_arrows:", on_click=filters.show, args=(page.view.choosing(OPEN, ["open"]),), key="drivers-open"
    )
    return False


def _change(page: Page, against: Against, chosen: Days | None) -> Change:
    per_day = page.view.chosen(PER) == ("day",)
    return page.figures.read(drivers.change, page.view.filters, page.figures.settled_days, against, chosen, per_day=per_day)


def _said(page: Page, change: Change) -> None:
    """Which days these are, and what couldn't be told apart."""
    st.caption(fmt.plain(driver_rows.lengths(change)))
    for note in change.notes:
        st.caption(f":material/info: {fmt.plain(note)}")
    if change.unknown:
        label = page.view.filters.cost_type.label
        st.caption(f"{label} cost isn't known for {change.unknown:,} charges of the two periods; they are left out.")


def waterfall(page: Page, change: Change) -> None:
    """From the earlier total to the later one; a click on a driver lists what it is made of."""
    view = page.view.filters
    rows = charts_drivers.bars(
        change.total_before,
        change.total_after,
        change.by_driver,
        fmt.period(change.before.first, change.before.last),
        fmt.period(change.after.first, change.after.last),
    )
    per = " an average day" if change.per_day else ""
    title = f"{view.cost_type.label} cost, {view.currency}{per}, from the earlier period to the later one"
    st.markdown(f"**{title}**")
    key = f"drivers-waterfall-{st.session_state.setdefault(_TURN, 0)}"
    st.plotly_chart(
        charts_drivers.waterfall(rows, view.currency),
        key=key,
        on_select=lambda: _clicked(key),
        selection_mode="points",
        config={"displaylogo": False, "displayModeBar": False},
        alt=f"{title}: {charts_drivers.told(rows, view.currency)}",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="drivers-more"):
        if charts_drivers.cut(rows):
            st.caption("The axis doesn't begin at zero.", width="content")
        st.menu_button(
            "What is behind a driver?",
            [driver.value for driver in change.by_driver],
            key="drivers-menu",
            format_func=lambda name: fmt.plain(
                f"{Driver(name).label}: {driver_rows.signed(change.by_driver[Driver(name)], view.currency)}"
            ),
            icon=":material/list:",
            type="tertiary",
            on_click=_chosen,
        )


def _chosen() -> None:
    """What the menu's choice is made of: for who can't click a bar."""
    if value := st.session_state["drivers-menu"]:
        _ask("", value)


def _clicked(key: str) -> None:
    points = st.session_state[key].selection.points
    if points and points[0].get("customdata") and points[0]["customdata"][0]:
        _ask("", points[0]["customdata"][0])
    elif points:
        st.session_state[_TURN] += 1


def _ask(dimension: str, value: str) -> None:
    """With the next run, list what a driver ("" as the dimension) or a value of a dimension is made of."""
    st.session_state[_ASKED] = (dimension, value)
    st.session_state[_TURN] += 1


def table(page: Page, change: Change) -> None:
    """Drivers by service, account or region; a ticked row lists its parts."""
    (dimension,) = page.view.chosen(BY)
    currency, label = page.view.filters.currency, DIMENSION_OF[dimension].label
    labels = labels_of(page, dimension, list(change.costs(dimension)))
    rows = driver_rows.table(change, dimension, lambda key: labels.get(key, key))
    price = fmt.column(currency)
    money = {"before": "Before", "after": "After", "change": "Change"} | {driver.value: driver.label for driver in change.by_driver}
    meanings = {driver.value: driver.meaning for driver in change.by_driver}
    key = f"drivers-table-{st.session_state.setdefault(_TURN, 0)}"
    st.markdown(f"**Drivers by {label.lower()}**")
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        column_order=["name", *money],
        column_config={
            "name": st.column_config.TextColumn(label, pinned=True, width="medium"),
            **{
                name: st.column_config.NumberColumn(said, format=price, width=max(105, 8 * len(said)), help=meanings.get(name))
                for name, said in money.items()
            },
        },
        on_select=lambda: _picked(key, dimension, list(rows["key"])),
        selection_mode="single-row",
        placeholder="–",
        alt=f"What drove the change, by {label.lower()}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        moved = driver_rows.signed(change.difference, currency)
        st.caption(fmt.plain(f"All together {moved}. Tick a row to see what it is made of."), width="content")
        compared = replace(
            page, view=replace(page.view, filters=replace(page.view.filters, start=change.after.first, end=change.after.last))
        )
        download.table(compared, drivers.tidy(change), "Export drivers (CSV)", f"drivers-{change.before.first}-{change.before.last}")


def _picked(key: str, dimension: str, keys: list[str | None]) -> None:
    rows = st.session_state[key].selection.rows
    if rows and keys[rows[0]] is not None:
        _ask(dimension, str(keys[rows[0]]))
    elif rows:
        st.session_state[_TURN] += 1


def _asked(page: Page, change: Change) -> None:
    """Open what was clicked."""
    dimension, value = st.session_state.pop(_ASKED, ("", ""))
    if value in change.by(dimension) if dimension else value in change.by_driver:
        driver_card.card(page, change, dimension, value)
