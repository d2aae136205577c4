"""What AWS asks on demand for the instance types in use and their smaller relatives, and for EBS volumes, region by region.

The Pricing API is free. Prices are kept with the day on which they were read and asked for again after a week.
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from core.aws.access import Access
from core.aws.listing import pages
from core.aws.permissions import Permission
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.instance_types import InstanceType
from core.prices import API, EC2, instance_key
from core.reckoning import operation_of
from core.store import facts, writes

TITLE = "Prices"
KEPT_FOR = timedelta(days=7)

# The price list's families of what EBS bills.
EBS_FAMILIES = ("Storage", "System Operation", "Provisioned Throughput")
_TENANCIES = {"default": "Shared", "dedicated": "Dedicated"}
_OF_INSTANCES = ("InstanceType", "Platform", "PlatformDetails", "UsageOperation", "Tenancy", "InstanceLifecycle")


class Question(NamedTuple):
    """One request: what is kept under which key once it was answered, and the filters."""

    key: str
    filters: tuple[tuple[str, str], ...]


def collect(collection: Collection) -> None:
    """Ask what isn't kept, a slice for each region. What came before a failure is kept."""
    own, read = collection.access.identity().account, f"{collection.clock():%Y-%m-%d %H:%M:%S}"
    client = collection.access.client("pricing")
    for region, questions in sorted(_unkept(collection).items()):
        with collection.slice(TITLE, Place(own, region)) as current:
            found: list[dict[str, Any]] = []
            try:
                with ThreadPoolExecutor(collection.config.spendscope_collection_threads) as pool:
                    for rows in pool.map(lambda question, place=region: list(_asked(client, question, own, place)), questions):
                        found += rows
            finally:
                current.row_count = writes.insert_rows(collection.store, "prices", ({**row, "collected_at": read} for row in found))


def _unkept(collection: Collection) -> Mapping[str, list[Question]]:
    """What has to be asked, by region."""
    kept = facts.priced_since(collection.store, collection.clock() - KEPT_FOR)
    wanted: dict[str, list[Question]] = defaultdict(list)
    for region, question in dict.fromkeys((*_of_instances(collection), *_of_volumes(collection))):
        if (EC2, region, question.key) not in kept:
            wanted[region].append(question)
    return wanted


def _of_instances(collection: Collection) -> Iterator[tuple[str, Question]]:
    """A question for each instance type, system and tenancy in use, and for each smaller type of the family."""
    known = facts.instance_types(collection.store)
    for region, attributes in facts.in_use(collection.store, collection.inventory, "ec2:instance", _OF_INSTANCES, "running"):
        operation, tenancy = operation_of(attributes), attributes["Tenancy"] or "default"
        if attributes["InstanceLifecycle"] or operation is None or tenancy not in _TENANCIES:
            continue
        for name in _with_smaller(attributes["InstanceType"], known):
            key = instance_key(name, operation, tenancy) or ""
            asked = {"instanceType": name, "operation": operation, "tenancy": _TENANCIES[tenancy], "capacitystatus": "Used"}
            yield region, Question(key, (("regionCode", region), *asked.items()))


def _with_smaller(name: str, known: Mapping[str, InstanceType]) -> Iterable[str]:
    if name not in known:
        return [name]
    return [name, *sorted(other.name for other in known.values() if other.is_smaller_than(known[name]))]


def _of_volumes(collection: Collection) -> Iterator[tuple[str, Question]]:
    """Three questions for each region with volumes."""
    for region, _ in facts.in_use(collection.store, collection.inventory, "ec2:volume", []):
        for family in EBS_FAMILIES:
            yield region, Question(f"EBS/{family}", (("regionCode", region), ("productFamily", family)))


def _asked(client: Any, question: Question, own: str, region: str) -> Iterator[dict[str, Any]]:
    """Rows of `prices`: what the answer lists, and under the question's own key that it was asked."""
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in question.filters]
    answered = False
    listed: Iterator[Any] = pages(client, "get_products", "PriceList", own, region, ServiceCode=EC2, Filters=filters)
    for document in listed:
        if row := _row(json.loads(document), region):
            answered = answered or row["key"] == question.key
            yield row
    if not answered:
        yield {"service_code": EC2, "region": region, "sku": "", "key": question.key, "unit": "", "usd": None, "source": API}


def _row(item: Mapping[str, Any], region: str) -> dict[str, Any] | None:
    """A product with its price on demand; None for what isn't sold that way or isn't one of ours."""
    product = item["product"]
    key = _key(product["attributes"])
    tiers = [tier for term in item["terms"].get("OnDemand", {}).values() for tier in term["priceDimensions"].values()]
    first = [tier for tier in tiers if "USD" in tier["pricePerUnit"] and tier.get("beginRange", "0") == "0"]
    if key is None or len(first) != 1:
        return None
    usd = Decimal(first[0]["pricePerUnit"]["USD"])
    return {"service_code": EC2, "region": region, "sku": product["sku"], "key": key, "unit": first[0]["unit"], "usd": usd, "source": API}


def _key(attributes: Mapping[str, str]) -> str | None:
    usage = attributes.get("usagetype", "")
    if "instanceType" in attributes:
        tenancy = next((ours for ours, theirs in _TENANCIES.items() if theirs == attributes.get("tenancy")), "")
        return instance_key(attributes["instanceType"], attributes.get("operation", ""), tenancy)
    return usage[usage.index("EBS:Volume") :] if "EBS:Volume" in usage else None


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    filters = [{"Type": "TERM_MATCH", "Field": "instanceType", "Value": "m5.large"}]
    return access.client("pricing").get_products(ServiceCode=EC2, Filters=filters, MaxResults=1)


COLLECTOR = Collector(
    name="pricing",
    title=TITLE,
    permissions=(
        Permission(
            "pricing:GetProducts",
            "Savings are reckoned from a dated price list that knows one region only, or have no amount.",
            _try,
            per_account=False,
        ),
    ),
    estimate=estimate,
    collect=collect,
    reads=("ec2:instance", "ec2:volume"),
)
