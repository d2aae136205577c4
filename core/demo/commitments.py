"""The Savings Plans and reservations: what they cost, and what their own Describe calls say."""

from datetime import timedelta
from typing import Any

from core.demo import noise, prices
from core.demo.fleets import ACCOUNTS, Plan
from core.demo.model import Resource
from core.demo.parts import Line, midnight
from core.demo.world import World, arn

_MOMENT = "%Y-%m-%dT%H:%M:%S.000Z"


def resource(world: World, key: str, plan: Plan, lines: list[Line]) -> Resource:
    """A plan or reservation as its own Describe call shows it; what it costs an hour is in `Commitment`, with the covered lines' rates."""
    owner = ACCOUNTS[plan.account].id
    start = midnight(world.first) + timedelta(days=plan.start)
    end = start + timedelta(days=plan.days)
    state = "active" if end > world.now else "retired"
    seconds = plan.days * 86400
    hourly, count = committed(plan, lines)
    option = "All Upfront" if plan.upfront == 1 else "Partial Upfront" if plan.upfront else "No Upfront"
    upfront = hourly * plan.upfront * plan.days * 24
    if plan.kind in ("Compute", "EC2Instance"):
        ident = _uuid(world, key)
        where = f"arn:aws:savingsplans::{owner}:savingsplan/{ident}"
        attributes: dict[str, Any] = {
            "description": f"{plan.days // 365} year {option} {plan.kind} Savings Plan",
            "start": start.strftime(_MOMENT),
            "end": end.strftime(_MOMENT),
            "state": state,
            "savingsPlanType": plan.kind,
            "paymentOption": option,
            "productTypes": ["EC2"] if plan.kind == "EC2Instance" else ["Fargate", "Lambda", "EC2"],
            "currency": "USD",
            "commitment": f"{hourly:.8f}",
            "upfrontPaymentAmount": f"{upfront:.8f}",
            "recurringPaymentAmount": f"{hourly * (1 - plan.upfront):.8f}",
            "termDurationInSeconds": seconds,
        }
        if plan.kind == "EC2Instance":
            attributes |= {"ec2InstanceFamily": plan.type.split(".")[0], "region": plan.region}
        return Resource("savingsplans:plan", ident, where, owner, plan.region, key, start, {}, attributes)
    common: dict[str, Any] = {"State": state, "OfferingType": option, "Duration": seconds, "UsagePrice": 0.0, "CurrencyCode": "USD"}
    each = hourly / count
    recurring = [{"Amount": round(each * (1 - plan.upfront), 10), "Frequency": "Hourly"}]
    if plan.kind == "ec2":
        ident = _uuid(world, key)
        attributes = common | {
            "ReservedInstancesId": ident,
            "Start": start,
            "End": end,
            "InstanceType": plan.type,
            "InstanceCount": count,
            "OfferingClass": "standard",
            "ProductDescription": "Linux/UNIX",
            "Scope": "Region",
            "FixedPrice": upfront / count,
            "RecurringCharges": recurring,
            "InstanceTenancy": "default",
        }
        where = arn("ec2", plan.region, owner, f"reserved-instances/{ident}")
        return Resource("ec2:reserved-instances", ident, where, owner, plan.region, key, start, {}, attributes)
    ident = f"ri-{key}"
    multi_az = any("Multi-AZ" in line.usage_type for line in lines)
    attributes = common | {
        "ReservedDBInstanceId": ident,
        "DBInstanceClass": plan.type,
        "DBInstanceCount": count,
        "ProductDescription": "postgresql" if plan.system == "postgres" else plan.system,
        "MultiAZ": multi_az,
        "StartTime": start,
        "FixedPrice": upfront / count,
        "RecurringCharges": [{"RecurringChargeAmount": recurring[0]["Amount"], "RecurringChargeFrequency": "Hourly"}],
    }
    return Resource("rds:reserved", ident, arn("rds", plan.region, owner, f"ri:{ident}"), owner, plan.region, key, start, {}, attributes)


def rate(plan: Plan, line: Line) -> float:
    """USD an hour of a covered machine under a plan."""
    if plan.kind in ("Compute", "EC2Instance"):
        return prices.plan_hour(line.price, plan.kind)
    return prices.reserved_hour(line.price) if plan.kind == "ec2" else round(line.price * prices.RDS_RESERVED, 5)


def committed(plan: Plan, lines: list[Line]) -> tuple[float, int]:
    """USD an hour of the whole commitment, and for how many machines."""
    count = plan.bought or len(lines)
    if plan.bought:
        return round(rate(plan, lines[0]) * count, 10), count
    return round(sum(rate(plan, line) for line in lines), 10), count


def _uuid(world: World, key: str) -> str:
    digits = noise.hexadecimal(32, world.seed, "plan", key)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
