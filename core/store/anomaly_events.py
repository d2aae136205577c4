"""Reads and writes of what was said of anomalies. Nothing is ever changed or removed: the newest of an anomaly holds."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.analysis.scopes import Scope
from core.store import writes
from core.store.client import Store

TABLE = "anomaly_events"
_COLUMNS = "anomaly, at, state, who, reason, scope, place, alerts, first_day, last_day, impact, currency"


@dataclass(frozen=True)
class Said:
    """What was said of an anomaly at one time (UTC): its state, by whom, why; and the anomaly as it was then.

    `place` is the smallest part of its scope that explained it, `alerts` the ids of all alerts that were this event.
    """

    anomaly: str
    at: datetime
    state: str
    who: str
    reason: str
    scope: Scope
    place: Scope
    alerts: tuple[str, ...]
    first: date
    last: date
    impact: Decimal
    currency: str


def newest(store: Store) -> list[Said]:
    """The newest of each anomaly, the newest of all first."""
    return _read(store.rows(f"SELECT {_COLUMNS} FROM {TABLE} ORDER BY at DESC LIMIT 1 BY anomaly"))


def history(store: Store, anomalies: Sequence[str]) -> list[Said]:
    """Everything that was said of these, by id, the newest first."""
    asked = f"SELECT {_COLUMNS} FROM {TABLE} WHERE anomaly IN {{ids:Array(String)}} ORDER BY at DESC"
    return _read(store.rows(asked, {"ids": list(anomalies)}))


def add(store: Store, said: Iterable[Said], stamps: Iterable[str]) -> int:
    """Keep what was said; `stamps` are the moments as the store takes them. Returns how many."""
    return writes.insert_rows(store, TABLE, (_row(one, stamp) for one, stamp in zip(said, stamps, strict=True)))


def _row(said: Said, stamp: str) -> dict[str, Any]:
    told = {name: getattr(said, name) for name in ("anomaly", "state", "who", "reason", "impact", "currency")}
    lists = {name: json.dumps(getattr(said, name), ensure_ascii=False) for name in ("scope", "place", "alerts")}
    return {**told, **lists, "at": stamp, "first_day": said.first, "last_day": said.last}


def _read(rows: Iterable[Sequence[Any]]) -> list[Said]:
    return [
        replace(
            Said(*row),
            scope=_scope(row[5]),
            place=_scope(row[6]),
            alerts=tuple(json.loads(row[7])),
        )
        for row in rows
    ]


def _scope(told: str) -> Scope:
    return tuple((key, value) for key, value in json.loads(told))
