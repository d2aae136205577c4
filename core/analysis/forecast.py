"""Daily forecasts, with intervals that the forecast's own past errors made.

A series is freed of its calendar charges, forecast by simple models (forecast_choice), and the charges are put back on their days.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.forecast_charges import CalendarCharge, falls_on, find_charges
from core.analysis.forecast_choice import choose
from core.analysis.forecast_history import History, read_history
from core.analysis.forecast_intervals import NORMAL, half_widths, least, past_errors, sum_half_widths
from core.analysis.forecast_rhythm import Floats
from core.errors import AnalysisRefused

LONGEST_HORIZON = 400  # days; beyond it a daily forecast says nothing


@dataclass(frozen=True)
class Fan:
    """One amount that is forecast, with the bounds that it stays within in 80 and in 95 % of cases."""

    mean: float
    lower80: float
    upper80: float
    lower95: float
    upper95: float


@dataclass(frozen=True)
class Forecast:
    """What is expected, and how it was come by.

    `days` has the columns date, mean, lower80, upper80, lower95, upper95. `mean_absolute_error` is what the same method, with the same
    parameters, missed a day by on past days, over the horizons asked for; None where the history is too short to tell.
    """

    days: pd.DataFrame
    method: str
    history_from: pd.Timestamp
    filled_days: int
    charges: tuple[CalendarCharge, ...]
    mean_absolute_error: float | None
    notes: tuple[str, ...]
    errors: Floats = field(repr=False, compare=False)
    history: History = field(repr=False, compare=False)

    def total(self, first: date, last: date) -> Fan:
        """The sum of the days from `first` to `last`, which must be forecast ones.

        Days err together, so the bounds of a sum aren't the sum of the days' bounds: they come from what the method missed the same sum by
        on past days. Where the past is too short for that, the days are taken to err all to the same side, which is the widest; no sum is
        wider than that.
        """
        within = self.days["date"].between(pd.Timestamp(first), pd.Timestamp(last)).to_numpy()
        if within.sum() != (last - first).days + 1:
            raise ValueError(f"The days from {first} to {last} aren't all forecast.")
        days = self.days[within]
        mean = float(days["mean"].sum())
        widest = {name: float(days[name].sum()) for name in days.columns.drop(["date", "mean"])}
        widths = self._widths(within)
        if widths is None:
            return Fan(mean, **widest)
        charged = sum(charge.sigma**2 * falls_on(pd.DatetimeIndex(days["date"]), charge.key).sum() for charge in self.charges)
        bounds: dict[str, float] = {}
        for level, width in widths.items():
            whole = float(np.sqrt(width**2 + NORMAL[level] ** 2 * charged))
            lower, upper = f"lower{level}", f"upper{level}"
            bounds |= {lower: max(mean - whole, widest[lower]), upper: min(mean + whole, widest[upper])}
        return Fan(mean, **{name: float(np.clip(bound, self.history.floor, self.history.ceiling)) for name, bound in bounds.items()})

    def _widths(self, within: NDArray[np.bool_]) -> dict[int, float] | None:
        """How far the sum of some of the days may be off by level, without the calendar's charges."""
        ahead = np.asarray(np.flatnonzero(within) + 1 + self.history.unknown_end, dtype=np.float64)
        usual = float(np.median(np.abs(self.history.values[-28:])))
        return sum_half_widths(self.errors[:, self.history.unknown_end :][:, within], least(usual, ahead))


def forecast(series: pd.Series, horizon: int) -> pd.DataFrame:
    """The days after the series: date, mean, lower80, upper80, lower95, upper95. AnalysisRefused says what can't be forecast, and why."""
    return explained_forecast(series, horizon).days


def explained_forecast(series: pd.Series, horizon: int, judged: int | None = None) -> Forecast:
    """The forecast with its method and record. A day without a value is unknown, not zero; at the end it is forecast over.

    Models are chosen by their past errors on the first `judged` days ahead, or on all, and the mean error is of them: two horizons that are
    judged by the same days have the same means on the days that both have.
    """
    if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 1 <= horizon <= LONGEST_HORIZON:
        raise AnalysisRefused(f"The horizon is {horizon!r}; it is a number of days from 1 to {LONGEST_HORIZON}.")
    history = read_history(series)
    ahead = int(horizon) + history.unknown_end
    charges, plain = find_charges(history.values, history.dates)
    chosen = choose(plain, ahead, None if judged is None else judged + history.unknown_end)
    errors = past_errors(chosen.values, chosen.fan)
    missed = np.abs(errors if judged is None else errors[:, : judged + history.unknown_end])
    widths = half_widths(errors, float(np.median(np.abs(plain[-28:]))))
    days = _with_charges(chosen.fan[-1], widths, charges, pd.date_range(history.dates[-1], periods=ahead + 1, freq="D")[1:])
    return Forecast(
        days=_within_bounds(days, history).iloc[history.unknown_end :].reset_index(drop=True),
        method=chosen.method,
        history_from=history.dates[0],
        filled_days=history.filled,
        charges=tuple(charges),
        mean_absolute_error=float(np.nanmean(missed)) if np.isfinite(missed).any() else None,
        notes=chosen.notes,
        errors=errors,
        history=history,
    )


def _with_charges(mean: Floats, widths: dict[int, Floats], charges: list[CalendarCharge], dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Mean and bounds by day; a charge's own uncertainty comes on top of the day's, as independent errors do."""
    variance = np.zeros(len(dates))
    for charge in charges:
        on = falls_on(dates, charge.key)
        mean = mean + charge.amount * on
        variance = variance + on * charge.sigma**2
    columns: dict[str, object] = {"date": dates, "mean": mean}
    for level, width in widths.items():
        whole = np.sqrt(width**2 + NORMAL[level] ** 2 * variance)
        columns |= {f"lower{level}": mean - whole, f"upper{level}": mean + whole}
    return pd.DataFrame(columns)


def _within_bounds(days: pd.DataFrame, history: History) -> pd.DataFrame:
    """A series that was never negative stays so, and credits stay credits."""
    amounts = days.columns.drop("date")
    days[amounts] = days[amounts].clip(history.floor, history.ceiling)
    return days
