"""Work in the background of this process, one piece at a time, seen by every open page."""

import itertools
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core import runs
from core.errors import CollectionCancelled, RunBusy, SpendscopeError
from core.models import Progress

log = logging.getLogger("spendscope")

_STARTING = Progress("Starting", 0, 0)
_REMEMBERED = 100


class Kind(StrEnum):
    """What a job does; the value is how it is named."""

    IMPORT = "import"
    COLLECTION = "collection"
    ACCESS = "access check"
    QUESTION = "question to Cost Explorer"


@dataclass(eq=False)
class Job:
    """A piece of work: how far each of its steps is, then its result, its error, or that it was cancelled.

    `note` is what holds it up just now, in words. `id` is what programs know it by, and can't be guessed; times are UTC.
    """

    number: int
    kind: Kind
    label: str
    about: Any = None
    result: Any = None
    error: SpendscopeError | None = None
    failed: str = ""
    was_cancelled: bool = False
    note: str = ""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    started_at: datetime = field(default_factory=runs.utc_now)
    ended_at: datetime | None = None
    cancel: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    _steps: dict[str, Progress] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def running(self) -> bool:
        """Whether it's still at work."""
        return not self.ended.is_set()

    @property
    def steps(self) -> list[Progress]:
        """Every step so far, the one that was told of last at the end."""
        with self._lock:
            return list(self._steps.values())

    @property
    def progress(self) -> Progress:
        """The step that was told of last."""
        return (self.steps or [_STARTING])[-1]

    def told(self, progress: Progress) -> None:
        """Take a report, from any thread."""
        self.note = ""
        with self._lock:
            self._steps.pop(progress.step, None)
            self._steps[progress.step] = progress


class Desk:
    """Where jobs lie: at most one that runs, the last of each kind, and by id the last hundred."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._last: dict[Kind, Job] = {}
        self._known: dict[str, Job] = {}

    @property
    def running(self) -> Job | None:
        """The job that is at work."""
        return next((job for job in self._last.values() if job.running), None)

    @property
    def state(self) -> tuple[int, ...]:
        """Changes when a job begins or ends."""
        return tuple(job.number if job.running else -job.number for job in self._last.values())

    def last(self, kind: Kind) -> Job | None:
        """The job of a kind that is running, or the last one."""
        return self._last.get(kind)

    def find(self, ident: str) -> Job | None:
        """One of the last jobs, by its id."""
        return self._known.get(ident)

    def start(self, kind: Kind, label: str, work: Callable[[Job], Any], *, about: Any = None, join: bool = False) -> Job:
        """Begin a job in a thread; `work` returns its result. While one of the same kind runs, `join` gives that one.

        Raises RunBusy while another runs.
        """
        with self._lock:
            busy = self.running
            if busy and join and busy.kind == kind:
                return busy
            if busy:
                raise RunBusy(f"Another {busy.kind} is going on.", "Wait for it to end; the sidebar shows how far it is.")
            job = Job(next(self._numbers), kind, label, about)
            self._last[kind] = self._known[job.id] = job
            if len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]
        threading.Thread(target=_carry_out, args=(job, work), name=kind.value, daemon=True).start()
        return job

    def close(self, seconds: float) -> None:
        """Ask the running job to stop, and give it this long."""
        job = self.running
        if job:
            job.cancel.set()
            job.ended.wait(seconds)


def _carry_out(job: Job, work: Callable[[Job], Any]) -> None:
    try:
        job.result = work(job)
    except CollectionCancelled:
        job.was_cancelled = True
    except SpendscopeError as error:
        job.error = error
    except OSError as error:
        log.exception("The %s failed.", job.kind)
        job.failed = f"{error.strerror or type(error).__name__}"
    finally:
        if job.result is None and not (job.was_cancelled or job.error or job.failed):
            job.failed = "It ended unexpectedly; the server's log says more."
        job.ended_at = runs.utc_now()
        job.ended.set()


desk = Desk()
"""The process's one."""
