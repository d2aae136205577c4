"""The usual course of a daily series: a level, and what each weekday adds to it. Learned day by day, from the past only."""

import numpy as np
from numpy.typing import NDArray

# How fast the level and the weekdays follow. No pair suits every series, so all run side by side, and what was right lately counts most.
LEVEL_GAINS = (0.05, 0.15, 0.3, 0.5, 0.7)
WEEKDAY_GAINS = (0.03, 0.1, 0.25)
MEMORY = 0.97  # of a smoother's error, a day: about a month
TRUST = 4  # weight = error to the power of -TRUST


class Rhythm:
    """A bank of additive exponential smoothers, and their mean weighted by recent error. Values are in the unit of the series."""

    def __init__(self, values: NDArray[np.float64], weekdays: NDArray[np.int64]) -> None:
        """`values` are the first days, without gaps; `weekdays` their weekdays, 0 for Monday."""
        gains = np.meshgrid(LEVEL_GAINS, WEEKDAY_GAINS)
        self._level_gain, self._weekday_gain = (g.ravel() for g in gains)
        size = len(self._level_gain)
        middle = float(np.median(values))
        self._level = np.full(size, middle)
        self._weekday = np.zeros((7, size))
        for day in set(weekdays.tolist()):
            self._weekday[day] = np.median(values[weekdays == day]) - middle
        self._error = np.ones(size)
        self._weight = np.full(size, 1 / size)

    def expected(self, weekday: int) -> float:
        """What an ordinary day of this weekday costs."""
        return float(self._weight @ (self._level + self._weekday[weekday]))

    def weekday_part(self, weekday: int) -> float:
        """What this weekday adds to the level."""
        return float(self._weight @ self._weekday[weekday])

    def learn(self, value: float, weekday: int, spread: float, clip: float) -> None:
        """Take a day in. No day moves the level by more than `clip` of the usual `spread` would."""
        error = value - self._level - self._weekday[weekday]
        # Relative to the spread, so that the bank is the same in cents and in millions.
        self._error = MEMORY * self._error + (1 - MEMORY) * np.minimum(np.abs(error) / spread, 2 * clip)
        weight = self._error**-TRUST
        self._weight = weight / weight.sum()
        step = np.minimum(np.maximum(error, -clip * spread), clip * spread)
        self._level = self._level + self._level_gain * step
        self._weekday[weekday] += self._weekday_gain * (1 - self._level_gain) * step

    def shift(self, amount: float) -> None:
        """Move to a new level; the weekdays stay as they were."""
        self._level = self._level + amount
