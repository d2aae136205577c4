"""Instances that run on demand around the clock, for which a reservation would pay."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, quantity
from core.checks.ec2_steady import Steady, instances, lower, running, steady
from core.commitments import Pool, system_of
from core.pools import INSTANCE, MEMBERS, POOL
from core.prices import EC2, RESERVED
from core.reckoning import Reckoning, summed

DAYS = Threshold("days", 30.0, "days", "Days since its launch after which an instance counts")
QUANTILE = Threshold("quantile_percent", 5.0, "%", "The share of days on which fewer may be on demand than are reserved")
CONFIDENCE, UNMEASURED_CONFIDENCE = 0.75, 0.5
YEAR_SECONDS = 31_536_000
_SAFE = re.compile(r"[a-z0-9.-]+")


def find(resource: Resource, facts: Facts) -> Answer:
    """Like instances on demand: as many of each type as nearly always run, if a reservation of them costs less."""
    limits = facts.thresholds[CHECK.id]
    members = resource.attributes.get(MEMBERS, ())
    if not running(members, facts, limits[DAYS.name]):
        return None
    if facts.pools is None:
        return NotMeasured("It isn't known how much of it reservations and Savings Plans cover already: Cost Explorer didn't say.")
    pool = facts.pools.get(resource.resource_id)
    if pool is None:
        return NotMeasured("Cost Explorer has no hours of it in the last 30 settled days.")
    region = resource.region
    found = list(steady(pool, region, members, facts, limits[DAYS.name], limits[QUANTILE.name]))
    if not found:
        return None
    priced = [one for one in found if one.price and facts.prices.find(EC2, region, f"{one.key}{RESERVED}")] or found
    cost, after = _cost(priced, region, facts, "on demand"), _cost(priced, region, facts, "reserved for a year", RESERVED)
    if cost.usd is not None and after.usd is not None and after.usd >= cost.usd:
        return None
    return _finding(resource, facts, pool, found, priced, cost, after)


def _cost(some: Sequence[Steady], region: str, facts: Facts, how: str, suffix: str = "") -> Reckoning:
    wanted = [(f"{one.count} × {one.instance_type} {how}", one.hours, f"{one.key}{suffix}") for one in some]
    return summed(facts.prices, EC2, region, wanted)


def _finding(
    resource: Resource, facts: Facts, pool: Pool, found: Sequence[Steady], priced: Sequence[Steady], cost: Reckoning, after: Reckoning
) -> Finding:
    limits = facts.thresholds[CHECK.id]
    unmeasured, running = sum(one.unmeasured for one in priced), sum(one.running for one in priced)
    count = sum(one.count for one in priced)
    sure = CONFIDENCE if unmeasured == 0 else UNMEASURED_CONFIDENCE
    bought = ", ".join(f"{one.count} × {one.instance_type}" for one in priced)
    return Finding(
        reason=(
            f"Pool {resource.resource_id}: of {running} on demand for more than {quantity(limits[DAYS.name])} days, {count} "
            f"({bought}) were on nearly every hour of the last {len(pool.span)} settled days. On demand: {cost.in_words()}. "
            f"Reserved for a year without upfront: {after.in_words()}."
        ),
        fix=_fix(resource.region, priced),
        cost=cost,
        after=after,
        confidence=sure * min(cost.confidence, after.confidence),
        effort="low",
        risk="medium",
        evidence={
            "rule": f"on demand, launched more than {quantity(limits[DAYS.name])} days ago, CPU on each of the last 14 days, and no more "
            f"than are on demand on all but {quantity(limits[QUANTILE.name])} % of the days",
            "window_days": len(pool.span),
            "thresholds": dict(limits),
            "values": {
                "instances_running": running,
                "instances_to_reserve": count,
                "on_demand_usd_a_month_of_the_pool": round(float(pool.on_demand_usd), 2),
                **_recommended(resource, facts),
            },
            "series": [_series(pool, one, limits[QUANTILE.name]) for one in priced],
            "notes": _notes(found, priced, unmeasured),
        },
        base={resource.resource_id: cost.usd or Decimal(0)},
    )


def _series(pool: Pool, one: Steady, percent: float) -> dict[str, Any]:
    held = instances(pool, one.instance_type)
    daily = {day.isoformat(): value for day, value in held.items()}
    metric = f"{one.instance_type} on demand"
    return {"metric": metric, "statistic": "Average", "unit": "instances", "daily": daily, "threshold": lower(held, percent)}


def _recommended(resource: Resource, facts: Facts) -> dict[str, float]:
    """AWS's own recommendation for the pool, all its types together."""
    members = [one for key in resource.attributes[MEMBERS] if (one := facts.one(INSTANCE, *key))]
    types, systems = ({one.attributes.get("InstanceType") for one in members}, {system_of(one.attributes) for one in members})
    mine = [
        said
        for said in facts.recommended.get("reservations-ec2", ())
        if said.get("Region") == resource.region and said.get("InstanceType") in types and _system(said) in systems
    ]
    if not mine:
        return {}
    return {
        "aws_recommends_instances": sum(_number(said, "RecommendedNumberOfInstancesToPurchase") for said in mine),
        "aws_estimates_savings_usd": round(sum(_number(said, "EstimatedMonthlySavingsAmount") for said in mine), 2),
    }


def _system(said: Mapping[str, Any]) -> str:
    return system_of({"PlatformDetails": str(said.get("Platform", "")).removesuffix(" (Amazon VPC)")})


def _number(said: Mapping[str, Any], name: str) -> float:
    try:
        return float(said.get(name) or 0)
    except (TypeError, ValueError):
        return 0.0


def _fix(region: str, some: Sequence[Steady]) -> str:
    """A purchase needs an offering's id, which this looks up for each type."""
    year = f"--min-duration {YEAR_SECONDS} --max-duration {YEAR_SECONDS} --offering-class standard --no-include-marketplace"
    where = f"--instance-tenancy default {year} --region {region}"
    return " && ".join(
        f"aws ec2 describe-reserved-instances-offerings --instance-type {one.instance_type} {where}"
        for one in some
        if _SAFE.fullmatch(one.instance_type) and _SAFE.fullmatch(region)
    )


def _notes(found: Sequence[Steady], priced: Sequence[Steady], unmeasured: int) -> list[str]:
    notes = [
        "Buy it with purchase-reserved-instances-offering and the id of the offering without upfront for this system that the line lists.",
        "A reservation is paid for a year, used or not. It can be sold or changed only within limits.",
    ]
    if unmeasured:
        notes.append(f"CloudWatch knows nothing of {unmeasured} of the instances; they count by their launch, with lower confidence.")
    if left := [one.instance_type for one in found if one not in priced]:
        notes.append(f"No price of a reservation is known for {', '.join(left)}, which are left out.")
    return notes


CHECK = Check(
    id="ec2_reserved",
    title="Are there instances that run around the clock on demand?",
    label="EC2 instances to reserve",
    type="reserved_instances",
    service="EC2",
    resource_types=(POOL,),
    rule=(
        "In a family of types, a region and a system: running on demand, launched longer ago than the threshold, with CPU data on each of "
        "the last 14 days, and no more of a type than were on demand on all but a few of the last 30 settled days."
    ),
    price="Their hours on demand less those of a standard reservation for one year without upfront, 730 times each.",
    find=find,
    thresholds=(DAYS, QUANTILE),
    remarks=(
        "Cost Explorer's hours on demand bound the number: what reservations and Savings Plans cover already isn't bought again.",
        "An instance that CloudWatch knows nothing of counts by its launch; confidence is then 0.5 at most. One with gaps doesn't count.",
        "Dedicated tenancy, Spot Instances and types without a price of a reservation are left out.",
        "What the other findings would end isn't reserved: the saving counted is of what they leave.",
    ),
)
