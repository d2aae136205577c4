"""Buckets against the tiny organisation: sizes by class, uploads, rules, and what of it is refused."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import refresh
from core.aws.access import Access, demo_access
from core.collectors.contract import Outlook
from core.collectors.s3 import BUCKET_TYPE, COLLECTOR, STORAGE_TYPES, TITLE
from core.demo.model import MetricRef, Resource
from core.errors import AwsError
from core.models import SliceStatus
from core.settings import Settings
from core.store import ledger, resources
from core.store.client import Store
from tests.conftest import fresh
from tests.core.demo import tiny

NOW = datetime(2026, 11, 15, 12)
MIDNIGHT = datetime(2026, 11, 15, tzinfo=UTC)
GIB = 2**30
Collect = Callable[..., refresh.RefreshResult]

RULES = [{"ID": "age", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Date": datetime(2027, 1, 1, tzinfo=UTC)}}]


def upload(key: str, days_old: float, *sizes: int) -> dict[str, Any]:
    return {"Key": key, "UploadId": f"id-of-{key}", "Initiated": MIDNIGHT - timedelta(days=days_old), "Parts": list(sizes)}


def bucket(name: str, account: str, region: str = "us-east-1", tags: Mapping[str, str] | None = None, **attributes: Any) -> Resource:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    return Resource(BUCKET_TYPE, name, f"arn:aws:s3:::{name}", account, region, name, created, tags or {}, attributes)


BUCKETS = (
    bucket("shelf", tiny.ALPHA, tags={"Name": "The shelf", "team": "web"}, LifecycleRules=RULES),
    bucket("left", tiny.ALPHA, MultipartUploads=[upload("new", 0.5, 9), upload("b", 3, 5, 7), upload("a", 30, 11)]),
    bucket("abroad", tiny.ALPHA, "eu-west-1"),
    bucket("nobody-s-region", tiny.ALPHA, "ap-southeast-2"),
    bucket("other", tiny.BETA, "eu-west-1"),
)

# Of each bucket's metrics the days back from today on which there is a datapoint, and its value.
METRICS: Mapping[tuple[str, str, str], Mapping[int, float]] = {
    ("shelf", "BucketSizeBytes", "StandardStorage"): {n: (100.0 - n) * GIB for n in range(2, 15)},
    ("shelf", "BucketSizeBytes", "StandardIAStorage"): {3: 7.0 * GIB},
    ("shelf", "BucketSizeBytes", "GlacierStorage"): {5: 50.0 * GIB},
    ("shelf", "NumberOfObjects", "AllStorageTypes"): {2: 1234.0},
    ("abroad", "BucketSizeBytes", "DeepArchiveStorage"): {1: 3.0 * GIB},
    ("other", "BucketSizeBytes", "StandardStorage"): {0: 2.0 * GIB},
}
HELD_BACK: set[str] = set()
"""Buckets whose datapoints haven't come yet."""


def series(metric: MetricRef, start: datetime, end: datetime, period: int, statistic: str) -> tuple[list[datetime], list[float]]:
    dimensions = dict(metric.dimensions)
    name = dimensions.get("BucketName", "")
    known = {} if name in HELD_BACK else METRICS.get((name, metric.name, dimensions.get("StorageType", "")), {})
    moments = {MIDNIGHT - timedelta(days=n): value for n, value in sorted(known.items(), reverse=True)}
    found = {at: value for at, value in moments.items() if start <= at < end and metric.namespace == "AWS/S3"}
    return list(found), list(found.values())


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    whole = tiny.build()
    kept = tuple(each for each in whole.resources if each.kind != BUCKET_TYPE)
    with tiny.served(replace(whole, resources=(*kept, *BUCKETS), series=series)) as served:
        yield served


def reached(demo: tiny.Served, store: Store, config: Settings) -> Access:
    access = demo_access(demo.endpoint, refresh.metered(store, config, demo=True))
    access.regions = ("us-east-1", "eu-west-1")
    return access


@pytest.fixture(scope="module", autouse=True)
def alone() -> Iterator[None]:
    """No other collector runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh, "discovered", lambda: (COLLECTOR,))
        yield


@pytest.fixture
def collect(demo: tiny.Served, store: Store, embedded: Settings) -> Iterator[Collect]:
    def collected(faults: list[dict[str, Any]] | None = None, days_later: int = 0) -> refresh.RefreshResult:
        demo.control("faults", "DELETE")
        demo.control("faults", "POST", faults or [])
        later = timedelta(days=days_later)
        return refresh.refresh(store, reached(demo, store, embedded), embedded, tiny.AS_OF + later, clock=lambda: NOW + later)

    yield collected
    demo.control("faults", "DELETE")


@pytest.fixture(scope="module")
def first(demo: tiny.Served, embedded: Settings) -> Iterator[tuple[Store, refresh.RefreshResult]]:
    """A first collection, for the tests that only look at it."""
    for held in fresh(embedded):
        yield held, refresh.refresh(held, reached(demo, held, embedded), embedded, tiny.AS_OF, clock=lambda: NOW)


def buckets(store: Store) -> dict[str, dict[str, Any]]:
    held = resources.inventory(store)
    assert held
    rows = (row for row in resources.listed(store, held) if row["resource_type"] == BUCKET_TYPE)
    return {row["resource_id"]: {**row, "attributes": json.loads(row["attributes"])} for row in rows}


def slices(result: refresh.RefreshResult) -> dict[tuple[str, str], tuple[str, str]]:
    return {(o.account_id, o.region): (o.status, o.reason) for o in result.outcomes if o.collector == TITLE}


def requests(store: Store, result: refresh.RefreshResult, operation: str) -> int:
    return sum(call.requests for call in ledger.calls(store, result.run_id) if call.operation == operation)


def refuse(action: str, **where: str) -> list[dict[str, Any]]:
    return [{"service": "s3", "action": action, "kind": "denied", **where}]


def test_buckets_are_listed_once_an_account_and_kept_where_they_are(first: tuple[Store, refresh.RefreshResult]) -> None:
    store, result = first
    kept = buckets(store)
    assert {name: (row["account_id"], row["region"]) for name, row in kept.items()} == {
        "shelf": (tiny.ALPHA, "us-east-1"),
        "left": (tiny.ALPHA, "us-east-1"),
        "abroad": (tiny.ALPHA, "eu-west-1"),
        "other": (tiny.BETA, "eu-west-1"),
    }
    assert requests(store, result, "ListBuckets") == 3  # accounts
    assert requests(store, result, "GetBucketLocation") == 0
    assert set(slices(result).values()) == {(SliceStatus.COMPLETE, "")}
    assert store.rows("SELECT DISTINCT arn FROM resource_metrics WHERE resource_id = 'abroad'") == [("arn:aws:s3:::abroad",)]


def test_rules_tags_and_creation_are_kept(first: tuple[Store, refresh.RefreshResult]) -> None:
    store, _ = first
    kept = buckets(store)
    shelf, left = kept["shelf"], kept["left"]
    assert shelf["attributes"]["LifecycleRules"][0]["Status"] == "Enabled"
    assert (shelf["name"], shelf["tags"]) == ("The shelf", {"Name": "The shelf", "team": "web"})
    assert shelf["created_at"].date().isoformat() == "2026-01-01"
    assert (left["attributes"]["LifecycleRules"], left["tags"]) == ([], {})


def test_the_parts_of_old_uploads_are_added_up(first: tuple[Store, refresh.RefreshResult]) -> None:
    store, result = first
    kept = buckets(store)
    assert kept["left"]["attributes"]["MultipartUploads"] == [
        {"Key": "a", "UploadId": "id-of-a", "Initiated": "2026-10-16T00:00:00+00:00", "Parts": 1, "Bytes": 11},
        {"Key": "b", "UploadId": "id-of-b", "Initiated": "2026-11-12T00:00:00+00:00", "Parts": 2, "Bytes": 12},
    ]
    assert kept["shelf"]["attributes"]["MultipartUploads"] == []
    assert requests(store, result, "ListParts") == 2


def test_sizes_are_the_newest_by_class_and_say_of_which_day(first: tuple[Store, refresh.RefreshResult]) -> None:
    store, _ = first
    kept = buckets(store)
    shelf = kept["shelf"]["attributes"]
    # A day older than the newest may be late; what is three days older is a class that is no longer in use.
    assert shelf["StorageBytes"] == {"StandardStorage": 98.0 * GIB, "StandardIAStorage": 7.0 * GIB}
    assert (shelf["MeasuredOn"], shelf["NumberOfObjects"]) == ("2026-11-13", 1234)
    assert kept["shelf"]["utilisation"] == {"stored_bytes": 105.0 * GIB}
    assert kept["abroad"]["attributes"]["StorageBytes"] == {"DeepArchiveStorage": 3.0 * GIB}
    # Without any datapoint nothing is known, which isn't empty.
    assert not {"StorageBytes", "NumberOfObjects"} & kept["left"]["attributes"].keys()


def test_all_storage_types_of_all_buckets_of_a_region_are_asked_for_together(collect: Collect, store: Store) -> None:
    result = collect()
    asked = {
        (call.account, call.region): (call.requests, call.metrics)
        for call in ledger.calls(store, result.run_id)
        if call.operation == "GetMetricData" and call.region == "eu-west-1"
    }
    assert asked[tiny.BETA, "eu-west-1"] == (1, len(STORAGE_TYPES) + 1)
    again = collect()
    assert requests(store, again, "GetMetricData") == 0


def test_storage_types_that_a_bucket_does_not_use_are_asked_for_once_a_week(collect: Collect, store: Store) -> None:
    collect()
    metrics = {
        days: sum(call.metrics for call in ledger.calls(store, collect(days_later=days).run_id) if call.operation == "GetMetricData")
        for days in (1, 7)
    }
    # On the next day "shelf" is asked for its four, "abroad" for its one, and the two of which nothing is known yet for all 27.
    # After a week "other" is known, since a day ago less than a week.
    assert metrics == {1: 4 + 1 + 2 * 27, 7: 3 * 27 + 1}


def test_metrics_that_come_late_are_asked_for_once_more(collect: Collect, store: Store) -> None:
    HELD_BACK.add("other")
    collect(days_later=1)
    assert "StorageBytes" not in buckets(store)["other"]["attributes"]
    HELD_BACK.clear()
    # What was asked for and wasn't there is asked for again on the next day, and not on the same one.
    assert requests(store, collect(days_later=1), "GetMetricData") == 0
    collect(days_later=2)
    assert buckets(store)["other"]["attributes"]["MeasuredOn"] == "2026-11-15"


@pytest.mark.parametrize(
    ("operation", "action", "lacking"),
    [
        ("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", {"LifecycleRules"}),
        ("GetBucketTagging", "s3:GetBucketTagging", set()),
        ("ListMultipartUploads", "s3:ListBucketMultipartUploads", {"MultipartUploads"}),
    ],
)
def test_what_is_denied_of_a_bucket_is_left_out_and_the_rest_kept(
    collect: Collect, store: Store, operation: str, action: str, lacking: set[str]
) -> None:
    result = collect(refuse(operation, region="us-east-1"))
    status, reason = slices(result)[tiny.ALPHA, "us-east-1"]
    assert status == SliceStatus.INCOMPLETE
    assert action in reason
    assert "So did 1 more request." in reason
    kept = buckets(store)
    assert {"LifecycleRules", "MultipartUploads"} - kept["left"]["attributes"].keys() == lacking
    assert "StorageBytes" in kept["shelf"]["attributes"]
    assert slices(result)[tiny.ALPHA, "eu-west-1"] == (SliceStatus.COMPLETE, "")
    assert {"LifecycleRules", "MultipartUploads"} <= kept["abroad"]["attributes"].keys()


def test_one_bucket_s_denial_is_told_with_its_name_and_spoils_no_other(collect: Collect, store: Store) -> None:
    result = collect([{**refuse("GetBucketLifecycleConfiguration", region="us-east-1")[0], "times": 1}])
    _, reason = slices(result)[tiny.ALPHA, "us-east-1"]
    kept = buckets(store)
    (refused,) = [name for name in ("shelf", "left") if "LifecycleRules" not in kept[name]["attributes"]]
    assert f"(bucket {refused})" in reason
    assert "more request" not in reason


def test_where_parts_are_denied_uploads_are_kept_without_their_size(collect: Collect, store: Store) -> None:
    result = collect(refuse("ListParts"))
    assert "s3:ListMultipartUploadParts" in slices(result)[tiny.ALPHA, "us-east-1"][1]
    uploads = buckets(store)["left"]["attributes"]["MultipartUploads"]
    assert [(each["Key"], each.get("Bytes")) for each in uploads] == [("a", None), ("b", None)]
    assert requests(store, result, "ListParts") == 1


def test_where_listing_is_denied_what_was_known_stays(collect: Collect, store: Store) -> None:
    collect()
    result = collect(refuse("ListBuckets", account=tiny.ALPHA), days_later=1)
    for region in ("us-east-1", "eu-west-1"):
        status, reason = slices(result)[tiny.ALPHA, region]
        assert status == SliceStatus.INCOMPLETE
        assert "s3:ListAllMyBuckets" in reason
    assert requests(store, result, "ListBuckets") == 3
    assert buckets(store).keys() == {"shelf", "left", "abroad", "other"}


def test_where_cloudwatch_is_denied_buckets_are_kept_without_sizes(collect: Collect, store: Store) -> None:
    result = collect([{"service": "cloudwatch", "action": "GetMetricData", "kind": "denied"}])
    assert "cloudwatch:GetMetricData" in slices(result)[tiny.ALPHA, "us-east-1"][1]
    assert "StorageBytes" not in buckets(store)["shelf"]["attributes"]
    assert buckets(store)["shelf"]["attributes"]["LifecycleRules"]


def test_the_estimate_counts_the_metrics_of_every_bucket(
    first: tuple[Store, refresh.RefreshResult], store: Store, embedded: Settings
) -> None:
    def metrics(held: Store, days_later: int) -> tuple[int, int, Decimal]:
        line = COLLECTOR.estimate(Outlook(held, embedded, tiny.AS_OF + timedelta(days=days_later), False))
        return line.requests, line.metrics, line.usd

    assert metrics(store, 0) == (0, 0, Decimal(0))
    assert metrics(first[0], 0) == (0, 0, Decimal(0))
    assert metrics(first[0], 1) == (1, 4 * 27, Decimal("0.00108"))


@pytest.mark.parametrize("lacking", [permission.action for permission in COLLECTOR.permissions])
def test_each_permission_is_told_apart(demo: tiny.Served, store: Store, embedded: Settings, lacking: str) -> None:
    access = reached(demo, store, embedded)
    operations = {
        "s3:ListAllMyBuckets": "ListBuckets",
        "s3:GetLifecycleConfiguration": "GetBucketLifecycleConfiguration",
        "s3:ListBucketMultipartUploads": "ListMultipartUploads",
        "s3:ListMultipartUploadParts": "ListParts",
    }
    (permission,) = [each for each in COLLECTOR.permissions if each.action == lacking]
    permission.try_(access, tiny.ALPHA, "us-east-1", tiny.AS_OF)
    permission.try_(access, tiny.ALPHA, "ca-central-1", tiny.AS_OF)  # without a bucket there is nothing to try
    demo.control("faults", "POST", refuse(operations.get(lacking, lacking.removeprefix("s3:"))))
    with pytest.raises((AwsError, access.client("s3").exceptions.ClientError)):
        permission.try_(access, tiny.ALPHA, "us-east-1", tiny.AS_OF)
    demo.control("faults", "DELETE")
