"""How much of the use of EC2 and RDS reservations and Savings Plans cover, by region, family of types and system: three questions a week.

What is stopped frees its commitment for other use. How much of that there is on demand bounds what stopping saves, and how much of it runs
around the clock what is worth committing to.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core import weekly
from core.aws import costs
from core.aws.costs import CostRow, Filter, Question, both, no, one_of
from core.aws.usage_types import region_of, without_region
from core.collection import Collection
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.commitments import TOTAL, pool_of, system_of_operation
from core.models import CostType
from core.prices import HOURS_A_MONTH

TITLE = "Cost Explorer: commitment coverage"
KIND = "coverage"
WINDOW_DAYS, WEEK = 30, 7
"""Settled days that are looked at, and how many of them, the last ones, amounts are of: they show what is covered now."""

SERVICES = ("Amazon Elastic Compute Cloud - Compute", "Amazon Relational Database Service")
ON_DEMAND, PLANS, RESERVED = "on demand", "plans", "reserved"

# What isn't use, though it may bear the usage type of use, as the API and as the console spell it.
_NOT_USE = (
    *("Credit", "Refund", "Tax", "Fee", "RIFee", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "SavingsPlanNegation"),
    *("Recurring reservation fee", "Upfront reservation fee", "Savings Plan Recurring Fee", "Savings Plan Upfront Fee"),
    "Savings Plan Negation",
)
_BOUGHT: Mapping[str, Filter] = {
    ON_DEMAND: one_of("PURCHASE_TYPE", ["On Demand Instances"]),
    PLANS: one_of("PURCHASE_TYPE", ["Savings Plans"]),
    # Standard and convertible ones, under names that differ by service.
    RESERVED: no(one_of("PURCHASE_TYPE", ["On Demand Instances", "Savings Plans", "Spot Instances", "NoPurchaseType"])),
}
_HOURS = re.compile(r"(?P<usage>[A-Za-z-]*Usage):(?P<type>(?:db\.)?[a-z0-9-]+\.[a-z0-9-]+)")
_PLAIN = ("BoxUsage", "InstanceUsage")
"""Instances of shared tenancy, and databases in one zone."""


@dataclass
class Use:
    """A pool's use: hours and USD of the last week, and by day what was on demand."""

    on_demand_hours: Decimal = Decimal(0)
    covered_hours: Decimal = Decimal(0)
    plan_hours: Decimal = Decimal(0)
    on_demand_usd: Decimal = Decimal(0)
    plan_usd: Decimal = Decimal(0)
    days: dict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    types: dict[str, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))

    def add(self, bought: str, row: CostRow, name: str, week: date) -> None:
        """Count one row of an answer, under its type's `name` too; `week` is the first day of the last week."""
        hours, usd = row.quantity or Decimal(0), row.amounts[CostType.UNBLENDED]
        recent = row.start >= week
        if bought == ON_DEMAND:
            self.days[row.start] += usd
            if name:
                self.types[name][row.start] += hours
            if recent:
                self.on_demand_hours += hours
                self.on_demand_usd += usd
        elif recent:
            self.covered_hours += hours
            if bought == PLANS:
                self.plan_hours += hours
                self.plan_usd += usd or row.amounts[CostType.AMORTIZED]


def collect(collection: Collection) -> None:
    """Ask, unless it was asked within a week."""
    last = collection.as_of - timedelta(days=collection.config.spendscope_settled_days)

    def found() -> Iterator[dict[str, Any]]:
        client = collection.access.client("ce")
        return rows({bought: costs.ask(client, question(bought, last)).rows for bought in _BOUGHT}, last)

    weekly.keep(collection, TITLE, KIND, found)


def question(bought: str, last: date) -> Question:
    """The days of the window, the last of which is the day before `last`, for use that was bought in one way."""
    where = both(one_of("SERVICE", SERVICES), _BOUGHT[bought], no(one_of("RECORD_TYPE", _NOT_USE)))
    return Question(last - timedelta(days=WINDOW_DAYS), last, ("USAGE_TYPE", "OPERATION"), "DAILY", where, quantity=True)


def rows(answers: Mapping[str, Iterable[CostRow]], last: date) -> Iterator[dict[str, Any]]:
    """By pool what its use on demand comes to in a month, USD, with hours and days in `details`; and all pools together."""
    pools: dict[str, Use] = defaultdict(Use)
    pools[TOTAL] = Use()
    week = last - timedelta(days=WEEK)
    for bought, answer in answers.items():
        for row in answer:
            usage_type, operation = row.keys
            if found := _HOURS.fullmatch(without_region(usage_type)):
                pool = pool_of(region_of(usage_type), found["type"], system_of_operation(operation))
                name = found["type"] if found["usage"] in _PLAIN else f"{found['type']}/{found['usage']}"
                pools[pool].add(bought, row, name, week)
                pools[TOTAL].add(bought, row, "", week)
    for subject, use in pools.items():
        span = {"day": last - timedelta(days=WINDOW_DAYS), "last_day": last - timedelta(days=1)}
        yield {"subject": subject, **span, "value": float(_a_month(use.on_demand_usd)), "details": json.dumps(_details(use))}


def _a_month(usd: Decimal) -> Decimal:
    return usd * HOURS_A_MONTH / (24 * WEEK)


def _details(use: Use) -> dict[str, Any]:
    return {
        "on_demand_usd": str(_a_month(use.on_demand_usd)),
        "plan_usd": str(_a_month(use.plan_usd)),
        "on_demand_hours": float(use.on_demand_hours),
        "covered_hours": float(use.covered_hours),
        "plan_hours": float(use.plan_hours),
        "days": {day.isoformat(): str(usd) for day, usd in sorted(use.days.items())},
        "types": {name: {day.isoformat(): float(hours) for day, hours in sorted(days.items())} for name, days in sorted(use.types.items())},
    }


def estimate(outlook: Outlook) -> EstimateLine:
    """Three requests a week, more where an answer has several pages."""
    return weekly.estimate(outlook, TITLE, [KIND], len(_BOUGHT))


COLLECTOR = Collector(
    name="cost_explorer_coverage",
    title=TITLE,
    permissions=(),  # ce:GetCostAndUsage, which cost_explorer.py declares
    estimate=estimate,
    collect=collect,
)
