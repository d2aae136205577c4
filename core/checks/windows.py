"""Reading a window of daily values without taking a missing one for zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.checks.contract import Facts, Metric, NotMeasured, Resource, figure

WINDOW_DAYS = 14


@dataclass(frozen=True)
class Window:
    """A metric's values on the days of the window that have one, by day."""

    values: Mapping[str, float]
    days: int

    @property
    def is_whole(self) -> bool:
        """Whether every day has a value."""
        return len(self.values) == self.days

    @property
    def mean(self) -> float:
        """The mean of the days that have a value."""
        return figure(sum(self.values.values()) / len(self.values))

    @property
    def floor(self) -> float:
        """The least that the mean of the whole window can be, whatever the missing days were: no metric of ours is below zero."""
        return figure(sum(self.values.values()) / self.days)

    @property
    def highest(self) -> float:
        """The highest day."""
        return figure(max(self.values.values()))

    @property
    def lowest(self) -> float:
        """The lowest day."""
        return figure(min(self.values.values()))

    def as_json(self, metric: str, statistic: str, unit: str, threshold: float | None = None) -> dict[str, Any]:
        """The series for the evidence card, with the threshold that it is held against where it has one."""
        drawn = {} if threshold is None else {"threshold": threshold}
        return {"metric": metric, "statistic": statistic, "unit": unit, "daily": dict(self.values), **drawn}


def window(resource: Resource, metric: Metric, facts: Facts, days: int = WINDOW_DAYS) -> Window:
    """The last whole days of a metric."""
    kept, wanted = resource.series.get(metric, {}), facts.days(days)
    values = {day.isoformat(): value for day in wanted if (value := kept.get(day)) is not None}
    return Window(values, len(wanted))


def unmeasured(resource: Resource, held: Window, facts: Facts, what: str) -> NotMeasured | None:
    """Why a window isn't enough to judge by; None when it is."""
    if held.is_whole:
        return None
    count, started = len(held.values), resource.created_at
    if started and started.date() > facts.days(held.days)[0]:
        return NotMeasured(
            f"Too young: started on {started:%d %B %Y}, and {what} is known on {count} of the {held.days} days that are needed."
        )
    if not count:
        return NotMeasured(f"CloudWatch has no {what} of the last {held.days} days, which doesn't mean that it is idle.")
    return NotMeasured(f"CloudWatch has {what} on {count} of the last {held.days} days only.")
