"""What the tables of the demo organisation become: a resource, what it is charged for, and what CloudWatch knows of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from core.demo.model import Planted, Resource

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """A charge that comes back every day from `first` until before `last` (None: as far as the bill goes).

    `quantity` is a day's use in `unit`; a unit that ends in `-Mo` is a month's, spread over its days. Hours are whole.
    `rhythm` names how it varies; `commitment` the reservation or plan that covers it, or "spot"; `event` what was planted in it.
    """

    account: str
    region: str
    service: str
    usage_type: str
    operation: str
    unit: str
    price: float
    quantity: float
    resource_id: str = ""
    instance_type: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    rhythm: str = "steady"
    first: datetime | None = None
    last: datetime | None = None
    commitment: str = ""
    zone: str = ""
    event: str = ""


@dataclass(frozen=True)
class Signal:
    """How one metric runs: each hour has eleven like five-minute samples and one higher by `peak`; `mean` is the hour's average.

    A `total` is counted instead: `mean` is an hour's sum. The twelve hours before noon are `swing` above the mean and the others as
    much below, so that a day's average is exactly `mean` where `noise` (the relative deviation from hour to hour) is 0. The hours in
    which nothing runs have no samples. A `daily` metric has one sample a day, at midnight.
    """

    mean: float
    swing: float = 0.0
    peak: float = 0.0
    noise: float = 0.0
    rhythm: str = "steady"
    hours: str = "always"
    total: bool = False
    daily: bool = False
    ceiling: float = float("inf")


@dataclass(frozen=True)
class Metric:
    """A signal and where CloudWatch keeps it."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    signal: Signal


@dataclass(frozen=True)
class Part:
    """A resource with its charges and metrics, and the checks for which it was put there; `until` is when it stopped."""

    resource: Resource
    lines: tuple[Line, ...] = ()
    metrics: tuple[Metric, ...] = ()
    planted: tuple[Planted, ...] = ()
    until: datetime | None = None


def midnight(day: date) -> datetime:
    """The day's first moment, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def months_after(first: date, months: int) -> date:
    """The first of the month so many months on."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
