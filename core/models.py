"""The words that every part of the product shares: cost types, dimensions, filters, runs, progress."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class CostType(StrEnum):
    """Which amount of a charge is meant; the value is the column's name in `cost_metrics` and in exports."""

    UNBLENDED = "unblended"
    AMORTIZED = "amortized"
    NET_UNBLENDED = "net_unblended"
    NET_AMORTIZED = "net_amortized"
    LIST = "list"
    CONTRACTED = "contracted"

    @property
    def label(self) -> str:
        """The name on screen, with FOCUS's name where it has one."""
        return _COST_TYPE_LABELS[self]


_COST_TYPE_LABELS = {
    CostType.UNBLENDED: "Billed (unblended)",
    CostType.AMORTIZED: "Effective (amortized)",
    CostType.NET_UNBLENDED: "Net unblended",
    CostType.NET_AMORTIZED: "Net amortized",
    CostType.LIST: "List",
    CostType.CONTRACTED: "Contracted",
}


@dataclass(frozen=True)
class Dimension:
    """Something that cost can be filtered and grouped by.

    `metrics` is its column in `cost_metrics` and `cost_tags`, `items` the one in `line_items`.
    """

    key: str
    label: str
    metrics: str
    items: str
    plural: str


PROVIDER = Dimension("provider", "Provider", "provider", "x_Provider", "providers")
ACCOUNT = Dimension("account", "Account", "account_id", "if(SubAccountId = '', BillingAccountId, SubAccountId)", "accounts")
SERVICE = Dimension("service", "Service", "service", "x_Service", "services")
REGION = Dimension("region", "Region", "region", "RegionId", "regions")
CHARGE_CATEGORY = Dimension("category", "Charge category", "charge_category", "ChargeCategory", "charge categories")
USAGE_TYPE = Dimension("usage_type", "Usage type", "usage_type", "x_UsageType", "usage types")
RESOURCE = Dimension("resource", "Resource", "", "ResourceId", "resources")

FILTER_BAR = (PROVIDER, ACCOUNT, SERVICE, REGION, CHARGE_CATEGORY)
DIMENSIONS = {d.key: d for d in (*FILTER_BAR, USAGE_TYPE, RESOURCE)}
DRILL_ORDER = ("provider", "account", "service", "region", "usage_type", "resource")

TAG_PREFIX = "tag:"
USAGE_CATEGORY = "Usage"


class Grain(StrEnum):
    """How long one point of a time series is. Weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Days:
    """A period: UTC days, both included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def text(self) -> str:
        """In ISO: "2026-08-01 to 2026-08-31"."""
        return f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Filters:
    """One view of the costs: `start` and `end` are UTC days, both included; an empty selection means everything.

    `selected` maps a dimension's key (or `tag:<key>`) to the chosen values; the empty string is "has none".
    """

    start: date
    end: date
    currency: str
    cost_type: CostType = CostType.UNBLENDED
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """How many days the view covers."""
        return (self.end - self.start).days + 1

    @property
    def previous(self) -> "Filters":
        """The same view over the period before: the same days of the months before when it begins with a month
        (so that a month to date stands beside the same days of last month), else as many days just before."""
        if self.start.day == 1:
            months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1
            start = _months_before(self.start, months)
            next_day = self.end + timedelta(days=1)
            whole = next_day.day == 1
            end = self.start - timedelta(days=1) if whole else _months_before(self.end, months)
        else:
            start, end = self.start - timedelta(days=self.days), self.start - timedelta(days=1)
        return Filters(start, end, self.currency, self.cost_type, self.selected)

    def only(self, key: str, value: str) -> "Filters":
        """This view narrowed to one value of one dimension."""
        return Filters(self.start, self.end, self.currency, self.cost_type, {**self.selected, key: (value,)})

    def without(self, key: str) -> "Filters":
        """This view with one dimension's selection lifted."""
        rest = {k: v for k, v in self.selected.items() if k != key}
        return Filters(self.start, self.end, self.currency, self.cost_type, rest)


def month_after(day: date, months: int = 0) -> date:
    """The first of the month that comes so many months after the day's own; negative is before, 0 is its own."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last day when it has no such day."""
    first = month_after(day, -months)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


class RunStatus(StrEnum):
    """Where a run stands in the ledger."""

    RUNNING = "running"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


NO_MONTH = date(1970, 1, 1)
"""The month of a partition that isn't about a month: an inventory."""

INVENTORY = "inventory"
OPPORTUNITIES = "opportunities"
COST_EXPLORER = "ce"
BILLS = ("focus", "cur", COST_EXPLORER)
"""The kinds of sources that hold costs; of a billing account and month one of them counts."""


@dataclass(frozen=True)
class Partition:
    """One month of one source as one run wrote it."""

    source: str
    month: date
    run_id: str

    @property
    def kind(self) -> str:
        """The source's kind: one of BILLS, or an inventory."""
        return self.source.split(":", 1)[0]


@dataclass(frozen=True)
class Snapshot:
    """What is published at one version: every read of a page carries the same one, so that its figures belong together."""

    version: int
    current: tuple[Partition, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is published."""
        return not self.current

    @property
    def bills(self) -> tuple[Partition, ...]:
        """The published months of bills, without inventories."""
        return tuple(partition for partition in self.current if partition.kind in BILLS)


@dataclass(frozen=True)
class Progress:
    """How far long work has come. `done` and `total` count rows (or bytes while a file is checked); `total` 0 is unknown."""

    step: str
    done: int
    total: int
    unit: str = "rows"
    seconds_left: float | None = None

    @property
    def text(self) -> str:
        """The same in words: "Importing bill.csv · 1,000 of 5,000 rows · about 3 s left"."""
        counted = f"{self.done:,} of {self.total:,} {self.unit}" if self.total else f"{self.done:,} {self.unit}" if self.done else ""
        left = f"about {self.seconds_left:,.0f} s left" if self.seconds_left else ""
        return " · ".join(part for part in (self.step, counted, left) if part)


Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """A report that nobody reads."""


@dataclass(frozen=True)
class MonthTotal:
    """One month of one source: the provider's own sum and ours."""

    source: str
    month: date
    currency: str
    line_count: int
    amount: Decimal


class SliceStatus(StrEnum):
    """How one collector fared in one account and region."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class SliceOutcome:
    """What one collector brought from one account and region ("" is all of them), and if not everything, why."""

    run_id: str
    collector: str
    account_id: str
    region: str
    status: SliceStatus
    reason: str
    row_count: int
    collected_at: datetime
