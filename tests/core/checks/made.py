"""Resources and facts made by hand: an instance with flat days, a volume, three sizes of a family with round prices."""

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from core import checks
from core.checks.contract import Facts, Metric, Resource
from core.commitments import Pool
from core.instance_types import InstanceType
from core.prices import API, EC2, Price, PriceList

NASTY = "=cmd|' /C calc'!A0\n<script>$(rm -rf /)`id`;"
"""A name that tries to break a sentence, a page, a spreadsheet and a shell."""

AS_OF = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, tzinfo=UTC)
DAYS = [AS_OF - timedelta(days=back) for back in range(14, 0, -1)]
REGION = "eu-north-1"
CPU, P99 = ("CPUUtilization", "Average"), ("CPUUtilization", "p99")
IN, OUT = ("NetworkIn", "Sum"), ("NetworkOut", "Sum")
MEMORY, CREDITS = ("mem_used_percent", "Maximum"), ("CPUCreditBalance", "Minimum")
READS = ("VolumeReadOps", "Sum")


def flat(value: float, days: int = 14) -> dict[date, float | None]:
    """The same value on each of the last days."""
    return dict.fromkeys(DAYS[-days:], value)


def instance(series: Mapping[Metric, Mapping[date, float | None]], kind: str = "m9.xlarge", **more: Any) -> Resource:
    """A running Linux instance, 100 days old; `more` are attributes of it or fields of Resource."""
    fields = {name: more.pop(name) for name in ("state", "created_at", "tags", "name", "seen", "region", "resource_id") if name in more}
    base = Resource("ec2:instance", "i-0123456789abcdef0", "111111111111", REGION, "running", "web-1", "Shop", NOW - timedelta(days=100))
    attributes = {"InstanceType": kind, "UsageOperation": "RunInstances", "Tenancy": "default", "Architecture": "x86_64", **more}
    return replace(base, attributes=attributes, series=series, **fields)


def volume(days_old: float, kind: str = "gp3", size: int = 200, **more: Any) -> Resource:
    """A volume on nothing that CloudWatch was asked about and knows nothing of."""
    fields = {name: more.pop(name) for name in ("state", "series", "seen", "name", "region", "resource_id") if name in more}
    base = Resource(
        "ec2:volume", "vol-0123456789abcdef0", "111111111111", REGION, "available", "old", "Shop", NOW - timedelta(days=days_old)
    )
    silent: dict[date, float | None] = dict.fromkeys(DAYS)
    return replace(base, attributes={"VolumeType": kind, "Size": size, **more}, **{"series": {READS: silent}, **fields})


def group(name: str = "web", size: int | None = 2, **more: Any) -> Resource:
    """An Auto Scaling group that wants so many instances."""
    return Resource("ec2:autoscaling-group", name, "111111111111", REGION, name=name, attributes={"DesiredCapacity": size, **more})


def kind(name: str, vcpus: int, gib: float, **more: Any) -> InstanceType:
    """An instance type with the bandwidths of all its family."""
    known = {"network": "Up to 10 Gigabit", "network_gbps": 10.0, "ebs_mbps": 4000.0, **more}
    return InstanceType(name, vcpus, int(gib * 1024), ("x86_64",), **known)


TYPES = {
    each.name: each
    for each in (
        kind("m9.large", 2, 8),
        kind("m9.xlarge", 4, 16),
        kind("m9.2xlarge", 8, 32),
        kind("t3.medium", 2, 4, burstable=True),
        kind("t3.large", 2, 8, burstable=True),
        kind("t3.xlarge", 4, 16, burstable=True),
    )
}


def price(key: str, usd: str, unit: str = "Hrs", source: str = API, region: str = REGION) -> Price:
    """A price in the region of all that is made here, or in another."""
    return Price(EC2, region, key, unit, Decimal(usd), "SKU1", source, date(2026, 6, 10))


PRICES = (
    price("BoxUsage:m9.large/RunInstances", "0.1"),
    price("BoxUsage:m9.xlarge/RunInstances", "0.2"),
    price("BoxUsage:m9.2xlarge/RunInstances", "0.4"),
    price("BoxUsage:m9.xlarge/RunInstances:0002", "0.384"),
    price("BoxUsage:t3.medium/RunInstances", "0.04"),
    price("BoxUsage:t3.large/RunInstances", "0.08"),
    price("BoxUsage:t3.xlarge/RunInstances", "0.16"),
    price("EBS:VolumeUsage.gp2", "0.1", "GB-Mo"),
    price("EBS:VolumeUsage.gp3", "0.08", "GB-Mo"),
    price("EBS:VolumeP-IOPS.gp3", "0.005", "IOPS-Mo"),
    price("EBS:VolumeP-Throughput.gp3", "40.96", "GiBps-mo"),
    price("EBS:VolumeUsage.piops", "0.125", "GB-Mo"),
    price("EBS:VolumeP-IOPS.piops", "0.065", "IOPS-Mo"),
)


@contextmanager
def further_checks(folder: Path) -> Iterator[Path]:
    """A further folder in which checks are looked for."""
    checks.__path__.append(str(folder))
    checks.discovered.cache_clear()
    importlib.invalidate_caches()
    yield folder
    checks.__path__.remove(str(folder))
    checks.discovered.cache_clear()
    for file in folder.glob("*.py"):
        sys.modules.pop(f"{checks.__name__}.{file.stem}", None)


def facts(
    prices: tuple[Price, ...] = PRICES,
    types: Mapping[str, InstanceType] = TYPES,
    resources: Sequence[Resource] = (),
    pools: Mapping[str, Pool] | None = None,
    **limits: Mapping[str, float],
) -> Facts:
    """What is known beside a resource: defaults of every threshold, but for those given by check; `resources` are the inventory."""
    defaults = {check.id: {each.name: each.default for each in check.thresholds} for check in checks.discovered()}
    held = {name: {**each, **limits.get(name, {})} for name, each in defaults.items()}
    inventory: dict[str, list[Resource]] = {}
    for resource in resources:
        inventory.setdefault(resource.resource_type, []).append(resource)
    return Facts(AS_OF, PriceList(prices), held, types, inventory, pools)
