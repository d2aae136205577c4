"""Reads of resources and of their utilisation: what there is, and the cache of CloudWatch's daily values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.models import INVENTORY, Partition
from core.store import publish
from core.store.client import Store

Metric = tuple[str, str]
"""A metric's name and statistic."""

DailyValues = Mapping[Metric, list[float]]
"""The values of the days that have a datapoint, by metric."""

_DAYS = """FROM resource_series WHERE account_id = {account:String} AND region = {region:String} AND {namespace:String} IN ('', namespace)
    AND day BETWEEN {first:Date} AND {last:Date}"""
# A day that was asked for twice stands twice; the later answer counts.
_NEWEST = "argMax(tuple(value), collected_at).1"


def inventory(store: Store) -> Partition | None:
    """The published inventory, or None."""
    return next((partition for partition in publish.snapshot(store).current if partition.kind == INVENTORY), None)


@dataclass(frozen=True)
class Counted:
    """How many resources of one type there are, in how many accounts and regions."""

    resource_type: str
    count: int
    accounts: int
    regions: int


def counts(store: Store) -> list[Counted]:
    """The published inventory by type."""
    if (held := inventory(store)) is None:
        return []
    rows = store.rows(
        """SELECT resource_type, count(), uniqExact(account_id), uniqExactIf(region, region != '') FROM resource_metrics
        WHERE source = {source:String} AND month = {month:Date} AND run_id = {run:String} GROUP BY resource_type ORDER BY resource_type""",
        {"source": held.source, "month": held.month, "run": held.run_id},
    )
    return [Counted(*row) for row in rows]


def count(store: Store, resource_type: str) -> int | None:
    """How many resources of a type are known; None before the first inventory."""
    if inventory(store) is None:
        return None
    return next((found.count for found in counts(store) if found.resource_type == resource_type), 0)


def series(store: Store, account: str, region: str, namespace: str, first: date, last: date) -> dict[str, DailyValues]:
    """The kept daily values of a region's resources by id and metric, in the order of the days; days without a datapoint are left out."""
    rows = store.rows(
        f"""SELECT resource_id, metric, statistic, groupArray(assumeNotNull(kept)) FROM (
            SELECT resource_id, metric, statistic, day, {_NEWEST} AS kept {_DAYS} GROUP BY resource_id, metric, statistic, day ORDER BY day)
        WHERE isNotNull(kept) GROUP BY resource_id, metric, statistic""",
        _bound(account, region, namespace, first, last),
    )
    found: dict[str, dict[Metric, list[float]]] = {}
    for resource, metric, statistic, values in rows:
        found.setdefault(resource, {})[metric, statistic] = list(values)
    return dict(found)


def means(store: Store, account: str, region: str, namespace: str, metric: Metric, first: date, last: date) -> dict[str, float]:
    """The mean of a metric's daily values for each resource that has any."""
    kept = series(store, account, region, namespace, first, last)
    return {resource: sum(values[metric]) / len(values[metric]) for resource, values in kept.items() if values.get(metric)}


def last_days(store: Store, account: str, region: str, first: date, last: date) -> dict[tuple[str, str, str, str], date]:
    """Up to which day each resource's metrics were asked for, by (namespace, metric, statistic, resource id)."""
    rows = store.rows(
        f"SELECT namespace, metric, statistic, resource_id, max(day) {_DAYS} GROUP BY ALL", _bound(account, region, "", first, last)
    )
    return {(namespace, metric, statistic, resource): day for namespace, metric, statistic, resource, day in rows}


_COLUMNS = (
    *("resource_type", "resource_id", "account_id", "region", "state", "name", "account_name", "created_at", "tags", "attributes"),
    "utilisation",
)


def listed(store: Store, held: Partition) -> Iterator[dict[str, Any]]:
    """The resources of an inventory by account and region; attributes are JSON."""
    rows = store.rows(
        f"""SELECT {", ".join(_COLUMNS)} FROM resource_metrics
        WHERE source = {{source:String}} AND month = {{month:Date}} AND run_id = {{run:String}}
        ORDER BY account_id, region, resource_type, resource_id""",
        {"source": held.source, "month": held.month, "run": held.run_id},
    )
    return (dict(zip(_COLUMNS, row, strict=True)) for row in rows)


def last_seen(store: Store, held: Partition) -> dict[str, dict[str, datetime]]:
    """When the inventories before this one that are kept saw each resource last in which state, by id and state."""
    rows = store.rows(
        """SELECT resource_id, state, max(collected_at) FROM resource_metrics
        WHERE source = {source:String} AND month = {month:Date} AND run_id != {run:String} GROUP BY resource_id, state""",
        {"source": held.source, "month": held.month, "run": held.run_id},
    )
    found: dict[str, dict[str, datetime]] = {}
    for resource, state, seen in rows:
        found.setdefault(resource, {})[state] = seen
    return found


def dated(store: Store, account: str, region: str, first: date, last: date) -> dict[str, dict[Metric, dict[date, float | None]]]:
    """The kept daily values of a region's resources by id, metric and day; None where CloudWatch was asked and had no datapoint."""
    rows = store.rows(
        f"""SELECT resource_id, metric, statistic, groupArray(tuple(day, kept)) FROM (
            SELECT resource_id, metric, statistic, day, {_NEWEST} AS kept {_DAYS} GROUP BY resource_id, metric, statistic, day ORDER BY day)
        GROUP BY resource_id, metric, statistic""",
        _bound(account, region, "", first, last),
    )
    found: dict[str, dict[Metric, dict[date, float | None]]] = {}
    for resource, metric, statistic, values in rows:
        found.setdefault(resource, {})[metric, statistic] = dict(values)
    return found


def analysed_on(store: Store, kind: str, method: str) -> date | None:
    """The day of the newest published analysis of a kind, or None."""
    rows = store.rows(
        "SELECT max(as_of), count() FROM analysis_results WHERE kind = {kind:String} AND method = {method:String} "
        f"AND {publish.CURRENT}",
        {"kind": kind, "method": method, **publish.current(publish.snapshot(store))},
    )
    return rows[0][0] if rows[0][1] else None


def newest_day(store: Store, namespace: str) -> date | None:
    """The last day that any metric of a namespace was asked for."""
    rows = store.rows("SELECT max(day), count() FROM resource_series WHERE namespace = {namespace:String}", {"namespace": namespace})
    return rows[0][0] if rows[0][1] else None


def _bound(account: str, region: str, namespace: str, first: date, last: date) -> dict[str, object]:
    return {"account": account, "region": region, "namespace": namespace, "first": first, "last": last}
