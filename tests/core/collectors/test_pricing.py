"""Prices and instance types against the tiny organisation: what is in use and its smaller relatives, asked once a week."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from core import refresh
from core.models import SliceStatus
from core.prices import API, EC2, RESERVED, SPOT, PriceList
from core.store import facts, ledger
from core.store.client import Store
from tests.core.collectors.conftest import NOW, Collect
from tests.core.demo import tiny

COLLECTORS = ("cost_explorer", "ebs", "ec2", "ec2_instance_types", "ec2_spot_prices", "lambda", "pricing", "s3")


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    with tiny.served() as served:
        yield served


def asked(store: Store, result: refresh.RefreshResult, operation: str) -> int:
    return sum(call.requests for call in ledger.calls(store, result.run_id) if call.operation == operation)


def test_prices_of_types_in_use_their_smaller_relatives_and_volumes_are_kept_with_their_day(collect: Collect, store: Store) -> None:
    result = collect()
    # m5.large here and there; t3.micro and t3.nano; where there are any, three families of EBS prices, one of functions, three of buckets.
    assert asked(store, result, "GetProducts") == 2 + 2 + 3 + 1 + 3
    prices = PriceList(facts.prices(store))
    micro = prices.find(EC2, "us-east-1", "BoxUsage:t3.nano/RunInstances")
    assert micro
    assert (micro.usd, micro.unit, micro.source, micro.as_of) == (Decimal("0.0052"), "Hrs", API, NOW.date())
    assert len(micro.sku) == 16
    ireland = prices.find(EC2, "eu-west-1", "BoxUsage:m5.large/RunInstances")
    assert ireland
    assert ireland.usd == Decimal("0.1056")  # 0.096 × 1.1
    reserved = prices.find(EC2, "us-east-1", f"BoxUsage:t3.nano/RunInstances{RESERVED}")
    assert reserved
    assert (reserved.usd, reserved.unit) == (Decimal("0.00328"), "Hrs")  # 63 % of it, to five decimals
    gp3 = prices.find(EC2, "us-east-1", "EBS:VolumeUsage.gp3")
    assert gp3
    assert (gp3.usd, gp3.source) == (Decimal("0.08"), API)
    assert prices.find(EC2, "us-east-1", "EBS:VolumeP-Throughput.gp3")


def test_instance_types_are_asked_once_for_all_regions(collect: Collect, store: Store) -> None:
    result = collect()
    known = facts.instance_types(store)
    assert (known["m5.large"].vcpus, known["m5.large"].memory_gib) == (2, 8.0)
    assert known["t3.nano"].burstable
    # Of the families in use Ireland has m5 only, which it is asked for first; us-east-1 is asked for t3.
    assert asked(store, result, "DescribeInstanceTypes") == 2


def test_nothing_is_asked_again_within_a_week_and_everything_after_it(collect: Collect, store: Store) -> None:
    first = collect()
    later = collect(6)
    assert asked(store, later, "GetProducts") == asked(store, later, "DescribeInstanceTypes") == 0
    after = collect(8)
    assert asked(store, after, "GetProducts") == asked(store, first, "GetProducts")
    assert asked(store, after, "DescribeInstanceTypes") == asked(store, first, "DescribeInstanceTypes")


def test_where_the_pricing_api_is_denied_the_collection_goes_on_without(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "pricing", "action": "GetProducts", "kind": "denied", "times": -1}])
    reasons = {outcome.region: outcome.reason for outcome in result.outcomes if outcome.collector == "Prices"}
    assert reasons.keys() == {"us-east-1", "eu-west-1"}
    assert all("pricing:GetProducts" in reason for reason in reasons.values())
    assert {price.source for price in facts.prices(store)} == {SPOT}  # which isn't asked of the Pricing API
    assert result.months == 3


def test_where_instance_types_are_denied_prices_of_those_in_use_are_asked_all_the_same(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "ec2", "action": "DescribeInstanceTypes", "kind": "denied", "times": -1}])
    assert any(o.collector == "EC2 instance types" and o.status == SliceStatus.INCOMPLETE for o in result.outcomes)
    in_use = ("BoxUsage:m5.large/RunInstances", "BoxUsage:t3.micro/RunInstances")
    found = {price.key for price in facts.prices(store) if price.key.startswith("Box")}
    assert found == {*in_use, *(f"{key}{RESERVED}" for key in in_use)}
