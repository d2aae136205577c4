"""Many series at once say what each says by itself, and what was said once isn't worked out again."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from core.analysis import batch
from core.analysis.anomalies import detect
from core.analysis.forecast import explained_forecast
from core.errors import AnalysisRefused


def made(seed: int, days: int = 60) -> pd.Series:
    values = 100 + np.random.default_rng(seed).normal(0, 5, days)
    values[-3] += 90
    return pd.Series(values, pd.date_range("2026-01-05", periods=days))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was really worked out since the test began."""
    worked_out: list[str] = []

    def watched(name: str, function):
        def ask(*given, **options):
            worked_out.append(name)
            return function(*given, **options)

        return ask

    monkeypatch.setattr(batch, "detect", watched("detect", detect))
    monkeypatch.setattr(batch, "explained_forecast", watched("forecast", explained_forecast))
    return worked_out


def test_each_series_gets_the_verdicts_that_it_gets_by_itself():
    series = {name: made(name) for name in range(5)}
    for _ in range(2):  # the second time from memory
        found = batch.detections(series, sensitivity=1.5)
        assert list(found) == list(series)
        for name, own in series.items():
            pd.testing.assert_frame_equal(found[name], detect(own, sensitivity=1.5))


def test_each_series_gets_the_forecast_that_it_gets_by_itself():
    series = {name: made(name + 10) for name in range(3)}
    for _ in range(2):
        found = batch.forecasts(series, 20, 10)
        for name, own in series.items():
            alone = explained_forecast(own, 20, 10)
            pd.testing.assert_frame_equal(found[name].days, alone.days)
            assert (found[name].method, found[name].mean_absolute_error) == (alone.method, alone.mean_absolute_error)
            assert found[name].total(date(2026, 3, 10), date(2026, 3, 12)) == alone.total(date(2026, 3, 10), date(2026, 3, 12))


def test_what_did_not_change_is_not_worked_out_again(asked: list[str]):
    series = {"one": made(20), "other": made(21)}
    batch.detections(series)
    batch.detections({"renamed": series["one"].copy(), **series})
    assert asked == ["detect"] * 2
    series["one"].iloc[30] += 1e-9
    batch.detections(series)
    assert asked == ["detect"] * 3
    batch.detections(series, sensitivity=2)
    assert asked == ["detect"] * 5


@pytest.mark.parametrize(
    ("seed", "change"),
    [
        (30, lambda series: series.shift(1, freq="D")),
        (31, lambda series: series.iloc[1:]),
        (32, lambda series: series.where(series.index != "2026-01-20")),
        (33, lambda series: series.drop(pd.Timestamp("2026-01-20"))),
    ],
)
def test_other_days_are_another_series(asked: list[str], seed: int, change: Callable[[pd.Series], pd.Series]):
    first = made(seed)
    batch.forecasts({"one": first}, 5)
    changed = batch.forecasts({"one": change(first)}, 5)["one"]
    assert asked == ["forecast"] * 2
    pd.testing.assert_frame_equal(changed.days, explained_forecast(change(first), 5).days)


def test_another_horizon_is_another_forecast(asked: list[str]):
    series = {"one": made(34)}
    lengths = [len(batch.forecasts(series, *given)["one"].days) for given in ((5,), (6,), (6, 3), (5,))]
    assert lengths == [5, 6, 6, 5]
    assert asked == ["forecast"] * 3


def test_what_is_done_to_an_answer_does_not_change_the_next():
    series = {"one": made(40)}
    verdicts, days = batch.detections(series)["one"], batch.forecasts(series, 5)["one"].days
    verdicts["expected"] = days["mean"] = 0.0
    pd.testing.assert_frame_equal(batch.detections(series)["one"], detect(series["one"]))
    pd.testing.assert_frame_equal(batch.forecasts(series, 5)["one"].days, explained_forecast(series["one"], 5).days)


def test_only_so_many_are_remembered(asked: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batch, "_verdicts", batch._Memory(2))
    one, two, three = (made(seed) for seed in (50, 51, 52))
    batch.detections({1: one, 2: two})
    batch.detections({1: one})
    batch.detections({3: three})  # the second is the one that wasn't asked for longest
    assert len(asked) == 3
    batch.detections({1: one})
    assert len(asked) == 3
    batch.detections({2: two})
    assert len(asked) == 4


def test_plain_dates_and_decimals_are_taken():
    own = made(60).round(2)
    plain = pd.Series([Decimal(str(value)) for value in own], [day.date() for day in own.index])
    assert batch.detections({"one": plain})["one"]["is_anomaly"].sum() == detect(own)["is_anomaly"].sum() == 1


def test_a_refusal_is_that_of_the_single_series():
    with pytest.raises(AnalysisRefused, match="no known value"):
        batch.forecasts({"nothing": made(70) * np.nan}, 5)
