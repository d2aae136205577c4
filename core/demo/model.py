"""The shape of the demo organisation: its accounts, regions, resources, charges, utilisation, and what was planted in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

PICODOLLAR = 10**10
"""Amounts in `charges` are whole numbers of 1/PICODOLLAR USD: the ten decimals that Cost Explorer writes, exact in any order."""


@dataclass(frozen=True)
class Account:
    """A member of the organisation; `unit` is the path of its organisational unit, such as "Workloads/Production"."""

    id: str
    name: str
    email: str
    unit: str
    owner: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Region:
    """A region: its code, the Pricing API's location, the prefix of its usage types, and its price beside us-east-1's."""

    code: str
    location: str
    prefix: str
    factor: float


@dataclass(frozen=True)
class Resource:
    """One thing that runs or lies in an account.

    `kind` is `service:type`: `ec2:instance`, `ec2:volume`, `ec2:snapshot`, `ec2:address`, `ec2:natgateway`, `ec2:autoscaling-group`,
    `ec2:reserved-instances`, `elb:loadbalancer`, `rds:db`, `rds:reserved`, `lambda:function`, `s3:bucket`, `savingsplans:plan`, ...
    `attributes` carry what the service's own Describe call says, under AWS's names (InstanceType, State, VolumeType, Size, Iops,
    Throughput, Attachments, DBInstanceClass, MultiAZ, AllocatedStorage, MemorySize, Runtime, Architectures, ...).
    """

    kind: str
    id: str
    arn: str
    account: str
    region: str
    name: str
    created: datetime
    tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MetricRef:
    """One CloudWatch metric of one resource."""

    account: str
    region: str
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class PlantedAnomaly:
    """A change put into the bill on purpose: what kind, which days, what carries it, and how much of it by the end (USD, unblended)."""

    key: str
    kind: str
    first_day: date
    last_day: date
    account: str
    region: str
    service: str
    usage_type: str
    impact_usd: float
    cause: str


@dataclass(frozen=True)
class Planted:
    """A resource put there for one check: a finding that it must make, or a near miss on which it must stay silent."""

    check: str
    resource_id: str
    finding: bool
    why: str


@dataclass(frozen=True)
class AwsBudget:
    """A monthly cost budget in AWS Budgets, USD; of one account, or with "" of all."""

    name: str
    limit_usd: float
    account: str = ""


Series = Callable[[MetricRef, datetime, datetime, int, str], tuple[list[datetime], list[float]]]


@dataclass(frozen=True)
class Organisation:
    """The whole of it, as it is on `as_of` (UTC).

    `charges` has a row for each charge line: day (datetime64, UTC), account, region ("" for none, "global" for CloudFront and the like),
    service (Cost Explorer's name), usage_type, operation, record_type (Cost Explorer's RECORD_TYPE), instance_type, purchase_type,
    resource_id, tag_team, tag_env, tag_app ("" where untagged), unit, quantity (float), and unblended, amortized, net_unblended,
    net_amortized (int64, 10^-10 USD). `series` answers for CloudWatch: period starts and values; empty lists where there is nothing.
    """

    as_of: date
    seed: int
    management: str
    accounts: tuple[Account, ...]
    regions: tuple[Region, ...]
    resources: tuple[Resource, ...]
    charges: pd.DataFrame
    series: Series
    anomalies: tuple[PlantedAnomaly, ...]
    planted: tuple[Planted, ...]
    budgets: tuple[AwsBudget, ...] = ()
