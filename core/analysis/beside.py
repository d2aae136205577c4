"""Which days a period is set beside. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from core.models import Days, month_after


class Against(StrEnum):
    """What a period is set beside: as many days just before, the same days of earlier months or of last year, or days of one's choice."""

    BEFORE = "before"
    MONTH = "month"
    YEAR = "year"
    DAYS = "days"


def beside(period: Days, against: Against) -> Days:
    """The days that a period is compared with; DAYS has none of its own and gives those of BEFORE.

    The same days of as many months before as it takes for the two not to overlap; of last year, twelve months or a multiple. A period
    that ends with its month ends with the other month too, so the two may have different lengths.
    """
    if against in (Against.BEFORE, Against.DAYS):
        return Days(period.first - timedelta(period.count), period.first - timedelta(1))
    step = 12 if against is Against.YEAR else 1
    months = step
    while _months_before(period.last, months) >= period.first:
        months += step
    return Days(_months_before(period.first, months, whole=False), _months_before(period.last, months))


def _months_before(day: date, months: int, *, whole: bool = True) -> date:
    """The same day of an earlier month, or its last where it has none such; `whole` takes the last of a month for the last of the other."""
    last = month_after(day, 1 - months) - timedelta(1)
    if whole and (day + timedelta(1)).day == 1:
        return last
    return min(last, last.replace(day=1) + timedelta(day.day - 1))
