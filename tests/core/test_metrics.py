"""What Prometheus is told, read back by its own parser, beside what the core says of the same version."""

from decimal import Decimal

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from core import metrics
from core.models import NO_MONTH, Grain, Snapshot
from core.settings import ROOT
from core.store import ledger, opportunities, publish, queries
from core.store.client import Store
from tests.core.collected import Collected

NAMES = (
    "aws_api_calls_total",
    "aws_api_errors_total",
    "aws_cost_collection_duration_seconds",
    "aws_total_monthly_cost_usd",
    "aws_waste_identified_usd",
    "aws_optimization_opportunities",
    "aws_idle_resources_count",
    "aws_underutilized_resources_count",
    "aws_collection_incomplete_slices",
)


def parsed(store: Store, snap: Snapshot) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(metrics.exposition(store, snap).decode())}


@pytest.fixture(scope="module")
def told(collected: Collected) -> dict[str, Metric]:
    return parsed(collected.store, publish.snapshot(collected.store))


def by(family: Metric, label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in family.samples}


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_is_named_and_documented(told: dict[str, Metric], name: str) -> None:
    assert name.removesuffix("_total") in told or name in told
    assert f"`{name}" in (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_calls_are_the_ledger_s(told: dict[str, Metric], collected: Collected) -> None:
    store, runs = collected.store, (collected.first.run_id, collected.second.run_id)
    calls = [call for run in runs for call in ledger.calls(store, run)]
    assert sum(sample.value for sample in told["aws_api_calls"].samples) == sum(call.requests for call in calls)
    assert sum(sample.value for sample in told["aws_api_errors"].samples) == sum(call.errors for call in calls)
    assert {sample.name for sample in told["aws_api_calls"].samples} == {"aws_api_calls_total"}


def test_durations_count_every_collection(told: dict[str, Metric], collected: Collected) -> None:
    samples = {(sample.name, sample.labels.get("le")): sample.value for sample in told["aws_cost_collection_duration_seconds"].samples}
    name = "aws_cost_collection_duration_seconds"
    assert samples[f"{name}_count", None] == samples[f"{name}_bucket", "+Inf"] == 2
    took = [entry.seconds for entry in queries.ledger(collected.store) if entry.kind == ledger.COLLECTION]
    assert samples[f"{name}_sum", None] == pytest.approx(sum(took))


def test_monthly_cost_is_the_month_so_far_to_the_cent(told: dict[str, Metric], collected: Collected) -> None:
    snap = publish.snapshot(collected.store)
    filters = metrics.month_to_date(collected.store, snap)
    assert filters
    assert (filters.start.isoformat(), filters.end.isoformat()) == ("2026-11-01", "2026-11-22")
    samples = told["aws_total_monthly_cost_usd"].samples
    total = queries.total(collected.store, snap, filters) or Decimal(0)
    assert round(sum(Decimal(str(sample.value)) for sample in samples), 2) == round(total, 2)
    by_service = queries.cost_by(collected.store, snap, filters, "service")
    ours = sum(Decimal(str(sample.value)) for sample in samples if sample.labels["service"] == "EC2")
    assert round(ours, 2) == round(by_service["EC2"], 2)
    assert len(samples) == queries.cost_row_count(collected.store, snap, filters, ("service", "region"), Grain.MONTH)


def test_waste_and_findings_are_those_of_the_page(told: dict[str, Metric], collected: Collected) -> None:
    store, snap = collected.store, publish.snapshot(collected.store)
    totals = opportunities.totals(store, snap, {})
    assert sum(Decimal(str(value)) for value in by(told["aws_waste_identified_usd"], "service").values()) == totals.savings
    assert sum(by(told["aws_optimization_opportunities"], "type").values()) == totals.found
    for name, kind in (("aws_idle_resources_count", "idle_resources"), ("aws_underutilized_resources_count", "rightsizing")):
        found = opportunities.page(store, snap, {"type": (kind,)}, limit=1000)
        expected = found.drop_duplicates(["account_id", "region", "resource_id"]).groupby("service").size().to_dict()
        assert by(told[name], "service") == expected
        assert expected


def test_what_is_not_known_is_absent(store: Store) -> None:
    told = parsed(store, publish.snapshot(store))
    for name in NAMES[3:]:
        assert told[name].samples == []
    assert told["aws_api_calls"].samples == []


def test_what_a_collection_lacks_is_told(store: Store) -> None:
    publish.publish(store, "run", [("inventory:AWS:100000000001", NO_MONTH)])
    store.execute(
        "INSERT INTO collection_slices (run_id, collector, account_id, region, status, reason) VALUES "
        "('run', 'EC2 instances', '200000000002', 'eu-west-1', 'incomplete', 'denied'), "
        "('run', 'EBS volumes', '200000000002', 'eu-west-1', 'complete', ''), "
        "('earlier', 'EBS volumes', '200000000002', 'eu-west-1', 'incomplete', 'denied')"
    )
    (sample,) = parsed(store, publish.snapshot(store))["aws_collection_incomplete_slices"].samples
    assert sample.labels == {"collector": "EC2 instances", "account_id": "200000000002", "region": "eu-west-1"}
    assert sample.value == 1
