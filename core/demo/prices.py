"""The demo's price list: what a unit of each thing costs in each region, in USD.

EC2 on demand for Linux in us-east-1 is a table of public prices; Windows adds a fixed amount for each vCPU. Other prices are close to
the public ones in mid-2026; other regions cost a factor more. Reserved and Savings Plans rates are shares of on demand.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from core.demo import noise
from core.demo.fleets import REGIONS
from core.demo.model import Region

WINDOWS_PER_VCPU = 0.046
STANDARD_RESERVED = 0.63
COMPUTE_PLAN = 0.73
INSTANCE_PLAN = 0.65
RDS_RESERVED = 0.67
MULTI_AZ = 2.0

EBS_GB_MONTH = {"gp2": 0.10, "gp3": 0.08, "io1": 0.125, "io2": 0.125, "st1": 0.045, "sc1": 0.015, "standard": 0.05}
EBS_IOPS_MONTH = {"gp3": 0.005, "io1": 0.065, "io2": 0.065}
GP3_THROUGHPUT_MONTH = 0.04
"""For each MiB/s above 125; IOPS above 3,000 have their own price."""
SNAPSHOT_GB_MONTH = 0.05

RDS_GB_MONTH = {"gp2": 0.115, "gp3": 0.115, "io1": 0.125, "aurora": 0.10}
RDS_IOPS_MONTH = {"io1": 0.10, "gp3": 0.02}
# USD an hour, PostgreSQL in one zone.
RDS_HOUR = {
    "db.t3.micro": 0.018,
    "db.t3.small": 0.036,
    "db.t3.medium": 0.072,
    "db.t3.large": 0.145,
    "db.t4g.micro": 0.016,
    "db.t4g.small": 0.032,
    "db.t4g.medium": 0.065,
    "db.t4g.large": 0.129,
    "db.t4g.xlarge": 0.258,
    "db.m5.large": 0.178,
    "db.m5.xlarge": 0.356,
    "db.m5.2xlarge": 0.712,
    "db.m5.4xlarge": 1.424,
    "db.m6g.large": 0.159,
    "db.m6g.xlarge": 0.318,
    "db.m6g.2xlarge": 0.636,
    "db.r5.large": 0.25,
    "db.r5.xlarge": 0.5,
    "db.r5.2xlarge": 1.0,
    "db.r6g.large": 0.225,
    "db.r6g.xlarge": 0.45,
    "db.r6g.2xlarge": 0.899,
    "db.r6g.4xlarge": 1.798,
}


@dataclass(frozen=True)
class Engine:
    """A database engine: the Pricing API's name, its licence, its price beside PostgreSQL's, and the end of its operation code."""

    engine: str
    pricing: str
    licence: str
    factor: float
    code: str
    edition: str = ""


ENGINES = {
    engine.engine: engine
    for engine in (
        Engine("postgres", "PostgreSQL", "No license required", 1.0, "0014"),
        Engine("mysql", "MySQL", "No license required", 0.96, "0002"),
        Engine("mariadb", "MariaDB", "No license required", 0.96, "0018"),
        Engine("aurora-postgresql", "Aurora PostgreSQL", "No license required", 1.155, "0021"),
        Engine("sqlserver-se", "SQL Server", "License included", 3.9, "0012", "Standard"),
    )
}

LAMBDA_GB_SECOND = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
LAMBDA_REQUEST = 0.0000002

# CloudWatch's StorageType, what usage types end in, the Pricing API's volumeType, and USD for a GB-month.
S3_CLASSES = {
    "StandardStorage": ("TimedStorage-ByteHrs", "Standard", 0.023),
    "StandardIAStorage": ("TimedStorage-SIA-ByteHrs", "Standard - Infrequent Access", 0.0125),
    "IntelligentTieringFAStorage": ("TimedStorage-INT-FA-ByteHrs", "Intelligent-Tiering Frequent Access", 0.023),
    "IntelligentTieringIAStorage": ("TimedStorage-INT-IA-ByteHrs", "Intelligent-Tiering Infrequent Access", 0.0125),
    "GlacierInstantRetrievalStorage": ("TimedStorage-GIR-ByteHrs", "Glacier Instant Retrieval", 0.004),
    "GlacierStorage": ("TimedStorage-GlacierByteHrs", "Amazon Glacier", 0.0036),
    "DeepArchiveStorage": ("TimedStorage-GDA-ByteHrs", "Glacier Deep Archive", 0.00099),
}
S3_REQUESTS = {
    "Requests-Tier1": 0.000005,
    "Requests-Tier2": 0.0000004,
    "Requests-INT-Tier1": 0.00001,
    "Requests-Tier4": 0.00001,
    "Monitoring-Automation-INT": 0.0000025,
}

_LINUX_HOURS = Path(__file__).parent.parent / "price_list" / "ec2_linux_us_east_1.csv"

_BARE_METAL = {"a1": 16, "c5n": 72, "m5zn": 48, "x2iezn": 48, "z1d": 48, **dict.fromkeys(("c6a", "m6a", "r6a"), 192)}
_METAL_128 = ("c6i", "c6id", "c6in", "i4i", "m6i", "m6id", "m6idn", "m6in", "r6i", "r6id", "r6idn", "r6in", "x2idn", "x2iedn")
_BARE_METAL |= dict.fromkeys(_METAL_128, 128)
_SMALL = {"nano": 1, "micro": 1, "small": 1, "medium": 1, "large": 2}
_VOLATILE_EVERY = 5  # one type in so many has a spot price that jumps


@cache
def linux_hours() -> Mapping[str, float]:
    """USD an hour of each EC2 type, Linux, on demand, us-east-1."""
    with _LINUX_HOURS.open(encoding="utf-8") as source:
        rows = csv.reader(line for line in source if not line.startswith("#"))
        next(rows)
        return {name: float(price) for name, price in rows}


def vcpus(instance_type: str) -> int:
    """vCPUs of a type, from its name."""
    family, size = instance_type.split(".")
    if re.match(r"t[34]", family) and size in _SMALL:
        return 2
    if size == "metal":
        return _BARE_METAL.get(family, 64 if "g" in family[2:] else 96)
    if found := re.fullmatch(r"(?:metal-)?(\d*)xl(?:arge)?", size):
        return 4 * int(found[1] or 1)
    return _SMALL.get(size, 2)


def ec2_hour(instance_type: str, region: str, system: str = "Linux") -> float:
    """USD an hour on demand; `system` is Linux or Windows."""
    licence = WINDOWS_PER_VCPU * vcpus(instance_type) if system == "Windows" else 0.0
    return round((linux_hours()[instance_type] + licence) * REGIONS[region].factor, 6)


def spot_hour(instance_type: str, region: str, zone: str, day: date, system: str = "Linux") -> float:
    """USD an hour on the spot market that day: 30 to 40 % of on demand; some types swing up to 75 %."""
    base = 0.30 + 0.10 * noise.fraction("spot", instance_type, region, zone)
    week = 0.03 * (noise.fraction("spot", instance_type, zone, day.toordinal() // 7) - 0.5)
    jump = 0.0
    if noise.key("volatile", instance_type) % _VOLATILE_EVERY == 0:
        jump = 0.35 * noise.fraction("jump", instance_type, zone, day.toordinal()) ** 2
    return round(ec2_hour(instance_type, region, system) * (base + week + jump), 4)


def rds_hour(db_class: str, engine: str, region: str, multi_az: bool = False) -> float:
    """USD an hour on demand."""
    return round(RDS_HOUR[db_class] * ENGINES[engine].factor * REGIONS[region].factor * (MULTI_AZ if multi_az else 1), 6)


def regional(price: float, region: str) -> float:
    """A us-east-1 price in another region."""
    return round(price * REGIONS[region].factor, 10)


def reserved_hour(on_demand: float) -> float:
    """USD an hour of a standard reservation, one year, no upfront."""
    return round(on_demand * STANDARD_RESERVED, 5)


def plan_hour(on_demand: float, kind: str = "Compute") -> float:
    """USD an hour of a Savings Plan, one year, no upfront; `kind` is Compute or EC2Instance."""
    return round(on_demand * (COMPUTE_PLAN if kind == "Compute" else INSTANCE_PLAN), 5)


@dataclass(frozen=True)
class Price:
    """A row of the price list, under the Pricing API's names; `reserved` is the price of one year without upfront, where it is sold."""

    service_code: str
    region: str
    family: str
    unit: str
    usd: float
    attributes: Mapping[str, str] = field(default_factory=dict)
    reserved: float | None = None

    @property
    def sku(self) -> str:
        """A made-up SKU that stays the same."""
        return noise.hexadecimal(16, self.service_code, self.region, self.attributes["usagetype"], *sorted(self.attributes.items())).upper()


@cache
def price_list(service_code: str, region: str) -> tuple[Price, ...]:
    """Every price of a service in a region: AmazonEC2, AmazonRDS, AWSLambda or AmazonS3; empty for any other."""
    if region not in REGIONS or service_code not in _LISTS:
        return ()
    return tuple(_LISTS[service_code](REGIONS[region]))


def _price(
    code: str, region: Region, family: str, unit: str, usd: float, usage: str, attributes: dict[str, str], reserved: float | None = None
) -> Price:
    common = {"servicecode": code, "location": region.location, "locationType": "AWS Region", "regionCode": region.code}
    return Price(code, region.code, family, unit, usd, {**common, "usagetype": region.prefix + usage, **attributes}, reserved)


def _ec2(region: Region) -> Iterator[Price]:
    for name in linux_hours():
        for system, operation in (("Linux", "RunInstances"), ("Windows", "RunInstances:0002")):
            hour = ec2_hour(name, region.code, system)
            attributes = {
                "instanceType": name,
                "operatingSystem": system,
                "tenancy": "Shared",
                "preInstalledSw": "NA",
                "capacitystatus": "Used",
                "licenseModel": "No License required",
                "marketoption": "OnDemand",
                "operation": operation,
                "vcpu": str(vcpus(name)),
            }
            yield _price("AmazonEC2", region, "Compute Instance", "Hrs", hour, f"BoxUsage:{name}", attributes, reserved_hour(hour))
    for kind, usd in EBS_GB_MONTH.items():
        usage = "EBS:VolumeUsage" if kind == "standard" else f"EBS:VolumeUsage.{'piops' if kind == 'io1' else kind}"
        yield _price("AmazonEC2", region, "Storage", "GB-Mo", regional(usd, region.code), usage, {"volumeApiName": kind})
    for kind, usd in EBS_IOPS_MONTH.items():
        usage = f"EBS:VolumeP-IOPS.{'piops' if kind == 'io1' else kind}"
        extra = {"volumeApiName": kind, "group": "EBS IOPS"}
        yield _price("AmazonEC2", region, "System Operation", "IOPS-Mo", regional(usd, region.code), usage, extra)
    extra = {"volumeApiName": "gp3", "group": "EBS Throughput"}
    throughput = regional(GP3_THROUGHPUT_MONTH * 1024, region.code)
    yield _price("AmazonEC2", region, "Provisioned Throughput", "GiBps-mo", throughput, "EBS:VolumeP-Throughput.gp3", extra)
    snapshot = regional(SNAPSHOT_GB_MONTH, region.code)
    yield _price("AmazonEC2", region, "Storage Snapshot", "GB-Mo", snapshot, "EBS:SnapshotUsage", {"storageMedia": "Amazon S3"})


def _rds(region: Region) -> Iterator[Price]:
    for name in RDS_HOUR:
        for engine in ENGINES.values():
            for deployment, multi in (("Single-AZ", False), ("Multi-AZ", True)):
                hour = rds_hour(name, engine.engine, region.code, multi)
                usage = f"{'Multi-AZUsage' if multi else 'InstanceUsage'}:{name}"
                attributes = {
                    "instanceType": name,
                    "databaseEngine": engine.pricing,
                    "deploymentOption": deployment,
                    "licenseModel": engine.licence,
                    "operation": f"CreateDBInstance:{engine.code}",
                }
                if engine.edition:
                    attributes["databaseEdition"] = engine.edition
                reserved = round(hour * RDS_RESERVED, 5)
                yield _price("AmazonRDS", region, "Database Instance", "Hrs", hour, usage, attributes, reserved)
    volumes = {"gp2": "General Purpose", "gp3": "General Purpose-GP3", "io1": "Provisioned IOPS", "aurora": "General Purpose-Aurora"}
    for kind, usd in RDS_GB_MONTH.items():
        for deployment, times in (("Single-AZ", 1.0), ("Multi-AZ", MULTI_AZ)):
            attributes = {"volumeType": volumes[kind], "deploymentOption": deployment, "databaseEngine": "Any"}
            usage = rds_storage_usage(kind, deployment == "Multi-AZ")
            yield _price("AmazonRDS", region, "Database Storage", "GB-Mo", regional(usd * times, region.code), usage, attributes)
    for kind, usd in RDS_IOPS_MONTH.items():
        for deployment, times in (("Single-AZ", 1.0), ("Multi-AZ", MULTI_AZ)):
            attributes = {"volumeType": volumes[kind], "deploymentOption": deployment, "group": f"RDS {kind} IOPS"}
            usage = f"RDS:{'Multi-AZ-' if times > 1 else ''}{'PIOPS' if kind == 'io1' else 'GP3-PIOPS'}"
            yield _price("AmazonRDS", region, "Provisioned IOPS", "IOPS-Mo", regional(usd * times, region.code), usage, attributes)


def rds_storage_usage(kind: str, multi_az: bool) -> str:
    """The usage type of a database's storage, without the region's prefix."""
    if kind == "aurora":
        return "Aurora:StorageUsage"
    name = {"gp2": "GP2-Storage", "gp3": "GP3-Storage", "io1": "PIOPS-Storage"}[kind]
    return f"RDS:{'Multi-AZ-' if multi_az else ''}{name}"


def _lambda(region: Region) -> Iterator[Price]:
    for architecture, usd in LAMBDA_GB_SECOND.items():
        arm = architecture == "arm64"
        group = {"group": "AWS-Lambda-Duration-ARM" if arm else "AWS-Lambda-Duration", "operation": ""}
        usage = f"Lambda-GB-Second{'-ARM' if arm else ''}"
        yield _price("AWSLambda", region, "Serverless", "Lambda-GB-Second", regional(usd, region.code), usage, group)
        group = {"group": "AWS-Lambda-Requests-ARM" if arm else "AWS-Lambda-Requests", "operation": ""}
        usage = f"Request{'-ARM' if arm else ''}"
        yield _price("AWSLambda", region, "Serverless", "Requests", regional(LAMBDA_REQUEST, region.code), usage, group)


def _s3(region: Region) -> Iterator[Price]:
    for storage, (usage, volume, usd) in S3_CLASSES.items():
        attributes = {"volumeType": volume, "storageClass": storage.removesuffix("Storage")}
        yield _price("AmazonS3", region, "Storage", "GB-Mo", regional(usd, region.code), usage, attributes)
    for usage, usd in S3_REQUESTS.items():
        group = {"group": f"S3-API-{usage.removeprefix('Requests-')}"}
        yield _price("AmazonS3", region, "API Request", "Requests", regional(usd, region.code), usage, group)


_LISTS = {"AmazonEC2": _ec2, "AmazonRDS": _rds, "AWSLambda": _lambda, "AmazonS3": _s3}
