"""How much of what is spent could be saved, and how that is made up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from core.models import CostType, Filters, Snapshot
from core.store import opportunities, queries, savings, series
from core.store.client import Store

MONTH_DAYS = 30
CURRENCY = "USD"

STEPS = {
    "idle_resources": "Idle",
    "rightsizing": "Rightsizing",
    "storage_optimization": "Storage",
    "multi_az_conversion": "Multi-AZ",
    "spot_migration": "Spot",
    "commitments": "Unused commitments",
    "reserved_instances": "Reserved Instances",
    "savings_plans": "Savings Plans",
}
"""The types of findings in the order of the waterfall: what need not run, what runs cheaper, then commitments for what remains."""

DIMENSIONS = ("service", "account", "region")
"""What the summary has a table of."""


@dataclass(frozen=True)
class Waste:
    """What could be saved a month, and the billed cost of the last 30 settled days (`since` to `settled`), in USD.

    `cost` is None where those days have no figures in USD.
    """

    totals: opportunities.Totals
    cost: Decimal | None
    since: date | None
    settled: date | None

    @property
    def percent(self) -> Decimal | None:
        """The savings in percent of the cost; None where there is no cost."""
        return 100 * self.totals.savings / self.cost if self.cost and self.cost > 0 else None

    @property
    def left(self) -> Decimal | None:
        """The cost less the savings. Those are at the on-demand price, so it may be below zero; None where the cost isn't known."""
        return None if self.cost is None else self.cost - self.totals.savings


@dataclass(frozen=True)
class Step:
    """What the counted findings of one type save."""

    type: str
    label: str
    savings: Decimal
    found: int


@dataclass(frozen=True)
class Row:
    """One service, account or region: its billed cost, what its counted findings save, how many they are, and the check that saves most.

    `cost` is None where nothing was billed under that name, which may be a bill that lacks it as well as none.
    """

    key: str
    cost: Decimal | None
    savings: Decimal
    found: int
    check: str

    @property
    def percent(self) -> Decimal | None:
        """The savings in percent of the cost; None where there is no cost."""
        return 100 * self.savings / self.cost if self.cost and self.cost > 0 else None


@dataclass(frozen=True)
class Summary:
    """Waste and its parts. The steps' savings add up to the total's, and so do those of each table."""

    waste: Waste
    steps: tuple[Step, ...]
    tables: Mapping[str, tuple[Row, ...]]
    easy: Step
    """What takes little effort."""


def waste(store: Store, snap: Snapshot, filters: Filters, settled_days: int, *, as_of: date) -> Waste:
    """Both for the view's selection, whatever its days, cost type and currency; `as_of` is the day taken for today."""
    totals = opportunities.totals(store, snap, filters.selected, as_of=as_of)
    month = last_month(store, snap, filters, settled_days)
    if month is None:
        return Waste(totals, None, None, None)
    # Days that no bill covers would make a month's savings look large beside what was billed on the others.
    known = bool(series.daily(store, snap, month).notna().all())
    return Waste(totals, queries.total(store, snap, month) if known else None, month.start, month.end)


def last_month(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> Filters | None:
    """The view's selection over the last 30 settled days as billed, in USD; None before any day has settled."""
    last = series.settled(store, snap, settled_days)
    if last is None:
        return None
    since = last - timedelta(days=MONTH_DAYS - 1)
    return replace(filters, start=since, end=last, currency=CURRENCY, cost_type=CostType.UNBLENDED)


def summary(store: Store, snap: Snapshot, filters: Filters, settled_days: int, *, as_of: date) -> Summary:
    """Waste of the view's selection, step by step, and by service, account and region."""
    found = waste(store, snap, filters, settled_days, as_of=as_of)
    sums = savings.counted(store, snap, filters.selected, as_of=as_of)
    month = last_month(store, snap, filters, settled_days) if found.cost is not None else None
    costs = {name: queries.cost_by(store, snap, month, name) if month else {} for name in DIMENSIONS}
    tables = {name: table(sums, costs[name], name) for name in DIMENSIONS}
    low = sums[sums["effort"] == "low"] if len(sums) else sums
    return Summary(found, steps(sums), tables, Step("", "Low effort", _sum(low["savings"]), int(low["found"].sum())))


def steps(sums: pd.DataFrame) -> tuple[Step, ...]:
    """The waterfall of counted sums (`core.store.savings.counted`), in its order; types that save nothing are left out."""
    held: dict[str, tuple[Decimal, int]] = {}
    for name, saves, found in zip(sums["type"], sums["savings"], sums["found"], strict=True):
        before = held.get(name, (Decimal(0), 0))
        held[name] = before[0] + saves, before[1] + int(found)
    order = [*STEPS, *sorted(set(held) - set(STEPS))]
    return tuple(Step(name, STEPS.get(name, name), *held[name]) for name in order if name in held and held[name][0])


def table(sums: pd.DataFrame, costs: Mapping[str, Decimal], dimension: str) -> tuple[Row, ...]:
    """Counted sums by one of DIMENSIONS beside what was billed, the largest saving first, then the largest cost."""
    checks: dict[str, dict[str, Decimal]] = {}
    found: dict[str, int] = {}
    for key, check, saves, count in zip(sums[dimension], sums["check"], sums["savings"], sums["found"], strict=True):
        of_key = checks.setdefault(key, {})
        of_key[check] = of_key.get(check, Decimal(0)) + saves
        found[key] = found.get(key, 0) + int(count)
    rows = [
        Row(key, costs.get(key), _sum(checks.get(key, {}).values()), found.get(key, 0), _largest(checks.get(key, {})))
        for key in {*costs, *checks}
    ]
    return tuple(sorted(rows, key=lambda row: (-row.savings, -(row.cost or Decimal(0)), row.key)))


def _largest(checks: Mapping[str, Decimal]) -> str:
    return max(sorted(checks), key=lambda check: checks[check], default="")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
