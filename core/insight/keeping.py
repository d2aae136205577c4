"""Keeping what the figures say with the run that brought them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from core.analysis.scopes import ident
from core.errors import AnalysisRefused
from core.insight import ahead, kept, record, unchanged, unusual
from core.insight.anomaly import Rules, details
from core.models import NO_MONTH, Filters, Partition, Snapshot
from core.store import analyses, queries, series, writes
from core.store.client import Store

TITLE = "Anomalies and forecast"


def keep(store: Store, snap: Snapshot, run_id: str, settled_days: int, as_of: date, rules: Rules | None = None) -> Partition | None:
    """Work out what the whole organisation's billed cost says under a snapshot, by currency, and keep it with a run.

    The run has to publish it. Returns where it is, or None where there are no figures. What can't be forecast has no forecast kept. What
    is, is remembered as well, whatever becomes of the run. Where the figures are those that were judged before, what was said is kept
    again as it is.
    """
    last, span = series.settled(store, snap, settled_days), queries.coverage(store, snap)
    if last is None or span is None:
        return None
    partition = Partition(analyses.SOURCE, NO_MONTH, run_id)
    own = {"run_id": run_id, "source": partition.source, "month": partition.month, "method": analyses.METHOD, "as_of": as_of}
    views = [Filters(span.first, last, currency) for currency in span.currencies]
    rows = (
        {**own, "details": {}, "currency": view.currency, **row} for view in views for row in _rows(store, snap, view, last, as_of, rules)
    )
    writes.insert_rows(store, "analysis_results", (row | {"details": json.dumps(row["details"], default=str)} for row in rows))
    return partition


def _rows(store: Store, snap: Snapshot, view: Filters, last: date, as_of: date, rules: Rules | None) -> Iterator[dict[str, Any]]:
    content = unchanged.content(store, snap, view, rules or Rules())
    yield {"kind": kept.BASIS, "subject": analyses.fingerprint(snap), "day": last, "last_day": last, "details": {"content": content}}
    before = unchanged.said_before(store, snap, view.currency, content)
    yield from _worked_out(store, snap, view, last, as_of, rules) if before is None else before


def _worked_out(store: Store, snap: Snapshot, view: Filters, last: date, as_of: date, rules: Rules | None) -> Iterator[dict[str, Any]]:
    yield {"kind": unusual.RULES, "subject": "total", "day": last, "last_day": last, "details": asdict(rules or Rules())}
    for anomaly in unusual.found_in(store, snap, view, last, rules):
        own = {"subject": ident(anomaly.scope), "day": anomaly.first, "last_day": anomaly.last}
        yield {"kind": unusual.KIND, **own, "value": float(anomaly.impact), "details": details(anomaly)}
    try:
        told = ahead.forecast(store, snap, view, last)
    except AnalysisRefused:
        return
    record.keep(store, told, as_of)
    yield from ahead.rows(told)
