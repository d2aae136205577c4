"""Instances that are too large: the rule at its thresholds, on types and prices made by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Finding, Metric, NotMeasured
from core.checks.ec2_underutilized import CHECK
from tests.core.checks.made import CPU, CREDITS, IN, MEMORY, NASTY, OUT, P99, PRICES, TYPES, facts, flat, instance, kind, price


def series(cpu: float = 10.0, peak: float = 25.0, **more: float) -> dict[Metric, dict[date, float | None]]:
    named = {"memory": MEMORY, "credits": CREDITS, "coming": IN, "going": OUT}
    return {CPU: flat(cpu), P99: flat(peak), **{named[name]: flat(value) for name, value in more.items()}}


FOUND = instance(series(), name=NASTY), facts()


def worked_example() -> Finding:
    """m6a.2xlarge in us-east-1 at 8 % of its CPU, 20 % at the 99th percentile."""
    here = "us-east-1"
    prices = (
        price("BoxUsage:m6a.2xlarge/RunInstances", "0.3456", region=here),
        price("BoxUsage:m6a.xlarge/RunInstances", "0.1728", region=here),
    )
    types = {each.name: each for each in (kind("m6a.xlarge", 4, 16), kind("m6a.2xlarge", 8, 32))}
    return found(CHECK.find(instance(series(8.0, 20.0), "m6a.2xlarge", region=here), facts(prices, types)))


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def target(answer: Answer) -> str:
    return str(found(answer).evidence["target_type"]["name"])


def test_half_the_size_holds_it_and_costs_half() -> None:
    finding = found(CHECK.find(instance(series(memory=30.0)), facts()))
    assert finding.monthly_savings == Decimal("73.0")  # 730 × (0.2 − 0.1)
    assert finding.cost.usd == Decimal("146.0")
    assert (
        "m9.large (2 vCPUs, 8 GiB) in place of m9.xlarge (4 vCPUs, 16 GiB) would be used 20 %, its 99th percentile 50 %" in finding.reason
    )
    assert "memory peaks at 30 % now and 60 % there" in finding.reason
    assert finding.confidence == 0.85
    assert "--instance-type m9.large" in finding.fix


@pytest.mark.parametrize(
    ("cpu", "peak", "finds"),
    [(19.99, 30.0, True), (20.0, 30.0, False), (10.0, 39.99, True), (10.0, 40.0, False), (10.0, 40.0000001, False)],
)
def test_thresholds_are_strict(cpu: float, peak: float, finds: bool) -> None:
    assert isinstance(CHECK.find(instance(series(cpu, peak)), facts()), Finding) == finds


@pytest.mark.parametrize(("memory", "finds"), [(39.9, True), (40.0, False), (85.0, False)])
def test_memory_must_fit_too(memory: float, finds: bool) -> None:
    assert isinstance(CHECK.find(instance(series(memory=memory)), facts()), Finding) == finds


def test_without_memory_confidence_is_at_most_a_half_and_no_more_than_half_of_it_goes() -> None:
    low = series(6.0, 12.0)
    unmeasured = found(CHECK.find(instance(low, "m9.2xlarge"), facts()))
    assert target(unmeasured) == "m9.xlarge"
    assert unmeasured.confidence <= 0.5
    assert "memory not measured" in unmeasured.reason
    assert target(CHECK.find(instance({**low, MEMORY: flat(10.0)}, "m9.2xlarge"), facts())) == "m9.large"
    partly = found(CHECK.find(instance({**low, MEMORY: flat(10.0, 3)}, "m9.2xlarge"), facts()))
    assert (target(partly), partly.confidence) == ("m9.xlarge", 0.5)


def test_an_idle_instance_is_not_also_too_large() -> None:
    assert CHECK.find(instance(series(2.0, 5.0, coming=1.0, going=1.0)), facts()) is None
    assert found(CHECK.find(instance(series(2.0, 5.0, coming=2e6, going=1.0)), facts()))


def test_a_stopped_a_busy_and_a_smallest_instance_are_left_alone() -> None:
    assert CHECK.find(instance(series(), state="stopped"), facts()) is None
    assert CHECK.find(instance({CPU: flat(60.0, 10)}), facts()) is None
    assert CHECK.find(instance(series(), "m9.large"), facts()) is None


@pytest.mark.parametrize(
    ("held", "said"),
    [({}, "no CPU"), ({CPU: flat(10.0, 9)}, "CPU on 9 of"), ({CPU: flat(10.0)}, "99th percentile")],
)
def test_what_is_not_measured_says_so(held: Any, said: str) -> None:
    answer = CHECK.find(instance(held), facts())
    assert isinstance(answer, NotMeasured)
    assert said in answer.reason


def test_an_unknown_type_is_not_measured() -> None:
    answer = CHECK.find(instance(series()), facts(types={}))
    assert answer == NotMeasured("What m9.xlarge offers isn't known, so no smaller type can be proposed.")


@pytest.mark.parametrize(
    "lacking", [{"network_gbps": 5.0}, {"ebs_mbps": 2000.0}, {"bare_metal": True}, {"network_gbps": None, "network": "Moderate"}]
)
def test_the_smaller_type_keeps_the_limits(lacking: dict[str, Any]) -> None:
    smaller = {**TYPES, "m9.large": kind("m9.large", 2, 8, **lacking)}
    assert CHECK.find(instance(series()), facts(types=smaller)) is None


@pytest.mark.parametrize("own", [{"instance_store_gb": 300}, {"accelerators": 1}])
def test_the_smaller_type_has_as_much_instance_store_and_as_many_accelerators(own: dict[str, int]) -> None:
    larger = {**TYPES, "m9.xlarge": kind("m9.xlarge", 4, 16, **own)}
    assert CHECK.find(instance(series()), facts(types=larger)) is None


def test_burstable_types_are_judged_by_credits() -> None:
    assert target(CHECK.find(instance(series(8.0, 20.0, credits=2000.0), "t3.xlarge"), facts())) == "t3.large"
    # 16 % on two vCPUs: t3.large earns credits for 30 %; at 15 % it would be 30 %, which is not under it.
    assert CHECK.find(instance(series(15.0, 20.0, credits=2000.0), "t3.xlarge"), facts()) is None
    unknown = CHECK.find(instance(series(8.0, 20.0), "t3.xlarge"), facts())
    assert isinstance(unknown, NotMeasured)
    assert "credits" in unknown.reason
    assert CHECK.find(instance(series(8.0, 20.0, credits=0.0), "t3.xlarge"), facts()) is None


def test_without_prices_it_names_the_next_smaller_type_and_no_saving() -> None:
    finding = found(CHECK.find(instance(series(memory=5.0), "m9.2xlarge"), facts(prices=())))
    assert finding.monthly_savings is None
    assert target(finding) == "m9.xlarge"


def test_a_smaller_type_that_costs_more_is_no_target() -> None:
    assert CHECK.find(instance(series()), facts(prices=(*PRICES, price("BoxUsage:m9.large/RunInstances", "0.2")))) is None


def test_in_an_auto_scaling_group_the_template_is_to_be_changed() -> None:
    finding = found(CHECK.find(instance(series(), tags={"aws:autoscaling:groupName": "web"}), facts()))
    assert finding.fix == "aws autoscaling describe-auto-scaling-instances --instance-ids i-0123456789abcdef0 --region eu-north-1"
    assert any("launch template" in note for note in finding.evidence["notes"])


def test_how_much_memory_is_kept_unmeasured_is_a_threshold() -> None:
    low = instance(series(6.0, 12.0), "m9.2xlarge")
    assert target(CHECK.find(low, facts(ec2_underutilized={"kept_memory_percent": 25.0}))) == "m9.large"
    assert CHECK.find(low, facts(ec2_underutilized={"kept_memory_percent": 51.0})) is None


def test_the_least_credits_are_a_threshold() -> None:
    held = instance(series(8.0, 20.0, credits=50.0), "t3.xlarge")
    assert found(CHECK.find(held, facts(ec2_underutilized={"least_credits": 49.0})))
    assert CHECK.find(held, facts(ec2_underutilized={"least_credits": 50.0})) is None


def test_a_bare_metal_type_and_a_burstable_one_of_a_size_that_is_not_known_have_no_target() -> None:
    types = {each.name: each for each in (kind("m9.metal", 8, 32, bare_metal=True), *TYPES.values())}
    assert CHECK.find(instance(series(), "m9.metal"), facts(types=types)) is None
    odd = {each.name: each for each in (kind("t9.odd", 2, 4, burstable=True), kind("t9.odder", 4, 8, burstable=True))}
    assert CHECK.find(instance(series(8.0, 20.0, credits=2000.0), "t9.odder"), facts(types=odd)) is None


def test_in_a_region_without_prices_it_is_found_and_saves_nothing_known() -> None:
    finding = found(CHECK.find(instance(series(), region="eu-south-2"), facts()))
    assert finding.monthly_savings is None
    assert "in eu-south-2" in finding.reason


def test_nothing_about_memory_is_zero() -> None:
    """An agent that reported on some days only doesn't show that memory was free on the others."""
    partly = found(CHECK.find(instance({**series(), MEMORY: flat(39.0, 5)}), facts()))
    assert partly.evidence["values"]["memory_percent"] == 39.0
    assert CHECK.find(instance({**series(), MEMORY: flat(41.0, 5)}), facts()) is None
