"""A collection against the tiny organisation, whose sums stand in `tests/core/demo/tiny.py` and were added up by hand."""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import refresh
from core.aws.access import Access, demo_access
from core.collectors import discovered
from core.errors import AwsError, CollectionCancelled, StoreFull
from core.models import Filters, Progress, RunStatus
from core.settings import Settings
from core.store import ledger, opportunities, publish, queries, resources
from core.store.client import Store
from tests.core.demo import tiny

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
FORECAST = ("Cost Explorer: forecast", tiny.PAYER, "")
SOURCE = f"ce:AWS:{tiny.PAYER}"
Collect = Callable[..., refresh.RefreshResult]


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    with tiny.served() as served:
        yield served


FEW = ("cost_explorer", "cost_explorer_outlook", "ebs", "ec2", "ec2_reserved_instances", "organizations")


@pytest.fixture
def every_collector() -> None:
    """For tests that want all of them."""


@pytest.fixture(autouse=True)
def _few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests are about what all collectors have in common, and a few show that."""
    if "every_collector" not in request.fixturenames:
        few = tuple(each for each in discovered() if each.name in FEW)
        monkeypatch.setattr(refresh, "discovered", lambda: few)


@pytest.fixture
def config(embedded: Settings) -> Settings:
    return embedded


@pytest.fixture
def collect(demo: tiny.Served, store: Store, config: Settings) -> Iterator[Collect]:
    """Refresh as of a day, with fault rules."""

    def collected(as_of: date = tiny.AS_OF, faults: list[dict[str, Any]] | None = None, **options: Any) -> refresh.RefreshResult:
        demo.control("faults", "DELETE")
        demo.control("faults", "POST", faults or [])
        return refresh.refresh(store, reached(demo, store, config, options.get("cancelled")), config, as_of, **options)

    yield collected
    demo.control("faults", "DELETE")


def reached(demo: tiny.Served, store: Store, config: Settings, cancelled: threading.Event | None = None) -> Access:
    access = demo_access(demo.endpoint, refresh.metered(store, config, cancelled=cancelled, demo=True))
    access.regions = ("us-east-1", "eu-west-1")
    return access


def totals(store: Store) -> dict[date, Decimal]:
    """The published unblended cost of each billing month."""
    snap = publish.snapshot(store)
    return {line.month: line.ours for line in queries.reconciliation(store, snap) if line.measure == "unblended"}


def requested(store: Store, result: refresh.RefreshResult, operation: str) -> int:
    return sum(call.requests for call in ledger.calls(store, result.run_id) if call.operation == operation)


def incomplete(result: refresh.RefreshResult) -> set[tuple[str, str, str]]:
    """What is incomplete beside the forecast, for which so small an organisation has too little history."""
    found = {(outcome.collector, outcome.account_id, outcome.region) for outcome in result.incomplete}
    assert FORECAST in found
    return found - {FORECAST}


def instances(store: Store) -> dict[str, str]:
    """The run that saw each instance of the published inventory last, by when it was collected."""
    held = resources.inventory(store)
    assert held
    return dict(
        store.rows(
            "SELECT resource_id, toString(collected_at) FROM resource_metrics "
            "WHERE run_id = {run:String} AND resource_type = 'ec2:instance'",
            {"run": held.run_id},
        )
    )


def test_the_first_collection_brings_every_month_to_the_last_digit(collect: Collect, store: Store) -> None:
    result = collect()
    assert result.months == 3
    assert totals(store) == {SEPTEMBER: Decimal(9), OCTOBER: Decimal("2.304"), NOVEMBER: Decimal("8.5443333332")}
    assert all(line.reconciles for line in queries.reconciliation(store, publish.snapshot(store)))
    filters = Filters(NOVEMBER, date(2026, 11, 14), "USD")
    snap = publish.snapshot(store)
    assert queries.cost_by(store, snap, filters, "category") == {
        "Usage": Decimal("7.411"),  # 2.304 + 2.568 + 0.23 + 2.304 + 1.152 - 1.152 + 0.005
        "Tax": Decimal("0.3333333333"),
        "Purchase": Decimal("0.8"),
        "Credit": Decimal("-0.0000000001"),
    }
    assert queries.cost_by(store, snap, filters, "account")[tiny.BETA] == Decimal("0.2349999999")
    assert queries.account_names(store, snap) == {tiny.PAYER: "Payer", tiny.ALPHA: "Alpha", tiny.BETA: "Beta"}


@pytest.mark.usefixtures("every_collector")
def test_the_first_collection_knows_what_there_is_and_how_busy_it_was(collect: Collect, store: Store) -> None:
    collect()
    assert {found.resource_type: found.count for found in resources.counts(store)} == {
        "ec2:instance": 4,
        "ec2:volume": 2,
        "ec2:reserved-instances": 1,
        "lambda:function": 1,
        "organizations:account": 3,
        "rds:db": 2,
        "s3:bucket": 1,
        "savingsplans:plan": 1,
    }
    first, last = tiny.AS_OF - timedelta(days=14), tiny.AS_OF - timedelta(days=1)
    kept = resources.series(store, tiny.ALPHA, "us-east-1", "AWS/EC2", first, last)
    assert kept == {tiny.METERED: {("CPUUtilization", "Average"): [11.5] * 14, ("CPUUtilization", "p99"): [23.0] * 14}}
    (measured,) = store.rows(f"SELECT utilisation FROM resource_metrics WHERE resource_id = '{tiny.METERED}'")
    assert measured[0] == {"cpu_days": 14.0, "cpu_mean": 11.5, "cpu_max_day": 11.5, "cpu_p99": 23.0}
    # An instance without datapoints has no figure at all, which is not zero.
    assert store.rows("SELECT utilisation, utilisation['cpu_mean'] FROM resource_metrics WHERE resource_id = 'i-0aaaaaaaaaaaaaaa4'") == [
        ({}, None)
    ]


@pytest.mark.usefixtures("every_collector")
def test_another_refresh_asks_for_what_may_have_changed_and_no_datapoint_again(collect: Collect, store: Store) -> None:
    first, second = collect(), collect()
    assert requested(store, first, "GetMetricData") > 0
    assert requested(store, second, "GetMetricData") == 0
    # An outline, three accounts, four charge categories, EC2 - Other, usage types.
    assert requested(store, second, "GetCostAndUsage") == 10
    assert second.months == 2
    assert totals(store)[SEPTEMBER] == 9
    assert second.usd == Decimal("0.11")  # and one for anomalies; the forecast was refused


@pytest.mark.usefixtures("every_collector")
def test_the_next_day_asks_for_one_more_day_only(collect: Collect, store: Store) -> None:
    collect()
    result = collect(tiny.AS_OF + timedelta(days=1))
    asked = [call for call in ledger.calls(store, result.run_id) if call.operation == "GetMetricData"]
    # CPU of the three running instances; the 99th percentile and memory of the one whose CPU is low; reads of the loose volume; four of
    # the function; objects and 26 storage types of the bucket, of which nothing is known yet, for the two days before once more.
    assert sum(call.metrics for call in asked) == 6 + 4 + 27
    days = store.rows(f"SELECT count(), max(day) FROM resource_series WHERE run_id = '{result.run_id}'")
    assert days == [(6 + 4 + 3 * 27, tiny.AS_OF)]


def test_a_denied_account_is_incomplete_and_keeps_what_was_known(collect: Collect, store: Store) -> None:
    collect()
    before = instances(store)
    result = collect(faults=[{"service": "ec2", "action": "DescribeInstances", "account": tiny.BETA, "kind": "denied", "times": -1}])
    assert {(name, account) for name, account, _ in incomplete(result)} == {("EC2 instances", tiny.BETA)}
    denied = [outcome.reason for outcome in result.incomplete if outcome.account_id == tiny.BETA]
    assert all("ec2:DescribeInstances" in reason and tiny.BETA in reason for reason in denied)
    after = instances(store)
    assert after.keys() == before.keys()
    assert after["i-0aaaaaaaaaaaaaaa4"] == before["i-0aaaaaaaaaaaaaaa4"]
    assert result.months == 2


def test_an_unreachable_region_is_incomplete_and_the_rest_is_collected(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "ec2", "action": "*", "region": "eu-west-1", "kind": "unreachable", "times": -1}])
    assert incomplete(result) == {
        (name, account, "eu-west-1")
        for name in ("EC2 instances", "EBS volumes", "EC2 reserved instances")
        for account in (tiny.PAYER, tiny.ALPHA, tiny.BETA)
    }
    assert instances(store).keys() == {f"i-0aaaaaaaaaaaaaaa{number}" for number in (1, 3, 4)}
    assert totals(store)[NOVEMBER] == Decimal("8.5443333332")


def test_a_refused_role_leaves_that_account_out(collect: Collect, store: Store) -> None:
    collect()
    result = collect(faults=[{"service": "sts", "action": "AssumeRole", "account": tiny.BETA, "kind": "denied", "times": -1}])
    assert incomplete(result) == {("Accounts and regions", tiny.BETA, "")}
    assert any("SpendscopeReader" in outcome.reason for outcome in result.incomplete)
    assert "i-0aaaaaaaaaaaaaaa4" in instances(store)


ACTIONS = [
    ("sts", "GetCallerIdentity"),
    ("sts", "AssumeRole"),
    ("organizations", "ListAccounts"),
    ("ce", "GetCostAndUsage"),
    ("ce", "GetCostForecast"),
    ("ec2", "DescribeRegions"),
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeVolumes"),
    ("cloudwatch", "GetMetricData"),
]


def test_throttled_three_times_on_every_call_it_completes(collect: Collect, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.001)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    result = collect(faults=[{"service": service, "action": action, "kind": "throttle", "times": 3} for service, action in ACTIONS])
    assert incomplete(result) == set()
    retried = {(call.service, call.operation) for call in ledger.calls(store, result.run_id) if call.retries}
    assert retried == set(ACTIONS)
    assert totals(store)[NOVEMBER] == Decimal("8.5443333332")


def test_without_cost_explorer_the_resources_are_collected_and_known_costs_stay(collect: Collect, store: Store) -> None:
    collect()
    result = collect(faults=[{"service": "ce", "action": "*", "kind": "disabled", "times": -1}])
    assert {name for name, _, _ in incomplete(result)} == {"Cost Explorer: costs", "Cost Explorer: anomalies"}
    assert all("Cost Explorer" in outcome.reason for outcome in result.incomplete)
    assert totals(store) == {SEPTEMBER: Decimal(9), OCTOBER: Decimal("2.304"), NOVEMBER: Decimal("8.5443333332")}
    assert len(instances(store)) == 4


@pytest.mark.parametrize("kind", ["invalid", "expired"])
def test_credentials_that_are_refused_end_the_run_and_change_nothing(collect: Collect, store: Store, kind: str) -> None:
    collect()
    before = publish.snapshot(store)
    with pytest.raises(AwsError):
        collect(faults=[{"service": "*", "action": "*", "kind": kind, "times": -1}])
    assert publish.snapshot(store) == before
    newest = queries.ledger(store)[0]
    assert newest.status == RunStatus.FAILED
    assert "credentials" in newest.detail.lower()


def test_credentials_that_expire_on_the_way_leave_what_came_before(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": service, "action": "*", "kind": "expired", "times": -1} for service in ("ec2", "cloudwatch")])
    assert all("expired" in outcome.reason for outcome in result.incomplete if outcome.collector != FORECAST[0])
    assert {name for name, _, _ in incomplete(result)} >= {"Accounts and regions"}
    assert totals(store)[NOVEMBER] == Decimal("8.5443333332")


def test_a_cancelled_collection_changes_nothing_and_says_what_it_cost(collect: Collect, store: Store) -> None:
    collect()
    before, cancelled = publish.snapshot(store), threading.Event()

    def stop_at_ec2(progress: Progress) -> None:
        if progress.step == "EC2 instances":
            cancelled.set()

    with pytest.raises(CollectionCancelled):
        collect(report=stop_at_ec2, cancelled=cancelled)
    assert publish.snapshot(store) == before
    newest = queries.ledger(store)[0]
    assert newest.status == RunStatus.CANCELLED
    assert ledger.spent(store)[newest.run_id].usd == Decimal("0.11")
    assert queries.partitions_of_run(store, newest.run_id) == []


def test_an_export_of_a_month_is_left_in_place(collect: Collect, store: Store) -> None:
    store.execute(
        "INSERT INTO cost_metrics (run_id, source, month, day, unblended, currency) "
        f"VALUES ('export', 'focus:AWS:{tiny.PAYER}', '2026-10-01', '2026-10-31', 5, 'USD')"
    )
    publish.publish(store, "export", [(f"focus:AWS:{tiny.PAYER}", OCTOBER)])
    collect()
    assert {bill.source for bill in publish.snapshot(store).bills if bill.month == OCTOBER} == {f"focus:AWS:{tiny.PAYER}"}
    assert {bill.month for bill in publish.snapshot(store).bills if bill.source == SOURCE} == {SEPTEMBER, NOVEMBER}


@pytest.mark.usefixtures("every_collector")
def test_the_estimate_knows_the_number_of_requests_once_there_was_a_collection(collect: Collect, store: Store, config: Settings) -> None:
    unknown = refresh.estimate(store, config, tiny.AS_OF)
    assert any("guess" in line.basis for line in unknown.lines)
    collect()
    known = refresh.estimate(store, config, tiny.AS_OF)
    # Twelve to Cost Explorer; and one for the databases' six metrics, of which none was asked for, since none is running.
    assert (known.requests, known.usd) == (13, Decimal("0.12006"))
    assert refresh.estimate(store, config, tiny.AS_OF, whole=True).requests > known.requests


@pytest.mark.usefixtures("every_collector")
def test_what_was_found_is_published_with_the_run_and_undone_with_it(collect: Collect, store: Store) -> None:
    first = collect()
    source = f"opportunities:AWS:{tiny.PAYER}"
    assert opportunities.totals(store, publish.snapshot(store), {}, as_of=tiny.AS_OF).found == 3  # two volumes and a bucket
    second = collect()
    assert {part.run_id for part in publish.snapshot(store).current if part.source == source} == {second.run_id}
    publish.undo(store, second.run_id)
    assert {part.run_id for part in publish.snapshot(store).current if part.source == source} == {first.run_id}


@pytest.mark.parametrize(
    ("part", "error", "slice_of", "source"),
    [
        ("core.judge._keep", StoreFull("The disk is full.", "Free some room."), "Opportunities", "opportunities"),
        ("core.judge._keep", KeyError("Size"), "Opportunities", "opportunities"),
        ("core.insight.keep", ValueError("the values must be finite"), "Anomalies and forecast", "analysis"),
    ],
    ids=["store", "check", "analysis"],
)
def test_a_failed_judge_loses_no_collection(
    collect: Collect, store: Store, monkeypatch: pytest.MonkeyPatch, part: str, error: Exception, slice_of: str, source: str
) -> None:
    first = collect()

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(part, fails)
    second = collect()
    assert incomplete(second) == {(slice_of, tiny.PAYER, "")}
    current = {part.source.split(":")[0]: part.run_id for part in publish.snapshot(store).current}
    assert current["inventory"] == second.run_id
    assert current[source] == first.run_id


@pytest.mark.usefixtures("every_collector")
def test_access_is_checked_action_by_action(demo: tiny.Served, store: Store, config: Settings) -> None:
    demo.control("faults", "POST", [{"service": "ec2", "action": "DescribeVolumes", "account": tiny.ALPHA, "kind": "denied", "times": -1}])
    findings = refresh.check_access(reached(demo, store, config), tiny.AS_OF)
    demo.control("faults", "DELETE")
    lacking = [finding for finding in findings if not finding.ok and finding.action != "ce:GetCostForecast"]
    assert [(finding.action, finding.account, finding.lost) for finding in lacking] == [
        ("ec2:DescribeVolumes", tiny.ALPHA, "Unattached and oversized volumes aren't found.")
    ]


def test_regions_that_arent_there_or_arent_enabled_are_named(demo: tiny.Served, store: Store, config: Settings) -> None:
    access = reached(demo, store, config)
    access.regions = ("us-east-1", "eu-west-9", "af-south-1")
    result = refresh.refresh(store, access, config, tiny.AS_OF)
    reasons = {outcome.region: outcome.reason for outcome in result.incomplete if outcome.account_id == tiny.ALPHA}
    assert reasons == {"eu-west-9": "eu-west-9 is no region that AWS knows.", "af-south-1": "af-south-1 isn't enabled in this account."}
    assert instances(store).keys() == {f"i-0aaaaaaaaaaaaaaa{number}" for number in (1, 3, 4)}


def test_regions_are_tried_unseen_where_listing_them_is_denied(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "ec2", "action": "DescribeRegions", "kind": "denied", "times": -1}])
    assert incomplete(result) == {("Accounts and regions", account, "") for account in (tiny.PAYER, tiny.ALPHA, tiny.BETA)}
    assert len(instances(store)) == 4


def test_an_empty_account_is_complete(store: Store, config: Settings) -> None:
    nothing = dataclasses.replace(tiny.build(), charges=tiny.charges().iloc[:0], resources=(), anomalies=())
    with tiny.served(nothing) as empty:
        result = refresh.refresh(store, reached(empty, store, config), config, tiny.AS_OF)
    assert incomplete(result) == set()
    assert result.months == 0
    assert [found.resource_type for found in resources.counts(store)] == ["organizations:account"]
