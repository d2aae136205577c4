"""Reads of what analysis said: ours, kept with a run, and what AWS itself forecasts and finds."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from core.models import Snapshot
from core.store.client import Store
from core.store.publish import CURRENT, current

SOURCE = "analysis:all:all"
"""Where our own analysis is kept: it is of all bills together."""

METHOD = "Spendscope"


@dataclass(frozen=True)
class Row:
    """A row of `analysis_results`; amounts are in its currency, `level` is an interval's in percent."""

    subject: str
    day: date
    last_day: date
    value: float | None
    lower: float | None
    upper: float | None
    level: int
    details: dict[str, Any]


def rows(store: Store, snap: Snapshot, kind: str, currency: str) -> list[Row]:
    """What our own published analysis says of a kind, by subject, day and level."""
    found = store.rows(
        f"""SELECT subject, day, last_day, value, lower, upper, level, details FROM analysis_results
        WHERE {CURRENT} AND source = {{source:String}} AND kind = {{kind:String}} AND currency = {{currency:String}}
        ORDER BY subject, day, level""",
        {**current(snap), "source": SOURCE, "kind": kind, "currency": currency},
    )
    return [replace(Row(*row), details=json.loads(row[-1])) for row in found]


def fingerprint(snap: Snapshot) -> str:
    """Stands for the bills of a snapshot: another month or another run of one is another fingerprint."""
    held = sorted((partition.source, str(partition.month), partition.run_id) for partition in snap.bills)
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()[:16]


def aws_forecast(store: Store, snap: Snapshot) -> pd.DataFrame:
    """Cost Explorer's own forecast of the total unblended cost. Columns: day, value, lower, upper (USD), level (percent), as_of."""
    return store.frame(
        f"""SELECT day, value, lower, upper, level, as_of FROM analysis_results
        WHERE {CURRENT} AND startsWith(source, 'aws-forecast:') ORDER BY day""",
        current(snap),
    )


def aws_anomalies(store: Store, snap: Snapshot) -> pd.DataFrame:
    """The anomalies that AWS found. Columns: subject (AWS's id), day, last_day, value (impact), currency, details (JSON)."""
    return store.frame(
        f"""SELECT subject, day, last_day, value, currency, details FROM analysis_results
        WHERE {CURRENT} AND startsWith(source, 'aws-anomaly:') ORDER BY day DESC, subject""",
        current(snap),
    )
