"""Times in which days stray more than usual, so that a difference says less: around the year's end, and right after an alert."""

import math
from collections.abc import Sequence

import pandas as pd

CHRISTMAS, NEW_YEAR = (12, 17), (1, 2)  # month and day: from the last week before Christmas to the day after New Year's
YEAR_END = 1.5  # how much wider limits are then
AFTER_ALERT, FADES = 0.6, 14  # how much is added to them the day after an alert, and the days in which that falls to a third


def of_the_calendar(dates: pd.DatetimeIndex) -> Sequence[float]:
    """How much wider than usual the limits of each day are, by its date alone; usually 1."""
    month_days = list(zip(dates.month, dates.day, strict=True))
    return [YEAR_END if day >= CHRISTMAS or day <= NEW_YEAR else 1.0 for day in month_days]


def since_alert(days: int) -> float:
    """What is added to that so many days after the last alert: what upset a series once often goes on to do so."""
    return AFTER_ALERT * math.exp(-days / FADES)
