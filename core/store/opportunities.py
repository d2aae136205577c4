"""Reads of what the checks found: filtered, sorted by saving, page by page; totals, what wasn't measured, and what resources cost.

A selection maps `account`, `service`, `region` (the filter bar's keys and labels), `type`, `priority`, `check` and `provider` to the chosen
values; an empty choice is everything, and other keys are ignored, since a finding has no charge category or tag.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from core.models import OPPORTUNITIES, Snapshot
from core.store.client import Store
from core.store.publish import CURRENT, current

Selection = Mapping[str, Sequence[str]]

COLUMNS = {
    "account": "account_id",
    "service": "service",
    "region": "region",
    "type": "type",
    "priority": "priority",
    "check": "check",
    "provider": "splitByChar(':', source)[2]",
}
_UNKNOWN_TO_NOT_MEASURED = ("type", "priority")
SORTS = ("monthly_savings", "confidence", "priority", "service", "account_id", "region", "resource_name", "check")
STATE = "open"
"""What every finding is until somebody says otherwise."""

_ROW = """id, check, type, service, account_id, account_name, region, resource_type, resource_id, resource_name,
    monthly_savings, monthly_cost, currency, confidence, priority, effort, risk, title, reason, fix, evidence, price, counted, as_of"""
_ORDER = "counted DESC, id"


@dataclass(frozen=True)
class Totals:
    """Findings and USD a month: `savings` counts each resource once; `unpriced` findings have no known saving."""

    found: int
    counted: int
    savings: Decimal
    unpriced: int


def page(
    store: Store,
    snap: Snapshot,
    selected: Selection,
    limit: int = 50,
    offset: int = 0,
    sort: str = "monthly_savings",
    *,
    descending: bool = True,
) -> pd.DataFrame:
    """A page of findings, the largest saving first; `evidence` and `price` are JSON."""
    if sort not in SORTS:
        raise ValueError(f"findings can't be sorted by {sort}")
    column = "indexOf(['low', 'medium', 'high'], toString(priority))" if sort == "priority" else sort
    where, params = _where(snap, selected)
    return store.frame(
        f"SELECT {_ROW} FROM optimization_opportunities WHERE {where} ORDER BY {column} {'DESC' if descending else 'ASC'}, {_ORDER} "
        "LIMIT {limit:UInt32} OFFSET {offset:UInt32}",
        {**params, "limit": limit, "offset": offset},
    )


def totals(store: Store, snap: Snapshot, selected: Selection) -> Totals:
    """How much there is to save."""
    where, params = _where(snap, selected)
    rows = store.rows(
        "SELECT count(), countIf(counted), sumIf(monthly_savings, counted), countIf(isNull(monthly_cost)) "
        f"FROM optimization_opportunities WHERE {where}",
        params,
    )
    return Totals(*rows[0])


def by(store: Store, snap: Snapshot, selected: Selection, dimension: str) -> pd.DataFrame:
    """`key`, `found` and `savings` (USD a month, counted ones only) by one of `COLUMNS`, the largest first."""
    where, params = _where(snap, selected)
    return store.frame(
        f"SELECT {COLUMNS[dimension]} AS key, count() AS found, sumIf(monthly_savings, counted) AS savings "
        f"FROM optimization_opportunities WHERE {where} GROUP BY key ORDER BY savings DESC, key SETTINGS prefer_column_name_to_alias = 1",
        params,
    )


def resources_by(store: Store, snap: Snapshot, selected: Selection, dimension: str) -> dict[str, int]:
    """How many resources have any such finding, by one of `COLUMNS`."""
    where, params = _where(snap, selected)
    rows = store.rows(
        f"SELECT {COLUMNS[dimension]} AS key, uniqExact(account_id, region, resource_id) FROM optimization_opportunities WHERE {where} "
        "GROUP BY key ORDER BY key SETTINGS prefer_column_name_to_alias = 1",
        params,
    )
    return dict(rows)


def one(store: Store, snap: Snapshot, ident: str) -> dict[str, Any] | None:
    """A finding in full, with its evidence and price read; None when there is no such id."""
    params = {**current(snap, OPPORTUNITIES), "id": ident}
    found = store.frame(f"SELECT {_ROW} FROM optimization_opportunities WHERE {CURRENT} AND id = {{id:String}}", params)
    if found.empty:
        return None
    row = {str(name): value for name, value in found.iloc[0].items()}
    return {**row, "evidence": json.loads(row["evidence"]), "price": json.loads(row["price"])}


def of_resource(store: Store, snap: Snapshot, account: str, region: str, resource_id: str) -> pd.DataFrame:
    """Everything that was found on one resource; one of them counts."""
    return store.frame(
        f"SELECT {_ROW} FROM optimization_opportunities WHERE {CURRENT} AND account_id = {{account:String}} "
        f"AND region = {{region:String}} AND resource_id = {{resource:String}} ORDER BY {_ORDER}",
        {**current(snap, OPPORTUNITIES), "account": account, "region": region, "resource": resource_id},
    )


def export(store: Store, snap: Snapshot, selected: Selection) -> pd.DataFrame:
    """Every finding of a selection under the names that exports and the API have, with its state and the run that made it."""
    where, params = _where(snap, selected)
    rows = store.frame(
        f"SELECT {_ROW}, run_id AS run FROM optimization_opportunities WHERE {where} ORDER BY monthly_savings DESC, {_ORDER}", params
    )
    named = rows.rename(columns={"monthly_savings": "monthly_savings_usd", "monthly_cost": "monthly_cost_usd"})
    named["state"] = STATE
    return named


def not_measured(store: Store, snap: Snapshot, selected: Selection, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """A page of what couldn't be judged, and why: check, where, which resource, reason, as_of."""
    where, params = _where(snap, selected, without=_UNKNOWN_TO_NOT_MEASURED)
    return store.frame(
        "SELECT check, service, account_id, account_name, region, resource_type, resource_id, resource_name, reason, as_of "
        f"FROM not_measured WHERE {where} ORDER BY check, account_id, region, resource_id LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}",
        {**params, "limit": limit, "offset": offset},
    )


def not_measured_count(store: Store, snap: Snapshot, selected: Selection) -> int:
    """How many answers are missing: of one resource as many as checks couldn't judge it."""
    where, params = _where(snap, selected, without=_UNKNOWN_TO_NOT_MEASURED)
    return int(store.rows(f"SELECT count() FROM not_measured WHERE {where}", params)[0][0])


def resource_costs(store: Store, snap: Snapshot, resource_type: str) -> pd.DataFrame:
    """What resources of a type cost a month, where it's known: account_id, region, resource_id, monthly_cost, cost_basis (JSON)."""
    return store.frame(
        f"SELECT account_id, region, resource_id, monthly_cost, cost_basis FROM resource_costs WHERE {CURRENT} "
        "AND resource_type = {type:String} ORDER BY monthly_cost DESC, account_id, region, resource_id",
        {**current(snap, OPPORTUNITIES), "type": resource_type},
    )


def _where(snap: Snapshot, selected: Selection, without: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    clauses, params = [CURRENT], current(snap, OPPORTUNITIES)
    for key, values in selected.items():
        if key in COLUMNS and key not in without and values:
            clauses.append(f"{COLUMNS[key]} IN {{of_{key}:Array(String)}}")
            params[f"of_{key}"] = list(values)
    return " AND ".join(clauses), params
