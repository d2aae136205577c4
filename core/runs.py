"""The life of a run: it writes where nobody looks, is published whole or dropped whole, and a dead one is healed."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from core.errors import AwsError, CollectionCancelled, RunBusy, SpendscopeError
from core.models import RunStatus
from core.store import publish, queries, writes
from core.store.client import Store

Clock = Callable[[], datetime]

_one_at_a_time = threading.Lock()


def utc_now() -> datetime:
    """The wall clock, for the entry points to pass in."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class Run:
    """A run under way. What it learns of itself goes to the ledger when it ends."""

    store: Store
    run_id: str
    as_of: date
    label: str = ""
    content_hash: str = ""
    line_count: int = 0
    status: RunStatus = RunStatus.PUBLISHED


@contextmanager
def run(store: Store, kind: str, as_of: date, clock: Clock = utc_now, label: str = "") -> Iterator[Run]:
    """Carry out a run; whatever it wrote is dropped unless it was published. Raises RunBusy while another is going on."""
    if not _one_at_a_time.acquire(blocking=False):
        raise RunBusy("Another import or collection is going on.", "Wait for it to end; the Data page shows how far it is.")
    try:
        started = clock()
        current = Run(store, f"{started:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}", as_of, label)
        entry = writes.LedgerEntry(current.run_id, kind, RunStatus.RUNNING, started, started, as_of, _owner(), label=label)
        writes.record(store, entry)
        detail = ""
        try:
            yield current
        except BaseException as error:
            current.status = _status_of(error)
            # A publish that went through stands, whatever happened after it.
            if _is_published(store, current.run_id):
                current.status = RunStatus.PUBLISHED
            detail = str(error) if isinstance(error, SpendscopeError) else type(error).__name__
            raise
        finally:
            if current.status != RunStatus.PUBLISHED:
                drop(store, current.run_id)
            ended = clock()
            writes.record(
                store,
                replace(
                    entry,
                    status=current.status,
                    updated_at=ended,
                    content_hash=current.content_hash,
                    label=current.label,
                    detail=detail,
                    line_count=current.line_count,
                    seconds=(ended - started).total_seconds(),
                ),
            )
    finally:
        _one_at_a_time.release()


def _status_of(error: BaseException) -> RunStatus:
    if isinstance(error, CollectionCancelled):
        return RunStatus.CANCELLED
    if isinstance(error, AwsError):
        return RunStatus.FAILED
    return RunStatus.REFUSED if isinstance(error, SpendscopeError) else RunStatus.FAILED


def heal(store: Store, clock: Clock = utc_now) -> list[str]:
    """Clean up after runs whose process is gone; returns their ids. Called once when a process opens the store."""
    healed = []
    for entry in queries.ledger(store, status=RunStatus.RUNNING):
        if not store.embedded and _alive(entry.owner):
            continue
        published = _is_published(store, entry.run_id)
        if not published:
            drop(store, entry.run_id)
        status = RunStatus.PUBLISHED if published else RunStatus.INTERRUPTED
        detail = "" if published else "The process ended before the run did; nothing of it was published."
        writes.record(store, replace(entry, status=status, updated_at=clock(), detail=detail))
        healed.append(entry.run_id)
    writes.drop_partitions(store, publish.superseded(store))
    return healed


def drop(store: Store, run_id: str) -> None:
    """Remove everything that an unpublished run wrote."""
    writes.drop_landing(store, queries.landing_tables(store, run_id))
    drop_rows(store, run_id)


def drop_rows(store: Store, run_id: str) -> None:
    """Remove the rows that an unpublished run wrote, to write them anew."""
    writes.drop_partitions(store, queries.partitions_of_run(store, run_id))


def _is_published(store: Store, run_id: str) -> bool:
    return any(run_id in runs for runs in publish.history(store).values())


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _alive(owner: str) -> bool:
    """Whether a run's process may still be at work; one on another host is given the benefit of the doubt."""
    host, _, pid = owner.rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
