"""How far an ordinary day strays from what was expected, robustly: outliers barely count."""

import math
from bisect import bisect_left, insort
from collections import deque

SIGMA_PER_MEDIAN = 1.4826  # the standard deviation of a normal distribution over the median of its distances
SIGMA_PER_TENTH = 1 / 1.6449  # the same over the distance that a tenth of the days pass
DAYS, WEEKDAY_DAYS = 40, 10  # remembered: how restless a series is changes with the seasons
FEWEST_OF_A_WEEKDAY = 4
WEEKDAY_SHARE = 0.3  # of the variance: quiet Sundays and busy Mondays stray differently, but ten days say little


class Distances:
    """The last so many distances, kept in order so that what is usual needs no sorting anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._latest: deque[float] = deque()
        self._ordered: list[float] = []

    def __len__(self) -> int:
        return len(self._ordered)

    def learn(self, distance: float) -> None:
        """Take one in, to either side; the oldest one beyond `most` is forgotten."""
        size = abs(float(distance))
        if len(self._latest) == self._most:
            del self._ordered[bisect_left(self._ordered, self._latest.popleft())]
        self._latest.append(size)
        insort(self._ordered, size)

    def typical(self) -> float:
        """Standard deviation by the median of what is held; 0 of nothing."""
        last = len(self._ordered) - 1
        return SIGMA_PER_MEDIAN * (self._ordered[last // 2] + self._ordered[(last + 1) // 2]) / 2 if last >= 0 else 0.0

    def sigma(self) -> float:
        """The same by the median or by the upper tenth, whichever is larger: costs have heavier tails than the bell curve."""
        last = len(self._ordered) - 1
        return max(self.typical(), SIGMA_PER_TENTH * self._ordered[math.floor(0.9 * last)]) if last >= 0 else 0.0


class Spread:
    """The residuals of the last ordinary days, of all and of each weekday."""

    def __init__(self) -> None:
        self._all = Distances(DAYS)
        self._weekday = [Distances(WEEKDAY_DAYS) for _ in range(7)]

    def learn(self, residual: float, weekday: int) -> None:
        """Take in what an ordinary day was off by."""
        self._all.learn(residual)
        self._weekday[weekday].learn(residual)

    def sigma(self, weekday: int) -> float:
        """Standard deviation on this weekday, in the unit of the series."""
        overall, own = self._all.sigma(), self._weekday[weekday]
        if len(own) < FEWEST_OF_A_WEEKDAY:
            return overall
        return math.sqrt((1 - WEEKDAY_SHARE) * overall**2 + WEEKDAY_SHARE * own.typical() ** 2)
