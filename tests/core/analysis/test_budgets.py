"""Periods, plans, curves and thresholds, worked out by hand."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from core.analysis import budgets

NAN = float("nan")


def daily(first: str, *costs: float) -> "pd.Series[float]":
    return pd.Series(costs, index=pd.date_range(first, periods=len(costs), freq="D"), dtype=float)


@pytest.mark.parametrize(
    ("start", "period", "day", "first", "last"),
    [
        ("2026-01-01", "monthly", "2026-02-28", "2026-02-01", "2026-02-28"),
        ("2026-02-01", "quarterly", "2026-05-01", "2026-05-01", "2026-07-31"),
        ("2026-02-01", "quarterly", "2026-04-30", "2026-02-01", "2026-04-30"),
        ("2025-04-01", "yearly", "2026-03-31", "2025-04-01", "2026-03-31"),
        ("2025-04-01", "yearly", "2026-04-01", "2026-04-01", "2027-03-31"),
    ],
)
def test_periods_are_counted_from_the_start(start: str, period: str, day: str, first: str, last: str) -> None:
    found = budgets.period_of(date.fromisoformat(start), period, date.fromisoformat(day))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


def test_without_enough_history_the_plan_is_even() -> None:
    planned = budgets.plan(310.0, date(2026, 8, 1), date(2026, 8, 31), daily("2026-07-10", *[5.0] * 22))
    assert planned.tolist() == pytest.approx([10.0] * 31)


def test_the_plan_has_the_rhythm_of_the_weeks_before() -> None:
    """June and July: 10 on weekdays, 5 on Saturdays and Sundays, 40 on the first of a month. August 2026 begins on a Saturday."""
    days = pd.date_range("2026-06-01", "2026-07-31")
    history = pd.Series(np.where(days.day == 1, 40.0, np.where(days.day_of_week >= 5, 5.0, 10.0)), index=days)
    # 1 first of the month at 40, 9 further weekend days at 5, 21 weekdays at 10: 295 in all; twice that is the budget.
    planned = budgets.plan(590.0, date(2026, 8, 1), date(2026, 8, 31), history)
    assert planned.iloc[:4].tolist() == pytest.approx([80, 10, 20, 20])
    assert planned.sum() == pytest.approx(590)


def test_what_was_credited_gets_no_share_and_credits_alone_make_an_even_plan() -> None:
    days = pd.date_range("2026-06-01", "2026-07-31")
    history = pd.Series(np.where(days.day_of_week == 6, -3.0, 10.0), index=days)
    planned = budgets.plan(260.0, date(2026, 8, 1), date(2026, 8, 31), history)
    assert set(planned[planned.index.day_of_week == 6]) == {0}
    assert planned.sum() == pytest.approx(260)
    assert set(budgets.plan(31.0, date(2026, 8, 1), date(2026, 8, 31), -history.abs()).round(9)) == {1.0}


def test_the_curve_of_a_period() -> None:
    planned = daily("2026-08-01", 10, 10, 10, 10, 10)
    costs = daily("2026-08-01", 12, 8, 4, NAN, NAN)  # the third day hasn't settled
    ahead = pd.DataFrame(
        {
            "date": pd.date_range("2026-08-03", periods=3),
            "mean": [10.0, 10.0, 10.0],
            "lower80": [7.0, 8.0, 5.0],
            "upper80": [13.0, 12.0, 15.0],
            "lower95": [4.0, 6.0, 0.0],
            "upper95": [16.0, 14.0, 20.0],
        }
    )
    end = {"mean": 50.0, "lower80": 40.0, "upper80": 60.0, "lower95": 30.0, "upper95": 70.0}
    curve = budgets.curve(planned, costs, date(2026, 8, 2), ahead, end)
    assert list(curve.columns) == list(budgets.COLUMNS)
    assert curve["budget"].tolist() == [10, 20, 30, 40, 50]
    assert curve["actual"].tolist()[:2] == [12, 20]
    assert curve["actual"][2:].isna().all()
    np.testing.assert_array_equal(curve["unsettled"], [NAN, 20, 24, NAN, NAN])
    np.testing.assert_array_equal(curve["mean"], [NAN, 20, 30, 40, 50])
    # The days' half widths are 3, 2 and 5: after one day 3/10 of the whole period's half width of 10, after two a half of it.
    np.testing.assert_allclose(curve["upper80"], [NAN, 20, 33, 45, 60])
    np.testing.assert_allclose(curve["lower80"], [NAN, 20, 27, 35, 40])
    np.testing.assert_allclose(curve["upper95"], [NAN, 20, 36, 50, 70])


def test_the_curve_before_any_day_has_settled_and_after_all_have() -> None:
    planned = daily("2026-08-01", 10, 10)
    none = budgets.curve(planned, daily("2026-08-01", NAN, NAN), None)
    assert none[["actual", "unsettled", "mean", "upper95"]].isna().all(axis=None)
    whole = budgets.curve(planned, daily("2026-08-01", 7, NAN), date(2026, 8, 2))
    assert whole["actual"].tolist() == [7, 7]  # a day that isn't known adds nothing
    assert whole["unsettled"].isna().all()


def test_a_threshold_is_reached_at_its_very_amount() -> None:
    asked = [Decimal(50), Decimal("80.5"), Decimal(100)]
    assert budgets.reached(Decimal(1000), asked, Decimal("499.99")) == ()
    assert budgets.reached(Decimal(1000), asked, Decimal(500)) == (Decimal(50),)
    assert budgets.reached(Decimal(1000), asked, Decimal(805)) == (Decimal(50), Decimal("80.5"))
    assert budgets.reached(Decimal(1000), asked, Decimal(1000)) == tuple(asked)


@pytest.mark.parametrize(
    ("actual", "expected", "missing", "state"),
    [
        (101, 100, 0, "over"),
        (101, None, 3, "over"),
        (100, 100, 0, "under"),
        (60, "100.01", 0, "at risk"),
        (60, 90, 1, "incomplete"),
        (60, None, 0, "unknown"),
        (None, 90, 0, "under"),
        (None, 110, 0, "at risk"),
    ],
)
def test_where_a_budget_of_100_stands(actual: int | None, expected: int | str | None, missing: int, state: str) -> None:
    said = [None if amount is None else Decimal(amount) for amount in (actual, expected)]
    assert budgets.state(Decimal(100), *said, missing) == state


@pytest.mark.parametrize(
    ("months", "period", "amount"),
    [
        (["1200", "1260", "1230"], "monthly", "1300"),  # 1,230
        (["1200"], "quarterly", "3600"),
        (["182340"], "yearly", "2200000"),  # 2,188,080
        (["0.02", "0.03"], "monthly", "0.03"),
        (["0"], "monthly", None),
        (["-5"], "monthly", None),
        ([], "monthly", None),
    ],
)
def test_a_suggested_amount_has_two_digits(months: list[str], period: str, amount: str | None) -> None:
    found = budgets.suggested([Decimal(month) for month in months], period)
    assert found == (Decimal(amount) if amount else None)
