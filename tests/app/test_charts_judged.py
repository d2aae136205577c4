"""The usual range behind daily cost, events as marks, and the fan of a forecast."""

from datetime import date

import numpy as np
import pandas as pd

from app import charts_judged
from app.charts_judged import Mark

DAYS = pd.date_range("2026-08-01", periods=6)
ACTUAL = pd.Series([100.0, 102.0, 180.0, 101.0, 60.0, 20.0], index=DAYS)
SETTLED = date(2026, 8, 4)
NAN = float("nan")


def verdicts(lower: list[float], upper: list[float]) -> pd.DataFrame:
    low, high = np.array(lower), np.array(upper)
    return pd.DataFrame({"date": DAYS[: len(lower)], "expected": (low + high) / 2, "lower": low, "upper": high})


def named(figure: "charts_judged.go.Figure", name: str) -> "charts_judged.go.Scatter":
    return next(trace for trace in figure.data if trace.name == name)


def test_settled_days_are_a_line_and_later_ones_another_on_hatched_ground() -> None:
    figure = charts_judged.judged(ACTUAL, verdicts([90] * 4, [110] * 4), SETTLED, [], "USD")
    assert list(named(figure, "Cost").y) == [100.0, 102.0, 180.0, 101.0]
    assert list(named(figure, "Not settled yet").y) == [101.0, 60.0, 20.0]  # from the last settled day on, so that the line has no gap
    (hatched,) = [trace for trace in figure.data if trace.type == "bar"]
    assert [pd.Timestamp(day) for day in hatched.x] == [DAYS[4], DAYS[5]]
    assert hatched.marker.pattern.shape == "/"


def test_only_settled_days_say_what_was_expected() -> None:
    figure = charts_judged.judged(ACTUAL, verdicts([90] * 4, [110] * 4), SETTLED, [], "USD")
    assert named(figure, "Cost").text[2] == "3 Aug 2026<br><b>$180.00</b><br>expected $100.00, usually $90.00 to $110.00"
    assert named(figure, "Not settled yet").text[1] == "5 Aug 2026, not settled yet<br><b>$60.00</b>"


def test_a_day_that_is_not_known_is_a_gap_and_never_zero() -> None:
    figure = charts_judged.judged(ACTUAL.where(ACTUAL != 102.0), verdicts([90] * 4, [110] * 4), SETTLED, [], "USD")
    assert np.isnan(named(figure, "Cost").y[1])
    assert "Not known" in named(figure, "Cost").text[1]


def test_the_range_is_drawn_where_there_is_one() -> None:
    figure = charts_judged.judged(ACTUAL, verdicts([NAN, 90, NAN, 95], [NAN, 110, NAN, 105]), SETTLED, [], "USD")
    pieces = [trace for trace in figure.data if trace.name == "Expected range"]
    assert [list(piece.y) for piece in pieces] == [[110, 90], [105, 95]]
    assert [piece.showlegend for piece in pieces] == [True, False]


def test_marks_stand_over_the_line_and_above_one_another_on_the_same_day() -> None:
    marks = [
        Mark("anomaly:EC2:2026-08-03", date(2026, 8, 3), "high", "EC2"),
        Mark("anomaly:S3:2026-08-03", date(2026, 8, 3), "low", "S3"),
        Mark("anomaly:RDS:2026-08-02", date(2026, 8, 2), "low", "RDS"),
    ]
    figure = charts_judged.judged(ACTUAL, verdicts([90] * 4, [110] * 4), SETTLED, marks, "USD")
    assert list(named(figure, "High").y) == [188.0]  # 5 % of 160 above the line
    assert [round(height, 6) for height in named(figure, "Low").y] == [199.2, 110.0]  # and 7 % above that
    assert [told[0] for told in named(figure, "Low").customdata] == ["anomaly:S3:2026-08-03", "anomaly:RDS:2026-08-02"]


def test_severities_differ_by_more_than_their_colour() -> None:
    looks = [(symbol, size) for _, symbol, size in charts_judged.SEVERITIES.values()]
    assert len({symbol for symbol, _ in looks}) == len({size for _, size in looks}) == len(looks) == 3


def fan() -> pd.DataFrame:
    days = pd.date_range("2026-08-31", periods=3)
    return pd.DataFrame(
        {
            "date": days,
            "mean": [10.0, 11, 12],
            "lower80": [9.0, 9, 9],
            "upper80": [11.0, 13, 15],
            "lower95": [8.0] * 3,
            "upper95": [14.0] * 3,
        }
    )


def test_the_fan_has_both_intervals_and_a_line_where_the_month_begins() -> None:
    actual = pd.Series([10.0, 10.0, 4.0], index=pd.date_range("2026-08-29", periods=3))
    figure = charts_judged.outlook(actual, fan(), date(2026, 8, 30), "USD")
    assert list(named(figure, "80 %").y) == [11, 13, 15, 9, 9, 9]
    assert list(named(figure, "95 %").y) == [14, 14, 14, 8, 8, 8]
    assert list(named(figure, "Forecast").y) == [10, 11, 12]
    assert named(figure, "Forecast").text[1] == ("1 Sep 2026, forecast<br><b>$11.00</b><br>80 %: $9.00 to $13.00<br>95 %: $8.00 to $14.00")
    assert [note.text for note in figure.layout.annotations] == ["Sep 2026"]
    assert [pd.Timestamp(shape.x0) for shape in figure.layout.shapes] == [pd.Timestamp("2026-09-01")]


def test_aws_s_own_forecast_is_a_dashed_grey_line_where_there_is_one() -> None:
    actual = pd.Series([10.0], index=pd.date_range("2026-08-30", periods=1))
    theirs = pd.DataFrame({"day": pd.date_range("2026-09-01", periods=2), "value": [20.0, 21.0]})
    figure = charts_judged.outlook(actual, fan(), date(2026, 8, 30), "USD", theirs)
    line = named(figure, "AWS's own forecast")
    assert (list(line.y), line.line.dash, line.line.color) == ([20.0, 21.0], "dash", charts_judged.GREY)
    without = charts_judged.outlook(actual, fan(), date(2026, 8, 30), "USD", theirs.head(0))
    assert all(trace.name != "AWS's own forecast" for trace in without.data)


def test_a_month_s_first_day_that_towers_over_all_others_runs_out_of_the_chart_and_says_its_amount() -> None:
    actual = pd.Series([100.0, 1000.0, 100.0], index=pd.date_range("2026-08-31", periods=3))
    usual = pd.DataFrame({"date": actual.index, "expected": [100.0] * 3, "lower": [90.0] * 3, "upper": [110.0] * 3})
    marks = [Mark(name, date(2026, 9, 1), "high", name) for name in ("EC2", "S3")]
    figure = charts_judged.judged(actual, usual, date(2026, 9, 2), marks, "USD")
    assert list(figure.layout.yaxis.range) == [90.0, 1.12 * 110]
    assert [note.text for note in figure.layout.annotations] == ["↑ $1,000"]
    top, step = 1.12 * 110, 0.07 * (1.12 * 110 - 100)
    assert [round(height, 6) for height in named(figure, "High").y] == [round(top - step, 6), round(top - 2 * step, 6)]


def test_an_event_on_another_day_keeps_its_height() -> None:
    actual = pd.Series([100.0, 1000.0, 100.0], index=pd.date_range("2026-09-02", periods=3))
    usual = pd.DataFrame({"date": actual.index, "expected": [100.0] * 3, "lower": [90.0] * 3, "upper": [110.0] * 3})
    assert charts_judged.judged(actual, usual, date(2026, 9, 4), [], "USD").layout.yaxis.range is None


def test_a_chart_that_is_cut_leaves_room_for_marks_above_its_highest_ordinary_day() -> None:
    actual = pd.Series([1000.0, 0.0, 100.0], index=pd.date_range("2026-09-01", periods=3))
    usual = pd.DataFrame({"date": actual.index, "expected": [50.0] * 3, "lower": [40.0] * 3, "upper": [60.0] * 3})
    marks = [Mark(name, date(2026, 9, 3), "high", name) for name in ("EC2", "S3")]
    figure = charts_judged.judged(actual, usual, date(2026, 9, 3), marks, "USD")
    # It would end at 112; the marks stand 5 % and then 7 % of that above 100, with half of 7 % left.
    assert [round(height, 6) for height in named(figure, "High").y] == [105.6, 113.44]
    assert round(figure.layout.yaxis.range[1], 6) == 117.36
