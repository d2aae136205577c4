"""Too much memory: what Lambda Insights measured decides, and days without it aren't taken for little use."""

from datetime import date
from decimal import Decimal

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.lambda_overprovisioned import CHECK
from tests.core.checks.made import DAYS, NASTY
from tests.core.checks.made_lambda import CALLS, USED, facts, function, used

FOUND = function(name=NASTY), facts()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def reason(answer: Answer) -> str:
    assert isinstance(answer, NotMeasured), answer
    return answer.reason


def worked_example() -> Finding:
    """2,048 MB, of which 640 are used at most: three million invocations of 400 ms are 2.4 million GB-seconds."""
    month = {"invocations_month": 3_000_000.0, "gb_seconds_month": 2_400_000.0}
    return found(CHECK.find(function(used(640.0), MemorySize=2048, utilisation=month), facts()))


def test_it_saves_the_share_of_the_gb_seconds_that_goes() -> None:
    finding = worked_example()
    # 640 ÷ 0.8 is 800, and the next multiple of 64 is 832: 2,400,000 × 832 ÷ 2,048 GB-seconds stay.
    assert finding.evidence["values"]["target_memory_mb"] == 832
    assert finding.monthly_savings == Decimal("1425000") * Decimal("0.0000166667")
    assert finding.cost.usd == Decimal("3000000") * Decimal("0.0000002") + Decimal("2400000") * Decimal("0.0000166667")
    assert "used at most 640 of its 2048 MB in 14 days, 31.25 %. 832 MB would be 76.92 % full" in finding.reason
    assert finding.fix == "aws lambda update-function-configuration --function-name resize --memory-size 832 --region eu-north-1"
    assert finding.confidence == 0.6
    assert finding.evidence["series"][0]["threshold"] == 1024.0


@pytest.mark.parametrize(("megabytes", "finds"), [(511.9, True), (512.0, False), (513.0, False), (1023.0, False)])
def test_under_half_is_meant_strictly(megabytes: float, finds: bool) -> None:
    assert isinstance(CHECK.find(function(used(megabytes)), facts()), Finding) == finds


def test_the_highest_day_decides() -> None:
    one_day = used(200.0)
    one_day[USED][DAYS[3]] = 512.0
    assert CHECK.find(function(one_day), facts()) is None


@pytest.mark.parametrize(("memory", "megabytes", "target"), [(192, 20.0, 128), (1024, 64.0, 128), (1024, 102.4, 128), (1024, 102.5, 192)])
def test_the_target_is_a_step_and_never_under_128_mb(memory: int, megabytes: float, target: int) -> None:
    assert found(CHECK.find(function(used(megabytes), MemorySize=memory), facts())).evidence["values"]["target_memory_mb"] == target


def test_the_least_memory_is_left_alone() -> None:
    assert CHECK.find(function(used(10.0), MemorySize=128), facts()) is None
    # Above it, but the next step down would be no less.
    assert CHECK.find(function(used(80.0), MemorySize=161), facts(lambda_overprovisioned={"step_mb": 200.0})) is None


def test_thresholds_are_settings() -> None:
    limits = {"used_percent": 25.0, "filled_percent": 50.0}
    assert CHECK.find(function(used(300.0)), facts(lambda_overprovisioned=limits)) is None
    assert found(CHECK.find(function(used(200.0)), facts(lambda_overprovisioned=limits))).evidence["values"]["target_memory_mb"] == 448


def test_without_lambda_insights_it_is_not_measured() -> None:
    assert "Lambda Insights is off: CloudWatch has no used memory" in reason(CHECK.find(function(used(None)), facts()))
    assert "or it wasn't invoked" in reason(CHECK.find(function(used(None, calls=None)), facts()))
    assert "couldn't be asked" in reason(CHECK.find(function({}), facts()))


def weekends_off(megabytes: float, calls_at_weekends: float | None) -> dict[tuple[str, str], dict[date, float | None]]:
    """Used on ten working days alone."""
    series = used(megabytes)
    for day in DAYS:
        if day.weekday() >= 5:
            series[USED][day], series[CALLS][day] = None, calls_at_weekends
    return series


def test_days_on_which_it_did_not_run_are_no_gap() -> None:
    assert found(CHECK.find(function(weekends_off(300.0, None)), facts())).evidence["values"]["days_measured"] == 10
    assert found(CHECK.find(function(weekends_off(300.0, 0.0)), facts()))


def test_days_on_which_it_ran_unmeasured_are_one() -> None:
    assert "has its memory on 10 of the last 14 days, and it may have run on 4 more" in reason(
        CHECK.find(function(weekends_off(300.0, 5.0)), facts())
    )
    # Where no invocation is known at all, it may have run on any day.
    assert "may have run on 4 more" in reason(CHECK.find(function(used(300.0, days=10, calls=None)), facts()))
    assert isinstance(CHECK.find(function(used(300.0, calls=None)), facts()), Finding)


def test_a_function_that_hardly_ran_is_not_measured() -> None:
    series = used(300.0, days=6)
    series[CALLS] = {day: 9.0 if day in DAYS[-6:] else None for day in DAYS}
    assert "ran on 6 of the last 14 days only; 7 are needed" in reason(CHECK.find(function(series), facts()))
    series[USED][DAYS[0]] = series[CALLS][DAYS[0]] = 9.0
    assert isinstance(CHECK.find(function(series), facts()), Finding)


def test_busy_days_count_however_few_there_are() -> None:
    assert CHECK.find(function(used(900.0, days=2)), facts()) is None


def test_without_memory_known_it_is_not_measured() -> None:
    assert "how much memory" in reason(CHECK.find(function(MemorySize=None), facts()))


def test_without_invocations_or_price_nothing_is_guessed() -> None:
    finding = found(CHECK.find(function(utilisation={}), facts()))
    assert finding.monthly_savings is None
    assert "no cost, since CloudWatch has no invocations" in finding.reason
    assert found(CHECK.find(function(), facts(prices=()))).monthly_savings is None


def test_a_change_in_the_window_is_told() -> None:
    notes = found(CHECK.find(function(LastModified="2026-06-10T00:00:00.000+0000"), facts())).evidence["notes"]
    assert "It was last changed on 2026-06-10: days before that may be those of other code." in notes
