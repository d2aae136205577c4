"""A series as it was given, made into one that models can read: whole days, no gaps, from the day the service began."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.analysis.forecast_rhythm import WEEK, Floats
from core.errors import AnalysisRefused

LONGEST = 400  # days; what lies further back says little about the next weeks

_NOTHING = 1e-9  # of the largest value: below it a day cost nothing
_LEAD = 7  # days of nothing before a service is said to be new


@dataclass(frozen=True)
class History:
    """`values[i]` belongs to `dates[i]`; `filled` days had no value, and `unknown_end` days after the last had none either."""

    values: Floats
    dates: pd.DatetimeIndex
    filled: int
    unknown_end: int
    floor: float | None  # 0 where the series never fell below it
    ceiling: float | None  # 0 where the series never rose above it: credits


def read_history(series: pd.Series) -> History:
    """The days with their gaps filled; AnalysisRefused names what can't be read."""
    days = _daily(series)
    known = days.dropna()
    if known.empty:
        raise AnalysisRefused("The series holds no known value.", "A forecast needs at least one day.")
    last_index = days.index[-1]
    days = days.loc[known.index[0] : known.index[-1]].iloc[-LONGEST:]
    gaps = int(days.isna().sum())
    days = _filled(days) if gaps else days
    values = _since_it_began(days.to_numpy(dtype=float))
    return History(
        values=values,
        dates=pd.DatetimeIndex(days.index[-len(values) :]),
        filled=gaps,
        unknown_end=int((last_index - known.index[-1]).days),
        floor=0.0 if values.min() >= 0 else None,
        ceiling=0.0 if values.max() <= 0 else None,
    )


def _daily(series: pd.Series) -> pd.Series:
    """One float a day, in order; a day that isn't there is NaN."""
    if not isinstance(series, pd.Series):
        raise AnalysisRefused(f"A series is needed, not {type(series).__name__}.")
    if series.empty:
        raise AnalysisRefused("The series is empty.", "A forecast needs at least one day.")
    if not isinstance(series.index, pd.DatetimeIndex):
        raise AnalysisRefused(f"The series is indexed by {series.index.dtype}, not by date.", "Give it a DatetimeIndex.")
    if series.index.hasnans:
        raise AnalysisRefused("The series has a value without a date.")
    dates = series.index.tz_localize(None).normalize()
    if dates.has_duplicates:
        raise AnalysisRefused(
            f"The series has more than one value for {dates[dates.duplicated()][0]:%Y-%m-%d}.", "Sum them up by day first."
        )
    try:
        values = series.astype(float).to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise AnalysisRefused(f"The series holds a value that is no number: {error}.") from error
    if np.isinf(values).any():
        raise AnalysisRefused(f"The series is infinite on {dates[np.isinf(values)][0]:%Y-%m-%d}.")
    return pd.Series(values, index=dates).sort_index().asfreq("D")


def _filled(days: pd.Series) -> pd.Series:
    """Gaps take the median of the same weekday in the four weeks around; where there is none, the line between their neighbours."""
    same_weekday = pd.concat([days.shift(WEEK * k) for k in (-2, -1, 1, 2)], axis=1).median(axis=1)
    return days.fillna(same_weekday).interpolate(limit_direction="both")


def _since_it_began(values: Floats) -> Floats:
    """Without the days of nothing before a service began; one that costs something only now and then has not begun late."""
    used = np.abs(values) > _NOTHING * np.abs(values).max()
    if not used.any():
        return values
    first = int(np.argmax(used))
    return values[first:] if first >= _LEAD and used[first:].mean() > 0.5 else values
