"""A collection under way: what collectors are given, and where each says how it fared."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from core import runs
from core.aws.access import Access
from core.aws.cloudwatch import MetricQuery, daily
from core.aws.organization import Coverage
from core.errors import AwsError, CollectionCancelled
from core.models import INVENTORY, NO_MONTH, Partition, Progress, Report, SliceOutcome, SliceStatus
from core.scope import Scope
from core.settings import Settings
from core.store import resources, writes
from core.store.client import Store

PLAN = "Accounts and regions"
"""The name of what is found out before any collector starts."""


class Place(NamedTuple):
    """An account and one of its regions; "" is all of them."""

    account: str
    region: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """The columns that say so in the store."""
        return {"account_id": self.account, "region": self.region}


@dataclass
class Slice:
    """One collector in one place, while it's at work."""

    row_count: int = 0
    skipped: str = ""


@dataclass
class Collection:
    """One run against AWS, over the accounts of `coverage`; `places` are the accounts and regions that are entered, and `left_out`
    those that its scope leaves out."""

    store: Store
    run: runs.Run
    access: Access
    config: Settings
    report: Report
    clock: runs.Clock
    cancelled: threading.Event
    whole: bool = False
    scope: Scope | None = None
    coverage: Coverage = field(default_factory=lambda: Coverage("", "", (), ()))
    places: Sequence[Place] = ()
    left_out: Sequence[Place] = ()
    outcomes: list[SliceOutcome] = field(default_factory=list)
    months: set[tuple[str, date]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def as_of(self) -> date:
        """The UTC day that the collection takes for today; only whole days before it are asked for."""
        return self.run.as_of

    @property
    def inventory(self) -> Partition:
        """Where this run's resources go."""
        return Partition(f"{INVENTORY}:AWS:{self.payer}", NO_MONTH, self.run.run_id)

    @property
    def payer(self) -> str:
        """The billing account."""
        return self.coverage.payer

    def account_name(self, account: str) -> str:
        """An account's name, or "" where it isn't known."""
        return next((member.name for member in self.coverage.members if member.id == account), "")

    def each(self, title: str, work: Callable[[Place, Slice], None]) -> None:
        """Do the same in every place at once, within the bound on threads; each place is a slice of its own."""
        done = 0

        def one(place: Place) -> None:
            nonlocal done
            with self.slice(title, place) as current:
                work(place, current)
            with self._lock:
                done += 1
                self.report(Progress(title, done, len(self.places), "accounts and regions"))

        self.report(Progress(title, 0, len(self.places), "accounts and regions"))
        with ThreadPoolExecutor(self.config.spendscope_collection_threads) as pool:
            list(pool.map(one, self.places))

    @contextmanager
    def slice(self, collector: str, place: Place) -> Iterator[Slice]:
        """Record how a collector fares in a place. What AWS refuses makes the slice incomplete; the others go on."""
        if self.cancelled.is_set():
            raise CollectionCancelled("The collection was cancelled.", "What was published is unchanged.")
        current, status, reason = Slice(), SliceStatus.COMPLETE, ""
        try:
            yield current
            if current.skipped:
                status, reason = SliceStatus.SKIPPED, current.skipped
        except AwsError as error:
            status, reason = SliceStatus.INCOMPLETE, str(error)
        self.record(collector, place, status, reason, current.row_count)

    def record(self, collector: str, place: Place, status: SliceStatus, reason: str, row_count: int = 0) -> None:
        """Add a slice's outcome."""
        outcome = SliceOutcome(self.run.run_id, collector, place.account, place.region, status, reason, row_count, self.clock())
        with self._lock:
            self.outcomes.append(outcome)

    def unanswered(self, collector: str) -> list[Place]:
        """Where a collector brought nothing: its own slices, and accounts that couldn't be entered at all."""
        empty = [o for o in self.outcomes if o.status != SliceStatus.COMPLETE and not o.row_count]
        return [Place(o.account_id, o.region) for o in empty if o.collector in (collector, PLAN)]

    def where(self, place: Place, service: str, path: str) -> dict[str, Any]:
        """The columns that say where a resource is; `service` and `path` are its ARN's."""
        arn = f"arn:{self.access.identity().partition}:{service}:{place.region}:{place.account}:{path}"
        return {**place.columns, "account_name": self.account_name(place.account), "arn": arn}

    def keep_resources(self, listed: Iterable[Mapping[str, Any]]) -> int:
        """Keep what a service lists: rows of `resource_metrics` without the run's own columns. Returns how many."""
        own = {**_key(self.inventory), "collected_at": _second(self.clock())}
        return writes.insert_rows(self.store, "resource_metrics", ({**own, **resource} for resource in listed))

    def keep_costs(self, table: str, source: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Keep rows of `cost_metrics` or `usage_type_costs`; each has a `month`, which becomes publishable. Returns how many."""
        held = [{"run_id": self.run.run_id, "source": source, **row} for row in rows]
        self.months |= {(source, row["month"]) for row in held}
        return writes.insert_rows(self.store, table, held)

    def keep_analysis(self, kind: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Keep what AWS itself says (a forecast, anomalies): rows of `analysis_results`, in a source of their own. Returns how many."""
        source = f"aws-{kind}:AWS:{self.payer}"
        own = {"run_id": self.run.run_id, "source": source, "month": NO_MONTH}
        kept = writes.insert_rows(self.store, "analysis_results", ({**own, **row} for row in rows))
        self.months.add((source, NO_MONTH))
        return kept

    def keep_series(self, place: Place, queries: Sequence[MetricQuery], days: Sequence[date], late: int = 0) -> None:
        """Ask CloudWatch for the daily values of the days that aren't kept yet, and keep them. Raises AwsError.

        Where values come up to `late` days late, a later day's collection asks for as many days once more.
        """
        client = self.access.client("cloudwatch", place.region, place.account)
        for start, asked in sorted(self._unkept(place, queries, days, late).items()):
            for points in daily(client, asked, start, self.as_of, place.account, place.region):
                own = {**place.columns, "collected_at": _second(self.clock()), "run_id": self.run.run_id}
                writes.insert_rows(self.store, "resource_series", ({**own, **point} for point in points))

    def _unkept(self, place: Place, queries: Sequence[MetricQuery], days: Sequence[date], late: int) -> dict[date, list[MetricQuery]]:
        """The queries by the first day that each has to be asked for."""
        kept = resources.last_days(self.store, place.account, place.region, days[0], days[-1])
        starts: dict[date, list[MetricQuery]] = {}
        for query in queries:
            last = kept.get((query.namespace, query.metric, query.statistic, query.resource_id))
            start = last + timedelta(days=1) if last else days[0]
            if start <= days[-1]:
                starts.setdefault(max(days[0], start - timedelta(days=late)), []).append(query)
        return starts


def _key(partition: Partition) -> dict[str, Any]:
    return {"run_id": partition.run_id, "source": partition.source, "month": partition.month}


def _second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
