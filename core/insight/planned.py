"""What is planned to be saved: accepted findings, as far as a view of the costs contains them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.models import CHARGE_CATEGORY, USAGE_CATEGORY, CostType, Filters, Snapshot
from core.store import opportunities
from core.store.client import Store

CURRENCY = "USD"
STATE = "accepted"

_TOLD_APART = ("provider", "account", "service", "region")
_OF_WHAT_IS_PAID = (CostType.UNBLENDED, CostType.AMORTIZED, CostType.NET_UNBLENDED, CostType.NET_AMORTIZED)


@dataclass(frozen=True)
class Planned:
    """USD a month that the accepted findings save, each resource once, and how many they are; or why they can't be told."""

    monthly: Decimal = Decimal(0)
    findings: int = 0
    refused: str = ""


def planned(store: Store, snap: Snapshot, filters: Filters, *, as_of: date) -> Planned:
    """What the accepted findings of the view's selection save; `refused` says why where they don't belong to it. Its days don't matter."""
    if refused := _refusal(filters):
        return Planned(refused=refused)
    chosen = {key: values for key, values in filters.selected.items() if key in _TOLD_APART}
    totals = opportunities.totals(store, snap, {**chosen, "state": (STATE,)}, as_of=as_of)
    return Planned(totals.savings, totals.counted)


def _refusal(filters: Filters) -> str:
    if filters.currency != CURRENCY:
        return f"Findings are priced in {CURRENCY}, and this view is in {filters.currency}."
    if filters.cost_type not in _OF_WHAT_IS_PAID:
        return f"Savings are of what is paid, which {filters.cost_type.label.lower()} cost isn't."
    chosen = {key: values for key, values in filters.selected.items() if values}
    if USAGE_CATEGORY not in chosen.pop(CHARGE_CATEGORY.key, (USAGE_CATEGORY,)):
        return "Savings are of usage, which this view leaves out."
    unknown = sorted(key for key in chosen if key not in _TOLD_APART)
    return f"Findings can't be told apart by {unknown[0].replace('_', ' ').replace(':', ' ')}." if unknown else ""
