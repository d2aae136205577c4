"""What AWS recommends, from answers made by hand: what is kept of it, and what lacks too much to be kept."""

import json
from datetime import date
from typing import Any, cast

from core.aws.access import Access
from core.aws.regions import code_of
from core.collectors.cost_explorer_recommendations import plans, reservations, rightsizing
from core.models import NO_MONTH
from core.store import facts, writes
from core.store.client import Store
from core.weekly import METHOD
from tests.core.collectors.made_ce import Answers

DAY = date(2026, 11, 23)
EC2 = "Amazon Elastic Compute Cloud - Compute"


def kept(rows: Any) -> list[dict[str, Any]]:
    return [json.loads(row["details"]) for row in rows]


def instance(ident: str, region: str = "us-east-1") -> dict[str, Any]:
    return {"ResourceId": ident, "ResourceDetails": {"EC2ResourceDetails": {"InstanceType": "m5.large", "Region": region}}}


def target(kind: str, saving: str, *, default: bool) -> dict[str, Any]:
    details = {"EC2ResourceDetails": {"InstanceType": kind}}
    return {"EstimatedMonthlySavings": saving, "CurrencyCode": "USD", "DefaultTargetInstance": default, "ResourceDetails": details}


def test_instances_to_end_and_to_make_smaller() -> None:
    end = {
        "AccountId": "1",
        "CurrentInstance": instance("i-1", "US West (Oregon)"),
        "RightsizingType": "TERMINATE",
        "TerminateRecommendationDetail": {"EstimatedMonthlySavings": "70.08", "CurrencyCode": "USD"},
    }
    targets = [target("m5.medium", "1", default=False), target("m5.small", "2", default=True)]
    less = {
        "AccountId": "2",
        "CurrentInstance": instance("arn:aws:ec2:us-east-1:2:instance/i-2"),
        "RightsizingType": "MODIFY",
        "ModifyRecommendationDetail": {"TargetInstances": targets},
        "FindingReasonCodes": ["CPU_OVER_PROVISIONED"],
    }
    nothing = {"AccountId": "3", "CurrentInstance": {"ResourceId": "i-3"}, "RightsizingType": "TERMINATE"}
    answers = Answers(
        get_rightsizing_recommendation=[
            {"RightsizingRecommendations": [end, nothing], "NextPageToken": "more"},
            {"RightsizingRecommendations": [less]},
        ]
    )
    first, second = kept(rightsizing(cast(Access, answers), DAY))
    assert (first["region"], first["action"], first["saving"], first["target_type"]) == ("us-west-2", "TERMINATE", "70.08", "")
    assert (second["resource_id"], second["target_type"], second["saving"], second["why"]) == (
        "i-2",
        "m5.small",
        "2",
        ["CPU_OVER_PROVISIONED"],
    )
    assert answers.asked[0]["Service"] == "AmazonEC2"


def test_reservations_to_buy() -> None:
    details = {"EC2InstanceDetails": {"InstanceType": "m5.large", "Region": "US East (N. Virginia)", "Platform": "Linux/UNIX"}}
    one = {"InstanceDetails": details, "RecommendedNumberOfInstancesToPurchase": "3", "EstimatedMonthlySavingsAmount": "80.5", "Else": "x"}
    answers = Answers(get_reservation_purchase_recommendation=[{"Recommendations": [{"RecommendationDetails": [one, {}]}]}])
    first, second = kept(reservations(cast(Access, answers), EC2, "EC2InstanceDetails", DAY))
    assert first == {
        "RecommendedNumberOfInstancesToPurchase": "3",
        "EstimatedMonthlySavingsAmount": "80.5",
        "InstanceType": "m5.large",
        "Region": "us-east-1",
        "Platform": "Linux/UNIX",
    }
    assert second == {"Region": ""}
    (asked,) = answers.asked
    assert (asked["TermInYears"], asked["PaymentOption"], asked["AccountScope"]) == ("ONE_YEAR", "NO_UPFRONT", "PAYER")


def test_the_savings_plan_to_buy_and_none() -> None:
    detail = {"SavingsPlansDetails": {"OfferingId": "o-1"}, "HourlyCommitmentToPurchase": "1.5", "EstimatedSavingsPercentage": "27"}
    answer = {"SavingsPlansPurchaseRecommendation": {"SavingsPlansPurchaseRecommendationDetails": [detail]}}
    answers = Answers(get_savings_plans_purchase_recommendation=[answer, {}])
    (found,) = kept(plans(cast(Access, answers), DAY))
    assert found == {"HourlyCommitmentToPurchase": "1.5", "EstimatedSavingsPercentage": "27", "OfferingId": "o-1"}
    assert kept(plans(cast(Access, answers), DAY)) == []


def test_a_region_is_known_by_code_and_by_either_name() -> None:
    names = ("eu-west-1", "Europe (Ireland)", "EU (Ireland)", "Atlantis")
    assert [code_of(name) for name in names] == ["eu-west-1", "eu-west-1", "eu-west-1", "Atlantis"]


def test_checks_get_each_kind_that_was_answered(store: Store) -> None:
    own = {"run_id": "r", "month": NO_MONTH, "method": METHOD, "as_of": DAY, "day": DAY, "last_day": DAY}
    rows = [
        {"kind": "rightsizing", "subject": "", "source": "aws-rightsizing:AWS:1"},
        {"kind": "rightsizing", "subject": "1:i-1", "source": "aws-rightsizing:AWS:1", "details": json.dumps({"resource_id": "i-1"})},
        {"kind": "savings-plans", "subject": "", "source": "aws-savings-plans:AWS:1"},
    ]
    writes.insert_rows(store, "analysis_results", ({**own, **row} for row in rows))
    assert facts.recommended(store, "r") == {"rightsizing": [{"resource_id": "i-1"}], "savings-plans": []}
    assert facts.recommended(store, "other") == {}
