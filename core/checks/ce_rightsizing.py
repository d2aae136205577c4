"""What AWS itself recommends for instances, kept beside what our own checks find."""

import re
from collections.abc import Mapping
from typing import Any

from core.checks import ec2_idle, ec2_underutilized
from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource
from core.pools import INSTANCE, RECOMMENDATION, RIGHTSIZING
from core.reckoning import Reckoning
from core.reckoning.ec2 import instance

TERMINATE, MODIFY = "TERMINATE", "MODIFY"
CONFIDENCE, AGREED_CONFIDENCE = 0.6, 0.9
_TYPE = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+")


def find(resource: Resource, facts: Facts) -> Answer:
    """AWS would end a running instance, or name a smaller type for it that costs less."""
    said: Mapping[str, Any] = resource.attributes.get(RECOMMENDATION, {})
    one = facts.one(INSTANCE, *resource.key)
    if one is None:
        return NotMeasured("AWS recommends something for it, but it isn't in the inventory: it has ended since, or wasn't listed.")
    action, target = said.get("action"), str(said.get("target_type") or "")
    if one.state != "running" or action not in (TERMINATE, MODIFY) or said.get("instance_type") not in ("", None, _type_of(one)):
        return None
    if action == MODIFY and (not _TYPE.fullmatch(target) or target == _type_of(one)):
        return None
    cost = instance(facts.prices, one.region, one.attributes)
    after = None if action == TERMINATE else instance(facts.prices, one.region, one.attributes, target)
    if after is not None and cost.usd is not None and after.usd is not None and after.usd >= cost.usd:
        return None
    return _finding(one, facts, said, cost, after, target)


def _type_of(one: Resource) -> str:
    return str(one.attributes.get("InstanceType"))


def _finding(one: Resource, facts: Facts, said: Mapping[str, Any], cost: Reckoning, after: Reckoning | None, target: str) -> Finding:
    ours = _ours(one, facts, said, target)
    does = f"would end instance {one.named}" if after is None else f"would make instance {one.named} a {target}"
    then = "" if after is None else f" Then: {after.in_words()}."
    sure = AGREED_CONFIDENCE if ours.startswith("Agrees") else CONFIDENCE
    estimate = f"AWS reckons {_money(said)} a month." if said.get("saving") else "AWS names no amount."
    return Finding(
        reason=f"AWS {does}, a {_type_of(one)} in {one.region}. {estimate} Now: {cost.in_words()}.{then} {ours}.",
        fix=_fix(one, target if after else ""),
        cost=cost,
        after=after,
        confidence=sure * min(cost.confidence, after.confidence if after else 1.0),
        effort="low" if after is None else "medium",
        risk="medium",
        evidence={
            "rule": "Cost Explorer recommends it: GetRightsizingRecommendation",
            "thresholds": dict(facts.thresholds[CHECK.id]),
            "values": {
                "action": str(said.get("action")),
                "target_type": target,
                "aws_estimated_monthly_savings": str(said.get("saving") or ""),
                "agrees_with_ours": ours.startswith("Agrees"),
            },
            "reasons_of_aws": list(said.get("why") or ()),
            "series": [],
            "notes": [
                f"{ours}.",
                "AWS's amount takes account of reservations and Savings Plans; ours is at the price on demand, and net in the total.",
            ],
        },
    )


def _money(said: Mapping[str, Any]) -> str:
    try:
        return f"${float(said['saving']):.2f}"
    except (TypeError, ValueError):
        return "an amount that can't be read"


def _ours(one: Resource, facts: Facts, said: Mapping[str, Any], target: str) -> str:
    """What our own checks say of the same instance, in a sentence without its end."""
    if isinstance(ec2_idle.find(one, facts), Finding):
        agreed = said.get("action") == TERMINATE
        return "Agrees with ours: it is idle" if agreed else "Ours goes further: it is idle"
    smaller = ec2_underutilized.find(one, facts)
    if isinstance(smaller, Finding):
        named = smaller.evidence["target_type"]["name"]
        return f"Agrees with ours: {named} is enough" if named == target else f"Ours says {named}"
    return "Ours finds nothing here" if smaller is None else "Ours can't measure it"


def _fix(one: Resource, target: str) -> str:
    ident, where = one.resource_id, f"--region {one.region}"
    if ec2_idle.GROUP_TAG in one.tags:
        return f"aws autoscaling describe-auto-scaling-instances --instance-ids {ident} {where}"
    if not target:
        return f"aws ec2 stop-instances --instance-ids {ident} {where}"
    return (
        f"aws ec2 stop-instances --instance-ids {ident} {where} && aws ec2 wait instance-stopped --instance-ids {ident} {where} && "
        f"aws ec2 modify-instance-attribute --instance-id {ident} --instance-type {target} {where} && "
        f"aws ec2 start-instances --instance-ids {ident} {where}"
    )


CHECK = Check(
    id="ce_rightsizing",
    title="What would AWS end or make smaller?",
    label="AWS's own recommendation",
    type="rightsizing",
    service="EC2",
    resource_types=(RIGHTSIZING,),
    rule="Cost Explorer recommends to end a running instance, or names another type for it that costs less.",
    price="The hour on demand of its type, less that of the type that AWS names, if any, in its region and for its system, 730 times.",
    find=find,
    remarks=(
        "It is kept beside ours, marked where both agree, which raises confidence from 0.6 to 0.9; the total counts one of them.",
        "AWS's estimate stands in the evidence. The amount here is worked out from prices, as for every other check.",
        "Rightsizing recommendations must be switched on in Cost Explorer's preferences.",
    ),
)
