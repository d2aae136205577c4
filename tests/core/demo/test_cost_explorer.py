"""Cost Explorer over the tiny organisation, against sums worked out by hand from its charges."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from botocore.exceptions import ClientError

from core.demo.model import PICODOLLAR
from tests.core.demo import tiny
from tests.core.demo.tiny import ALPHA, BETA, EC2, PAYER, S3, Served

SERVICE = {"Type": "DIMENSION", "Key": "SERVICE"}
ACCOUNT = {"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}
TEAM = {"Type": "TAG", "Key": "team"}
ONLY_ALPHA = {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [ALPHA]}}
PAST = {"Start": "2026-11-14", "End": "2026-11-20"}
COST_TYPES = {
    "unblended": "UnblendedCost",
    "amortized": "AmortizedCost",
    "net_unblended": "NetUnblendedCost",
    "net_amortized": "NetAmortizedCost",
}
ONLY_EC2 = {"Dimensions": {"Key": "SERVICE", "Values": [EC2]}}


def ask(demo: Served, start: str = "2026-11-01", end: str = "2026-12-01", account: str = "", **request: Any) -> list[dict[str, Any]]:
    """ResultsByTime of all pages."""
    asked = {"Granularity": "MONTHLY", "Metrics": ["UnblendedCost"], **request}
    client, results = demo.client("ce", account=account), []
    token: dict[str, str] = {}
    while True:
        answer = client.get_cost_and_usage(TimePeriod={"Start": start, "End": end}, **asked, **token)
        results += answer["ResultsByTime"]
        if "NextPageToken" not in answer:
            return results
        token = {"NextPageToken": answer["NextPageToken"]}


def groups(results: list[dict[str, Any]], metric: str = "UnblendedCost") -> dict[tuple[str, ...], str]:
    """Amounts by day or month and keys."""
    return {
        (result["TimePeriod"]["Start"], *group["Keys"]): group["Metrics"][metric]["Amount"]
        for result in results
        for group in result["Groups"]
    }


def totals(results: list[dict[str, Any]], metric: str = "UnblendedCost") -> dict[str, str]:
    return {result["TimePeriod"]["Start"]: result["Total"][metric]["Amount"] for result in results}


def test_a_month_without_grouping_is_the_sum_of_its_charges(demo: Served) -> None:
    assert totals(ask(demo)) == {"2026-11-01": "8.5443333332"}


def test_the_end_is_excluded(demo: Served) -> None:
    results = ask(demo, "2026-10-31", "2026-11-02", Granularity="DAILY")
    assert totals(results) == {"2026-10-31": "2.304", "2026-11-01": "5.4353333333"}
    assert results[-1]["TimePeriod"] == {"Start": "2026-11-01", "End": "2026-11-02"}


def test_days_and_months_without_charges_are_there_with_zero(demo: Served) -> None:
    assert totals(ask(demo, "2026-11-03", "2026-11-06", Granularity="DAILY")) == {
        "2026-11-03": "-0.0000000001",
        "2026-11-04": "0",
        "2026-11-05": "0",
    }


def test_parts_of_months_are_cut_where_the_request_cuts_them(demo: Served) -> None:
    periods = [result["TimePeriod"] for result in ask(demo, "2026-10-31", "2026-11-02")]
    assert periods == [{"Start": "2026-10-31", "End": "2026-11-01"}, {"Start": "2026-11-01", "End": "2026-11-02"}]


def test_two_dimensions(demo: Served) -> None:
    assert groups(ask(demo, GroupBy=[ACCOUNT, SERVICE])) == {
        ("2026-11-01", PAYER, "Tax"): "0.3333333333",
        ("2026-11-01", ALPHA, EC2): "8.328",
        ("2026-11-01", ALPHA, "Savings Plans for AWS Compute usage"): "-0.352",
        ("2026-11-01", BETA, S3): "0.235",
        ("2026-11-01", BETA, "Amazon CloudFront"): "-0.0000000001",
    }


def test_a_tag_with_a_dimension(demo: Served) -> None:
    assert groups(ask(demo, GroupBy=[TEAM, ACCOUNT])) == {
        ("2026-11-01", "team$", PAYER): "0.3333333333",
        ("2026-11-01", "team$", ALPHA): "-0.352",
        ("2026-11-01", "team$", BETA): "0.2349999999",
        ("2026-11-01", "team$data", ALPHA): "2.568",
        ("2026-11-01", "team$web", ALPHA): "5.76",
    }


def test_a_tag_that_nothing_carries_has_no_value(demo: Served) -> None:
    assert groups(ask(demo, GroupBy=[{"Type": "TAG", "Key": "colour"}])) == {("2026-11-01", "colour$"): "8.5443333332"}


def test_charges_without_a_region_are_called_so(demo: Served) -> None:
    assert groups(ask(demo, GroupBy=[{"Type": "DIMENSION", "Key": "REGION"}])) == {
        ("2026-11-01", "NoRegion"): "1.1333333333",
        ("2026-11-01", "eu-west-1"): "2.568",
        ("2026-11-01", "global"): "-0.0000000001",
        ("2026-11-01", "us-east-1"): "4.843",
    }


def test_every_cost_type(demo: Served) -> None:
    metrics = ["UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost", "BlendedCost"]
    results = ask(demo, Metrics=metrics, Filter=ONLY_EC2)
    assert {metric: totals(results, metric)["2026-11-01"] for metric in metrics} == {
        "UnblendedCost": "8.328",
        "AmortizedCost": "7.876",
        "NetUnblendedCost": "7.6104",
        "NetAmortizedCost": "7.1584",
        "BlendedCost": "8.328",
    }


def test_a_quantity_has_a_unit_only_where_units_do_not_mix(demo: Served) -> None:
    results = ask(demo, Metrics=["UsageQuantity"], GroupBy=[SERVICE])
    quantities = {group["Keys"][0]: group["Metrics"]["UsageQuantity"] for group in results[0]["Groups"] + results[1]["Groups"]}
    assert quantities[EC2] == {"Amount": "84", "Unit": "Hrs"}
    assert quantities[S3] == {"Amount": "1010", "Unit": "N/A"}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"And": [ONLY_ALPHA, ONLY_EC2]}, "8.328"),
        ({"And": [ONLY_ALPHA, {"Not": ONLY_EC2}]}, "-0.352"),
        ({"Not": ONLY_ALPHA}, "0.5683333332"),
        ({"Or": [ONLY_EC2, {"Dimensions": {"Key": "REGION", "Values": ["global"]}}]}, "8.3279999999"),
        ({"Tags": {"Key": "team", "Values": ["web", "data"]}}, "8.328"),
        ({"Tags": {"Key": "team", "MatchOptions": ["ABSENT"]}}, "0.2163333332"),
        ({"Tags": {"Key": "colour", "Values": ["red"]}}, "0"),
        ({"Dimensions": {"Key": "REGION", "Values": ["NoRegion"]}}, "1.1333333333"),
        ({"Dimensions": {"Key": "RECORD_TYPE", "Values": ["SavingsPlanNegation", "Credit"]}}, "-1.1520000001"),
        ({"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Nothing"]}}, "0"),
    ],
)
def test_filters(demo: Served, expression: dict[str, Any], expected: str) -> None:
    assert totals(ask(demo, Filter=expression)) == {"2026-11-01": expected}


def test_pages_split_a_day_and_add_up(demo: Served) -> None:
    request = {"Granularity": "DAILY", "GroupBy": [ACCOUNT, SERVICE]}
    first = demo.client("ce").get_cost_and_usage(
        TimePeriod={"Start": "2026-11-01", "End": "2026-11-05"}, Metrics=["UnblendedCost"], **request
    )
    assert "NextPageToken" in first
    assert sum(len(result["Groups"]) or 1 for result in first["ResultsByTime"]) == 4
    results = ask(demo, "2026-11-01", "2026-11-05", **request)
    assert sum(Decimal(amount) for amount in groups(results).values()) == Decimal("8.5443333332")
    assert Counter(result["TimePeriod"]["Start"] for result in results)["2026-11-02"] == 2
    assert [result["Groups"] for result in results if result["TimePeriod"]["Start"] == "2026-11-04"] == [[]]


def test_a_token_of_another_request_is_refused(demo: Served) -> None:
    client = demo.client("ce")
    span = {"Start": "2026-10-31", "End": "2026-11-05"}
    token = client.get_cost_and_usage(TimePeriod=span, Granularity="DAILY", Metrics=["UnblendedCost"])["NextPageToken"]
    with pytest.raises(ClientError, match="InvalidNextToken"):
        client.get_cost_and_usage(TimePeriod=span, Granularity="MONTHLY", Metrics=["UnblendedCost"], NextPageToken=token)


def test_accounts_come_with_their_names(demo: Served) -> None:
    answer = demo.client("ce").get_cost_and_usage(
        TimePeriod={"Start": "2026-11-01", "End": "2026-12-01"},
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        GroupBy=[ACCOUNT],
        Filter={"Not": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [PAYER]}}},
    )
    assert answer["DimensionValueAttributes"] == [
        {"Value": ALPHA, "Attributes": {"description": "Alpha"}},
        {"Value": BETA, "Attributes": {"description": "Beta"}},
    ]


def test_the_open_month_is_estimated(demo: Served) -> None:
    results = ask(demo, "2026-10-01")
    assert [result["Estimated"] for result in results] == [False, True]
    assert all(result["Estimated"] for result in ask(demo, "2026-11-01", "2026-11-04", Granularity="DAILY"))


def test_a_member_sees_its_own_charges_alone(demo: Served) -> None:
    assert totals(ask(demo, account=BETA)) == {"2026-11-01": "0.2349999999"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"TimePeriod": {"Start": "2026-11-02", "End": "2026-11-02"}}, "before end date"),
        ({"TimePeriod": {"Start": "2025-08-31", "End": "2026-11-01"}}, "beyond 14 months"),
        ({"TimePeriod": {"Start": "2026-11-17", "End": "2026-11-18"}}, "future"),
        ({"TimePeriod": {"Start": "November", "End": "2026-11-18"}}, "TimePeriod"),
        ({"Granularity": "HOURLY"}, "HOURLY"),
        ({"Metrics": ["Cost"]}, "Cost"),
        ({"GroupBy": [ACCOUNT, SERVICE, TEAM]}, "at most 2"),
        ({"GroupBy": [{"Type": "COST_CATEGORY", "Key": "x"}]}, "COST_CATEGORY"),
        ({"GroupBy": [{"Type": "DIMENSION", "Key": "AZ"}]}, "AZ"),
        ({"Filter": {"CostCategories": {"Key": "x", "Values": ["y"]}}}, "CostCategories"),
        ({"Filter": {"And": [ONLY_EC2]}}, "at least 2"),
        ({"Filter": {**ONLY_EC2, "Not": ONLY_ALPHA}}, "only have one"),
        ({"Filter": {"Dimensions": {"Key": "SERVICE", "Values": ["A"], "MatchOptions": ["STARTS_WITH"]}}}, "STARTS_WITH"),
    ],
)
def test_what_cost_explorer_refuses(demo: Served, change: dict[str, Any], said: str) -> None:
    request = {"TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"}, "Granularity": "DAILY", "Metrics": ["UnblendedCost"], **change}
    with pytest.raises(ClientError, match=said) as refused:
        demo.client("ce").get_cost_and_usage(**request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize("granularity", ["DAILY", "MONTHLY"])
@pytest.mark.parametrize("group", ["SERVICE", "LINKED_ACCOUNT", "REGION", "RECORD_TYPE", "USAGE_TYPE", "TAG:team"])
def test_the_sums_of_the_lines_are_what_cost_explorer_says(demo: Served, group: str, granularity: str) -> None:
    asked = list(COST_TYPES.values())
    by = TEAM if group == "TAG:team" else {"Type": "DIMENSION", "Key": group}
    results = ask(demo, "2026-10-01", GroupBy=[by], Granularity=granularity, Metrics=asked)
    length = 10 if granularity == "DAILY" else 7
    said = {
        (result["TimePeriod"]["Start"][:length], group["Keys"][0]): [Decimal(group["Metrics"][name]["Amount"]) for name in asked]
        for result in results
        for group in result["Groups"]
    }
    none = {"REGION": "NoRegion", "USAGE_TYPE": "NoUsageType"}.get(group, "")
    prefix = "team$" if group == "TAG:team" else ""
    lines = demo.control(f"sums?group={group}&start=2026-10-01&end=2026-12-01&granularity={granularity}")
    assert said == {(line["period"], prefix + (line["key"] or none)): [Decimal(line[amount]) for amount in COST_TYPES] for line in lines}


def test_dimension_values_and_tags(demo: Served) -> None:
    client, span = demo.client("ce"), {"Start": "2026-11-01", "End": "2026-12-01"}
    found = client.get_dimension_values(TimePeriod=span, Dimension="LINKED_ACCOUNT")["DimensionValues"]
    assert [(value["Value"], value["Attributes"]["description"]) for value in found] == [(PAYER, "Payer"), (ALPHA, "Alpha"), (BETA, "Beta")]
    searched = client.get_dimension_values(TimePeriod=span, Dimension="SERVICE", SearchString="simple storage")
    assert [value["Value"] for value in searched["DimensionValues"]] == [S3]
    assert client.get_tags(TimePeriod=span)["Tags"] == ["team"]
    assert client.get_tags(TimePeriod=span, TagKey="team")["Tags"] == ["", "data", "web"]


def test_a_forecast_needs_history(demo: Served) -> None:
    span = {"Start": "2026-11-15", "End": "2026-11-20"}
    with pytest.raises(ClientError, match="DataUnavailableException"):
        demo.client("ce").get_cost_forecast(TimePeriod=span, Metric="UNBLENDED_COST", Granularity="DAILY")


def test_a_forecast_repeats_the_weekdays() -> None:
    days = [tiny.AS_OF - timedelta(days=back) for back in range(28, 0, -1)]
    usd = [3 if day.weekday() >= 5 else 10 for day in days]
    line = tiny.charges().iloc[[1]]
    charges = pd.concat([line.assign(day=pd.Timestamp(day), unblended=amount * PICODOLLAR) for day, amount in zip(days, usd, strict=True)])
    with tiny.served(replace(tiny.build(), charges=charges), measured=True) as demo:
        client, span = demo.client("ce"), {"Start": "2026-11-15", "End": "2026-12-01"}
        monthly = client.get_cost_forecast(TimePeriod=span, Metric="UNBLENDED_COST", Granularity="MONTHLY")
        daily = client.get_cost_forecast(TimePeriod=span, Metric="UNBLENDED_COST", Granularity="DAILY")["ForecastResultsByTime"]
    assert monthly["Total"] == {"Amount": "125", "Unit": "USD"}
    assert [day["MeanValue"] for day in daily[:2]] == ["3", "10"]
    assert {day["PredictionIntervalUpperBound"] for day in daily} == {"3", "10"}


@pytest.mark.parametrize("change", [{"Granularity": "HOURLY"}, {"Metric": "USAGE_QUANTITY"}, {"TimePeriod": PAST}])
def test_what_cannot_be_forecast(demo: Served, change: dict[str, Any]) -> None:
    request = {"TimePeriod": {"Start": "2026-11-15", "End": "2026-11-20"}, "Metric": "UNBLENDED_COST", "Granularity": "DAILY", **change}
    with pytest.raises(ClientError, match="ValidationException"):
        demo.client("ce").get_cost_forecast(**request)


def test_planted_anomalies_are_found(demo: Served) -> None:
    client = demo.client("ce")
    monitor = client.get_anomaly_monitors()["AnomalyMonitors"][0]["MonitorArn"]
    [anomaly] = client.get_anomalies(DateInterval={"StartDate": "2026-10-01"}, MonitorArn=monitor)["Anomalies"]
    assert anomaly["RootCauses"][0]["LinkedAccountName"] == "Alpha"
    assert anomaly["Impact"]["TotalImpact"] == 1.5
    assert client.get_anomalies(DateInterval={"StartDate": "2026-11-04"})["Anomalies"] == []
