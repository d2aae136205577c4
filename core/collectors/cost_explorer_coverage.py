"""How much of EC2's use reservations and Savings Plans cover, by region and family of types: one request to Cost Explorer a week.

What is stopped frees its commitment for other use of the same kind. How much of that there is on demand bounds what stopping saves.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.aws import costs
from core.aws.costs import CostRow, Question, one_of
from core.aws.meter import usd_of
from core.aws.usage_types import region_of
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.models import CostType
from core.prices import HOURS_A_MONTH
from core.store import resources

TITLE = "Cost Explorer: commitment coverage"
KIND, METHOD = "coverage", "AWS Cost Explorer"
WINDOW_DAYS = 7
KEPT_DAYS = 7
EC2_SERVICE = "Amazon Elastic Compute Cloud - Compute"
ON_DEMAND = "On Demand Instances"
_COVERED = ("Savings Plans", "Reserved Instances")


@dataclass
class Pool:
    """The instances of a family in a region: hours on demand and covered, and what the first cost in USD."""

    on_demand_hours: Decimal = Decimal(0)
    covered_hours: Decimal = Decimal(0)
    on_demand_usd: Decimal = Decimal(0)

    def add(self, purchase: str, row: CostRow) -> None:
        """Count one row of the answer."""
        hours = row.quantity or Decimal(0)
        if purchase == ON_DEMAND:
            self.on_demand_hours += hours
            self.on_demand_usd += row.amounts[CostType.UNBLENDED]
        elif any(purchase.endswith(name) for name in _COVERED):
            self.covered_hours += hours


def collect(collection: Collection) -> None:
    """Ask, unless it was asked within a week."""
    if _is_fresh(resources.analysed_on(collection.store, KIND, METHOD), collection.as_of):
        return
    last = collection.as_of - timedelta(days=collection.config.spendscope_settled_days)
    with collection.slice(TITLE, Place(collection.payer)) as current:
        answer = costs.ask(collection.access.client("ce"), question(last))
        current.row_count = collection.keep_analysis(KIND, rows(answer.rows, last, collection.as_of))


def question(last: date) -> Question:
    """The days of the window, the last of which is the day before `last`."""
    where = one_of("SERVICE", [EC2_SERVICE])
    return Question(last - timedelta(days=WINDOW_DAYS), last, ("USAGE_TYPE", "PURCHASE_TYPE"), "MONTHLY", where, quantity=True)


def rows(answer: Iterable[CostRow], last: date, as_of: date) -> Iterator[dict[str, Any]]:
    """Rows of `analysis_results`: by region and family what its use on demand comes to in a month, USD; and a total."""
    pools: dict[str, Pool] = defaultdict(Pool)
    for row in answer:
        usage, purchase = row.keys
        if "Usage:" in usage:
            family = usage.split("Usage:", 1)[1].split(".")[0]
            for subject in (f"{region_of(usage)}/{family}", "total"):
                pools[subject].add(purchase, row)
    pools["total"] = pools["total"]
    a_month = Decimal(HOURS_A_MONTH) / (24 * WINDOW_DAYS)
    for subject, pool in pools.items():
        yield {
            "kind": KIND,
            "method": METHOD,
            "subject": subject,
            "as_of": as_of,
            "day": last - timedelta(days=WINDOW_DAYS),
            "last_day": last - timedelta(days=1),
            "currency": "USD",
            "value": float(pool.on_demand_usd * a_month),
            "details": json.dumps({"on_demand_hours": float(pool.on_demand_hours), "covered_hours": float(pool.covered_hours)}),
        }


def _is_fresh(asked: date | None, as_of: date) -> bool:
    return asked is not None and timedelta() <= as_of - asked < timedelta(days=KEPT_DAYS)


def estimate(outlook: Outlook) -> EstimateLine:
    """One request a week."""
    if _is_fresh(resources.analysed_on(outlook.store, KIND, METHOD), outlook.as_of):
        return EstimateLine(TITLE, 0, 0, Decimal(0), "kept for a week")
    return EstimateLine(TITLE, 1, 0, usd_of("ce", "GetCostAndUsage", 1), "one request a week")


COLLECTOR = Collector(
    name="cost_explorer_coverage",
    title=TITLE,
    permissions=(),  # ce:GetCostAndUsage, which cost_explorer.py declares
    estimate=estimate,
    collect=collect,
)
