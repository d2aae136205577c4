"""Reads of the inventory under a snapshot: what there is of a type, how busy it was, and what it costs a month."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.models import INVENTORY, OPPORTUNITIES, Snapshot
from core.store.client import Store

COLUMNS = {"account": "account_id", "region": "region"}
"""What a selection can narrow, by the filter bar's keys."""

_INVENTORY = "(source, month, run_id) IN {inventory:Array(Tuple(String, Date, String))}"
_JUDGED = "(source, month, run_id) IN {judged:Array(Tuple(String, Date, String))}"


def listed(
    store: Store, snap: Snapshot, resource_type: str, selected: Mapping[str, Sequence[str]], limit: int, offset: int = 0
) -> pd.DataFrame:
    """A page of the resources of a type, by account, region and id.

    Columns: resource_id, resource_name, account_id, account_name, region, state, created_at (UTC), tags, attributes (JSON), utilisation
    (what wasn't measured has no key), monthly_cost (USD, Decimal; None where it isn't known), collected_at (UTC).
    """
    where, params = _where(snap, resource_type, selected)
    return store.frame(
        f"""SELECT resource_id, resource_name, account_id, account_name, region, state, created_at, tags, attributes, utilisation,
            c.cost AS monthly_cost, collected_at
        FROM (SELECT *, name AS resource_name FROM resource_metrics WHERE {where}) AS r
        LEFT JOIN (SELECT account_id, region, resource_id, toNullable(monthly_cost) AS cost FROM resource_costs
            WHERE {_JUDGED} AND resource_type = {{type:String}}) AS c USING (account_id, region, resource_id)
        ORDER BY account_id, region, resource_id LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}""",
        {**params, "limit": limit, "offset": offset},
    )


def count(store: Store, snap: Snapshot, resource_type: str, selected: Mapping[str, Sequence[str]]) -> int:
    """How many resources of a type there are."""
    where, params = _where(snap, resource_type, selected)
    return int(store.rows(f"SELECT count() FROM resource_metrics WHERE {where}", params)[0][0])


def _where(snap: Snapshot, resource_type: str, selected: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, Any]]:
    clauses, params = [_INVENTORY, "resource_type = {type:String}"], {**_current(snap), "type": resource_type}
    for key, values in selected.items():
        if key in COLUMNS and values:
            clauses.append(f"{COLUMNS[key]} IN {{of_{key}:Array(String)}}")
            params[f"of_{key}"] = list(values)
    return " AND ".join(clauses), params


def _current(snap: Snapshot) -> dict[str, Any]:
    kinds = {"inventory": INVENTORY, "judged": OPPORTUNITIES}
    return {name: [(p.source, p.month, p.run_id) for p in snap.current if p.kind == kind] for name, kind in kinds.items()}
