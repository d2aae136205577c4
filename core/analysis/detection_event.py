"""A change while it goes on: days in a row that are off to the same side."""

from dataclasses import dataclass, field
from statistics import median

STILL_ON = 0.5  # of its first day's difference: an event goes on while at least this much of it is left


@dataclass
class Event:
    """Days in a row that are off to the same side."""

    size: float
    values: list[float] = field(default_factory=list)  # differences

    def goes_on(self, off: float, limit: float) -> bool:
        """Whether a day that is `off` by this much still belongs to it."""
        return off * self.size > 0 and abs(off) > STILL_ON * max(abs(self.size), limit)

    def is_topped(self, off: float, limit: float) -> bool:
        """Whether a day is off by so much more than all of its days that something else must have come on top."""
        return abs(off) - max(map(abs, self.values)) > limit

    @property
    def typical(self) -> float:
        """Its usual difference so far."""
        return median(self.values)
