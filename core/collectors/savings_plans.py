"""The Savings Plans of every account: what each is bound to, until when, and what was committed."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.failures import calling
from core.aws.listing import chosen
from core.aws.permissions import Permission
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.models import Progress

TITLE = "Savings Plans"
PLAN_TYPE = "savingsplans:plan"
ACTION = "savingsplans:DescribeSavingsPlans"

# What is kept of a plan, under the API's names.
ATTRIBUTES = (
    *("savingsPlanType", "paymentOption", "commitment", "upfrontPaymentAmount", "recurringPaymentAmount", "termDurationInSeconds"),
    *("currency", "productTypes", "ec2InstanceFamily", "region", "start", "end", "offeringId", "description"),
)


def collect(collection: Collection) -> None:
    """List the active plans of every account. They belong to no region, and one endpoint answers for all."""
    accounts = sorted({place.account for place in (*collection.places, *collection.left_out)})
    for done, account in enumerate(accounts):
        collection.report(Progress(TITLE, done, len(accounts), "accounts"))
        with collection.slice(TITLE, Place(account)) as current:
            found = list(listed(collection.access, account))
            current.row_count = collection.keep_resources([plan_row(plan, account, collection) for plan in found])
    collection.report(Progress(TITLE, len(accounts), len(accounts), "accounts"))


def listed(access: Access, account: str) -> Iterator[Mapping[str, Any]]:
    """The active plans of an account."""
    asked: dict[str, Any] = {"states": ["active"]}
    while True:
        with calling(ACTION, account):
            page = access.client("savingsplans", account=account).describe_savings_plans(**asked)
        yield from page.get("savingsPlans", [])
        if not (token := page.get("nextToken")):
            return
        asked["nextToken"] = token


def plan_row(plan: Mapping[str, Any], account: str, collection: Collection) -> dict[str, Any]:
    """A plan as a row of `resource_metrics`; its region stays empty."""
    ident, tags = plan["savingsPlanId"], plan.get("tags", {})
    return {
        **collection.where(Place(account), "savingsplans", f"savingsplan/{ident}"),
        "resource_type": PLAN_TYPE,
        "resource_id": ident,
        "name": tags.get("Name", ""),
        "state": plan.get("state", ""),
        "created_at": _moment(plan.get("start", "")),
        "tags": tags,
        "attributes": json.dumps(chosen(plan, ATTRIBUTES)),
    }


def _moment(said: str) -> str | None:
    """AWS's text "2026-05-29T00:00:00.000Z" as the store takes it."""
    return said[:19].replace("T", " ") if len(said) >= 19 else None


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return next(listed(access, account), None)


COLLECTOR = Collector(
    name="savings_plans",
    title=TITLE,
    permissions=(
        Permission(ACTION, "Savings Plans that go unused aren't found, and what one frees is taken to stay so.", _try, per_account=True),
    ),
    estimate=estimate,
    collect=collect,
    resource_types=(PLAN_TYPE,),
)
