"""Spot prices against the tiny organisation, and against answers made by hand: which types are asked for, and what is kept of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from core import refresh
from core.collection import Place
from core.collectors import ec2_spot_prices
from core.collectors.ec2_spot_prices import TITLE, Question
from core.models import SliceStatus
from core.prices import EC2, SPOT, PriceList
from core.reckoning.spot import HIGH, LOW
from core.store import facts, ledger
from core.store.client import Store
from tests.core.collectors.conftest import NOW, Collect
from tests.core.demo import tiny

AS_OF = date(2026, 11, 15)
END = datetime(2026, 11, 15, tzinfo=UTC)
LARGE = "SpotUsage:m5.large/RunInstances"
COLLECTORS = ("cost_explorer", "ec2", "ec2_instance_types", "ec2_spot_prices")


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    with tiny.served() as served:
        yield served


def asked(store: Store, result: refresh.RefreshResult) -> int:
    return sum(call.requests for call in ledger.calls(store, result.run_id) if call.operation == "DescribeSpotPriceHistory")


def test_types_that_run_on_demand_have_a_median_and_how_far_it_swings(collect: Collect, store: Store) -> None:
    result = collect()
    # m5.large and t3.micro of us-east-1 in one question, m5.large of eu-west-1 in another.
    assert asked(store, result) == 2
    prices = PriceList(facts.prices(store))
    for region in ("us-east-1", "eu-west-1"):
        low, median, high = (prices.find(EC2, region, LARGE + end) for end in (LOW, "", HIGH))
        assert low
        assert median
        assert high
        assert Decimal("0.02") < low.usd <= median.usd <= high.usd < Decimal("0.1")
        assert (median.unit, median.source, median.sku, median.as_of, median.confidence) == ("Hrs", SPOT, "", NOW.date(), 1.0)
    assert prices.find(EC2, "us-east-1", "SpotUsage:t3.micro/RunInstances")


def test_nothing_is_asked_again_within_a_week_and_everything_after_it(collect: Collect, store: Store) -> None:
    first = collect()
    assert asked(store, collect(6)) == 0
    assert asked(store, collect(8)) == asked(store, first) == 2


def test_where_it_is_denied_the_collection_goes_on_without(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "ec2", "action": "DescribeSpotPriceHistory", "kind": "denied", "times": -1}])
    mine = {outcome.region: outcome for outcome in result.outcomes if outcome.collector == TITLE}
    assert mine.keys() == {"us-east-1", "eu-west-1"}
    assert all(outcome.status == SliceStatus.INCOMPLETE and "ec2:DescribeSpotPriceHistory" in outcome.reason for outcome in mine.values())
    assert not [price for price in facts.prices(store) if price.source == SPOT]
    assert result.months == 3


class Answering:
    """A client that answers with changes made by hand and remembers what it was asked."""

    def __init__(self, *changes: tuple[str, float, str]) -> None:
        names = {"describe_spot_price_history": "DescribeSpotPriceHistory"}
        self.meta = SimpleNamespace(service_model=SimpleNamespace(service_name="ec2"), method_to_api_mapping=names)
        self.changes = changes
        self.asked: dict[str, Any] = {}

    def get_paginator(self, operation: str) -> "Answering":
        assert operation == "describe_spot_price_history"
        return self

    def paginate(self, **parameters: Any) -> list[dict[str, Any]]:
        self.asked = parameters
        return [{"SpotPriceHistory": [self.item(*change)]} for change in self.changes]

    @staticmethod
    def item(product: str, days: float, usd: str) -> dict[str, Any]:
        moment = END - timedelta(days=days)
        return {
            "InstanceType": "m5.large",
            "ProductDescription": product,
            "SpotPrice": usd,
            "Timestamp": moment,
            "AvailabilityZone": "us-east-1a",
        }


def rows(client: Answering, types: tuple[str, ...] = ("m5.large",), operation: str = "RunInstances") -> dict[str, Any]:
    found = ec2_spot_prices._asked(client, Question(operation, types), Place("1", "us-east-1"), AS_OF)
    return {row["key"]: row["usd"] for row in found}


def test_it_asks_for_a_month_of_whole_days_and_bounds_the_answer() -> None:
    client = Answering()
    rows(client, operation="RunInstances:0002")
    assert (client.asked["StartTime"], client.asked["EndTime"]) == (END - timedelta(days=30), END)
    assert (client.asked["InstanceTypes"], client.asked["ProductDescriptions"]) == (["m5.large"], ["Windows"])
    assert client.asked["PaginationConfig"] == {"MaxItems": 20_000}


def test_what_is_not_sold_there_is_kept_as_asked_for() -> None:
    assert rows(Answering(), ("m5.large", "u-24tb1.metal")) == {LARGE: None, "SpotUsage:u-24tb1.metal/RunInstances": None}


def test_a_short_history_is_kept_without_its_swing() -> None:
    assert rows(Answering(("Linux/UNIX", 3, "0.04"))) == {LARGE: Decimal("0.04")}


def test_both_names_of_a_system_are_the_same_and_other_systems_are_left_out() -> None:
    client = Answering(("Linux/UNIX (Amazon VPC)", 30, "0.04"), ("Windows", 30, "0.4"), ("SUSE Linux", 20, "0.9"))
    assert rows(client) == {LARGE: Decimal("0.04"), LARGE + LOW: Decimal("0.04"), LARGE + HIGH: Decimal("0.04")}


def test_what_is_older_than_aws_keeps_is_no_price() -> None:
    assert rows(Answering(("Linux/UNIX", 7500, "0.00001"))) == {LARGE: None}


def test_many_types_make_several_questions() -> None:
    parts = list(ec2_spot_prices._parts([f"t{number}.x" for number in range(21)]))
    assert [len(part) for part in parts] == [10, 10, 1]
