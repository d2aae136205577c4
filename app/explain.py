"""How a total comes about: its rule, source, run and the rows that it stands on."""

import streamlit as st

from app import bills
from app import format as fmt
from app.breakdown import Breakdown
from core.models import COST_EXPLORER, TAG_PREFIX, CostType
from core.store import queries

RULES = {
    CostType.UNBLENDED: "FOCUS BilledCost and Cost Explorer's UnblendedCost as they stand; in a Cost and Usage Report the unblended cost.",
    CostType.AMORTIZED: "FOCUS EffectiveCost and Cost Explorer's AmortizedCost as they stand; a Cost and Usage Report by line item type.",
    CostType.NET_UNBLENDED: "Billed cost after negotiated discounts: Cost Explorer's NetUnblendedCost; in FOCUS it is BilledCost.",
    CostType.NET_AMORTIZED: "Effective cost after negotiated discounts: Cost Explorer's NetAmortizedCost; in FOCUS it is EffectiveCost.",
    CostType.LIST: "FOCUS ListCost; for a Cost and Usage Report the public on-demand cost. Purchases and what they cover both count.",
    CostType.CONTRACTED: "FOCUS ContractedCost: at negotiated prices, before commitments. No other source has it.",
}


def worked_out(found: Breakdown) -> None:
    """A popover beside the total; what is in it is read when it opens."""
    popover = st.popover("How is this worked out?", icon=":material/functions:", key="worked-out", on_change="rerun", type="tertiary")
    if popover.open:
        with popover:
            explanation(found)


def explanation(found: Breakdown) -> None:
    """The total's rule, terms and sources."""
    filters, page = found.filters, found.page
    lines = page.figures.read(queries.line_count, filters)
    from_cost_explorer = any(partition.kind == COST_EXPLORER for partition in page.figures.snapshot.bills)
    what = [f"{lines:,} line items"] if lines or not from_cost_explorer else []
    what += ["what Cost Explorer answers by day, account, service, region and charge category"] if from_cost_explorer else []
    selected = [
        f"{key.removeprefix(TAG_PREFIX)}: {', '.join(value or '(none)' for value in values)}" for key, values in filters.selected.items()
    ]
    published = page.figures.snapshot.bills
    runs = sorted({partition.run_id for partition in published})
    named = ", ".join(bills.source_label(source) for source in sorted({partition.source for partition in published}))
    st.markdown(
        f"""**{found.total.normalize():f} {filters.currency}** is the sum of {" and ".join(what)}.

- **Cost type** {filters.cost_type.label}: {RULES[filters.cost_type]}
- **Days** {fmt.period(filters.start, filters.end)}, UTC, by the day on which a charge begins
- **Filters** {"; ".join(selected) or "none"}
- **All published sources** (the filters choose among them) {named}
- **As of** {fmt.day(page.figures.as_of)}, data version {page.figures.snapshot.version}, run{"s" if len(runs) > 1 else ""} {", ".join(runs)}

Currencies are never added together. Every formula stands in `docs/methods.md`; the Data page sets each month beside its file's own sum."""
    )
