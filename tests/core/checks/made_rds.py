"""Databases made by hand, with round prices in the region of all that is made here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core import checks
from core.checks.contract import Facts, Metric, Resource
from core.commitments import Pool
from core.prices import API, RESERVED, Price, PriceList
from tests.core.checks.made import AS_OF, NOW, REGION, flat

GIB = 2**30
CONNECTIONS, CPU, FREE = ("DatabaseConnections", "Maximum"), ("CPUUtilization", "Average"), ("FreeStorageSpace", "Minimum")
ARN = f"arn:aws:rds:{REGION}:111111111111:db:shop-db"
POSTGRES = "CreateDBInstance:0014"


def series(connections: float | None = 12.0, free_gib: float | None = 60.0, days: int = 14) -> dict[Metric, dict[date, float | None]]:
    """Flat days of what is measured; None for a metric that CloudWatch was asked for and has nothing of."""
    free = None if free_gib is None else free_gib * GIB
    known = {CONNECTIONS: connections, CPU: connections and 30.0, FREE: free}
    return {metric: {**dict.fromkeys(flat(0.0)), **({} if value is None else flat(value, days))} for metric, value in known.items()}


def database(held: Mapping[Metric, Mapping[date, float | None]] | None = None, **more: Any) -> Resource:
    """An available db.m9.large with PostgreSQL in one zone, 100 GiB of gp3, 100 days old; `more` are attributes or fields of Resource."""
    fields = {name: more.pop(name) for name in ("state", "created_at", "tags", "name", "seen", "resource_id") if name in more}
    base = Resource("rds:db", "shop-db", "111111111111", REGION, "available", "", "Shop", NOW - timedelta(days=100))
    attributes: dict[str, Any] = {
        "DBInstanceIdentifier": "shop-db",
        "DBInstanceArn": ARN,
        "DBInstanceClass": "db.m9.large",
        "Engine": "postgres",
        "LicenseModel": "postgresql-license",
        "MultiAZ": False,
        "StorageType": "gp3",
        "AllocatedStorage": 100,
        "Iops": 3000,
    }
    return replace(base, attributes=attributes | more, series=series() if held is None else held, **fields)


def price(key: str, usd: str, unit: str = "Hrs", source: str = API) -> Price:
    """A price of RDS."""
    return Price("AmazonRDS", REGION, key, unit, Decimal(usd), "SKU1", source, date(2026, 6, 10))


PRICES = (
    price(f"InstanceUsage:db.m9.large/{POSTGRES}", "0.2"),
    price(f"InstanceUsage:db.m9.large/{POSTGRES}{RESERVED}", "0.134"),
    price(f"Multi-AZUsage:db.m9.large/{POSTGRES}", "0.4"),
    price("InstanceUsage:db.m9.large/CreateDBInstance:0021", "0.25"),
    price("InstanceUsage:db.m9.large/CreateDBInstance:0021" + RESERVED, "0.17"),
    price("InstanceUsage:db.m9.large/CreateDBInstance:0012", "0.9"),
    price("RDS:GP2-Storage", "0.12", "GB-Mo"),
    price("RDS:GP3-Storage", "0.1", "GB-Mo"),
    price("RDS:Multi-AZ-GP3-Storage", "0.2", "GB-Mo"),
    price("RDS:PIOPS-Storage", "0.125", "GB-Mo"),
    price("RDS:StorageUsage", "0.09", "GB-Mo"),
    price("RDS:PIOPS", "0.1", "IOPS-Mo"),
    price("RDS:GP3-PIOPS", "0.02", "IOPS-Mo"),
    price("RDS:GP3-Throughput", "0.08", "MBPS-Mo"),
)


def facts(
    prices: tuple[Price, ...] = PRICES, pools: Mapping[str, Pool] | None = None, others: tuple[Resource, ...] = (), **limits: Any
) -> Facts:
    """What is known beside a database: defaults of every threshold, but for those given by check."""
    held = {check.id: {each.name: each.default for each in check.thresholds} | limits.get(check.id, {}) for check in checks.discovered()}
    return Facts(AS_OF, PriceList(prices), held, resources={"rds:db": others}, pools=pools)
