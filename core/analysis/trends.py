"""What grew and what shrank: the last settled days beside as many before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from core.errors import AnalysisRefused

FLOOR_SHARE = Decimal("0.001")
"""A growth below this share of what all cost isn't named among the fastest."""


@dataclass(frozen=True)
class Trend:
    """The cost of `days` settled days and of as many days before, in the bill's currency."""

    name: str
    days: int
    last: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        """By how much it grew; negative when it shrank."""
        return self.last - self.before

    @property
    def percent(self) -> Decimal | None:
        """The same in percent of what was before; None from nothing, which is new, and from a credit."""
        return 100 * self.change / self.before if self.before > 0 else None


def trends(daily: pd.DataFrame, settled: date, days: int) -> list[Trend]:
    """The trend of each name over `days` days up to and with `settled`, the largest change first.

    `daily` has the columns day (datetime64, UTC days), name, cost (Decimal); a day without a row cost nothing. Raises AnalysisRefused
    when there are fewer than twice as many days.
    """
    first = settled - timedelta(days=2 * days - 1)
    if days < 1 or daily.empty or daily["day"].min().date() > first:
        raise AnalysisRefused(
            f"A trend over {days} days needs the {2 * days} days from {first} to {settled}.", "Choose fewer days, or collect more months."
        )
    middle = settled - timedelta(days=days)
    within = daily[daily["day"].between(pd.Timestamp(first), pd.Timestamp(settled))]
    later = within["day"] > pd.Timestamp(middle)
    last, before = _sums(within[later]), _sums(within[~later])
    zero = Decimal(0)
    found = [Trend(name, days, last.get(name, zero), before.get(name, zero)) for name in {*last, *before}]
    return sorted(found, key=lambda trend: (-abs(trend.change), trend.name))


def fastest_growing(found: Sequence[Trend], floor: Decimal | None = None) -> list[Trend]:
    """Those that grew by the most percent, new ones first; a growth below `floor` in money, or a thousandth of what all cost, isn't one."""
    least = floor if floor is not None else FLOOR_SHARE * sum((abs(trend.last) for trend in found), Decimal(0))
    grown = [trend for trend in found if trend.change > 0 and trend.change >= least]
    return sorted(grown, key=lambda trend: (trend.percent is not None, -(trend.percent or 0), -trend.change, trend.name))


def _sums(rows: pd.DataFrame) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for name, cost in zip(rows["name"], rows["cost"], strict=True):
        sums[name] = sums.get(name, Decimal(0)) + cost
    return sums
