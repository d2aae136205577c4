"""The meter counts, prices and brakes every call."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from core.aws.access import Access, own_access
from core.aws.meter import Meter, usd_of
from core.errors import CollectionCancelled, CostCapReached
from tests.core.aws.conftest import OWN, Fail, config_of

NOON = datetime(2026, 3, 2, 12)


class FakeClock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOON
        self.naps = 0

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps += 1
        self.now += timedelta(seconds=seconds)


def reach(meter: Meter) -> Access:
    return own_access(config_of(), meter)


def ask_cost(access: Access) -> Any:
    period = {"Start": "2026-02-01", "End": "2026-02-02"}
    return access.client("ce").get_cost_and_usage(TimePeriod=period, Granularity="DAILY", Metrics=["UnblendedCost"])


def ask_metrics(access: Access, count: int) -> None:
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": []}
    queries = [{"Id": f"q{n}", "MetricStat": {"Metric": metric, "Period": 86400, "Stat": "Average"}} for n in range(count)]
    queries.append({"Id": "sum", "Expression": "q0 * 2"})
    access.client("cloudwatch", "eu-west-1").get_metric_data(MetricDataQueries=queries, StartTime=NOON, EndTime=NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("service", "operation", "requests", "metrics", "usd"),
    [
        ("ce", "GetCostAndUsage", 12, 0, "0.12"),
        ("ce", "GetAnomalies", 1, 0, "0.01"),
        ("cloudwatch", "GetMetricData", 1, 500, "0.005"),
        ("cloudwatch", "GetMetricData", 3, 1000, "0.01"),
        ("cloudwatch", "ListMetrics", 7, 0, "0"),
        ("ec2", "DescribeInstances", 1000, 0, "0"),
    ],
)
def test_prices(service: str, operation: str, requests: int, metrics: int, usd: str) -> None:
    assert usd_of(service, operation, requests, metrics) == Decimal(usd)


def test_calls_are_counted_by_operation_account_and_region(aws: None, meter: Meter) -> None:
    access = reach(meter)
    access.identity()
    for _ in range(3):
        ask_cost(access)
    ask_metrics(access, 4)
    access.client("ec2", "eu-west-1").describe_volumes()
    told = [(call.service, call.operation, call.account, call.region, call.requests, call.metrics, call.usd) for call in meter.calls()]
    assert told == [
        ("ce", "GetCostAndUsage", OWN, "us-east-1", 3, 0, Decimal("0.03")),
        ("cloudwatch", "GetMetricData", OWN, "eu-west-1", 1, 4, Decimal("0.00004")),  # the expression asks for no metric of its own
        ("ec2", "DescribeVolumes", OWN, "eu-west-1", 1, 0, Decimal(0)),
        ("sts", "GetCallerIdentity", OWN, "us-east-1", 1, 0, Decimal(0)),
    ]
    assert (meter.requests, meter.usd) == (6, Decimal("0.03004"))
    assert all(call.errors == call.retries == 0 and call.seconds > 0 for call in meter.calls())


def test_each_page_is_a_request(aws: None, meter: Meter) -> None:
    access = reach(meter)
    ec2 = access.client("ec2")
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    for _ in range(6):
        ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    list(ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 3}))
    assert next(call.requests for call in meter.calls() if call.operation == "DescribeInstances") == 3


def test_throttled_three_times_completes_and_is_counted(aws: None, meter: Meter, fail: Fail) -> None:
    access = reach(meter)
    faked = fail(access.client("ce"), "GetCostAndUsage", "LimitExceededException", times=3)
    assert ask_cost(access)["ResponseMetadata"]["RetryAttempts"] == 3
    [call] = meter.calls()
    assert (len(faked), call.requests, call.errors, call.retries, call.usd) == (3, 1, 0, 3, Decimal("0.01"))
    assert len(meter.cost_explorer_at) == 4


def test_six_attempts_are_made_and_a_refused_call_is_not_priced(aws: None, meter: Meter, fail: Fail) -> None:
    access = reach(meter)
    client = access.client("ce")
    fail(client, "GetCostAndUsage", "ThrottlingException")
    with pytest.raises(client.exceptions.ClientError):
        ask_cost(access)
    [call] = meter.calls()
    assert (call.requests, call.errors, call.retries, call.usd) == (1, 1, 5, Decimal(0))


def test_an_unanswered_call_is_counted_as_an_error(meter: Meter) -> None:
    access = own_access(config_of(aws_endpoint_url="http://127.0.0.1:9"), meter)
    client = access.client("ec2")
    with pytest.raises(EndpointConnectionError):
        client.describe_volumes()
    [call] = meter.calls()
    assert (call.requests, call.errors, call.retries) == (1, 1, 5)


def test_a_call_that_would_pass_the_cap_is_not_made(aws: None, fail: Fail) -> None:
    meter = Meter(Decimal("0.02"))
    access = reach(meter)
    ask_cost(access)
    ask_cost(access)
    sent = fail(access.client("ce"), "GetCostAndUsage", "ThrottlingException")
    with pytest.raises(
        CostCapReached, match=r"ce:GetCostAndUsage was not called: this collection has cost \$0\.02.*cap of \$0\.02"
    ) as reached:
        ask_cost(access)
    assert "SPENDSCOPE_COST_CAP_USD" in reached.value.hint
    assert (sent, meter.requests, meter.usd) == ([], 2, Decimal("0.02"))
    access.client("ec2").describe_volumes()  # free calls go on
    with pytest.raises(CostCapReached):
        ask_metrics(access, 1)


def test_the_cap_holds_for_calls_that_are_under_way_together(aws: None) -> None:
    meter = Meter(Decimal("0.05"))
    access = reach(meter)
    client = access.client("ce")
    together = threading.Barrier(5, timeout=10)

    def wait_for_others(**_: Any) -> None:
        together.wait()

    client.meta.events.register_first("before-send.cost-explorer.GetCostAndUsage", wait_for_others)

    def one(_: int) -> bool:
        try:
            ask_cost(access)
        except CostCapReached:
            return False
        return True

    with ThreadPoolExecutor(9) as pool:
        assert sorted(pool.map(one, range(9))) == [False] * 4 + [True] * 5
    assert meter.usd == Decimal("0.05")


def test_a_failed_call_gives_its_share_of_the_cap_back(aws: None, fail: Fail) -> None:
    access = reach(Meter(Decimal("0.01")))
    client = access.client("ce")
    fail(client, "GetCostAndUsage", "ValidationException", times=2)
    for _ in range(2):
        with pytest.raises(client.exceptions.ClientError):
            ask_cost(access)
    ask_cost(access)
    assert access.meter.usd == Decimal("0.01")


def test_requests_wait_until_the_hour_has_room(aws: None) -> None:
    clock, said = FakeClock(), list[str]()
    meter = Meter(Decimal(5), 2, say=said.append, clock=clock, sleep=clock.sleep)
    access = reach(meter)
    ask_cost(access)
    clock.now += timedelta(minutes=10)
    ask_cost(access)
    assert clock.naps == 0
    ask_cost(access)
    assert meter.cost_explorer_at == [NOON, NOON + timedelta(minutes=10), NOON + timedelta(hours=1)]
    assert said[0] == "Waiting for Cost Explorer's hourly allowance of 2 requests · about 50 min left"
    assert said[-1].endswith("about 1 min left")
    access.client("ec2").describe_volumes()  # nothing else waits


def test_earlier_runs_count_toward_the_hour(aws: None) -> None:
    clock, said = FakeClock(), list[str]()
    already = [NOON - timedelta(minutes=minutes) for minutes in (59, 61, 30, 1)]
    meter = Meter(Decimal(5), 2, already, say=said.append, clock=clock, sleep=clock.sleep)
    ask_cost(reach(meter))
    assert said[0].endswith("about 30 min left")  # only then are there fewer than two
    assert meter.cost_explorer_at == [NOON + timedelta(minutes=30)]


def test_each_attempt_takes_a_place_in_the_hour(aws: None, fail: Fail) -> None:
    clock = FakeClock()
    meter = Meter(Decimal(5), 2, clock=clock, sleep=clock.sleep)
    access = reach(meter)
    fail(access.client("ce"), "GetCostAndUsage", "ThrottlingException", times=2)
    ask_cost(access)
    assert meter.cost_explorer_at == [NOON, NOON, NOON + timedelta(hours=1)]


def test_a_wait_ends_when_the_collection_is_cancelled(aws: None) -> None:
    clock, cancelled = FakeClock(), threading.Event()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.naps == 4:
            cancelled.set()

    meter = Meter(Decimal(5), 1, [NOON], cancelled, clock=clock, sleep=sleep)
    access = reach(meter)
    with pytest.raises(CollectionCancelled):
        ask_cost(access)
    assert clock.naps == 4
    assert (meter.requests, meter.cost_explorer_at) == (0, [])


def test_nothing_goes_out_once_cancelled(aws: None, fail: Fail) -> None:
    cancelled = threading.Event()
    meter = Meter(Decimal(5), cancelled=cancelled)
    access = reach(meter)
    client = access.client("ec2")
    sent = fail(client, "DescribeVolumes", "RequestLimitExceeded", 503)
    cancelled.set()
    with pytest.raises(CollectionCancelled):
        client.describe_volumes()
    assert (sent, meter.calls()) == ([], [])


def test_a_cancelled_call_isn_t_tried_again(aws: None, fail: Fail) -> None:
    cancelled = threading.Event()
    meter = Meter(Decimal(5), cancelled=cancelled)
    access = reach(meter)
    client = access.client("ec2")

    def cancel(**_: Any) -> None:
        cancelled.set()

    sent = fail(client, "DescribeVolumes", "RequestLimitExceeded", 503)
    client.meta.events.register("before-send.ec2.DescribeVolumes", cancel)
    with pytest.raises(CollectionCancelled):
        client.describe_volumes()
    [call] = meter.calls()
    assert (len(sent), call.requests, call.errors, call.retries) == (1, 1, 1, 0)


def test_many_threads_lose_no_count(aws: None, meter: Meter) -> None:
    access = reach(meter)
    work: list[Callable[[], Any]] = [lambda: ask_cost(access), lambda: access.client("ec2").describe_volumes()] * 20
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda task: task(), work))
    assert [(call.operation, call.requests) for call in meter.calls()] == [("GetCostAndUsage", 20), ("DescribeVolumes", 20)]
    assert meter.usd == Decimal("0.20")
