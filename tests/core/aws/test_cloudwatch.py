"""Daily values in batches: every query and day has a row, and an incomplete answer is never taken for a gap."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from core.aws.access import Access
from core.aws.cloudwatch import Datapoint, MetricQuery, daily
from core.errors import AwsError, Throttled
from tests.core.aws.conftest import OWN, Body, Fail

START, END = date(2026, 2, 26), date(2026, 3, 1)
Page = dict[str, Any]


def query(n: int = 0, statistic: str = "Average") -> MetricQuery:
    return MetricQuery(f"i-{n}", "AWS/EC2", "CPUUtilization", {"InstanceId": f"i-{n}"}, statistic)


def rows(access: Access, queries: list[MetricQuery], start: date = START, end: date = END) -> list[list[Datapoint]]:
    return list(daily(access.client("cloudwatch", "eu-west-1"), queries, start, end, OWN, "eu-west-1"))


def midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


@pytest.fixture
def pages(access: Access) -> Callable[[list[Page]], list[dict[str, Any]]]:
    """Answer GetMetricData with the pages given, in turn; returns what was asked, request by request."""

    def install(answers: list[Page]) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def note(params: dict[str, Any], **_: Any) -> None:
            asked.append(dict(params))

        def answer(request: Any, **_: Any) -> AWSResponse:
            return AWSResponse(request.url, 200, {}, Body(json.dumps(answers[len(asked) - 1])))

        events = access.client("cloudwatch", "eu-west-1").meta.events
        events.register("provide-client-params.cloudwatch.GetMetricData", note)
        events.register_first("before-send.cloudwatch.GetMetricData", answer)
        return asked

    return install


def result(n: int, values: dict[date, float], status: str = "Complete") -> Page:
    return {"Id": f"q{n}", "Timestamps": [midnight(day) for day in values], "Values": list(values.values()), "StatusCode": status}


def test_values_of_whole_utc_days(access: Access) -> None:
    client = access.client("cloudwatch", "eu-west-1")
    dimensions = [{"Name": "InstanceId", "Value": "i-0"}]
    measured = {
        datetime(2026, 2, 26, 0, 0): 10.0,
        datetime(2026, 2, 26, 23, 59): 20.0,
        datetime(2026, 2, 28, 12): 7.0,
        datetime(2026, 3, 1): 99.0,
    }
    data = [
        {"MetricName": "CPUUtilization", "Dimensions": dimensions, "Timestamp": moment.replace(tzinfo=UTC), "Value": value}
        for moment, value in measured.items()
    ]
    client.put_metric_data(Namespace="AWS/EC2", MetricData=data)
    [found] = rows(access, [query(), query(statistic="Maximum"), query(1)])
    told = [(point["resource_id"], point["statistic"], point["day"].day, point["value"]) for point in found]
    assert told == [
        ("i-0", "Average", 26, 15.0),
        ("i-0", "Average", 27, None),
        ("i-0", "Average", 28, 7.0),
        ("i-0", "Maximum", 26, 20.0),
        ("i-0", "Maximum", 27, None),
        ("i-0", "Maximum", 28, 7.0),
        ("i-1", "Average", 26, None),
        ("i-1", "Average", 27, None),
        ("i-1", "Average", 28, None),
    ]
    assert {(point["namespace"], point["metric"]) for point in found} == {("AWS/EC2", "CPUUtilization")}


def test_what_is_asked(pages: Any, access: Access) -> None:
    asked = pages([{"MetricDataResults": [result(0, {START: 1.0})]}])
    rows(access, [query()])
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [{"Name": "InstanceId", "Value": "i-0"}]}
    assert asked == [
        {
            "MetricDataQueries": [{"Id": "q0", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Average"}}],
            "StartTime": datetime(2026, 2, 26, tzinfo=UTC),
            "EndTime": datetime(2026, 3, 1, tzinfo=UTC),
            "ScanBy": "TimestampAscending",
        }
    ]


def test_five_hundred_queries_a_call(access: Access) -> None:
    found = rows(access, [query(n) for n in range(1201)], START, START + timedelta(days=1))
    assert [len(batch) for batch in found] == [500, 500, 201]
    assert [point["resource_id"] for batch in found for point in batch] == [f"i-{n}" for n in range(1201)]
    [call] = access.meter.calls()
    assert (call.requests, call.metrics, str(call.usd)) == (3, 1201, "0.01201")


def test_values_are_gathered_over_pages(pages: Any, access: Access) -> None:
    second = START + timedelta(days=1)
    asked = pages(
        [
            {"MetricDataResults": [result(0, {START: 1.0}, "PartialData"), result(1, {}, "PartialData")], "NextToken": "more"},
            {"MetricDataResults": [result(0, {second: 2.0})], "NextToken": "last"},
            {"MetricDataResults": [result(1, {START: 3.0})]},
        ]
    )
    [found] = rows(access, [query(0), query(1)], START, START + timedelta(days=2))
    assert [point["value"] for point in found] == [1.0, 2.0, 3.0, None]
    assert [request.get("NextToken") for request in asked] == [None, "more", "last"]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_days_are_utc_wherever_this_runs(pages: Any, access: Access, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    pages([{"MetricDataResults": [result(0, {START: 1.0, START + timedelta(days=1): 2.0})]}])
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", zone)
        time.tzset()
        [found] = rows(access, [query()], START, START + timedelta(days=2))
    time.tzset()
    assert [(point["day"].day, point["value"]) for point in found] == [(26, 1.0), (27, 2.0)]


@pytest.mark.parametrize(
    "unfinished",
    [
        [result(0, {START: 1.0}), result(1, {}, "InternalError")],
        [result(0, {START: 1.0}), result(1, {START: 9.0}, "PartialData")],
        [result(0, {START: 1.0})],
    ],
)
def test_an_incomplete_query_is_asked_again_and_then_counts(pages: Any, access: Access, unfinished: list[Page]) -> None:
    asked = pages([{"MetricDataResults": unfinished}, {"MetricDataResults": [result(1, {START: 2.0})]}])
    [found] = rows(access, [query(0), query(1)], START, START + timedelta(days=1))
    assert [point["value"] for point in found] == [1.0, 2.0]
    assert [item["Id"] for item in asked[1]["MetricDataQueries"]] == ["q1"]


def test_a_query_that_stays_incomplete_is_an_error(pages: Any, access: Access) -> None:
    unfinished = {"MetricDataResults": [result(0, {START: 1.0}), result(1, {}, "InternalError")]}
    pages([unfinished, {"MetricDataResults": [result(1, {}, "Forbidden")]}])
    said = f"CloudWatch left 1 of 2 queries without a full answer: cloudwatch:GetMetricData in account {OWN}, region eu-west-1."
    with pytest.raises(AwsError, match=said):
        rows(access, [query(0), query(1)])


def test_no_queries_and_no_days_ask_nothing(access: Access) -> None:
    assert rows(access, []) == []
    assert rows(access, [query()], START, START) == []
    assert access.meter.calls() == []


def test_a_failed_call_is_named(access: Access, fail: Fail) -> None:
    fail(access.client("cloudwatch", "eu-west-1"), "GetMetricData", "Throttling")
    with pytest.raises(Throttled, match=f"cloudwatch:GetMetricData in account {OWN}, region eu-west-1"):
        rows(access, [query()])


def test_a_batch_is_asked_for_when_it_is_wanted(access: Access) -> None:
    batches = daily(access.client("cloudwatch", "eu-west-1"), [query(n) for n in range(501)], START, END)
    assert access.meter.requests == 0
    assert len(next(batches)) == 1500
    assert access.meter.requests == 1
