"""Functions against the tiny organisation, with some that run, one that rests, and one that never ran."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core import refresh
from core.aws.access import demo_access
from core.collectors.contract import Outlook
from core.collectors.lambda_ import COLLECTOR, FUNCTION_TYPE, TITLE, estimate, utilisation
from core.demo.model import MetricRef, Resource
from core.models import SliceStatus
from core.settings import Settings
from core.store import ledger, resources
from core.store.client import Store
from tests.conftest import fresh
from tests.core.demo import tiny

NOW = datetime(2026, 11, 15, 12)
FIRST = tiny.AS_OF - timedelta(days=14)
DAYS = [FIRST + timedelta(days=n) for n in range(14)]
Collect = Callable[..., refresh.RefreshResult]
Reference = tuple[str, str, str]
"""A function's name, the metric's namespace and its name."""


def function(name: str, account: str = tiny.ALPHA, region: str = "us-east-1", **attributes: Any) -> Resource:
    arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
    base = {"FunctionName": name, "FunctionArn": arn, "MemorySize": 512, "Architectures": ["arm64"], "Runtime": "python3.13"}
    created = datetime(2026, 1, 1, tzinfo=UTC)
    return Resource(FUNCTION_TYPE, name, arn, account, region, name, created, {"team": "web"}, {**base, **attributes})


LAYER = [{"Arn": "arn:aws:lambda:us-east-1:200000000002:layer:pandas:1", "CodeSize": 1}]
SECRET = {"Variables": {"PASSWORD": "hunter2"}}
FUNCTIONS = (
    function("busy", PackageType="Zip", Timeout=30, Layers=LAYER, Environment=SECRET, LastModified="2026-01-01T00:00:00.000+0000"),
    function("weekly"),
    function("never"),
    function("=nasty", tiny.BETA, "eu-west-1"),
)

# What CloudWatch knows of each day, by its distance from the first; a day that isn't named has no datapoint.
METRICS: Mapping[Reference, Mapping[int, float]] = {
    ("busy", "AWS/Lambda", "Invocations"): dict.fromkeys(range(14), 1000.0),
    ("busy", "AWS/Lambda", "Duration"): dict.fromkeys(range(14), 400.0),
    ("busy", "AWS/Lambda", "Errors"): dict.fromkeys(range(14), 5.0),
    ("busy", "LambdaInsights", "used_memory_max"): {n: 100.0 + n for n in range(14)},
    ("weekly", "AWS/Lambda", "Invocations"): {3: 20.0, 10: 50.0},
    ("weekly", "AWS/Lambda", "Duration"): {3: 1000.0, 10: 2000.0},
    ("=nasty", "AWS/Lambda", "Invocations"): {13: 7.0},
}


def series(metric: MetricRef, start: datetime, end: datetime, period: int, statistic: str) -> tuple[list[datetime], list[float]]:
    dimensions = dict(metric.dimensions)
    name = dimensions.get("FunctionName") or dimensions.get("function_name") or ""
    known = METRICS.get((name, metric.namespace, metric.name), {})
    found = {DAYS[n]: value for n, value in known.items() if start.date() <= DAYS[n] < end.date()}
    return [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in found], list(found.values())


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    whole = tiny.build()
    kept = tuple(each for each in whole.resources if each.kind != FUNCTION_TYPE)
    with tiny.served(replace(whole, resources=(*kept, *FUNCTIONS), series=series)) as served:
        yield served


@pytest.fixture(scope="module", autouse=True)
def alone() -> Iterator[None]:
    """No other collector runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh, "discovered", lambda: (COLLECTOR,))
        yield


@pytest.fixture
def collect(demo: tiny.Served, store: Store, embedded: Settings) -> Iterator[Collect]:
    def collected(faults: list[dict[str, Any]] | None = None, days_later: int = 0) -> refresh.RefreshResult:
        demo.control("faults", "DELETE")
        demo.control("faults", "POST", faults or [])
        access = demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True))
        access.regions = ("us-east-1", "eu-west-1")
        later = timedelta(days=days_later)
        return refresh.refresh(store, access, embedded, tiny.AS_OF + later, clock=lambda: NOW + later)

    yield collected
    demo.control("faults", "DELETE")


@pytest.fixture(scope="module")
def first(demo: tiny.Served, embedded: Settings) -> Iterator[Store]:
    """A store after a first collection, for the tests that only look at it."""
    for held in fresh(embedded):
        access = demo_access(demo.endpoint, refresh.metered(held, embedded, demo=True))
        access.regions = ("us-east-1", "eu-west-1")
        refresh.refresh(held, access, embedded, tiny.AS_OF, clock=lambda: NOW)
        yield held


def functions(store: Store) -> dict[str, dict[str, Any]]:
    held = resources.inventory(store)
    assert held
    return {row["resource_id"]: row for row in resources.listed(store, held) if row["resource_type"] == FUNCTION_TYPE}


def slices(result: refresh.RefreshResult) -> dict[tuple[str, str], tuple[str, str]]:
    return {(o.account_id, o.region): (o.status, o.reason) for o in result.outcomes if o.collector == TITLE}


def test_functions_are_kept_without_their_environment(first: Store) -> None:
    kept = functions(first)
    assert kept.keys() == {"busy", "weekly", "never", "=nasty"}
    busy = kept["busy"]
    assert (busy["account_id"], busy["region"], busy["created_at"]) == (tiny.ALPHA, "us-east-1", None)
    assert json.loads(busy["attributes"]) == {
        "FunctionName": "busy",
        "Runtime": "python3.13",
        "Architectures": ["arm64"],
        "PackageType": "Zip",
        "MemorySize": 512,
        "Timeout": 30,
        "LastModified": "2026-01-01T00:00:00.000+0000",
        "Layers": [LAYER[0]["Arn"]],
    }
    arn = first.rows("SELECT arn FROM resource_metrics WHERE resource_id = '=nasty'")
    assert arn == [(f"arn:aws:lambda:eu-west-1:{tiny.BETA}:function:=nasty",)]


def test_a_month_s_invocations_and_gb_seconds_follow_from_the_days(first: Store) -> None:
    kept = functions(first)
    month = 730 / 24 / 14
    assert kept["busy"]["utilisation"] == pytest.approx(
        {
            "memory_max_mb": 113.0,
            "invocation_days": 14.0,
            "invocations_month": 14_000 * month,
            "gb_seconds_month": 14_000 * 0.4 * 0.5 * month,
            "errors_percent": 0.5,
        }
    )
    # The days between those on which it ran are days without an invocation.
    assert kept["weekly"]["utilisation"] == pytest.approx(
        {"invocation_days": 2.0, "invocations_month": 70 * month, "gb_seconds_month": (20 * 1 + 50 * 2) * 0.5 * month}
    )
    # Of one that never ran nothing is known; one whose duration is missing costs what isn't known.
    assert kept["never"]["utilisation"] == {}
    assert kept["=nasty"]["utilisation"].keys() == {"invocation_days", "invocations_month"}


def test_metrics_are_asked_for_together_and_never_again(collect: Collect, store: Store) -> None:
    first, second = collect(), collect()
    asked = [call for call in ledger.calls(store, first.run_id) if call.operation == "GetMetricData" and call.account == tiny.BETA]
    assert [(call.region, call.requests, call.metrics) for call in asked if call.region == "eu-west-1"] == [("eu-west-1", 1, 4)]
    assert not [call for call in ledger.calls(store, second.run_id) if call.operation == "GetMetricData"]


def test_where_listing_is_denied_what_was_known_stays(collect: Collect, store: Store) -> None:
    collect()
    result = collect([{"service": "lambda", "action": "ListFunctions", "kind": "denied", "account": tiny.ALPHA}], days_later=1)
    status, reason = slices(result)[tiny.ALPHA, "us-east-1"]
    assert status == SliceStatus.INCOMPLETE
    assert "lambda:ListFunctions" in reason
    assert slices(result)[tiny.BETA, "eu-west-1"] == (SliceStatus.COMPLETE, "")
    assert functions(store).keys() == {"busy", "weekly", "never", "=nasty"}


def test_where_cloudwatch_is_denied_the_functions_are_kept_without_figures(collect: Collect, store: Store) -> None:
    result = collect([{"service": "cloudwatch", "action": "GetMetricData", "kind": "denied"}])
    status, reason = slices(result)[tiny.ALPHA, "us-east-1"]
    assert status == SliceStatus.INCOMPLETE
    assert "cloudwatch:GetMetricData" in reason
    assert functions(store)["busy"]["utilisation"] == {}


def test_the_estimate_counts_four_metrics_a_function(first: Store, store: Store, embedded: Settings) -> None:
    def line(held: Store, day: date) -> tuple[int, int, str]:
        found = estimate(Outlook(held, embedded, day, False))
        return found.requests, found.metrics, str(found.usd)

    assert line(store, tiny.AS_OF) == (0, 0, "0")
    assert line(first, tiny.AS_OF) == (0, 0, "0")
    assert line(first, tiny.AS_OF + timedelta(days=1)) == (1, 16, "0.00016")


def test_only_the_days_that_were_asked_for_make_the_month() -> None:
    asked: dict[date, float | None] = {**dict.fromkeys(DAYS[:6]), DAYS[6]: 70.0}
    found = utilisation({("Invocations", "Sum"): asked}, 1024)
    assert found["invocations_month"] == pytest.approx(70 / 7 * 730 / 24)
    assert utilisation({("Invocations", "Sum"): dict.fromkeys(DAYS)}, 1024) == {}
    nothing = utilisation({("Invocations", "Sum"): dict.fromkeys(DAYS, 0.0)}, 1024)
    assert (nothing["invocations_month"], nothing["gb_seconds_month"]) == (0.0, 0.0)


def test_its_permission_is_tried_with_a_listing(demo: tiny.Served, store: Store, embedded: Settings) -> None:
    access = demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True))
    (permission,) = COLLECTOR.permissions
    assert permission.try_(access, tiny.ALPHA, "us-east-1", tiny.AS_OF)
    assert permission.try_(access, tiny.BETA, "us-east-1", tiny.AS_OF) is None
