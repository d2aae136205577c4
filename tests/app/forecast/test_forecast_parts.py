"""The forecast page's parts in words and rows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from app import charts_outlook, outlooks
from app.forecast import apart, chance, choices, record, what_if
from app.view import Choice, View, default_view, parse
from core.analysis.backtest import Score
from core.analysis.what_if import Assumed
from core.insight.parts import Part, Parts
from core.insight.planned import Planned
from tests.app.test_outlooks import outlook
from tests.app.test_view import KNOWN

COLUMNS = ("mean", "lower80", "upper80", "lower95", "upper95")


def part(name: str, others: int, mean: float, days: float) -> Part:
    """A part that is expected to come to `mean` in each period and cost `days` a day."""
    told = outlook()
    ends = [replace(end, **dict.fromkeys(COLUMNS, Decimal(repr(mean)))) for end in told.periods]
    frame = told.all_days.assign(**dict.fromkeys(COLUMNS, days))
    return Part(name, others, (ends[0], ends[1]), ends[2], "last value", frame, pd.Series([days], index=[pd.Timestamp("2026-11-20")]))


@pytest.fixture
def parts() -> Parts:
    return Parts("service", outlook(), (part("EC2", 0, 120000, 4000.004), part("", 30, 62340, 2000.0)))


def test_the_table_ends_with_the_total(parts: Parts) -> None:
    rows = apart.table_rows(parts, {"EC2": "EC2"})
    assert list(rows["part"]) == ["EC2", "Other (30)", "Total"]
    assert list(rows["month"]) == [120000, 62340, 182340]
    assert rows["share"].round(1).tolist() == [65.8, 34.2, 100]
    assert rows.loc[2, ["quarter", "quarter_lower80", "quarter_upper80"]].tolist() == [540000, 520000, 560000]


def test_days_are_in_cents_that_add_up_to_the_total(parts: Parts) -> None:
    rows = apart.day_rows(parts, {"EC2": "EC2"})
    assert list(rows.columns) == ["date", "part", "mean", "lower80", "upper80", "lower95", "upper95"]
    first = rows[rows["date"] == "2026-11-21"]
    assert list(first["part"]) == ["EC2", "Other (30)"]
    assert sum(first["mean"]) == Decimal("6000.00")


def test_a_quarter_stands_under_the_months_and_what_is_assumed_beside_them() -> None:
    told = outlook()
    rows = outlooks.months(told, told.periods)
    assert list(rows["month"]) == ["2026-11", "2026-12", "2026-Q4"]
    assert list(rows["assumed"]) == list(rows["mean"]) == [182340, 190000, 540000]


def test_assumptions_move_days_and_periods_alike() -> None:
    told = outlook()
    days, ends = what_if.moved(told, Assumed(date(2026, 11, 22), saving=73))
    assert days["mean"].tolist() == pytest.approx([6000, 6097.6])  # 2.40 a day
    assert [end.mean for end in ends] == [Decimal("182337.60"), Decimal("190000.00"), Decimal("539997.60")]
    assert ends[0].upper80 == told.periods[0].upper80 - Decimal("2.40")


def test_assumptions_in_words() -> None:
    since = date(2026, 11, 22)
    assert what_if.told(Assumed(since, 2.5, 1200.0), "USD") == (
        "2.5 % growth a month and $1,200 a month saved by accepted findings, from 22 Nov 2026 on"
    )
    assert what_if.told(Assumed(since, -1.0), "USD") == "1 % decline a month, from 22 Nov 2026 on"
    assert what_if.saving_told(Planned(refused="Because.")) == "Because."
    assert what_if.saving_told(Planned(Decimal(1200), 3)) == "3 findings, $1,200 a month, each resource once."
    assert what_if.saving_told(Planned()).startswith("No finding under these filters is accepted")


@pytest.mark.parametrize(
    ("probability", "words", "number"),
    [
        (0.0, "practically excluded", "0 %"),
        (0.004, "practically excluded", "under 1 %"),
        (0.1, "unlikely", "10 %"),
        (0.3, "less likely than not", "30 %"),
        (0.5, "about as likely as not", "50 %"),
        (0.8, "more likely than not", "80 %"),
        (0.95, "likely", "95 %"),
        (0.996, "practically certain", "over 99 %"),
        (1.0, "practically certain", "100 %"),
    ],
)
def test_a_chance_in_words_and_number(probability: float, words: str, number: str) -> None:
    assert (chance.words(probability), chance.percent(probability)) == (words, number)


def test_the_chance_of_a_month_and_of_a_quarter() -> None:
    month, _, quarter = outlook().periods
    assert chance.sentence(month, Decimal(186000), "USD") == "That November 2026 costs more than $186,000 is unlikely: 10 %."
    assert chance.name(quarter) == "Q4 2026"


def test_scores_have_a_row_for_each_span() -> None:
    rows = record.score_rows([Score(1, 7, 84, 120.0, 0.05, None, 0.8, 0.95)])
    assert list(rows["ahead"]) == ["1 to 7", "8 to 14", "15 to 28"]
    assert rows.loc[0, ["days", "share", "inside80"]].tolist() == [84, 5, 80]
    assert pd.isna(rows.loc[0, "beside"])
    assert rows.loc[1, "days"] == 0


def test_the_chart_of_the_record_leaves_gaps_where_nothing_was_said() -> None:
    said = pd.DataFrame({"date": pd.to_datetime(["2026-11-02", "2026-11-04"]), "made": pd.Timestamp("2026-11-01"), "mean": [5.0, 6.0]})
    said = said.assign(lower80=4.0, upper80=7.0)
    actual = pd.Series([5.0, 5.5, 6.5], index=pd.date_range("2026-11-02", periods=3))
    figure = charts_outlook.record(actual, said, said.head(0), "USD")
    week = next(trace for trace in figure.data if trace.name == "Said up to 7 days before")
    assert [None if pd.isna(value) else value for value in week.y] == [5, None, 6]


def test_a_part_s_month_start_runs_out_of_its_chart() -> None:
    days = pd.DataFrame({"date": pd.date_range("2026-12-01", periods=3), **{name: [500.0, 10.0, 11.0] for name in COLUMNS}})
    actual = pd.Series([10.0, 12.0], index=pd.date_range("2026-11-29", periods=2))
    low, high = charts_outlook.part(actual, days, "USD", "#000000").layout.yaxis.range
    assert low == 0
    assert 12 < high < 20


@pytest.mark.parametrize(
    ("choice", "text", "value"),
    [
        (choices.AMOUNT, "1500.5", 1500.5),
        (choices.AMOUNT, "-1", None),
        (choices.AMOUNT, "much", None),
        (choices.GROWTH, "-5", -5.0),
        (choices.GROWTH, "nan", None),
        (choices.GROWTH, "1000", None),
        (choices.SINCE, "2026-11-22", date(2026, 11, 22)),
        (choices.SINCE, "soon", None),
        (choices.BY, "service", "service"),
        (choices.BY, "colour", "total"),
    ],
)
def test_a_link_s_choices_are_read_and_bad_ones_are_named(choice: Choice, text: str, value: object) -> None:
    view, problems = parse({choice.name: [text]}, KNOWN, (choice,))
    assert view.value(choice) == value
    good = value is not None and str(value) != "total"
    assert (problems == []) == good
    if good:
        assert view.encoded((choice,))[choice.name] == [text]


def test_nothing_chosen_is_nothing() -> None:
    view: View = default_view(KNOWN.coverage)
    assert [view.value(choice) for choice in (choices.AMOUNT, choices.GROWTH, choices.SINCE)] == [None] * 3
