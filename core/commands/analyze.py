"""Judge and analyse what is held."""

import argparse

from core import analyze
from core.commands.common import ProgressLine, add_as_of, as_of, opened, shown_database
from core.settings import settings

NAME = "analyze"
HELP = "find opportunities and anomalies and forecast, from what was collected or imported"


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.description = (
        "Ask every check of the resources that were collected last, look for anomalies in the costs, forecast them, and publish what "
        "came of it in one step. Nothing is asked of AWS. A collection does the same at its end; this is for changed thresholds and "
        "imported bills."
    )
    add_as_of(parser)


def run(options: argparse.Namespace) -> int:
    """Analyse, and say what was found."""
    store = opened(shown_database())
    progress = ProgressLine()
    result = analyze.analyze(store, settings(), as_of(options), report=progress)
    progress.end()
    print(f"Published as run {result.run_id}.")
    if result.judged:
        found = result.judged
        print(f"Opportunities: {found.found:,}, ${found.monthly_savings:,.2f} a month; {found.not_measured:,} answers not measured.")
    if result.settled:
        print(f"Costs are judged up to {result.settled}, the last settled day.")
    if result.unwatched:
        print(result.unwatched)
    return 0
