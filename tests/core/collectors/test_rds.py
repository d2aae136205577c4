"""Databases against a small organisation: what is kept of each, and three metrics of those that run, in one request."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import refresh
from core.collectors import rds
from core.collectors.contract import Outlook
from core.demo.model import MetricRef, Resource
from core.models import SliceStatus
from core.settings import Settings
from core.store import facts, ledger, resources
from core.store.client import Store
from tests.core.collectors.conftest import Collect
from tests.core.demo import tiny

COLLECTORS = ("cost_explorer", "rds")
GIB = 2**30


def database(ident: str, region: str = "us-east-1", **more: Any) -> Resource:
    arn = f"arn:aws:rds:{region}:{tiny.ALPHA}:db:{ident}"
    attributes: dict[str, Any] = {
        "DBInstanceIdentifier": ident,
        "DBInstanceArn": arn,
        "DBInstanceClass": "db.m5.large",
        "Engine": "postgres",
        "DBInstanceStatus": "available",
        "MultiAZ": False,
        "StorageType": "gp3",
        "AllocatedStorage": 100,
        "MasterUsername": "root",
        "InstanceCreateTime": datetime(2026, 1, 2, tzinfo=UTC),
        "LicenseModel": "postgresql-license",
    }
    created = datetime(2026, 1, 2, tzinfo=UTC)
    return Resource("rds:db", ident, arn, tiny.ALPHA, region, ident, created, {"env": "prod", "Name": f"The {ident}"}, attributes | more)


DATABASES = (
    database("orders", ReadReplicaDBInstanceIdentifiers=["copy"], MaxAllocatedStorage=500),
    database("copy", ReadReplicaSourceDBInstanceIdentifier="orders"),
    database("parked", DBInstanceStatus="stopped"),
    database("catalogue", Engine="aurora-postgresql", StorageType="aurora", DBClusterIdentifier="catalogue"),
    database("graph", Engine="neptune"),
    database("far", "eu-west-1"),
)


def series(metric: MetricRef, start: datetime, end: datetime, period: int, statistic: str) -> tuple[list[datetime], list[float]]:
    """Three connections, a tenth of the CPU and 40 GiB free of `orders`; nothing of any other."""
    values = {"DatabaseConnections": 3.0, "CPUUtilization": 10.0, "FreeStorageSpace": 40.0 * GIB}
    if metric.namespace != "AWS/RDS" or metric.dimensions != frozenset({("DBInstanceIdentifier", "orders")}):
        return [], []
    starts = [start + timedelta(seconds=period * step) for step in range(int((end - start).total_seconds()) // period)]
    return starts, [values[metric.name]] * len(starts)


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    with tiny.served(replace(tiny.build(), resources=DATABASES, series=series)) as served:
        yield served


def kept(store: Store) -> dict[str, dict[str, Any]]:
    held = resources.inventory(store)
    assert held
    return {row["resource_id"]: row for row in resources.listed(store, held) if row["resource_type"] == "rds:db"}


def asked(store: Store, result: refresh.RefreshResult, operation: str) -> list[Any]:
    return [call for call in ledger.calls(store, result.run_id) if call.operation == operation]


def test_databases_of_every_account_and_region_are_kept_under_the_api_s_names(collect: Collect, store: Store) -> None:
    collect()
    rows = kept(store)
    assert rows.keys() == {one.id for one in DATABASES}
    orders = rows["orders"]
    assert (orders["account_id"], orders["region"], orders["state"], orders["name"]) == (tiny.ALPHA, "us-east-1", "available", "The orders")
    assert orders["tags"] == {"env": "prod", "Name": "The orders"}
    assert orders["created_at"].replace(tzinfo=UTC) == datetime(2026, 1, 2, tzinfo=UTC)
    held = resources.inventory(store)
    assert held
    (said,) = [one for _, one in facts.distinct(store, held, "rds:db") if one["DBInstanceIdentifier"] == "orders"]
    assert (said["DBInstanceClass"], said["AllocatedStorage"], said["MaxAllocatedStorage"]) == ("db.m5.large", 100, 500)
    assert said["ReadReplicaDBInstanceIdentifiers"] == ["copy"]
    assert "MasterUsername" not in said
    assert rows["far"]["region"] == "eu-west-1"
    assert rows["parked"]["state"] == "stopped"


def test_three_metrics_of_what_runs_are_asked_in_one_request_a_region(collect: Collect, store: Store) -> None:
    result = collect()
    calls = asked(store, result, "GetMetricData")
    # orders, copy and far with three each, Aurora without free storage; nothing of what is stopped, nor of Neptune.
    assert sum(call.metrics for call in calls) == 3 * 3 + 2
    assert {(call.region, call.requests) for call in calls} == {("us-east-1", 1), ("eu-west-1", 1)}
    first, last = tiny.AS_OF - timedelta(days=14), tiny.AS_OF - timedelta(days=1)
    days = resources.dated(store, tiny.ALPHA, "us-east-1", first, last)
    assert list(days["orders"]["DatabaseConnections", "Maximum"].values()) == [3.0] * 14
    assert list(days["orders"]["FreeStorageSpace", "Minimum"].values()) == [40.0 * GIB] * 14
    assert list(days["copy"]["DatabaseConnections", "Maximum"].values()) == [None] * 14
    assert ("FreeStorageSpace", "Minimum") not in days["catalogue"]
    assert "parked" not in days
    assert "graph" not in days


def test_what_the_window_comes_to_is_kept_and_what_was_not_measured_is_not(collect: Collect, store: Store) -> None:
    collect()
    rows = store.rows("SELECT resource_id, utilisation FROM resource_metrics WHERE resource_type = 'rds:db' AND region = 'us-east-1'")
    found = dict(rows)
    assert found["orders"] == {
        "connections_days": 14.0,
        "connections_max": 3.0,
        "cpu_days": 14.0,
        "cpu_mean": 10.0,
        "free_storage_min_gib": 40.0,
    }
    assert found["copy"] == {}


def test_nothing_is_asked_twice_of_a_day(collect: Collect, store: Store) -> None:
    collect()
    assert asked(store, collect(), "GetMetricData") == []
    assert sum(call.metrics for call in asked(store, collect(1), "GetMetricData")) == 11


def test_where_cloudwatch_is_denied_the_databases_are_kept_all_the_same(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "cloudwatch", "action": "GetMetricData", "kind": "denied", "times": -1}])
    assert {o.status for o in result.outcomes if o.collector == rds.TITLE and o.account_id == tiny.ALPHA} == {SliceStatus.INCOMPLETE}
    assert kept(store).keys() == {one.id for one in DATABASES}


def test_where_rds_is_denied_the_slice_says_so_and_the_rest_goes_on(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "rds", "action": "DescribeDBInstances", "kind": "denied", "times": -1}])
    reasons = [o.reason for o in result.outcomes if o.collector == rds.TITLE]
    assert reasons
    assert all("rds:DescribeDBInstances" in reason for reason in reasons)
    assert result.months == 3


def test_the_estimate_knows_what_is_kept(collect: Collect, store: Store, embedded: Settings) -> None:
    def line(day: int) -> Any:
        return rds.COLLECTOR.estimate(Outlook(store, embedded, tiny.AS_OF + timedelta(days=day), whole=False))

    assert (line(0).requests, line(0).metrics) == (0, 0)
    collect()
    assert (line(0).requests, line(0).metrics) == (0, 0)
    assert (line(1).requests, line(1).metrics) == (1, 18)
    assert "6 databases" in line(1).basis
