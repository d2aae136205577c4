"""An RDS instance, Lambda function or S3 bucket: what AWS says of it, what it is charged for, and what CloudWatch keeps.

In charges a database or function stands by its ARN, a bucket by its name.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.demo import noise, prices
from core.demo.fleets import ACCOUNTS, REGIONS
from core.demo.model import Resource
from core.demo.parts import Line, Metric, Part, Signal
from core.demo.world import GIB, Mark, arn, busy_cpu, marks, monthly


def database(
    account: str,
    region: str,
    db_class: str,
    engine: str,
    name: str,
    created: datetime,
    *,
    labels: Mapping[str, str],
    storage: int,
    kind: str = "gp3",
    iops: int = 3000,
    multi_az: bool = False,
    cover: str = "",
    used: float = 0.0,
    connections: Signal | None = None,
    measured: bool = True,
    replica_of: str = "",
    stopped: datetime | None = None,
    planted: Sequence[Mark] = (),
) -> Part:
    """An RDS instance with `storage` GiB, of which `used` is a share (0: somewhere between 62 and 80 %)."""
    owner, sold = ACCOUNTS[account].id, prices.ENGINES[engine]
    where = arn("rds", region, owner, f"db:{name}")
    aurora = kind == "aurora"
    attributes: dict[str, Any] = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": db_class,
        "Engine": engine,
        "EngineVersion": {"postgres": "16.4", "mysql": "8.0.39", "mariadb": "10.11.9", "aurora-postgresql": "16.4"}.get(engine, "15.00"),
        "LicenseModel": "license-included" if sold.edition else "postgresql-license" if "postgres" in engine else "general-public-license",
        "DBInstanceStatus": "stopped" if stopped else "available",
        "MultiAZ": multi_az,
        "StorageType": kind,
        "AllocatedStorage": 1 if aurora else storage,
        "InstanceCreateTime": created,
        "AvailabilityZone": region + "a",
        "DBInstanceArn": where,
        "StorageEncrypted": True,
        "BackupRetentionPeriod": 7,
    }
    if kind in ("gp3", "io1"):
        attributes["Iops"] = iops
    if aurora:
        attributes["DBClusterIdentifier"] = re.sub(r"-\d+$", "", name)
    if replica_of:
        attributes["ReadReplicaSourceDBInstanceIdentifier"] = replica_of
    resource = Resource("rds:db", name, where, owner, region, name, created, labels, attributes)
    lines = _database_lines(resource, storage, iops if kind == "io1" else 0, cover, stopped)
    metrics = _database_metrics(name, 0 if aurora else storage, used, connections) if measured else ()
    return Part(resource, lines, metrics, marks(name, planted), stopped)


def _database_lines(base: Resource, storage: int, iops: int, cover: str, stopped: datetime | None) -> tuple[Line, ...]:
    """The hours, the gigabytes and, where they are provisioned, the IOPS."""
    said, region, service = base.attributes, base.region, "Amazon Relational Database Service"
    db_class, engine, multi_az, kind = said["DBInstanceClass"], said["Engine"], said["MultiAZ"], said["StorageType"]
    times = prices.MULTI_AZ if multi_az else 1.0
    operation = f"CreateDBInstance:{prices.ENGINES[engine].code}"

    def stored(usage: str, unit: str, price: float, quantity: float) -> Line:
        return monthly(base.account, region, usage, operation, unit, price * times, quantity, base.arn, base.tags, base.created, service)

    hours = Line(
        base.account,
        region,
        service,
        f"{REGIONS[region].prefix}{'Multi-AZUsage' if multi_az else 'InstanceUsage'}:{db_class}",
        operation,
        "Hrs",
        price=prices.rds_hour(db_class, engine, region, multi_az),
        quantity=24,
        resource_id=base.arn,
        instance_type=db_class,
        tags=base.tags,
        first=base.created,
        last=stopped,
        commitment=cover,
    )
    space = stored(prices.rds_storage_usage(kind, multi_az), "GB-Mo", prices.RDS_GB_MONTH[kind], storage)
    if not iops:
        return hours, space
    return hours, space, stored(f"RDS:{'Multi-AZ-' if multi_az else ''}PIOPS", "IOPS-Mo", prices.RDS_IOPS_MONTH[kind], iops)


def _database_metrics(name: str, storage: int, used: float, connections: Signal | None) -> tuple[Metric, ...]:
    """`storage` is 0 where there is no limit to be near."""
    share = used or 0.62 + 0.18 * noise.fraction("used", name)
    signals = {
        "DatabaseConnections": connections or Signal(mean=20 + 60 * noise.fraction("con", name), swing=4, peak=12, noise=0.1),
        "CPUUtilization": busy_cpu(name),
    }
    if storage:
        signals["FreeStorageSpace"] = Signal(mean=storage * GIB * (1 - share), noise=0.0 if used else 0.002)
    return tuple(Metric("AWS/RDS", metric, {"DBInstanceIdentifier": name}, signal) for metric, signal in signals.items())


def function(
    account: str,
    region: str,
    name: str,
    created: datetime,
    *,
    labels: Mapping[str, str],
    memory: int,
    runtime: str,
    invocations: float,
    milliseconds: float,
    arm: bool = True,
    used: float | None = None,
    package: str = "Zip",
    planted: Sequence[Mark] = (),
) -> Part:
    """A Lambda function with `memory` MB, invoked so many times a day; `used` is the most it uses, in MB (None: Lambda Insights is off)."""
    owner = ACCOUNTS[account].id
    where = arn("lambda", region, owner, f"function:{name}")
    architecture = "arm64" if arm else "x86_64"
    attributes: dict[str, Any] = {
        "FunctionName": name,
        "FunctionArn": where,
        "MemorySize": memory,
        "Timeout": 30,
        "Architectures": [architecture],
        "PackageType": package,
        "CodeSize": 4_000_000,
        "LastModified": created.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "EphemeralStorage": {"Size": 512},
    }
    if package == "Zip":
        attributes |= {"Runtime": runtime, "Handler": "app.handler"}
    resource = Resource("lambda:function", name, where, owner, region, name, created, labels, attributes)
    seconds = invocations * milliseconds / 1000 * memory / 1024
    lines = (
        _function_line(resource, "Lambda-GB-Second", "Lambda-GB-Second", prices.LAMBDA_GB_SECOND[architecture], seconds),
        _function_line(resource, "Request", "Requests", prices.LAMBDA_REQUEST, invocations),
    )
    metrics = _function_metrics(name, memory, invocations, milliseconds, used)
    return Part(resource, lines, metrics, marks(name, planted))


def _function_line(function_: Resource, usage: str, unit: str, price: float, quantity: float) -> Line:
    suffix = "-ARM" if function_.attributes["Architectures"] == ["arm64"] else ""
    return Line(
        function_.account,
        function_.region,
        "AWS Lambda",
        f"{REGIONS[function_.region].prefix}{usage}{suffix}",
        "Invoke",
        unit,
        price=prices.regional(price, function_.region),
        quantity=quantity,
        resource_id=function_.arn,
        tags=function_.tags,
        rhythm="traffic",
        first=function_.created,
    )


def _function_metrics(name: str, memory: int, invocations: float, milliseconds: float, used: float | None) -> tuple[Metric, ...]:
    """What AWS measures always, and what Lambda Insights does where it is on."""
    hourly, dimensions = invocations / 24, {"FunctionName": name}
    metrics = [
        Metric("AWS/Lambda", "Invocations", dimensions, Signal(hourly, noise=0.05, rhythm="traffic", total=True)),
        Metric("AWS/Lambda", "Errors", dimensions, Signal(hourly * 0.002, noise=0.3, rhythm="traffic", total=True)),
        Metric("AWS/Lambda", "Duration", dimensions, Signal(milliseconds, peak=milliseconds, noise=0.05)),
    ]
    if used is not None:
        insight, peak = {"function_name": name}, used / 8
        # The highest sample of each hour is exactly what is used.
        metrics += [
            Metric("LambdaInsights", "used_memory_max", insight, Signal(used - peak, peak=peak)),
            Metric("LambdaInsights", "memory_utilization", insight, Signal((used - peak) / memory * 100, peak=peak / memory * 100)),
            Metric("LambdaInsights", "total_memory", insight, Signal(memory)),
        ]
    return tuple(metrics)


def bucket(
    account: str,
    region: str,
    name: str,
    created: datetime,
    *,
    labels: Mapping[str, str],
    stored: Mapping[str, float],
    requests: float = 1000.0,
    lifecycle: bool = True,
    uploads: Sequence[Mapping[str, Any]] = (),
    planted: Sequence[Mark] = (),
) -> Part:
    """An S3 bucket: bytes `stored` by CloudWatch's StorageType, a day's `requests`, and multipart uploads that were never completed."""
    owner, place = ACCOUNTS[account].id, REGIONS[region]
    rules = [
        {
            "ID": "age",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Transitions": [{"Days": 60, "StorageClass": "STANDARD_IA"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        }
    ]
    attributes: dict[str, Any] = {
        "LifecycleRules": rules if lifecycle else [],
        "MultipartUploads": list(uploads),
        "Versioning": "",
        "LocationConstraint": "" if region == "us-east-1" else region,
        "StoredBytes": dict(stored),
    }
    service, lines, metrics = "Amazon Simple Storage Service", [], []
    for storage, size in stored.items():
        usage, _, usd = prices.S3_CLASSES[storage]
        lines.append(monthly(owner, region, usage, storage, "GB-Mo", usd, size / GIB, name, labels, created, service, "stored"))
        metrics.append(_daily("BucketSizeBytes", name, storage, size))
    for usage, operation, share in (("Requests-Tier1", "PutObject", 0.25), ("Requests-Tier2", "GetObject", 0.75)):
        price = prices.regional(prices.S3_REQUESTS[usage], region)
        lines.append(
            Line(
                owner,
                region,
                service,
                place.prefix + usage,
                operation,
                "Requests",
                price,
                requests * share,
                name,
                "",
                labels,
                "traffic",
                first=created,
            )
        )
    metrics.append(_daily("NumberOfObjects", name, "AllStorageTypes", float(round(sum(stored.values()) / 5e6) + 1)))
    resource = Resource("s3:bucket", name, f"arn:aws:s3:::{name}", owner, region, name, created, labels, attributes)
    return Part(resource, tuple(lines), tuple(metrics), marks(name, planted))


def _daily(metric: str, name: str, storage: str, value: float) -> Metric:
    return Metric("AWS/S3", metric, {"BucketName": name, "StorageType": storage}, Signal(value, daily=True))


def upload(name: str, key: str, initiated: datetime, parts: int, size: int) -> dict[str, Any]:
    """A multipart upload in progress: so many parts of `size` bytes."""
    return {
        "Key": key,
        "UploadId": noise.hexadecimal(32, name, key),
        "Initiated": initiated,
        "Parts": [size] * parts,
        "StorageClass": "STANDARD",
    }
