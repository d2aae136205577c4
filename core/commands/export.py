"""Write figures out."""

import argparse
import sys
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import IO, Any

import pandas as pd

from core import exports, insight
from core.commands.common import add_as_of, as_of, day, opened, shown_database
from core.errors import SettingError
from core.models import CHARGE_CATEGORY, FILTER_BAR, USAGE_CATEGORY, CostType, Filters, Snapshot
from core.settings import settings
from core.store import opportunities, publish, queries
from core.store.client import Store
from core.store.events import STATES

NAME = "export"
HELP = "write figures as CSV, JSON or Parquet"

_CHUNK = 1 << 20


def add(parser: argparse.ArgumentParser) -> None:
    """The options, by what is exported."""
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    for what, (export, said) in KINDS.items():
        kind = kinds.add_parser(what, help=said)
        kind.set_defaults(export=export)
        kind.add_argument("--format", choices=sorted(exports.FORMATS), default="csv")
        kind.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
        for dimension in FILTER_BAR:
            label = f"only this {dimension.label.lower()}; may be repeated"
            kind.add_argument(f"--{dimension.key}", action="append", default=[], metavar="VALUE", help=label)
        kind.add_argument("--usage-only", action="store_true", help=f"only the charge category {USAGE_CATEGORY}")
        kind.add_argument("--start", type=day, metavar="DATE", help="first day, UTC (default: the first with figures)")
        kind.add_argument("--end", type=day, metavar="DATE", help="last day, UTC, included (default: the last with figures)")
        kind.add_argument("--currency", help="default: the one of most rows; currencies are never added together")
        kind.add_argument("--cost-type", choices=[cost_type.value for cost_type in CostType], default=CostType.UNBLENDED.value)
        if what == "opportunities":
            said = "only findings that stand there; may be repeated (default: all)"
            kind.add_argument("--state", action="append", default=[], choices=STATES, help=said)
        add_as_of(kind)


def run(options: argparse.Namespace) -> int:
    """Write the rows to standard output or a file."""
    store = opened(shown_database())
    snapshot = publish.snapshot(store)
    filters = _view(store, snapshot, options)
    target = options.output.open("wb") if options.output else sys.stdout.buffer
    options.export(store, snapshot, filters, options, target)
    target.flush()
    if options.output:
        target.close()
    return 0


def _view(store: Store, snapshot: Snapshot, options: argparse.Namespace) -> Filters:
    span = queries.coverage(store, snapshot)
    if span is None:
        raise SettingError("There are no costs to export.", "Import a bill first: python -m core import-billing FILE...")
    currency = options.currency or span.currencies[0]
    if currency not in span.currencies:
        raise SettingError(f"There are no costs in {currency}.", f"There are some in {', '.join(span.currencies)}.")
    filters = Filters(options.start or span.first, options.end or span.last, currency, CostType(options.cost_type))
    if filters.start > filters.end:
        raise SettingError(f"--start {filters.start} is after --end {filters.end}.", "Swap the two.")
    selected = {dimension.key: tuple(getattr(options, dimension.key)) for dimension in FILTER_BAR if getattr(options, dimension.key)}
    if options.usage_only:
        selected[CHARGE_CATEGORY.key] = (USAGE_CATEGORY,)
    if options.currency is None and len(span.currencies) > 1:
        print(f"Exporting {currency}; there are costs in {', '.join(span.currencies[1:])} too (--currency).", file=sys.stderr)
    return replace(filters, selected=selected)


def _costs(store: Store, snapshot: Snapshot, filters: Filters, options: argparse.Namespace, target: IO[bytes]) -> None:
    with queries.export_costs(store, snapshot, filters, as_of(options), options.format) as source:
        while chunk := source.read(_CHUNK):
            target.write(chunk)


def _opportunities(store: Store, snapshot: Snapshot, filters: Filters, options: argparse.Namespace, target: IO[bytes]) -> None:
    if ignored := sorted(set(filters.selected) - set(opportunities.COLUMNS)):
        raise SettingError(f"Opportunities have no {' and no '.join(ignored)}.", "Leave that option out.")
    chosen = {**filters.selected, "state": options.state}
    rows = opportunities.export(store, snapshot, chosen, as_of=as_of(options))
    target.write(exports.written(rows, options.format, {"data_version": snapshot.version}))


def _anomalies(store: Store, snapshot: Snapshot, filters: Filters, options: argparse.Namespace, target: IO[bytes]) -> None:
    found = insight.anomalies(store, snapshot, filters, settings().spendscope_settled_days)
    rows = pd.DataFrame([asdict(anomaly) for anomaly in found], columns=list(insight.Anomaly.__dataclass_fields__))
    target.write(exports.written(rows, options.format, _stamps(snapshot, filters, as_of(options))))


def _forecast(store: Store, snapshot: Snapshot, filters: Filters, options: argparse.Namespace, target: IO[bytes]) -> None:
    told = insight.outlook(store, snapshot, filters, settings().spendscope_settled_days)
    how = {"method": told.method, "mean_absolute_error": told.mean_absolute_error, "settled": told.settled.isoformat()}
    stamps = _stamps(snapshot, filters, as_of(options)) | how | {"currency": filters.currency}
    target.write(exports.written(told.days, options.format, stamps))


def _stamps(snapshot: Snapshot, filters: Filters, when: date) -> dict[str, Any]:
    """What says which view a row is of."""
    selected = " ".join(f"{key}={','.join(values)}" for key, values in filters.selected.items())
    return {"filters": selected, "cost_type": filters.cost_type.value, "as_of": when.isoformat(), "data_version": snapshot.version}


KINDS = {
    "costs": (_costs, "one row for each day, account, region, service, charge category and usage type"),
    "opportunities": (_opportunities, "one row for each finding, with evidence, price, saving and state; days and cost type don't apply"),
    "anomalies": (_anomalies, "one row for each anomaly that touches the days"),
    "forecast": (_forecast, "one row for each day from the last settled one to the end of the next month"),
}
