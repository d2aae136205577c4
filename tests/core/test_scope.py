"""A collection of a part: which months, services and regions it asks for, and what stays of the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import refresh, runs
from core.aws.access import demo_access
from core.errors import SettingError
from core.models import SliceStatus
from core.scope import Scope, scope
from core.settings import Settings
from core.store import publish, queries
from core.store.client import Store
from core.store.migrations import migrate
from tests.core.demo import tiny

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@dataclass(frozen=True)
class State:
    """What a collection left: how it fared, the run of each month of costs, and when each instance and volume was seen."""

    result: refresh.RefreshResult
    bills: dict[date, str]
    seen: dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def store(embedded: Settings) -> Iterator[Store]:
    held = Store(embedded, database="test_scope")
    migrate(held, runs.utc_now())
    yield held
    held.close()


@pytest.fixture(scope="module")
def states(embedded: Settings, store: Store) -> tuple[State, State, State]:
    """After one month alone, then after all of it with a region denied, then after a part of it an hour later."""
    denied = {"service": "ec2", "action": "DescribeInstances", "region": "eu-west-1", "kind": "denied", "times": -1}
    with tiny.served() as demo:

        def collected(asked: Scope | None, later: timedelta = timedelta()) -> State:
            access = demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True))
            access.regions = ("us-east-1", "eu-west-1")
            result = refresh.refresh(store, access, embedded, tiny.AS_OF, scope=asked, clock=lambda: runs.utc_now() + later)
            return State(result, {bill.month: bill.run_id for bill in publish.snapshot(store).bills}, seen(store, result.run_id))

        first = collected(Scope(date(2026, 10, 15), date(2026, 10, 20), ("S3",), ("us-east-1", "ap-south-1")))
        demo.control("faults", "POST", [denied])
        every = collected(None)
        demo.control("faults", "DELETE")
        part = collected(Scope(OCTOBER, date(2026, 10, 31), ("EC2",), ("us-east-1",)), timedelta(hours=1))
    return first, every, part


def seen(store: Store, run_id: str) -> dict[tuple[str, str], str]:
    rows = store.rows(
        "SELECT resource_id, region, toString(collected_at) FROM resource_metrics WHERE run_id = {run:String} "
        "AND resource_type IN ('ec2:instance', 'ec2:volume')",
        {"run": run_id},
    )
    return {(ident, region): at for ident, region, at in rows}


def left_out(state: State, status: SliceStatus = SliceStatus.SKIPPED) -> set[tuple[str, str]]:
    return {(outcome.collector, outcome.region) for outcome in state.result.outcomes if outcome.status is status and outcome.region}


def test_the_whole_month_is_read_for_all_services(states: tuple[State, State, State], store: Store) -> None:
    first, *_ = states
    assert first.result.months == 1
    assert first.bills == {OCTOBER: first.result.run_id}
    assert first.seen == {}
    october = store.rows("SELECT run_id, sum(unblended) FROM cost_metrics WHERE month = '2026-10-01' GROUP BY run_id")
    assert dict(october) == dict.fromkeys((state.result.run_id for state in states), Decimal("2.304"))
    assert all(line.reconciles for line in queries.reconciliation(store, publish.snapshot(store)))


def test_a_region_that_is_not_there_is_named(states: tuple[State, State, State]) -> None:
    reasons = {outcome.reason for outcome in states[0].result.incomplete if outcome.region == "ap-south-1"}
    assert reasons == {"ap-south-1 isn't collected from: it isn't enabled in this account, or AWS_REGIONS leaves it out."}


def test_other_months_stay_as_they_were(states: tuple[State, State, State]) -> None:
    _, every, part = states
    assert part.result.months == 1
    assert part.bills == {**every.bills, OCTOBER: part.result.run_id}
    assert NOVEMBER in part.bills


def test_what_is_not_asked_for_is_skipped_and_stays_known(states: tuple[State, State, State]) -> None:
    _, every, part = states
    others = ("EBS volumes", "Lambda functions", "RDS databases", "RDS reserved instances", "S3 buckets")
    of_ec2 = ("Auto Scaling groups", "EC2 reserved instances")
    elsewhere = {(title, "eu-west-1") for title in of_ec2}
    assert left_out(part) == {(title, region) for title in others for region in ("us-east-1", "eu-west-1")} | elsewhere
    assert part.seen.keys() == every.seen.keys()
    anew = {key for key in part.seen if part.seen[key] != every.seen[key]}
    assert anew == {key for key in part.seen if key[0].startswith("i-") and key[1] == "us-east-1"}
    assert anew


def test_what_was_lacking_before_is_lacking_still(states: tuple[State, State, State]) -> None:
    assert ("EC2 instances", "eu-west-1") in left_out(states[2], SliceStatus.INCOMPLETE)
    reasons = [outcome.reason for outcome in states[2].result.incomplete if outcome.region == "eu-west-1"]
    assert len(reasons) == 3  # one for each account
    assert all("ec2:DescribeInstances" in reason for reason in reasons)


def test_services_get_the_labels_that_pages_have() -> None:
    found = scope(OCTOBER, NOVEMBER, ("AmazonEC2", "ec2", "Amazon Relational Database Service"), ("us-east-1",), tiny.AS_OF)
    assert found.services == ("EC2", "RDS")


@pytest.mark.parametrize(
    ("start", "end", "services", "regions", "said"),
    [
        (NOVEMBER, OCTOBER, (), (), "ends before it begins"),
        (date(2026, 11, 16), date(2026, 11, 30), (), (), "after today"),
        (date(2025, 9, 30), NOVEMBER, (), (), "Cost Explorer is asked from 2025-10-01 on"),
        (OCTOBER, NOVEMBER, ("EC3",), (), "no AWS service “EC3”"),
        (OCTOBER, NOVEMBER, (), ("Ohio",), "“Ohio” is no region's code"),
    ],
)
def test_what_cannot_be_collected_is_named(start: date, end: date, services: tuple[str, ...], regions: tuple[str, ...], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        scope(start, end, services, regions, tiny.AS_OF)
