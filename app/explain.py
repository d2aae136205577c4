"""How a total comes about: its rule, source, run and the rows that it stands on."""

import streamlit as st

from app import format as fmt
from app.breakdown import Breakdown
from app.layout import KINDS
from core.models import TAG_PREFIX, CostType
from core.store import queries

RULES = {
    CostType.UNBLENDED: "FOCUS BilledCost as it stands; for a Cost and Usage Report the unblended cost of every line.",
    CostType.AMORTIZED: "FOCUS EffectiveCost as it stands; for a Cost and Usage Report the amortized cost by line item type.",
    CostType.NET_UNBLENDED: "Billed cost after negotiated discounts; FOCUS BilledCost has them in it already.",
    CostType.NET_AMORTIZED: "Effective cost after negotiated discounts; FOCUS EffectiveCost has them in it already.",
    CostType.LIST: "FOCUS ListCost; for a Cost and Usage Report the public on-demand cost. Purchases and what they cover both count.",
    CostType.CONTRACTED: "FOCUS ContractedCost: at negotiated prices, before commitments. A Cost and Usage Report has none.",
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
    selected = [
        f"{key.removeprefix(TAG_PREFIX)}: {', '.join(value or '(none)' for value in values)}" for key, values in filters.selected.items()
    ]
    sources = sorted({partition.source for partition in page.figures.snapshot.current})
    runs = sorted({partition.run_id for partition in page.figures.snapshot.current})
    named = ", ".join(
        f"{provider} {account.rsplit('/', 1)[-1]} ({KINDS[kind]})" for kind, provider, account in (s.split(":", 2) for s in sources)
    )
    st.markdown(
        f"""**{found.total.normalize():f} {filters.currency}** is the sum of {lines:,} line items.

- **Cost type** {filters.cost_type.label}: {RULES[filters.cost_type]}
- **Days** {fmt.period(filters.start, filters.end)}, UTC, by the day on which a charge begins
- **Filters** {"; ".join(selected) or "none"}
- **All published sources** (the filters choose among them) {named}
- **As of** {fmt.day(page.figures.as_of)}, data version {page.figures.snapshot.version}, run{"s" if len(runs) > 1 else ""} {", ".join(runs)}

Currencies are never added together. Every formula stands in `docs/methods.md`; the Data page sets each month beside its file's own sum."""
    )
