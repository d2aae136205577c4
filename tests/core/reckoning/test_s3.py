"""What buckets cost a month, worked out by hand from the list of us-east-1."""

from decimal import Decimal

import pytest

from core import reckoning
from core.collectors.s3 import STORAGE_TYPES
from core.demo import prices as demo
from core.prices import PriceList
from core.reckoning import s3
from tests.core.checks.made_s3 import PRICES

LIST, HERE = PriceList(), "us-east-1"
GIB = 2**30


def cost(**gib: float) -> reckoning.Reckoning:
    attributes = {"StorageBytes": {name: size * GIB for name, size in gib.items()}}
    found = reckoning.cost_of("s3:bucket", HERE, "", attributes, {}, LIST)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("gib", "usd"),
    [
        ({"StandardStorage": 1000.0}, "23.000"),
        ({"StandardIAStorage": 1000.0}, "12.5000"),
        ({"OneZoneIAStorage": 1000.0}, "10.00"),
        ({"GlacierInstantRetrievalStorage": 1000.0}, "4.000"),
        ({"GlacierStorage": 1000.0}, "3.6000"),
        ({"DeepArchiveStorage": 1000.0}, "0.99"),
        ({"IntelligentTieringFAStorage": 1000.0, "IntelligentTieringIAStorage": 1000.0, "IntelligentTieringAIAStorage": 1000.0}, "39.5"),
        # An archive's index at its own price, its listing and parts of uploads at Standard's.
        ({"GlacierStorage": 1000.0, "GlacierObjectOverhead": 10.0, "GlacierS3ObjectOverhead": 2.5, "GlacierStagingStorage": 1.0}, "3.7165"),
        # The first tier's price for all of it.
        ({"StandardStorage": 100.0 * 1024}, "2355.200"),
        ({"StandardStorage": 0.0}, "0"),
    ],
)
def test_gigabytes_by_storage_class(gib: dict[str, float], usd: str) -> None:
    assert cost(**gib).usd == Decimal(usd)


def test_a_gigabyte_has_2_to_the_30_bytes() -> None:
    found = s3.bucket(LIST, HERE, {"StorageBytes": {"StandardStorage": 1e9}})
    assert found.lines[0].quantity == Decimal("0.931323")


def test_every_class_that_is_collected_has_a_price() -> None:
    assert set(STORAGE_TYPES) == set(s3.CLASSES)
    for name in STORAGE_TYPES:
        assert cost(**{name: 1.0}).usd is not None


def test_an_unknown_size_or_class_costs_not_nothing() -> None:
    assert "no size" in s3.bucket(LIST, HERE, {}).lacking
    assert "isn't known" in cost(StandardStorage=1.0, QuantumStorage=1.0).lacking


def test_what_is_moved_into_intelligent_tiering() -> None:
    moved = s3.Tiering(Decimal(600), Decimal("0.5"), 120_000, 12)
    found = s3.bucket(LIST, HERE, {"StorageBytes": {"StandardStorage": 1000.0 * GIB, "GlacierStorage": 100.0 * GIB}}, moved)
    assert [(line.price.key, line.quantity) for line in found.lines] == [
        ("TimedStorage-ByteHrs", 400),
        ("TimedStorage-GlacierByteHrs", 100),
        ("TimedStorage-INT-FA-ByteHrs", 300),
        ("TimedStorage-INT-IA-ByteHrs", 300),
        ("Monitoring-Automation-INT", 120_000),
        ("Requests-Tier4", 10_000),
    ]
    assert found.usd == Decimal("9.2") + Decimal("0.36") + Decimal("6.9") + Decimal("3.75") + Decimal("0.3") + Decimal("0.1")


def test_transitions_may_stand_under_another_key() -> None:
    others = tuple(price for price in PRICES if price.key != "Requests-Tier4")
    named = tuple(price.__class__(**{**price.__dict__, "key": "Requests-INT-Tier1"}) for price in PRICES if price.key == "Requests-Tier4")
    moved = s3.Tiering(Decimal(1), Decimal("0.5"), 1200, 12)
    attributes = {"StorageBytes": {"StandardStorage": 2.0 * GIB}}
    assert s3.bucket(PriceList((*others, *named)), "eu-north-1", attributes, moved).lines[-1].price.key == "Requests-INT-Tier1"
    assert "no price for Requests-Tier4" in s3.bucket(PriceList(others), "eu-north-1", attributes, moved).lacking


def test_parts_of_uploads_bill_by_the_class_that_they_are_meant_for() -> None:
    found = s3.parts(LIST, HERE, {"STANDARD": 10 * GIB, "GLACIER": 5 * GIB, "STANDARD_IA": 4 * GIB, "ONEZONE_IA": 0})
    assert [(line.price.key, line.quantity) for line in found.lines] == [
        ("TimedStorage-ByteHrs", 15),
        ("TimedStorage-SIA-ByteHrs", 4),
    ]
    assert found.usd == Decimal("0.395")


@pytest.mark.parametrize(
    ("usage", "key"),
    [
        ("TimedStorage-ByteHrs", "TimedStorage-ByteHrs"),
        ("EU-TimedStorage-ByteHrs", "TimedStorage-ByteHrs"),
        ("USW2-TimedStorage-INT-IA-ByteHrs", "TimedStorage-INT-IA-ByteHrs"),
        ("CPT-TimedStorage-SIA-ByteHrs", "TimedStorage-SIA-ByteHrs"),
        ("APN1-Requests-Tier4", "Requests-Tier4"),
        ("EUS2-Monitoring-Automation-INT", "Monitoring-Automation-INT"),
        ("USW2-Tables-TimedStorage-ByteHrs", None),
        ("Vectors-TimedStorage-ByteHrs", None),
        ("Requests-Tier1", None),
        ("", None),
    ],
)
def test_keys_of_what_buckets_bill(usage: str, key: str | None) -> None:
    assert s3.key_of({"usagetype": usage}) == key


def test_three_questions_a_region_bring_the_prices() -> None:
    asked = [dict(question.filters) for question in s3.questions(HERE, {}, {})]
    assert len(asked) == 3
    families = {filters.get("productFamily") for filters in asked}
    keys = {s3.key_of(price.attributes) for price in demo.price_list("AmazonS3", HERE) if price.family in families}
    assert {"TimedStorage-ByteHrs", "TimedStorage-INT-IA-ByteHrs", "Monitoring-Automation-INT", "Requests-Tier4"} <= keys
