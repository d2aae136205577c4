"""The command line: `python -m core COMMAND`. Results go to standard output, progress and errors to standard error."""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from core import runs
from core.collectors.billing.importer import ImportResult, import_files
from core.errors import SettingError, SpendscopeError
from core.models import CHARGE_CATEGORY, FILTER_BAR, CostType, Filters, Progress
from core.settings import settings
from core.store import publish, queries
from core.store.client import Store
from core.store.migrations import migrate

_CHUNK = 1 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, 2 for a refusal or failure that is explained, 130 when interrupted."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except SpendscopeError as error:
        print(f"\n{error}" if sys.stderr.isatty() else str(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was published.", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core", description="Spendscope's command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _import_billing(commands.add_parser("import-billing", help="import FOCUS or AWS CUR files"))
    _export(commands.add_parser("export", help="write figures as CSV, JSON or Parquet"))
    return parser


def _import_billing(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Import billing exports: FOCUS 1.0 to 1.4 of any provider, or AWS CUR (legacy, Athena, 2.0), as CSV, CSV.gz or Parquet, "
        "recognised by their columns. The files of one command are taken as the complete months of their billing accounts."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--replace", action="store_true", help="take the files as complete even if a published month shrinks by more than allowed"
    )
    how.add_argument("--append", action="store_true", help="add the files to the published months instead of replacing them")
    _as_of(parser)
    parser.set_defaults(command=_run_import)


def _export(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    costs = kinds.add_parser("costs", help="one row for each day, account, region, service, charge category and usage type")
    costs.add_argument("--format", choices=sorted(queries.FORMATS), default="csv")
    costs.add_argument("--start", type=_day, metavar="DATE", help="first day, UTC (default: the first with figures)")
    costs.add_argument("--end", type=_day, metavar="DATE", help="last day, UTC, included (default: the last with figures)")
    costs.add_argument("--currency", help="default: the one of most rows; currencies are never added together")
    costs.add_argument("--cost-type", choices=[cost_type.value for cost_type in CostType], default=CostType.UNBLENDED.value)
    costs.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    for dimension in FILTER_BAR:
        costs.add_argument(
            f"--{dimension.key}", action="append", default=[], metavar="VALUE", help=f"only this {dimension.label.lower()}; may be repeated"
        )
    costs.add_argument("--usage-only", action="store_true", help="only the charge category Usage")
    _as_of(costs)
    costs.set_defaults(command=_run_export)


def _as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", type=_day, default=None, metavar="DATE", help="the UTC day to take for today")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no date like 2026-08-31") from None


def _opened() -> Store:
    store = Store(settings())
    migrate(store, runs.utc_now())
    runs.heal(store)
    return store


def _run_import(options: argparse.Namespace) -> int:
    store = _opened()
    result = import_files(
        store,
        options.files,
        options.as_of or runs.utc_now().date(),
        max_shrink_percent=settings().spendscope_max_shrink_percent,
        replace=options.replace,
        append=options.append,
        report=_ProgressLine(),
    )
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    _tell(result)
    return 0


def _tell(result: ImportResult) -> None:
    if result.unchanged:
        print(f"Nothing new: run {result.run_id} holds this content already.")
    else:
        print(f"{', '.join(result.formats)}: {result.line_count:,} rows in {result.seconds:.1f} s, published as run {result.run_id}.")
    for total in result.totals:
        print(f"  {total.month:%Y-%m}  {total.source}  {total.amount.normalize():f} {total.currency} in {total.line_count:,} rows")
    for name, columns in result.ignored.items():
        print(f"  {name}: left out {len(columns)} columns: {', '.join(columns)}")
    for note in result.notes:
        print(f"  {note}")


class _ProgressLine:
    """Progress on one line of a terminal, or a line for each step and every few seconds in a log."""

    def __init__(self) -> None:
        self._step = ""
        self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        terminal = sys.stderr.isatty()
        if not terminal and progress.step == self._step and time.monotonic() - self._said < 2:
            return
        self._step, self._said = progress.step, time.monotonic()
        print(f"\r\x1b[K{progress.text}" if terminal else progress.text, end="" if terminal else "\n", file=sys.stderr, flush=True)


def _run_export(options: argparse.Namespace) -> int:
    store = _opened()
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
    with queries.export_costs(store, snapshot, filters, options.as_of or runs.utc_now().date(), options.format) as source:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
    target.flush()
    if options.output:
        target.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
