"""Who may call: with a token, without one, from another site, under another name."""

import pytest
from fastapi.testclient import TestClient

from core import settings
from core.store.client import Store
from tests.app.api.conftest import client_of

HEALTH, COSTS, ANALYSIS = "/healthz", "/api/v1/aws/costs", "/api/v1/aws/analysis"
TOKEN = "a-long-and-secret-token"


@pytest.fixture
def guarded(store: Store) -> TestClient:
    return client_of(store, config=settings.load(spendscope_demo="on", spendscope_api_token=TOKEN))


@pytest.fixture
def unguarded(store: Store) -> TestClient:
    return client_of(store)


@pytest.mark.parametrize("said", [None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ä"])
def test_without_the_token_nothing_of_the_api_answers(guarded: TestClient, said: str | None) -> None:
    answer = guarded.get(COSTS, headers={} if said is None else {"Authorization": said.encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "SPENDSCOPE_API_TOKEN" in answer.json()["hint"]
    assert TOKEN not in answer.text


@pytest.mark.parametrize("path", [COSTS, "/api/v1/aws/jobs/x", "/api/v1/aws/nothing"])
def test_an_unknown_path_is_not_told_without_it_either(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 401


@pytest.mark.parametrize("path", [HEALTH, "/docs", "/api/docs", "/api/openapi.json", "/api/assets/swagger-ui.css", "/metrics"])
def test_documents_health_and_metrics_need_none(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_with_the_token_it_answers_under_any_name(guarded: TestClient) -> None:
    own = {"Authorization": f"Bearer {TOKEN}"}
    assert guarded.get(COSTS, headers=own).status_code == 200
    assert guarded.post(ANALYSIS, json={}, headers={**own, "Host": "costs.example.com", "Origin": "https://x.example"}).status_code == 200


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_another_site_s_page_may_not_post(unguarded: TestClient, headers: dict[str, str]) -> None:
    for path in (ANALYSIS, "/api/v1/aws/collect", "/api/v1/aws/refresh", "/api/v1/aws/test-connection"):
        answer = unguarded.post(path, json={}, headers=headers)
        assert answer.status_code == 403
        assert "another site" in answer.json()["message"]


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://127.0.0.1:8501", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_programs_and_our_own_pages_may(unguarded: TestClient, headers: dict[str, str]) -> None:
    assert unguarded.post(ANALYSIS, json={}, headers=headers).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_has_to_be_json(unguarded: TestClient, kind: str) -> None:
    assert unguarded.post(ANALYSIS, content=b"{}", headers={"Content-Type": kind}).status_code == 415


def test_a_body_that_is_no_json_is_named(unguarded: TestClient) -> None:
    answer = unguarded.post(ANALYSIS, content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "JSON" in answer.json()["message"]


@pytest.mark.parametrize("name", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "192.168.1.4:8501", "[::1", ""])
@pytest.mark.parametrize("path", [COSTS, "/metrics"])
def test_a_foreign_name_is_refused(unguarded: TestClient, path: str, name: str) -> None:
    assert unguarded.get(path, headers={"Host": name}).status_code == 403


@pytest.mark.parametrize("name", ["localhost:8501", "127.0.0.1", "[::1]:8501", "LOCALHOST"])
def test_this_machine_s_names_are_its_own(unguarded: TestClient, name: str) -> None:
    assert unguarded.get(COSTS, headers={"Host": name}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "costs.example.com", "192.168.1.4"])
def test_where_the_operator_opened_it_any_name_will_do(unguarded: TestClient, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HOST", host)
    assert unguarded.get(COSTS, headers={"Host": "costs.example.com"}).status_code == 200
    assert unguarded.post(ANALYSIS, json={}, headers={"Host": "costs.example.com", "Origin": "https://evil.example"}).status_code == 403
