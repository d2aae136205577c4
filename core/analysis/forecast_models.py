"""Forecast models, each as a fan: what it would have said on every past day for the days after it.

A fan has a row for each day of the history (the origin) and a column for each day ahead; its last row is the forecast.
Rows in which a model can't speak yet are NaN. Parameters are fitted once, on the whole history.

statsmodels is imported where it's used: loading it takes longer than everything else that most commands do.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.forecast_rhythm import WEEK, Floats

_ETS_STEPS, _SARIMAX_STEPS = 100, 30  # of the optimiser


@dataclass(frozen=True)
class Fan:
    """`values[origin, days ahead - 1]`; `converged` is False where the optimiser stopped early."""

    name: str
    values: Floats
    converged: bool = True


def last_value(values: Floats, horizon: int) -> Fan:
    """Tomorrow is as today."""
    return Fan("last value", np.repeat(values[:, None], horizon, axis=1))


def smoothed(values: Floats, horizon: int, weight: float = 0.3) -> Fan:
    """Exponential smoothing with a fixed weight, for histories too short to fit one."""
    level = np.empty(len(values))
    level[0] = values[0]
    for day in range(1, len(values)):
        level[day] = level[day - 1] + weight * (values[day] - level[day - 1])
    return Fan(f"smoothing({weight:g})", np.repeat(level[:, None], horizon, axis=1))


def weekday_median(values: Floats, horizon: int, weeks: int = 4) -> Fan:
    """The median of the same weekday in the last four weeks."""
    days = len(values)
    before = np.concatenate([np.full(weeks * WEEK, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(before, weeks * WEEK)[1:].reshape(days, weeks, WEEK)
    out = np.full((days, WEEK), np.nan)
    out[WEEK - 1 :] = np.nanmedian(windows[WEEK - 1 :], axis=1)
    return Fan("weekday median", out[:, np.arange(horizon) % WEEK])


def ets(values: Floats, horizon: int, *, trend: bool, weekly: bool) -> Fan:
    """Exponential smoothing with additive errors, a damped trend and a weekly season where asked."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    name = f"ETS(A,{'Ad' if trend else 'N'},{'A' if weekly else 'N'})"
    model = ETSModel(
        values,
        error="add",
        trend="add" if trend else None,
        damped_trend=trend,
        seasonal="add" if weekly else None,
        seasonal_periods=WEEK if weekly else None,
        initialization_method="heuristic",  # estimating the first states as well takes five times as long and forecasts no better
    )
    fit = model.fit(disp=False, maxiter=_ETS_STEPS, warn_convergence=False)
    ahead = np.arange(1, horizon + 1)
    out = np.repeat(np.asarray(fit.level)[:, None], horizon, axis=1)
    if trend:
        out = out + np.asarray(fit.slope)[:, None] * np.cumsum(fit.damping_trend**ahead)[None, :]
    if weekly:
        place = np.arange(len(values))[:, None] + (ahead - WEEK * np.ceil(ahead / WEEK)).astype(int)[None, :]
        out = np.where(place >= 0, out + np.asarray(fit.season)[np.maximum(place, 0)], np.nan)
    return Fan(name, out, bool(fit.mle_retvals["converged"]))


def sarimax(values: Floats, horizon: int) -> Fan:
    """SARIMAX (1,0,1)(0,1,1) over weeks; its forecasts from every origin are the filter's states carried forward.

    It is fitted to the differences from the same weekday a week before, which has the same likelihood as the whole with half the states.
    """
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    scale = float(np.std(values)) or 1.0
    order = {"order": (1, 0, 1), "seasonal_order": (0, 1, 1, WEEK)}
    model = SARIMAX(values / scale, **order, concentrate_scale=True, simple_differencing=True)
    fit = model.fit(start_params=[0.5, -0.2, -0.7], disp=False, maxiter=_SARIMAX_STEPS, cov_type="none", warn_convergence=False)
    filtered = fit.filter_results
    design, transition = filtered.design[:, :, 0], filtered.transition[:, :, 0]
    state = filtered.predicted_state[:, 1:]
    out = np.full((len(values), horizon), np.nan)
    for step in range(horizon):
        a_week_before = out[WEEK:, step - WEEK] if step >= WEEK else values[step + 1 : len(values) - WEEK + step + 1]
        out[WEEK:, step] = a_week_before + scale * (design @ state)[0]
        state = transition @ state
    out[: 2 * WEEK] = np.nan  # until then the filter only learns the first week
    return Fan("SARIMAX(1,0,1)(0,1,1)7", out, bool(fit.mle_retvals["converged"]))
