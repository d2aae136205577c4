"""Forecasts of series whose future is known because it was planted."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.forecast import explained_forecast, forecast
from core.errors import AnalysisRefused

COLUMNS = ["date", "mean", "lower80", "upper80", "lower95", "upper95"]
WORKING_WEEK = np.array([100.0, 110, 120, 110, 100, 60, 50])  # Monday to Sunday


def days(values, start="2026-01-05"):
    """A daily series; 2026-01-05 is a Monday."""
    return pd.Series(np.asarray(values, dtype=float), index=pd.date_range(start, periods=len(values), freq="D"))


def noisy(level, seed=1, share=0.02):
    level = np.asarray(level, dtype=float)
    return level * np.random.default_rng(seed).normal(1, share, len(level))


def assert_ordered(result):
    assert list(result.columns) == COLUMNS
    for lower, upper in (("lower95", "lower80"), ("lower80", "mean"), ("mean", "upper80"), ("upper80", "upper95")):
        assert (result[lower] <= result[upper] + 1e-9).all()
    assert np.isfinite(result[COLUMNS[1:]].to_numpy()).all()


@pytest.mark.parametrize("length", [1, 2, 6, 13, 30, 200])
def test_a_constant_is_forecast_as_the_constant(length):
    result = forecast(days(np.full(length, 250.0)), 10)
    assert_ordered(result)
    assert result["mean"].to_numpy() == pytest.approx(250)
    assert (result.upper95 - result.lower95).max() < 0.1 * 250


def test_what_only_rounding_makes_differ_is_constant():
    sums = 0.3 + np.random.default_rng(5).normal(0, 1e-14, 150)
    explained = explained_forecast(days(sums), 5)
    assert explained.method == "last value"
    assert explained.days["mean"].to_numpy() == pytest.approx(0.3)


@pytest.mark.parametrize("weeks", [2, 4, 10, 30])
def test_a_pure_week_repeats(weeks):
    result = forecast(days(np.tile(WORKING_WEEK, weeks)), 14)
    assert result["mean"].to_numpy() == pytest.approx(np.tile(WORKING_WEEK, 2), abs=3)


@pytest.mark.parametrize("length", [60, 200])
def test_a_week_in_noise_is_found(length):
    series = days(noisy(np.resize(WORKING_WEEK, length)))
    result = forecast(series, 14)
    truth = np.resize(np.roll(WORKING_WEEK, -(length % 7)), 14)
    assert_ordered(result)
    assert np.abs(result["mean"] - truth).mean() < 3
    assert (np.abs(result["mean"] - truth) < result.upper95 - result["mean"]).all()


@pytest.mark.parametrize("length", [80, 200])
def test_a_fee_comes_on_the_first_and_only_then(length):
    series = days(noisy(np.full(length, 100.0)), start="2026-01-10")
    series[series.index.day == 1] += 400
    result = forecast(series, 45).set_index("date")["mean"]
    firsts = result[result.index.day == 1]
    assert len(firsts) >= 1
    assert firsts.to_numpy() == pytest.approx(500, rel=0.03)
    assert result[result.index.day != 1].to_numpy() == pytest.approx(100, rel=0.05)


def test_a_service_that_only_costs_on_the_first():
    series = days(np.zeros(150))
    series[series.index.day == 1] = 99.0
    result = forecast(series, 40).set_index("date")["mean"]
    assert result[result.index.day == 1].to_numpy() == pytest.approx(99)
    assert (result[result.index.day != 1] == 0).all()


def test_a_fee_that_ended_does_not_come_back():
    series = days(noisy(np.full(200, 100.0)))  # to 2026-07-23
    series[(series.index.day == 1) & (series.index.month <= 4)] += 400
    assert forecast(series, 40)["mean"].max() < 110


def test_other_days_of_the_month_need_a_habit():
    series = days(noisy(np.full(200, 100.0)))
    series["2026-03-17"] += 400
    assert forecast(series, 40)["mean"].max() < 110
    series[series.index.day == 17] += 300
    series["2026-03-17"] -= 400
    explained = explained_forecast(series, 40)
    assert [charge.key for charge in explained.charges] == [17]
    assert explained.days.set_index("date").loc["2026-08-17", "mean"] == pytest.approx(400, rel=0.05)


def test_a_charge_on_the_last_day_follows_the_months_length():
    series = days(noisy(np.full(210, 100.0)))  # 2026-01-05 to 2026-08-02
    series[series.index.is_month_end] += 400
    result = forecast(series, 62).set_index("date")["mean"]
    assert list(result[result > 300].index.strftime("%m-%d")) == ["08-31", "09-30"]


@pytest.mark.parametrize("ago", [5, 12, 40])
@pytest.mark.parametrize("length", [70, 250])
@pytest.mark.parametrize("factor", [0.4, 1.6])
def test_a_level_shift_is_followed(ago, length, factor):
    series = days(noisy(np.full(length, 100.0)))
    series.iloc[-ago:] *= factor
    assert forecast(series, 14)["mean"].to_numpy() == pytest.approx(100 * factor, rel=0.06)


def test_one_odd_day_is_no_new_level():
    series = days(noisy(np.full(250, 100.0)))
    series.iloc[-20] = 900
    assert forecast(series, 14)["mean"].to_numpy() == pytest.approx(100, rel=0.05)


def test_a_new_service_is_forecast_from_its_first_day():
    values = np.concatenate([np.zeros(200), noisy(np.full(20, 80.0))])
    explained = explained_forecast(days(values), 7)
    assert explained.history_from == pd.Timestamp("2026-07-24")  # 200 days after 2026-01-05
    assert explained.days["mean"].to_numpy() == pytest.approx(80, rel=0.05)


def test_nothing_stays_nothing():
    result = forecast(days(np.zeros(50)), 7)
    assert (result[COLUMNS[1:]] == 0).all().all()


def test_a_stopped_service_stays_stopped():
    values = np.concatenate([noisy(np.full(100, 80.0)), np.zeros(20)])
    result = forecast(days(values), 7)
    assert result["mean"].to_numpy() == pytest.approx(0, abs=2)
    assert (result.lower95 >= 0).all()


@pytest.mark.parametrize("length", [40, 150])
def test_credits_stay_credits(length):
    result = forecast(days(-noisy(np.full(length, 30.0))), 14)
    assert_ordered(result)
    assert result["mean"].to_numpy() == pytest.approx(-30, rel=0.05)
    assert (result.upper95 <= 0).all()


def test_costs_do_not_fall_below_zero_and_mixed_ones_may():
    restless = np.random.default_rng(3).exponential(10, 120)
    assert (forecast(days(restless), 30).lower95 >= 0).all()
    assert (forecast(days(restless - 10), 30).lower95 < 0).any()


@pytest.mark.parametrize("length", range(1, 15))
def test_short_series_of_any_length(length):
    result = forecast(days(noisy(np.full(length, 100.0), share=0.2)), 30)
    assert_ordered(result)
    assert result["mean"].between(40, 200).all()
    assert result.date.iloc[0] == pd.Timestamp("2026-01-05") + pd.Timedelta(days=length)


def test_dates_follow_on_over_leap_day_and_year():
    result = forecast(days(np.arange(50.0) + 100, start="2028-01-09"), 3)  # to 2028-02-27
    assert [d.date() for d in result.date] == [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)]


def test_missing_days_are_unknown_and_not_zero():
    series = days(np.tile(WORKING_WEEK, 20))
    gaps = series.copy()
    gaps.iloc[[50, 51, 80, 120]] = np.nan
    explained = explained_forecast(gaps, 7)
    assert explained.filled_days == 4
    assert explained.days["mean"].to_numpy() == pytest.approx(WORKING_WEEK, abs=2)
    assert forecast(series.drop(series.index[[50, 80]]), 7)["mean"].to_numpy() == pytest.approx(WORKING_WEEK, abs=2)


def test_unknown_days_at_the_end_are_forecast_over():
    series = days(np.tile(WORKING_WEEK, 20))
    series.iloc[-2:] = np.nan  # a Saturday and a Sunday
    result = forecast(series, 7)
    assert result.date.iloc[0] == series.index[-1] + pd.Timedelta(days=1)
    assert result["mean"].to_numpy() == pytest.approx(WORKING_WEEK, abs=2)


def test_intervals_hold_what_they_say():
    inside = {80: [], 95: []}
    for seed in range(12):
        values = noisy(np.resize(WORKING_WEEK, 164), seed=seed, share=0.1)
        result = forecast(days(values[:150]), 14)
        for level, hits in inside.items():
            hits.append(np.mean((values[150:] >= result[f"lower{level}"]) & (values[150:] <= result[f"upper{level}"])))
    assert 0.72 <= np.mean(inside[80]) <= 0.90
    assert 0.91 <= np.mean(inside[95]) <= 1.0


def test_the_same_series_gives_the_same_forecast():
    series = days(noisy(np.resize(WORKING_WEEK, 120)))
    pd.testing.assert_frame_equal(forecast(series, 14), forecast(series.sample(frac=1, random_state=1), 14))


def test_scale_does_not_matter():
    series = days(noisy(np.resize(WORKING_WEEK, 120)))
    small, large = forecast(series, 7), forecast(series * 1e6, 7)
    assert large["mean"].to_numpy() == pytest.approx(1e6 * small["mean"].to_numpy(), rel=0.01)


@pytest.mark.parametrize("length", [60, 200])
def test_growth_is_kept_up_with(length):
    series = days(noisy(1000 + 10 * np.arange(length + 7), share=0.003))
    result = forecast(series.iloc[:length], 7)
    assert np.abs(result["mean"].to_numpy() - series.iloc[length:].to_numpy()).max() < 0.06 * series.iloc[-1]
    assert (result["mean"] > 0.96 * series.iloc[length - 1]).all()


def test_the_record_names_the_method_and_its_error():
    explained = explained_forecast(days(noisy(np.resize(WORKING_WEEK, 200))), 7)
    assert "SARIMAX" in explained.method
    assert 0 < explained.mean_absolute_error < 10
    assert explained_forecast(days([5.0]), 7).mean_absolute_error is None


@pytest.mark.parametrize(
    ("series", "horizon", "message"),
    [
        (pd.Series([1.0, 2.0]), 7, "not by date"),
        (pd.Series([], index=pd.DatetimeIndex([]), dtype=float), 7, "empty"),
        (pd.Series([1.0, 2.0], index=pd.to_datetime(["2026-01-05", "2026-01-05"])), 7, "more than one value for 2026-01-05"),
        (pd.Series([1.0, np.inf], index=pd.to_datetime(["2026-01-05", "2026-01-06"])), 7, "infinite on 2026-01-06"),
        (pd.Series([np.nan], index=pd.to_datetime(["2026-01-05"])), 7, "no known value"),
        (pd.Series(["x"], index=pd.to_datetime(["2026-01-05"])), 7, "no number"),
        (days([1.0, 2.0]), 0, "horizon is 0"),
        (days([1.0, 2.0]), 1.5, "horizon is 1.5"),
        ([1.0, 2.0], 7, "not list"),
    ],
)
def test_what_cannot_be_forecast_is_refused_by_name(series, horizon, message):
    with pytest.raises(AnalysisRefused, match=message):
        forecast(series, horizon)


def test_a_sum_is_the_sum_of_its_days():
    found = explained_forecast(days(noisy([100] * 120)), 30)
    first, last = found.days["date"].iloc[4].date(), found.days["date"].iloc[13].date()
    total = found.total(first, last)
    assert total.mean == pytest.approx(found.days["mean"].iloc[4:14].sum())
    assert total.lower95 < total.lower80 < total.mean < total.upper80 < total.upper95


def test_the_bounds_of_a_sum_are_narrower_than_its_days_bounds_together():
    found = explained_forecast(days(noisy([100] * 80)), 14)
    total = found.total(found.days["date"].iloc[0].date(), found.days["date"].iloc[-1].date())
    assert total.upper80 - total.lower80 < (found.days["upper80"] - found.days["lower80"]).sum()


def test_the_bounds_of_a_sum_hold_what_they_say():
    """A level that wanders: 60 series of 85 days, the next 7 summed up."""
    held = {80: 0, 95: 0}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        wander = np.zeros(92)
        for day in range(1, 92):
            wander[day] = 0.8 * wander[day - 1] + rng.normal(0, 20)
        series = days(2000 + wander + rng.normal(0, 20, 92))
        found = explained_forecast(series[:85], 7)
        total = found.total(series.index[85].date(), series.index[91].date())
        for level in held:
            held[level] += getattr(total, f"lower{level}") <= series[85:].sum() <= getattr(total, f"upper{level}")
    assert 0.7 <= held[80] / 60 <= 0.95
    assert held[95] / 60 >= 0.88


def test_no_sum_is_believed_to_be_certain():
    found = explained_forecast(days([10.0] * 120), 10)
    total = found.total(found.days["date"].iloc[0].date(), found.days["date"].iloc[0].date())
    assert total.upper80 - total.mean == pytest.approx(1.2816 * 0.015 * 10)


def test_a_short_past_takes_the_widest_bounds_for_a_sum():
    found = explained_forecast(days([10.0, 11, 9, 10, 12, 8, 10, 11]), 5)
    total = found.total(found.days["date"].iloc[0].date(), found.days["date"].iloc[-1].date())
    assert total.upper80 == pytest.approx(found.days["upper80"].sum())


def test_only_forecast_days_can_be_summed_up():
    found = explained_forecast(days(noisy([100] * 60)), 5)
    with pytest.raises(ValueError, match="aren't all forecast"):
        found.total(found.days["date"].iloc[0].date(), date(2030, 1, 1))


def test_a_longer_horizon_says_the_same_of_the_days_that_a_shorter_one_has():
    series = days(noisy(np.resize(WORKING_WEEK, 150), share=0.2).cumsum() / 50)
    month = explained_forecast(series, 30)
    year = explained_forecast(series, 365, judged=30)
    assert list(year.days["mean"][:30]) == list(month.days["mean"])
    assert year.mean_absolute_error == pytest.approx(month.mean_absolute_error, rel=0.2)  # it has a few more past days to tell from


def test_no_sum_is_wider_than_its_days_at_their_bounds():
    found = explained_forecast(days(noisy([100] * 120, share=0.3)), 90)
    fan = found.total(date(2026, 5, 5), date(2026, 8, 2))
    assert fan.lower95 >= found.days["lower95"].sum() - 1e-6
    assert fan.upper95 <= found.days["upper95"].sum() + 1e-6


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.just(0.0), st.floats(-1e6, 1e6), st.floats(0, 1)), min_size=1, max_size=40))
def test_no_series_explodes(values):
    found = explained_forecast(days(values), 60)
    assert_ordered(found.days)
    most = max(map(abs, values))
    assert found.days["mean"].abs().max() <= 3 * most + 1e-9
    assert found.days[["lower95", "upper95"]].abs().max().max() <= 60 * most + 1e-9
    fan = found.total(found.days["date"].iloc[0].date(), found.days["date"].iloc[-1].date())
    assert fan.lower95 <= fan.lower80 <= fan.mean + 1e-6
    assert fan.mean <= fan.upper80 + 1e-6 <= fan.upper95 + 2e-6
