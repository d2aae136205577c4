"""Prices as AWS's services tell them: the Pricing API, the spot market, and Savings Plans."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from core.demo import prices
from tests.core.demo.tiny import ALPHA, BETA, Served

LINUX = {"instanceType": "m5.large", "operatingSystem": "Linux", "regionCode": "us-east-1"}


def products(demo: Served, service: str, **attributes: str) -> list[dict[str, Any]]:
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in attributes.items()]
    pages = demo.client("pricing").get_paginator("get_products").paginate(ServiceCode=service, Filters=filters)
    return [json.loads(text) for page in pages for text in page["PriceList"]]


def usd(product: dict[str, Any], kind: str) -> str:
    [term] = product["terms"][kind].values()
    [rate] = term["priceDimensions"].values()
    return str(rate["pricePerUnit"]["USD"])


def test_the_public_price_of_an_instance(demo: Served) -> None:
    [product] = products(demo, "AmazonEC2", **LINUX)
    assert usd(product, "OnDemand") == "0.0960000000"
    assert product["product"]["attributes"]["location"] == "US East (N. Virginia)"
    [reserved] = product["terms"]["Reserved"].values()
    assert reserved["termAttributes"] == {"LeaseContractLength": "1yr", "OfferingClass": "standard", "PurchaseOption": "No Upfront"}
    assert float(usd(product, "Reserved")) < 0.096


def test_a_filter_that_nothing_matches(demo: Served) -> None:
    assert products(demo, "AmazonEC2", instanceType="m5.tiny") == []
    assert products(demo, "AmazonNothing") == []


def test_pages_hold_every_price_once(demo: Served) -> None:
    skus = [product["product"]["sku"] for product in products(demo, "AmazonEC2", regionCode="eu-west-1", operatingSystem="Linux")]
    assert len(skus) == len(set(skus)) == len(prices.linux_hours())


def test_services_and_attribute_values(demo: Served) -> None:
    client = demo.client("pricing")
    [service] = client.describe_services(ServiceCode="AmazonEC2")["Services"]
    assert {"instanceType", "usagetype", "productFamily"} <= set(service["AttributeNames"])
    values = client.get_attribute_values(ServiceCode="AmazonEC2", AttributeName="operatingSystem")["AttributeValues"]
    assert [value["Value"] for value in values] == ["Linux", "Windows"]


def test_an_unknown_kind_of_filter_is_refused(demo: Served) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        demo.client("pricing").get_products(ServiceCode="AmazonEC2", Filters=[{"Type": "CONTAINS", "Field": "location", "Value": "US"}])


def test_spot_prices_by_type_zone_and_day(demo: Served) -> None:
    client = demo.client("ec2", account=ALPHA)
    request = {"InstanceTypes": ["m5.large"], "ProductDescriptions": ["Linux/UNIX"], "StartTime": datetime(2026, 11, 12, tzinfo=UTC)}
    pages = client.get_paginator("describe_spot_price_history").paginate(**request, PaginationConfig={"PageSize": 5})
    found = [price for page in pages for price in page["SpotPriceHistory"]]
    expected = [(day, zone) for day in (15, 14, 13, 12) for zone in "abc"]
    assert [(price["Timestamp"].day, price["AvailabilityZone"][-1]) for price in found] == expected
    assert all(0 < float(price["SpotPrice"]) < 0.096 for price in found)
    today = {**request, "StartTime": datetime(2026, 11, 15, tzinfo=UTC), "AvailabilityZone": "us-east-1b"}
    assert [price["SpotPrice"] for price in client.describe_spot_price_history(**today)["SpotPriceHistory"]] == [found[1]["SpotPrice"]]


def test_savings_plans_are_their_accounts(demo: Served) -> None:
    [plan] = demo.client("savingsplans", account=ALPHA).describe_savings_plans()["savingsPlans"]
    assert (plan["savingsPlanId"], plan["commitment"], plan["tags"]) == ("sp-1", "0.8", {"env": "test"})
    assert demo.client("savingsplans", account=BETA).describe_savings_plans()["savingsPlans"] == []


def test_reserved_instances(demo: Served) -> None:
    [reserved] = demo.client("ec2", account=ALPHA).describe_reserved_instances()["ReservedInstances"]
    assert (reserved["ReservedInstancesId"], reserved["InstanceCount"], reserved["State"]) == ("ri-1", 2, "active")
