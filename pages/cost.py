"""What was spent, by anything, and what changed; a click goes one level down."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import charts, download, drill, drivers, explain, export, filters, layout, limits
from app import format as fmt
from app.breakdown import Breakdown, group_label, labels_of
from app.kpi import card
from app.nothing import no_match, not_known
from app.view import NONE
from core.models import DIMENSIONS, TAG_PREFIX, Grain
from core.store import queries, series

PAGE = {"title": "Cost", "icon": ":material/bar_chart:", "section": "Costs", "place": 2}

RESOURCES_A_PAGE = 50
INNER = {
    "service": "region",
    "region": "service",
    "account": "service",
    "provider": "service",
    "category": "service",
    "usage_type": "region",
    "resource": "usage_type",
}


def main() -> None:
    """The page, from the finding in words down to the table."""
    page = layout.opened("Cost", *drivers.OWN)
    if page is None:
        return
    heading, bar, numbers, choices, chart = (st.container() for _ in range(5))
    found = Breakdown(page)
    if found.totals:
        with chart:  # first, because it is what a click on a filter waits for
            main_chart(found)
    with bar:
        filters.bar(page.figures, page.view, page.known)
    if not found.totals:
        heading.title("Cost")
        with choices:
            drill.breadcrumb(page.view)
        if limits.unknown(found):
            limits.explained(found)
        else:
            empty(found)
        return
    with heading:
        st.title(found.headline())
        layout.freshness(page)
    with numbers:
        kpis(found)
    with choices:
        drill.breadcrumb(page.view)
        controls(found)
    unknown_amounts(found)
    limits.noted(found)
    ranks, shares = st.columns(2)
    with ranks:
        ranking(found)
    with shares:
        treemap(found)
    table(found)
    limits.by_month(found)
    drivers.section(page)


def unknown_amounts(found: Breakdown) -> None:
    """Say where a sum leaves rows out because their amount isn't known."""
    if found.unknown:
        label = found.filters.cost_type.label
        st.caption(f"{label} cost isn't known for {found.unknown:,} rows of these sources; they are left out of the sums.")


def empty(found: Breakdown) -> None:
    """Nothing under these filters, or nothing of this cost type."""
    if found.unknown:
        not_known(found.page.known, found.filters.cost_type.label)
    else:
        no_match(found.page.known)


def kpis(found: Breakdown) -> None:
    """The total and what stands out in it."""
    currency, days = found.currency, found.filters.days
    moved = fmt.delta(fmt.change(found.total, found.total_before, currency)) if found.before else None
    exactly = f"Exactly {found.total.normalize():f} {currency}: the sum over every charge in this view."
    largest = max(found.totals, key=lambda group: found.totals[group])
    share = f"{fmt.share(found.totals[largest], found.total)} of the total"
    with st.grid("auto", min_column_width=230, key="kpis"):
        card(f"{found.filters.cost_type.label} cost", fmt.short(found.total, currency), change=moved, help=exactly)
        card(
            "Average a day",
            fmt.short(found.total / days, currency),
            note=f"{days} day{'s' if days > 1 else ''}",
            help="The total over every day of the period, with or without cost.",
        )
        card(f"Largest: {found.name(largest)}", fmt.short(found.totals[largest], currency), note=share)
        if found.before:
            group, difference = found.movers()[0]
            percent = fmt.percent_change(found.totals.get(group, Decimal(0)), found.before.get(group, Decimal(0)))
            sign = "+" if difference > 0 else ""
            card(f"Largest change: {found.name(group)}", sign + fmt.short(difference, currency), change=fmt.delta(percent))
        elif found.view.compare:
            before = found.filters.previous
            card("Period before", "No figures", note=fmt.period(before.start, before.end))


def controls(found: Breakdown) -> None:
    """Grouping, grain and exports."""
    page, view, span = found.page, found.view, found.filters
    tags = page.figures.read(queries.tag_keys, span.start, span.end, span.currency)
    options = [*DIMENSIONS, *(f"{TAG_PREFIX}{tag}" for tag in tags)]
    if view.group not in options:
        options.append(view.group)
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        st.session_state["control-group"] = view.group
        st.selectbox("Group by", options, key="control-group", format_func=group_label, width=220, on_change=regroup)
        st.session_state["control-grain"] = view.grain.value
        st.segmented_control(
            "Per", [g.value for g in Grain], key="control-grain", format_func=str.capitalize, required=True, on_change=regrain
        )
        st.download_button(
            "Export rows (CSV)",
            export.cost_rows(page.figures, view.filters),
            export.file_name("costs", view.filters),
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            help="Every row behind this view, one for each day, account, region, service, charge category and usage type.",
            key="export-rows",
        )
        explain.worked_out(found)


def regroup() -> None:
    """Take the grouping that was just chosen."""
    filters.show(replace(st.session_state["view"], group=st.session_state["control-group"]))


def regrain() -> None:
    """Take the grain that was just chosen."""
    filters.show(replace(st.session_state["view"], grain=Grain(st.session_state["control-grain"])))


def main_chart(found: Breakdown) -> None:
    """Cost by bucket, stacked by group, with the period before."""
    view = found.view
    settled = found.page.figures.read(series.settled, found.page.figures.settled_days)
    figure = charts.stacked(
        found.series,
        found.top,
        found.labels,
        found.colors,
        found.currency,
        view.grain,
        settled + timedelta(days=1) if settled else view.filters.start,
        found.earlier(),
    )
    st.markdown(f"**{view.filters.cost_type.label} cost per {view.grain.value}, {found.currency}, by {group_label(view.group).lower()}**")
    drill.clickable(
        figure, "stacked", found, f"{view.filters.cost_type.label} cost per {view.grain.value} by {group_label(view.group).lower()}"
    )


def ranking(found: Breakdown) -> None:
    """The largest groups as bars."""
    st.markdown(f"**Ranking by {group_label(found.view.group).lower()}**")
    figure = charts.ranking(found.totals, found.top, found.labels, found.colors, found.currency)
    drill.clickable(figure, "ranking", found, f"The largest by {group_label(found.view.group).lower()}")


def treemap(found: Breakdown) -> None:
    """Every group's share, divided once more."""
    group = found.view.group
    inner = INNER.get(group, "service")
    st.markdown(f"**Shares by {group_label(group).lower()} and {group_label(inner).lower()}**")
    parts = found.page.figures.read(queries.nested, found.filters, group, inner)
    if parts.empty:
        st.caption("There is no positive cost to divide.")
        return
    inner_labels = labels_of(found.page, inner, list(parts["inner"].unique()))
    figure = charts.treemap(parts, found.labels, inner_labels, found.colors, found.currency)
    drill.clickable(figure, "treemap", found, f"Shares of the cost by {group_label(group).lower()} and {group_label(inner).lower()}")


def table(found: Breakdown) -> None:
    """Every group with its change, share and course; a ticked row leads one level down."""
    if found.view.group == "resource":
        resources(found)
        return
    order = sorted({*found.totals, *found.before}, key=lambda group: (-found.totals.get(group, Decimal(0)), group))
    rows = table_rows(found, order)
    label, price = group_label(found.view.group), fmt.column(found.currency)
    key = f"table-{st.session_state.setdefault(drill.TURN, 0)}"
    st.markdown(f"**By {label.lower()}**")
    st.dataframe(
        rows,
        key=key,
        column_order=["group", "cost", "share", "course", *(["before", "change", "change_percent"] if found.before else [])],
        hide_index=True,
        column_config={
            "group": st.column_config.TextColumn(label, pinned=True, width="medium"),
            "cost": st.column_config.NumberColumn(f"Cost, {found.currency}", format=price),
            "share": st.column_config.ProgressColumn("Share", format="%.1f %%", min_value=0, max_value=100),
            "before": st.column_config.NumberColumn("Period before", format=price),
            "change": st.column_config.NumberColumn("Change", format=price),
            "change_percent": st.column_config.NumberColumn("Change, %", format="%+.1f %%", help="Empty where there was nothing before"),
            "course": st.column_config.AreaChartColumn(f"Per {found.view.grain.value}", y_min=0),
        },
        on_select=lambda: drill.picked(key, found, order),
        selection_mode="single-row",
        placeholder="–",
        alt=f"Cost by {label.lower()}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        said = f"Total of {len(order):,}: **{fmt.exact(found.total, found.currency)}**. Tick a row to look inside."
        st.caption(said.replace("$", r"\$"), width="content")
        download.table(found.page, rows.drop(columns="course"), "Export table (CSV)", f"by-{found.view.group.replace(':', '-')}")


def table_rows(found: Breakdown, order: list[str]) -> pd.DataFrame:
    """A row for each group: name, cost, share, cost before, change, change in percent, and its course by bucket."""
    costs = found.series.assign(cost=found.series["cost"].astype(float))
    course = costs.pivot_table(index="group", columns="bucket", values="cost", aggfunc="sum").fillna(0)
    now = [found.totals.get(group, Decimal(0)) for group in order]
    before = [found.before.get(group, Decimal(0)) for group in order]
    return pd.DataFrame(
        {
            "group": [found.name(group) for group in order],
            "cost": [float(cost) for cost in now],
            "share": [float(cost / found.total * 100) if found.total else None for cost in now],
            "before": [float(cost) for cost in before],
            "change": [float(new - old) for new, old in zip(now, before, strict=True)],
            "change_percent": [found.change_percent(group) for group in order],
            "course": [list(course.loc[group]) if group in course.index else [] for group in order],
        }
    )


def resources(found: Breakdown) -> None:
    """The resources themselves, a page at a time from the store; a ticked one shows its charges."""
    read = found.page.figures.read
    count = read(queries.resource_count, found.filters)
    pages = max(1, -(-count // RESOURCES_A_PAGE))
    number = st.session_state.get("resource-page", 1)
    number = min(max(number, 1), pages)
    rows = read(queries.resources, found.filters, RESOURCES_A_PAGE, (number - 1) * RESOURCES_A_PAGE)
    price = f"{fmt.sign(found.currency)}%,.4f"
    shown = rows.assign(cost=rows["cost"].astype(float), resource=rows["resource"].where(rows["resource"] != "", NONE))
    st.markdown("**Resources**")
    picked_rows = st.dataframe(
        shown,
        key=f"resources-{number}",
        hide_index=True,
        column_order=["resource", "name", "cost", "service", "account", "region", "usage_type", "lines", "first_day", "last_day"],
        column_config={
            "resource": st.column_config.TextColumn("Resource", pinned=True, width="large"),
            "name": "Name",
            "cost": st.column_config.NumberColumn(f"Cost, {found.currency}", format=price),
            "service": "Service",
            "account": "Account",
            "region": "Region",
            "usage_type": "Usage type",
            "lines": st.column_config.NumberColumn("Charges", format="localized"),
            "first_day": st.column_config.DateColumn("From", format="D MMM YYYY"),
            "last_day": st.column_config.DateColumn("To", format="D MMM YYYY"),
        },
        on_select="rerun",
        selection_mode="single-row",
        alt="Resources by cost",
    ).selection.rows
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages > 1:
            st.pagination(pages, key="resource-page")
        said = f"{count:,} resources, **{fmt.exact(found.total, found.currency)}**. Tick one to see its charges."
        st.caption(said.replace("$", r"\$"), width="content")
        own_days = rows.rename(columns={"first_day": "began", "last_day": "ended"})  # the export has first_day and last_day of the view
        download.table(found.page, own_days, "Export table (CSV)", f"resources-{number}")
    if picked_rows:
        charges(found, rows["resource"].iloc[picked_rows[0]])


@st.dialog("Charges", width="large")
def charges(found: Breakdown, resource: str) -> None:
    """The single charges of one resource."""
    narrowed = found.filters.only("resource", resource)
    lines = found.page.figures.read(queries.line_items, narrowed, 500)
    st.code(resource or NONE, language=None)
    total = sum((cost for cost in lines["cost"] if cost is not None), Decimal(0))
    st.caption(f"{len(lines):,} charges, {fmt.exact(total, found.currency)}".replace("$", r"\$"))
    numbers = {"cost": "Cost", "quantity": "Quantity", "price": "List unit price"}
    st.dataframe(
        lines.assign(**{column: lines[column].map(lambda v: float(v) if v is not None else None) for column in numbers}),
        hide_index=True,
        column_config={
            "day": st.column_config.DateColumn("Day", format="D MMM YYYY", pinned=True),
            "description": st.column_config.TextColumn("Description", width="large"),
            "category": "Category",
            "usage_type": "Usage type",
            "unit": "Unit",
            "tags": "Tags",
            **{column: st.column_config.NumberColumn(label, format="%.6f") for column, label in numbers.items()},
        },
    )


main()
