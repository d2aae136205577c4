"""Cost Explorer asked for the usage types of what was planted in the demo: one request each, metered, noted, and never twice."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from core import insight, investigate, refresh
from core.aws.access import demo_access
from core.collectors.cost_explorer import USAGE
from core.demo.organisation import build
from core.errors import ActionRefused, AwsUnreachable
from core.insight import Anomaly
from core.models import CostType, Filters, RunStatus
from core.services import service
from core.settings import Settings
from core.store import anomaly_causes, ledger, publish, queries
from tests.core.collected import AS_OF, Collected
from tests.core.insight.made import EC2, anomaly

NOW = datetime(2026, 11, 23, 9, 30)
PLANTED = build(AS_OF).anomalies
KNOWN = "NAT Gateway"  # what Cost Explorer files under "EC2 - Other" is collected by usage type


@pytest.fixture
def asked(collected: Collected) -> Iterator[Collected]:
    """The collected demo; what a test asks is forgotten after it."""
    yield collected
    store = collected.store
    runs = [entry.run_id for entry in queries.ledger(store) if entry.kind == investigate.KIND]
    store.execute("TRUNCATE TABLE anomaly_causes")
    for table in ("api_calls", "collection_runs"):
        store.execute(f"ALTER TABLE {table} DELETE WHERE run_id IN {{runs:Array(String)}} SETTINGS mutations_sync = 1", {"runs": runs})


def found_in(collected: Collected) -> tuple[Filters, list[Anomaly]]:
    snap = publish.snapshot(collected.store)
    span = queries.coverage(collected.store, snap)
    assert span
    view = Filters(span.first, span.last, "USD")
    return view, insight.anomalies(collected.store, snap, view, 2)


def about(planted_key: str, found: list[Anomaly]) -> tuple[Anomaly, str]:
    planted = next(planted for planted in PLANTED if planted.key == planted_key)
    label = service(planted.service, usage_type=planted.usage_type).label
    one = min((one for one in found if one.service == label), key=lambda one: abs((one.first - planted.first_day).days))
    return one, planted.usage_type


@pytest.mark.parametrize("key", [planted.key for planted in PLANTED if "NatGateway" not in planted.usage_type])
def test_the_planted_usage_type_is_the_first(asked: Collected, embedded: Settings, key: str) -> None:
    view, found = found_in(asked)
    one, usage_type = about(key, found)
    access = demo_access(asked.endpoint, refresh.metered(asked.store, embedded, demo=True))
    answer = investigate.ask(asked.store, access, publish.snapshot(asked.store), view, one, found, AS_OF, clock=lambda: NOW)
    assert answer.parts[0].values == (usage_type,)
    assert sum(part.contribution for part in answer.parts) == answer.actual - answer.expected == one.where_impact
    assert (answer.requests, answer.usd) == (1, Decimal("0.01"))


def test_it_is_noted_and_asked_once(asked: Collected, embedded: Settings) -> None:
    view, found = found_in(asked)
    one, _ = about("restore", found)
    snap, meter = publish.snapshot(asked.store), refresh.metered(asked.store, embedded, demo=True)
    access = demo_access(asked.endpoint, meter)
    first = investigate.ask(asked.store, access, snap, view, one, found, AS_OF, clock=lambda: NOW)
    again = investigate.ask(asked.store, access, snap, view, one, found, AS_OF, clock=lambda: NOW)
    assert again == first == investigate.answer_of(one, anomaly_causes.answers(asked.store))
    (call,) = ledger.calls(asked.store, first.run_id)
    assert (call.service, call.operation, call.requests, call.usd) == ("ce", "GetCostAndUsage", 1, Decimal("0.01"))
    entry = next(entry for entry in queries.ledger(asked.store) if entry.run_id == first.run_id)
    assert (entry.kind, entry.status) == (investigate.KIND, RunStatus.UNCHANGED)
    assert publish.snapshot(asked.store) == snap


def test_a_refusal_is_told_and_nothing_is_kept(asked: Collected, embedded: Settings) -> None:
    view, found = found_in(asked)
    one, _ = about("restore", found)
    nowhere = demo_access("http://127.0.0.1:9", refresh.metered(asked.store, embedded, demo=True))
    with pytest.raises(AwsUnreachable):
        investigate.ask(asked.store, nowhere, publish.snapshot(asked.store), view, one, found, AS_OF, clock=lambda: NOW)
    assert anomaly_causes.answers(asked.store) == {}


def test_it_is_not_asked_where_the_usage_type_is_known(collected: Collected, embedded: Settings) -> None:
    view, found = found_in(collected)
    snap = publish.snapshot(collected.store)
    known = next(one for one in found if one.service == KNOWN)
    assert not investigate.can_ask(snap, view, known)
    access = demo_access(collected.endpoint, refresh.metered(collected.store, embedded, demo=True))
    with pytest.raises(ActionRefused, match="can't say more"):
        investigate.ask(collected.store, access, snap, view, known, found, AS_OF)
    other, _ = about("restore", found)
    listed = Filters(view.start, view.end, "USD", CostType.LIST)
    assert (investigate.can_ask(snap, view, other), investigate.can_ask(snap, listed, other)) == (True, False)


def test_the_question_is_of_the_place_its_days_and_four_weeks_before() -> None:
    one = anomaly("2026-08-10", "2026-08-12", "300", EC2)
    view = Filters(one.first, one.last, "USD")
    asked = investigate.question(view, one).parameters()
    assert asked["TimePeriod"] == {"Start": "2026-07-13", "End": "2026-08-13"}
    assert (asked["Granularity"], asked["GroupBy"]) == ("DAILY", [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}])
    usage, account, region, services = asked["Filter"]["And"]
    assert usage == USAGE
    assert account["Dimensions"] == {"Key": "LINKED_ACCOUNT", "Values": ["111111111111"]}
    assert region["Dimensions"] == {"Key": "REGION", "Values": ["eu-west-1"]}
    assert "Amazon Elastic Compute Cloud - Compute" in services["Dimensions"]["Values"]
