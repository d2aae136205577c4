"""Which models forecast a series: by how it moves and how long it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.analysis import forecast_models as models
from core.analysis.forecast_intervals import past_errors
from core.analysis.forecast_models import Fan
from core.analysis.forecast_rhythm import WEEK, Floats, weekday_effects, without_odd_days, without_weekdays
from core.analysis.forecast_shifts import on_last_level

Model = Callable[[Floats, int], Fan]

LONG = 90  # days from which on a weekly SARIMAX has enough to learn from

_TO_SMOOTH = 5  # days from which on there is more to say than the median so far
_TO_FIT = 10  # days from which on a smoothing weight can be fitted
_TO_FIT_WEEKS = 3 * WEEK
_STEADY = 0.3  # of the mean daily change: the usual one, where most days are as the day before. Normal noise has 0.84
_ALIKE = 1e-9  # of the largest value: differences that only adding up makes
_ODD = 2.5  # standard deviations that a single day is clipped to before long models learn from it
_ODD_WINDOW = 29
_SLOW = (0.07, 0.1)  # weights of a day, for levels that wander little
_WEEKS = 8  # whose same weekdays have a median that long models listen to as well
_TRUST = 8  # weight = past error to the power of -_TRUST: a model that missed a tenth more counts half as much
_MONTHS = 120  # days that weekdays are learned from


@dataclass(frozen=True)
class Choice:
    """The combined fan, the history that it was made from (shifts undone), and the models' names."""

    fan: Floats
    values: Floats
    method: str
    notes: tuple[str, ...] = ()


def choose(values: Floats, horizon: int, judged: int | None = None) -> Choice:
    """A steady series stays as it is, a short one gets a median of simple models, a long one a weighted mean of all.

    Models are judged by their past errors on the first `judged` days ahead; None: on all.
    """
    if len(values) < _TO_SMOOTH:
        so_far = np.array([np.median(values[: day + 1]) for day in range(len(values))])
        return Choice(np.repeat(so_far[:, None], horizon, axis=1), values, "median so far")
    if _is_steady(values):
        return _combined([_with_weekdays(models.last_value, values, horizon)], values, np.nanmedian, "last value")
    level = on_last_level(values)
    if np.ptp(level) <= _ALIKE * np.abs(level).max():
        return Choice(models.last_value(level, horizon).values, level, "last value")
    if len(values) < LONG:
        return _combined(_short(level, horizon), level, np.nanmedian, "median")
    fans = _long(without_odd_days(level, _ODD_WINDOW, _ODD), horizon)
    return _combined(fans, level, partial(_weighted, _weights(fans, level, judged)), "mean, weighted by past errors,")


def _is_steady(values: Floats) -> bool:
    """Whether most days cost what the day before did, weekdays apart, so that changes are rare and stay."""
    changes = np.abs(np.diff(without_weekdays(values)[0]))
    return bool(np.median(changes) <= max(_STEADY * changes.mean(), _ALIKE * np.abs(values).max()))


def _short(values: Floats, horizon: int) -> list[Fan]:
    """Simple models of a series without its weekdays and, once three weeks are known, of its weekdays themselves."""
    fans = [_with_weekdays(models.last_value, values, horizon), _with_weekdays(models.smoothed, values, horizon)]
    if len(values) >= _TO_FIT:
        fans.append(_with_weekdays(lambda plain, ahead: models.ets(plain, ahead, trend=False, weekly=False), values, horizon))
    if len(values) >= _TO_FIT_WEEKS:
        fans += [models.weekday_median(values, horizon), models.ets(values, horizon, trend=False, weekly=True)]
    return fans


def _long(calm: Floats, horizon: int) -> list[Fan]:
    """SARIMAX and ETS, which keep up with a level, and slow smoothings and a median, which aren't led astray by restless days."""
    slow = [_with_weekdays(partial(models.smoothed, weight=weight), calm, horizon, np.mean) for weight in _SLOW]
    damped = models.ets(calm, horizon, trend=True, weekly=True)
    return [models.sarimax(calm, horizon), damped, *slow, models.weekday_median(calm, horizon, _WEEKS)]


def _weights(fans: list[Fan], values: Floats, judged: int | None) -> Floats:
    """How much each fan counts: by its mean absolute error on the days that have come."""
    missed = np.array([np.nanmean(np.abs(past_errors(values, fan.values[:, :judged]))) for fan in fans])
    missed = np.maximum(missed, _ALIKE * np.abs(values).max())
    return np.asarray((missed.min() / missed) ** _TRUST)


def _weighted(weights: Floats, stack: Floats, axis: int) -> Floats:
    """The weighted mean of those that can speak; NaN where those that count most can't yet."""
    known, shares = np.isfinite(stack), (weights / weights.sum()).reshape(-1, *[1] * (stack.ndim - 1))
    share = (shares * known).sum(axis=axis)
    return np.where(share < 0.5, np.nan, (shares * np.where(known, stack, 0.0)).sum(axis=axis) / np.maximum(share, 0.5))


def _with_weekdays(model: Model, values: Floats, horizon: int, average: Callable[[Floats], np.floating] = np.median) -> Fan:
    """A model of the level, told what the weekdays of the last four months add."""
    days, recent = len(values), values[-_MONTHS:]
    effects = np.roll(weekday_effects(recent, average), (days - len(recent)) % WEEK)
    fan = model(values - effects[np.arange(days) % WEEK], horizon)
    place = (np.arange(days)[:, None] + 1 + np.arange(horizon)[None, :]) % WEEK
    return Fan(fan.name, fan.values + effects[place], fan.converged)


def _combined(fans: list[Fan], values: Floats, combine: Callable[..., Floats], word: str) -> Choice:
    """One fan out of several; an origin from which one of them can't speak yet is spoken for by the others."""
    notes = tuple(f"{fan.name}: the fit stopped before it converged" for fan in fans if not fan.converged)
    stack = np.array([fan.values for fan in fans])
    silent = np.isnan(stack).all(axis=0)
    values_fan = np.where(silent, np.nan, combine(np.where(silent, 0.0, stack), axis=0))
    names = ", ".join(fan.name for fan in fans)
    return Choice(values_fan, values, f"{word} of {names}" if len(fans) > 1 else names, notes)
