"""Looking prices up: exactly this or nothing, the Pricing API's before the snapshot's."""

from datetime import date
from decimal import Decimal

from core.prices import API, EC2, SNAPSHOT, Price, PriceList, instance_key, snapshot

BOX = "BoxUsage:m5.large/RunInstances"


def listed(usd: str, region: str = "us-east-1", key: str = BOX) -> Price:
    return Price(EC2, region, key, "Hrs", Decimal(usd), "SKU", API, date(2026, 11, 1))


def test_the_snapshot_stands_in_for_what_the_api_did_not_give() -> None:
    found = PriceList().find(EC2, "us-east-1", BOX)
    assert found
    assert (found.usd, found.unit, found.source, found.as_of) == (Decimal("0.096"), "Hrs", SNAPSHOT, date(2026, 7, 20))
    assert found.confidence == 0.8


def test_the_api_wins_over_the_snapshot() -> None:
    found = PriceList([listed("0.1")]).find(EC2, "us-east-1", BOX)
    assert found
    assert (found.usd, found.source, found.confidence) == (Decimal("0.1"), API, 1.0)


def test_no_price_is_taken_from_another_region_system_or_tenancy() -> None:
    prices = PriceList([listed("0.1")])
    assert prices.find(EC2, "eu-west-1", BOX) is None
    assert prices.find(EC2, "us-east-1", "BoxUsage:m5.large/RunInstances:0002") is None
    assert prices.find(EC2, "us-east-1", "DedicatedUsage:m5.large/RunInstances") is None
    assert prices.find("AmazonRDS", "us-east-1", BOX) is None


def test_the_key_is_what_a_bill_says() -> None:
    assert instance_key("m5.large", "RunInstances:0002") == "BoxUsage:m5.large/RunInstances:0002"
    assert instance_key("m5.large", "RunInstances", "dedicated") == "DedicatedUsage:m5.large/RunInstances"
    assert instance_key("m5.large", "RunInstances", "host") is None


def test_the_snapshot_has_every_type_of_its_list_and_ebs() -> None:
    assert sum(price.service_code == EC2 for price in snapshot().values()) == 1367 + 11
    assert snapshot()[EC2, "us-east-1", "EBS:VolumeUsage.gp3"].usd == Decimal("0.08")
    assert all(price.usd > 0 and price.region == "us-east-1" for price in snapshot().values())
