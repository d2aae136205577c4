"""What functions cost a month, worked out by hand from the list of us-east-1."""

from decimal import Decimal
from typing import Any

import pytest

from core import reckoning
from core.demo import prices as demo
from core.prices import PriceList
from core.reckoning import lambda_
from tests.core.checks.made_lambda import PRICES

LIST, HERE = PriceList(), "us-east-1"
BASE = {"MemorySize": 1024, "Architectures": ["x86_64"]}
MONTH = {"invocations_month": 3_000_000.0, "gb_seconds_month": 1_200_000.0}


def cost(utilisation: dict[str, float] | None = None, **more: Any) -> reckoning.Reckoning:
    found = reckoning.cost_of("lambda:function", HERE, "", {**BASE, **more}, MONTH if utilisation is None else utilisation, LIST)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("more", "usd"),
    [
        ({}, "20.60004"),  # 3,000,000 × 0.0000002 + 1,200,000 × 0.0000166667
        ({"Architectures": ["arm64"]}, "16.60008"),
        ({"EphemeralStorage": {"Size": 512}}, "20.60004"),
        # 1,536 MB above 512 for 1,200,000 seconds: 1.5 × 1,200,000 × 0.0000000309 more.
        ({"EphemeralStorage": {"Size": 2048}}, "20.65566"),
        # At 2,048 MB as many GB-seconds are 600,000 seconds: 1.5 × 600,000 × 0.0000000309.
        ({"MemorySize": 2048, "EphemeralStorage": {"Size": 2048}}, "20.62785"),
    ],
)
def test_requests_gb_seconds_and_ephemeral_storage(more: dict[str, Any], usd: str) -> None:
    assert cost(**more).usd == Decimal(usd)


def test_what_another_memory_or_architecture_would_cost() -> None:
    half = lambda_.function(LIST, HERE, BASE, MONTH, memory=512)
    assert half.usd == Decimal("0.6") + Decimal("600000") * Decimal("0.0000166667")
    arm = lambda_.function(LIST, HERE, BASE, MONTH, architecture="arm64")
    assert arm.usd == Decimal("0.6") + Decimal("1200000") * Decimal("0.0000133334")
    assert [line.price.key for line in arm.lines] == ["Request-ARM", "Lambda-GB-Second-ARM"]


def test_none_at_all_is_known_and_costs_nothing() -> None:
    assert cost({"invocations_month": 0.0, "gb_seconds_month": 0.0}).usd == 0


@pytest.mark.parametrize(
    ("utilisation", "more", "lacking"),
    [
        ({}, {}, "no invocations"),
        ({"invocations_month": 5.0}, {}, "without their duration"),
        (None, {"MemorySize": None}, "how much memory"),
        (None, {"Architectures": ["riscv"]}, "on which architecture"),
        (None, {"Architectures": None}, "on which architecture"),
        (None, {"CapacityProviderConfig": {"LambdaManagedInstancesCapacityProviderConfig": {}}}, "instances of its own"),
    ],
)
def test_what_is_not_known_costs_not_nothing(utilisation: dict[str, float] | None, more: dict[str, Any], lacking: str) -> None:
    found = cost(utilisation, **more)
    assert found.usd is None
    assert lacking in found.lacking


def test_storage_without_a_price_is_left_out() -> None:
    abroad = PriceList(PRICES)
    arm = lambda_.function(abroad, "eu-north-1", {**BASE, "EphemeralStorage": {"Size": 2048}}, MONTH, architecture="arm64")
    assert [line.price.key for line in arm.lines] == ["Request-ARM", "Lambda-GB-Second-ARM"]


@pytest.mark.parametrize(
    ("usage", "key"),
    [
        ("Request", "Request"),
        ("EU-Request-ARM", "Request-ARM"),
        ("USW2-Lambda-GB-Second", "Lambda-GB-Second"),
        ("APN1-Lambda-GB-Second-ARM", "Lambda-GB-Second-ARM"),
        ("CAN1-Lambda-Storage-GB-Second", "Lambda-Storage-GB-Second"),
        ("Lambda-Edge-Request", None),
        ("EUW2-Lambda-Edge-GB-Second", None),
        ("Global-Request", None),
        ("Lambda-Provisioned-GB-Second", None),
        ("", None),
    ],
)
def test_keys_of_what_functions_bill(usage: str, key: str | None) -> None:
    assert lambda_.key_of({"usagetype": usage}) == key


def test_one_question_a_region_brings_every_price() -> None:
    (question,) = lambda_.questions(HERE, BASE, {})
    answered = [price for price in demo.price_list("AWSLambda", HERE) if dict(question.filters)["productFamily"] == price.family]
    keys = {lambda_.key_of(price.attributes) for price in answered}
    assert {"Request", "Request-ARM", "Lambda-GB-Second", "Lambda-GB-Second-ARM"} <= keys
