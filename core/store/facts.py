"""Reads of what AWS says of things in general: prices and instance types, as last collected, and what is in use of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from core.commitments import Pool
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


def coverage(store: Store, run_id: str) -> dict[str, Pool]:
    """What commitments cover by region and family, as Cost Explorer last said: in this run, or else in what is published."""
    rows = store.rows(
        f"""SELECT subject, value, details FROM analysis_results WHERE kind = 'coverage'
            AND ({publish.CURRENT} OR run_id = {{run:String}})
        ORDER BY run_id = {{run:String}} DESC, as_of DESC LIMIT 1 BY subject""",
        {**publish.current(publish.snapshot(store)), "run": run_id},
    )
    found = {}
    for subject, usd, details in rows:
        hours = json.loads(details)
        found[subject] = Pool(round(Decimal(usd), 4), hours["on_demand_hours"], hours["covered_hours"])
    return found
