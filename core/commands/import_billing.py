"""Import billing exports."""

import argparse
from pathlib import Path

from core import runs
from core.collectors.billing.importer import ImportResult, import_files
from core.commands.common import ProgressLine, add_as_of, as_of, opened
from core.insight import budgets
from core.settings import settings

NAME = "import-billing"
HELP = "import FOCUS or AWS CUR files"


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
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
    add_as_of(parser)


def run(options: argparse.Namespace) -> int:
    """Import the files and say what came of it."""
    progress = ProgressLine()
    store = opened()
    result = import_files(
        store,
        options.files,
        as_of(options),
        max_shrink_percent=settings().spendscope_max_shrink_percent,
        replace=options.replace,
        append=options.append,
        report=progress,
    )
    progress.end()
    _tell(result)
    if not result.unchanged and (reason := budgets.watched(store, settings().spendscope_settled_days, result.run_id, runs.utc_now())):
        print(f"  {reason}")
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
