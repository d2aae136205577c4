"""Level shifts: a service that from one day on costs another amount, each day."""

import numpy as np
from numpy.typing import NDArray

from core.analysis.forecast_rhythm import NORMAL_SPREAD, WEEK, Floats, rolling_median, spread, weekday_effects, without_weekdays

Indices = NDArray[np.intp]

_SIDE = 2 * WEEK  # days before and after that are compared
_LEAST_AFTER = 4  # days on the new level before it is believed
_CLEAR = 6.0  # standard deviations between the levels
_LEAST = 0.1  # and their least difference, as a part of the larger
_SUDDEN = 0.6  # the part of the difference that the four days on either side must already show; a ramp shows less
_MOST = 3  # shifts that are undone


def last_shift(values: Floats) -> int | None:
    """The position of the first day on the latest new level."""
    plain = without_weekdays(values)[0]
    days = np.arange(WEEK, len(plain) - _LEAST_AFTER + 1)
    if not len(days):
        return None
    noise = spread(plain - rolling_median(plain, 2 * WEEK + 1))
    before, before_spread = _sides(plain, days - _SIDE, days)
    after, after_spread = _sides(plain, days, days + _SIDE)
    sudden = _sides(plain, days, days + _LEAST_AFTER)[0] - _sides(plain, days - _LEAST_AFTER, days)[0]
    jump = np.abs(after - before)
    clear = np.maximum(_CLEAR * noise, _CLEAR / 2 * (before_spread + after_spread))
    least = np.maximum(clear, _LEAST * np.maximum(np.abs(before), np.abs(after)))
    found = days[(jump > least) & (np.abs(sudden) > _SUDDEN * jump)]
    if not len(found):
        return None
    latest = int(found[-1])
    return min(range(max(WEEK, latest - _SIDE), latest + 1), key=lambda first: _misfit(plain, first, latest))


def _sides(plain: Floats, first: Indices, end: Indices) -> tuple[Floats, Floats]:
    """Median and spread of each stretch [first, end), as far as the series reaches."""
    width = int(end[0] - first[0])
    padded = np.concatenate([np.full(width, np.nan), plain, np.full(width, np.nan)])
    stretches = np.lib.stride_tricks.sliding_window_view(padded, width)[first + width]
    middle = np.nanmedian(stretches, axis=1)
    return np.asarray(middle), np.asarray(NORMAL_SPREAD * np.nanmedian(np.abs(stretches - middle[:, None]), axis=1))


def on_last_level(values: Floats) -> Floats:
    """The series as if it had always been on its last level, so that its rhythm is learned from all of it."""
    for _ in range(_MOST):
        first = last_shift(values)
        if first is None:
            break
        values = np.concatenate([_moved(values[:first], values[first:]), values[first:]])
    return values


def _misfit(plain: Floats, first: int, latest: int) -> float:
    """Absolute distance of the days around `latest` from two levels that meet on `first`."""
    before, after = plain[max(0, latest - 2 * _SIDE) : first], plain[first : latest + _SIDE]
    return float(np.abs(before - np.median(before)).sum() + np.abs(after - np.median(after)).sum())


def _moved(before: Floats, after: Floats) -> Floats:
    """`before` on the level of `after`: multiplied where that explains the days after better, else with the difference added."""
    recent = before[-2 * _SIDE :]
    effects = weekday_effects(recent)
    old = float(np.median(recent - effects[np.arange(len(recent)) % WEEK]))
    rhythm = effects[(len(recent) + np.arange(len(after))) % WEEK]
    new = float(np.median(after - rhythm))
    if old == 0:
        return before + new
    ratio = float(np.median(after / (1 + rhythm / old))) / old if np.all(1 + rhythm / old > 0.05) else new / old
    added, multiplied = np.abs(after - rhythm - new).sum(), np.abs(after - ratio * (old + rhythm)).sum()
    return ratio * before if ratio >= 0 and multiplied <= added else before + (new - old)
