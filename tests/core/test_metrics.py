"""What Prometheus is told, read back by its own parser, beside what the core says of the same version."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from core import lifecycle, metrics
from core.models import NO_MONTH, Grain, Snapshot
from core.settings import ROOT
from core.store import ledger, opportunities, publish, queries
from core.store.client import Store
from tests.core.collected import AS_OF, Collected
from tests.core.found import finding, ident, keep

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


LABELS = {"aws_waste_identified_usd": "service", "aws_optimization_opportunities": "type", "aws_idle_resources_count": "service"}


def parsed(store: Store, snap: Snapshot, as_of: date = AS_OF) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(metrics.exposition(store, snap, as_of).decode())}


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
    totals = opportunities.totals(store, snap, {}, as_of=AS_OF)
    assert sum(Decimal(str(value)) for value in by(told["aws_waste_identified_usd"], "service").values()) == totals.savings
    assert sum(by(told["aws_optimization_opportunities"], "type").values()) == totals.found
    for name, kind in (("aws_idle_resources_count", "idle_resources"), ("aws_underutilized_resources_count", "rightsizing")):
        found = opportunities.page(store, snap, {"type": (kind,)}, limit=1000, as_of=AS_OF)
        expected = found.drop_duplicates(["account_id", "region", "resource_id"]).groupby("service").size().to_dict()
        assert by(told[name], "service") == expected
        assert expected


def test_what_is_dismissed_or_done_is_no_waste(store: Store) -> None:
    keep(store, "run-1", finding("vol-1", "40"), finding("vol-2", "20"), finding("i-1", "10", "ec2_idle", service="EC2"))
    at = datetime(2026, 11, 24, 9)
    lifecycle.act(store, [ident("vol-1")], "dismiss", at=at, who="Ana", reason="Kept for the audit", until=date(2026, 12, 1))
    lifecycle.act(store, [ident("i-1", "ec2_idle")], "done", at=at, who="Ana")
    lifecycle.act(store, [ident("vol-2")], "accept", at=at, who="Ana")

    def told(as_of: date) -> list[dict[str, float]]:
        families = parsed(store, publish.snapshot(store), as_of)
        return [by(families[name], label) for name, label in LABELS.items()]

    assert told(date(2026, 12, 1)) == [{"EBS": 20}, {"idle_resources": 1}, {"EBS": 1}]
    assert told(date(2026, 12, 2)) == [{"EBS": 60}, {"idle_resources": 2}, {"EBS": 2}]


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
