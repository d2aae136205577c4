"""Reads of what AWS says of things in general: prices and instance types, as last collected, and what is in use of them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.commitments import INSTANCE_PLAN, STAYS, Pool, Utilisation, reach_of
from core.instance_types import InstanceType, restored
from core.models import Partition
from core.prices import Price
from core.store import publish
from core.store.client import Store

_EPOCH = datetime(1970, 1, 1)


def prices(store: Store, since: datetime = _EPOCH) -> list[Price]:
    """Every price that was read since then, the newest of each; what isn't sold is left out."""
    rows = store.rows(
        """SELECT service_code, region, key, newest.1, assumeNotNull(newest.2), newest.3, newest.4, toDate(read) FROM (
            SELECT service_code, region, key, argMax(tuple(unit, usd, sku, source), collected_at) AS newest, max(collected_at) AS read
            FROM prices WHERE collected_at >= {since:DateTime} GROUP BY service_code, region, key)
        WHERE isNotNull(newest.2) ORDER BY service_code, region, key""",
        {"since": since},
    )
    return [Price(*row) for row in rows]


def priced_since(store: Store, since: datetime) -> set[tuple[str, str, str]]:
    """What was asked for since then, sold or not, by (service code, region, key)."""
    rows = store.rows("SELECT DISTINCT service_code, region, key FROM prices WHERE collected_at >= {since:DateTime}", {"since": since})
    return {(code, region, key) for code, region, key in rows}


def instance_types(store: Store, since: datetime = _EPOCH) -> dict[str, InstanceType]:
    """Every instance type that was read since then, by name."""
    rows = store.rows(
        "SELECT instance_type, argMax(facts, collected_at) FROM instance_types "
        "WHERE collected_at >= {since:DateTime} GROUP BY instance_type",
        {"since": since},
    )
    return {name: restored(json.loads(facts)) for name, facts in rows}


def in_use(store: Store, held: Partition, resource_type: str, names: Sequence[str], state: str = "") -> list[tuple[str, Mapping[str, str]]]:
    """Which combinations of attributes there are in each region, as (region, attributes); `state` "" is any."""
    rows = store.rows(
        """SELECT DISTINCT region, arrayMap(name -> JSONExtractString(attributes, name), {names:Array(String)}) FROM resource_metrics
        WHERE source = {source:String} AND month = {month:Date} AND run_id = {run:String} AND resource_type = {type:String}
            AND {state:String} IN ('', state) ORDER BY ALL""",
        {
            "names": list(names),
            "source": held.source,
            "month": held.month,
            "run": held.run_id,
            "type": resource_type,
            "state": state,
        },
    )
    return [(region, dict(zip(names, values, strict=True))) for region, values in rows]


def distinct(store: Store, held: Partition, resource_type: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The region and attributes of each resource of a type in an inventory."""
    rows = store.rows(
        """SELECT DISTINCT region, attributes FROM resource_metrics WHERE source = {source:String} AND month = {month:Date}
            AND run_id = {run:String} AND resource_type = {type:String} ORDER BY ALL""",
        {"source": held.source, "month": held.month, "run": held.run_id, "type": resource_type},
    )
    return [(region, json.loads(attributes or "{}")) for region, attributes in rows]


UTILISATION = ("utilisation-ec2", "utilisation-rds", "utilisation-plans")
RECOMMENDED = ("rightsizing", "reservations-ec2", "reservations-rds", "savings-plans")
"""What Cost Explorer says once a week of commitments, and what it recommends, by kind."""


def coverage(store: Store, run_id: str) -> Mapping[str, Pool] | None:
    """What commitments cover by pool, as Cost Explorer last said: in this run, or else in what is published. None where it never did."""
    rows = _said(store, ["coverage"], run_id)
    if not rows:
        return None
    plans = _plans(store, run_id)
    return {row["subject"]: _pool(row, plans) for row in rows if row["subject"]}


def _pool(row: Mapping[str, Any], plans: Collection[tuple[str, str]]) -> Pool:
    name, held = row["subject"], {"on_demand_usd": row["value"], **json.loads(row["details"])}
    days = (row["last_day"] - row["day"]).days + 1
    return Pool(
        on_demand_usd=round(Decimal(held["on_demand_usd"]), 10),
        on_demand_hours=held["on_demand_hours"],
        covered_hours=held["covered_hours"],
        plan_hours=held.get("plan_hours", 0.0),
        plan_usd=round(Decimal(held.get("plan_usd", 0)), 10),
        reach=reach_of(name, plans) if held.get("plan_hours") else STAYS,
        days={date.fromisoformat(day): Decimal(usd) for day, usd in held.get("days", {}).items()},
        types={kind: {date.fromisoformat(day): hours for day, hours in some.items()} for kind, some in held.get("types", {}).items()},
        span=[row["day"] + timedelta(days=n) for n in range(days)],
    )


def _plans(store: Store, run_id: str) -> set[tuple[str, str]]:
    """The types of the active Savings Plans in the inventory, each with the family and region that it is bound to, if any."""
    rows = store.rows(
        f"""SELECT DISTINCT JSONExtractString(attributes, 'savingsPlanType'), JSONExtractString(attributes, 'region'),
            JSONExtractString(attributes, 'ec2InstanceFamily') FROM resource_metrics
        WHERE resource_type = 'savingsplans:plan' AND state = 'active' AND ({publish.CURRENT} OR run_id = {{run:String}})""",
        {**publish.current(publish.snapshot(store)), "run": run_id},
    )
    return {(kind, f"{region}/{family}" if kind == INSTANCE_PLAN else "") for kind, region, family in rows}


def utilisation(store: Store, run_id: str) -> dict[str, Utilisation]:
    """How much of each reservation and Savings Plan was used, as Cost Explorer last said, under every name that it has there."""
    found: dict[str, Utilisation] = {}
    for row in _said(store, UTILISATION, run_id):
        if row["subject"]:
            held = json.loads(row["details"])
            said = Utilisation(Decimal(held["used"]), row["day"], row["last_day"], held["said_by"])
            found |= dict.fromkeys((row["subject"], *held["names"]), said)
    return found


def recommended(store: Store, run_id: str) -> dict[str, list[dict[str, Any]]]:
    """What AWS itself recommends, as it last said, by kind; a kind that was never answered isn't there."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _said(store, RECOMMENDED, run_id):
        some = found.setdefault(row["kind"], [])
        if row["subject"]:
            some.append(json.loads(row["details"]))
    return found


def _said(store: Store, kinds: Sequence[str], run_id: str) -> list[dict[str, Any]]:
    """The rows of each kind of analysis: those of this run, or else those that are published."""
    columns = ("kind", "subject", "day", "last_day", "value", "details")
    rows = store.rows(
        f"""SELECT run_id = {{run:String}}, {", ".join(columns)} FROM analysis_results
        WHERE kind IN {{kinds:Array(String)}} AND ({publish.CURRENT} OR run_id = {{run:String}}) ORDER BY kind, subject""",
        {**publish.current(publish.snapshot(store)), "kinds": list(kinds), "run": run_id},
    )
    mine = {row[1] for row in rows if row[0]}
    return [dict(zip(columns, row[1:], strict=True)) for row in rows if row[0] or row[1] not in mine]
