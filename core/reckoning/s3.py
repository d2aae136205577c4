"""What an S3 bucket costs: its GB-months by storage class. Requests, retrievals and transfer are none of a bucket's own metrics and are
left out. S3's GB has 2^30 bytes. https://aws.amazon.com/s3/pricing/
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from core.instance_types import InstanceType
from core.prices import PriceList
from core.reckoning import Attributes, Question, Reckoning, summed

RESOURCE_TYPE, SERVICE_CODE = "s3:bucket", "AmazonS3"
GIB = 2**30
STANDARD = "StandardStorage"

MONITORED = "Monitoring-Automation-INT"
"""The key of a month's monitoring of one object in Intelligent-Tiering."""

TRANSITIONS = ("Requests-Tier4", "Requests-INT-Tier1")
"""The keys under which one object's transition into Intelligent-Tiering may stand, the likelier first."""

_STANDARD, _INFREQUENT = "TimedStorage-ByteHrs", "TimedStorage-SIA-ByteHrs"
_GLACIER, _INSTANT, _DEEP = "TimedStorage-GlacierByteHrs", "TimedStorage-GIR-ByteHrs", "TimedStorage-GDA-ByteHrs"
TIERED_FREQUENT, TIERED_INFREQUENT = "TimedStorage-INT-FA-ByteHrs", "TimedStorage-INT-IA-ByteHrs"


class StorageClass(NamedTuple):
    """What a StorageType of CloudWatch's is, and the key of its price."""

    label: str
    key: str


# Every StorageType of BucketSizeBytes. What the archives keep for an index bills at their own price, for listing and for parts of
# uploads at Standard's; objects under 128 KB bill as 128 KB at their class's.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html
CLASSES: Mapping[str, StorageClass] = {
    STANDARD: StorageClass("Standard", _STANDARD),
    "ReducedRedundancyStorage": StorageClass("Reduced Redundancy", "TimedStorage-RRS-ByteHrs"),
    "StandardIAStorage": StorageClass("Standard-IA", _INFREQUENT),
    "StandardIASizeOverhead": StorageClass("Standard-IA, up to 128 KB an object", _INFREQUENT),
    "StandardIAObjectOverhead": StorageClass("Standard-IA, for each object", _INFREQUENT),
    "OneZoneIAStorage": StorageClass("One Zone-IA", "TimedStorage-ZIA-ByteHrs"),
    "OneZoneIASizeOverhead": StorageClass("One Zone-IA, up to 128 KB an object", "TimedStorage-ZIA-ByteHrs"),
    "IntelligentTieringFAStorage": StorageClass("Intelligent-Tiering, frequent access", TIERED_FREQUENT),
    "IntelligentTieringIAStorage": StorageClass("Intelligent-Tiering, infrequent access", TIERED_INFREQUENT),
    "IntelligentTieringAIAStorage": StorageClass("Intelligent-Tiering, archive instant access", "TimedStorage-INT-AIA-ByteHrs"),
    "IntelligentTieringAAStorage": StorageClass("Intelligent-Tiering, archive access", "TimedStorage-INT-AA-ByteHrs"),
    "IntelligentTieringDAAStorage": StorageClass("Intelligent-Tiering, deep archive access", "TimedStorage-INT-DAA-ByteHrs"),
    "IntAAObjectOverhead": StorageClass("Intelligent-Tiering, archive access, index", "TimedStorage-INT-AA-ByteHrs"),
    "IntAAS3ObjectOverhead": StorageClass("Intelligent-Tiering, archive access, listing", _STANDARD),
    "IntDAAObjectOverhead": StorageClass("Intelligent-Tiering, deep archive access, index", "TimedStorage-INT-DAA-ByteHrs"),
    "IntDAAS3ObjectOverhead": StorageClass("Intelligent-Tiering, deep archive access, listing", _STANDARD),
    "GlacierInstantRetrievalStorage": StorageClass("Glacier Instant Retrieval", _INSTANT),
    "GlacierInstantRetrievalSizeOverhead": StorageClass("Glacier Instant Retrieval, up to 128 KB an object", _INSTANT),
    "GlacierStorage": StorageClass("Glacier Flexible Retrieval", _GLACIER),
    "GlacierObjectOverhead": StorageClass("Glacier Flexible Retrieval, index", _GLACIER),
    "GlacierS3ObjectOverhead": StorageClass("Glacier Flexible Retrieval, listing", _STANDARD),
    "GlacierStagingStorage": StorageClass("Glacier Flexible Retrieval, parts of uploads", _STANDARD),
    "DeepArchiveStorage": StorageClass("Glacier Deep Archive", _DEEP),
    "DeepArchiveObjectOverhead": StorageClass("Glacier Deep Archive, index", _DEEP),
    "DeepArchiveS3ObjectOverhead": StorageClass("Glacier Deep Archive, listing", _STANDARD),
    "DeepArchiveStagingStorage": StorageClass("Glacier Deep Archive, parts of uploads", _STANDARD),
}

# What parts of an upload bill while it isn't completed, by the class that it is meant for; any other, at Standard's price.
_PARTS = {
    "REDUCED_REDUNDANCY": "ReducedRedundancyStorage",
    "STANDARD_IA": "StandardIAStorage",
    "ONEZONE_IA": "OneZoneIAStorage",
    "INTELLIGENT_TIERING": "IntelligentTieringFAStorage",
    "GLACIER_IR": "GlacierInstantRetrievalStorage",
}

_KEYS = frozenset({MONITORED, *TRANSITIONS, *(kind.key for kind in CLASSES.values())})
_USAGE = re.compile(r"(?:[A-Z]{2,4}\d?-)?(.+)")  # with or without the region's prefix


class Tiering(NamedTuple):
    """So many GiB of Standard put into Intelligent-Tiering, of which a share is read seldom, in so many objects; what moving them costs
    once is spread over so many months."""

    gib: Decimal
    seldom: Decimal
    objects: int
    months: int


def cost(prices: PriceList, region: str, state: str, attributes: Attributes, utilisation: Mapping[str, float]) -> Reckoning:
    """What it costs as it is."""
    return bucket(prices, region, attributes)


def bucket(prices: PriceList, region: str, attributes: Attributes, tiering: Tiering | None = None) -> Reckoning:
    """What a bucket costs as it is, or with some of it in Intelligent-Tiering."""
    held = stored(attributes)
    if held is None:
        return Reckoning(lacking="no cost, since CloudWatch has no size of it in the last 14 days")
    if unknown := sorted(held.keys() - CLASSES.keys()):
        return Reckoning(lacking=f"no cost, since the storage type {unknown[0]} isn't known")
    if tiering:
        held = {**held, STANDARD: max(Decimal(0), held.get(STANDARD, Decimal(0)) - tiering.gib)}
    wanted = [(CLASSES[kind].label, gib, CLASSES[kind].key) for kind, gib in held.items() if gib]
    return summed(prices, SERVICE_CODE, region, [*wanted, *(_tiered(prices, region, tiering) if tiering else ())])


def _tiered(prices: PriceList, region: str, moved: Tiering) -> Iterator[tuple[str, Decimal, str]]:
    seldom = round(moved.gib * moved.seldom, 6)
    transition = next((key for key in TRANSITIONS if prices.find(SERVICE_CODE, region, key)), TRANSITIONS[0])
    wanted = (
        ("Intelligent-Tiering, frequent access", moved.gib - seldom, TIERED_FREQUENT),
        ("Intelligent-Tiering, infrequent access", seldom, TIERED_INFREQUENT),
        ("objects monitored", Decimal(moved.objects), MONITORED),
        (f"objects moved once, spread over {moved.months} months", round(Decimal(moved.objects) / moved.months, 6), transition),
    )
    yield from (line for line in wanted if line[1])


def stored(attributes: Attributes) -> dict[str, Decimal] | None:
    """GiB by CloudWatch's StorageType; None where no size is known."""
    held = attributes.get("StorageBytes")
    return {str(kind): gib_of(size) for kind, size in held.items()} if held else None


def gib_of(size: float) -> Decimal:
    """Bytes in GiB, to six decimals."""
    return round(Decimal(str(size)) / GIB, 6)


def parts(prices: PriceList, region: str, sizes: Mapping[str, int]) -> Reckoning:
    """What parts of unfinished uploads cost: bytes by the storage class that S3 names for the upload."""
    by_class: dict[StorageClass, int] = {}
    for name, size in sizes.items():
        kind = CLASSES[_PARTS.get(name, STANDARD)]
        by_class[kind] = by_class.get(kind, 0) + size
    wanted = [(f"{kind.label}, parts of uploads", Decimal(size) / GIB, kind.key) for kind, size in by_class.items() if size]
    return summed(prices, SERVICE_CODE, region, [(label, round(gib, 9), key) for label, gib, key in wanted])


def questions(region: str, attributes: Attributes, types: Mapping[str, InstanceType]) -> Iterator[Question]:
    """Three for each region with buckets: storage, requests, and the fee for monitoring."""
    for family in ("Storage", "API Request"):
        yield Question(f"S3/{family}", (("regionCode", region), ("productFamily", family)))
    yield Question("S3/Monitoring", (("regionCode", region), ("feeCode", "S3-Monitoring and Automation-ObjectCount")))


def key_of(attributes: Mapping[str, str]) -> str | None:
    """The key of what a bucket bills: its usage type without the region's prefix."""
    found = _USAGE.fullmatch(attributes.get("usagetype", ""))
    return found[1] if found and found[1] in _KEYS else None
