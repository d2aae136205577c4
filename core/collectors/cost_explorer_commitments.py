"""How far each reservation and Savings Plan was used, over the last 30 settled days: three questions a week.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetReservationUtilization.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetSavingsPlansUtilizationDetails.html
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from core import weekly
from core.aws.access import Access
from core.aws.costs import one_of
from core.aws.failures import calling
from core.aws.permissions import Permission
from core.collection import Collection
from core.collectors.contract import Collector, EstimateLine, Outlook

TITLE = "Cost Explorer: use of commitments"
WINDOW_DAYS = 30
RESERVATIONS, PLANS = "GetReservationUtilization", "GetSavingsPlansUtilizationDetails"

_SERVICES = {
    "utilisation-ec2": ("Cost Explorer: use of reserved instances", "Amazon Elastic Compute Cloud - Compute"),
    "utilisation-rds": ("Cost Explorer: use of reserved DB instances", "Amazon Relational Database Service"),
}
_PLANS_KIND, _PLANS_TITLE = "utilisation-plans", "Cost Explorer: use of Savings Plans"


def collect(collection: Collection) -> None:
    """Ask for reservations of EC2 and of RDS, and for Savings Plans; each may fail on its own."""
    last = collection.as_of - timedelta(days=collection.config.spendscope_settled_days)
    first = last - timedelta(days=WINDOW_DAYS)
    for kind, (title, service) in _SERVICES.items():
        weekly.keep(collection, title, kind, partial(reservations, collection.access, service, first, last))
    weekly.keep(collection, _PLANS_TITLE, _PLANS_KIND, partial(plans, collection.access, first, last))


def reservations(access: Access, service: str, first: date, last: date) -> Iterator[dict[str, Any]]:
    """A row for each reservation of a service, from `first` to the day before `last`; `value` is the share of 1 that was used."""
    asked: dict[str, Any] = {
        "TimePeriod": _span(first, last),
        "GroupBy": [{"Type": "DIMENSION", "Key": "SUBSCRIPTION_ID"}],
        "Filter": one_of("SERVICE", [service]),
    }
    while True:
        with calling(f"ce:{RESERVATIONS}"):
            page = access.client("ce").get_reservation_utilization(**asked)
        for period in page["UtilizationsByTime"]:
            for group in period.get("Groups", []):
                found, said = group.get("Utilization", {}), group.get("Attributes", {})
                used = _share(found, "TotalActualHours", "PurchasedHours")
                if used is not None:
                    yield _row(str(group.get("Value", "")), _names(said), used, RESERVATIONS, first, last)
        if not (token := page.get("NextPageToken")):
            return
        asked["NextPageToken"] = token


def plans(access: Access, first: date, last: date) -> Iterator[dict[str, Any]]:
    """A row for each Savings Plan, likewise."""
    asked: dict[str, Any] = {"TimePeriod": _span(first, last)}
    while True:
        with calling(f"ce:{PLANS}"):
            page = access.client("ce").get_savings_plans_utilization_details(**asked)
        for plan in page["SavingsPlansUtilizationDetails"]:
            used = _share(plan.get("Utilization", {}), "UsedCommitment", "TotalCommitment")
            if used is not None:
                arn = str(plan.get("SavingsPlanArn", ""))
                yield _row(arn, [arn.rsplit("/", 1)[-1]], used, PLANS, first, last)
        if not (token := page.get("NextToken")):
            return
        asked["NextToken"] = token


def _span(first: date, last: date) -> dict[str, str]:
    return {"Start": first.isoformat(), "End": last.isoformat()}


def _share(found: Mapping[str, Any], used: str, bought: str) -> Decimal | None:
    """The share of 1 that was used: the quotient, else the rounded percentage; None where AWS says neither."""
    try:
        whole = Decimal(str(found.get(bought) or 0))
        if whole > 0 and found.get(used) is not None:
            return Decimal(str(found[used])) / whole
        return Decimal(str(found["UtilizationPercentage"])) / 100 if found.get("UtilizationPercentage") and not whole else None
    except InvalidOperation:
        return None


def _names(said: Mapping[str, Any]) -> list[str]:
    """What else the reservation is called: its id, and its ARN, whose last part is the id."""
    known = {name.lower(): str(value) for name, value in said.items() if value}
    arn = known.get("reservationarn", "")
    return [name for name in (known.get("leaseid", ""), arn, arn.replace("/", ":").rsplit(":", 1)[-1]) if name]


def _row(subject: str, names: list[str], used: Decimal, said_by: str, first: date, last: date) -> dict[str, Any]:
    details = {"used": str(used), "names": names, "said_by": said_by}
    span = {"day": first, "last_day": last - timedelta(days=1)}
    return {"subject": subject, **span, "value": float(used), "details": json.dumps(details)}


def estimate(outlook: Outlook) -> EstimateLine:
    """A request a week for each."""
    return weekly.estimate(outlook, TITLE, [*_SERVICES, _PLANS_KIND])


def _try_reservations(access: Access, account: str, region: str, as_of: date) -> object:
    return next(reservations(access, "Amazon Elastic Compute Cloud - Compute", as_of - timedelta(days=3), as_of - timedelta(days=2)), None)


def _try_plans(access: Access, account: str, region: str, as_of: date) -> object:
    return next(plans(access, as_of - timedelta(days=3), as_of - timedelta(days=2)), None)


COLLECTOR = Collector(
    name="cost_explorer_commitments",
    title=TITLE,
    permissions=(
        Permission(f"ce:{RESERVATIONS}", "Reservations that go unused aren't found.", _try_reservations, per_account=False),
        Permission(f"ce:{PLANS}", "Savings Plans that go unused aren't found.", _try_plans, per_account=False),
    ),
    estimate=estimate,
    collect=collect,
)
