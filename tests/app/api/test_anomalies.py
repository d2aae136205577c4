"""Anomalies through the API: those of the pages, with causes that add up, and what is said of them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.held import Held
from app.view import default_view
from core import insight
from core.collectors.billing.importer import import_files
from core.store import queries
from core.store.client import Store
from tests.app.api.conftest import client_of
from tests.core.test_insight import AS_OF, SPIKE, bill

ANOMALIES = "/api/v1/aws/anomalies"
ACTIONS = f"{ANOMALIES}/actions"


def asked(client: TestClient, **params: Any) -> Any:
    answer = client.get(ANOMALIES, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_they_are_those_of_the_pages_and_their_causes_add_up(client: TestClient, held: Held) -> None:
    span = queries.coverage(held.store, held.snapshot)
    assert span
    ours = insight.anomalies(held.store, held.snapshot, default_view(span).filters, held.settled_days)
    answer = asked(client)
    assert [one["id"] for one in answer["anomalies"]] == [one.id for one in ours]
    assert answer["found"] == len(ours) > 0
    for one in answer["anomalies"]:
        assert sum(Decimal(str(cause["contribution"])) for cause in one["causes"]) == Decimal(str(one["impact"]))
    assert answer["rules"] == {"mode": "usual", "sensitivity": 1.0, "floor_usd": 1.0, "floor_percent": 5.0}


@pytest.fixture
def spiked(store: Store, tmp_path: Any) -> Iterator[TestClient]:
    """The API over a bill on which EC2 spikes for three days in August."""
    import_files(store, [bill(tmp_path, spike=SPIKE)], AS_OF)
    return client_of(store, AS_OF)


def test_where_they_stand_is_told_and_filtered(spiked: TestClient) -> None:
    (one,) = asked(spiked)["anomalies"]
    assert (one["id"], one["impact"], one["state"], one["open"]) == ("anomaly:EC2:2026-08-20", 180.0, "open", True)
    said = {"ids": [one["id"]], "state": "expected", "who": "Ana", "reason": "The load test"}
    assert spiked.post(ACTIONS, json=said).json() == {"changed": 1}
    (one,) = asked(spiked, state="expected")["anomalies"]
    assert (one["state"], one["state_by"], one["state_reason"], one["open"]) == ("expected", "Ana", "The load test", False)
    assert asked(spiked, state=["open", "investigating"])["anomalies"] == []
    (again,) = spiked.post("/api/v1/aws/analysis", json={}).json()["anomalies"]
    assert again == one


def test_other_rules_can_be_tried(spiked: TestClient) -> None:
    assert asked(spiked, floor_usd=61)["found"] == 0
    by_day = asked(spiked, mode="day-before")
    assert by_day["rules"]["mode"] == "day-before"
    assert [(one["first"], one["severity"], one["impact"]) for one in by_day["anomalies"] if one["service"] == "EC2"] == [
        ("2026-08-23", "high", -60.0),
        ("2026-08-20", "high", 60.0),
    ]
    assert asked(spiked, severity="low")["anomalies"] == []


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"ids": ["anomaly:S3:2026-08-20"]}, 404, "UnknownAnomaly"),
        ({"state": "expected"}, 422, "ActionRefused"),
        ({"state": "closed"}, 422, "UnusableRequest"),
        ({"ids": []}, 422, "UnusableRequest"),
    ],
)
def test_what_cannot_be_said_is_refused(spiked: TestClient, more: dict[str, Any], status: int, error: str) -> None:
    body = {"ids": ["anomaly:EC2:2026-08-20"], "state": "resolved", "who": "Ana", **more}
    answer = spiked.post(ACTIONS, json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert asked(spiked, state="open")["found"] == 1


def test_without_figures_there_are_none(store: Store) -> None:
    answer = asked(client_of(store))
    assert (answer["found"], answer["anomalies"], answer["filters"]["currency"]) == (0, [], None)
