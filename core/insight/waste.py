"""How much of what is spent could be saved."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from core.models import CostType, Filters, Snapshot
from core.store import opportunities, queries, series
from core.store.client import Store

MONTH_DAYS = 30
CURRENCY = "USD"


@dataclass(frozen=True)
class Waste:
    """What could be saved a month, and the billed cost of the last 30 settled days (`since` to `settled`), in USD.

    `cost` is None where those days have no figures in USD.
    """

    totals: opportunities.Totals
    cost: Decimal | None
    since: date | None
    settled: date | None

    @property
    def percent(self) -> Decimal | None:
        """The savings in percent of the cost; None where there is no cost."""
        return 100 * self.totals.savings / self.cost if self.cost and self.cost > 0 else None


def waste(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> Waste:
    """Both for the view's selection, whatever its days, cost type and currency."""
    totals = opportunities.totals(store, snap, filters.selected)
    last = series.settled(store, snap, settled_days)
    if last is None:
        return Waste(totals, None, None, None)
    since = last - timedelta(days=MONTH_DAYS - 1)
    month = replace(filters, start=since, end=last, currency=CURRENCY, cost_type=CostType.UNBLENDED)
    return Waste(totals, queries.total(store, snap, month), since, last)
