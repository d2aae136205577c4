"""Reads of what single resources were charged, day by day, from bills that have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.models import ACCOUNT, REGION, USAGE_CATEGORY, Snapshot
from core.store import queries
from core.store.client import Store
from core.store.publish import CURRENT, current


@dataclass(frozen=True)
class ResourceDay:
    """What a resource's usage cost on a day, effective; `resource_id` is as the bill has it, an id or an address (ARN)."""

    source: str
    resource_id: str
    account_id: str
    region: str
    day: date
    currency: str
    cost: Decimal


# The last part of an address; an id without one is whole.
_LAST = "substringIndex(substringIndex(ResourceId, ':', -1), '/', -1)"


def by_resource(store: Store, snap: Snapshot, ids: Sequence[str], first: date, last: date) -> list[ResourceDay]:
    """The usage of resources whose id, or the last part of whose address, is one of these, from day to day, both included."""
    rows = store.rows(
        f"""SELECT source, ResourceId, {ACCOUNT.items} AS account, {REGION.items} AS region, ChargePeriodStartDate AS day, BillingCurrency,
            sum(EffectiveCost) FROM line_items
        WHERE {CURRENT} AND ChargePeriodStartDate BETWEEN {{first:Date}} AND {{last:Date}} AND ChargeCategory = {{usage:String}}
            AND (ResourceId IN {{ids:Array(String)}} OR {_LAST} IN {{ids:Array(String)}})
        GROUP BY source, ResourceId, account, region, day, BillingCurrency ORDER BY ALL""",
        {**current(snap), "ids": list(ids), "first": first, "last": last, "usage": USAGE_CATEGORY},
    )
    return [ResourceDay(*row) for row in rows]


def days(store: Store, snap: Snapshot, first: date, last: date, settled_days: int) -> dict[str, list[date]]:
    """The days on which each bill has usage of single resources and that have settled, in their order, by source.

    A day has settled when it was at least `settled_days` whole days old as the bill's newest figures came.
    """
    held = [span for span in queries.source_spans(store, snap) if span.first <= last and span.last >= first]
    settled = {span.source: span.as_of - timedelta(days=settled_days + 1) for span in held}
    rows = store.rows(
        f"""SELECT DISTINCT source, ChargePeriodStartDate AS day FROM line_items
        WHERE {CURRENT} AND day BETWEEN {{first:Date}} AND {{last:Date}} AND ResourceId != '' AND ChargeCategory = {{usage:String}}
        ORDER BY source, day""",
        {**current(snap), "first": first, "last": last, "usage": USAGE_CATEGORY},
    )
    found: dict[str, list[date]] = {}
    for source, day in rows:
        if day <= settled.get(source, first - timedelta(days=1)):
            found.setdefault(source, []).append(day)
    return found
