"""Idle instances: the rule at its thresholds, and never for want of data."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.ec2_idle import CHECK
from tests.core.checks.made import CPU, DAYS, IN, NASTY, NOW, OUT, facts, flat, instance, price

IDLE = {CPU: flat(2.0), IN: flat(300_000), OUT: flat(200_000)}
FOUND = instance(IDLE, name=NASTY), facts()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """m6a.xlarge with Linux in us-east-1 at $0.1728 an hour."""
    prices = (price("BoxUsage:m6a.xlarge/RunInstances", "0.1728", region="us-east-1"),)
    return found(CHECK.find(instance(IDLE, "m6a.xlarge", region="us-east-1"), facts(prices)))


def missing(answer: Answer) -> str:
    assert isinstance(answer, NotMeasured), answer
    return answer.reason


def test_an_idle_instance_saves_all_it_costs() -> None:
    finding = found(CHECK.find(instance(IDLE), facts()))
    assert finding.monthly_savings == Decimal("146.0")  # 730 × 0.2
    assert "i-0123456789abcdef0 (web-1)" in finding.reason
    assert "2 % of its CPU and moved 0.5 MB a day" in finding.reason
    assert "730 Hrs × $0.2 = $146.00 a month (Pricing API)" in finding.reason
    assert finding.fix == "aws ec2 stop-instances --instance-ids i-0123456789abcdef0 --region eu-north-1"
    assert finding.confidence == 0.95
    assert finding.evidence["values"] == {"cpu_percent": 2.0, "network_mb_per_day": 0.5}
    assert finding.evidence["series"][0]["daily"] == {day.isoformat(): 2.0 for day in DAYS}


@pytest.mark.parametrize(
    ("cpu", "megabytes", "finds"),
    [(4.99, 0.99, True), (5.0, 0.99, False), (4.99, 1.0, False), (4.9999999999, 0.5, False), (0.0, 0.0, True)],
)
def test_thresholds_are_strict_and_noise_of_floating_point_is_none(cpu: float, megabytes: float, finds: bool) -> None:
    series = {CPU: flat(cpu), IN: flat(megabytes * 400_000), OUT: flat(megabytes * 600_000)}
    assert isinstance(CHECK.find(instance(series), facts()), Finding) == finds


def test_thresholds_are_those_in_force() -> None:
    series = {**IDLE, CPU: flat(6.0)}
    assert CHECK.find(instance(series), facts()) is None
    assert found(CHECK.find(instance(series), facts(ec2_idle={"cpu_percent": 7.0})))


def test_a_stopped_instance_is_not_idle() -> None:
    assert CHECK.find(instance(IDLE, state="stopped"), facts()) is None


def test_without_data_it_is_not_measured() -> None:
    assert "no CPU of the last 14 days" in missing(CHECK.find(instance({}), facts()))
    unanswered = dict.fromkeys(DAYS)
    assert "no CPU of the last 14 days" in missing(CHECK.find(instance({CPU: unanswered}), facts()))


def test_a_young_instance_is_not_measured() -> None:
    series = {CPU: flat(1.0, 6), IN: flat(1, 6), OUT: flat(1, 6)}
    young = instance(series, created_at=NOW - timedelta(days=6))
    assert missing(CHECK.find(young, facts())).startswith("Too young: started on 09 June 2026")


def test_fourteen_days_are_enough_and_thirteen_are_not() -> None:
    assert found(CHECK.find(instance(IDLE, created_at=NOW - timedelta(days=14)), facts()))
    short = {metric: flat(1.0, 13) for metric in (CPU, IN, OUT)}
    assert "CPU on 13 of the last 14 days" in missing(CHECK.find(instance(short), facts()))


def test_days_without_data_do_not_hide_that_it_was_busy() -> None:
    """Office hours: ten days at 40 % are over 5 % whatever the other four were."""
    assert CHECK.find(instance({CPU: flat(40.0, 10)}), facts()) is None


def test_network_that_is_not_known_is_not_zero() -> None:
    assert "network" in missing(CHECK.find(instance({CPU: flat(2.0)}), facts()))
    assert "network" in missing(CHECK.find(instance({**IDLE, OUT: flat(1.0, 12)}), facts()))
    busy = {**IDLE, IN: flat(10e6, 7)}
    assert CHECK.find(instance(busy), facts()) is None


def test_without_a_price_it_is_found_and_saves_nothing_known() -> None:
    finding = found(CHECK.find(instance(IDLE), facts(prices=())))
    assert finding.monthly_savings is None
    assert "no price for BoxUsage:m9.xlarge/RunInstances in eu-north-1" in finding.reason
    assert finding.price["now"]["monthly"] is None


@pytest.mark.parametrize(
    ("attributes", "usd"),
    [
        ({"UsageOperation": "RunInstances:0002"}, Decimal("280.320")),  # 730 × 0.384
        ({"UsageOperation": "", "PlatformDetails": "Windows"}, Decimal("280.320")),
        ({"UsageOperation": "", "PlatformDetails": "", "Platform": "windows"}, Decimal("280.320")),
        ({"UsageOperation": "", "PlatformDetails": "Something new"}, None),
        ({"Tenancy": "dedicated"}, None),
        ({"Tenancy": "host"}, None),
        ({"InstanceLifecycle": "spot"}, None),
    ],
)
def test_the_price_is_of_this_system_and_tenancy_or_there_is_none(attributes: dict[str, str], usd: Decimal | None) -> None:
    assert found(CHECK.find(instance(IDLE, **attributes), facts())).monthly_savings == usd


def test_in_an_auto_scaling_group_it_must_not_come_back() -> None:
    finding = found(CHECK.find(instance(IDLE, tags={"aws:autoscaling:groupName": "x; rm -rf /"}), facts()))
    assert any("lower the minimum first" in note for note in finding.evidence["notes"])
    assert finding.fix == (
        "aws autoscaling terminate-instance-in-auto-scaling-group --instance-id i-0123456789abcdef0 "
        "--should-decrement-desired-capacity --region eu-north-1"
    )


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"kind": "m9.metal"}, "no price for BoxUsage:m9.metal/RunInstances"),
        ({"region": "eu-south-2"}, "no price for BoxUsage:m9.xlarge/RunInstances in eu-south-2"),
        ({"InstanceLifecycle": "spot"}, "billed as spot"),
    ],
)
def test_what_has_no_price_is_found_all_the_same(attributes: dict[str, str], said: str) -> None:
    finding = found(CHECK.find(instance(IDLE, **attributes), facts()))
    assert finding.monthly_savings is None
    assert said in finding.reason


def test_means_that_differ_from_a_threshold_by_noise_alone_are_at_it() -> None:
    tenths = {day: (4.9 if number % 2 else 5.1) for number, day in enumerate(DAYS)}  # 5.0, but for the last binary digits
    assert CHECK.find(instance({**IDLE, CPU: tenths}), facts()) is None
    assert CHECK.find(instance({**IDLE, IN: flat(1e6 / 3), OUT: flat(2e6 / 3)}), facts()) is None


def test_one_that_was_started_again_lately_is_judged_by_all_of_its_days() -> None:
    assert found(CHECK.find(instance(IDLE, created_at=NOW - timedelta(hours=9)), facts()))
