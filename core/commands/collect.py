"""Collect from AWS."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from core import refresh
from core.aws.access import Access, demo_access, own_access
from core.aws.meter import Meter
from core.commands.common import ProgressLine, add_as_of, as_of, opened, shown_database
from core.demo.process import DemoProcess
from core.models import SliceStatus
from core.settings import settings

NAME = "collect"
HELP = "collect costs, resources and utilisation from AWS"


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.description = (
        "Collect from every account and region that the AWS credentials reach, and publish it in one step. "
        "With SPENDSCOPE_DEMO=on it collects from the demo organisation, into a database of its own."
    )
    parser.add_argument("--whole", action="store_true", help="read all 13 months anew, not only those that may still change")
    parser.add_argument("--estimate", action="store_true", help="only say what it would ask and cost")
    add_as_of(parser)


def run(options: argparse.Namespace) -> int:
    """Say what it will cost, collect, and say what came of it. Returns 1 where something is incomplete."""
    config, day, demo = settings(), as_of(options), settings().spendscope_demo == "on"
    store = opened(shown_database())
    tell_estimate(refresh.estimate(store, config, day, whole=options.whole), demo=demo)
    if options.estimate:
        return 0
    cancelled, progress = _cancelled_by_interrupt(), ProgressLine()
    meter = refresh.metered(store, config, progress, cancelled, demo=demo)
    with reached(meter, day, demo=demo) as access:
        result = refresh.refresh(store, access, config, day, whole=options.whole, report=progress, cancelled=cancelled)
    progress.end()
    return tell(result)


@contextmanager
def reached(meter: Meter, day: date, *, demo: bool) -> Iterator[Access]:
    """The organization to collect from: one's own, or the demo's for as long as it's needed."""
    if not demo:
        yield own_access(settings(), meter)
        return
    with DemoProcess.start(day) as process:
        yield demo_access(process.endpoint, meter)


def _cancelled_by_interrupt() -> threading.Event:
    """An event that Ctrl+C sets, so that a run ends in order."""
    cancelled = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: cancelled.set())
    return cancelled


def tell_estimate(estimate: refresh.Estimate, *, demo: bool) -> None:
    """The estimate on standard error, before anything is asked."""
    for line in estimate.lines:
        if line.requests:
            print(f"{line.label}: about {line.requests:,} requests, ${line.usd:.2f} ({line.basis})", file=sys.stderr)
    charged = "; the demo charges nothing" if demo else f"; it stops at ${estimate.cap_usd:.2f}"
    print(f"About ${estimate.usd:.2f} in all{charged}.", file=sys.stderr)


def tell(result: refresh.RefreshResult) -> int:
    """What came, by slice where something is missing. Returns the exit status."""
    rows = sum(outcome.row_count for outcome in result.outcomes)
    print(
        f"{rows:,} rows in {result.seconds:.1f} s, published as run {result.run_id}: {result.months} months of costs, "
        f"{result.requests:,} requests, ${result.usd:.2f}."
    )
    for outcome in result.outcomes:
        if outcome.status != SliceStatus.COMPLETE:
            where = " ".join(part for part in (outcome.account_id, outcome.region) if part)
            print(f"  {outcome.status}: {outcome.collector} {where}: {outcome.reason}")
    return 1 if result.incomplete else 0
