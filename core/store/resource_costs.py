"""Reads of what each resource of the inventory costs a month on demand, line by line, and of those whose cost isn't known.

A selection maps `account`, `region` and `provider` (the filter bar's keys), `kind` (types of resources, see KINDS), `find` (one text
that the id, name or account holds) and `priced` ("known" or "unknown", which the cost is) to the chosen values; an empty choice is
everything, and other keys are ignored. Amounts are USD a month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from core.models import INVENTORY, OPPORTUNITIES, Snapshot
from core.store.client import Store

Selection = Mapping[str, Sequence[str]]

KINDS = ("ec2:instance", "ec2:volume", "rds:db", "lambda:function", "s3:bucket")
"""The types of resources that cost something by themselves."""

SORTS = ("cost", "name", "kind", "account", "region", "state")

_COLUMNS = {"account": "account_id", "region": "region", "kind": "resource_type", "provider": "splitByChar(':', source)[2]"}
_ORDER = {
    "cost": "cost",
    "name": "lower(if(name = '', resource_id, name))",
    "kind": "indexOf({kinds:Array(String)}, toString(resource_type))",
    "account": "lower(if(account_name = '', account_id, account_name))",
    "region": "region",
    "state": "state",
}
_KEY = "resource_type, account_id, region, resource_id"
_PLACE = f"{_KEY}, name, account_name, state"
_FULL = f"{_PLACE}, created_at, tags, attributes, utilisation, collected_at"


@dataclass(frozen=True)
class Sum:
    """How many resources there are, of how many the cost is known, and what those cost together."""

    found: int = 0
    known: int = 0
    usd: Decimal = Decimal(0)


def sums(store: Store, snap: Snapshot, selected: Selection) -> dict[str, Sum]:
    """What there is of each type."""
    joined, params = _joined(snap, selected, _KEY)
    rows = store.rows(f"SELECT resource_type, count(), count(cost), sum(cost) FROM ({joined}) GROUP BY resource_type", params)
    return {kind: Sum(found, known, usd or Decimal(0)) for kind, found, known, usd in rows}


def lines(store: Store, snap: Snapshot, selected: Selection) -> pd.DataFrame:
    """The lines of all those costs, summed by what they are.

    Columns: resource_type, key and unit (the price list's), label (that of one of them), resources, quantity (float), usd (Decimal).
    """
    joined, params = _joined(snap, selected, _KEY)
    return store.frame(
        f"""SELECT resource_type, JSONExtractString(line, 'key') AS key, JSONExtractString(line, 'unit') AS unit,
            min(JSONExtractString(line, 'label')) AS label, uniqExact(account_id, region, resource_id) AS resources,
            sum(toFloat64OrZero(JSONExtractString(line, 'quantity'))) AS quantity,
            sum(toDecimal128OrZero(JSONExtractString(line, 'usd'), 18)) AS usd
        FROM (SELECT *, arrayJoin(JSONExtractArrayRaw(cost_basis, 'lines')) AS line FROM ({joined}) WHERE isNotNull(cost))
        GROUP BY resource_type, key, unit ORDER BY usd DESC, resource_type, key, unit""",
        params,
    )


def page(
    store: Store,
    snap: Snapshot,
    selected: Selection,
    limit: int | None = None,
    offset: int = 0,
    sort: str = "cost",
    *,
    descending: bool = True,
) -> pd.DataFrame:
    """A page of the resources, by default the dearest first; those whose cost isn't known come last. Without a limit all of them.

    Columns: resource_type, account_id, region, resource_id, name, account_name, state, created_at (UTC), tags, attributes (JSON),
    utilisation (what wasn't measured has no key), collected_at (UTC), cost (Decimal; None where it isn't known), cost_basis (JSON).
    """
    if sort not in SORTS:
        raise ValueError(f"resources can't be sorted by {sort}")
    joined, params = _joined(snap, selected, _FULL)
    turn = "DESC" if descending else "ASC"
    within = "LIMIT {limit:UInt64} OFFSET {offset:UInt64}" if limit is not None else ""
    return store.frame(
        f"SELECT * FROM ({joined}) ORDER BY {_ORDER[sort]} {turn} NULLS LAST, isNull(cost), cost DESC, {_KEY} {within}",
        {**params, "kinds": list(KINDS), "limit": limit or 0, "offset": offset},
    )


def one(store: Store, snap: Snapshot, kind: str, account: str, region: str, resource_id: str) -> Mapping[str, Any] | None:
    """One resource with the columns of a page; None when there is no such."""
    joined, params = _joined(snap, {"kind": [kind], "account": [account], "region": [region]}, _FULL)
    found = store.frame(f"SELECT * FROM ({joined}) WHERE resource_id = {{id:String}} LIMIT 1", {**params, "id": resource_id})
    return None if found.empty else {str(name): value for name, value in found.iloc[0].items()}


def _joined(snap: Snapshot, selected: Selection, columns: str) -> tuple[str, dict[str, Any]]:
    """The inventory with what is known of its costs."""
    where, params = _where(snap, selected)
    return (
        f"""SELECT {columns}, c.cost AS cost, c.basis AS cost_basis
        FROM (SELECT {columns} FROM resource_metrics WHERE {where}) AS r
        LEFT JOIN (SELECT {_KEY}, toNullable(monthly_cost) AS cost, cost_basis AS basis FROM resource_costs
            WHERE (source, month, run_id) IN {{judged:Array(Tuple(String, Date, String))}}) AS c USING ({_KEY}){_priced(selected)}""",
        params,
    )


def _priced(selected: Selection) -> str:
    """The condition on what a cost is, where one of the two is chosen."""
    match tuple(selected.get("priced", ())):
        case ("known",):
            return " WHERE isNotNull(c.cost)"
        case ("unknown",):
            return " WHERE isNull(c.cost)"
        case _:
            return ""


def _where(snap: Snapshot, selected: Selection) -> tuple[str, dict[str, Any]]:
    clauses = ["(source, month, run_id) IN {inventory:Array(Tuple(String, Date, String))}"]
    held = {"inventory": INVENTORY, "judged": OPPORTUNITIES}
    params: dict[str, Any] = {name: [(p.source, p.month, p.run_id) for p in snap.current if p.kind == kind] for name, kind in held.items()}
    for key, values in {"kind": KINDS, **{key: values for key, values in selected.items() if values}}.items():
        if key in _COLUMNS:
            clauses.append(f"{_COLUMNS[key]} IN {{of_{key}:Array(String)}}")
            params[f"of_{key}"] = list(values)
    for text in list(selected.get("find", ()))[:1]:
        clauses.append("positionCaseInsensitiveUTF8(concat(resource_id, ' ', name, ' ', account_id, ' ', account_name), {find:String}) > 0")
        params["find"] = text
    return " AND ".join(clauses), params
