"""Reads of what the checks found: filtered, sorted by saving, page by page; totals, what wasn't measured, and what resources cost.

A selection maps `account`, `service`, `region` (the filter bar's keys and labels), `type`, `priority`, `check`, `provider` and `state` to
the chosen values; an empty choice is everything, and other keys are ignored, since a finding has no charge category or tag.

Each finding is read with where it stands: `state`, `state_by`, `state_at` (UTC), `state_reason`, `state_until`, `owner`, `note`, `ticket`,
and `still_found` (it was done, and a later day's collection found it all the same). What is dismissed or done isn't `counted` from that
moment on. `as_of` is the day taken for today: it decides whether a dismissal has run out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from core.models import OPPORTUNITIES, Partition, Snapshot
from core.store import events
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
    "state": "state",
}
SEARCH = "search"
"""The key of a selection whose value is looked for in resources' names and ids, in upper or lower case."""

_UNKNOWN_TO_NOT_MEASURED = ("type", "priority", "state")
SORTS = ("monthly_savings", "confidence", "priority", "service", "account_id", "region", "resource_name", "check")

_FOUND = (
    *("id", "check", "type", "service", "account_id", "account_name", "region", "resource_type", "resource_id", "resource_name"),
    *("monthly_savings", "monthly_cost", "currency", "confidence", "priority", "effort", "risk", "title", "reason", "fix"),
    *("evidence", "price", "counted", "as_of"),
)
ROW = (*_FOUND, *events.COLUMNS, "still_found")
"""The columns of a finding in every frame."""

REMEMBERED = (*_FOUND, "source")
"""What is remembered of a finding once something was said of it."""

_ROW = ", ".join(ROW)
_ORDER = "counted DESC, id"

# A finding of which nothing was said has no standing, and one that is found again isn't closed: both are open.
RELATION = f"""(SELECT * EXCEPT (finding, stands, taken), taken AND state NOT IN ('dismissed', 'done') AS counted,
        toBool(ifNull(state = 'done' AND as_of > toDate(state_at), false)) AS still_found
    FROM (SELECT f.* EXCEPT counted, f.counted AS taken, s.* EXCEPT state, s.state AS stands,
            if(stands IN ('', 'closed'), 'open', stands) AS state
        FROM (SELECT * FROM optimization_opportunities WHERE {CURRENT}) AS f
        LEFT JOIN ({events.STANDINGS}) AS s ON f.id = s.finding))"""
"""SQL in place of a table: the findings of a snapshot with where each stands; `narrowed` binds it."""


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
    as_of: date,
    descending: bool = True,
) -> pd.DataFrame:
    """A page of findings, the largest saving first; `evidence` and `price` are JSON."""
    if sort not in SORTS:
        raise ValueError(f"findings can't be sorted by {sort}")
    column = "indexOf(['low', 'medium', 'high'], toString(priority))" if sort == "priority" else sort
    where, params = narrowed(snap, selected, as_of)
    return store.frame(
        f"SELECT {_ROW} FROM {RELATION} WHERE {where} ORDER BY {column} {'DESC' if descending else 'ASC'}, {_ORDER} "
        "LIMIT {limit:UInt32} OFFSET {offset:UInt32}",
        {**params, "limit": limit, "offset": offset},
    )


def totals(store: Store, snap: Snapshot, selected: Selection, *, as_of: date) -> Totals:
    """How much there is to save."""
    where, params = narrowed(snap, selected, as_of)
    rows = store.rows(
        f"SELECT count(), countIf(counted), sumIf(monthly_savings, counted), countIf(isNull(monthly_cost)) FROM {RELATION} WHERE {where}",
        params,
    )
    return Totals(*rows[0])


def by(store: Store, snap: Snapshot, selected: Selection, dimension: str, *, as_of: date) -> pd.DataFrame:
    """`key`, `found` and `savings` (USD a month, counted ones only) by one of `COLUMNS`, the largest first."""
    where, params = narrowed(snap, selected, as_of)
    return store.frame(
        f"SELECT {COLUMNS[dimension]} AS key, count() AS found, sumIf(monthly_savings, counted) AS savings "
        f"FROM {RELATION} WHERE {where} GROUP BY key ORDER BY savings DESC, key SETTINGS prefer_column_name_to_alias = 1",
        params,
    )


def resources_by(store: Store, snap: Snapshot, selected: Selection, dimension: str, *, as_of: date) -> dict[str, int]:
    """How many resources have any such finding, by one of `COLUMNS`."""
    where, params = narrowed(snap, selected, as_of)
    rows = store.rows(
        f"SELECT {COLUMNS[dimension]} AS key, uniqExact(account_id, region, resource_id) FROM {RELATION} WHERE {where} "
        "GROUP BY key ORDER BY key SETTINGS prefer_column_name_to_alias = 1",
        params,
    )
    return dict(rows)


def one(store: Store, snap: Snapshot, ident: str, *, as_of: date) -> dict[str, Any] | None:
    """A finding in full, with its evidence and price read; None when there is no such id."""
    found = store.frame(f"SELECT {_ROW} FROM {RELATION} WHERE id = {{id:String}}", {**_bound(snap, as_of), "id": ident})
    return in_full(found.iloc[0]) if len(found) else None


def in_full(found: "pd.Series[Any]") -> dict[str, Any]:
    """A row of a frame with its evidence and price read."""
    row = {str(name): value for name, value in found.items()}
    return {**row, "evidence": json.loads(row["evidence"]), "price": json.loads(row["price"])}


def of_resource(store: Store, snap: Snapshot, account: str, region: str, resource_id: str, *, as_of: date) -> pd.DataFrame:
    """Everything that was found on one resource, what counts first."""
    return store.frame(
        f"SELECT {_ROW} FROM {RELATION} WHERE account_id = {{account:String}} "
        f"AND region = {{region:String}} AND resource_id = {{resource:String}} ORDER BY {_ORDER}",
        {**_bound(snap, as_of), "account": account, "region": region, "resource": resource_id},
    )


def export(store: Store, snap: Snapshot, selected: Selection, *, as_of: date) -> pd.DataFrame:
    """Every finding of a selection under the names that exports and the API have, with where it stands and the run that made it."""
    where, params = narrowed(snap, selected, as_of)
    rows = store.frame(f"SELECT {_ROW}, run_id AS run FROM {RELATION} WHERE {where} ORDER BY monthly_savings DESC, {_ORDER}", params)
    # With its time of day, which the days of an export don't have.
    rows["state_at"] = [None if pd.isna(at) else f"{pd.Timestamp(at).isoformat(timespec='seconds')}Z" for at in rows["state_at"]]
    return rows.rename(columns={"monthly_savings": "monthly_savings_usd", "monthly_cost": "monthly_cost_usd"})


def published(store: Store, held: Partition) -> dict[str, dict[str, Any]]:
    """The findings that a run kept, by id, with their source: what is remembered of one that isn't found any more."""
    return _whole(store, Snapshot(0, (held,)), "true", {})


def published_ids(store: Store, snap: Snapshot) -> list[str]:
    """The id of everything that is found."""
    rows = store.rows(f"SELECT id FROM optimization_opportunities WHERE {CURRENT} ORDER BY id", current(snap, OPPORTUNITIES))
    return [ident for (ident,) in rows]


def unmeasured_ids(store: Store, held: Partition) -> list[str]:
    """The id that a finding would have of everything that a run couldn't judge."""
    rows = store.rows(
        f"SELECT concat(check, ':', account_id, ':', region, ':', resource_id) FROM not_measured WHERE {CURRENT}",
        current(Snapshot(0, (held,)), OPPORTUNITIES),
    )
    return [ident for (ident,) in rows]


def some(store: Store, snap: Snapshot, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The same of single findings under a snapshot; an id that isn't found isn't there."""
    return _whole(store, snap, "id IN {ids:Array(String)}", {"ids": list(ids)})


def _whole(store: Store, snap: Snapshot, where: str, params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    rows = store.rows(
        f"SELECT {', '.join(REMEMBERED)} FROM optimization_opportunities WHERE {CURRENT} AND {where} ORDER BY id",
        {**current(snap, OPPORTUNITIES), **params},
    )
    return {row[0]: dict(zip(REMEMBERED, row, strict=True)) for row in rows}


def not_measured(store: Store, snap: Snapshot, selected: Selection, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """A page of what couldn't be judged, and why: check, where, which resource, reason, as_of."""
    where, params = unmeasured(snap, selected)
    return store.frame(
        "SELECT check, service, account_id, account_name, region, resource_type, resource_id, resource_name, reason, as_of "
        f"FROM not_measured WHERE {where} ORDER BY check, account_id, region, resource_id LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}",
        {**params, "limit": limit, "offset": offset},
    )


def not_measured_count(store: Store, snap: Snapshot, selected: Selection) -> int:
    """How many answers are missing: of one resource as many as checks couldn't judge it."""
    where, params = unmeasured(snap, selected)
    return int(store.rows(f"SELECT count() FROM not_measured WHERE {where}", params)[0][0])


def resource_costs(store: Store, snap: Snapshot, resource_type: str) -> pd.DataFrame:
    """What resources of a type cost a month, where it's known: account_id, region, resource_id, monthly_cost, cost_basis (JSON)."""
    return store.frame(
        f"SELECT account_id, region, resource_id, monthly_cost, cost_basis FROM resource_costs WHERE {CURRENT} "
        "AND resource_type = {type:String} ORDER BY monthly_cost DESC, account_id, region, resource_id",
        {**current(snap, OPPORTUNITIES), "type": resource_type},
    )


def narrowed(snap: Snapshot, selected: Selection, as_of: date) -> tuple[str, dict[str, Any]]:
    """SQL that is true of a selection's rows of `RELATION`, and what binds the two."""
    where, params = _where(selected)
    return where, {**_bound(snap, as_of), **params}


def unmeasured(snap: Snapshot, selected: Selection) -> tuple[str, dict[str, Any]]:
    """SQL that is true of a selection's rows of `not_measured`, and what binds it."""
    where, params = _where(selected, without=_UNKNOWN_TO_NOT_MEASURED)
    return f"{CURRENT} AND {where}", {**current(snap, OPPORTUNITIES), **params}


def _bound(snap: Snapshot, as_of: date) -> dict[str, Any]:
    return {**current(snap, OPPORTUNITIES), "today": as_of}


def _where(selected: Selection, without: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    chosen = {key: list(values) for key, values in selected.items() if key in COLUMNS and key not in without and values}
    clauses = [f"{COLUMNS[key]} IN {{of_{key}:Array(String)}}" for key in chosen]
    params: dict[str, Any] = {f"of_{key}": values for key, values in chosen.items()}
    if text := "".join(selected.get(SEARCH, ())).strip():
        clauses.append("positionCaseInsensitiveUTF8(concat(resource_id, char(10), resource_name), {of_search:String}) > 0")
        params["of_search"] = text
    return " AND ".join(clauses) or "true", params
