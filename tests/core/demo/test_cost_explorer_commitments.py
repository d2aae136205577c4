"""What Cost Explorer says of the demo's commitments, against what is written of them in the tables, and in the shapes of AWS's models."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.model import Shape

from core.demo.calls import Refused
from core.demo.services.cost_explorer import CostExplorer
from core.demo.services.ledger import Ledger
from tests.core.demo.built import named, of_kind, organisation
from tests.core.demo.tiny import PAYER, Served

SPAN = {"Start": "2026-10-22", "End": "2026-11-21"}
EC2, RDS = "Amazon Elastic Compute Cloud - Compute", "Amazon Relational Database Service"
BY_SUBSCRIPTION = [{"Type": "DIMENSION", "Key": "SUBSCRIPTION_ID"}]


@cache
def ledger() -> Ledger:
    return Ledger.of(organisation(), 5000)


def ask(action: str, account: str = "", **request: Any) -> dict[str, Any]:
    """An action's answer to the management account, or to another."""
    questions = CostExplorer(ledger())
    questions.params, questions.current_account = request, account or organisation().management
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in action).lstrip("_")
    answer: dict[str, Any] = json.loads(getattr(questions, name)())
    shape = boto3.Session().client("ce", region_name="us-east-1").meta.service_model.operation_model(action).output_shape
    assert list(unknown(shape, answer, action)) == []
    return answer


def unknown(shape: Any, value: Any, path: str) -> Iterator[str]:
    """What an answer holds that AWS's model doesn't know, or lacks that it requires."""
    if shape.type_name == "structure":
        yield from (f"{path}.{name}" for name in value.keys() - shape.members.keys())
        yield from (f"{path}.{name} is missing" for name in set(shape.required_members) - value.keys())
        for name in value.keys() & shape.members.keys():
            yield from unknown(shape.members[name], value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for each in value:
            yield from unknown(shape.member, each, f"{path}[]")
    elif not isinstance(value, {"string": str, "boolean": bool, "map": dict}[shape.type_name]):
        yield f"{path} is {value!r}"
    elif isinstance(shape, Shape) and getattr(shape, "enum", ()) and value not in shape.enum:
        yield f"{path} can't be {value!r}"


def service(name: str) -> dict[str, Any]:
    return {"Dimensions": {"Key": "SERVICE", "Values": [name]}}


def of(name: str) -> str:
    return named(name).id


@pytest.mark.parametrize(
    ("where", "shares"),
    [(EC2, {"payments": "95", "reports": "60"}), (RDS, {"orders": "100", "wiki": "75"})],
)
def test_each_reservation_s_use(where: str, shares: dict[str, str]) -> None:
    (period,) = ask("GetReservationUtilization", TimePeriod=SPAN, GroupBy=BY_SUBSCRIPTION, Filter=service(where))["UtilizationsByTime"]
    found = {group["Attributes"]["leaseId"]: group["Utilization"]["UtilizationPercentage"] for group in period["Groups"]}
    names = {one.name: one.id for kind in ("ec2:reserved-instances", "rds:reserved") for one in of_kind(kind)}
    assert found == {names[name]: share for name, share in shares.items()}


def test_a_reservation_s_hours_and_cost() -> None:
    (period,) = ask("GetReservationUtilization", TimePeriod=SPAN, GroupBy=BY_SUBSCRIPTION)["UtilizationsByTime"]
    (reports,) = [group for group in period["Groups"] if group["Attributes"]["instanceType"] == "c5.2xlarge"]
    used = reports["Utilization"]
    assert (used["PurchasedHours"], used["TotalActualHours"], used["UnusedHours"]) == ("3600", "2160", "1440")  # 5 × 720, of which 3
    assert float(used["TotalAmortizedFee"]) == pytest.approx(3600 * 0.2142)
    assert reports["Value"] == reports["Attributes"]["subscriptionId"]


def test_a_reservation_that_has_run_out_is_gone_but_not_before() -> None:
    early = {"Start": "2026-09-01", "End": "2026-09-03"}
    (period,) = ask("GetReservationUtilization", TimePeriod=early, GroupBy=BY_SUBSCRIPTION)["UtilizationsByTime"]
    (ledger_,) = [group for group in period["Groups"] if group["Attributes"]["instanceType"] == "r5.xlarge"]
    assert float(ledger_["Utilization"]["AmortizedUpfrontFee"]) == pytest.approx(480 * 0.15876)
    assert ledger_["Utilization"]["UtilizationPercentage"] == "100"


def test_by_day_all_together() -> None:
    answer = ask("GetReservationUtilization", TimePeriod={"Start": "2026-11-01", "End": "2026-11-04"}, Granularity="DAILY")
    assert [period["Total"]["PurchasedHours"] for period in answer["UtilizationsByTime"]] == ["600"] * 3  # (20 + 5) × 24
    assert answer["Total"]["TotalActualHours"] == "1584"  # (19 + 3) × 72


def test_each_savings_plan_s_use() -> None:
    details = ask("GetSavingsPlansUtilizationDetails", TimePeriod=SPAN)["SavingsPlansUtilizationDetails"]
    found = {one["SavingsPlanArn"].rsplit("/", 1)[1]: one["Utilization"]["UtilizationPercentage"] for one in details}
    plans = {one.name: one.id for one in of_kind("savingsplans:plan")}
    assert found == {plans["compute"]: "100", plans["events"]: "95", plans["gpu"]: "80"}
    (gpu,) = [one for one in details if one["Attributes"]["InstanceFamily"] == "g5"]
    assert float(gpu["Utilization"]["TotalCommitment"]) == pytest.approx(720 * 3.939)
    assert float(gpu["AmortizedCommitment"]["AmortizedUpfrontCommitment"]) == pytest.approx(720 * 3.939 / 2)
    assert float(gpu["Savings"]["OnDemandCostEquivalent"]) == pytest.approx(720 * 4 * 1.212)


def test_savings_plans_together_by_month() -> None:
    answer = ask("GetSavingsPlansUtilization", TimePeriod={"Start": "2026-09-01", "End": "2026-11-01"}, Granularity="MONTHLY")
    assert len(answer["SavingsPlansUtilizationsByTime"]) == 2
    by_month = [float(one["Utilization"]["TotalCommitment"]) for one in answer["SavingsPlansUtilizationsByTime"]]
    assert sum(by_month) == pytest.approx(float(answer["Total"]["Utilization"]["TotalCommitment"]))


def test_coverage_by_region_adds_up_to_all() -> None:
    region = [{"Type": "DIMENSION", "Key": "REGION"}]
    answer = ask("GetReservationCoverage", TimePeriod=SPAN, GroupBy=region)
    (period,) = answer["CoveragesByTime"]
    reserved = {one["Attributes"]["region"]: one["Coverage"]["CoverageHours"]["ReservedHours"] for one in period["Groups"]}
    assert reserved["us-east-1"] == "15840"  # (19 + 3) × 720
    assert sum(map(float, reserved.values())) == float(answer["Total"]["CoverageHours"]["ReservedHours"])
    covered = ask("GetSavingsPlansCoverage", TimePeriod=SPAN, GroupBy=region)["SavingsPlansCoverages"]
    virginia = next(one["Coverage"] for one in covered if one["Attributes"]["region"] == "us-east-1")
    assert float(virginia["TotalCost"]) == pytest.approx(float(virginia["SpendCoveredBySavingsPlans"]) + float(virginia["OnDemandCost"]))


def test_coverage_by_month() -> None:
    months = {"Start": "2026-09-01", "End": "2026-11-01"}
    assert len(ask("GetReservationCoverage", TimePeriod=months, Granularity="MONTHLY")["CoveragesByTime"]) == 2
    assert len(ask("GetSavingsPlansCoverage", TimePeriod=months, Granularity="MONTHLY")["SavingsPlansCoverages"]) == 2


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        ("GetReservationUtilization", {"GroupBy": BY_SUBSCRIPTION, "Granularity": "DAILY"}),
        ("GetReservationUtilization", {"GroupBy": [{"Type": "DIMENSION", "Key": "REGION"}]}),
        ("GetReservationUtilization", {"Filter": service("AWS Lambda")}),
        ("GetReservationCoverage", {"GroupBy": [{"Type": "TAG", "Key": "team"}]}),
        ("GetReservationCoverage", {"GroupBy": [{"Type": "DIMENSION", "Key": "REGION"}], "Granularity": "DAILY"}),
        ("GetSavingsPlansCoverage", {"GroupBy": [{"Type": "DIMENSION", "Key": "REGION"}], "Granularity": "DAILY"}),
        ("GetSavingsPlansUtilization", {"TimePeriod": {"Start": "2026-11-02", "End": "2026-11-01"}}),
    ],
)
def test_what_is_refused(action: str, request_: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        ask(action, **{"TimePeriod": SPAN, **request_})
    assert refused.value.code == "ValidationException"


def test_a_member_sees_its_own_alone() -> None:
    data = named("reports").account
    (period,) = ask("GetReservationUtilization", data, TimePeriod=SPAN, GroupBy=BY_SUBSCRIPTION)["UtilizationsByTime"]
    assert [group["Attributes"]["leaseId"] for group in period["Groups"]] == [of("reports")]
    with pytest.raises(Refused, match="unavailable"):
        ask("GetSavingsPlansUtilizationDetails", data, TimePeriod=SPAN)


def test_aws_recommends_the_planted_instances() -> None:
    request = {"RecommendationTarget": "SAME_INSTANCE_FAMILY", "BenefitsConsidered": True}
    found = ask("GetRightsizingRecommendation", Service="AmazonEC2", Configuration=request)["RightsizingRecommendations"]
    names = {one.id: one.name for one in of_kind("ec2:instance")}
    kinds = {names[one["CurrentInstance"]["ResourceId"]]: one["RightsizingType"] for one in found}
    assert kinds == {"old-cms": "TERMINATE", "poc-search": "TERMINATE", "pricing-api": "MODIFY", "forecast-old": "MODIFY"}
    (one,) = [each for each in found if names[each["CurrentInstance"]["ResourceId"]] == "pricing-api"]
    (target,) = one["ModifyRecommendationDetail"]["TargetInstances"]
    assert target["ResourceDetails"]["EC2ResourceDetails"]["InstanceType"] == "m6a.xlarge"
    assert float(target["EstimatedMonthlySavings"]) == pytest.approx(126.144)
    with pytest.raises(Refused, match="AmazonEC2"):
        ask("GetRightsizingRecommendation", Service="AmazonRDS")


def test_aws_would_reserve_what_always_runs() -> None:
    asked = {"LookbackPeriodInDays": "THIRTY_DAYS", "TermInYears": "ONE_YEAR", "PaymentOption": "NO_UPFRONT"}
    (found,) = ask("GetReservationPurchaseRecommendation", Service=EC2, **asked)["Recommendations"]
    counts = {
        (one["InstanceDetails"]["EC2InstanceDetails"]["Region"], one["InstanceDetails"]["EC2InstanceDetails"]["InstanceType"]): one
        for one in found["RecommendationDetails"]
    }
    assert counts["us-east-1", "r5.xlarge"]["RecommendedNumberOfInstancesToPurchase"] == "10"
    assert ("us-east-1", "m5.xlarge") not in counts
    (bases,) = ask("GetReservationPurchaseRecommendation", Service=RDS, **asked)["Recommendations"]
    engines = {one["InstanceDetails"]["RDSInstanceDetails"]["DatabaseEngine"] for one in bases["RecommendationDetails"]}
    assert engines == {"PostgreSQL", "MySQL", "MariaDB", "SQL Server", "Aurora PostgreSQL"}
    with pytest.raises(Refused, match="isn't answered"):
        ask("GetReservationPurchaseRecommendation", Service="AWS Lambda", **asked)
    with pytest.raises(Refused, match="invalid"):
        ask("GetReservationPurchaseRecommendation", Service=EC2, LookbackPeriodInDays="A_YEAR")


def test_aws_would_buy_a_savings_plan() -> None:
    asked = {"LookbackPeriodInDays": "SEVEN_DAYS", "TermInYears": "ONE_YEAR", "PaymentOption": "NO_UPFRONT"}
    answer = ask("GetSavingsPlansPurchaseRecommendation", SavingsPlansType="COMPUTE_SP", **asked)
    (detail,) = answer["SavingsPlansPurchaseRecommendation"]["SavingsPlansPurchaseRecommendationDetails"]
    assert detail["EstimatedSavingsPercentage"] == "27"
    least = float(detail["CurrentMinimumHourlyOnDemandSpend"])
    assert float(detail["HourlyCommitmentToPurchase"]) == pytest.approx(least * 0.73, abs=0.001)
    other = ask("GetSavingsPlansPurchaseRecommendation", SavingsPlansType="EC2_INSTANCE_SP", **asked)
    assert "SavingsPlansPurchaseRecommendationDetails" not in other["SavingsPlansPurchaseRecommendation"]


def test_over_the_wire_an_organisation_without_commitments_has_no_data(demo: Served) -> None:
    client = demo.client("ce", account=PAYER)
    for name in ("get_reservation_utilization", "get_savings_plans_utilization_details", "get_savings_plans_utilization"):
        with pytest.raises(ClientError) as refused:
            getattr(client, name)(TimePeriod={"Start": "2026-10-01", "End": "2026-11-01"})
        assert refused.value.response["Error"]["Code"] == "DataUnavailableException"
    assert client.get_rightsizing_recommendation(Service="AmazonEC2")["RightsizingRecommendations"] == []
    assert client.get_reservation_purchase_recommendation(Service=EC2)["Recommendations"] == []
