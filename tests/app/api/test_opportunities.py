"""Findings over the API are the store's."""

from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.held import Held
from core.store import opportunities
from core.store.client import Store
from tests.app.api.conftest import client_of

OPPORTUNITIES = "/api/v1/aws/opportunities"
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
    expected = opportunities.totals(held.store, held.snapshot, {})
    totals = answer["totals"]
    assert (totals["found"], totals["counted"], totals["unpriced"]) == (expected.found, expected.counted, expected.unpriced)
    assert Decimal(str(totals["monthly_savings_usd"])) == expected.savings
    counted = [Decimal(str(one["monthly_savings_usd"])) for one in answer["opportunities"] if one["counted"]]
    assert sum(counted) == expected.savings
    assert len(answer["opportunities"]) == expected.found


def test_a_finding_is_told_in_full(client: TestClient) -> None:
    answer = asked(client, limit=1)
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
    assert answer["totals"]["found"] == opportunities.totals(held.store, held.snapshot, ours).found == len(answer["opportunities"]) > 0
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
