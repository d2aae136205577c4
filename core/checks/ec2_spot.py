"""Instances on demand that could as well run on the spot market."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from shlex import quote
from typing import Any

from core import commitments
from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.ec2_idle import GROUP_TAG
from core.checks.ec2_metrics import INSTANCE
from core.reckoning import Reckoning, ec2, spot
from core.reckoning.spot import Swing

GROUP = "ec2:autoscaling-group"
DAYS = Threshold("days", 14.0, "days", "Days of running after which an instance counts")
GROUP_SIZE = Threshold("group_size", 1.0, "instances", "What an Auto Scaling group's desired capacity must be above")
TARGET = Threshold(
    "assumed_savings_percent",
    35.0,
    "%",
    "What the spot market is taken to save where its price history isn't known",
    setting="aws_spot_savings_target",
)

# Tags that say whether an instance keeps something that would be lost with it, in lower case.
STATELESS = {
    **dict.fromkeys(("stateless", "interruptible", "fault-tolerant", "spot-ready"), ("true", "yes", "1")),
    **dict.fromkeys(("state", "workload"), ("stateless",)),
}
STATEFUL = {
    "stateful": ("true", "yes", "1"),
    **dict.fromkeys(("stateless", "interruptible", "fault-tolerant", "spot-ready"), ("false", "no", "0")),
    **dict.fromkeys(("state", "workload"), ("stateful",)),
}

CONFIDENCE, ASSUMED_CONFIDENCE = 0.8, 0.5
LEAST_HOURS = 1.0
"""Hours on demand in the week looked at under which all of its like counts as covered: minutes beyond a commitment aren't an instance."""


@dataclass(frozen=True)
class Reason:
    """Why an instance can be interrupted, in words; `group` is its Auto Scaling group's row where it is known."""

    words: str
    values: Mapping[str, float]
    group: Resource | None = None


def find(resource: Resource, facts: Facts) -> Answer:
    """On demand for longer than the threshold, one of several or stateless, not stateful, not covered by a commitment."""
    if resource.state != "running" or resource.attributes.get("InstanceLifecycle") or spot.key_for(resource.attributes) is None:
        return None
    if _says(resource, STATEFUL):
        return None
    reason = _reason(resource, facts)
    if reason is None:
        return None
    if resource.created_at is None:
        return NotMeasured("AWS doesn't say since when it runs.")
    limits = facts.thresholds[CHECK.id]
    days = figure((facts.now - _utc(resource.created_at)) / timedelta(days=1))
    if days <= limits[DAYS.name]:
        return None
    covered = _covered(resource, facts)
    if covered is None:
        return None
    cost = ec2.instance(facts.prices, resource.region, resource.attributes)
    after = spot.spot(facts.prices, resource.region, resource.attributes)
    assumed = after.usd is None
    if assumed:
        percent = limits[TARGET.name]
        after = spot.cheaper_by(cost, percent, resource.attributes, f"assumed, {quantity(percent)} % less than on demand")
    if cost.usd is not None and after.usd is not None and after.usd >= cost.usd:
        return None
    return _finding(resource, facts, reason, days, cost, after, assumed, covered)


def _says(resource: Resource, words: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether one of its tags says so."""
    return any(value.strip().lower() in words.get(key.strip().lower(), ()) for key, value in resource.tags.items())


def _reason(resource: Resource, facts: Facts) -> Reason | None:
    """Why it can be interrupted; None where nothing says so."""
    limit = facts.thresholds[CHECK.id][GROUP_SIZE.name]
    group = _group(resource, facts)
    size = _size(group) if group else _members(resource, facts)
    if size > limit:
        return Reason(f"in an Auto Scaling group of {size}", {"group_size": size}, group)
    if _says(resource, STATELESS):
        return Reason("and its tags say that it is stateless", {}, group)
    return None


def _group(resource: Resource, facts: Facts) -> Resource | None:
    """Its Auto Scaling group, by its tag or by the group's own list."""
    own = facts.one(GROUP, resource.account_id, resource.region, resource.tags.get(GROUP_TAG, ""))
    return own or next((group for group in facts.resources.get(GROUP, ()) if _has(group, resource)), None)


def _has(group: Resource, resource: Resource) -> bool:
    same_place = (group.account_id, group.region) == (resource.account_id, resource.region)
    return same_place and resource.resource_id in (group.attributes.get("InstanceIds") or ())


def _size(group: Resource) -> int:
    """How many instances a group wants."""
    wanted = group.attributes.get("DesiredCapacity")
    return len(group.attributes.get("InstanceIds") or ()) if wanted is None else int(wanted)


def _members(resource: Resource, facts: Facts) -> int:
    """How many running instances say that they are in its group, where the group itself isn't known."""
    name = resource.tags.get(GROUP_TAG)
    if not name:
        return 0
    return sum(
        other.tags.get(GROUP_TAG) == name
        and other.state == "running"
        and (other.account_id, other.region) == (resource.account_id, resource.region)
        for other in facts.resources.get(INSTANCE, ())
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _covered(resource: Resource, facts: Facts) -> str | None:
    """What commitments cover of its like, in words; None where that is all of it."""
    kind = str(resource.attributes.get("InstanceType"))
    name = commitments.pool_of(resource.region, kind, commitments.system_of(resource.attributes))
    pool = (facts.pools or {}).get(name)
    if pool is None:
        return "It isn't known whether a reservation or Savings Plan covers it."
    if not pool.covered_hours:
        return "No reservation or Savings Plan covers any of its like."
    if pool.on_demand_usd <= commitments.TOLERANCE or 0 < pool.on_demand_hours < LEAST_HOURS:
        return None
    return "Reservations or Savings Plans cover part of its like: only what runs on demand beside them can be saved."


def _finding(
    resource: Resource, facts: Facts, reason: Reason, days: float, cost: Reckoning, after: Reckoning, assumed: bool, covered: str
) -> Finding:
    limits, swing = facts.thresholds[CHECK.id], None if assumed else spot.swing(facts.prices, resource.region, resource.attributes)
    sure = ASSUMED_CONFIDENCE if assumed or swing is None else CONFIDENCE
    return Finding(
        reason=(
            f"Instance {resource.named}, {resource.attributes.get('InstanceType')} in {resource.region}, has run on demand for "
            f"{quantity(days)} days, {reason.words}. Now: {cost.in_words()}. On the spot market: {after.in_words()}; "
            f"{_swing_in_words(swing, assumed)}."
        ),
        fix=_fix(resource, reason),
        cost=cost,
        after=after,
        confidence=sure * min(cost.confidence, after.confidence),
        effort="medium",
        risk="medium",
        evidence={
            "rule": f"on demand for more than {quantity(limits[DAYS.name])} days, in an Auto Scaling group of more than "
            f"{quantity(limits[GROUP_SIZE.name])} or stateless by tag, not stateful by tag, not covered by a commitment",
            "thresholds": dict(limits),
            "values": {"days": days, **reason.values, **_prices(cost, after, swing)},
            "series": [],
            "notes": _notes(resource, reason, assumed, covered),
        },
    )


def _swing_in_words(swing: Swing | None, assumed: bool) -> str:
    if assumed:
        return "its price there isn't known"
    if swing is None:
        return "how much that price swings isn't known"
    return (
        f"its price there lay between ${swing.low.normalize():f} and ${swing.high.normalize():f} an hour for four fifths of the time, "
        f"{quantity(swing.percent)} % of the median apart"
    )


def _prices(cost: Reckoning, after: Reckoning, swing: Swing | None) -> dict[str, Any]:
    known = {
        "on_demand_usd_per_hour": cost.lines[0].price.usd if cost.lines else None,
        "spot_usd_per_hour": after.lines[0].price.usd if after.lines else None,
        "spot_low_usd_per_hour": swing and swing.low,
        "spot_high_usd_per_hour": swing and swing.high,
        "spot_swing_percent": swing and swing.percent,
    }
    return {name: float(value) for name, value in known.items() if value is not None}


def _is_grouped(resource: Resource, reason: Reason) -> bool:
    return reason.group is not None or GROUP_TAG in resource.tags


def _fix(resource: Resource, reason: Reason) -> str:
    """The first step: which group and template it comes from, or what a template of it would hold."""
    if _is_grouped(resource, reason):
        return f"aws autoscaling describe-auto-scaling-instances --instance-ids {quote(resource.resource_id)} --region {resource.region}"
    return f"aws ec2 get-launch-template-data --instance-id {quote(resource.resource_id)} --region {resource.region}"


def _notes(resource: Resource, reason: Reason, assumed: bool, covered: str) -> list[str]:
    notes = [covered, "AWS takes a Spot Instance back with two minutes' notice when it needs the capacity."]
    if reason.group and reason.group.attributes.get("MixedInstances"):
        notes.append("Its group mixes purchase options already: raise the share of Spot Instances in its policy.")
    elif _is_grouped(resource, reason):
        notes.append(
            "The line names its group. Give that a mixed instances policy with several types and the strategy price-capacity-optimized."
        )
    else:
        notes.append("The line shows what a launch template of it holds. Start a Spot Instance from such a template, then end this one.")
    if assumed:
        notes.append("No spot price is known of its type here, so AWS_SPOT_SAVINGS_TARGET stands in and confidence is at most 0.5.")
    if reservation := resource.attributes.get("CapacityReservationId"):
        notes.append(f"It runs in the capacity reservation {reservation}, which bills until it is cancelled too.")
    return notes


CHECK = Check(
    id="ec2_spot",
    title="Are there EC2 instances on demand that could run on the spot market?",
    label="EC2 instance for the spot market",
    type="spot_migration",
    service="EC2",
    resource_types=(INSTANCE,),
    rule=(
        "It has run on demand for more than the threshold, in an Auto Scaling group of several or stateless by its tags; no tag says that "
        "it is stateful, and commitments don't cover all of its like."
    ),
    price=(
        "The hour on demand of its type, system and tenancy less the median of its spot price over the last 30 days, 730 times; without a "
        "spot price the assumed share."
    ),
    find=find,
    thresholds=(DAYS, GROUP_SIZE, TARGET),
    remarks=(
        "The spot price is weighted by time, over all Availability Zones of the region. Between which prices it lay for four fifths of the "
        "time is shown beside it.",
        "Stateless: one of the tags stateless, interruptible, fault-tolerant and spot-ready is true, yes or 1, or state or workload is "
        "stateless. Stateful: stateful is true, one of the first four is false, or state or workload is stateful.",
        "Where no spot price is known, confidence is 0.5 at most; so it is where fewer than 14 days of its history are.",
        "Dedicated tenancy and systems that the spot market doesn't sell are left alone.",
    ),
)
