"""What commands share: the opened store, dates, and progress on a terminal or in a log."""

import argparse
import sys
import time
from datetime import date

from core import runs
from core.models import Progress
from core.settings import settings
from core.store.client import DATABASE, DEMO_DATABASE, Store
from core.store.migrations import migrate


def opened(database: str = DATABASE) -> Store:
    """The store, migrated and healed. Raises StoreError."""
    store = Store(settings(), database)
    migrate(store, runs.utc_now())
    runs.heal(store)
    return store


def shown_database() -> str:
    """The database that the settings ask for: the demo's, or one's own."""
    return DEMO_DATABASE if settings().spendscope_demo == "on" else DATABASE


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """The option that fixes the clock."""
    parser.add_argument("--as-of", type=day, default=None, metavar="DATE", help="the UTC day to take for today")


def as_of(options: argparse.Namespace) -> date:
    """The day to take for today."""
    fixed: date | None = options.as_of
    return fixed or runs.utc_now().date()


def day(text: str) -> date:
    """A date as an option gives it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no date like 2026-08-31") from None


class ProgressLine:
    """Progress on one line of a terminal, or a line for each step and every few seconds in a log."""

    def __init__(self) -> None:
        self._step = ""
        self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show how far it is."""
        terminal = sys.stderr.isatty()
        if not terminal and progress.step == self._step and time.monotonic() - self._said < 2:
            return
        self._step, self._said = progress.step, time.monotonic()
        print(f"\r\x1b[K{progress.text}" if terminal else progress.text, end="" if terminal else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Clear the line."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
