"""A collection under way: what collectors are given, and where each says how it fared."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from core import runs
from core.aws.access import Access
from core.aws.cloudwatch import MetricQuery
from core.aws.organization import Coverage
from core.errors import AwsError, CollectionCancelled
from core.models import INVENTORY, NO_MONTH, Partition, Progress, Report, SliceOutcome, SliceStatus
from core.scope import Scope
from core.settings import Settings
from core.store import writes
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


Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Measuring:
    """What a collector wants to know from CloudWatch before it writes down what it has listed in a place.

    `rows` are its resources, made once the figures are kept. `further` are queries that are worth asking only where `queries` were
    answered in a certain way. Values of a metric may come up to `late` days late.
    """

    queries: Sequence[MetricQuery]
    rows: Callable[[], Rows]
    further: Callable[[], Sequence[MetricQuery]] | None = None
    late: int = 0


@dataclass
class Slice:
    """One collector in one place, while it's at work. Each of `failures` makes it incomplete, and so does what is raised."""

    row_count: int = 0
    skipped: str = ""
    failures: list[AwsError] = field(default_factory=list)
    measuring: Measuring | None = None

    def measure(
        self,
        queries: Iterable[MetricQuery],
        rows: Callable[[], Rows],
        *,
        further: Callable[[], Sequence[MetricQuery]] | None = None,
        late: int = 0,
    ) -> None:
        """Leave the rest until CloudWatch is asked, together with all other collectors, see `Measuring`."""
        self.measuring = Measuring(tuple(queries), rows, further, late)


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
    waiting: list[tuple[str, Place, Slice]] = field(default_factory=list)
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
        """Do the same in every place at once; each place is a slice of its own."""

        def one(place: Place) -> None:
            with self.slice(title, place) as current:
                work(place, current)

        self.at_once(title, self.places, one)

    def at_once(self, title: str, places: Sequence[Place], work: Callable[[Place], None]) -> None:
        """Do something in all of these places, within the bound on threads, and report how far it has come."""
        done = 0

        def one(place: Place) -> None:
            nonlocal done
            work(place)
            with self._lock:
                done += 1
                self.report(Progress(title, done, len(places), "accounts and regions"))

        self.report(Progress(title, 0, len(places), "accounts and regions"))
        with ThreadPoolExecutor(self.config.spendscope_collection_threads) as pool:
            list(pool.map(one, places))

    @contextmanager
    def slice(self, collector: str, place: Place) -> Iterator[Slice]:
        """Record how a collector fares in a place. What AWS refuses makes the slice incomplete; the others go on.

        One that has something measured waits for `core.measuring`, which ends it.
        """
        self.go_on()
        current = Slice()
        try:
            yield current
        except AwsError as error:
            current.failures.append(error)
        if current.measuring:
            with self._lock:
                self.waiting.append((collector, place, current))
        else:
            self.end(collector, place, current)

    def go_on(self) -> None:
        """Raises CollectionCancelled where that was asked for."""
        if self.cancelled.is_set():
            raise CollectionCancelled("The collection was cancelled.", "What was published is unchanged.")

    def end(self, collector: str, place: Place, current: Slice) -> None:
        """Record how a slice ended."""
        if current.failures:
            self.record(collector, place, SliceStatus.INCOMPLETE, _summed(current.failures), current.row_count)
        else:
            status = SliceStatus.SKIPPED if current.skipped else SliceStatus.COMPLETE
            self.record(collector, place, status, current.skipped, current.row_count)

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

    def keep_resources(self, listed: Rows) -> int:
        """Keep what a service lists: rows of `resource_metrics` without the run's own columns. Returns how many."""
        own = {**_key(self.inventory), "collected_at": second(self.clock())}
        return writes.insert_rows(self.store, "resource_metrics", ({**own, **resource} for resource in listed))

    def keep_costs(self, table: str, source: str, rows: Rows) -> int:
        """Keep rows of `cost_metrics` or `usage_type_costs`; each has a `month`, which becomes publishable. Returns how many."""
        held = [{"run_id": self.run.run_id, "source": source, **row} for row in rows]
        self.months |= {(source, row["month"]) for row in held}
        return writes.insert_rows(self.store, table, held)

    def keep_analysis(self, kind: str, rows: Rows) -> int:
        """Keep what AWS itself says (a forecast, anomalies): rows of `analysis_results`, in a source of their own. Returns how many."""
        source = f"aws-{kind}:AWS:{self.payer}"
        own = {"run_id": self.run.run_id, "source": source, "month": NO_MONTH}
        kept = writes.insert_rows(self.store, "analysis_results", ({**own, **row} for row in rows))
        self.months.add((source, NO_MONTH))
        return kept


def _summed(failures: Sequence[AwsError]) -> str:
    """Several failures as one: the first in its own words, the number of the others."""
    first, more = failures[0], len(failures) - 1
    others = f" So did {more} more request{'' if more == 1 else 's'}." if more else ""
    return str(type(first)(f"{first.message}{others}", first.hint, first.code))


def _key(partition: Partition) -> dict[str, Any]:
    return {"run_id": partition.run_id, "source": partition.source, "month": partition.month}


def second(moment: datetime) -> str:
    """A moment as the store takes it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
