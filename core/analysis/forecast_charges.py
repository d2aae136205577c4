"""Charges that come on a day of the month: fees on the first, taxes on the third, a bill on the last."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.forecast_rhythm import Floats, expected, spread

LAST_DAY = -1  # the key of a month's last day; days 29 to 31 are not keys of their own

_WINDOW = 15  # days around, whose median is what a day would cost without the charge
_CLEAR = 5.0  # standard deviations that a charge stands out by
_LEAST = 0.05  # and its least part of the usual day
_ALIKE = 0.5  # charges of two months are one charge when the smaller is at least this part of the larger
_RECENT = 3  # charges that the next one is taken from
_UNSURE = 0.1  # of a charge seen once: its standard deviation


@dataclass(frozen=True)
class CalendarCharge:
    """`amount` comes on top of the usual day, give or take `sigma`; `key` is a day of the month or LAST_DAY."""

    key: int
    amount: float
    sigma: float
    seen: int


def falls_on(dates: pd.DatetimeIndex, key: int) -> Floats:
    """True on the days that a key names."""
    return np.asarray(dates.is_month_end if key == LAST_DAY else dates.day == key)


def find_charges(values: Floats, dates: pd.DatetimeIndex) -> tuple[list[CalendarCharge], Floats]:
    """The charges that are to be expected again, and the series without them and without those that have ended."""
    if len(values) < _WINDOW:
        return [], values
    off = values - expected(values, _WINDOW)
    bound = max(_CLEAR * spread(off), _LEAST * float(np.median(np.abs(values))), 1e-9 * float(np.abs(values).max()))
    charges, plain = [], values.copy()
    for key in [*range(1, 29), LAST_DAY]:
        days = np.flatnonzero(falls_on(dates, key))
        charge = _charge(key, off[days], bound, len(values) - 1 - days)
        if charge:
            charges.append(charge)
            taken = days[np.abs(off[days]) > bound]
            plain[taken] -= off[taken]
    return charges, plain


def _charge(key: int, off: Floats, bound: float, days_since: NDArray[np.intp]) -> CalendarCharge | None:
    """The latest unbroken run of like amounts on one day of the month, if it is long enough to be a habit."""
    run: list[float] = []
    for amount in off[::-1]:
        if abs(amount) <= bound or (run and min(amount / run[-1], run[-1] / amount) < _ALIKE):
            break
        run.append(float(amount))
    # fees are billed on the first: there once is enough, if a day has shown that it isn't a new level
    enough = len(run) >= (2 if key == 1 else 3) or (len(run) == len(off) == (1 if key == 1 else 2) and days_since[-1] >= 1)
    if not enough:
        return None
    recent = np.array(run[:_RECENT])
    amount = float(np.median(recent))
    return CalendarCharge(key, amount, float(np.std(recent, ddof=1)) if len(recent) > 1 else _UNSURE * abs(amount), len(run))
