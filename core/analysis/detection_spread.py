"""How far an ordinary day strays from what was expected, robustly: outliers barely count."""

import math
from collections import deque
from collections.abc import Iterable

import numpy as np

SIGMA_PER_MEDIAN = 1.4826  # the standard deviation of a normal distribution over the median of its distances
SIGMA_PER_TENTH = 1 / 1.6449  # the same over the distance that a tenth of the days pass
DAYS, WEEKDAY_DAYS = 60, 10  # remembered
FEWEST_OF_A_WEEKDAY = 4
WEEKDAY_SHARE = 0.3  # of the variance: quiet Sundays and busy Mondays stray differently, but ten days say little


def robust_sigma(distances: Iterable[float]) -> float:
    """Standard deviation by the median and by the upper tenth, whichever is larger: costs have heavier tails than the bell curve."""
    ordered = np.sort(np.abs(np.fromiter(distances, float)))
    last = len(ordered) - 1
    if last < 0:
        return 0.0
    median = (ordered[last // 2] + ordered[(last + 1) // 2]) / 2
    return max(SIGMA_PER_MEDIAN * float(median), SIGMA_PER_TENTH * float(ordered[math.floor(0.9 * last)]))


class Spread:
    """The residuals of the last ordinary days, of all and of each weekday."""

    def __init__(self) -> None:
        self._all: deque[float] = deque(maxlen=DAYS)
        self._weekday: list[deque[float]] = [deque(maxlen=WEEKDAY_DAYS) for _ in range(7)]

    def learn(self, residual: float, weekday: int) -> None:
        """Take in what an ordinary day was off by."""
        self._all.append(residual)
        self._weekday[weekday].append(residual)

    def sigma(self, weekday: int) -> float:
        """Standard deviation on this weekday, in the unit of the series."""
        overall = robust_sigma(self._all)
        own = self._weekday[weekday]
        if len(own) < FEWEST_OF_A_WEEKDAY:
            return overall
        typical = SIGMA_PER_MEDIAN * float(np.median(np.abs(own)))
        return math.sqrt((1 - WEEKDAY_SHARE) * overall**2 + WEEKDAY_SHARE * typical**2)
