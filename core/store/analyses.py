"""Reads of what analysis said: ours, kept with a run, and what AWS itself forecasts and finds."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from core.models import Filters, Snapshot
from core.store import queries
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


def content(store: Store, snap: Snapshot, filters: Filters) -> str:
    """Stands for a view's costs by day, account, service, region, charge category and usage type, and for the months that are covered.

    Unlike `fingerprint` it doesn't tell by which run a figure came: the same figures, read again, have the same content.
    """
    where, params, cost = queries.narrowed("cost_metrics", snap, filters)
    keys = "day, account_id, service, region, charge_category, usage_type"
    found = store.rows(
        f"""SELECT count(), sum(cityHash64({keys}, known, unknown)), sum(sipHash64({keys}, known, unknown)) FROM (
            SELECT {keys}, toString(sum(ifNull({cost}, 0))) AS known, countIf(isNull({cost})) AS unknown
            FROM cost_metrics WHERE {where} GROUP BY ALL)""",
        params,
    )
    spans = [(span.source, str(span.first)) for span in queries.source_spans(store, snap) if span.currency == filters.currency]
    months = sorted({str(partition.month) for partition in snap.bills if partition.month <= filters.end})
    held = json.dumps([str(filters.start), str(filters.end), filters.currency, spans, months, [str(part) for part in found[0]]])
    return hashlib.sha256(held.encode()).hexdigest()[:16]


def aws_forecast(store: Store, snap: Snapshot) -> pd.DataFrame:
    """Cost Explorer's own forecast of the total unblended cost. Columns: day, value, lower, upper (USD), level (percent), as_of."""
    return store.frame(
        f"""SELECT day, value, lower, upper, level, as_of FROM analysis_results
        WHERE {CURRENT} AND startsWith(source, 'aws-forecast:') ORDER BY day""",
        current(snap),
    )


def aws_budgets(store: Store, snap: Snapshot) -> pd.DataFrame:
    """AWS's own budgets as last read. Columns: subject (its name), day, last_day (its present period), value (spent so far),
    upper (AWS's forecast of the period), currency or another unit, details (JSON: limit, type, unit of time, filters), as_of."""
    return store.frame(
        f"""SELECT subject, day, last_day, value, upper, currency, details, as_of FROM analysis_results
        WHERE {CURRENT} AND startsWith(source, 'aws-budget:') AND kind = 'budget' ORDER BY subject""",
        current(snap),
    )


def aws_anomalies(store: Store, snap: Snapshot) -> pd.DataFrame:
    """The anomalies that AWS found. Columns: subject (AWS's id), day, last_day, value (impact), currency, details (JSON)."""
    return store.frame(
        f"""SELECT subject, day, last_day, value, currency, details FROM analysis_results
        WHERE {CURRENT} AND startsWith(source, 'aws-anomaly:') ORDER BY day DESC, subject""",
        current(snap),
    )
