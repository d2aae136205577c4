"""Events followed to their end, on daily series made by hand: 100 a day, less at weekends where that is the point."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from core.analysis.anomalies import detect
from core.analysis.courses import FOLLOWED, courses
from core.analysis.events import Event

FIRST = date(2026, 1, 1)  # a Thursday


def series(days: int = 160, weekend: float = 1.0, level: float = 100.0) -> "pd.Series[float]":
    index = pd.date_range(FIRST, periods=days)
    noise = np.random.default_rng(7).normal(1, 0.01, days)
    return pd.Series(level * noise * np.where(index.day_of_week >= 5, weekend, 1.0), index=index)


def found(values: "pd.Series[float]") -> list[Event]:
    return courses(values, detect(values))


def test_a_change_that_stays_is_one_event_with_what_it_has_cost_so_far() -> None:
    values = series()
    values["2026-04-15":] += 50  # a Wednesday; 55 days to the end
    (event,) = found(values)
    assert (event.first, event.last) == (date(2026, 4, 15), date(2026, 6, 9))
    assert event.impact == pytest.approx(56 * 50, rel=0.02)
    assert event.expected == pytest.approx(56 * 100, rel=0.01)


def test_it_is_followed_for_sixty_days_at_most() -> None:
    values = series(200)
    values["2026-04-15":] += 50
    (event,) = found(values)
    assert (event.last - event.first).days + 1 == FOLLOWED


def test_going_back_is_the_end_of_an_event_and_no_other() -> None:
    values = series()
    values["2026-04-15":"2026-05-05"] += 50
    (event,) = found(values)
    assert (event.first, event.last) == (date(2026, 4, 15), date(2026, 5, 5))
    assert event.impact == pytest.approx(21 * 50, rel=0.03)


def test_a_jump_on_top_is_an_event_of_its_own_and_no_dollar_is_in_both() -> None:
    values = series()
    values["2026-04-01":] += 50
    values["2026-05-13":"2026-05-15"] += 300
    shift, spike = found(values)
    assert (spike.first, spike.last) == (date(2026, 5, 13), date(2026, 5, 15))
    assert spike.impact == pytest.approx(900, rel=0.02)
    days = (shift.last - shift.first).days + 1
    assert shift.impact == pytest.approx(days * 50, rel=0.05)
    assert shift.actual == pytest.approx(float(values[str(shift.first) : str(shift.last)].sum()))


def test_a_charge_by_the_month_costs_more_a_day_in_february() -> None:
    values = series(level=10.0)
    index = pd.DatetimeIndex(values.index)
    assert found(values * 31 / index.days_in_month) == []
    assert [event.first for event in found(values * np.where(index.month == 2, 1.3, 1.0))][:1] == [date(2026, 2, 1)]


def test_a_weekend_dips_with_the_level() -> None:
    values = series(weekend=0.8)
    values["2026-04-15":] *= 3
    (event,) = found(values)  # the weekends after it lie 60 below, where they used to lie 20
    assert event.first == date(2026, 4, 15)


def test_a_day_without_a_figure_is_neither_expected_nor_spent() -> None:
    values = series()
    values["2026-04-15":"2026-04-20"] += 50
    values["2026-04-17"] = np.nan
    event = found(values)[0]
    assert event.first == date(2026, 4, 15)
    known = values[str(event.first) : str(event.last)].dropna()
    assert event.actual == pytest.approx(float(known.sum()))
    assert event.impact == pytest.approx(50 * len(known), rel=0.05)
