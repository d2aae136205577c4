"""What is said of the demo's costs, against what was planted in its bill. The list of that shares nothing with the analysis."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import insight
from core.demo.model import PlantedAnomaly
from core.demo.organisation import build
from core.insight import Anomaly
from core.models import Filters
from core.services import service
from core.store import publish, queries, series
from tests.core.collected import AS_OF, Collected

SETTLED_DAYS = 2
SEEN_WITHIN = timedelta(days=9)  # a ramp takes days to stand out
DEMO = build(AS_OF)
PLANTED = DEMO.anomalies


def everything(collected: Collected) -> Filters:
    span = queries.coverage(collected.store, publish.snapshot(collected.store))
    assert span
    return Filters(span.first, span.last, "USD")


def anomalies_of(collected: Collected) -> list[Anomaly]:
    return insight.anomalies(collected.store, publish.snapshot(collected.store), everything(collected), SETTLED_DAYS)


def is_about(one: Anomaly, planted: PlantedAnomaly) -> bool:
    """Whether an anomaly is named after a planted one's service, where and when that was."""
    label = service(planted.service, usage_type=planted.usage_type).label
    return one.service == label and planted.first_day <= one.first <= planted.first_day + SEEN_WITHIN


def place_of(planted: PlantedAnomaly) -> tuple[str, str, str]:
    return planted.account, service(planted.service, usage_type=planted.usage_type).label, planted.region


def test_every_planted_anomaly_is_found_with_its_cause_first(collected: Collected) -> None:
    snap, view, found = publish.snapshot(collected.store), everything(collected), anomalies_of(collected)
    ranked = {}
    for planted in PLANTED:
        about = [one for one in found if is_about(one, planted)]
        causes = [insight.origins(collected.store, snap, view, one, found).causes for one in about]
        ranked[planted.key] = [cause.parts[0].values[:3] for cause in causes]
        for one, cause in zip(about, causes, strict=True):
            assert cause.impact == one.impact == one.actual - one.expected
    print(f"{sum(bool(first) for first in ranked.values())} of {len(PLANTED)} planted anomalies found,", end=" ")
    first = sum(place_of(planted) in ranked[planted.key] for planted in PLANTED)
    print(f"{first} with the planted account, service and region first; {len(found)} events in 416 days")
    assert ranked == {planted.key: [place_of(planted)] for planted in PLANTED}


def test_what_a_planted_anomaly_has_cost_so_far_is_about_what_was_planted(collected: Collected) -> None:
    found = anomalies_of(collected)
    for planted in PLANTED:
        (one,) = (one for one in found if is_about(one, planted))
        settled = min(planted.last_day, one.last)
        days = (settled - planted.first_day).days + 1, (planted.last_day - planted.first_day).days + 1
        assert float(one.where_impact) == pytest.approx(planted.impact_usd * days[0] / days[1], rel=0.15), planted.key


def test_month_starts_and_weekends_raise_none(collected: Collected) -> None:
    """What begins then was planted, or is a resource that was made on that day."""
    made = {resource.created.date() for resource in DEMO.resources}
    found = anomalies_of(collected)
    calendar = [one for one in found if one.first.day == 1 or one.first.weekday() >= 5]
    others = [one for one in calendar if not any(is_about(one, planted) for planted in PLANTED)]
    print(f"{len(calendar)} of {len(found)} events begin on a month's first day or a weekend, {len(others)} of them not planted")
    assert {one.first for one in others} <= made
    assert not [one for one in others if one.days <= 2]


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
        chosen = {"category": ("Usage",), **anomaly.selection}
        cost = queries.total(collected.store, snap, Filters(anomaly.first, anomaly.last, "USD", selected=chosen))
        assert cost is not None
        assert cost.quantize(Decimal("0.01")) == anomaly.actual
