"""The curve of a budget, as the figure draws it."""

from dataclasses import replace
from datetime import date

from app.budgets import chart
from tests.app.budgets.made import NAN, curve, standing

DAYS = ((300, 400, NAN), (600, 800, 800), (900, NAN, 1200), (1000, NAN, 1500))


def test_the_day_that_passes_the_amount_is_marked() -> None:
    days = curve(*DAYS)
    assert chart.passing(days, 1000) == (date(2026, 11, 3), False)
    assert chart.passing(days, 500) == (date(2026, 11, 2), True)
    assert chart.passing(days, 1500) is None


def test_all_lines_are_drawn_and_named() -> None:
    figure = chart.curve(replace(standing("800", "1500"), curve=curve(*DAYS)))
    names = [trace.name for trace in figure.data]
    assert names == ["95 %", "80 %", "Forecast", "Budget, day by day", "Spent", "Expected to pass $1,000 on 3 Nov 2026"]
    spent = next(trace for trace in figure.data if trace.name == "Spent")
    assert list(spent.y) == [400, 800]
    assert "Budget $1,000" in figure.layout.annotations[0].text


def test_without_a_forecast_there_is_the_budget_and_what_was_spent() -> None:
    figure = chart.curve(replace(standing("400"), curve=curve((300, 400, NAN), (600, NAN, NAN))))
    assert [trace.name for trace in figure.data] == ["Budget, day by day", "Spent"]
