"""Findings over the API are the store's."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.held import Held
from core import runs
from core.settings import Settings
from core.store import opportunities, publish
from core.store.client import Store
from tests.app.api.conftest import client_of
from tests.core.found import TODAY, finding, ident, keep
from tests.core.test_judge import AS_OF as JUDGED_ON
from tests.core.test_judge import HELD, judged, volume

OPPORTUNITIES = "/api/v1/aws/opportunities"
ACTIONS = f"{OPPORTUNITIES}/actions"
NEEDED = (
    "id, check, type, service, account_id, region, resource_id, resource_name, monthly_savings_usd, confidence, priority, effort, risk, "
    "title, reason, evidence, fix, counted, state"
)


def asked(client: TestClient, **params: Any) -> dict[str, Any]:
    answer = client.get(OPPORTUNITIES, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_totals_are_the_page_s_and_the_counted_findings_add_up_to_them(client: TestClient, held: Held) -> None:
    answer = asked(client, limit=1000)
    expected = opportunities.totals(held.store, held.snapshot, {}, as_of=held.as_of)
    totals = answer["totals"]
    assert (totals["found"], totals["counted"], totals["unpriced"]) == (expected.found, expected.counted, expected.unpriced)
    assert Decimal(str(totals["monthly_savings_usd"])) == expected.savings
    counted = [Decimal(str(one["monthly_savings_usd"])) for one in answer["opportunities"] if one["counted"]]
    assert sum(counted) == expected.savings
    assert len(answer["opportunities"]) == expected.found


def test_a_finding_is_told_in_full(client: TestClient) -> None:
    answer = asked(client, limit=1, check="ec2_idle")
    (largest,) = answer["opportunities"]
    assert set(NEEDED.split(", ")) <= largest.keys()
    assert largest["resource_id"] in largest["reason"]
    assert largest["evidence"]["window_days"] == 14
    assert largest["price"]["now"]["lines"]
    assert largest["fix"].startswith("aws ec2 ")
    assert largest["state"] == "open"
    assert answer["next_offset"] == 1


def test_pages_follow_one_another_by_saving(client: TestClient) -> None:
    whole = [one["id"] for one in asked(client, limit=1000)["opportunities"]]
    first, second = asked(client, limit=3), asked(client, limit=3, offset=3)
    assert [one["id"] for one in first["opportunities"] + second["opportunities"]] == whole[:6]
    assert asked(client, offset=len(whole))["next_offset"] is None


@pytest.mark.parametrize(
    "selected", [{"type": ["idle_resources"]}, {"priority": ["high", "medium"]}, {"region": ["eu-west-1"]}, {"service": ["AmazonEC2"]}]
)
def test_filters_narrow_the_list_and_the_totals(client: TestClient, held: Held, selected: dict[str, list[str]]) -> None:
    answer = asked(client, limit=1000, **selected)
    ours = {key: ["EC2"] if key == "service" else values for key, values in selected.items()}
    assert (
        answer["totals"]["found"]
        == opportunities.totals(held.store, held.snapshot, ours, as_of=held.as_of).found
        == len(answer["opportunities"])
        > 0
    )
    (key, values), *_ = ours.items()
    assert {one[key] for one in answer["opportunities"]} <= {*values}


def test_what_was_not_measured_stands_apart(client: TestClient, held: Held) -> None:
    answer = asked(client, not_measured_limit=3)
    assert answer["not_measured_count"] == opportunities.not_measured_count(held.store, held.snapshot, {}) > 3
    assert len(answer["not_measured"]) == 3
    assert all(one["reason"] for one in answer["not_measured"])
    found = {one["id"] for one in asked(client, limit=1000)["opportunities"]}
    assert not any(f"{one['check']}:{one['account_id']}:{one['region']}:{one['resource_id']}" in found for one in answer["not_measured"])


def test_before_anything_was_judged_there_are_no_totals(store: Store) -> None:
    answer = asked(client_of(store))
    assert (answer["judged"], answer["totals"], answer["opportunities"]) == (False, None, [])


def test_an_unknown_type_is_named(client: TestClient) -> None:
    answer = client.get(OPPORTUNITIES, params={"type": "idle"})
    assert answer.status_code == 422
    assert "type.0 of the query" in answer.json()["message"]


@pytest.fixture
def two(store: Store) -> TestClient:
    """The API over two findings."""
    keep(store, "run-1", finding("vol-1", "12.5"), finding("vol-2"))
    return client_of(store, TODAY)


def said(client: TestClient, action: str, *resources: str, **more: Any) -> Any:
    body = {"ids": [ident(resource) for resource in resources or ("vol-1",)], "action": action, "who": "Ana", **more}
    return client.post(ACTIONS, json=body)


def test_what_is_said_is_told_and_counts_at_once(two: TestClient) -> None:
    answer = said(two, "dismiss", reason="Kept for the audit", until="2099-03-31", owner="Ben", ticket="OPS-1")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"changed": 1, "judged_again": False, "pending": False, "data_version": 1}
    told = {one["resource_id"]: one for one in asked(two)["opportunities"]}
    standing = ("state", "state_by", "state_reason", "state_until", "owner", "note", "ticket", "counted", "realised")
    assert [told["vol-1"][name] for name in standing] == [
        *("dismissed", "Ana", "Kept for the audit", "2099-03-31", "Ben", "", "OPS-1", False, None)
    ]
    assert told["vol-1"]["state_at"]
    assert [told["vol-2"][name] for name in standing] == ["open", "", "", None, "", "", "", True, None]
    assert told["vol-2"]["state_at"] is None
    assert asked(two)["totals"] == {"found": 2, "counted": 1, "monthly_savings_usd": 10.0, "unpriced": 0}
    assert [one["resource_id"] for one in asked(two, state=["open", "accepted"])["opportunities"]] == ["vol-2"]
    assert asked(two, state="dismissed")["totals"]["found"] == 1


def test_a_dismissal_that_has_run_out_is_open(two: TestClient, store: Store) -> None:
    said(two, "dismiss", reason="Kept for the audit", until="2099-03-31")
    later = client_of(store, date(2099, 4, 1))
    assert asked(later, state="open")["totals"] == {"found": 2, "counted": 2, "monthly_savings_usd": 22.5, "unpriced": 0}


def test_what_is_done_says_what_it_saved_or_why_not(two: TestClient) -> None:
    said(two, "done")
    (one,) = asked(two, state="done")["opportunities"]
    assert one["realised"]["monthly_saving"] is None
    assert one["realised"]["refused"].startswith("No published bill has the charges of single resources")


def test_past_findings_are_told_apart(two: TestClient, store: Store) -> None:
    said(two, "done", "vol-1", "vol-2", owner="Ben")
    keep(store, "run-2")
    assert asked(two)["opportunities"] == []
    answer = two.get(f"{OPPORTUNITIES}/past", params={"limit": 1}).json()
    assert (answer["found"], answer["next_offset"]) == (2, 1)
    (one,) = answer["opportunities"]
    assert (one["resource_id"], one["state"], one["owner"], one["monthly_savings_usd"]) == ("vol-1", "done", "Ben", 12.5)
    assert set(NEEDED.split(", ")) <= one.keys()
    assert one["realised"]["refused"]
    closed = two.get(f"{OPPORTUNITIES}/past", params={"state": "closed"}).json()
    assert (closed["found"], closed["filters"]) == (0, {"state": ["closed"]})


@pytest.mark.parametrize(
    ("action", "more", "status", "error"),
    [
        ("accept", {"ids": [ident("vol-1"), ident("vol-9")]}, 404, "UnknownFinding"),
        ("dismiss", {}, 422, "ActionRefused"),
        ("edit", {"ticket": "javascript:alert(1)"}, 422, "ActionRefused"),
        ("accept", {"owner": "Ana\u0000"}, 422, "ActionRefused"),
        ("close", {}, 422, "UnusableRequest"),
        ("accept", {"ids": []}, 422, "UnusableRequest"),
        ("accept", {"state": "done"}, 422, "UnusableRequest"),
    ],
)
def test_what_cannot_be_said_is_refused(two: TestClient, action: str, more: dict[str, Any], status: int, error: str) -> None:
    answer = said(two, action, **more)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert asked(two, state="open")["totals"]["found"] == 2


def test_a_page_of_another_site_may_not_say_anything(two: TestClient) -> None:
    body = {"ids": [ident("vol-1")], "action": "done", "who": "Eve"}
    assert two.post(ACTIONS, json=body, headers={"Origin": "https://evil.example"}).status_code == 403
    assert two.post(ACTIONS, content=json.dumps(body), headers={"Content-Type": "text/plain"}).status_code == 415
    assert asked(two, state="done")["totals"]["found"] == 0


@pytest.fixture
def volumes(store: Store, embedded: Settings) -> TestClient:
    """The API over an inventory of two volumes on nothing, judged."""
    judged(store, embedded, volume("vol-1", 100), volume("vol-2", 50))
    publish.publish(store, HELD.run_id, [(HELD.source, HELD.month)])
    return client_of(store, JUDGED_ON)


LOOSE = {"check": "ebs_unattached"}


def test_where_it_changes_what_counts_everything_is_judged_again(volumes: TestClient) -> None:
    before = asked(volumes, **LOOSE)
    largest, other = before["opportunities"]
    answer = said(volumes, "done", ids=[largest["id"]]).json()
    assert (answer["changed"], answer["judged_again"], answer["pending"]) == (1, True, False)
    assert answer["data_version"] > before["data_version"]
    left = {"found": 2, "counted": 1, "monthly_savings_usd": other["monthly_savings_usd"], "unpriced": 0}
    assert asked(volumes, **LOOSE)["totals"] == left
    assert said(volumes, "accept", ids=[other["id"]]).json()["judged_again"] is False


def test_while_a_run_is_going_on_the_totals_follow_at_its_end(volumes: TestClient, store: Store) -> None:
    ids = [one["id"] for one in asked(volumes, **LOOSE)["opportunities"]]
    with runs.run(store, "collection", JUDGED_ON):
        answer = said(volumes, "done", ids=ids[:1]).json()
    assert (answer["changed"], answer["judged_again"], answer["pending"]) == (1, False, True)
    assert asked(volumes, **LOOSE)["totals"]["counted"] == 1
