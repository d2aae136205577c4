"""Reads and writes of what Cost Explorer said of anomalies' usage types. What was asked once is kept."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from core.analysis.causes import Part
from core.store import writes
from core.store.client import Store

TABLE = "anomaly_causes"


@dataclass(frozen=True)
class Answer:
    """What was asked of an anomaly (UTC), and what asking cost: the usage types of the smallest part that explains it.

    `first` and `last` are the days that it had then, `expected` and `actual` what was expected of the part and what it cost; the
    contributions of `parts` add up to their difference to the cent.
    """

    anomaly: str
    at: datetime
    run_id: str
    first: date
    last: date
    expected: Decimal
    actual: Decimal
    currency: str
    cost_type: str
    requests: int
    usd: Decimal
    parts: tuple[Part, ...]


def answers(store: Store) -> dict[str, Answer]:
    """The newest answer for each anomaly, by its id."""
    names = [{"first": "first_day", "last": "last_day"}.get(name, name) for name in Answer.__dataclass_fields__]
    rows = store.rows(f"SELECT {', '.join(names)} FROM {TABLE} ORDER BY at DESC LIMIT 1 BY anomaly")
    return {row[0]: replace(Answer(*row), parts=_parts(row[-1])) for row in rows}


def add(store: Store, answer: Answer, stamp: str) -> None:
    """Keep an answer; `stamp` is its moment as the store takes it."""
    own = {name: getattr(answer, name) for name in ("anomaly", "run_id", "expected", "actual", "currency", "cost_type", "requests", "usd")}
    parts = json.dumps([[*part.values, str(part.expected), str(part.actual)] for part in answer.parts], ensure_ascii=False)
    writes.insert_rows(store, TABLE, [{**own, "at": stamp, "first_day": answer.first, "last_day": answer.last, "parts": parts}])


def _parts(told: str) -> tuple[Part, ...]:
    return tuple(Part((usage_type,), Decimal(expected), Decimal(actual)) for usage_type, expected, actual in json.loads(told))
