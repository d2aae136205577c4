"""Write figures out."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from core.commands.common import add_as_of, as_of, day, opened
from core.errors import SettingError
from core.models import CHARGE_CATEGORY, FILTER_BAR, CostType, Filters
from core.store import publish, queries

NAME = "export"
HELP = "write figures as CSV, JSON or Parquet"

_CHUNK = 1 << 20


def add(parser: argparse.ArgumentParser) -> None:
    """The options, by what is exported."""
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    costs = kinds.add_parser("costs", help="one row for each day, account, region, service, charge category and usage type")
    costs.add_argument("--format", choices=sorted(queries.FORMATS), default="csv")
    costs.add_argument("--start", type=day, metavar="DATE", help="first day, UTC (default: the first with figures)")
    costs.add_argument("--end", type=day, metavar="DATE", help="last day, UTC, included (default: the last with figures)")
    costs.add_argument("--currency", help="default: the one of most rows; currencies are never added together")
    costs.add_argument("--cost-type", choices=[cost_type.value for cost_type in CostType], default=CostType.UNBLENDED.value)
    costs.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    for dimension in FILTER_BAR:
        costs.add_argument(
            f"--{dimension.key}", action="append", default=[], metavar="VALUE", help=f"only this {dimension.label.lower()}; may be repeated"
        )
    costs.add_argument("--usage-only", action="store_true", help="only the charge category Usage")
    add_as_of(costs)


def run(options: argparse.Namespace) -> int:
    """Write the rows to standard output or a file."""
    store = opened()
    snapshot = publish.snapshot(store)
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
        selected[CHARGE_CATEGORY.key] = ("Usage",)
    filters = replace(filters, selected=selected)
    if options.currency is None and len(span.currencies) > 1:
        print(f"Exporting {currency}; there are costs in {', '.join(span.currencies[1:])} too (--currency).", file=sys.stderr)
    target = options.output.open("wb") if options.output else sys.stdout.buffer
    with queries.export_costs(store, snapshot, filters, as_of(options), options.format) as source:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
    target.flush()
    if options.output:
        target.close()
    return 0
