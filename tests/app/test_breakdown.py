"""Buckets, and the period before beside them."""

from datetime import date
from decimal import Decimal

import pandas as pd

from app.breakdown import buckets, sums_by_group
from core.models import Filters, Grain


def days(index: pd.DatetimeIndex) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in index]


def test_buckets_cover_the_period_with_or_without_cost() -> None:
    view = Filters(date(2026, 8, 30), date(2026, 9, 8), "USD")
    assert len(buckets(view, Grain.DAY)) == 10
    assert days(buckets(view, Grain.WEEK)) == ["2026-08-24", "2026-08-31", "2026-09-07"]
    assert days(buckets(view, Grain.MONTH)) == ["2026-08-01", "2026-09-01"]


def test_sums_are_exact_and_leave_out_what_is_not_known() -> None:
    frame = pd.DataFrame({"group": ["a", "a", "b"], "cost": [Decimal("0.1"), Decimal("0.2"), None]})
    assert sums_by_group(frame) == {"a": Decimal("0.3")}


def test_the_period_before_of_a_month_to_date_is_the_same_days_of_last_month() -> None:
    previous = Filters(date(2026, 11, 1), date(2026, 11, 21), "USD").previous
    assert (previous.start, previous.end) == (date(2026, 10, 1), date(2026, 10, 21))


def test_the_period_before_of_whole_months_is_as_many_whole_months() -> None:
    august = Filters(date(2026, 8, 1), date(2026, 8, 31), "USD").previous
    assert (august.start, august.end) == (date(2026, 7, 1), date(2026, 7, 31))
    quarter = Filters(date(2026, 1, 1), date(2026, 3, 31), "USD").previous
    assert (quarter.start, quarter.end) == (date(2025, 10, 1), date(2025, 12, 31))


def test_a_day_that_the_earlier_month_lacks_becomes_its_last() -> None:
    previous = Filters(date(2026, 3, 1), date(2026, 3, 30), "USD").previous
    assert (previous.start, previous.end) == (date(2026, 2, 1), date(2026, 2, 28))


def test_any_other_period_is_compared_with_as_many_days_before() -> None:
    previous = Filters(date(2026, 8, 10), date(2026, 8, 19), "USD").previous
    assert (previous.start, previous.end) == (date(2026, 7, 31), date(2026, 8, 9))
