"""Budgets over the API, on a bill of 36 USD a day, EC2 30 of them."""

from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.collectors.billing.importer import import_files
from core.store.client import Store
from tests.app.api.conftest import client_of
from tests.bills import rows, write

PATH = "/api/v1/aws/budgets"
AS_OF = date(2026, 8, 20)
ASKED = {"name": "EC2", "amount": 600, "currency": "USD", "start": "2026-08-01", "selected": {"service": ["AmazonEC2"]}, "who": "Ana"}


@pytest.fixture
def api(store: Store, tmp_path: Path) -> TestClient:
    """July and August up to the 20th; settled up to the 17th."""
    lines = [*rows("2026-07", range(1, 32)), *rows("2026-08", range(1, 21))]
    import_files(store, [write(tmp_path / "bill.csv", lines)], AS_OF)
    return client_of(store, AS_OF, own=True)


def test_a_budget_is_set_judged_told_and_deleted(api: TestClient) -> None:
    made = api.post(PATH, json=ASKED).json()
    assert [(alert["kind"], alert["threshold"], alert["amount"]) for alert in made["fired"]] == [
        ("actual", 50, 510),
        ("actual", 80, 510),
        ("forecast", 100, 930),
    ]
    answer = api.get(PATH).json()
    assert (answer["settled"], answer["aws_budgets"]) == ("2026-08-17", [])
    (told,) = answer["budgets"]
    assert (told["id"], told["selected"], told["state"]) == (made["id"], {"service": ["EC2"]}, "at risk")  # under the dashboard's label
    assert (told["spent"], told["spent_unsettled"], told["expected"]) == (510, 600, 930)  # 17, 20 and 31 days of 30
    assert (told["first_day"], told["last_day"], told["missing_days"], told["refused"]) == ("2026-08-01", "2026-08-31", 0, None)
    assert told["lower95"] <= told["lower80"] <= told["expected"] <= told["upper80"] <= told["upper95"]
    assert told["chance_of_passing"] > 0.5
    assert sorted((alert["kind"], alert["threshold"]) for alert in told["alerts"]) == [("actual", 50), ("actual", 80), ("forecast", 100)]
    changed = api.post(PATH, json={**ASKED, "id": made["id"], "amount": 2000, "actual": [], "forecast": []})
    assert changed.json() == {"id": made["id"], "name": "EC2", "fired": []}
    assert api.get(PATH).json()["budgets"][0]["state"] == "under"
    assert api.delete(f"{PATH}/{made['id']}", params={"who": "Ana"}).json()["name"] == "EC2"
    assert api.get(PATH).json()["budgets"] == []


def test_what_cannot_be_taken_is_named(api: TestClient) -> None:
    refused = api.post(PATH, json={**ASKED, "amount": 0, "start": "2026-08-02", "selected": {"service": ["Nothing"]}})
    assert refused.status_code == 422
    for named in ("amount", "2026-08-02", "'Nothing'"):
        assert named in refused.json()["message"]
    assert api.post(PATH, json={**ASKED, "period": "weekly"}).status_code == 422
    assert api.post(PATH, json={**ASKED, "id": "budget-none"}).status_code == 404
    assert api.delete(f"{PATH}/budget-none", params={"who": "Ana"}).status_code == 404
    assert api.get(PATH).json()["budgets"] == []


def test_another_site_s_page_sets_none(api: TestClient) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    assert api.post(PATH, json=ASKED, headers=foreign).status_code == 403
    assert api.delete(f"{PATH}/any", params={"who": "Ana"}, headers=foreign).status_code == 403


def test_without_figures_a_budget_is_kept_and_unknown(store: Store) -> None:
    api = client_of(store, AS_OF, own=True)
    assert api.post(PATH, json={**ASKED, "selected": {}}).json()["fired"] == []
    (told,) = api.get(PATH).json()["budgets"]
    assert (told["state"], told["spent"], told["expected"]) == ("unknown", None, None)
    assert "no figures" in told["refused"]
