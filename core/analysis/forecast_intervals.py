"""Intervals from a forecast's own past errors: what share of them stayed within, days ahead with their neighbours."""

import numpy as np
from scipy.special import stdtrit

from core.analysis.forecast_rhythm import WEEK, Floats

NORMAL = {80: 1.2816, 95: 1.96}  # half widths of normal errors, in standard deviations

_ORIGINS = 12 * WEEK  # latest days from which forecasts are judged: recent enough to know how restless the series is now
_ENOUGH = 12  # errors without which a horizon says nothing of its own
_NEIGHBOURS = 3  # days ahead on either side that share their errors
_FEW = 3.0  # widening of one part in this many errors: parameters were fitted on the days they are judged by
_LEAST = 0.015  # of the usual day: standard deviation on the first day below which no series is believed to be certain


def past_errors(values: Floats, fan: Floats) -> Floats:
    """What came minus what the fan said, by origin and days ahead; NaN where the day hasn't come or the fan couldn't speak."""
    horizon = fan.shape[1]
    coming = np.concatenate([values[1:], np.full(horizon, np.nan)])
    return np.asarray((np.lib.stride_tricks.sliding_window_view(coming, horizon) - fan)[-_ORIGINS - horizon :])


def half_widths(errors: Floats, usual: float) -> dict[int, Floats]:
    """For each level the distance from mean to bound by days ahead; `usual` is what a day costs, in the series' unit."""
    ahead = np.arange(1, errors.shape[1] + 1)
    floor = least(usual, ahead)
    widths = {level: np.maximum(_width(np.abs(errors), level / 100, ahead), NORMAL[level] * floor) for level in NORMAL}
    widths[95] = np.maximum(widths[95], widths[80])
    return widths


def least(usual: float, ahead: Floats) -> Floats:
    """The standard deviation, by days ahead, below which no series is believed to be certain; `usual` is what a day costs."""
    return np.asarray(_LEAST * usual * np.sqrt((ahead + WEEK - 1) / WEEK))


def sum_half_widths(errors: Floats, floors: Floats) -> dict[int, float] | None:
    """The same for the sum of some days, which err together. None where fewer than a dozen past sums are known.

    `errors` are those days' past errors, a column for each; `floors` the standard deviations that they have at least.
    """
    missed = errors.sum(axis=1)
    missed = missed[np.isfinite(missed)]
    if len(missed) < _ENOUGH:
        return None
    # Past sums overlap: of so many in a row only every n-th is news, n being the days in one.
    freedom = max(len(missed) / errors.shape[1], 1.0)
    sigma, floor = float(np.sqrt(np.mean(missed**2))), float(np.sqrt((floors**2).sum()))
    return {level: max(float(stdtrit(freedom, 0.5 + level / 200)) * sigma, NORMAL[level] * floor) for level in NORMAL}


def _width(size: Floats, share: float, ahead: Floats) -> Floats:
    """The size that this share of the errors stays within, without the jitter between neighbouring days."""
    counts = np.isfinite(size).sum(axis=0)
    width = np.full(len(ahead), np.nan)
    for column in np.flatnonzero(counts >= _ENOUGH):
        pool = size[:, max(0, column - _NEIGHBOURS) : column + _NEIGHBOURS + 1]
        reach = min(1.0, share * (1 + 1 / (1 + counts[column])))
        width[column] = np.nanquantile(pool, reach) * (1 + _FEW / counts[column])
    width = _carried_on(width, ahead) if np.isfinite(width).any() else _from_few(size, share, ahead)
    return np.asarray((np.maximum.accumulate(width) + np.minimum.accumulate(width[::-1])[::-1]) / 2)


def _carried_on(width: Floats, ahead: Floats) -> Floats:
    """Days ahead without a past of their own: the last that has one, growing as a random walk does."""
    last = int(np.flatnonzero(np.isfinite(width))[-1])
    return np.where(ahead > ahead[last], width[last] * np.sqrt(ahead / ahead[last]), width)


def _from_few(size: Floats, share: float, ahead: Floats) -> Floats:
    """With less than a dozen errors: twice the mean of those for the next day, growing as a random walk does; nothing from none."""
    next_day = size[:, 0][np.isfinite(size[:, 0])]
    return np.asarray((2 * NORMAL[round(100 * share)] * next_day.mean() if len(next_day) else 0.0) * np.sqrt(ahead))
