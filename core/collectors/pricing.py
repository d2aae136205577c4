"""What AWS asks for what is in use, on demand and reserved for a year, region by region.

The Pricing API is free. Prices are kept with the day on which they were read and asked for again after a week.
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core import reckoning
from core.aws.access import Access
from core.aws.listing import pages
from core.aws.permissions import Permission
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.prices import API, EC2, RESERVED
from core.reckoning import Question
from core.store import facts, writes

TITLE = "Prices"
KEPT_FOR = timedelta(days=7)

_YEAR = {"LeaseContractLength": "1yr", "OfferingClass": "standard", "PurchaseOption": "No Upfront"}
"""The one reservation that prices are kept of. RDS names no class: its reservations have only one."""


def collect(collection: Collection) -> None:
    """Ask what isn't kept, a slice for each region. What came before a failure is kept."""
    own, read = collection.access.identity().account, f"{collection.clock():%Y-%m-%d %H:%M:%S}"
    client = collection.access.client("pricing")
    for region, questions in sorted(_unkept(collection).items()):
        with collection.slice(TITLE, Place(own, region)) as current:
            found: list[dict[str, Any]] = []
            try:
                with ThreadPoolExecutor(collection.config.spendscope_collection_threads) as pool:
                    for rows in pool.map(lambda asked, place=region: list(_asked(client, asked[0], asked[1], own, place)), questions):
                        found += rows
            finally:
                current.row_count = writes.insert_rows(collection.store, "prices", ({**row, "collected_at": read} for row in found))


def _unkept(collection: Collection) -> Mapping[str, Sequence[tuple[str, Question]]]:
    """What has to be asked, by region: of each resource type its questions, each once."""
    kept = facts.priced_since(collection.store, collection.clock() - KEPT_FOR)
    types = facts.instance_types(collection.store)
    wanted: dict[str, dict[tuple[str, Question], None]] = defaultdict(dict)
    for name, kind in reckoning.kinds().items():
        for region, attributes in facts.distinct(collection.store, collection.inventory, name):
            for question in kind.questions(region, attributes, types):
                if (kind.SERVICE_CODE, region, question.key) not in kept:
                    wanted[region][name, question] = None
    return {region: tuple(asked) for region, asked in wanted.items()}


def _asked(client: Any, resource_type: str, question: Question, own: str, region: str) -> Iterator[dict[str, Any]]:
    """Rows of `prices`: what the answer lists, and under the question's own key that it was asked."""
    kind = reckoning.kinds()[resource_type]
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in question.filters]
    common = {"service_code": kind.SERVICE_CODE, "region": region, "source": API}
    answered = False
    listed: Iterator[Any] = pages(client, "get_products", "PriceList", own, region, ServiceCode=kind.SERVICE_CODE, Filters=filters)
    for document in listed:
        item = json.loads(document)
        key = kind.key_of(item["product"]["attributes"])
        for found, unit, usd in _terms(item["terms"]) if key else ():
            answered = answered or key == question.key
            yield {**common, "sku": item["product"]["sku"], "key": f"{key}{found}", "unit": unit, "usd": usd}
    if not answered:
        yield {**common, "sku": "", "key": question.key, "unit": "", "usd": None}


def _terms(terms: Mapping[str, Any]) -> Iterator[tuple[str, str, Decimal]]:
    """What the key ends in, unit and USD of the price on demand and of the year's reservation, where they are sold."""
    if price := _first_tier(terms.get("OnDemand", {})):
        yield "", *price
    year = {
        code: term
        for code, term in terms.get("Reserved", {}).items()
        if all(term.get("termAttributes", {}).get(name, value) == value for name, value in _YEAR.items())
    }
    if price := _first_tier(year):
        yield RESERVED, *price


def _first_tier(terms: Mapping[str, Any]) -> tuple[str, Decimal] | None:
    """The unit and USD of the first tier; None where there is none, or more than one."""
    tiers = [tier for term in terms.values() for tier in term["priceDimensions"].values()]
    first = [tier for tier in tiers if "USD" in tier["pricePerUnit"] and tier.get("beginRange", "0") == "0"]
    return (first[0]["unit"], Decimal(first[0]["pricePerUnit"]["USD"])) if len(first) == 1 else None


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
    reads=tuple(reckoning.kinds()),
)
