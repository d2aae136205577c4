"""Write figures out."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

import pandas as pd

from core import exports, insight
from core.analysis.beside import Against
from core.commands.common import add_as_of, as_of, day, opened, shown_database
from core.errors import SettingError
from core.insight import budgets, drivers, parts
from core.models import CHARGE_CATEGORY, FILTER_BAR, USAGE_CATEGORY, CostType, Days, Filters, Snapshot
from core.settings import settings
from core.store import opportunities, publish, queries
from core.store.client import Store
from core.store.events import STATES

NAME = "export"
HELP = "write figures as CSV, JSON or Parquet"

_CHUNK = 1 << 20
_A_MONTH = timedelta(days=29)


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
        if what == "drivers":
            _add_periods(kind)
        if what == "forecast":
            said = "a row for each day and part: the largest eight, and the others together; parts add up to the cent"
            kind.add_argument("--by", choices=parts.GROUPS, help=said)
        add_as_of(kind)


def _add_periods(kind: argparse.ArgumentParser) -> None:
    said = "what the days are set beside: as many just before (default), the same of the month before or of last year, or --before-start"
    kind.add_argument("--against", type=Against, choices=list(Against), default=Against.BEFORE, help=said)
    kind.add_argument("--before-start", type=day, metavar="DATE", help="with --against days: their first, UTC")
    kind.add_argument("--before-end", type=day, metavar="DATE", help="with --against days: their last, included")
    kind.add_argument("--per", choices=("period", "day"), default="period", help="totals (default), or an average day of each")


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
    config = settings()
    found = insight.anomalies(store, snapshot, filters, config.spendscope_settled_days, insight.Rules.of(config))
    rows = pd.DataFrame(list(_anomaly_rows(store, snapshot, filters, found)), columns=_ANOMALY_COLUMNS)
    target.write(exports.written(rows, options.format, _stamps(snapshot, filters, as_of(options))))


_ANOMALY_COLUMNS = [*insight.Anomaly.__dataclass_fields__, "causes"]


def _anomaly_rows(store: Store, snapshot: Snapshot, filters: Filters, found: Sequence[insight.Anomaly]) -> Iterator[dict[str, Any]]:
    """Each anomaly; scope and place as "key=value, ...", alerts with blanks between them, causes as JSON that adds up to the impact."""
    for one in found:
        causes = insight.origins(store, snapshot, filters, one, found).causes
        parts = [{**dict(zip(causes.keys, part.values, strict=True)), "contribution": str(part.contribution)} for part in causes.parts]
        places = {name: ", ".join("=".join(pair) for pair in getattr(one, name)) for name in ("scope", "where")}
        yield {**asdict(one), **places, "alerts": " ".join(one.alerts), "causes": json.dumps(parts, ensure_ascii=False)}


def _forecast(store: Store, snapshot: Snapshot, filters: Filters, options: argparse.Namespace, target: IO[bytes]) -> None:
    settled_days = settings().spendscope_settled_days
    taken = parts.parts(store, snapshot, filters, settled_days, options.by) if options.by else None
    told = taken.total if taken else insight.outlook(store, snapshot, filters, settled_days)
    how = {"method": told.method, "mean_absolute_error": told.mean_absolute_error, "settled": told.settled.isoformat()}
    stamps = _stamps(snapshot, filters, as_of(options)) | how | {"currency": filters.currency}
    days = parts.days_in_cents(taken).rename(columns={"name": options.by}) if taken else told.days
    target.write(exports.written(days, options.format, stamps))


def _budgets(store: Store, snapshot: Snapshot, filters: Filters, options: argparse.Namespace, target: IO[bytes]) -> None:
    if filters.selected or options.start or options.end or options.currency:
        raise SettingError("Each budget has filters, days and a currency of its own.", "Leave those options out.")
    found = budgets.rows(store, snapshot, settings().spendscope_settled_days)
    target.write(exports.written(found, options.format, {"as_of": as_of(options).isoformat(), "data_version": snapshot.version}))


def _drivers(store: Store, snapshot: Snapshot, filters: Filters, options: argparse.Namespace, target: IO[bytes]) -> None:
    if (options.against is Against.DAYS) != all((options.before_start, options.before_end)):
        raise SettingError("--against days goes with --before-start and --before-end.", "Name all three, or none.")
    chosen = Days(options.before_start, options.before_end) if options.against is Against.DAYS else None
    shown = filters if options.start else replace(filters, start=max(filters.start, filters.end - _A_MONTH))
    asked = (store, snapshot, shown, settings().spendscope_settled_days, options.against, chosen)
    found = drivers.change(*asked, per_day=options.per == "day")
    days = {"first_day": found.after.first.isoformat(), "last_day": found.after.last.isoformat(), "currency": filters.currency}
    target.write(exports.written(drivers.tidy(found), options.format, _stamps(snapshot, filters, as_of(options)) | days))


def _stamps(snapshot: Snapshot, filters: Filters, when: date) -> dict[str, Any]:
    """What says which view a row is of."""
    selected = " ".join(f"{key}={','.join(values)}" for key, values in filters.selected.items())
    return {"filters": selected, "cost_type": filters.cost_type.value, "as_of": when.isoformat(), "data_version": snapshot.version}


KINDS = {
    "costs": (_costs, "one row for each day, account, region, service, charge category and usage type"),
    "opportunities": (_opportunities, "one row for each finding, with evidence, price, saving and state; days and cost type don't apply"),
    "anomalies": (_anomalies, "one row for each anomaly that touches the days"),
    "forecast": (_forecast, "one row for each day from the last settled one to the end of the next month"),
    "drivers": (_drivers, "one row for each part of what changed between two periods; the later ones are the days (default: the last 30)"),
    "budgets": (_budgets, "one row for each budget with where it stands; days, filters and cost type are the budget's own"),
}
