"""Reservations and Savings Plans that are paid for and not used."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.commitments import Utilisation
from core.prices import HOURS_A_MONTH, Price
from core.reckoning import CostLine, Reckoning

EC2_RESERVED, RDS_RESERVED, PLAN = "ec2:reserved-instances", "rds:reserved", "savingsplans:plan"
USED = Threshold("used_percent", 95.0, "%", "Share used under which a commitment counts as unused")
CONFIDENCE = 0.9
_HOUR = 3600
_KINDS = {EC2_RESERVED: "Reservation", RDS_RESERVED: "Reservation", PLAN: "Savings Plan"}
_ACTIONS = {
    EC2_RESERVED: "DescribeReservedInstances",
    RDS_RESERVED: "DescribeReservedDBInstances",
    PLAN: "DescribeSavingsPlans",
}
_PLAIN = re.compile(r"[\w.:-]+", re.ASCII)


def find(resource: Resource, facts: Facts) -> Answer:
    """Active, and less of it used than the threshold over the last 30 settled days."""
    if resource.state != "active" or _is_over(resource, facts):
        return None
    limits = facts.thresholds[CHECK.id]
    used = _used(resource, facts)
    if used is None:
        return NotMeasured("Cost Explorer doesn't say how much of it was used, which doesn't mean that it is unused.")
    percent = figure(float(used.used * 100))
    if percent >= limits[USED.name]:
        return None
    cost = _cost(resource, facts)
    after = Reckoning(tuple(CostLine(line.label, line.quantity * used.used, line.price) for line in cost.lines), cost.lacking)
    what = _KINDS[resource.resource_type]
    return Finding(
        reason=(
            f"{what} {resource.named}, {_described(resource)}, was used to {quantity(percent)} % from {used.first:%d %B %Y} to "
            f"{used.last:%d %B %Y}. It costs {cost.in_words()}, whether it is used or not."
        ),
        fix=_fix(resource),
        cost=cost,
        after=after,
        confidence=CONFIDENCE,
        effort="medium",
        risk="low",
        evidence={
            "rule": f"active, and under {quantity(limits[USED.name])} % used",
            "window_days": (used.last - used.first).days + 1,
            "thresholds": dict(limits),
            "values": {"used_percent": percent, "unused_percent": figure(100 - percent)},
            "said_by": used.said_by,
            "series": [],
            "notes": _notes(resource),
        },
    )


def _is_over(resource: Resource, facts: Facts) -> bool:
    """Whether it has ended, though AWS may not have said so when it was listed."""
    said = resource.attributes
    if (end := _moment(said.get("End") or said.get("end"))) is not None:
        return end <= facts.now
    begin, seconds = _moment(said.get("StartTime")), said.get("Duration")
    return begin is not None and isinstance(seconds, int) and begin + timedelta(seconds=seconds) <= facts.now


def _moment(said: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(said).replace("Z", "+00:00")) if said else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _used(resource: Resource, facts: Facts) -> Utilisation | None:
    names = (resource.resource_id, str(resource.attributes.get("LeaseId") or ""))
    return next((facts.utilisation[name] for name in names if name in facts.utilisation), None)


def _cost(resource: Resource, facts: Facts) -> Reckoning:
    """What it costs a month, from its own figures: what recurs, and the upfront fee spread over its term."""
    said = resource.attributes
    currency = str(said.get("CurrencyCode") or said.get("currency") or "USD")
    if currency != "USD":
        return Reckoning(lacking=f"no amount in USD, since it is billed in {currency}")
    try:
        if resource.resource_type == PLAN:
            hourly, count, what = Decimal(str(said["commitment"])), 1, "commitment, upfront part included"
        else:
            hourly, what = _reserved_hour(said), "fees and upfront spread over the term"
            count = int(said.get("InstanceCount") or said.get("DBInstanceCount") or 0)
    except (InvalidOperation, KeyError, TypeError, ValueError):
        return Reckoning(lacking="no amount, since AWS doesn't say what it costs")
    if not count or not hourly:
        return Reckoning(lacking="no amount, since AWS doesn't say what it costs")
    kind, ident = resource.resource_type, resource.resource_id
    price = Price(kind, resource.region, what, "Hrs", hourly, ident, _ACTIONS[kind], facts.as_of)
    return Reckoning((CostLine(f"{count} × {what}", Decimal(HOURS_A_MONTH * count), price),))


def _reserved_hour(said: Any) -> Decimal:
    """USD an hour of one instance."""
    charges = said.get("RecurringCharges") or []
    if any((charge.get("Frequency") or charge.get("RecurringChargeFrequency")) != "Hourly" for charge in charges):
        raise ValueError("a charge that doesn't recur by the hour")
    recurring = sum((Decimal(str(charge.get("Amount", charge.get("RecurringChargeAmount", 0)))) for charge in charges), Decimal(0))
    upfront = Decimal(str(said.get("FixedPrice") or 0))
    return recurring + (upfront / (Decimal(int(said["Duration"])) / _HOUR) if upfront else Decimal(0))


def _described(resource: Resource) -> str:
    said = resource.attributes
    if resource.resource_type == PLAN:
        bound = " ".join(str(said[name]) for name in ("ec2InstanceFamily", "region") if said.get(name))
        return f"{said.get('savingsPlanType', '')}{' of ' + bound if bound else ''}"
    count, kind = said.get("InstanceCount") or said.get("DBInstanceCount"), said.get("InstanceType") or said.get("DBInstanceClass")
    return f"{count} × {kind} in {resource.region}"


def _fix(resource: Resource) -> str:
    """A look at it: what can be done with it depends on what was bought."""
    ident = resource.resource_id if _PLAIN.fullmatch(resource.resource_id) else shlex.quote(resource.resource_id)
    if resource.resource_type == PLAN:
        return f"aws savingsplans describe-savings-plans --savings-plan-ids {ident} --region {resource.region or 'us-east-1'}"
    if resource.resource_type == RDS_RESERVED:
        return f"aws rds describe-reserved-db-instances --reserved-db-instance-id {ident} --region {resource.region}"
    if resource.attributes.get("OfferingClass") == "convertible":
        return f"aws ec2 get-reserved-instances-exchange-quote --reserved-instance-ids {ident} --region {resource.region} --dry-run"
    return f"aws ec2 describe-reserved-instances --reserved-instances-ids {ident} --region {resource.region}"


def _notes(resource: Resource) -> list[str]:
    notes = ["Use of the same kind that is on demand elsewhere in the organization is covered by it, unless sharing is switched off."]
    if resource.resource_type == PLAN:
        notes.append("A small Savings Plan can be returned within seven days of buying it. Later only more use helps.")
    elif resource.resource_type == RDS_RESERVED:
        notes.append("An RDS reservation can't be sold or cancelled. More use of its class, engine and region helps.")
    else:
        notes.append("A standard reservation can be split or moved with modify-reserved-instances, or sold on AWS's marketplace.")
    return notes


CHECK = Check(
    id="commitment_unused",
    title="Are there reservations or Savings Plans that go unused?",
    label="Unused commitment",
    type="commitments",
    service="EC2",
    resource_types=(EC2_RESERVED, RDS_RESERVED, PLAN),
    rule="It is active, and over the last 30 settled days a smaller share of it was used than the threshold.",
    price="What it costs in 730 hours, its upfront fee spread over its term, times the share that went unused.",
    find=find,
    thresholds=(USED,),
    remarks=(
        "Cost Explorer says how much was used: GetReservationUtilization by subscription, GetSavingsPlansUtilizationDetails by plan.",
        "What it costs is taken from the commitment itself, not from a price list.",
        "The money is spent already: it is saved by using more of it, by selling or exchanging it, or by buying less the next time.",
    ),
)
