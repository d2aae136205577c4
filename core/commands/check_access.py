"""Say which permissions the AWS credentials have, and what each missing one costs."""

import argparse
import sys

from core import refresh
from core.commands.collect import reached
from core.commands.common import ProgressLine, add_as_of, as_of, opened
from core.settings import settings
from core.store.client import DATABASE, DEMO_DATABASE

NAME = "check-access"
HELP = "say which AWS permissions are there, and what a missing one costs"

_WORDS = {True: "ok", False: "missing", None: "unknown"}


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.description = (
        "Try each permission with the cheapest call that needs it, in every account. Cost Explorer's three calls cost $0.01 each."
    )
    add_as_of(parser)


def run(options: argparse.Namespace) -> int:
    """One line for each permission and account. Returns 1 unless all are there."""
    day, demo = as_of(options), settings().spendscope_demo == "on"
    meter = refresh.metered(opened(DEMO_DATABASE if demo else DATABASE), settings(), ProgressLine(), demo=demo)
    with reached(meter, day, demo=demo) as access:
        findings = refresh.check_access(access, day)
    for finding in findings:
        print(f"{_WORDS[finding.ok]:8}{finding.action:40}{finding.account}")
        if not finding.ok:
            print(f"        {finding.reason} {finding.lost}\n        {finding.hint}".rstrip())
    print(f"Asked {meter.requests} times, ${meter.usd:.2f}.", file=sys.stderr)
    return 0 if all(finding.ok for finding in findings) else 1
