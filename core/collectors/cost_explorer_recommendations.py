"""What AWS itself recommends: instances to end or make smaller, reservations and a Savings Plan to buy. Four questions a week.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetRightsizingRecommendation.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetReservationPurchaseRecommendation.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetSavingsPlansPurchaseRecommendation.html
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from core import weekly
from core.aws.access import Access
from core.aws.failures import calling
from core.aws.permissions import Permission
from core.aws.regions import code_of
from core.collection import Collection
from core.collectors.contract import Collector, EstimateLine, Outlook

TITLE = "Cost Explorer: recommendations"
RIGHTSIZING = "rightsizing"
_SERVICES = {
    "reservations-ec2": ("Cost Explorer: reserved instances to buy", "Amazon Elastic Compute Cloud - Compute", "EC2InstanceDetails"),
    "reservations-rds": ("Cost Explorer: reserved DB instances to buy", "Amazon Relational Database Service", "RDSInstanceDetails"),
}
_PLANS, _PLANS_TITLE = "savings-plans", "Cost Explorer: Savings Plans to buy"
_RIGHTSIZING_TITLE = "Cost Explorer: instances to end or make smaller"
_YEAR = {"TermInYears": "ONE_YEAR", "PaymentOption": "NO_UPFRONT", "LookbackPeriodInDays": "THIRTY_DAYS"}

# What is kept of an answer, under the API's names.
_OF_RESERVATIONS = (
    *("RecommendedNumberOfInstancesToPurchase", "AverageUtilization", "EstimatedMonthlySavingsAmount", "EstimatedMonthlyOnDemandCost"),
    "CurrencyCode",
)
_OF_PLANS = (
    *("HourlyCommitmentToPurchase", "EstimatedSavingsPercentage", "EstimatedMonthlySavingsAmount", "EstimatedAverageUtilization"),
    "CurrencyCode",
)


def collect(collection: Collection) -> None:
    """Ask for each; any may fail on its own, as they have to be switched on apart, and then what was known stays."""
    access = collection.access
    weekly.keep(collection, _RIGHTSIZING_TITLE, RIGHTSIZING, partial(rightsizing, access, collection.as_of))
    for kind, (title, service, details) in _SERVICES.items():
        weekly.keep(collection, title, kind, partial(reservations, access, service, details, collection.as_of))
    weekly.keep(collection, _PLANS_TITLE, _PLANS, partial(plans, access, collection.as_of))


def rightsizing(access: Access, as_of: date) -> Iterator[dict[str, Any]]:
    """A row for each instance, with what is to be done, the type that would replace it, and what AWS reckons that it saves a month."""
    configuration = {"RecommendationTarget": "SAME_INSTANCE_FAMILY", "BenefitsConsidered": True}
    asked: dict[str, Any] = {"Service": "AmazonEC2", "Configuration": configuration}
    while True:
        with calling("ce:GetRightsizingRecommendation"):
            page = access.client("ce").get_rightsizing_recommendation(**asked)
        for one in page.get("RightsizingRecommendations", []):
            if details := _instance(one):
                yield _row(f"{details['account_id']}:{details['resource_id']}", details, details["saving"], as_of)
        if not (token := page.get("NextPageToken")):
            return
        asked["NextPageToken"] = token


def _instance(one: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a recommendation says; None where it doesn't say of which instance in which region."""
    current = one.get("CurrentInstance", {})
    now = current.get("ResourceDetails", {}).get("EC2ResourceDetails", {})
    ident, region = current.get("ResourceId", ""), now.get("Region", "")
    if not ident or not region:
        return None
    targets = one.get("ModifyRecommendationDetail", {}).get("TargetInstances", [])
    target = next((each for each in targets if each.get("DefaultTargetInstance")), targets[0] if targets else {})
    saved = target or one.get("TerminateRecommendationDetail", {})
    return {
        "account_id": str(one.get("AccountId", "")),
        "region": code_of(str(region)),
        "resource_id": str(ident).rsplit("/", 1)[-1],
        "action": str(one.get("RightsizingType", "")),
        "instance_type": str(now.get("InstanceType", "")),
        "target_type": str(target.get("ResourceDetails", {}).get("EC2ResourceDetails", {}).get("InstanceType", "")),
        "saving": saved.get("EstimatedMonthlySavings"),
        "currency": saved.get("CurrencyCode", ""),
        "why": [str(code) for code in one.get("FindingReasonCodes", [])],
    }


def reservations(access: Access, service: str, details: str, as_of: date) -> Iterator[dict[str, Any]]:
    """A row for each purchase of reservations of one type, for a year without upfront."""
    asked: dict[str, Any] = {"Service": service, "AccountScope": "PAYER", **_YEAR}
    number = 0
    while True:
        with calling("ce:GetReservationPurchaseRecommendation"):
            page = access.client("ce").get_reservation_purchase_recommendation(**asked)
        for recommendation in page.get("Recommendations", []):
            for one in recommendation.get("RecommendationDetails", []):
                number += 1
                kept = {name: one[name] for name in _OF_RESERVATIONS if name in one} | _of(one.get("InstanceDetails", {}).get(details, {}))
                yield _row(f"{number:05}", kept, one.get("EstimatedMonthlySavingsAmount"), as_of)
        if not (token := page.get("NextPageToken")):
            return
        asked["NextPageToken"] = token


def _of(details: Mapping[str, Any]) -> dict[str, Any]:
    """What the reservations are of, with the region's code where AWS says its name."""
    return {**details, "Region": code_of(str(details.get("Region", "")))}


def plans(access: Access, as_of: date) -> Iterator[dict[str, Any]]:
    """A row for the Compute Savings Plan to buy, for a year without upfront."""
    asked: dict[str, Any] = {"SavingsPlansType": "COMPUTE_SP", "AccountScope": "PAYER", **_YEAR}
    with calling("ce:GetSavingsPlansPurchaseRecommendation"):
        answer = access.client("ce").get_savings_plans_purchase_recommendation(**asked)
    found = answer.get("SavingsPlansPurchaseRecommendation", {}).get("SavingsPlansPurchaseRecommendationDetails", [])
    for number, one in enumerate(found):
        kept = {name: one[name] for name in _OF_PLANS if name in one}
        kept["OfferingId"] = str(one.get("SavingsPlansDetails", {}).get("OfferingId", ""))
        yield _row(f"{number:05}", kept, one.get("EstimatedMonthlySavingsAmount"), as_of)


def _row(subject: str, details: Mapping[str, Any], usd: object, as_of: date) -> dict[str, Any]:
    return {"subject": subject, "day": as_of, "last_day": as_of, "value": usd, "details": json.dumps(details)}


def estimate(outlook: Outlook) -> EstimateLine:
    """A request a week for each."""
    return weekly.estimate(outlook, TITLE, [RIGHTSIZING, *_SERVICES, _PLANS])


def _try_rightsizing(access: Access, account: str, region: str, as_of: date) -> object:
    return next(rightsizing(access, as_of), None)


def _try_reservations(access: Access, account: str, region: str, as_of: date) -> object:
    return next(reservations(access, "Amazon Elastic Compute Cloud - Compute", "EC2InstanceDetails", as_of), None)


def _try_plans(access: Access, account: str, region: str, as_of: date) -> object:
    return next(plans(access, as_of), None)


COLLECTOR = Collector(
    name="cost_explorer_recommendations",
    title=TITLE,
    permissions=(
        Permission("ce:GetRightsizingRecommendation", "What AWS itself would end isn't shown.", _try_rightsizing, per_account=False),
        Permission(
            "ce:GetReservationPurchaseRecommendation", "AWS's own advice isn't shown beside ours.", _try_reservations, per_account=False
        ),
        Permission(
            "ce:GetSavingsPlansPurchaseRecommendation",
            "A Savings Plan's discount is assumed, and its offering has to be looked up.",
            _try_plans,
            per_account=False,
        ),
    ),
    estimate=estimate,
    collect=collect,
)
