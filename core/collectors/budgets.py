"""AWS's own budgets, kept beside ours: how much each allows, what AWS counts as spent, and what it forecasts."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.failures import calling
from core.aws.permissions import Permission
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.models import Progress, month_after

TITLE = "AWS Budgets"
METHOD = "AWS Budgets"
ACTION = "budgets:ViewBudget"
"""What IAM calls the permission for DescribeBudgets."""

_A_PAGE = 100
_MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUALLY": 12}
_KEPT = ("BudgetType", "TimeUnit", "BudgetLimit", "PlannedBudgetLimits", "CostFilters", "FilterExpression", "CostTypes", "HealthStatus")
"""What is kept of a budget, under the API's names."""


def collect(collection: Collection) -> None:
    """List the budgets of the credentials' own account, which for an organization is the one that pays."""
    collection.report(Progress(TITLE, 0, 1, "questions"))
    with collection.slice(TITLE, Place(collection.payer)) as current:
        found = [budget_row(budget, collection.as_of) for budget in listed(collection.access)]
        collection.keep_analysis("budget", [*found, _read(len(found), collection.as_of)])
        current.row_count = len(found)
    collection.report(Progress(TITLE, 1, 1, "questions"))


def listed(access: Access, page_size: int = _A_PAGE) -> Iterator[Mapping[str, Any]]:
    """The budgets as AWS describes them."""
    account = access.identity().account
    asked: dict[str, Any] = {"AccountId": account, "MaxResults": page_size}
    while True:
        with calling(ACTION, account):
            page = access.client("budgets").describe_budgets(**asked)
        yield from page.get("Budgets") or ()
        if not (token := page.get("NextToken")):
            return
        asked["NextToken"] = token


def budget_row(budget: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    """A budget as a row of `analysis_results`: `value` is what was spent in its present period, `upper` AWS's forecast of all of it."""
    spend = budget.get("CalculatedSpend", {})
    actual, forecast = (spend.get(name) or {} for name in ("ActualSpend", "ForecastedSpend"))
    first, last = present_period(budget, as_of)
    return {
        "kind": "budget",
        "method": METHOD,
        "subject": budget["BudgetName"],
        "as_of": as_of,
        "day": first,
        "last_day": last,
        "value": actual.get("Amount"),
        "upper": forecast.get("Amount"),
        "currency": actual.get("Unit", ""),
        "details": json.dumps({name: budget[name] for name in _KEPT if name in budget}, default=str),
    }


def _read(count: int, as_of: date) -> dict[str, Any]:
    """A row that says how many there are, so that none is something that is known too, and that an undo can put back."""
    told = {"kind": "budget-count", "method": METHOD, "subject": "", "as_of": as_of, "day": as_of, "last_day": as_of}
    return {**told, "value": count, "currency": "", "details": "{}"}


def present_period(budget: Mapping[str, Any], as_of: date) -> tuple[date, date]:
    """The days that a budget's spend is of: AWS counts calendar months, quarters and years; any other its whole time or a day."""
    unit = budget.get("TimeUnit", "")
    if unit in _MONTHS:
        months = _MONTHS[unit]
        first = month_after(as_of, -((as_of.month - 1) % months))
        return first, month_after(first, months) - timedelta(days=1)
    span = budget.get("TimePeriod", {})
    if unit == "CUSTOM" and "Start" in span and "End" in span:
        return span["Start"].date(), span["End"].date()
    return as_of, as_of


def estimate(outlook: Outlook) -> EstimateLine:
    """Free: AWS bills budgets with actions and reports that are sent, not their being read."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return next(listed(access, page_size=1), None)


COLLECTOR = Collector(
    name="budgets",
    title=TITLE,
    permissions=(Permission(ACTION, "AWS's own budgets aren't shown beside ours.", _try, per_account=False),),
    estimate=estimate,
    collect=collect,
)
