"""How far a statement has come, told while it runs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import StoreError
from core.models import Progress, Report
from core.store import queries
from core.store.client import Store

_EVERY_SECONDS = 0.3


@contextmanager
def watched(store: Store, marker: str, step: str, total: int, report: Report) -> Iterator[None]:
    """Report the rows that the statement marked `marker` has read, and the seconds left where `total` is known."""
    ended = threading.Event()
    report(Progress(step, 0, total))

    def look() -> None:
        started = time.monotonic()
        while not ended.wait(_EVERY_SECONDS):
            try:
                done = queries.rows_read(store, marker)
            except StoreError:
                continue  # The statement itself will say what is wrong.
            left = (time.monotonic() - started) * (total - done) / done if done and total else None
            report(Progress(step, min(done, total) if total else done, total, seconds_left=max(left, 0.0) if left is not None else None))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
    if total:
        report(Progress(step, total, total, seconds_left=0.0))
