"""A forecast under assumptions, worked out by hand."""

from datetime import date

import pandas as pd
import pytest

from core.analysis.what_if import Assumed, what_if


def days(*means: float, first: str = "2026-09-01") -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(first, periods=len(means)), "mean": means})


def moved(plain: pd.DataFrame, **assumed: float) -> list[float]:
    return list(what_if(plain, Assumed(date(2026, 9, 2), **assumed)))


def test_nothing_assumed_changes_nothing() -> None:
    assert moved(days(10, 20, 30)) == [10, 20, 30]
    assert Assumed(date(2026, 9, 2)).nothing


def test_a_saving_is_a_month_of_730_hours_from_its_start() -> None:
    assert moved(days(10, 20, 30), saving=73) == pytest.approx([10, 17.6, 27.6])  # 73 * 24 / 730 = 2.40 a day


def test_no_day_saves_more_than_it_costs_and_a_credit_saves_nothing() -> None:
    assert moved(days(10, 1, -5), saving=73) == [10, 0, -5]


def test_growth_is_a_month_s_and_compounds() -> None:
    year = days(*[100.0] * 367)
    grown = moved(year, growth=1)
    assert grown[:2] == [100, 100]  # the day before, and the start itself
    assert grown[366] == pytest.approx(100 * 1.01**12)  # 365 days are twelve months of 730 hours


def test_what_is_saved_is_taken_off_what_has_grown() -> None:
    plain = days(*[100.0] * 367)
    assert moved(plain, growth=1, saving=730)[366] == pytest.approx(100 * 1.01**12 - 24)
