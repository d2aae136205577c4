"""What Cost Explorer doesn't know: resources and tags at all, usage types day by day except for some of EC2's."""

from dataclasses import replace
from datetime import date

import streamlit as st

from app import download, filters, navigation
from app import format as fmt
from app.bills import source_label
from app.breakdown import Breakdown
from app.view import DEFAULT_GROUP, View
from core.models import COST_EXPLORER, TAG_PREFIX, Partition, month_after
from core.store import queries

_RESOURCES, _TAGS = "resources", "tags"


def asked_in_vain(group: str, *selected: str) -> str:
    """What a view asks for that Cost Explorer doesn't know: "resources", "tags", or nothing."""
    keys = {group, *selected}
    if "resource" in keys:
        return _RESOURCES
    return _TAGS if any(key.startswith(TAG_PREFIX) for key in keys) else ""


def overlapping(bills: tuple[Partition, ...], start: date, end: date) -> list[Partition]:
    """The months of Cost Explorer that a period touches."""
    return [p for p in bills if p.kind == COST_EXPLORER and p.month <= end and month_after(p.month, 1) > start]


def unknown(found: Breakdown) -> str:
    """What this view asks for in vain, of the months of Cost Explorer in it, or ""."""
    what = asked_in_vain(found.view.group, *found.filters.selected)
    return what if what and overlapping(found.page.figures.snapshot.bills, found.filters.start, found.filters.end) else ""


def explained(found: Breakdown) -> None:
    """In place of charts: why there is nothing, and what to do."""
    what = unknown(found)
    with st.container(border=True, key="unknown-to-cost-explorer"):
        st.subheader(f"Cost Explorer doesn't know {what}")
        st.markdown(
            f"The figures of {fmt.period(found.filters.start, found.filters.end)} come from Cost Explorer. "
            f"Import a FOCUS or CUR export of the same account and months to see {what}; it then takes Cost Explorer's place."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Group by service", type="primary", on_click=filters.show, args=(_known(found.view),), key="group-known")
            navigation.link("data", "Import a bill", ":material/upload_file:")


def _known(view: View) -> View:
    """The view by service, without the filters that Cost Explorer can't follow."""
    lifted = view.filters
    for key in view.filters.selected:
        lifted = lifted.without(key) if asked_in_vain(key) else lifted
    return replace(view, filters=lifted, group=DEFAULT_GROUP)


def noted(found: Breakdown) -> None:
    """One line where a part of the figures is left out of this view, or isn't divided."""
    months = overlapping(found.page.figures.snapshot.bills, found.filters.start, found.filters.end)
    if what := unknown(found):
        sources = ", ".join(sorted({source_label(month.source) for month in months}))
        st.caption(f"{sources} doesn't know {what}: {fmt.count(len(months), 'month')} of it are left out here.")
    elif months and (found.view.group == "usage_type" or "usage_type" in found.filters.selected):
        st.caption("Cost Explorer tells usage types by day for EBS, NAT gateways and data transfer only; all of them by month stand below.")


def by_month(found: Breakdown) -> None:
    """Every usage type of the months that the view touches, where Cost Explorer knows them by month only."""
    if found.view.group != "usage_type":
        return
    figures, price = found.page.figures, fmt.column(found.currency)
    known = figures.read(queries.usage_types, found.filters)
    if known.empty:
        return
    rows = known.assign(
        month=known["month"].dt.strftime("%Y-%m"), cost=known["cost"].astype(float), quantity=known["quantity"].astype(float)
    )
    st.markdown("**Usage types of whole months**")
    ignored = sorted(key for key in found.filters.selected if key != "service")
    left_out = f" The filters by {' and '.join(ignored)} don't apply here." if ignored else ""
    st.caption(f"Cost Explorer tells these for whole months and without account and region.{left_out}")
    st.dataframe(
        rows,
        hide_index=True,
        column_order=["usage_type", "service", "month", "cost", "quantity", "unit"],
        column_config={
            "usage_type": st.column_config.TextColumn("Usage type", pinned=True, width="medium"),
            "service": "Service",
            "month": "Month",
            "cost": st.column_config.NumberColumn(f"Cost, {found.currency}", format=price),
            "quantity": st.column_config.NumberColumn("Quantity", format="localized", help="Empty where units mix"),
            "unit": "Unit",
        },
        placeholder="–",
        alt="Cost by usage type and month",
    )
    download.table(found.page, rows, "Export usage types (CSV)", "usage-types")
