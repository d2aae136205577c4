"""Pools to reserve: how many of which type, what bounds them, and what doesn't count."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Facts, Finding, NotMeasured, Resource
from core.checks.ec2_reserved import CHECK
from core.commitments import Pool
from core.pools import POOL
from core.prices import RESERVED
from tests.core.checks.made import CPU, NOW, REGION, flat, price
from tests.core.checks.made_commitments import SPAN, known, machine, pool, prices, subjects

NAME = f"{REGION}/m5/Linux"
THREE = [machine(n) for n in range(3)]


def asked(machines: list[Resource], held: Pool | None, **more: Any) -> Answer:
    facts = known(machines, None if held is None else {NAME: held}, **more)
    return CHECK.find(subject(facts), facts)


def subject(facts: Facts) -> Resource:
    (one,) = subjects(POOL, facts)
    assert (one.resource_id, one.region) == (NAME, REGION)
    return one


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


_FACTS = known(THREE, {NAME: pool({"m5.xlarge": 72})})
FOUND = subject(_FACTS), _FACTS


def worked_example() -> Finding:
    """Three m5.xlarge with Linux in us-east-1, of which two were always on demand."""
    machines = [machine(n, region="us-east-1") for n in range(3)]
    held = known(
        machines, {"us-east-1/m5/Linux": pool({"m5.xlarge": 48})}, listed=prices({"m5.xlarge": ("0.192", "0.12096")}, region="us-east-1")
    )
    (one,) = subjects(POOL, held)
    return found(CHECK.find(one, held))


def test_it_saves_the_difference_of_those_that_always_run() -> None:
    finding = found(asked(THREE, pool({"m5.xlarge": 72})))
    assert finding.monthly_savings == Decimal("175.20")  # 3 × 730 × (0.2 − 0.12)
    assert finding.base == {NAME: Decimal("438.0")}
    assert "of 3 on demand for more than 30 days, 3 (3 × m5.xlarge) were on nearly every hour" in finding.reason
    assert finding.confidence == 0.75
    (series,) = finding.evidence["series"]
    assert series["threshold"] == 3.0
    assert set(series["daily"].values()) == {3.0}


def test_hours_on_demand_bound_the_number_and_only_whole_instances_count() -> None:
    # Three run; of their hours a reservation covers all but those of one and a half.
    finding = found(asked(THREE, pool({"m5.xlarge": 36})))
    assert finding.monthly_savings == Decimal("58.40")  # 730 × (0.2 − 0.12)
    assert finding.evidence["values"]["instances_to_reserve"] == 1


@pytest.mark.parametrize("hours", [0.0, 23.999])
def test_where_not_even_one_is_always_on_demand_there_is_nothing(hours: float) -> None:
    assert asked(THREE, pool({"m5.xlarge": hours})) is None


def test_the_noise_of_floating_point_takes_no_instance_away() -> None:
    assert found(asked(THREE, pool({"m5.xlarge": 24 - 1e-9}))).evidence["values"]["instances_to_reserve"] == 1


@pytest.mark.parametrize(("quiet", "count"), [(1, 3), (2, 1)])
def test_a_day_in_twenty_may_have_fewer(quiet: int, count: int) -> None:
    # Of 30 days the second lowest is the 5 % quantile.
    hours = [24.0] * quiet + [72.0] * (len(SPAN) - quiet)
    assert found(asked(THREE, pool({"m5.xlarge": hours}))).evidence["values"]["instances_to_reserve"] == count


def test_days_without_any_use_count_as_none() -> None:
    held = pool({"m5.xlarge": 72})
    few = dict.fromkeys(SPAN[3:], 72.0)
    assert asked(THREE, Pool(held.on_demand_usd, 1.0, days=held.days, types={"m5.xlarge": few}, span=SPAN)) is None


@pytest.mark.parametrize(("age", "finds"), [(timedelta(days=30), False), (timedelta(days=30, seconds=1), True)])
def test_more_than_thirty_days_is_meant_strictly(age: timedelta, finds: bool) -> None:
    answer = asked([machine(1, created_at=NOW - age)], pool({"m5.xlarge": 72}))
    assert isinstance(answer, Finding) is finds


@pytest.mark.parametrize(
    "other",
    [
        machine(1, state="stopped"),
        machine(1, InstanceLifecycle="spot"),
        machine(1, Tenancy="dedicated"),
        machine(1, created_at=None),
    ],
)
def test_what_does_not_count(other: Resource) -> None:
    answers = [asked([machine(0), other], pool({"m5.xlarge": 72}))]
    assert [found(answer).evidence["values"]["instances_running"] for answer in answers] == [1]


def test_an_instance_with_gaps_does_not_count_and_one_without_any_data_counts_with_less_confidence() -> None:
    gaps = machine(1)
    gaps = Resource(**{**gaps.__dict__, "series": {CPU: flat(40.0, 13)}})
    assert asked([gaps], pool({"m5.xlarge": 72})) is None
    finding = found(asked([machine(1, measured=False)], pool({"m5.xlarge": 72})))
    assert finding.confidence == 0.5
    assert "CloudWatch knows nothing of 1 of the instances" in " ".join(finding.evidence["notes"])


def test_what_isn_t_known_is_said_and_what_is_covered_is_not_bought_again() -> None:
    unasked, unseen = asked(THREE, None), CHECK.find(subject(known(THREE, {})), known(THREE, {}))
    assert isinstance(unasked, NotMeasured)
    assert "isn't known" in unasked.reason
    assert isinstance(unseen, NotMeasured)
    assert "no hours of it" in unseen.reason
    assert asked(THREE, Pool(Decimal(0), 0.0, 504.0, span=SPAN)) is None


def test_where_none_has_run_long_enough_nothing_needs_to_be_known() -> None:
    young = [machine(0, created_at=NOW - timedelta(days=3))]
    assert asked(young, None) is None


def test_a_reservation_that_costs_no_less_is_none_and_one_without_a_price_has_no_amount() -> None:
    dear = prices({"m5.xlarge": ("0.2", "0.2")})
    assert asked(THREE, pool({"m5.xlarge": 72}), listed=dear) is None
    unpriced = found(asked(THREE, pool({"m5.xlarge": 72}), listed=(price("BoxUsage:m5.xlarge/RunInstances", "0.2"),)))
    assert unpriced.monthly_savings is None
    assert f"no price for BoxUsage:m5.xlarge/RunInstances{RESERVED}" in unpriced.reason


def test_a_type_without_a_price_is_left_out_and_named() -> None:
    machines = [machine(0), machine(1, "m5.4xlarge")]
    finding = found(asked(machines, pool({"m5.xlarge": 24, "m5.4xlarge": 24})))
    assert finding.monthly_savings == Decimal("58.40")
    assert "No price of a reservation is known for m5.4xlarge" in " ".join(finding.evidence["notes"])


def test_aws_s_own_recommendation_stands_beside_it() -> None:
    said = {"InstanceType": "m5.xlarge", "Region": REGION, "Platform": "Linux/UNIX"}
    mine = {**said, "RecommendedNumberOfInstancesToPurchase": "2", "EstimatedMonthlySavingsAmount": "116.80"}
    others = [{**mine, "Region": "us-east-1"}, {**mine, "Platform": "Windows"}, {**mine, "InstanceType": "c5.large"}, {**said}]
    finding = found(asked(THREE, pool({"m5.xlarge": 72}), recommended={"reservations-ec2": [mine, *others]}))
    values = finding.evidence["values"]
    assert (values["aws_recommends_instances"], values["aws_estimates_savings_usd"]) == (2.0, 116.8)


def test_the_fix_looks_the_offering_up_and_holds_no_name_that_could_break_it() -> None:
    finding = found(asked([machine(0), machine(1, "m5.large")], pool({"m5.xlarge": 24, "m5.large": 24})))
    assert finding.fix.count("aws ec2 describe-reserved-instances-offerings") == 2
    assert "--instance-type m5.large --instance-tenancy default" in finding.fix
    evil = "m5.x$(id)"
    nasty = found(asked([machine(0, evil)], pool({evil: 24}), listed=prices({evil: ("0.2", "0.1")})))
    assert nasty.fix == ""
