"""What each instance, volume, database, function and bucket costs a month, and what storage holds; a row opens its lines."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import charts_savings, filters, layout, resources
from app import format as fmt
from app.cached import Figures
from app.export import file_name, stamped
from app.findings import followed, left_out
from app.kpi import card
from app.layout import Page
from app.nothing import none_here, not_collected
from app.view import Choice
from core.insight import resources as reads
from core.models import INVENTORY
from core.store import resource_costs
from core.store.resource_costs import KINDS, Selection, Sum

PAGE = {"title": "Resources", "icon": ":material/dns:", "section": "Costs", "place": 6}

ROWS = 50
KIND = Choice("kind", KINDS, several=True)
FIND = Choice("find")
PRICED = Choice("priced", ("known", "unknown"), several=True)
ORDER = Choice("order", tuple(resources.SORTS), default="cost")
_TURN = "resources-turn"  # a table under a new key has forgotten the tick that was just followed
CONSOLE = {
    "ec2:instance": "https://{region}.console.aws.amazon.com/ec2/home?region={region}#InstanceDetails:instanceId={id}",
    "ec2:volume": "https://{region}.console.aws.amazon.com/ec2/home?region={region}#VolumeDetails:volumeId={id}",
    "rds:db": "https://{region}.console.aws.amazon.com/rds/home?region={region}#database:id={id};is-cluster=false",
    "lambda:function": "https://{region}.console.aws.amazon.com/lambda/home?region={region}#/functions/{id}",
    "s3:bucket": "https://{region}.console.aws.amazon.com/s3/buckets/{id}?region={region}",
}


def main() -> None:
    """The page, from the sum down to each resource's lines."""
    page = layout.opened("Resources", KIND, FIND, PRICED, ORDER)
    if page is None:
        return
    heading = st.container()
    filters.bar(page.figures, page.view, page.known)
    chosen = followed(page.view.filters)
    kinds = resources.kinds_of(chosen.get("service", ()))
    scope = {**chosen, "kind": kinds}
    found = page.figures.read(resource_costs.sums, scope) if kinds else {}
    with heading:
        st.title(fmt.plain(resources.headline(found)) if collected(page) else "Resources")
        layout.freshness(page)
    if not collected(page):
        not_collected(
            "No resources have been collected yet",
            "What there is, and what it costs, comes from a collection from AWS; a billing export alone has no resources.",
        )
        return
    st.caption("On-demand prices of a whole month, before reservations, Savings Plans, discounts and credits: not the bill.")
    left_out(page.view.filters, "Resources follow")
    if not found:
        none_here(
            page.known,
            "No resource matches these filters",
            f"There are {', '.join(resources.LABELS.values())}. Lift a filter above, or start over.",
        )
        return
    kpis(found)
    made_of(page, scope)
    table(page, scope, found)


def collected(page: Page) -> bool:
    """Whether there is an inventory."""
    return any(partition.kind == INVENTORY for partition in page.figures.snapshot.current)


def kpis(found: Mapping[str, Sum]) -> None:
    """The sum, and each type's."""
    with st.grid("auto", min_column_width=165, key="resource-kpis"):
        costs("All together", resources.total(found))
        for kind in KINDS:
            if kind in found:
                costs(resources.LABELS[kind], found[kind])


def costs(label: str, sums: Sum) -> None:
    """What resources cost, and of how many that isn't known."""
    missing = sums.found - sums.known
    note = f"{sums.found:,}, {missing:,} not known" if missing else fmt.count(sums.found, "resource")
    told = f"Exactly {fmt.exact(sums.usd)} a month on demand, of the {sums.known:,} whose cost is known."
    card(label, fmt.short(sums.usd) if sums.known else "Not known", note=note, help=told)


# ------------------------------------------------------------------------------------------------ made up of what


def made_of(page: Page, scope: Selection) -> None:
    """Storage by class, in GiB and in USD, and every kind of line under it."""
    apart = reads.apart(page.figures.read(resource_costs.lines, scope))
    classes = resources.storage(apart)
    if classes:
        with st.grid("auto", min_column_width=430, key="resource-storage"):
            for unit, title in (("USD", "Storage by class, USD a month"), ("GiB", "Storage by class, GiB held")):
                with st.container():
                    st.markdown(f"**{title}**")
                    told = "; ".join(f"{one.label} {charts_savings.size(one.gib)}, {fmt.money(one.usd)}" for one in classes)
                    st.plotly_chart(
                        charts_savings.storage(classes, unit),
                        key=f"storage-{unit}",
                        config={"displayModeBar": False},
                        alt=f"{title}: {told}",
                    )
    rows = resources.lines(apart)
    if len(rows):
        with st.expander(f"Everything that is in these costs ({len(rows)} kinds of lines)", key="resource-lines"):
            st.dataframe(
                rows,
                hide_index=True,
                column_config={
                    "kind": st.column_config.TextColumn("Type", pinned=True),
                    "part": "For",
                    "of": "Of",
                    "resources": st.column_config.NumberColumn("Resources", format="localized"),
                    "quantity": st.column_config.NumberColumn("Quantity a month", format="localized"),
                    "unit": "Unit",
                    "usd": st.column_config.NumberColumn("USD a month", format="dollar"),
                },
                alt="Costs by type, part and class",
            )
            download(page, lambda: rows, "Export these lines (CSV)", "resource-breakdown")


# ------------------------------------------------------------------------------------------------ one by one


def table(page: Page, scope: Selection, found: Mapping[str, Sum]) -> None:
    """The resources, a page at a time; a ticked row opens its working."""
    st.markdown("**Resource by resource**")
    here = [kind for kind in KINDS if kind in found]
    with st.container(horizontal=True, vertical_alignment="bottom", key="resource-choices"):
        options = list(dict.fromkeys([*here, *page.view.chosen(KIND)]))
        st.pills("Type", options, selection_mode="multi", format_func=resources.LABELS.__getitem__, **filters.bound(KIND, page.view))
        told = {"known": "Known", "unknown": "Not known"}
        st.pills("Cost", PRICED.values, selection_mode="multi", format_func=told.__getitem__, **filters.bound(PRICED, page.view))
        st.text_input("Search", placeholder="Name, id or account", width=200, **filters.bound(FIND, page.view))
        st.selectbox("Sort by", ORDER.values, format_func=resources.SORTS.__getitem__, width=150, **filters.bound(ORDER, page.view))
    kinds = [kind for kind in here if kind in page.view.chosen(KIND)] if page.view.chosen(KIND) else here
    chosen = {**scope, "kind": kinds, "find": page.view.chosen(FIND), "priced": page.view.chosen(PRICED)}
    whole = resources.total(page.figures.read(resource_costs.sums, chosen)) if kinds else Sum()
    if not whole.found:
        st.info("No resource of this type, cost and name.", icon=":material/filter_alt_off:")
        return
    pages = -(-whole.found // ROWS)
    (order,) = page.view.chosen(ORDER)
    # Under other choices it is another list, which begins with its first page.
    number = st.pagination(pages, key=f"resource-page-{hash((*kinds, order, *chosen['find'], *chosen['priced']))}") if pages > 1 else 1
    rows = page.figures.read(reads.listed, chosen, ROWS, ((number or 1) - 1) * ROWS, order, descending=order == "cost")
    picked = listing(rows)
    st.caption(fmt.plain(f"{resources.together(whole)} Tick a row for its lines."))
    with st.container(horizontal=True, vertical_alignment="center"):
        download(page, lambda: resources.exported(every(page, chosen)), f"Export all {whole.found:,} (CSV)", "resources")
        download(page, lambda: resources.exported_lines(reads.cost_lines(every(page, chosen))), "Export cost lines (CSV)", "resource-lines")
        with st.popover("How is this worked out?", icon=":material/functions:", type="tertiary"):
            st.markdown("\n".join(f"- {fmt.plain(sentence)}" for sentence in resources.METHOD))
    if picked is not None:
        st.session_state[_TURN] += 1
        working(page.figures, {str(name): value for name, value in rows.iloc[picked].items()})


def listing(rows: pd.DataFrame) -> int | None:
    """One page of the table, and which of its rows was ticked."""
    shown = resources.rows(rows)
    parts = {part: st.column_config.NumberColumn(label, format="dollar", width=90) for part, label in resources.PART_LABELS.items()}
    reasons = ["lacking"] if any(shown["lacking"]) else []
    used = [part for part in parts if shown[part].notna().any()]
    picked = st.dataframe(
        shown,
        key=f"resources-{st.session_state.setdefault(_TURN, 0)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_order=["resource", "kind", "what", "cost", *reasons, *used, "gib", "account", "region", "state"],
        column_config={
            "resource": st.column_config.TextColumn("Resource", pinned=True, width=220),
            "kind": st.column_config.TextColumn("Type", width=115),
            "what": st.column_config.TextColumn("What", width=170),
            "cost": st.column_config.NumberColumn("USD a month", format="dollar", help="Empty where it isn't known"),
            **parts,
            "gib": st.column_config.NumberColumn("GiB", format="localized"),
            "account": st.column_config.TextColumn("Account", width=170),
            "region": "Region",
            "state": "State",
            "lacking": st.column_config.TextColumn("Why it isn't known", width="large"),
        },
        placeholder="–",
        alt="Resources with their cost a month, sorted as chosen",
    )
    return int(picked.selection.rows[0]) if picked.selection.rows else None


def every(page: Page, chosen: Selection) -> pd.DataFrame:
    """All resources of a choice, the dearest first."""
    return reads.listed(page.figures.store, page.figures.snapshot, chosen)


def download(page: Page, rows: Callable[[], pd.DataFrame], label: str, name: str) -> None:
    """A button whose file is made when it is asked for."""
    st.download_button(
        label,
        stamped(rows, page.figures),
        file_name(name, page.view.filters),
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"export-{name}",
    )


@st.dialog("Cost of a resource", width="large")
def working(held: Figures, row: Mapping[str, Any]) -> None:
    """One resource's cost line by line."""
    kind, ident, region = row["resource_type"], row["resource_id"], row["region"]
    st.subheader(fmt.plain(row["name"] or ident))
    place = f"{resources.ONE[kind]} {ident} in account {row['account_id']}, {region}"
    told = [place, *(part for part in (row["what"], row["state"]) if part), f"seen {row['collected_at']:%-d %b %Y %H:%M} UTC"]
    st.caption(fmt.plain(" · ".join(told)))
    if row["lacking"]:
        st.info(fmt.plain(f"Its cost isn't known: {row['lacking']}."), icon=":material/help:")
    else:
        st.metric("A month on demand", fmt.exact(row["cost"]), border=True, width=220)
        lines(row["cost_basis"])
    tags = {str(key): str(value) for key, value in row["tags"].items()}
    if tags:
        st.caption(fmt.plain("Tags: " + ", ".join(f"{key}={value}" for key, value in sorted(tags.items()))))
    st.caption(f"Data version {held.snapshot.version}. This is the price list's, and not what was billed.")
    st.link_button("Open in the AWS console", CONSOLE[kind].format(region=region, id=ident), icon=":material/open_in_new:")


def lines(basis: str) -> None:
    """The sum, line by line."""
    found = reads.working(basis)
    if not found:
        st.caption("It has nothing that costs something now: a stopped instance has no hours, an empty bucket no storage.")
        return
    st.dataframe(
        pd.DataFrame(found),
        hide_index=True,
        column_order=["label", "quantity", "unit", "unit_price", "usd", "source", "source_date", "key", "sku"],
        column_config={
            "label": st.column_config.TextColumn("What", pinned=True),
            "quantity": st.column_config.NumberColumn("Quantity", format="localized"),
            "unit": "Unit",
            "unit_price": st.column_config.NumberColumn("Unit price, USD", format="%.6g"),
            "usd": st.column_config.NumberColumn("USD a month", format="%,.2f"),
            "source": "Price from",
            "source_date": "As of",
            "key": "Usage",
            "sku": "SKU",
        },
        alt="The cost line by line",
    )


main()
