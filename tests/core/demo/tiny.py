"""An organisation small enough to add up by hand: three accounts, a dozen charges, a few resources, one metric."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

import boto3
import numpy as np
import pandas as pd
from botocore.config import Config

from core.demo.application import Demo
from core.demo.model import PICODOLLAR, Account, MetricRef, Organisation, Planted, PlantedAnomaly, Region, Resource
from core.demo.server import serving

AS_OF = date(2026, 11, 15)
PAYER, ALPHA, BETA = "100000000001", "200000000002", "300000000003"
EC2, S3 = "Amazon Elastic Compute Cloud - Compute", "Amazon Simple Storage Service"
METERED = "i-0aaaaaaaaaaaaaaa1"
"""The instance with a CPU series: each hour's value is the hour of the day, 0 to 23."""

_COLUMNS = ["day", "account", "region", "service", "usage_type", "operation", "record_type", "instance_type", "purchase_type"]
_COLUMNS += ["resource_id", "tag_team", "unit", "quantity", "unblended", "amortized", "net_unblended", "net_amortized"]

# service, usage type, operation, record type, instance type, purchase type, resource, team, unit
_BOX = (EC2, "BoxUsage:m5.large", "RunInstances", "Usage", "m5.large", "On Demand Instances", METERED, "web", "Hrs")
_DATA_BOX = (*_BOX[:7], "data", "Hrs")
_COVERED = (*_BOX[:3], "SavingsPlanCoveredUsage", "m5.large", "Savings Plans", METERED, "web", "Hrs")
_PLAN = "Savings Plans for AWS Compute usage"
_NEGATION = (_PLAN, "", "", "SavingsPlanNegation", "", "", "", "", "")
_FEE = (_PLAN, "ComputeSP:1yrNoUpfront", "", "SavingsPlanRecurringFee", "", "", "", "", "")
_SHELF = (S3, "TimedStorage-ByteHrs", "StandardStorage", "Usage", "", "", "bucket-one", "", "GB-Mo")
_PUT = (S3, "Requests-Tier1", "PutObject", "Usage", "", "", "bucket-one", "", "Requests")
_CREDIT = ("Amazon CloudFront", "DataTransfer-Out-Bytes", "GET", "Credit", "", "", "", "", "GB")
_TAX = ("Tax", "", "", "Tax", "", "", "", "", "")

CHARGES = [
    # day, account, region, what, quantity, then unblended, amortized, net unblended, net amortized in USD
    ("2026-09-30", ALPHA, "us-east-1", _BOX, 24, "9 9 9 9"),
    ("2026-10-31", ALPHA, "us-east-1", _BOX, 24, "2.304 2.304 2.0736 2.0736"),
    ("2026-11-01", ALPHA, "us-east-1", _BOX, 24, "2.304 2.304 2.0736 2.0736"),
    ("2026-11-01", ALPHA, "eu-west-1", _DATA_BOX, 24, "2.568 2.568 2.3112 2.3112"),
    ("2026-11-01", BETA, "us-east-1", _SHELF, 10, "0.23 0.23 0.23 0.23"),
    ("2026-11-01", PAYER, "", _TAX, 0, "0.3333333333 0.3333333333 0.3333333333 0.3333333333"),
    ("2026-11-02", ALPHA, "us-east-1", _BOX, 24, "2.304 2.304 2.0736 2.0736"),
    ("2026-11-02", ALPHA, "us-east-1", _COVERED, 12, "1.152 0.7 1.152 0.7"),
    ("2026-11-02", ALPHA, "us-east-1", _NEGATION, 0, "-1.152 0 -1.152 0"),
    ("2026-11-02", ALPHA, "", _FEE, 0, "0.8 0.1 0.8 0.1"),
    ("2026-11-02", BETA, "us-east-1", _PUT, 1000, "0.005 0.005 0.005 0.005"),
    ("2026-11-03", BETA, "global", _CREDIT, 3, "-0.0000000001 -0.0000000001 -0.0000000001 -0.0000000001"),
]


def charges() -> pd.DataFrame:
    """The charges as an Organisation carries them."""
    rows = [
        (pd.Timestamp(day), account, region, *what, float(quantity), *(int(Decimal(amount) * PICODOLLAR) for amount in amounts.split()))
        for day, account, region, what, quantity, amounts in CHARGES
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _resource(kind: str, number: int, account: str, region: str = "us-east-1", **attributes: object) -> Resource:
    prefix = {"ec2:instance": "i-0aaaaaaaaaaaaaaa", "ec2:volume": "vol-0aaaaaaaaaaaaaaa", "ec2:snapshot": "snap-0aaaaaaaaaaaaaaa"}
    identity, name = f"{prefix[kind]}{number}", f"thing-{number}"
    arn = f"arn:aws:ec2:{region}:{account}:{kind.split(':')[1]}/{identity}"
    created = datetime(2026, 8, number, 12, tzinfo=UTC)
    return Resource(kind, identity, arn, account, region, name, created, {"Name": name, "team": "web"}, attributes)


_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_FUNCTION = {"FunctionName": "resize", "MemorySize": 1024, "Architectures": ["x86_64"], "LastModified": _LONG_AGO}
_BUCKET = {
    "LifecycleRules": [],
    "MultipartUploads": [{"Key": "big", "UploadId": "u1", "Initiated": _LONG_AGO, "Parts": [5_000_000, 1_000_000]}],
}


def _other(kind: str, name: str, account: str, attributes: dict[str, Any], region: str = "us-east-1") -> Resource:
    return Resource(kind, name, f"arn:aws:{kind}:{name}", account, region, name, _LONG_AGO, {"env": "test"}, attributes)


def _database(name: str, multi_az: bool) -> Resource:
    return _other("rds:db", name, ALPHA, {"DBInstanceIdentifier": name, "DBInstanceClass": "db.m5.large", "MultiAZ": multi_az})


def resources() -> tuple[Resource, ...]:
    """Four instances, one of them stopped; two volumes, one on nothing; a snapshot; commitments; two databases, a function, a bucket."""
    stopped = {"State": "stopped", "StateTransitionReason": "User initiated (2026-10-01 12:00:00 GMT)"}
    on_one = [{"InstanceId": METERED, "Device": "/dev/xvda", "State": "attached", "DeleteOnTermination": True}]
    return (
        _resource("ec2:instance", 1, ALPHA, InstanceType="m5.large", State="running"),
        _resource("ec2:instance", 2, ALPHA, "eu-west-1", InstanceType="m5.large", State="running"),
        _resource("ec2:instance", 3, ALPHA, InstanceType="t3.micro", **stopped),
        _resource("ec2:instance", 4, BETA, InstanceType="t3.micro", State="running"),
        _resource("ec2:volume", 1, ALPHA, VolumeType="gp2", Size=100, Iops=300, State="in-use", Attachments=on_one),
        _resource("ec2:volume", 2, ALPHA, VolumeType="gp3", Size=50, Iops=3000, Throughput=125, State="available", Attachments=[]),
        _resource("ec2:snapshot", 1, ALPHA, VolumeId="vol-0aaaaaaaaaaaaaaa1", VolumeSize=100, State="completed"),
        _other("ec2:reserved-instances", "ri-1", ALPHA, {"InstanceCount": 2, "State": "active"}),
        _other("savingsplans:plan", "sp-1", ALPHA, {"Commitment": "0.8", "State": "active", "Start": _LONG_AGO}, region=""),
        _database("one", multi_az=False),
        _database("two", multi_az=True),
        _other("lambda:function", "resize", ALPHA, _FUNCTION),
        _other("s3:bucket", "bucket-one", BETA, _BUCKET),
    )


def series(metric: MetricRef, start: datetime, end: datetime, period: int, statistic: str) -> tuple[list[datetime], list[float]]:
    """The hour of the day, from `METERED` alone."""
    known = (ALPHA, "us-east-1", "AWS/EC2", "CPUUtilization", frozenset({("InstanceId", METERED)}))
    if (metric.account, metric.region, metric.namespace, metric.name, metric.dimensions) != known:
        return [], []
    starts = [start + timedelta(seconds=period * step) for step in range(max(0, int((end - start).total_seconds()) // period))]
    over = {"Average": np.mean, "Maximum": np.max, "Minimum": np.min, "Sum": np.sum, "SampleCount": np.size, "p99": np.max}[statistic]
    if period <= 3600 and statistic != "SampleCount":
        return starts, [float(at.hour) for at in starts]
    hours = [[(at + timedelta(hours=hour)).hour for hour in range(max(1, period // 3600))] for at in starts]
    return starts, [float(over(values)) for values in hours]


def build() -> Organisation:
    """The whole of it, on 15 November 2026."""
    return Organisation(
        as_of=AS_OF,
        seed=1,
        management=PAYER,
        accounts=(
            Account(PAYER, "Payer", "payer@example.com", "", "finance"),
            Account(ALPHA, "Alpha", "alpha@example.com", "Workloads/Production", "ann", {"owner": "ann"}),
            Account(BETA, "Beta", "beta@example.com", "Sandbox", "ben", {"owner": "ben"}),
        ),
        regions=(Region("us-east-1", "US East (N. Virginia)", "", 1.0), Region("eu-west-1", "EU (Ireland)", "EU-", 1.1)),
        resources=resources(),
        charges=charges(),
        series=series,
        anomalies=(
            PlantedAnomaly(
                "spike", "spike", date(2026, 11, 2), date(2026, 11, 3), ALPHA, "us-east-1", EC2, "BoxUsage:m5.large", 1.5, "a load test"
            ),
        ),
        planted=(Planted("ec2_stopped", "i-0aaaaaaaaaaaaaaa3", True, "stopped for 45 days"),),
    )


_SESSION = boto3.Session()  # reads each service's model once


@dataclass(frozen=True)
class Served:
    """The organisation behind an endpoint of this process."""

    demo: Demo
    endpoint: str

    def client(self, service: str, region: str = "us-east-1", account: str = "", key: str = "demo") -> Any:
        """A client without retries; for an account other than the payer's with that account's role."""
        credentials = {"aws_access_key_id": key, "aws_secret_access_key": "demo"}
        if account not in ("", PAYER):
            role = f"arn:aws:iam::{account}:role/SpendscopeReader"
            given = self.client("sts", key=key).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            credentials = {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            }
        config = Config(retries={"total_max_attempts": 1}, read_timeout=5, proxies={})
        return _SESSION.client(service, region_name=region, endpoint_url=self.endpoint, config=config, **credentials)

    def control(self, path: str, method: str = "GET", body: object = None) -> Any:
        """What one of the demo's own paths answers."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.endpoint}/demo/{path}", data, method=method), timeout=5) as answer:
            return json.load(answer)


@contextmanager
def served(organisation: Organisation | None = None, *, measured: bool = False, **options: Any) -> Iterator[Served]:
    """Serve an organisation, this one where none is given, on a thread. moto has one state a process: one at a time.

    Answers are measured for coverage only where they are what is tested: it makes them twice as slow.
    """
    demo = Demo(organisation or build(), **options)

    def unmeasured(environ: Any, start_response: Any) -> Any:
        sys.settrace(None)
        return demo(environ, start_response)

    server = serving(demo if measured else unmeasured)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Served(demo, f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        thread.join()
