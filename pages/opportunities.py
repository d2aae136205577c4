"""What can be saved, by how much, and why; a row opens its evidence."""

from decimal import Decimal

import pandas as pd
import streamlit as st

from app import charts, evidence, export, filters, layout, navigation
from app import format as fmt
from app.findings import FOLLOWED, followed
from app.kpi import card
from app.layout import Page
from app.view import Choice
from core import checks
from core.models import Filters
from core.store import opportunities
from core.store.opportunities import Selection, Totals

PAGE = {"title": "Opportunities", "icon": ":material/savings:", "section": "Savings", "place": 1}

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
TYPE = Choice("type", tuple(TYPES), several=True)
PRIORITY = Choice("priority", ("high", "medium", "low"), several=True)
SORT = Choice("sort", tuple(SORTS), default="monthly_savings")


def main() -> None:
    """The page, from the total to each finding's evidence."""
    page = layout.opened("Opportunities", TYPE, PRIORITY, SORT)
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    selected = followed(page.view.filters)
    judged = page.figures.read(opportunities.totals, {}).found or page.figures.read(opportunities.not_measured_count, {})
    found = page.figures.read(opportunities.totals, selected)
    with heading:
        st.title(headline(found) if judged else "Opportunities")
        layout.freshness(page)
    if not judged:
        nothing()
        return
    left_out(page.view.filters)
    if not found.found:
        none_here(page)
    else:
        kpis(page, found, selected)
        chosen = {**selected, "type": page.view.chosen(TYPE), "priority": page.view.chosen(PRIORITY)}
        choices(page, selected, chosen)
        by_check(page, chosen)
        table(page, chosen)
    not_measured(page, selected)


def headline(found: Totals) -> str:
    """What can be saved, in one sentence."""
    if not found.found:
        return "No opportunities under these filters"
    return fmt.plain(f"{fmt.short(found.savings)} a month can be saved on {fmt.count(found.counted, 'resource')}")


def nothing() -> None:
    """Before anything was judged."""
    with st.container(border=True):
        st.subheader("Nothing has been judged yet")
        st.markdown("Opportunities are found in the resources of a collection from AWS; a billing export alone has none.")
        navigation.link("data", "Collect from AWS", ":material/arrow_forward:")


def none_here(page: Page) -> None:
    """Other filters would show some, or nothing was found at all."""
    with st.container(border=True):
        st.subheader("Nothing was found here")
        st.markdown("No check found anything under these filters. Lift a filter above, or start over.")
        reset = filters.default_view(page.known.coverage)
        st.button("Reset filters", type="primary", on_click=filters.show, args=(reset,), key="reset-empty")


def left_out(shown: Filters) -> None:
    """Say which filters don't apply here."""
    ignored = sorted(key.replace("_", " ") for key in shown.selected if key not in FOLLOWED)
    if ignored:
        said = f"Findings follow the filters by account, service and region; {' and '.join(ignored)} doesn't apply to them."
        st.caption(fmt.plain(said))


def kpis(page: Page, found: Totals, selected: Selection) -> None:
    """The total and what it leaves out."""
    unmeasured = page.figures.read(opportunities.not_measured_count, selected)
    with st.grid("auto", min_column_width=230, key="opportunity-kpis"):
        exactly = f"Exactly {fmt.exact(found.savings)}: the best finding of each resource, net of commitments, at 730 hours a month."
        card("Saves a month", fmt.short(found.savings), note=f"{fmt.short(found.savings * 12)} a year", help=exactly)
        card("Findings", f"{found.found:,}", note=f"{found.counted:,} counted", help="Of several findings on one resource one counts.")
        if found.unpriced:
            told = "No price was found, and none is guessed."
            card("Without a price", f"{found.unpriced:,}", note="save nothing in the total", help=told)
        told = "What couldn't be judged, with the reason. It is never read as idle."
        card("Not measured", f"{unmeasured:,}", note="listed below" if unmeasured else "everything was judged", help=told)


def choices(page: Page, selected: Selection, chosen: Selection) -> None:
    """The page's own filters, and the export."""
    found = page.figures.read(opportunities.by, selected, "type")["key"]
    types = list(dict.fromkeys([*found, *page.view.chosen(TYPE)]))
    with st.container(horizontal=True, vertical_alignment="bottom", key="opportunity-choices"):
        st.pills("Type", types, selection_mode="multi", format_func=lambda key: TYPES.get(key, key), **filters.bound(TYPE, page.view))
        st.pills("Priority", PRIORITY.values, selection_mode="multi", format_func=str.capitalize, **filters.bound(PRIORITY, page.view))
        st.download_button(
            "Export findings (CSV)",
            export.table(page.figures.read(opportunities.export, chosen), page.figures, page.view.filters),
            export.file_name("opportunities", page.view.filters),
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="export-opportunities",
        )


def by_check(page: Page, chosen: Selection) -> None:
    """Savings by check, the largest first."""
    sums = page.figures.read(opportunities.by, chosen, "check")
    amounts = {key: Decimal(saves) for key, saves in zip(sums["key"], sums["savings"], strict=True) if saves}
    if not amounts:
        return
    labels = {check.id: check.label for check in checks.discovered()}
    st.markdown("**Savings a month by check, USD**")
    figure = charts.ranking(amounts, charts.ranked(amounts), labels, dict.fromkeys(amounts, BAR), "USD")
    figure.update_layout(height=20 + 40 * len(amounts))
    st.plotly_chart(figure, key="by-check", alt="Savings by check")


def table(page: Page, chosen: Selection) -> None:
    """The findings, a page at a time; a ticked row opens its evidence."""
    found = page.figures.read(opportunities.totals, chosen)
    if not found.found:
        st.info("No finding of this type and priority.", icon=":material/filter_alt_off:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Sort by", SORT.values, format_func=SORTS.__getitem__, width=180, **filters.bound(SORT, page.view))
        pages = -(-found.found // ROWS)
        number = st.pagination(pages, key="opportunity-page") if pages > 1 else 1
    (sort,) = page.view.chosen(SORT)
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
    said = f"{fmt.count(found.found, 'finding')}, {found.counted:,} counted: **{fmt.exact(found.savings)}** a month."
    st.caption(f"{said} Tick a row for its evidence.".replace("$", r"\$"))
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


def not_measured(page: Page, selected: Selection) -> None:
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
