"""What forecasts said of past days beside what came, on figures that are worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from core.analysis.backtest import LEAST, backtest, beside, made_before, scores
from core.analysis.forecast import forecast


def daily(values: list[float] | np.ndarray, first: str = "2026-01-01") -> pd.Series:
    return pd.Series(np.asarray(values, dtype=float), index=pd.date_range(first, periods=len(values)))


def said(made: str, *means: float) -> pd.DataFrame:
    """Forecasts of the days after `made`, 10 either way at 80 % and 20 at 95 %."""
    frame = pd.DataFrame({"made": pd.Timestamp(made), "date": pd.date_range(made, periods=len(means) + 1)[1:], "mean": means})
    return frame.assign(**{f"{side}{level}": frame["mean"] + sign * wide for level, wide in ((80, 10), (95, 20)) for side, sign in SIDES})


SIDES = (("lower", -1), ("upper", 1))


def test_a_forecast_is_scored_by_what_came() -> None:
    actual = daily([100] * 7 + [100, 110, 130, 85])  # a week, then four days more
    rows = beside(said("2026-01-07", 100, 100, 100, 100, 100), actual)
    assert list(rows["ahead"]) == [1, 2, 3, 4]  # the fifth day hasn't come
    (score,) = scores(rows, actual)
    assert (score.first, score.last, score.days) == (1, 7, 4)
    assert score.error == (0 + 10 + 30 + 15) / 4
    assert score.share == pytest.approx(55 / 425)
    assert score.beside == 1  # the same weekday's last value was 100 as well
    assert (score.inside80, score.inside95) == (0.5, 0.75)


def test_spans_are_told_apart_and_a_day_that_is_not_known_is_left_out() -> None:
    actual = daily([100] * 7 + [100] * 9)
    actual.iloc[8] = np.nan
    rows = beside(said("2026-01-07", *[90] * 9), actual)
    first, second = scores(rows, actual)
    assert [(score.first, score.days, score.error) for score in (first, second)] == [(1, 6, 10), (8, 2, 10)]
    assert first.beside is None  # the last value was never off


def test_what_was_said_a_week_before_is_the_earliest_within_it() -> None:
    actual = daily([100] * 40)
    rows = beside(pd.concat([said("2026-01-10", *[1] * 28), said("2026-01-12", *[2] * 28)]), actual)
    week = made_before(rows, 7).set_index("date")["mean"]
    # the 17th is 7 days after the 10th and 5 after the 12th; the 18th is 8 after the 10th
    assert (week["2026-01-17"], week["2026-01-18"], week["2026-01-11"]) == (1, 2, 1)
    assert list(made_before(rows, 28)["ahead"].unique()) == [22, 23, 24, 25, 26, 27, 28]


def test_a_try_knows_no_later_day() -> None:
    rng = np.random.default_rng(3)
    actual = daily(100 + rng.normal(0, 5, 60))
    changed = actual.copy()
    changed.iloc[50:] *= 3
    day = actual.index[45]  # two weeks and a day before the last; tries are a week apart
    rows, others = (backtest(series).pipe(lambda found: found[found["made"] == day]) for series in (actual[:53], changed[:53]))
    assert len(rows) == 7
    assert list(rows["mean"]) == list(others["mean"])
    assert list(rows["mean"]) == list(forecast(actual[:46], 7)["mean"])


def test_a_past_too_short_has_no_record() -> None:
    short = backtest(daily([5.0] * (LEAST + 6)))
    assert short.empty
    assert scores(short, daily([5.0])) == []
    assert set(backtest(daily([5.0] * (LEAST + 7)))["mean"]) == {5.0}
