"""What can be saved, by how much, and why; a row opens its evidence."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import charts, evidence, export, filters, layout, navigation
from app import format as fmt
from app.layout import Page
from core import checks
from core.models import Filters
from core.store import opportunities
from core.store.opportunities import Totals

ROWS = 50
BAR = "#0072b2"
SORTS = {
    "monthly_savings": "Saving",
    "confidence": "Confidence",
    "priority": "Priority",
    "service": "Service",
    "account_id": "Account",
    "region": "Region",
    "resource_name": "Name",
}
TYPES = {
    "idle_resources": "Idle",
    "rightsizing": "Rightsizing",
    "spot_migration": "Spot",
    "storage_optimization": "Storage",
    "multi_az_conversion": "Multi-AZ",
    "reserved_instances": "Reserved Instances",
    "savings_plans": "Savings Plans",
    "commitments": "Commitments",
}
# The filters that findings follow; they have no day and no charge category.
USED = ("account", "service", "region", "provider")


def main() -> None:
    """The page, from the total to each finding's evidence."""
    page = layout.opened("Opportunities")
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    selected = {key: values for key, values in page.view.filters.selected.items() if key in USED}
    everything = page.figures.read(opportunities.totals, {})
    found = page.figures.read(opportunities.totals, selected)
    with heading:
        st.title(headline(found))
        layout.freshness(page)
    if not everything.found and not page.figures.read(opportunities.not_measured_count, {}):
        nothing()
        return
    left_out(page.view.filters)
    kpis(page, found, selected)
    chosen = {**selected, **choices(page, selected)}
    by_check(page, chosen)
    table(page, chosen)
    not_measured(page, selected)


def headline(found: Totals) -> str:
    """What can be saved, in one sentence."""
    if not found.found:
        return "No opportunities were found"
    return f"{fmt.short(found.savings)} a month can be saved on {fmt.count(found.counted, 'resource')}".replace("$", r"\$")


def nothing() -> None:
    """Before anything was judged."""
    with st.container(border=True):
        st.subheader("Nothing has been judged yet")
        st.markdown("Opportunities are found in the resources of a collection from AWS; a billing export alone has none.")
        navigation.link(navigation.DATA, "Collect from AWS", ":material/arrow_forward:")


def left_out(shown: Filters) -> None:
    """Say which filters don't apply here."""
    ignored = sorted(key.replace("_", " ") for key in shown.selected if key not in USED)
    if ignored:
        st.caption(f"Findings follow the filters by account, service and region; {' and '.join(ignored)} doesn't apply to them.")


def kpis(page: Page, found: Totals, selected: dict[str, tuple[str, ...]]) -> None:
    """The total and what it leaves out."""
    unmeasured = page.figures.read(opportunities.not_measured_count, selected)
    with st.grid("auto", min_column_width=230, key="opportunity-kpis"):
        exactly = f"Exactly {fmt.exact(found.savings)}: the best finding of each resource, net of commitments, at 730 hours a month."
        card("Saves a month", fmt.short(found.savings), note=f"{fmt.short(found.savings * 12)} a year", explained=exactly)
        card("Findings", f"{found.found:,}", note=f"{found.counted:,} counted", explained="Of several findings on one resource one counts.")
        if found.unpriced:
            card(
                "Without a price",
                f"{found.unpriced:,}",
                note="save nothing in the total",
                explained="No price was found, and none is guessed.",
            )
        card(
            "Not measured",
            f"{unmeasured:,}",
            note="listed below",
            explained="What couldn't be judged, with the reason. It is never read as idle.",
        )


def card(label: str, value: str, *, note: str, explained: str) -> None:
    """One headline figure."""
    st.metric(label, value, note, delta_color="off", delta_arrow="off", help=explained.replace("$", r"\$"), border=True, height="stretch")


def choices(page: Page, selected: dict[str, tuple[str, ...]]) -> dict[str, Sequence[str]]:
    """The page's own filters, and the export."""
    types = list(page.figures.read(opportunities.by, selected, "type")["key"])
    with st.container(horizontal=True, vertical_alignment="bottom", key="opportunity-choices"):
        kinds = st.pills("Type", types, selection_mode="multi", format_func=lambda key: TYPES.get(key, key), key="opportunity-types")
        priorities = st.pills("Priority", ["high", "medium", "low"], selection_mode="multi", format_func=str.capitalize, key="priorities")
        rows = page.figures.read(opportunities.export, {**selected, "type": kinds or (), "priority": priorities or ()})
        st.download_button(
            "Export findings (CSV)",
            export.table(rows, page.figures, page.view.filters),
            export.file_name("opportunities", page.view.filters),
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="export-opportunities",
        )
    return {"type": kinds or (), "priority": priorities or ()}


def by_check(page: Page, chosen: dict[str, Sequence[str]]) -> None:
    """Savings by check, the largest first."""
    sums = page.figures.read(opportunities.by, chosen, "check")
    amounts = {key: Decimal(saves) for key, saves in zip(sums["key"], sums["savings"], strict=True) if saves}
    if not amounts:
        return
    labels = {check.id: check.label for check in checks.discovered()}
    st.markdown("**Savings a month by check, USD**")
    figure = charts.ranking(amounts, charts.ranked(amounts), labels, dict.fromkeys(amounts, BAR), "USD")
    figure.update_layout(height=60 + 46 * len(amounts))
    st.plotly_chart(figure, key="by-check", alt="Savings by check")


def table(page: Page, chosen: dict[str, Sequence[str]]) -> None:
    """The findings, a page at a time; a ticked row opens its evidence."""
    found = page.figures.read(opportunities.totals, chosen)
    if not found.found:
        st.info("No finding under these filters.", icon=":material/filter_alt_off:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sort = st.selectbox("Sort by", list(SORTS), format_func=SORTS.__getitem__, width=180, key="opportunity-sort")
        pages = -(-found.found // ROWS)
        number = st.pagination(pages, key="opportunity-page") if pages > 1 else 1
    descending = sort in ("monthly_savings", "confidence", "priority")
    rows = page.figures.read(opportunities.page, chosen, ROWS, ((number or 1) - 1) * ROWS, sort, descending=descending)
    key = f"opportunities-{st.session_state.setdefault('opportunity-turn', 0)}"
    picked = st.dataframe(
        shown(rows),
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "title": st.column_config.TextColumn("Finding", pinned=True, width="medium"),
            "resource": st.column_config.TextColumn("Resource", width="medium"),
            "account": "Account",
            "region": "Region",
            "saves": st.column_config.NumberColumn("Saves a month", format="dollar"),
            "cost": st.column_config.NumberColumn("Costs a month", format="dollar"),
            "confidence": st.column_config.ProgressColumn("Confidence", format="percent", min_value=0, max_value=1),
            "priority": "Priority",
            "effort": "Effort",
            "risk": "Risk",
            "counted": st.column_config.CheckboxColumn("Counted", help="Of several findings on one resource the total takes one."),
        },
        placeholder="–",
        alt="Findings, sorted as chosen",
    )
    said = f"{found.found:,} findings, {found.counted:,} counted: **{fmt.exact(found.savings)}** a month. Tick a row for its evidence."
    st.caption(said.replace("$", r"\$"))
    if picked.selection.rows:
        st.session_state["opportunity-turn"] += 1  # a table under a new key has forgotten the tick that is followed now
        evidence.card(page.figures, rows["id"].iloc[picked.selection.rows[0]])


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The table's columns."""
    names = [f"{name} ({ident})" if name else ident for name, ident in zip(rows["resource_name"], rows["resource_id"], strict=True)]
    accounts = [f"{name} ({ident})" if name else ident for name, ident in zip(rows["account_name"], rows["account_id"], strict=True)]
    return pd.DataFrame(
        {
            "title": rows["title"],
            "resource": names,
            "account": accounts,
            "region": rows["region"],
            "saves": rows["monthly_savings"].astype(float),
            "cost": rows["monthly_cost"].astype(float),
            "confidence": rows["confidence"],
            "priority": rows["priority"].str.capitalize(),
            "effort": rows["effort"].str.capitalize(),
            "risk": rows["risk"].str.capitalize(),
            "counted": rows["counted"].astype(bool),
        }
    )


def not_measured(page: Page, selected: dict[str, tuple[str, ...]]) -> None:
    """What couldn't be judged, and why."""
    count = page.figures.read(opportunities.not_measured_count, selected)
    if not count:
        return
    labels = {check.id: check.label for check in checks.discovered()}
    with st.expander(f"Not measured ({count:,})", key="not-measured"):
        st.caption("These couldn't be judged. They are neither idle nor busy; the reason says what is missing.")
        pages = -(-count // ROWS)
        number = st.pagination(pages, key="not-measured-page") if pages > 1 else 1
        rows = page.figures.read(opportunities.not_measured, selected, ROWS, ((number or 1) - 1) * ROWS)
        st.dataframe(
            rows.assign(check=rows["check"].map(lambda key: labels.get(key, key))),
            hide_index=True,
            column_order=["resource_id", "resource_name", "check", "account_name", "region", "reason"],
            column_config={
                "resource_id": st.column_config.TextColumn("Resource", pinned=True),
                "resource_name": "Name",
                "check": "Asked",
                "account_name": "Account",
                "region": "Region",
                "reason": st.column_config.TextColumn("Reason", width="large"),
            },
            alt="What wasn't measured",
        )


main()
