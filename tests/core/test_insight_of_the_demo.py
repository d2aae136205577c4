"""What is said of the demo's costs, against what was planted in its bill. The list of that shares nothing with the analysis."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import insight
from core.demo.model import PlantedAnomaly
from core.demo.organisation import build
from core.models import Filters
from core.services import service
from core.store import publish, queries, series
from tests.core.collected import AS_OF, Collected

SETTLED_DAYS = 2
SEEN_WITHIN = timedelta(days=9)  # a ramp takes days to stand out
PLANTED = build(AS_OF).anomalies


def everything(collected: Collected) -> Filters:
    span = queries.coverage(collected.store, publish.snapshot(collected.store))
    assert span
    return Filters(span.first, span.last, "USD")


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.key)
def test_every_planted_anomaly_is_found_in_its_service(collected: Collected, planted: PlantedAnomaly) -> None:
    found = insight.anomalies(collected.store, publish.snapshot(collected.store), everything(collected), SETTLED_DAYS)
    label = service(planted.service, usage_type=planted.usage_type).label
    about = [a for a in found if a.service == label and planted.first_day <= a.first <= planted.first_day + SEEN_WITHIN]
    assert about, [(a.service, a.first) for a in found[:20]]
    assert about[-1].actual != about[-1].expected


def test_the_month_to_come_adds_up(collected: Collected) -> None:
    snap, view = publish.snapshot(collected.store), everything(collected)
    last = series.settled(collected.store, snap, SETTLED_DAYS)
    assert last == date(2026, 11, 20)
    november = insight.outlook(collected.store, snap, view, SETTLED_DAYS).months[0]
    assert november.actual == queries.total(collected.store, snap, Filters(date(2026, 11, 1), last, "USD"))
    assert november.actual < november.lower95 < november.mean < november.upper95 < 2 * november.actual


def test_the_parts_of_an_anomaly_add_up(collected: Collected) -> None:
    snap = publish.snapshot(collected.store)
    for anomaly in insight.anomalies(collected.store, snap, everything(collected), SETTLED_DAYS):
        assert anomaly.impact == anomaly.actual - anomaly.expected
        chosen = {"category": ("Usage",)} | ({"service": (anomaly.service,)} if anomaly.service else {})
        cost = queries.total(collected.store, snap, Filters(anomaly.first, anomaly.last, "USD", selected=chosen))
        assert cost is not None
        assert cost.quantize(Decimal("0.01")) == anomaly.actual
