"""Reservations and Savings Plans as Cost Explorer adds them up: what was bought, what of it was used, and what that would have cost.

A reservation covers the hours that the bill calls discounted, of its own type and region; a Savings Plan's unused part stands on its fee.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from core.demo.model import PICODOLLAR, Organisation, Resource
from core.demo.services.bill import Bill

EC2, RDS = "Amazon Elastic Compute Cloud - Compute", "Amazon Relational Database Service"
KINDS = {EC2: "ec2:reserved-instances", RDS: "rds:reserved"}
ON_DEMAND = "On Demand Instances"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reserved:
    """A reservation in a span of days: hours bought and used, what they cost, and what the used ones would have cost on demand, USD."""

    resource: Resource
    service: str
    count: int
    bought: float
    used: float
    upfront: float
    recurring: float
    on_demand: float


@dataclass(frozen=True)
class Planned:
    """A Savings Plan in a span of days: what was committed and used of it, and what it covered would have cost, 10^-10 USD."""

    resource: Resource
    committed: int
    used: int
    on_demand: int
    upfront_share: float


def reserved(organisation: Organisation, bill: Bill, service: str, accounts: Sequence[str], start: date, end: date) -> Iterator[Reserved]:
    """The reservations of a service that were alive on some of the days; those of one type share its hours in their order."""
    lines = bill.lines[bill.between(start, end)]
    lines = lines[(lines["record_type"] == "DiscountedUsage") & (lines["service"] == service)]
    hours = lines.groupby(["region", "instance_type"], observed=True)["quantity"].sum().to_dict()
    for one in organisation.resources:
        said = one.attributes
        kind = said.get("InstanceType") or said.get("DBInstanceClass")
        if one.kind != KINDS[service] or one.account not in accounts or not kind:
            continue
        days = _days_alive(one, start, end)
        count = int(said.get("InstanceCount") or said.get("DBInstanceCount") or 1)
        bought = 24.0 * days * count
        if bought:
            used = min(bought, hours.get((one.region, kind), 0.0))
            hours[one.region, kind] = hours.get((one.region, kind), 0.0) - used
            upfront = bought * float(said.get("FixedPrice") or 0) / (int(said.get("Duration") or 31536000) / 3600)
            yield Reserved(one, service, count, bought, used, upfront, bought * _hourly(said), used * _price(bill, one.region, kind))


def _days_alive(one: Resource, start: date, end: date) -> int:
    said = one.attributes
    begins = said.get("Start") or said.get("StartTime") or one.created
    ends = said.get("End") or begins + timedelta(seconds=int(said.get("Duration") or 31536000))
    first, after = _midnight(start), _midnight(end)
    return max(0, (min(ends, after) - max(begins, first)) // _DAY)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _hourly(said: Mapping[str, Any]) -> float:
    charges = said.get("RecurringCharges") or [{}]
    return float(charges[0].get("Amount") or charges[0].get("RecurringChargeAmount") or 0)


def _price(bill: Bill, region: str, kind: str) -> float:
    """USD an hour on demand, as the bill has it where it ever was so billed; covered hours are billed at nothing."""
    lines = bill.lines
    paid = lines[(lines["instance_type"] == kind) & (lines["region"] == region) & (lines["purchase_type"] == ON_DEMAND)]
    quantity = float(paid["quantity"].sum())
    return float(paid["unblended"].sum()) / PICODOLLAR / quantity if quantity else 0.0


def planned(organisation: Organisation, accounts: Sequence[str], start: date, end: date) -> Iterator[Planned]:
    """The Savings Plans that have a fee on some of the days."""
    charges = organisation.charges
    days = charges["day"].to_numpy().astype("datetime64[D]")
    within = charges[(days >= np.datetime64(start, "D")) & (days < np.datetime64(end, "D"))]
    fees = within[within["record_type"] == "SavingsPlanRecurringFee"]
    covered = within[within["record_type"] == "SavingsPlanCoveredUsage"]
    held = [one for one in organisation.resources if one.kind == "savingsplans:plan"]
    bound = {_family(one): one.id for one in held if one.attributes.get("savingsPlanType") == "EC2Instance"}
    by_plan = _by_plan(covered, bound)
    for one in held:
        mine = fees[fees["resource_id"] == one.arn]
        if one.account not in accounts or mine.empty:
            continue
        hourly = round(float(one.attributes["commitment"]) * PICODOLLAR)
        committed = round(hourly * float(mine["quantity"].sum()))
        recurring = float(one.attributes["recurringPaymentAmount"]) / float(one.attributes["commitment"])
        used = committed - int(mine["amortized"].sum())
        yield Planned(one, committed, used, by_plan.get(one.id if _family(one) in bound else "", 0), 1 - recurring)


def _family(one: Resource) -> tuple[str, str]:
    return str(one.attributes.get("region", "")), str(one.attributes.get("ec2InstanceFamily", ""))


def _by_plan(covered: pd.DataFrame, bound: Mapping[tuple[str, str], str]) -> dict[str, int]:
    """What covered use would have cost, by the plan that is bound to its family and region; "" is the one that isn't bound."""
    sums: dict[str, int] = {}
    grouped = covered.groupby(["region", "instance_type"], observed=True)["unblended"].sum().reset_index()
    for row in grouped.to_dict("records"):
        plan = bound.get((row["region"], row["instance_type"].split(".")[0]), "")
        sums[plan] = sums.get(plan, 0) + int(row["unblended"])
    return sums
