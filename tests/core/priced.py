"""An inventory put into the store by hand, with what some of its resources cost."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.models import NO_MONTH
from core.store import publish, writes
from core.store.client import Store

ACCOUNT, REGION = "111111111111", "us-east-1"
Line = tuple[str, str, str, str, str]
"""A line's label, key, unit, quantity and price."""


def resource(kind: str, ident: str, attributes: Mapping[str, Any], *lines: Line, cost: str | None = None, **more: Any) -> dict[str, Any]:
    """A resource; with lines, or a cost of none, what it costs is known. `inventory` and `costs` are its rows."""
    place = {
        "account_id": more.get("account_id", ACCOUNT),
        "region": more.get("region", REGION),
        "resource_type": kind,
        "resource_id": ident,
    }
    base = {"account_name": "Shop", "name": "", "state": "running", "collected_at": "2026-11-23 03:00:00", "tags": {}, "utilisation": {}}
    known = bool(lines) or cost is not None
    return {
        "inventory": {**base, **more, **place, "attributes": json.dumps(attributes)},
        "costs": {**place, "monthly_cost": cost or _sum(lines), "cost_basis": _basis(lines)} if known else None,
    }


def keep(store: Store, *resources: Mapping[str, Any], run: str = "run-1") -> None:
    """Publish an inventory with its costs."""
    sources = {"inventory": f"inventory:AWS:{ACCOUNT}", "costs": f"opportunities:AWS:{ACCOUNT}"}
    for part, table in (("inventory", "resource_metrics"), ("costs", "resource_costs")):
        own = {"run_id": run, "source": sources[part], "month": NO_MONTH}
        writes.insert_rows(store, table, ({**own, **one[part]} for one in resources if one[part]))
    publish.publish(store, run, [(source, NO_MONTH) for source in sources.values()])


def _sum(lines: Sequence[Line]) -> str:
    return f"{sum(float(quantity) * float(price) for *_, quantity, price in lines):.10f}"


def _basis(lines: Sequence[Line]) -> str:
    told = [
        {
            "label": label,
            "key": key,
            "unit": unit,
            "quantity": quantity,
            "unit_price": price,
            "usd": f"{float(quantity) * float(price):.10f}",
            "source": "Pricing API",
            "source_date": "2026-11-20",
            "sku": "SKU",
        }
        for label, key, unit, quantity, price in lines
    ]
    return json.dumps({"currency": "USD", "monthly": _sum(lines), "lacking": "", "lines": told})


INSTANCE = resource(
    "ec2:instance",
    "i-1",
    {"InstanceType": "m5.large"},
    ("m5.large on demand", "BoxUsage:m5.large/RunInstances", "Hrs", "730", "0.096"),
    name="web",
)
STOPPED = resource("ec2:instance", "i-2", {"InstanceType": "m5.large"}, cost="0", state="stopped", region="eu-west-1")
NOWHERE = resource("ec2:instance", "i-3", {"InstanceType": "m5.large"}, name="=cmd()", region="eu-west-1")
GP3 = resource(
    "ec2:volume",
    "vol-1",
    {"VolumeType": "gp3", "Size": 100},
    ("100 GiB of gp3", "EBS:VolumeUsage.gp3", "GB-Mo", "100", "0.08"),
    ("IOPS above 3,000", "EBS:VolumeP-IOPS.gp3", "IOPS-Mo", "1000", "0.005"),
    ("MiB/s above 125, in GiB/s", "EBS:VolumeP-Throughput.gp3", "GiBps-mo", "0.125", "40.96"),
)
IO1 = resource(
    "ec2:volume",
    "vol-2",
    {"VolumeType": "io1", "Size": 10},
    ("10 GiB of io1", "EBS:VolumeUsage.piops", "GB-Mo", "10", "0.125"),
    ("provisioned IOPS", "EBS:VolumeP-IOPS.piops", "IOPS-Mo", "100", "0.065"),
    account_id="222222222222",
    account_name="Data",
)
DATABASE = resource(
    "rds:db",
    "orders",
    {"DBInstanceClass": "db.r5.large", "Engine": "postgres", "MultiAZ": True},
    ("db.r5.large on demand", "Multi-AZUsage:db.r5.large/CreateDBInstance:0014", "Hrs", "730", "0.5"),
    ("200 GiB of gp2", "RDS:Multi-AZ-GP2-Storage", "GB-Mo", "200", "0.23"),
)
FUNCTION = resource(
    "lambda:function",
    "resize",
    {"MemorySize": 512, "Architectures": ["arm64"], "Runtime": "python3.12"},
    ("requests", "Request-ARM", "Requests", "2000000", "0.0000002"),
    ("GB-seconds with 512 MB on arm64", "Lambda-GB-Second-ARM", "Second", "300000", "0.0000133334"),
)
UNUSED = resource("lambda:function", "silent", {"MemorySize": 128, "Architectures": ["x86_64"], "Runtime": "go1.x"})
BUCKET = resource(
    "s3:bucket",
    "logs",
    {"StorageBytes": {"StandardStorage": 2**40}},
    ("Standard", "TimedStorage-ByteHrs", "GB-Mo", "1024", "0.023"),
    ("Glacier Flexible Retrieval", "TimedStorage-GlacierByteHrs", "GB-Mo", "500", "0.0036"),
    ("Standard-IA", "TimedStorage-SIA-ByteHrs", "GB-Mo", "100", "0.0125"),
)
OTHER = resource("ec2:reserved-instances", "ri-1", {})
EVERYTHING = (INSTANCE, STOPPED, NOWHERE, GP3, IO1, DATABASE, FUNCTION, UNUSED, BUCKET, OTHER)
