"""Collections from AWS, or from the demo organisation, in the background."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.budgets import example
from app.jobs import Job, Kind, desk
from app.workspace import Workspace, today, workspace
from core import investigate, refresh, runs
from core.aws.access import Access, Identity, demo_access, own_access
from core.aws.permissions import Finding
from core.demo.process import DemoProcess
from core.errors import AwsError, RunBusy
from core.insight import Anomaly
from core.models import Filters, Progress, Snapshot
from core.scope import Scope
from core.store import ledger
from core.store.anomaly_causes import Answer
from core.store.client import Store

_PATIENCE = 90.0  # seconds
BUILDING = "Building the demo organisation"


@dataclass(frozen=True)
class About:
    """What a collection is of: the demo or our own accounts, and whether it was begun by itself, and what it is limited to."""

    demo: bool
    by_itself: bool = False
    scope: Scope | None = None


@dataclass(frozen=True)
class Checked:
    """Whose access was checked, None where nobody said, and what asking cost."""

    identity: Identity | None
    requests: int
    usd: Decimal


class _Organisation:
    """The demo organisation's process: started when it is first asked, stopped with the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: DemoProcess | None = None
        self._as_of: date | None = None

    def endpoint(self, as_of: date) -> str:
        """Where the organisation answers as it is on a day."""
        with self._lock:
            if self._process is None or not self._process.running or self._as_of != as_of:
                self._stop()
                self._process, self._as_of = DemoProcess.start(as_of), as_of
            return self._process.endpoint

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._process:
            self._process.stop()
            self._process = None


_organisation = _Organisation()


def estimate(*, whole: bool) -> refresh.Estimate:
    """What a collection would ask and cost; nothing is asked of AWS for it."""
    space = workspace()
    return refresh.estimate(space.active()[0], space.config, today(), whole=whole)


def start(
    *, whole: bool = False, by_itself: bool = False, scope: Scope | None = None, space: Workspace | None = None, as_of: date | None = None
) -> Job:
    """Collect in the background, or join the collection that is going on. Raises RunBusy while something else is."""
    space, day = space or workspace(), as_of or today()
    store, _ = space.active()

    def work(job: Job) -> refresh.RefreshResult:
        access = access_to(space, store, job)
        result = refresh.refresh(store, access, space.config, day, whole=whole, scope=scope, report=job.told, cancelled=job.cancel)
        if demo:
            example.plant(store, space.config.spendscope_settled_days, day, runs.utc_now())
        return result

    demo = store is space.demo
    label = "the demo organisation" if demo else "AWS"
    return desk.start(Kind.COLLECTION, label, work, about=About(demo, by_itself, scope), join=True)


def check_access(space: Workspace | None = None, as_of: date | None = None) -> Job:
    """Try every permission in the background. Raises RunBusy while something else is going on."""
    space, day = space or workspace(), as_of or today()
    store, _ = space.active()

    def work(job: Job) -> list[Finding]:
        access = access_to(space, store, job)
        job.told(Progress("Trying each permission", 0, 0))
        findings = refresh.check_access(access, day)
        known = access.identity() if findings[0].ok else None
        job.about = Checked(known, access.meter.requests, access.meter.usd)
        return findings

    return desk.start(Kind.ACCESS, "access", work, join=True)


def ask_usage_types(filters: Filters, anomaly: Anomaly, found: Sequence[Anomaly]) -> Answer:
    """Ask Cost Explorer for an anomaly's usage types, and wait for the answer. Raises RunBusy, AwsError and whatever else refuses it."""
    space, day = workspace(), today()
    store, snapshot = space.active()

    def work(job: Job) -> Answer:
        return investigate.ask(store, access_to(space, store, job), snapshot, filters, anomaly, found, day)

    job = desk.start(Kind.QUESTION, "usage types", work)
    job.ended.wait(_PATIENCE)
    if job.error:
        raise job.error
    if job.result is None:
        raise AwsError("Cost Explorer hasn't answered yet.", "Open the card again in a while: what it says is kept.")
    answer: Answer = job.result
    return answer


def access_to(space: Workspace, store: Store, job: Job) -> Access:
    """The way to what a store's figures come from, metered for one job."""
    demo = store is space.demo

    def say(progress: Progress) -> None:
        job.note = progress.text

    meter = refresh.metered(store, space.config, say, job.cancel, demo=demo)
    if not demo:
        return own_access(space.config, meter)
    job.told(Progress(BUILDING, 0, 0))
    return demo_access(_organisation.endpoint(today()), meter)


class _Opening:
    """On which day the demo was last brought up to date by itself."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.day: date | None = None


_opening = _Opening()


def keep_demo_current() -> None:
    """Where the demo is what pages show, build it or bring it up to today, once a day, without making anyone wait."""
    space = workspace()
    if _opening.day == today() or space.active()[0] is not space.demo:
        return
    with _opening.lock:
        if _opening.day == today():
            return
        _opening.day = today()
    threading.Thread(target=_open_demo, name="demo", daemon=True).start()


def _open_demo() -> None:
    space = workspace()
    if space.config.spendscope_demo == "auto":
        space.credentials.wait()
    store, snapshot = space.active()
    if store is not space.demo or _is_of_today(store, snapshot):
        return
    try:
        start(whole=True, by_itself=True)  # the organisation of another day differs in its past as well
    except RunBusy:
        _opening.day = None


def _is_of_today(store: Store, snapshot: Snapshot) -> bool:
    newest = ledger.newest_collection(store)
    return bool(snapshot.bills) and newest is not None and newest.as_of >= today()


def close() -> None:
    """End what is going on, as the server stops."""
    desk.close(seconds=5)
    _organisation.stop()


def pulse() -> Any:
    """What every open page watches: it changes when a job begins or ends, and when other figures are to be shown."""
    space = workspace()
    store, snapshot = space.active()
    return desk.state, store.database, snapshot.version, space.credentials.found
