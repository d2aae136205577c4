"""Costs of resources by part and class, and why one isn't known."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from core.insight import resources
from core.insight.resources import PARTS, apart, class_of, cost_lines, described, listed, part_of
from core.models import Snapshot
from core.settings import Settings
from core.store import publish, resource_costs
from core.store.client import Store
from tests.conftest import fresh
from tests.core.priced import BUCKET, DATABASE, EVERYTHING, keep, resource


@pytest.fixture(scope="module")
def priced(embedded: Settings) -> Iterator[Store]:
    """Everything, published. Tests look at it and change nothing."""
    for store in fresh(embedded):
        keep(store, *EVERYTHING)
        yield store


@pytest.fixture
def snap(priced: Store) -> Snapshot:
    """What is published in it."""
    return publish.snapshot(priced)


@pytest.mark.parametrize(
    ("key", "unit", "part"),
    [
        ("BoxUsage:m5.large/RunInstances", "Hrs", "compute"),
        ("Lambda-GB-Second-ARM", "Second", "compute"),
        ("Lambda-GB-Second", "Lambda-GB-Second", "compute"),
        ("Request", "Requests", "requests"),
        ("EBS:VolumeUsage.gp3", "GB-Mo", "storage"),
        ("RDS:PIOPS-Storage", "GB-Mo", "storage"),
        ("RDS:PIOPS", "IOPS-Mo", "iops"),
        ("EBS:VolumeP-Throughput.gp3", "GiBps-mo", "throughput"),
        ("RDS:GP3-Throughput", "MBPS-Mo", "throughput"),
        ("Monitoring-Automation-INT", "Objects", "requests"),
        ("Something new", "Widgets", "other"),
    ],
)
def test_what_a_line_is_for(key: str, unit: str, part: str) -> None:
    assert part_of(key, unit) == part


@pytest.mark.parametrize(
    ("kind", "key", "name"),
    [
        ("ec2:volume", "EBS:VolumeUsage", "EBS magnetic"),
        ("ec2:volume", "EBS:VolumeUsage.piops", "EBS io1"),
        ("ec2:volume", "EBS:VolumeP-IOPS.io2.tier2", "EBS io2"),
        ("ec2:volume", "EBS:Novelty", "EBS:Novelty"),
        ("rds:db", "RDS:GP3-Storage", "RDS gp3"),
        ("rds:db", "RDS:Multi-AZ-PIOPS-Storage", "RDS io1, Multi-AZ"),
        ("rds:db", "RDS:PIOPS-Storage-IO2", "RDS io2"),
        ("rds:db", "RDS:StorageUsage", "RDS magnetic"),
        ("rds:db", "Aurora:StorageUsage", "RDS Aurora"),
        ("s3:bucket", "TimedStorage-ByteHrs", "S3 Standard"),
        ("s3:bucket", "TimedStorage-SIA-ByteHrs", "S3 Standard-IA"),
        ("s3:bucket", "TimedStorage-ZIA-ByteHrs", "S3 One Zone-IA"),
        ("s3:bucket", "TimedStorage-GIR-ByteHrs", "S3 Glacier Instant Retrieval"),
        ("s3:bucket", "TimedStorage-GlacierByteHrs", "S3 Glacier Flexible Retrieval"),
        ("s3:bucket", "TimedStorage-GDA-ByteHrs", "S3 Glacier Deep Archive"),
        ("s3:bucket", "TimedStorage-INT-AIA-ByteHrs", "S3 Intelligent-Tiering, archive instant"),
        ("s3:bucket", "TimedStorage-INT-DAA-ByteHrs", "S3 Intelligent-Tiering, deep archive"),
        ("s3:bucket", "Requests-Tier1", "S3 Requests-Tier1"),
        ("lambda:function", "Request-ARM", "Lambda arm64"),
        ("lambda:function", "Lambda-GB-Second", "Lambda x86_64"),
        ("lambda:function", "Lambda-Storage-GB-Second", "Lambda x86_64, ephemeral storage"),
        ("sqs:queue", "Requests", "Requests"),
    ],
)
def test_what_a_line_is_of(kind: str, key: str, name: str) -> None:
    assert class_of(kind, key) == name


def test_every_storage_class_that_buckets_can_have_has_a_name_of_its_own() -> None:
    from core.reckoning.s3 import CLASSES

    keys = {one.key for one in CLASSES.values()}
    names = {class_of("s3:bucket", key) for key in keys}
    assert len(names) == len(keys)
    assert not any("TimedStorage" in name for name in names)


def test_everything_by_class_adds_up(priced: Store, snap: Snapshot) -> None:
    found = apart(resource_costs.lines(priced, snap, {}))
    assert sum(found["usd"]) == sum(one.usd for one in resource_costs.sums(priced, snap, {}).values())
    rows = {(row["part"], row["of"]): row for row in found.to_dict("records")}
    assert rows["storage", "S3 Standard"]["quantity"] == 1024
    assert rows["iops", "EBS io1"]["usd"] == Decimal("6.5")
    assert rows["compute", "RDS instances"]["resources"] == 1
    assert rows["requests", "Lambda arm64"]["quantity"] == 2_000_000
    assert list(found["usd"]) == sorted(found["usd"], reverse=True)


def test_nothing_is_made_of_nothing(store: Store) -> None:
    assert apart(resource_costs.lines(store, Snapshot(0, ()), {})).empty


def test_the_parts_of_each_resource_are_its_cost(priced: Store, snap: Snapshot) -> None:
    rows = listed(priced, snap, {})
    for row in rows.to_dict("records"):
        if row["lacking"]:
            assert [row[part] for part in PARTS] == [None] * len(PARTS)
        else:
            assert sum(row[part] for part in PARTS) == row["cost"]
    told = {row["resource_id"]: row for row in rows.to_dict("records")}
    assert (told["vol-1"]["storage"], told["vol-1"]["iops"], told["vol-1"]["throughput"]) == (8, 5, Decimal("5.12"))
    assert (told["logs"]["gib"], told["orders"]["gib"], told["i-1"]["gib"]) == (1624, 200, None)


def test_a_cost_that_is_not_known_says_why(priced: Store, snap: Snapshot) -> None:
    reasons = dict(zip(*(listed(priced, snap, {})[name] for name in ("resource_id", "lacking")), strict=True))
    assert [ident for ident, reason in reasons.items() if reason] == ["i-3", "silent"]
    assert "in eu-west-1" in reasons["i-3"]
    assert "CloudWatch" in reasons["silent"]


def test_odd_attributes_spoil_one_reason_and_nothing_else(store: Store) -> None:
    odd = resource("ec2:volume", "vol-9", {"VolumeType": ["gp2"], "Size": "large"})
    keep(store, odd, resource("s3:bucket", "b", {}), DATABASE)
    rows = listed(store, publish.snapshot(store), {})
    assert list(rows["resource_id"]) == ["orders", "vol-9", "b"]
    assert all(rows["lacking"].iloc[1:])


def test_what_could_be_priced_by_now_waits_for_the_next_collection(store: Store) -> None:
    keep(store, resource("ec2:instance", "i-1", {"InstanceType": "m5.large", "UsageOperation": "RunInstances"}))
    (reason,) = listed(store, publish.snapshot(store), {})["lacking"]
    assert "next collection" in reason


def test_lines_have_the_place_of_their_resource(store: Store) -> None:
    keep(store, BUCKET, resource("s3:bucket", "unmeasured", {}))
    lines = cost_lines(listed(store, publish.snapshot(store), {}))
    assert list(lines["resource_id"]) == ["logs"] * 3
    assert list(lines["part"]) == ["storage"] * 3
    assert list(lines["usd"]) == ["23.5520000000", "1.8000000000", "1.2500000000"]
    assert cost_lines(listed(store, Snapshot(0, ()), {})).empty


def test_what_a_resource_is_in_few_words() -> None:
    assert described("ec2:instance", {"InstanceType": "m5.large", "InstanceLifecycle": "spot"}) == "m5.large, spot"
    assert described("ec2:volume", {"VolumeType": "gp3", "Size": 100}) == "gp3, 100 GiB"
    assert (
        described("rds:db", {"DBInstanceClass": "db.r5.large", "Engine": "postgres", "MultiAZ": True}) == "db.r5.large, postgres, Multi-AZ"
    )
    assert described("lambda:function", {"MemorySize": 512, "Architectures": ["arm64"]}) == "512 MB, arm64"
    assert described("lambda:function", {"Architectures": "arm64"}) == ""
    assert described("s3:bucket", {}) == ""


def test_a_basis_that_is_no_object_has_no_lines() -> None:
    assert resources.working("[]") == []
    assert resources.working("") == []
