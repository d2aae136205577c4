"""What the instance types that run on demand cost on the spot market, region by region: a month of price changes in three figures.

The history is free. Its figures are kept as prices with the day on which they were read, and asked for again after a week. They are facts
of AWS, not of an account, so the credentials' own account asks.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from core.aws.access import Access
from core.aws.listing import pages
from core.aws.permissions import Permission
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.prices import EC2, SPOT
from core.reckoning.ec2 import operation_of
from core.reckoning.spot import HIGH, LOW, PRODUCTS, Change, history, key_for, spot_key
from core.store import facts, writes

TITLE = "Spot prices"
KEPT_FOR = timedelta(days=7)
HISTORY_DAYS = 30
AWS_KEEPS = timedelta(days=90)
TYPES_A_REQUEST = 10
MOST_ROWS = 20_000
"""Price changes that one question may bring, twenty pages; the newest come first, so beyond that the history is shorter."""

_OF_INSTANCES = ("InstanceType", "Platform", "PlatformDetails", "UsageOperation", "Tenancy", "InstanceLifecycle")


class Question(NamedTuple):
    """The types to ask for at once, and their system as a bill names it."""

    operation: str
    types: Sequence[str]


def collect(collection: Collection) -> None:
    """Ask what isn't kept, a slice for each region. What came before a failure is kept."""
    own, read = collection.access.identity().account, f"{collection.clock():%Y-%m-%d %H:%M:%S}"
    for region, questions in sorted(_unkept(collection).items()):
        with collection.slice(TITLE, Place(own, region)) as current:
            client = collection.access.client("ec2", region)
            found: list[dict[str, Any]] = []
            try:
                with ThreadPoolExecutor(collection.config.spendscope_collection_threads) as pool:
                    for rows in pool.map(lambda one, c=client, r=region: list(_asked(c, one, Place(own, r), collection.as_of)), questions):
                        found += rows
            finally:
                current.row_count = writes.insert_rows(collection.store, "prices", ({**row, "collected_at": read} for row in found))


def _unkept(collection: Collection) -> Mapping[str, Sequence[Question]]:
    """What has to be asked, by region."""
    kept = facts.priced_since(collection.store, collection.clock() - KEPT_FOR)
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for region, attributes in facts.in_use(collection.store, collection.inventory, "ec2:instance", _OF_INSTANCES, "running"):
        key, operation = key_for(attributes), operation_of(attributes)
        if key and operation and not attributes["InstanceLifecycle"] and (EC2, region, key) not in kept:
            wanted[region][operation].add(attributes["InstanceType"])
    return {
        region: [Question(operation, some) for operation, types in systems.items() for some in _parts(sorted(types))]
        for region, systems in wanted.items()
    }


def _parts(types: Sequence[str]) -> Iterator[Sequence[str]]:
    return (types[start : start + TYPES_A_REQUEST] for start in range(0, len(types), TYPES_A_REQUEST))


def _asked(client: Any, question: Question, place: Place, as_of: date) -> Iterator[dict[str, Any]]:
    """Rows of `prices`: the figures of each type's history, or that there is none, so that it isn't asked for again soon."""
    end = datetime.combine(as_of, time(), UTC)
    start = end - timedelta(days=HISTORY_DAYS)
    changes = _changes(client, question, place, start, end)
    for name in question.types:
        common = {"service_code": EC2, "region": place.region, "sku": "", "unit": "Hrs", "source": SPOT}
        key, found = spot_key(name, question.operation), history(changes.get(name, ()), start, end)
        yield {**common, "key": key, "usd": found and found.median}
        if found and found.low is not None:
            yield {**common, "key": key + LOW, "usd": found.low}
            yield {**common, "key": key + HIGH, "usd": found.high}


def _changes(client: Any, question: Question, place: Place, start: datetime, end: datetime) -> Mapping[str, Sequence[Change]]:
    """The price changes by type. The last one before the start comes too; what is older than AWS keeps can't be one."""
    product = PRODUCTS[question.operation]
    listed = pages(
        client,
        "describe_spot_price_history",
        "SpotPriceHistory",
        *place,
        InstanceTypes=list(question.types),
        ProductDescriptions=[product],
        StartTime=start,
        EndTime=end,
        PaginationConfig={"MaxItems": MOST_ROWS},
    )
    found: dict[str, list[Change]] = defaultdict(list)
    for item in listed:
        same_system = item.get("ProductDescription", product).removesuffix(" (Amazon VPC)") == product
        if same_system and item["Timestamp"] >= end - AWS_KEEPS:
            found[item["InstanceType"]].append(Change(item.get("AvailabilityZone", ""), item["Timestamp"], Decimal(item["SpotPrice"])))
    return found


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return access.client("ec2", region).describe_spot_price_history(InstanceTypes=["m5.large"], MaxResults=5)


COLLECTOR = Collector(
    name="ec2_spot_prices",
    title=TITLE,
    permissions=(
        Permission(
            "ec2:DescribeSpotPriceHistory",
            "What the spot market saves is taken to be AWS_SPOT_SAVINGS_TARGET, with confidence 0.5 at most.",
            _try,
            per_account=False,
        ),
    ),
    estimate=estimate,
    collect=collect,
    reads=("ec2:instance",),
)
