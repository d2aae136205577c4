"""RDS: every database instance, and how much it was used on the last fourteen whole days.

DescribeDBInstances lists Aurora's, Neptune's and DocumentDB's instances too. They are kept; the last two have metrics in namespaces of
their own, which aren't asked for.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.cloudwatch import MetricQuery
from core.aws.listing import chosen, moment, pages, tags_of
from core.aws.meter import usd_of
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.measuring import window
from core.services import service
from core.store import resources

TITLE = "RDS databases"
DATABASE_TYPE = "rds:db"
NAMESPACE = "AWS/RDS"
DIMENSION = "DBInstanceIdentifier"
GIB = 2**30

CONNECTIONS = ("DatabaseConnections", "Maximum")
CPU = ("CPUUtilization", "Average")
FREE_SPACE = ("FreeStorageSpace", "Minimum")
_METRICS = 3

# What is kept of a database, under the API's names.
ATTRIBUTES = (
    *("DBInstanceIdentifier", "DBInstanceArn", "DBInstanceClass", "Engine", "EngineVersion", "LicenseModel", "MultiAZ"),
    *("StorageType", "AllocatedStorage", "MaxAllocatedStorage", "Iops", "StorageThroughput", "AvailabilityZone", "DBClusterIdentifier"),
    *("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier", "ReadReplicaDBInstanceIdentifiers"),
    *("DeletionProtection", "BackupRetentionPeriod", "StorageEncrypted"),
)
_MEASURED = ("available", "backing-up", "storage-optimization")
"""States in which a database serves as usual."""
_ELSEWHERE = ("neptune", "docdb")


def collect(collection: Collection) -> None:
    """List the databases of every account and region, then ask how much those that run were used."""
    days = window(collection.as_of)

    def one(place: Place, current: Slice) -> None:
        databases = list(listed(collection.access, place))
        current.measure(queries(databases), lambda: rows(databases, place))

    def rows(databases: Sequence[Mapping[str, Any]], place: Place) -> Iterator[dict[str, Any]]:
        busy = resources.series(collection.store, *place, NAMESPACE, days[0], days[-1]) if databases else {}
        return (database_row(database, place, collection, busy.get(database[DIMENSION], {})) for database in databases)

    collection.each(TITLE, one)


def listed(access: Access, place: Place, **parameters: Any) -> Iterator[dict[str, Any]]:
    """The databases of a region."""
    client = access.client("rds", place.region, place.account)
    return pages(client, "describe_db_instances", "DBInstances", *place, **parameters)


def queries(databases: Iterable[Mapping[str, Any]]) -> Iterator[MetricQuery]:
    """The daily figures of each that runs. Aurora's storage has no limit to be near."""
    for database in databases:
        engine = str(database.get("Engine", ""))
        if database.get("DBInstanceStatus") not in _MEASURED or engine.startswith(_ELSEWHERE):
            continue
        for name, statistic in (CONNECTIONS, CPU) if engine.startswith("aurora") else (CONNECTIONS, CPU, FREE_SPACE):
            ident = database[DIMENSION]
            yield MetricQuery(ident, NAMESPACE, name, {DIMENSION: ident}, statistic)


def database_row(database: Mapping[str, Any], place: Place, collection: Collection, busy: resources.DailyValues) -> dict[str, Any]:
    """A database as a row of `resource_metrics`."""
    tags, ident = tags_of({"Tags": database.get("TagList") or ()}), database[DIMENSION]
    where = collection.where(place, "rds", f"db:{ident}")
    return {
        **where,
        "arn": database.get("DBInstanceArn") or where["arn"],
        "resource_type": DATABASE_TYPE,
        "resource_id": ident,
        "name": tags.get("Name", ""),
        "state": database.get("DBInstanceStatus", ""),
        "created_at": moment(database.get("InstanceCreateTime")),
        "tags": tags,
        "attributes": json.dumps(chosen(database, ATTRIBUTES)),
        "utilisation": utilisation(busy),
    }


def utilisation(busy: resources.DailyValues) -> dict[str, float]:
    """What the window's daily values come to; what wasn't measured has no key.

    `connections_days` counts days with a datapoint; `connections_max` is the highest number at a time, `cpu_mean` percent, and
    `free_storage_min_gib` the least that was free, in 2^30 bytes.
    """
    found: dict[str, float] = {}
    if connections := busy.get(CONNECTIONS):
        found |= {"connections_days": len(connections), "connections_max": max(connections)}
    if cpu := busy.get(CPU):
        found |= {"cpu_days": len(cpu), "cpu_mean": sum(cpu) / len(cpu)}
    if free := busy.get(FREE_SPACE):
        found["free_storage_min_gib"] = min(free) / GIB
    return found


def estimate(outlook: Outlook) -> EstimateLine:
    """Three metrics of every database known, once a day; the listing is free."""
    known = resources.count(outlook.store, DATABASE_TYPE)
    fresh = resources.newest_day(outlook.store, NAMESPACE)
    if known is None:
        return EstimateLine(TITLE, 0, 0, Decimal(0), "databases aren't known yet: $0.03 for each thousand")
    if fresh is not None and fresh >= outlook.as_of - timedelta(days=1):
        return EstimateLine(TITLE, 0, 0, Decimal(0), "utilisation up to yesterday is kept already")
    metrics = known * _METRICS
    return EstimateLine(TITLE, -(-metrics // 500), metrics, usd_of("cloudwatch", "GetMetricData", 1, metrics), _basis(known))


def _basis(known: int) -> str:
    return f"connections, CPU and free storage of {known:,} database{'' if known == 1 else 's'}"


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return next(listed(access, Place(account, region), PaginationConfig={"PageSize": 20}), None)


COLLECTOR = Collector(
    name="rds",
    title=TITLE,
    permissions=(
        Permission("rds:DescribeDBInstances", "No database is known, so no idle or oversized one is found.", _try, per_account=True),
    ),
    estimate=estimate,
    collect=collect,
    resource_types=(DATABASE_TYPE,),
    service=service("AmazonRDS").label,
)
