"""What an RDS instance costs: the hours of its class, and the storage, IOPS and throughput that it has.

Hours go by class, engine, licence, edition and deployment, storage by type and deployment; Multi-AZ has prices of its own for both.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from core.instance_types import InstanceType
from core.prices import HOURS_A_MONTH, RESERVED, PriceList
from core.reckoning import Attributes, CostLine, Question, Reckoning, summed

RESOURCE_TYPE, SERVICE_CODE = "rds:db", "AmazonRDS"

# States in which there are no hours, and those in which there is nothing at all; in every other both are billed.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
STORAGE_ONLY = ("stopped", "stopping", "starting", "inaccessible-encryption-credentials-recoverable")
NOTHING = (
    *("creating", "deleting", "delete-precheck", "failed", "inaccessible-encryption-credentials"),
    *("incompatible-network", "incompatible-restore", "incompatible-create", "insufficient-capacity"),
)

OWN_LICENCE = "bring-your-own-license"
FREE, INCLUDED, BROUGHT = "No license required", "License included", "Bring your own license"


class Sold(NamedTuple):
    """An engine with a licence: its operation on a bill, and the Pricing API's names of engine, licence and edition."""

    operation: str
    engine: str
    licence: str = FREE
    edition: str = ""


# By DescribeDBInstances' engine, and whether the licence is the customer's own. The operations are those of a bill:
# https://catalog.workshops.aws/cur-query-library/en-US/queries/database
SOLD: Mapping[tuple[str, bool], Sold] = {
    ("postgres", False): Sold("CreateDBInstance:0014", "PostgreSQL"),
    ("mysql", False): Sold("CreateDBInstance:0002", "MySQL"),
    ("mariadb", False): Sold("CreateDBInstance:0018", "MariaDB"),
    ("aurora", False): Sold("CreateDBInstance:0016", "Aurora MySQL"),
    ("aurora-mysql", False): Sold("CreateDBInstance:0016", "Aurora MySQL"),
    ("aurora-postgresql", False): Sold("CreateDBInstance:0021", "Aurora PostgreSQL"),
    ("oracle-se", True): Sold("CreateDBInstance:0004", "Oracle", BROUGHT, "Standard"),
    ("oracle-se1", True): Sold("CreateDBInstance:0003", "Oracle", BROUGHT, "Standard One"),
    ("oracle-se1", False): Sold("CreateDBInstance:0006", "Oracle", INCLUDED, "Standard One"),
    ("oracle-se2", True): Sold("CreateDBInstance:0019", "Oracle", BROUGHT, "Standard Two"),
    ("oracle-se2", False): Sold("CreateDBInstance:0020", "Oracle", INCLUDED, "Standard Two"),
    ("oracle-ee", True): Sold("CreateDBInstance:0005", "Oracle", BROUGHT, "Enterprise"),
    ("sqlserver-ex", False): Sold("CreateDBInstance:0010", "SQL Server", INCLUDED, "Express"),
    ("sqlserver-web", False): Sold("CreateDBInstance:0011", "SQL Server", INCLUDED, "Web"),
    ("sqlserver-se", False): Sold("CreateDBInstance:0012", "SQL Server", INCLUDED, "Standard"),
    ("sqlserver-ee", False): Sold("CreateDBInstance:0015", "SQL Server", INCLUDED, "Enterprise"),
}

# What usage types call a type of storage, and its IOPS and throughput where these are sold.
_STORAGE = {"gp2": "GP2-Storage", "gp3": "GP3-Storage", "io1": "PIOPS-Storage", "io2": "PIOPS-Storage-IO2", "standard": "StorageUsage"}
_IOPS = {"gp3": "GP3-PIOPS", "io1": "PIOPS", "io2": "IO2-PIOPS"}
_THROUGHPUT = "GP3-Throughput"
_FAMILIES = ("Database Storage", "Provisioned IOPS", "Provisioned Throughput")
"""The price list's families of what a database's storage bills."""

_HOURS = re.compile(r"(?:^|-)((?:InstanceUsage|InstanceUsageIOOptimized|Multi-AZUsage):db\.[\w.-]+)$")
_STORED = re.compile(r"(?:^|-)((?:RDS|Aurora):[\w-]+)$")
_MIB_A_GIB = 1024
_GP2_IOPS_A_GIB, _GP2_MOST_IOPS = 3, 64_000


class Included(NamedTuple):
    """What gp3 has without extra charge."""

    iops: int
    mibps: int


SMALL, STRIPED = Included(3000, 125), Included(12_000, 500)


def gp3_included(engine: str, gib: int) -> Included:
    """By engine and size: larger volumes are striped, but for SQL Server's.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
    """
    limit = gp3_striped_from(engine)
    return STRIPED if limit is not None and gib >= limit else SMALL


def gp3_striped_from(engine: str) -> int | None:
    """From how many GiB gp3 is striped, which is also where more IOPS and throughput can be bought; None for SQL Server."""
    if engine.startswith("sqlserver"):
        return None
    return 200 if engine.startswith("oracle") else 400


def cost(prices: PriceList, region: str, state: str, attributes: Attributes, utilisation: Mapping[str, float]) -> Reckoning:
    """What it costs as it is: while it is stopped its storage bills, and no hour."""
    if state in NOTHING:
        return Reckoning()
    kept = storage(prices, region, attributes)
    return kept if state in STORAGE_ONLY else joined(compute(prices, region, attributes), kept)


def joined(*parts: Reckoning) -> Reckoning:
    """Several reckonings as one; what any of them lacks, all lack."""
    return Reckoning(tuple(line for part in parts for line in part.lines), "; ".join(part.lacking for part in parts if part.lacking))


def compute(prices: PriceList, region: str, attributes: Attributes, *, multi_az: bool | None = None, reserved: bool = False) -> Reckoning:
    """The hours of a month; as if it had one zone or two where `multi_az` says so, at the price of a year's reservation if `reserved`."""
    key = hours_key(attributes, multi_az)
    if key is None:
        return Reckoning(lacking=_unsold(attributes))
    name, how = attributes["DBInstanceClass"], "reserved for a year" if reserved else "on demand"
    zones = " in two zones" if key.startswith("Multi-AZ") else ""
    return summed(prices, SERVICE_CODE, region, [(f"{name}{zones} {how}", Decimal(HOURS_A_MONTH), f"{key}{RESERVED}" if reserved else key)])


def hours_key(attributes: Attributes, multi_az: bool | None = None) -> str | None:
    """The key of an hour; None where it isn't billed by the hour of its own class, or its engine isn't known here."""
    name, sold = str(attributes.get("DBInstanceClass") or ""), sold_as(attributes)
    if not name or sold is None or name == "db.serverless" or in_multi_az_cluster(attributes):
        return None
    if is_aurora(attributes):
        usage = "InstanceUsageIOOptimized" if attributes.get("StorageType") == "aurora-iopt1" else "InstanceUsage"
    else:
        usage = "Multi-AZUsage" if has_two_zones(attributes, multi_az) else "InstanceUsage"
    return f"{usage}:{name}/{sold.operation}"


def sold_as(attributes: Attributes) -> Sold | None:
    """How its engine and licence are sold; None for those that aren't known here, such as Neptune, DocumentDB, Db2 and RDS Custom."""
    engine = engine_of(attributes).removesuffix("-cdb")
    return SOLD.get((engine, attributes.get("LicenseModel") == OWN_LICENCE))


def engine_of(attributes: Attributes) -> str:
    """DescribeDBInstances' name of the engine."""
    return str(attributes.get("Engine") or "")


def is_aurora(attributes: Attributes) -> bool:
    """Whether its storage is a cluster's, billed by use."""
    return engine_of(attributes).startswith("aurora") or str(attributes.get("StorageType") or "").startswith("aurora")


def in_multi_az_cluster(attributes: Attributes) -> bool:
    """Whether it is one of the three of a Multi-AZ DB cluster, which is billed under usage types of its own."""
    return bool(attributes.get("DBClusterIdentifier")) and not is_aurora(attributes)


def has_two_zones(attributes: Attributes, multi_az: bool | None = None) -> bool:
    """Whether it has a standby in another zone, or is to be taken as if."""
    return bool(attributes.get("MultiAZ")) if multi_az is None else multi_az


def _unsold(attributes: Attributes) -> str:
    if not attributes.get("DBInstanceClass"):
        return "no price, since AWS doesn't say of which class it is"
    if attributes["DBInstanceClass"] == "db.serverless":
        return "no price by the hour, since Aurora Serverless is billed by the capacity that it uses"
    if sold_as(attributes) is None:
        return f"no price, since how its engine, {engine_of(attributes)}, is sold isn't known"
    return "no price by the hour, since a Multi-AZ DB cluster is billed as a whole"


def storage(
    prices: PriceList, region: str, attributes: Attributes, *, kind: str = "", gib: int | None = None, multi_az: bool | None = None
) -> Reckoning:
    """What its storage costs a month; of another type or size, or with another number of zones, where these are given."""
    if is_aurora(attributes):
        cluster = attributes.get("DBClusterIdentifier")
        return Reckoning(lacking=f"no cost of its storage, which is billed by what the cluster {cluster} uses and not by instance")
    if in_multi_az_cluster(attributes):
        return Reckoning(lacking="no cost of its storage, which is its cluster's")
    kind, gib = kind or str(attributes.get("StorageType") or ""), gib or int(attributes.get("AllocatedStorage") or 0)
    if not gib or kind not in _STORAGE:
        said = f"of the type {kind}" if gib else "of no known size"
        return Reckoning(lacking=f"no cost of its storage, since that is {said}")
    two = has_two_zones(attributes, multi_az)
    wanted = [(_space(kind, gib), Decimal(gib), _stored(prices, region, attributes, _STORAGE[kind], two))]
    extra_iops, extra_mibps = above_included(attributes, kind, gib)
    if extra_iops:
        label = "IOPS above those included" if kind == "gp3" else "provisioned IOPS"
        wanted.append((label, Decimal(extra_iops), _stored(prices, region, attributes, _IOPS[kind], two)))
    found = summed(prices, SERVICE_CODE, region, wanted)
    if not extra_mibps or found.lacking:
        return found
    return joined(found, _throughput(prices, region, extra_mibps, _stored(prices, region, attributes, _THROUGHPUT, two)))


def _space(kind: str, gib: int) -> str:
    return f"{gib} GiB of magnetic storage, without its requests" if kind == "standard" else f"{gib} GiB of {kind}"


def above_included(attributes: Attributes, kind: str, gib: int) -> tuple[int, int]:
    """The IOPS and MiB/s that are paid for with so many GiB of a type. gp2's IOPS come with its size, 3 for each GiB, and gp3 in its place
    has to reach them; of a gp3 that is given another size what it has beyond the included stays.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#Concepts.Storage.GeneralSSD
    """
    iops, mibps = int(attributes.get("Iops") or 0), int(attributes.get("StorageThroughput") or 0)
    if kind in ("io1", "io2"):
        return iops, 0
    if kind != "gp3":
        return 0, 0
    engine = engine_of(attributes)
    if attributes.get("StorageType") != "gp3":
        return max(0, min(_GP2_IOPS_A_GIB * gib, _GP2_MOST_IOPS) - gp3_included(engine, gib).iops), 0
    included = gp3_included(engine, int(attributes.get("AllocatedStorage") or gib))
    return max(0, iops - included.iops), max(0, mibps - included.mibps)


def _stored(prices: PriceList, region: str, attributes: Attributes, name: str, two_zones: bool) -> str:
    """The key of a part of storage. SQL Server's second zone may be sold as a mirror."""
    mirror = f"RDS:Mirror-{name}"
    if two_zones and engine_of(attributes).startswith("sqlserver") and prices.find(SERVICE_CODE, region, mirror):
        return mirror
    return f"RDS:{'Multi-AZ-' if two_zones else ''}{name}"


def _throughput(prices: PriceList, region: str, mibps: int, key: str) -> Reckoning:
    """MiB/s above those included, in the unit that they are sold by."""
    found = summed(prices, SERVICE_CODE, region, [("MiB/s above those included", Decimal(mibps), key)])
    if found.lines and found.lines[0].price.unit.lower().startswith("g"):
        in_gib = CostLine("MiB/s above those included, in GiB/s", Decimal(mibps) / _MIB_A_GIB, found.lines[0].price)
        return Reckoning((in_gib,))
    return found


def questions(region: str, attributes: Attributes, types: Mapping[str, InstanceType]) -> Iterator[Question]:
    """One for each class and engine, with all its deployments, licences and editions; and the families of storage of a region."""
    sold = sold_as(attributes)
    if sold is not None and hours_key(attributes) is not None:
        name = str(attributes["DBInstanceClass"])
        wanted = (("regionCode", region), ("instanceType", name), ("databaseEngine", sold.engine))
        yield Question(f"RDS/{name}/{sold.engine}", wanted)
    if str(attributes.get("StorageType") or "") in _STORAGE and not in_multi_az_cluster(attributes):
        for family in _FAMILIES:
            yield Question(f"RDS/{family}", (("regionCode", region), ("productFamily", family)))


def key_of(attributes: Mapping[str, str]) -> str | None:
    """The key of an hour, or of a part of storage; None for anything else, and for what isn't in a region of AWS itself."""
    usage = attributes.get("usagetype", "")
    if attributes.get("locationType", "AWS Region") != "AWS Region":
        return None
    if hours := _HOURS.search(usage):
        operation = attributes.get("operation") or _operation(attributes)
        return f"{hours[1]}/{operation}" if operation else None
    stored = _STORED.search(usage)
    return stored[1] if stored else None


def _operation(attributes: Mapping[str, Any]) -> str:
    """That of the engine, licence and edition, where the product itself doesn't name it."""
    wanted = tuple(attributes.get(name, "") for name in ("databaseEngine", "licenseModel", "databaseEdition"))
    return next((sold.operation for sold in SOLD.values() if (sold.engine, sold.licence, sold.edition) == wanted), "")
