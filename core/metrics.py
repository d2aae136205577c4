"""What Prometheus is told, of one published version. What isn't known is absent, never 0. Amounts are USD, and AWS's alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from core.models import CostType, Filters, Grain, Snapshot
from core.store import ledger, opportunities, queries
from core.store.client import Store
from core.store.events import LIVE

CONTENT_TYPE = CONTENT_TYPE_LATEST
USD, AWS = "USD", {"provider": ("AWS",)}
DURATION_LIMITS = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
"""The upper ends of the histogram of collections, in seconds."""


class _Told:
    """What the client's text format asks for its metrics."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def exposition(store: Store, snap: Snapshot, as_of: date) -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(_Told(families(store, snap, as_of)))


def families(store: Store, snap: Snapshot, as_of: date) -> Iterator[Metric]:
    """Every metric with its samples. `as_of` is today: a dismissal that has run out no longer holds."""
    yield from _calls(store)
    yield _durations(store)
    yield _monthly_cost(store, snap)
    yield from _opportunities(store, snap, as_of)
    yield _incomplete(store, snap)


def month_to_date(store: Store, snap: Snapshot) -> Filters | None:
    """The costs in USD from AWS of the newest month with figures, up to its last day with any; None without any."""
    spans = [span for span in queries.source_spans(store, snap) if span.currency == USD and span.source.split(":")[1] == "AWS"]
    last = max((span.last for span in spans), default=None)
    return Filters(last.replace(day=1), last, USD, CostType.UNBLENDED, AWS) if last else None


def _calls(store: Store) -> Iterator[Metric]:
    labels = ["service", "operation"]
    requests = CounterMetricFamily("aws_api_calls", "Calls to AWS that went out; each page is one.", labels=labels)
    errors = CounterMetricFamily("aws_api_errors", "Calls to AWS without an answer that could be used.", labels=labels)
    for service, operation, asked, failed in ledger.calls_in_all(store):
        requests.add_metric([service, operation], asked)
        errors.add_metric([service, operation], failed)
    yield requests
    yield errors


def _durations(store: Store) -> Metric:
    took = ledger.durations(store)
    counted = [(str(float(limit)), float(sum(seconds <= limit for seconds in took))) for limit in DURATION_LIMITS]
    family = HistogramMetricFamily("aws_cost_collection_duration_seconds", "How long collections took, however they ended.")
    family.add_metric([], [*counted, ("+Inf", float(len(took)))], sum(took))
    return family


def _monthly_cost(store: Store, snap: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "aws_total_monthly_cost_usd",
        "Billed (unblended) cost of the newest month so far; credits are negative, region is empty where a charge has none.",
        labels=["service", "region"],
    )
    if filters := month_to_date(store, snap):
        groups = ("service", "region")
        count = queries.cost_row_count(store, snap, filters, groups, Grain.MONTH)
        for _, row in queries.cost_rows(store, snap, filters, groups, Grain.MONTH, count).iterrows():
            family.add_metric([row["service"], row["region"]], float(row["unblended"]))
    return family


def _opportunities(store: Store, snap: Snapshot, as_of: date) -> Iterator[Metric]:
    live = {**AWS, "state": LIVE}
    waste = GaugeMetricFamily("aws_waste_identified_usd", "What could be saved a month, each resource once.", labels=["service"])
    for _, row in opportunities.by(store, snap, live, "service", as_of=as_of).iterrows():
        waste.add_metric([row["key"]], float(row["savings"]))
    yield waste
    found = GaugeMetricFamily("aws_optimization_opportunities", "Findings that are neither dismissed nor done.", labels=["type"])
    for _, row in opportunities.by(store, snap, live, "type", as_of=as_of).iterrows():
        found.add_metric([row["key"]], float(row["found"]))
    yield found
    for name, said, kind in (
        ("aws_idle_resources_count", "Resources that do nothing.", "idle_resources"),
        ("aws_underutilized_resources_count", "Resources that are larger, or of a dearer kind, than they need to be.", "rightsizing"),
    ):
        family = GaugeMetricFamily(name, said, labels=["service"])
        counts = opportunities.resources_by(store, snap, {**live, "type": (kind,)}, "service", as_of=as_of)
        for service, count in counts.items():
            family.add_metric([service], count)
        yield family


def _incomplete(store: Store, snap: Snapshot) -> Metric:
    family = GaugeMetricFamily(
        "aws_collection_incomplete_slices",
        "Parts of the published collection that lack something; the metrics above are without it, or as known before.",
        labels=["collector", "account_id", "region"],
    )
    lacking = Counter((part.collector, part.account_id, part.region) for part in ledger.incomplete(store, snap))
    for place, count in lacking.items():
        family.add_metric(place, count)
    return family
