"""A month so far beside the one before, and its way to the end."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from app import charts_month, month
from app.view import View
from core.insight import MonthEnd
from core.models import Filters, Grain
from core.store.queries import Coverage

SPAN = Coverage(date(2026, 8, 1), date(2026, 11, 22), ("USD",))


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2026-{text}")


def november(**settled: object) -> MonthEnd:
    """200 up to the 28th, 30 more expected."""
    return MonthEnd(
        **{
            "month": date(2026, 11, 1),
            "actual": Decimal(200),
            "settled": date(2026, 11, 28),
            "mean": Decimal(230),
            "lower80": Decimal(224),
            "upper80": Decimal(236),
            "lower95": Decimal(218),
            "upper95": Decimal(245),
            **settled,
        }
    )


@pytest.fixture
def days() -> pd.DataFrame:
    """10 on the 29th, 20 on the 30th, and a day of December; the interval of the second is twice that of the first."""
    return pd.DataFrame(
        {
            "date": [day("11-29"), day("11-30"), day("12-01")],
            "mean": [10.0, 20.0, 99.0],
            "lower80": [8.0, 16.0, 90.0],
            "upper80": [12.0, 24.0, 110.0],
            "lower95": [6.0, 12.0, 80.0],
            "upper95": [14.0, 28.0, 120.0],
        }
    )


def test_the_month_is_that_of_the_last_day_shown_and_begins_with_its_first() -> None:
    view = month.to_date(View(Filters(date(2026, 10, 24), date(2026, 11, 19), "USD"), group="region", grain=Grain.WEEK), SPAN)
    assert (view.filters.start, view.filters.end) == (date(2026, 11, 1), date(2026, 11, 19))
    assert (view.filters.previous.start, view.filters.previous.end) == (date(2026, 10, 1), date(2026, 10, 19))
    assert (view.group, view.grain) == ("service", Grain.DAY)


def test_it_ends_no_later_than_the_figures() -> None:
    view = month.to_date(View(Filters(date(2026, 12, 1), date(2026, 12, 31), "USD")), SPAN)
    assert (view.filters.start, view.filters.end) == (date(2026, 11, 1), date(2026, 11, 22))


def test_a_whole_month_has_all_its_days() -> None:
    shown = month.whole(Filters(date(2026, 2, 3), date(2026, 2, 9), "USD"))
    assert (shown.start, shown.end) == (date(2026, 2, 1), date(2026, 2, 28))
    assert month.last_day(date(2026, 12, 5)) == date(2026, 12, 31)


def test_the_running_forecast_starts_at_what_has_settled_and_ends_with_the_months_own_bounds(days: pd.DataFrame) -> None:
    fan = month.cumulated(days, november()).set_index("date")
    assert list(fan.index) == [day("11-28"), day("11-29"), day("11-30")]
    assert list(fan.loc[day("11-28")]) == [200.0] * 5
    assert fan.loc[day("11-29")].to_dict() == {"mean": 210.0, "lower80": 208.0, "upper80": 212.0, "lower95": 206.0, "upper95": 215.0}
    assert fan.loc[day("11-30")].to_dict() == {"mean": 230.0, "lower80": 224.0, "upper80": 236.0, "lower95": 218.0, "upper95": 245.0}


def test_a_month_of_which_nothing_has_settled_starts_at_nothing(days: pd.DataFrame) -> None:
    fan = month.cumulated(days, november(actual=Decimal(0), settled=None, mean=Decimal(30)))
    assert fan["date"].iloc[0] == day("10-31")
    assert fan["mean"].tolist() == [0.0, 10.0, 30.0]


def test_the_chart_adds_up_both_months_and_marks_what_may_still_change(days: pd.DataFrame) -> None:
    actual = pd.Series([5.0, 6.0, 7.0], index=pd.date_range("2026-11-01", periods=3))
    before = pd.Series([1.0, 2.0, 3.0, 4.0], index=pd.date_range("2026-10-01", periods=4))
    figure = charts_month.running(actual, before, month.cumulated(days, november()), date(2026, 11, 2), "USD")
    lines = {trace.name: trace for trace in figure.data}
    assert (list(lines["November 2026"].x), list(lines["November 2026"].y)) == ([1, 2], [5.0, 11.0])
    assert (list(lines["Not settled yet"].x), list(lines["Not settled yet"].y)) == ([2, 3], [11.0, 18.0])
    assert "not settled yet" in lines["Not settled yet"].text[1]
    assert list(lines["October 2026"].y) == [1.0, 3.0, 6.0, 10.0]
    assert lines["October 2026"].line.dash == "dash"
    assert (list(lines["Forecast"].x), list(lines["Forecast"].y)) == ([28, 29, 30], [200.0, 210.0, 230.0])
    assert {"80 %", "95 %"} <= set(lines)


def test_a_day_that_is_not_known_is_a_gap_and_a_month_without_any_has_no_line() -> None:
    actual = pd.Series([5.0, float("nan"), 7.0], index=pd.date_range("2026-11-01", periods=3))
    before = pd.Series(float("nan"), index=pd.date_range("2026-10-01", periods=31))
    figure = charts_month.running(actual, before, None, date(2026, 11, 3), "USD")
    (only,) = figure.data
    assert (only.y[0], pd.isna(only.y[1]), only.y[2]) == (5.0, True, 12.0)
    assert "Not known" in only.text[1]


def test_the_export_has_both_months_and_the_fan_by_day_of_the_month(days: pd.DataFrame) -> None:
    actual = pd.Series([5.0, 6.0], index=pd.date_range("2026-11-01", periods=2))
    before = pd.Series([1.0, 2.0, 3.0], index=pd.date_range("2026-10-01", periods=3))
    rows = charts_month.rows(actual, before, month.cumulated(days, november())).set_index("day_of_month")
    assert list(rows.index) == [1, 2, 3, 29, 30]
    assert rows.loc[2, "to_date"] == 11.0
    assert rows.loc[3, "month_before"] == 6.0
    assert rows.loc[30, "upper95"] == 245.0
