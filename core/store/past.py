"""Reads of findings that aren't found any more and of which something was said: done, or closed by themselves. As they last were."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from core.models import OPPORTUNITIES, Snapshot
from core.store import events, opportunities
from core.store.client import Store
from core.store.opportunities import Selection
from core.store.publish import CURRENT, current

STATES = ("done", "closed")
"""Where such a finding can stand. One that is accepted and couldn't be measured this time isn't past."""

_KEPT = "SELECT finding, argMax(finding_json, at) AS told FROM opportunity_events GROUP BY finding"
_RELATION = f"""(SELECT * FROM ({events.STANDINGS}) AS s INNER JOIN ({_KEPT}) AS k USING (finding)
    WHERE finding NOT IN (SELECT id FROM optimization_opportunities WHERE {CURRENT}))"""


def listed(store: Store, snap: Snapshot, selected: Selection, limit: int = 200, offset: int = 0, *, as_of: date) -> pd.DataFrame:
    """A page of past findings, the one of which something was said last first; the columns are those of `opportunities.page`."""
    where, params = _narrowed(snap, selected, as_of)
    return _frame(
        store,
        f"{where} ORDER BY state_at DESC, finding LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}",
        {**params, "limit": limit, "offset": offset},
    )


def count(store: Store, snap: Snapshot, selected: Selection, *, as_of: date) -> int:
    """How many past findings there are."""
    where, params = _narrowed(snap, selected, as_of)
    return int(store.rows(f"SELECT count() FROM {_RELATION} WHERE {where}", params)[0][0])


def one(store: Store, snap: Snapshot, ident: str, *, as_of: date) -> dict[str, Any] | None:
    """A past finding in full, as `opportunities.one` tells one that is found; None when there is no such id."""
    params = {**current(snap, OPPORTUNITIES), "today": as_of, "id": ident}
    found = _frame(store, "finding = {id:String}", params)
    return opportunities.in_full(found.iloc[0]) if len(found) else None


def _narrowed(snap: Snapshot, selected: Selection, as_of: date) -> tuple[str, dict[str, Any]]:
    clauses, params = ["state IN {past:Array(String)}"], {**current(snap, OPPORTUNITIES), "today": as_of, "past": list(STATES)}
    for key, values in selected.items():
        if key in opportunities.COLUMNS and values:
            clauses.append(f"{_column(key)} IN {{of_{key}:Array(String)}}")
            params[f"of_{key}"] = list(values)
    if text := "".join(selected.get(opportunities.SEARCH, ())).strip():
        names = "JSONExtractString(told, 'resource_id'), char(10), JSONExtractString(told, 'resource_name')"
        clauses.append(f"positionCaseInsensitiveUTF8(concat({names}), {{of_search:String}}) > 0")
        params["of_search"] = text
    return " AND ".join(clauses), params


def _column(key: str) -> str:
    if key == "state":
        return "state"
    if key == "provider":
        return "splitByChar(':', JSONExtractString(told, 'source'))[2]"
    return f"JSONExtractString(told, '{opportunities.COLUMNS[key]}')"


def _frame(store: Store, rest: str, params: Mapping[str, Any]) -> pd.DataFrame:
    """Rows that meet the rest of a statement, restored."""
    names = ("told", *events.COLUMNS)
    rows = store.rows(f"SELECT {', '.join(names)} FROM {_RELATION} WHERE {rest}", params)
    restored = [{**_restored(row[0]), **dict(zip(events.COLUMNS, row[1:], strict=True)), "still_found": False} for row in rows]
    frame = pd.DataFrame(restored, columns=list(opportunities.ROW))
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("as_of", "state_at", "state_until")})


def _restored(told: str) -> dict[str, Any]:
    """A finding from what is remembered of it."""
    row = json.loads(told)
    amounts = {name: None if row[name] is None else Decimal(row[name]) for name in ("monthly_savings", "monthly_cost")}
    return {**row, **amounts, "as_of": datetime.fromisoformat(row["as_of"]), "counted": False}
