"""Prices and instance types against the tiny organisation: what is in use and its smaller relatives, asked once a week."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import refresh
from core.aws.access import demo_access
from core.models import SliceStatus
from core.prices import API, EC2, PriceList
from core.settings import Settings
from core.store import facts, ledger
from core.store.client import Store
from tests.core.demo import tiny

NOW = datetime(2026, 11, 15, 12)
Collect = Callable[..., refresh.RefreshResult]


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    with tiny.served() as served:
        yield served


@pytest.fixture
def collect(demo: tiny.Served, store: Store, embedded: Settings) -> Iterator[Collect]:
    def collected(days_later: int = 0, faults: list[dict[str, Any]] | None = None) -> refresh.RefreshResult:
        demo.control("faults", "DELETE")
        demo.control("faults", "POST", faults or [])
        access = demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True))
        access.regions = ("us-east-1", "eu-west-1")
        as_of = tiny.AS_OF + timedelta(days=days_later)
        return refresh.refresh(store, access, embedded, as_of, clock=lambda: NOW + timedelta(days=days_later))

    yield collected
    demo.control("faults", "DELETE")


def asked(store: Store, result: refresh.RefreshResult, operation: str) -> int:
    return sum(call.requests for call in ledger.calls(store, result.run_id) if call.operation == operation)


def test_prices_of_types_in_use_their_smaller_relatives_and_volumes_are_kept_with_their_day(collect: Collect, store: Store) -> None:
    result = collect()
    # m5.large here and there; t3.micro and t3.nano; three families of EBS prices in the one region with volumes.
    assert asked(store, result, "GetProducts") == 2 + 2 + 3
    prices = PriceList(facts.prices(store))
    micro = prices.find(EC2, "us-east-1", "BoxUsage:t3.nano/RunInstances")
    assert micro
    assert (micro.usd, micro.unit, micro.source, micro.as_of) == (Decimal("0.0052"), "Hrs", API, NOW.date())
    assert len(micro.sku) == 16
    ireland = prices.find(EC2, "eu-west-1", "BoxUsage:m5.large/RunInstances")
    assert ireland
    assert ireland.usd == Decimal("0.1056")  # 0.096 × 1.1
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
    assert facts.prices(store) == []
    assert result.months == 3


def test_where_instance_types_are_denied_prices_of_those_in_use_are_asked_all_the_same(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "ec2", "action": "DescribeInstanceTypes", "kind": "denied", "times": -1}])
    assert any(o.collector == "EC2 instance types" and o.status == SliceStatus.INCOMPLETE for o in result.outcomes)
    assert {price.key for price in facts.prices(store) if price.key.startswith("Box")} == {
        "BoxUsage:m5.large/RunInstances",
        "BoxUsage:t3.micro/RunInstances",
    }
