"""Verdicts on days, written out by hand, to events."""

import pandas as pd
import pytest

from core.analysis.events import Event, events

DAYS = pd.date_range("2026-08-01", periods=6)


def judged(actual: list[float], alerts: list[int], lower: float = 90, upper: float = 110) -> list[Event]:
    verdicts = pd.DataFrame({"date": DAYS, "expected": 100.0, "lower": lower, "upper": upper, "is_anomaly": False, "score": 0.5})
    verdicts.loc[alerts, ["is_anomaly", "score"]] = [True, 3.0]
    return events(pd.Series(actual, index=DAYS), verdicts)


def test_an_event_lasts_while_days_are_off_to_its_side() -> None:
    (found,) = judged([100, 200, 150, 111, 109, 150], [1])
    assert (found.first, found.last) == (DAYS[1].date(), DAYS[3].date())
    assert (found.expected, found.actual, found.impact) == (300, 461, 161)
    assert found.percent == pytest.approx(53.667, abs=0.001)
    assert (found.score, found.severity, found.gradual) == (3.0, "high", False)


def test_another_alert_or_the_other_side_ends_it() -> None:
    first, second = judged([100, 200, 20, 20, 100, 100], [1, 2])
    assert (first.first, first.last) == (DAYS[1].date(), DAYS[1].date())
    assert (second.last, second.impact, second.severity) == (DAYS[3].date(), -160, "high")


def test_an_alert_within_the_usual_range_is_gradual_and_a_day_long() -> None:
    (found,) = judged([100, 100, 108, 109, 100, 100], [2])
    assert (found.first, found.last, found.impact, found.gradual) == (DAYS[2].date(), DAYS[2].date(), 8, True)
    assert found.severity == "low"


def test_severity_needs_percent_and_money() -> None:
    def severity(expected: float, actual: float) -> str:
        return Event(DAYS[0].date(), DAYS[0].date(), expected, actual, 1, False).severity

    assert severity(100, 210) == "high"
    assert severity(10, 60) == "medium"  # 500 %, but only $50
    assert severity(1, 6) == "low"  # 500 %, but only $5
    assert severity(10_000, 11_000) == "low"  # $1,000, but only 10 %
    assert severity(0, 200) == "high"  # new: there is no percent
    assert Event(DAYS[0].date(), DAYS[0].date(), 0, 200, 1, False).percent is None
