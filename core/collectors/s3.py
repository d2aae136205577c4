"""S3: every bucket, its lifecycle rules, its tags, the uploads that were never finished, and how much it stores in which class.

An account's buckets are listed once; each is then asked about in its own region. Sizes are CloudWatch's daily storage metrics, which come
up to two days late. They are asked for by a fixed list of all storage types: ListMetrics would name those in use, at the price of a
further permission, and only those that had data lately. https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from core.aws.access import Access
from core.aws.cloudwatch import QUERIES_PER_CALL, MetricQuery
from core.aws.failures import calling
from core.aws.listing import chosen, moment
from core.aws.meter import usd_of
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.errors import AwsError
from core.measuring import window
from core.services import service
from core.store import resources

Rows = list[dict[str, Any]]

TITLE = "S3 buckets"
BUCKET_TYPE = "s3:bucket"
NAMESPACE = "AWS/S3"
LATE_DAYS = 2
"""By how many days S3's metrics may come late: a size that is older than the bucket's newest by more is of a class no longer in use."""

UNUSED_FOR = timedelta(days=7)
"""After how long a storage type in which a bucket had nothing is looked at again."""

SIZE, OBJECTS = ("BucketSizeBytes", "Average"), ("NumberOfObjects", "Average")
STANDARD, ALL_TYPES = "StandardStorage", "AllStorageTypes"
STORAGE_TYPES = (
    *(STANDARD, "ReducedRedundancyStorage", "StandardIAStorage", "StandardIASizeOverhead", "StandardIAObjectOverhead"),
    *("OneZoneIAStorage", "OneZoneIASizeOverhead"),
    *("IntelligentTieringFAStorage", "IntelligentTieringIAStorage", "IntelligentTieringAIAStorage"),
    *("IntelligentTieringAAStorage", "IntAAObjectOverhead", "IntAAS3ObjectOverhead"),
    *("IntelligentTieringDAAStorage", "IntDAAObjectOverhead", "IntDAAS3ObjectOverhead"),
    *("GlacierInstantRetrievalStorage", "GlacierInstantRetrievalSizeOverhead"),
    *("GlacierStorage", "GlacierObjectOverhead", "GlacierS3ObjectOverhead", "GlacierStagingStorage"),
    *("DeepArchiveStorage", "DeepArchiveObjectOverhead", "DeepArchiveS3ObjectOverhead", "DeepArchiveStagingStorage"),
)

# IAM's names of what the calls need.
LIST, LOCATION = "s3:ListAllMyBuckets", "s3:GetBucketLocation"
LIFECYCLE, TAGGING = "s3:GetLifecycleConfiguration", "s3:GetBucketTagging"
UPLOADS, PARTS = "s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts"

# What S3 answers where there is nothing of the kind, or no more.
_NONE_SUCH = ("NoSuchLifecycleConfiguration", "NoSuchTagSet")
_GONE = ("NoSuchBucket", "NoSuchUpload")

MOST_BUCKETS = 10_000  # on a page, which is the most that S3 takes
MOST_UPLOADS, MOST_SIZED = 10_000, 200
"""How many of a bucket's uploads are looked at, and of how many the parts are asked for, which takes a request each: the oldest."""

IN_PROGRESS = timedelta(days=1)
"""Younger uploads aren't looked into: they are most likely going on."""


@dataclass(frozen=True)
class Bucket:
    """One of ListBuckets."""

    name: str
    region: str
    created: datetime | None = None


@dataclass
class Listing:
    """An account's buckets, listed once by whichever of its regions comes first; `failures` are of those whose region isn't known."""

    access: Access
    account: str
    failures: list[AwsError] = field(default_factory=list)
    _found: list[Bucket] | None = None
    _refusal: AwsError | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, region: str) -> list[Bucket]:
        """The buckets of a region. Raises AwsError."""
        with self._lock:
            if self._refusal:
                raise self._refusal
            if self._found is None:
                try:
                    self._found = list(listed(self.access, self.account, self.failures))
                except AwsError as error:
                    self._refusal = error
                    raise
        return [bucket for bucket in self._found if bucket.region == region]


@dataclass
class Described:
    """What S3 says of a bucket: attributes that could be read, tags, and what was refused.

    It is `gone` when it was deleted meanwhile; `unsized` when S3 refused to tell the parts of an upload.
    """

    bucket: Bucket
    attributes: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    failures: list[AwsError] = field(default_factory=list)
    gone: bool = False
    unsized: bool = False


def collect(collection: Collection) -> None:
    """List the buckets of every account, and describe and measure each in its own region."""
    days = window(collection.as_of)
    listings = {account: Listing(collection.access, account) for account in {place.account for place in collection.places}}

    def one(place: Place, current: Slice) -> None:
        listing = listings[place.account]
        found = _described(collection, place, listing.of(place.region))
        current.failures += [*listing.failures, *(failure for bucket in found for failure in bucket.failures)]
        held = known(place, found)
        asked = [query for each in found for query in worth_asking(each.bucket.name, held, collection.as_of)]
        current.measure(asked, lambda: rows(place, found), late=LATE_DAYS)

    def known(place: Place, found: Sequence[Described]) -> Known:
        return resources.dated(collection.store, *place, days[0], days[-1]) if found else {}

    def rows(place: Place, found: Sequence[Described]) -> Iterator[dict[str, Any]]:
        held = known(place, found)
        return (bucket_row(each, place, collection, held) for each in found)

    collection.each(TITLE, one)


def listed(access: Access, account: str, failures: list[AwsError]) -> Iterator[Bucket]:
    """An account's buckets, of all regions; `failures` takes those of which the region can't be found out. Raises AwsError."""
    client = access.client("s3", "", account)
    # S3 names a bucket's region only where a parameter is given.
    for bucket in _pages(client, "list_buckets", "Buckets", LIST, Place(account), MaxBuckets=MOST_BUCKETS):
        try:
            region = bucket.get("BucketRegion") or _location(client, account, bucket["Name"])
        except AwsError as error:
            failures.append(error)
        else:
            yield Bucket(bucket["Name"], region, bucket.get("CreationDate"))


def _location(client: Any, account: str, name: str) -> str:
    """Where a bucket is, of which the listing doesn't say so."""
    with calling(LOCATION, account):
        said = client.get_bucket_location(Bucket=name).get("LocationConstraint")
    return {"": "us-east-1", "EU": "eu-west-1"}.get(said or "", str(said))


def _described(collection: Collection, place: Place, buckets: Sequence[Bucket]) -> list[Described]:
    """What S3 says of each bucket that is still there."""
    client = collection.access.client("s3", place.region, place.account) if buckets else None
    with ThreadPoolExecutor(collection.config.spendscope_collection_threads) as pool:
        found = list(pool.map(lambda bucket: described(client, place, bucket, collection.as_of), buckets))
    return [each for each in found if not each.gone]


def described(client: Any, place: Place, bucket: Bucket, as_of: date) -> Described:
    """What S3 says of one bucket. What it refuses is left out of the attributes, so that nobody takes it for none."""
    found = Described(bucket)
    name = bucket.name

    def ask(action: str, call: Callable[[], Rows]) -> Rows | None:
        """What the call brings, nothing where there is no such thing, None where it was refused."""
        try:
            with calling(action, *place):
                return call()
        except AwsError as error:
            if error.code in _NONE_SUCH:
                return []
            if error.code in _GONE:
                found.gone = True
            else:
                found.failures.append(_about(error, name))
            return None

    rules = ask(LIFECYCLE, lambda: client.get_bucket_lifecycle_configuration(Bucket=name).get("Rules", []))
    if rules is not None:
        found.attributes["LifecycleRules"] = rules
    found.tags = {tag["Key"]: tag["Value"] for tag in ask(TAGGING, lambda: client.get_bucket_tagging(Bucket=name).get("TagSet", [])) or ()}
    uploads = ask(UPLOADS, lambda: _uploads(client, place, name))
    if uploads is not None:
        found.attributes |= _left(client, place, found, uploads, as_of)
    return found


def _uploads(client: Any, place: Place, name: str) -> Rows:
    """The uploads in progress, as far as they are looked at."""
    return list(islice(_pages(client, "list_multipart_uploads", "Uploads", UPLOADS, place, Bucket=name), MOST_UPLOADS))


def _left(client: Any, place: Place, found: Described, uploads: Sequence[Mapping[str, Any]], as_of: date) -> dict[str, Any]:
    """The uploads that have been in progress for over a day, the oldest first, with the bytes of their parts where these could be read.

    `UploadsLeftOut` counts those that weren't looked into because there are so many; `UploadsUnlisted` says that there may be more.
    """
    before = datetime.combine(as_of, time(), UTC) - IN_PROGRESS
    old = sorted((upload for upload in uploads if upload["Initiated"] < before), key=lambda upload: upload["Initiated"])
    kept = [_upload(client, place, found, upload) for upload in old[:MOST_SIZED]]
    left = {"UploadsLeftOut": len(old) - MOST_SIZED} if len(old) > MOST_SIZED else {}
    return {
        "MultipartUploads": [upload for upload in kept if upload],
        **left,
        **({"UploadsUnlisted": True} if len(uploads) == MOST_UPLOADS else {}),
    }


def _upload(client: Any, place: Place, found: Described, upload: Mapping[str, Any]) -> dict[str, Any] | None:
    """An upload with the bytes of its parts; None for one that has ended meanwhile. After a refusal no more is asked of the bucket."""
    known = {**chosen(upload, ("Key", "UploadId", "StorageClass")), "Initiated": upload["Initiated"].astimezone(UTC).isoformat()}
    if found.unsized:
        return known
    asked = {"Bucket": found.bucket.name, "Key": upload["Key"], "UploadId": upload["UploadId"]}
    try:
        sizes = [int(part["Size"]) for part in _pages(client, "list_parts", "Parts", PARTS, place, **asked)]
    except AwsError as error:
        if error.code in _GONE:
            return None
        found.unsized = True
        found.failures.append(_about(error, found.bucket.name))
        return known
    return {**known, "Parts": len(sizes), "Bytes": sum(sizes)}


def _pages(client: Any, operation: str, key: str, action: str, place: Place, **parameters: Any) -> Iterator[dict[str, Any]]:
    """Every item of a list, named by IAM's action. S3 leaves an empty list out of its answer."""
    paginator = iter(client.get_paginator(operation).paginate(**parameters))
    while True:
        with calling(action, *place):
            page = next(paginator, None)
        if page is None:
            return
        yield from page.get(key) or ()


def _about(error: AwsError, name: str) -> AwsError:
    """The same failure, naming the bucket."""
    return type(error)(f"{error.message.rstrip('.')} (bucket {name}).", error.hint, error.code)


Days = Mapping[date, float | None]
"""A metric's values by day, of the days that were asked for; None where there is no datapoint."""

Known = Mapping[str, Mapping[resources.Metric, Days]]


def queries(name: str) -> Iterator[MetricQuery]:
    """A bucket's size in each storage type, and its number of objects.

    Of a bucket are kept its size in Standard and its objects; the other sizes stand under its name and the type's.
    """
    for kind in STORAGE_TYPES:
        ident = name if kind == STANDARD else f"{name}/{kind}"
        yield MetricQuery(ident, NAMESPACE, SIZE[0], {"BucketName": name, "StorageType": kind}, SIZE[1])
    yield MetricQuery(name, NAMESPACE, OBJECTS[0], {"BucketName": name, "StorageType": ALL_TYPES}, OBJECTS[1])


def worth_asking(name: str, held: Known, as_of: date) -> Iterator[MetricQuery]:
    """Those of a bucket's queries that are worth their price: storage types that it doesn't use are looked at once a week."""
    answers = [(query, held.get(query.resource_id, {}).get((query.metric, query.statistic), {})) for query in queries(name)]
    silent = not any(_last(days) for _, days in answers)
    for query, days in answers:
        if silent or not days or _last(days) or as_of - max(days) > UNUSED_FOR:
            yield query


def bucket_row(found: Described, place: Place, collection: Collection, known: Known) -> dict[str, Any]:
    """A bucket as a row of `resource_metrics`."""
    bucket = found.bucket
    name = found.tags.get("Name", "")
    attributes = {**found.attributes, **sizes(bucket.name, known)}
    return {
        **collection.where(place, "s3", bucket.name),
        "arn": f"arn:{collection.access.identity().partition}:s3:::{bucket.name}",
        "resource_type": BUCKET_TYPE,
        "resource_id": bucket.name,
        "name": "" if name == bucket.name else name,
        "created_at": moment(bucket.created),
        "tags": found.tags,
        "attributes": json.dumps(attributes, default=str),
        "utilisation": {"stored_bytes": sum(attributes["StorageBytes"].values())} if "StorageBytes" in attributes else {},
    }


def sizes(name: str, known: Known) -> dict[str, Any]:
    """`StorageBytes` by storage type and the day of the newest, `MeasuredOn`; `NumberOfObjects`. What isn't known has no key."""
    newest = {
        kind: last
        for kind in STORAGE_TYPES
        if (last := _last(known.get(name if kind == STANDARD else f"{name}/{kind}", {}).get(SIZE, {}))) is not None
    }
    objects = _last(known.get(name, {}).get(OBJECTS, {}))
    found: dict[str, Any] = {} if objects is None else {"NumberOfObjects": int(objects[1])}
    if newest:
        day = max(each for each, _ in newest.values())
        current = {kind: size for kind, (each, size) in newest.items() if each >= day - timedelta(days=LATE_DAYS)}
        found |= {"StorageBytes": current, "MeasuredOn": day.isoformat()}
    return found


def _last(values: Days) -> tuple[date, float] | None:
    """The newest day that has a value, and the value."""
    return max(((day, value) for day, value in values.items() if value is not None), default=None)


def estimate(outlook: Outlook) -> EstimateLine:
    """The metrics of every bucket known, once a day. S3's own requests come to a few cents for ten thousand buckets and aren't counted."""
    known = resources.count(outlook.store, BUCKET_TYPE)
    fresh = resources.newest_day(outlook.store, NAMESPACE)
    each = len(STORAGE_TYPES) + 1
    if known is None:
        return EstimateLine(TITLE, 0, 0, Decimal(0), f"buckets aren't known yet: ${each / 1000:.2f} for each hundred")
    if fresh is not None and fresh >= outlook.as_of - timedelta(days=1):
        return EstimateLine(TITLE, 0, 0, Decimal(0), "sizes up to yesterday are kept already")
    metrics = known * each
    basis = f"at most: objects and sizes in {len(STORAGE_TYPES)} storage types of {known:,} bucket{'' if known == 1 else 's'}"
    return EstimateLine(TITLE, -(-metrics // QUERIES_PER_CALL), metrics, usd_of("cloudwatch", "GetMetricData", 1, metrics), basis)


def _try_list(access: Access, account: str, region: str, as_of: date) -> object:
    return access.client("s3", "", account).list_buckets(MaxBuckets=1)


def _trying(call: Callable[[Any, str], object], *nothing: str) -> Callable[[Access, str, str, date], object]:
    """A try of what is asked of a bucket, with the first that there is; an answer of `nothing` shows that it may be asked."""

    def tried(access: Access, account: str, region: str, as_of: date) -> object:
        unread: list[AwsError] = []
        bucket = next((each for each in listed(access, account, unread) if each.region == region), None)
        if bucket is None:
            return None
        client = access.client("s3", region, account)
        try:
            return call(client, bucket.name)
        except client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in nothing:
                return None
            raise

    return tried


COLLECTOR = Collector(
    name="s3",
    title=TITLE,
    permissions=(
        Permission(LIST, "No bucket is known.", _try_list, per_account=True),
        Permission(
            LIFECYCLE,
            "Buckets without lifecycle rules aren't found.",
            _trying(lambda client, name: client.get_bucket_lifecycle_configuration(Bucket=name), "NoSuchLifecycleConfiguration"),
            per_account=True,
        ),
        Permission(
            TAGGING,
            "Buckets are shown without their tags.",
            _trying(lambda client, name: client.get_bucket_tagging(Bucket=name), "NoSuchTagSet"),
            per_account=True,
        ),
        Permission(
            UPLOADS,
            "Uploads that were never finished aren't found.",
            _trying(lambda client, name: client.list_multipart_uploads(Bucket=name, MaxUploads=1)),
            per_account=True,
        ),
        Permission(
            PARTS,
            "What uploads that were never finished cost isn't known.",
            _trying(lambda client, name: client.list_parts(Bucket=name, Key="none", UploadId="none"), "NoSuchUpload"),
            per_account=True,
        ),
    ),
    estimate=estimate,
    collect=collect,
    resource_types=(BUCKET_TYPE,),
    service=service("AmazonS3").label,
)
