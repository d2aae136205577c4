"""Charges that come on the same day of every month: support, subscriptions, commitments.

On the first of the month they are expected from the second time on, on any other day, where a coincidence is likelier, from the third.
"""

from collections import defaultdict, deque

import numpy as np

MONTHS = 6  # remembered
MONTH_START = 1
TOLERANCE = 0.35  # a charge may differ from those before by this share


class Recurring:
    """What days of the month brought on top of an ordinary day, in the unit of the series."""

    def __init__(self) -> None:
        self._extra: dict[int, deque[float]] = defaultdict(lambda: deque(maxlen=MONTHS))

    def learn(self, day: int, extra: float) -> None:
        """`day` of the month brought `extra`."""
        self._extra[day].append(extra)

    def knows(self, day: int) -> bool:
        """Whether it can be said what this day of the month brings."""
        seen = list(self._extra.get(day, ()))
        if day == MONTH_START:
            return bool(seen)
        return len(seen) > 1 and abs(seen[-1] - seen[-2]) <= TOLERANCE * abs(seen[-2])

    def expected(self, day: int) -> float:
        """What it usually brings: the median of the last three times, 0 where that is not known."""
        return float(np.median(list(self._extra[day])[-3:])) if self.knows(day) else 0.0

    def usual(self, day: int, slack: float) -> tuple[float, float]:
        """From nothing at all to the largest that was seen, with `slack` or the tolerance on both sides."""
        seen = [0.0, *(self._extra[day] if self.knows(day) else ())]
        low, high = min(seen), max(seen)
        return low - max(slack, TOLERANCE * abs(low)), high + max(slack, TOLERANCE * abs(high))
