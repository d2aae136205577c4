"""How much of a database's hours reservations and Savings Plans cover already, as far as that is known.

Cost Explorer says it of all databases of a family, region and engine together, and of each class how many hours were on demand. Where
that is fewer than there are databases of the class, the accounts' own reservations say whose are covered first.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithReservedDBInstances.html
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from core import commitments
from core.checks.contract import Facts, Resource, figure
from core.checks.rds_metrics import DATABASE, is_running
from core.commitments import UNKNOWN_CONFIDENCE, Pool
from core.reckoning import rds

RESERVATION = "rds:reserved"
WEEK = 7
"""The last days that Cost Explorer was asked about show what is covered now."""
_ROUNDING = 0.05
"""How far from a whole number of databases their hours in a week can be: some are created, changed or restarted."""


class Cover(NamedTuple):
    """Which share of its hours is on demand, what is known of that, and by how much confidence falls."""

    on_demand: float
    said: str
    confidence: float = 1.0


UNKNOWN = Cover(1.0, "It isn't known whether a reservation covers it already.", UNKNOWN_CONFIDENCE)


def cover_of(resource: Resource, facts: Facts) -> Cover:
    """What is known of a database's being covered."""
    name = commitments.pool_of_resource(resource)
    pool = facts.pools.get(name) if facts.pools is not None else None
    if pool is None or not pool.on_demand_hours + pool.covered_hours:
        return UNKNOWN
    if not pool.covered_hours:
        return Cover(1.0, "No reservation covered any hour of its like in the week looked at.")
    if not pool.on_demand_hours:
        return Cover(0.0, "Commitments covered every hour of its like in the week looked at.")
    return _of_class(resource, facts, pool) if pool.span else _spread(pool.on_demand_hours / (pool.on_demand_hours + pool.covered_hours))


def _spread(share: float) -> Cover:
    said = f"Commitments covered {1 - share:.0%} of the hours of its like in the week looked at, which are taken to be spread evenly."
    return Cover(figure(share), said, UNKNOWN_CONFIDENCE)


def _of_class(resource: Resource, facts: Facts, pool: Pool) -> Cover:
    """By how many of its class and deployment were on demand all week, and how many there are."""
    alike = _alike(resource, facts)
    on_demand = _databases_on_demand(resource, pool)
    said = f"{on_demand:.3g} of {len(alike)} databases of its class and deployment were on demand in the week looked at."
    if on_demand >= len(alike) - _ROUNDING:
        return Cover(1.0, said)
    if on_demand <= _ROUNDING:
        return Cover(0.0, said)
    if not (owned := _owned(resource, facts)):
        return _spread(min(1.0, on_demand / len(alike)))
    covered = _covered_first(alike, owned)[: len(alike) - round(on_demand)]
    return Cover(0.0 if resource.key in {one.key for one in covered} else 1.0, said, UNKNOWN_CONFIDENCE)


def _databases_on_demand(resource: Resource, pool: Pool) -> float:
    """How many of its class and deployment ran on demand, on average over the hours of the week."""
    hours = pool.types.get(_type_name(resource.attributes), {})
    days = list(pool.span)[-WEEK:]
    return sum(hours.get(day, 0.0) for day in days) / (24 * len(days))


def _type_name(attributes: Mapping[str, object]) -> str:
    """What a pool calls a class with its deployment: "db.m5.large", "db.m5.large/Multi-AZUsage"."""
    usage, _, rest = (rds.hours_key(attributes) or "").partition(":")
    name = rest.split("/")[0]
    return name if usage == "InstanceUsage" else f"{name}/{usage}"


def _alike(resource: Resource, facts: Facts) -> Sequence[Resource]:
    """The running databases of its region, class, engine and deployment in all accounts, itself among them."""
    others = [
        other
        for other in facts.resources.get(DATABASE, ())
        if other.region == resource.region
        and is_running(other)
        and other.key != resource.key
        and rds.hours_key(other.attributes) == rds.hours_key(resource.attributes)
    ]
    return [resource, *others]


def _owned(resource: Resource, facts: Facts) -> Counter[str]:
    """How many of its class, engine and deployment each account has reserved."""
    owned: Counter[str] = Counter()
    for one in facts.resources.get(RESERVATION, ()):
        said = one.attributes
        engine = re.sub(r"\(.*", "", str(said.get("ProductDescription") or ""))
        same = (said.get("DBInstanceClass"), bool(said.get("MultiAZ")), commitments.system_of({"Engine": engine})) == (
            resource.attributes.get("DBInstanceClass"),
            rds.has_two_zones(resource.attributes) and not rds.is_aurora(resource.attributes),
            commitments.system_of(resource.attributes),
        )
        if same and one.state == "active" and one.region == resource.region:
            owned[one.account_id] += int(said.get("DBInstanceCount") or 0)
    return owned


def _covered_first(alike: Sequence[Resource], owned: Counter[str]) -> list[Resource]:
    """In the order in which reservations are taken to apply: to their own account's databases as far as they go, then to the others'."""
    left, own, others = Counter(owned), [], []
    for one in sorted(alike, key=lambda one: one.key):
        if left[one.account_id] > 0:
            left[one.account_id] -= 1
            own.append(one)
        else:
            others.append(one)
    return [*own, *others]
