"""The regular parts of a daily series: its weekday pattern, and what is left when single odd days are taken back."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WEEK = 7
NORMAL_SPREAD = 1.4826  # median absolute deviation to standard deviation, for normal noise
_SHRINK = 2.0  # weekday differences that noise of this many times their variance would explain are not believed
_YOUNG = 0.5  # share of the day-to-day change that the week-to-week change may be, where only one week repeats


def spread(values: Floats) -> float:
    """Standard deviation as the bulk of the values has it, whatever a few of them do."""
    return float(NORMAL_SPREAD * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0


def rolling_median(values: Floats, days: int) -> Floats:
    """Median of the window centred on each day; at the ends of the part of it that exists."""
    half = days // 2
    padded = np.concatenate([np.full(half, np.nan), values, np.full(half, np.nan)])
    return np.asarray(np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1))


def weekday_effects(values: Floats, average: Callable[[Floats], np.floating] = np.median) -> Floats:
    """Seven offsets from the week's level, for the days at positions 0 to 6 and so on; zero where noise explains them as well.

    The median shrugs odd days off; the mean is the surer average of a series that has none.
    """
    days = len(values)
    if days < 2 * WEEK:
        return _young_effects(values)
    place = np.arange(days) % WEEK
    level = np.convolve(values, np.ones(WEEK) / WEEK, mode="valid")
    around = np.pad(level, WEEK // 2, mode="edge")
    around[: WEEK // 2], around[-(WEEK // 2) :] = np.median(values[:WEEK]), np.median(values[-WEEK:])
    off = values - around
    effects = np.array([average(off[place == k]) for k in range(WEEK)])
    effects -= effects.mean()
    between = float((effects[place] ** 2).sum()) / (WEEK - 1)
    within = float(((off - effects[place]) ** 2).sum()) / max(days - WEEK, 1)
    belief = max(0.0, 1.0 - _SHRINK * within / between) if between > 0 else 0.0
    return np.asarray(belief * effects)


def _young_effects(values: Floats) -> Floats:
    """The last week's own offsets, once three days have come out far nearer to the week before than to the day before; else zero."""
    if len(values) < WEEK + 3:
        return np.zeros(WEEK)
    weekly, daily = np.abs(values[WEEK:] - values[:-WEEK]).mean(), np.abs(np.diff(values)[WEEK - 1 :]).mean()
    if weekly >= _YOUNG * daily:
        return np.zeros(WEEK)
    return np.roll(values[-WEEK:] - values[-WEEK:].mean(), len(values) % WEEK)


def without_weekdays(values: Floats) -> tuple[Floats, Floats]:
    """The series without its weekday offsets, and the offsets."""
    effects = weekday_effects(values)
    return values - effects[np.arange(len(values)) % WEEK], effects


def expected(values: Floats, window: int) -> Floats:
    """What the days around it and its weekday let expect of each day."""
    plain, effects = without_weekdays(values)
    level = rolling_median(plain, window) + effects[np.arange(len(values)) % WEEK]
    if len(values) < 3 * WEEK:
        return np.asarray(level)
    off, place = values - level, np.arange(len(values)) % WEEK
    return np.asarray(level + np.array([np.median(off[place == k]) for k in range(WEEK)])[place])


def without_odd_days(values: Floats, window: int, limit: float) -> Floats:
    """The series with odd days clipped to `limit` standard deviations around the expected; three in a row are a change, and stay."""
    usual = expected(values, window)
    off = values - usual
    bound = limit * spread(off)
    side = np.where(np.abs(off) > bound, np.sign(off), 0.0)
    change = np.zeros(len(values), dtype=bool)
    for first in range(len(values) - 2):
        if side[first] and side[first] == side[first + 1] == side[first + 2]:
            change[first : first + 3] = True
    return np.where(change, values, usual + np.clip(off, -bound, bound))
