"""CloudWatch over the tiny organisation, whose one metric is the hour of the day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.core.demo.tiny import ALPHA, BETA, METERED, Served

START = datetime(2026, 11, 1, tzinfo=UTC)


def query(
    number: int = 0, instance: str = METERED, period: int = 3600, statistic: str = "Average", name: str = "CPUUtilization"
) -> dict[str, Any]:
    metric = {"Namespace": "AWS/EC2", "MetricName": name, "Dimensions": [{"Name": "InstanceId", "Value": instance}]}
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic}}


def test_daily_values_newest_first_unless_asked_otherwise(demo: Served) -> None:
    client = demo.client("cloudwatch", account=ALPHA)
    asked = {"StartTime": START, "EndTime": START + timedelta(days=2)}
    [newest] = client.get_metric_data(MetricDataQueries=[query(period=86400, statistic="Maximum")], **asked)["MetricDataResults"]
    assert newest["Values"] == [23.0, 23.0]
    assert newest["Timestamps"] == [START + timedelta(days=1), START]
    assert (newest["Label"], newest["StatusCode"]) == ("CPUUtilization", "Complete")
    [oldest] = client.get_metric_data(MetricDataQueries=[query()], ScanBy="TimestampAscending", **asked)["MetricDataResults"]
    assert oldest["Values"] == [float(hour) for hour in range(24)] * 2


def test_what_is_not_measured_is_empty(demo: Served) -> None:
    client = demo.client("cloudwatch", account=ALPHA)
    asked = [query(0), query(1, instance="i-0aaaaaaaaaaaaaaa3"), query(2, instance="i-0nothing"), query(3)]
    found = client.get_metric_data(MetricDataQueries=asked, StartTime=START, EndTime=START + timedelta(hours=2))["MetricDataResults"]
    assert [(result["Id"], len(result["Values"]), result["StatusCode"]) for result in found] == [
        ("q0", 2, "Complete"),
        ("q1", 0, "Complete"),
        ("q2", 0, "Complete"),
        ("q3", 2, "Complete"),
    ]


@pytest.mark.parametrize(("account", "region"), [(BETA, "us-east-1"), (ALPHA, "eu-west-1")])
def test_a_metric_is_of_one_account_and_region(demo: Served, account: str, region: str) -> None:
    client = demo.client("cloudwatch", region, account)
    [result] = client.get_metric_data(MetricDataQueries=[query()], StartTime=START, EndTime=START + timedelta(days=1))["MetricDataResults"]
    assert result["Values"] == []


def test_a_page_ends_at_100800_datapoints(demo: Served) -> None:
    client = demo.client("cloudwatch", account=ALPHA)
    request = {"MetricDataQueries": [query(number) for number in range(400)], "StartTime": START - timedelta(days=14), "EndTime": START}
    first = client.get_metric_data(**request)
    assert sum(len(result["Values"]) for result in first["MetricDataResults"]) == 100_800
    second = client.get_metric_data(**request, NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert sum(len(result["Values"]) for result in second["MetricDataResults"]) == 400 * 14 * 24 - 100_800


def test_a_query_goes_on_in_the_next_page(demo: Served) -> None:
    client = demo.client("cloudwatch", account=ALPHA)
    asked = {"StartTime": START, "EndTime": START + timedelta(hours=5), "ScanBy": "TimestampAscending", "MaxDatapoints": 3}
    pages = list(client.get_paginator("get_metric_data").paginate(MetricDataQueries=[query(0), query(1)], **asked))
    assert [[(result["Id"], result["Values"], result["StatusCode"]) for result in page["MetricDataResults"]] for page in pages] == [
        [("q0", [0.0, 1.0, 2.0], "PartialData")],
        [("q0", [3.0, 4.0], "Complete"), ("q1", [0.0], "PartialData")],
        [("q1", [1.0, 2.0, 3.0], "PartialData")],
        [("q1", [4.0], "Complete")],
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"MetricDataQueries": [query(number) for number in range(501)]},
        {"MetricDataQueries": [{"Id": "sum", "Expression": "SUM(METRICS())"}]},
        {"MaxDatapoints": 100_801},
        {"EndTime": START},
    ],
)
def test_what_cloudwatch_refuses(demo: Served, change: dict[str, Any]) -> None:
    request = {"MetricDataQueries": [query()], "StartTime": START, "EndTime": START + timedelta(days=1), **change}
    with pytest.raises(ClientError, match="ValidationError"):
        demo.client("cloudwatch", account=ALPHA).get_metric_data(**request)


def test_statistics_of_one_metric(demo: Served) -> None:
    client = demo.client("cloudwatch", account=ALPHA)
    metric = query()["MetricStat"]["Metric"]
    found = client.get_metric_statistics(
        Namespace=metric["Namespace"],
        MetricName=metric["MetricName"],
        Dimensions=metric["Dimensions"],
        StartTime=START,
        EndTime=START + timedelta(days=1),
        Period=86400,
        Statistics=["Average", "Maximum"],
        ExtendedStatistics=["p99"],
    )
    [point] = found["Datapoints"]
    assert (point["Average"], point["Maximum"], point["ExtendedStatistics"]) == (11.5, 23.0, {"p99": 23.0})
