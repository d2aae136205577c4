from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.anomalies import day_over_day, detect

FIRST = "2025-01-01"
# What a weekday costs, Monday to Sunday; week after week it differs by a few dollars, in a pattern that repeats after five days.
WEEK = (1000, 1020, 1040, 1030, 980, 620, 560)
WOBBLE = (-12, 6, 15, -9, 0)
FEE = 1500


def usual(days: int = 210, fee: float = FEE) -> pd.Series:
    """Weekly rhythm, a month-start fee, a little wobble."""
    dates = pd.date_range(FIRST, periods=days)
    values = [WEEK[day.day_of_week] + WOBBLE[i % 5] + fee * (day.day == 1) for i, day in enumerate(dates)]
    return pd.Series(values, dates, dtype=float)


def changed(start: str, amounts: float | list[float], days: int | None = None, series: pd.Series | None = None) -> pd.Series:
    """The usual series with something added: from `start` on, or for so many days, or day by day as listed."""
    series = usual() if series is None else series
    first = series.index.get_loc(pd.Timestamp(start))
    added = amounts if isinstance(amounts, list) else [amounts] * (days or len(series) - first)
    series.iloc[first : first + len(added)] += added
    return series


def alerts(series: pd.Series, **options: float) -> list[str]:
    found = detect(series, **options)
    return [str(day.date()) for day in found.loc[found.is_anomaly, "date"]]


def test_columns_and_rows():
    found = detect(usual(60))
    assert list(found.columns) == ["date", "expected", "lower", "upper", "is_anomaly", "score"]
    assert list(found.date) == list(usual(60).index)
    assert found.is_anomaly.dtype == bool


def test_weekends_and_month_starts_are_normal_life():
    assert alerts(usual()) == []


def test_an_ordinary_day_is_expected_closely_and_lies_in_its_range():
    found = detect(usual()).set_index("date")
    saturday, month_start = found.loc["2025-06-14"], found.loc["2025-06-01"]  # the latter a Sunday
    assert saturday.expected == pytest.approx(620, abs=20)
    assert month_start.expected == pytest.approx(560 + FEE, abs=40)
    judged = found[found.expected.notna()]
    values = usual()[judged.index]
    assert ((judged.lower <= values) & (values <= judged.upper)).all()


@pytest.mark.parametrize(
    ("start", "amount", "days"),
    [
        ("2025-05-14", 400, 1),
        ("2025-05-17", 400, 1),  # a Saturday, which with it still costs no more than a weekday
        ("2025-05-14", 400, 2),
        ("2025-05-14", -500, 1),
        ("2025-05-14", -500, 3),
        ("2025-05-14", 300, None),
        ("2025-05-30", 300, None),  # a month start falls into the first days of the new level
        ("2025-05-14", -300, None),
    ],
)
def test_a_change_is_one_alert_on_its_first_day(start: str, amount: float, days: int | None):
    assert alerts(changed(start, amount, days)) == [start]


def test_a_spike_on_a_month_start_is_more_than_its_fee():
    assert alerts(changed("2025-06-01", 2500, 1)) == ["2025-06-01"]


def test_two_events_are_two_alerts():
    assert alerts(changed("2025-06-20", -400, 2, changed("2025-05-14", 400, 1))) == ["2025-05-14", "2025-06-20"]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_ramp_is_found_once_within_a_week(sign: int):
    ramp = [sign * 500 * min(1, (i + 1) / 14) for i in range(210 - 133)]
    (found,) = alerts(changed("2025-05-14", ramp))
    assert 0 <= (pd.Timestamp(found) - pd.Timestamp("2025-05-14")).days <= 7


def test_slow_growth_is_no_anomaly():
    assert alerts(usual() * np.linspace(1, 1.3, 210)) == []


def test_a_spike_on_top_of_another_is_news():
    assert alerts(changed("2025-05-15", 900, 1, changed("2025-05-14", 300, 2))) == ["2025-05-14", "2025-05-15"]


def test_coming_back_from_a_new_level_is_no_news_and_going_elsewhere_is():
    low = {"start": "2025-05-14", "amounts": -400, "days": 5}
    assert alerts(changed(**low)) == ["2025-05-14"]
    assert alerts(changed("2025-05-19", 900, 1, changed(**low))) == ["2025-05-14", "2025-05-19"]


def test_around_the_years_end_limits_are_half_as_wide_again():
    found = detect(usual(380), floor_usd=0, floor_percent=0).set_index("date")
    width = (found.upper - found.lower)[found.index.day != 1]
    assert width["2025-12-17"] / width["2025-12-16"] == pytest.approx(1.5, rel=0.1)
    assert width["2026-01-03"] / width["2026-01-02"] == pytest.approx(1 / 1.5, rel=0.1)


def test_an_alert_widens_the_limits_for_a_while():
    before, after = (detect(series).set_index("date") for series in (usual(), changed("2025-05-14", 5000, 1)))
    wider = (after.upper - after.lower) / (before.upper - before.lower)
    assert wider["2025-05-13"] == 1
    # 0.6 of the width is added at once, and falls to a third of it in 14 days
    assert wider["2025-05-15"] == pytest.approx(1.56, abs=0.1)
    assert wider["2025-05-28"] == pytest.approx(1.22, abs=0.1)


def test_a_new_level_becomes_the_usual_one():
    found = detect(changed("2025-05-14", 300)).set_index("date")
    assert found.expected["2025-05-15"] == pytest.approx(1030, abs=25)  # a Thursday, by the level before
    assert found.expected["2025-06-12"] == pytest.approx(1330, abs=25)


def test_an_anomaly_does_not_teach_what_is_usual():
    after = slice("2025-05-15", "2025-05-31")
    without, found = (detect(series).set_index("date").expected[after] for series in (usual(), changed("2025-05-14", 5000, 1)))
    assert found.to_numpy() == pytest.approx(without.to_numpy(), abs=25)


def test_an_alert_scores_above_one_and_ordinary_days_below():
    found = detect(changed("2025-05-14", 400, 1))
    assert (found.score[found.is_anomaly] > 1).all()
    assert (found.score[~found.is_anomaly].dropna() <= 1).all()


def test_a_charge_on_another_day_of_the_month_is_news_twice():
    series = usual(330)
    series[series.index.day == 12] += 700
    assert alerts(series) == ["2025-02-12", "2025-03-12"]


def test_a_new_month_start_charge_is_news_once():
    series = usual(330, fee=0)
    series[(series.index.day == 1) & (series.index.month >= 6)] += 900
    assert alerts(series) == ["2025-06-01"]


def test_the_first_month_start_has_no_verdict():
    found = detect(usual()["2025-01-04":]).set_index("date")
    assert np.isnan(found.expected["2025-02-01"])
    assert not found.is_anomaly["2025-02-01"]
    assert found.expected["2025-03-01"] == pytest.approx(620 + FEE, abs=40)


@pytest.mark.parametrize("seed", range(4))
def test_the_future_never_changes_a_verdict(seed: int):
    random = np.random.default_rng(seed)
    series = changed("2025-04-20", 350, series=changed("2025-03-10", 600, 2)) * random.lognormal(0, 0.06, 210)
    series.iloc[random.choice(210, 8, replace=False)] = np.nan if seed % 2 else series.median()
    whole = detect(series)
    for cut in [1, 20, 21, 22, 59, 60, 68, 69, 70, 71, 109, 110, 111, 112, 113, 114, 160, 209]:
        pd.testing.assert_frame_equal(detect(series.iloc[:cut]), whole.iloc[:cut])
        other = series.copy()
        other.iloc[cut:] = random.uniform(-1e6, 1e6, 210 - cut)
        pd.testing.assert_frame_equal(detect(other).iloc[:cut], whole.iloc[:cut])


@settings(max_examples=25, deadline=None)
@given(
    amounts=st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6), st.sampled_from([0.0, 100.0, 101.0, 250.0])), min_size=30, max_size=120),
    start=st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    data=st.data(),
)
def test_the_verdicts_of_a_beginning_are_the_beginning_of_the_verdicts(amounts: list[float | None], start: date, data: st.DataObject):
    series = pd.Series(amounts, pd.date_range(start, periods=len(amounts)), dtype=float)
    cut = data.draw(st.integers(0, len(series)))
    pd.testing.assert_frame_equal(detect(series.iloc[:cut]), detect(series).iloc[:cut])


def test_the_same_series_gets_the_same_verdicts():
    series = usual() * np.random.default_rng(5).lognormal(0, 0.1, 210)
    pd.testing.assert_frame_equal(detect(series), detect(series.copy()))


@pytest.mark.parametrize("days", [0, 1, 2, 14, 21])
def test_a_short_history_gives_no_verdict(days: int):
    found = detect(usual(days))
    assert len(found) == days
    assert found[["expected", "lower", "upper", "score"]].isna().all(axis=None)
    assert not found.is_anomaly.any()


def test_the_first_verdict_comes_on_the_twenty_second_known_day():
    series = usual(40)
    series.iloc[3] = np.nan
    assert detect(series).expected.first_valid_index() == 22


@pytest.mark.parametrize("value", [0.0, 250.0, -40.0, 1e-9, 1e12])
def test_a_constant_series_has_no_anomalies_and_is_expected_to_stay(value: float):
    found = detect(pd.Series(value, pd.date_range(FIRST, periods=120)))
    assert not found.is_anomaly.any()
    assert found.expected.iloc[-1] == pytest.approx(value)


def test_credits_of_a_negative_series_are_judged_alike():
    assert alerts(-changed("2025-05-14", 400, 1)) == ["2025-05-14"]


def test_a_service_that_starts_is_one_alert():
    series = pd.Series(0.0, pd.date_range(FIRST, periods=150))
    series["2025-04-10":] = 80.0
    assert alerts(series) == ["2025-04-10"]


@pytest.mark.parametrize("how", ["nan", "left out"])
def test_an_unknown_day_is_not_a_drop(how: str):
    series = usual()
    unknown = pd.DatetimeIndex(["2025-05-14", "2025-05-15", "2025-06-01"])
    series[unknown] = np.nan
    if how == "left out":
        series = series.dropna()
    found = detect(series).set_index("date")
    assert not found.is_anomaly.any()
    if how == "nan":
        assert found.score[unknown].isna().all()
        assert found.expected["2025-05-14"] == pytest.approx(1040, abs=25)


def test_nothing_known_at_all():
    found = detect(pd.Series(np.nan, pd.date_range(FIRST, periods=50)))
    assert found.expected.isna().all()
    assert not found.is_anomaly.any()


def test_more_sensitive_finds_smaller_changes():
    series = changed("2025-06-25", 400, 1, changed("2025-05-14", 150, 1, changed("2025-04-09", 75, 1)))
    found = [set(alerts(series, sensitivity=level)) for level in (0.1, 0.5, 1, 2)]
    assert all(fewer <= more for fewer, more in pairwise(found))
    assert len(found[0]) < len(found[1]) < len(found[3])


def test_more_sensitive_means_a_narrower_range():
    wide, narrow = (detect(usual(), sensitivity=level, floor_usd=0, floor_percent=0) for level in (1, 2))
    judged = wide.expected.notna() & (wide.date.dt.day != 1)
    assert ((narrow.upper - narrow.lower)[judged] < (wide.upper - wide.lower)[judged]).all()


def test_below_the_floors_nothing_is_an_anomaly():
    series = changed("2025-05-14", 400, 1)
    assert alerts(series, floor_usd=430) == []
    assert alerts(series, floor_usd=370) == ["2025-05-14"]
    assert alerts(series, floor_percent=45) == []  # of about 1,040
    assert alerts(series, floor_percent=30) == ["2025-05-14"]
    assert alerts(series / 1000) == []  # 40 cents


@pytest.mark.parametrize("scale", [0.01, 1e4])
def test_cents_and_millions_are_judged_alike(scale: float):
    series = changed("2025-05-14", 400, 1)
    assert alerts(series * scale, floor_usd=0) == alerts(series, floor_usd=0)


def test_plain_dates_and_decimals_are_taken():
    series = changed("2025-05-14", 400, 1)
    plain = pd.Series(series.astype(int).astype(object).to_numpy(), [day.date() for day in series.index])
    assert isinstance(plain.index[0], date)
    assert alerts(plain) == ["2025-05-14"]


@pytest.mark.parametrize(
    ("series", "says"),
    [
        (pd.Series([1.0, 2.0]), "index must be dates"),
        (pd.Series([1.0, 2.0], pd.DatetimeIndex(["2025-01-02", "2025-01-01"])), "in order, each once"),
        (pd.Series([1.0, 2.0], pd.DatetimeIndex(["2025-01-01", "2025-01-01"])), "in order, each once"),
        (pd.Series([1.0, 2.0], pd.date_range(FIRST, periods=2, freq="12h")), "whole days"),
        (pd.Series([1.0, np.inf], pd.date_range(FIRST, periods=2)), "finite"),
        (pd.Series(["one", "two"], pd.date_range(FIRST, periods=2)), "must be numbers"),
    ],
)
def test_a_series_that_cannot_be_judged_is_refused(series: pd.Series, says: str):
    for judge in (detect, day_over_day):
        with pytest.raises(ValueError, match=says):
            judge(series)


def test_something_else_than_a_series_is_refused():
    with pytest.raises(TypeError, match="list"):
        detect([1.0, 2.0])


@pytest.mark.parametrize("option", [{"sensitivity": 0}, {"sensitivity": np.nan}, {"floor_usd": -1}, {"floor_percent": np.inf}])
def test_an_option_out_of_range_is_refused_by_name(option: dict[str, float]):
    with pytest.raises(ValueError, match=next(iter(option))):
        detect(usual(), **option)


def test_the_simple_rule():
    series = pd.Series([100, 120, 150, 74, 0, 50, np.nan, 50, 10], pd.date_range(FIRST, periods=9), dtype=float)
    found = day_over_day(series)
    # 20 % is not more than 20 %; +25 %; -50.7 %; -100 %; from zero and from unknown: no verdict; -80 %
    assert list(found.is_anomaly) == [False, False, True, True, True, False, False, False, True]
    assert list(found.severity) == ["", "", "medium", "high", "high", "", "", "", "high"]
    assert (found.expected[2], found.lower[2], found.upper[2], found.score[2]) == (120, 96, 144, 1.25)
    assert found.expected[[0, 5, 7]].isna().all()


def test_the_simple_rule_knows_no_day_before_a_gap():
    series = pd.Series([100.0, 300.0], pd.DatetimeIndex(["2025-01-01", "2025-01-03"]))
    assert not day_over_day(series).is_anomaly.any()


def test_the_simple_rule_refuses_high_below_medium():
    with pytest.raises(ValueError, match="high_percent"):
        day_over_day(usual(5), medium_percent=30, high_percent=20)
