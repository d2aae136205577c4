"""Instances for the spot market: the rule at its thresholds, commitments, and prices with their swing or without."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Facts, Finding, NotMeasured, Resource
from core.checks.ec2_spot import CHECK
from core.commitments import Pool
from core.prices import SPOT, Price
from core.reckoning.spot import HIGH, LOW, spot_key
from tests.core.checks.made import AS_OF, NASTY, NOW, PRICES, REGION, facts, group, instance, price

KEY = spot_key("m9.xlarge", "RunInstances")
SPOT_PRICES = (
    price(KEY, "0.07", source=SPOT),
    price(KEY + LOW, "0.060000000000000000", source=SPOT),
    price(KEY + HIGH, "0.081", source=SPOT),
)
POOL = f"{REGION}/m9/Linux"
IN_WEB = {"aws:autoscaling:groupName": "web"}
STATELESS = {"stateless": "true"}


def known(*resources: Resource, prices: tuple[Price, ...] = (*PRICES, *SPOT_PRICES), **more: Any) -> Facts:
    return facts(prices, resources=resources or (group(),), **more)


def one(tags: dict[str, str] | None = None, **more: Any) -> Resource:
    return instance({}, tags=IN_WEB if tags is None else tags, **more)


FOUND = one(name=NASTY), known()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """c7g.large in us-east-1 at $0.0725, on the spot market at $0.0261."""
    key, here = spot_key("c7g.large", "RunInstances"), "us-east-1"
    prices = (
        price("BoxUsage:c7g.large/RunInstances", "0.0725", region=here),
        *(price(key + end, usd, source=SPOT, region=here) for end, usd in (("", "0.0261"), (LOW, "0.0248"), (HIGH, "0.0273"))),
    )
    return found(CHECK.find(instance({}, "c7g.large", tags=STATELESS, region=here), known(prices=prices)))


def test_it_saves_the_difference_to_the_median_of_the_spot_price() -> None:
    finding = found(CHECK.find(one(), known()))
    assert finding.monthly_savings == Decimal("94.90")  # 730 × (0.2 − 0.07)
    assert finding.cost.usd == Decimal("146.0")
    assert finding.confidence == 0.8
    assert "has run on demand for 100 days, in an Auto Scaling group of 2." in finding.reason
    assert "730 Hrs × $0.07 = $51.10 a month (Spot price history)" in finding.reason
    assert "between $0.06 and $0.081 an hour for four fifths of the time, 30 % of the median apart" in finding.reason
    assert finding.evidence["values"] == {
        "days": 100.0,
        "group_size": 2,
        "on_demand_usd_per_hour": 0.2,
        "spot_usd_per_hour": 0.07,
        "spot_low_usd_per_hour": 0.06,
        "spot_high_usd_per_hour": 0.081,
        "spot_swing_percent": 30.0,
    }


@pytest.mark.parametrize(("days", "finds"), [(14.0, False), (14.0001, True), (3.0, False), (400, True)])
def test_more_than_fourteen_days_is_meant_strictly(days: float, finds: bool) -> None:
    assert isinstance(CHECK.find(one(created_at=NOW - timedelta(days=days)), known()), Finding) == finds


@pytest.mark.parametrize(("size", "finds"), [(0, False), (1, False), (2, True), (9, True)])
def test_a_group_of_one_is_not_several(size: int, finds: bool) -> None:
    assert isinstance(CHECK.find(one(), known(group(size=size, MaxSize=4))), Finding) == finds
    assert found(CHECK.find(one(), known(group(size=1), ec2_spot={"group_size": 0.0})))


def test_a_group_without_a_wanted_size_has_as_many_as_it_lists() -> None:
    assert found(CHECK.find(one(), known(group(size=None, InstanceIds=["i-1", "i-2"]))))
    assert CHECK.find(one(), known(group(size=None, InstanceIds=["i-1"]))) is None


def test_a_group_may_list_an_instance_that_has_no_tag_of_it() -> None:
    assert found(CHECK.find(one({}), known(group(InstanceIds=[one().resource_id]))))
    assert CHECK.find(one({}), known(group(InstanceIds=["i-other"]))) is None


def test_a_group_of_the_same_name_elsewhere_is_another() -> None:
    elsewhere = Resource("ec2:autoscaling-group", "web", "222222222222", REGION, attributes={"DesiredCapacity": 5})
    assert CHECK.find(one(), known(elsewhere)) is None


def test_where_groups_are_not_known_two_running_members_make_one() -> None:
    other = one(resource_id="i-0aaaaaaaaaaaaaaaa")
    assert found(CHECK.find(one(), known(one(), other))).evidence["values"]["group_size"] == 2
    assert CHECK.find(one(), known(one())) is None
    assert CHECK.find(one(), known(one(), one(resource_id="i-0aaaaaaaaaaaaaaaa", state="stopped"))) is None
    assert CHECK.find(one(), known(one(), one({"aws:autoscaling:groupName": "api"}, resource_id="i-0aaaaaaaaaaaaaaaa"))) is None
    assert CHECK.find(one(), known(one(), one(resource_id="i-0aaaaaaaaaaaaaaaa", region="eu-west-1"))) is None


@pytest.mark.parametrize(
    ("tags", "finds"),
    [
        ({"stateless": "true"}, True),
        ({"Stateless": "Yes"}, True),
        ({"workload": "stateless"}, True),
        ({"interruptible": "1"}, True),
        ({"stateless": "perhaps"}, False),
        ({"Name": "stateless"}, False),
        ({}, False),
        ({**IN_WEB, "stateful": "true"}, False),
        ({**IN_WEB, "stateless": "false"}, False),
        ({**IN_WEB, "state": "Stateful"}, False),
        ({**IN_WEB, "stateful": "false"}, True),
        ({"stateless": "true", "stateful": "true"}, False),
    ],
)
def test_tags_say_what_is_stateless_and_what_is_not(tags: dict[str, str], finds: bool) -> None:
    answer = CHECK.find(one(tags), known())
    assert isinstance(answer, Finding) == finds
    assert finds or answer is None


@pytest.mark.parametrize(
    "more",
    [
        {"state": "stopped"},
        {"InstanceLifecycle": "spot"},
        {"Tenancy": "dedicated"},
        {"Tenancy": "host"},
        {"UsageOperation": "RunInstances:0800"},
        {"UsageOperation": "", "PlatformDetails": "Something new"},
    ],
)
def test_what_runs_otherwise_or_is_not_sold_there_is_left_alone(more: dict[str, str]) -> None:
    assert CHECK.find(one(**more), known()) is None


def test_windows_has_a_spot_price_of_its_own() -> None:
    own = price(spot_key("m9.xlarge", "RunInstances:0002"), "0.2", source=SPOT)
    finding = found(CHECK.find(one(UsageOperation="RunInstances:0002"), known(prices=(*PRICES, *SPOT_PRICES, own))))
    assert finding.monthly_savings == Decimal("134.320")  # 730 × (0.384 − 0.2)


def pool(usd: str, hours: float, covered: float) -> dict[str, Pool]:
    return {POOL: Pool(Decimal(usd), hours, covered)}


def test_what_commitments_cover_wholly_is_left_alone_and_partly_is_said() -> None:
    assert CHECK.find(one(), known(pools=pool("0", 0, 336))) is None
    assert CHECK.find(one(), known(pools=pool("0.5", 0.2, 336))) is None
    partly = found(CHECK.find(one(), known(pools=pool("146", 168, 168))))
    assert any("cover part of its like" in note for note in partly.evidence["notes"])
    free = found(CHECK.find(one(), known(pools=pool("292", 336, 0))))
    assert any("No reservation or Savings Plan" in note for note in free.evidence["notes"])


@pytest.mark.parametrize("pools", [None, {}, {f"{REGION}/m9/Windows": Pool(Decimal(0), 0, 336)}])
def test_where_coverage_is_not_known_that_is_said(pools: dict[str, Pool] | None) -> None:
    finding = found(CHECK.find(one(), known(pools=pools)))
    assert any("It isn't known whether" in note for note in finding.evidence["notes"])


def test_without_a_spot_price_the_target_stands_in_with_less_confidence() -> None:
    finding = found(CHECK.find(one(), known(prices=PRICES)))
    assert finding.monthly_savings == Decimal("51.10")  # 730 × 0.2 × 35 %
    assert finding.confidence == 0.5
    assert "(assumed, 35 % less than on demand)" in finding.reason
    assert any("AWS_SPOT_SAVINGS_TARGET" in note for note in finding.evidence["notes"])
    half = found(CHECK.find(one(), known(prices=PRICES, ec2_spot={"assumed_savings_percent": 50.0})))
    assert half.monthly_savings == Decimal("73.00")


def test_a_short_history_gives_a_price_but_no_swing() -> None:
    finding = found(CHECK.find(one(), known(prices=(*PRICES, SPOT_PRICES[0]))))
    assert (finding.monthly_savings, finding.confidence) == (Decimal("94.90"), 0.5)
    assert "how much that price swings isn't known" in finding.reason


def test_a_spot_price_that_is_no_lower_saves_nothing() -> None:
    assert CHECK.find(one(), known(prices=(*PRICES, price(KEY, "0.2", source=SPOT)))) is None


def test_without_a_price_on_demand_nothing_is_guessed() -> None:
    finding = found(CHECK.find(one(), known(prices=SPOT_PRICES)))
    assert finding.monthly_savings is None
    assert found(CHECK.find(one(), known(prices=()))).monthly_savings is None


def test_without_a_launch_time_it_is_not_measured() -> None:
    assert CHECK.find(one(created_at=None), known()) == NotMeasured("AWS doesn't say since when it runs.")


def test_its_fix_is_the_first_step_of_moving_it() -> None:
    grouped, single = found(CHECK.find(one(), known())), found(CHECK.find(one(STATELESS), known()))
    assert grouped.fix == "aws autoscaling describe-auto-scaling-instances --instance-ids i-0123456789abcdef0 --region eu-north-1"
    assert single.fix == "aws ec2 get-launch-template-data --instance-id i-0123456789abcdef0 --region eu-north-1"
    mixed = found(CHECK.find(one(), known(group(MixedInstances=True))))
    assert any("raise the share of Spot Instances" in note for note in mixed.evidence["notes"])
    reserved = found(CHECK.find(one(CapacityReservationId="cr-1"), known()))
    assert any("cr-1" in note for note in reserved.evidence["notes"])


def test_the_example_is_of_a_day_that_is_known() -> None:
    assert worked_example().cost.lines[0].price.as_of < AS_OF
