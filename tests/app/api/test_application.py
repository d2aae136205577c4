"""Paths that there aren't, documents, and every model and route described."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from app import api
from app.api import application
from core.errors import (
    AccessDenied,
    ActionRefused,
    BudgetRefused,
    CollectionCancelled,
    RunBusy,
    SettingError,
    SpendscopeError,
    StoreFull,
    StoreUnavailable,
    Throttled,
    UnknownAnomaly,
    UnknownBudget,
    UnknownFinding,
)
from core.settings import ROOT
from tests.app.api.conftest import HERE

ROUTES = {
    ("post", "/api/v1/aws/test-connection"): "AWSConnectionTestResponse",
    ("post", "/api/v1/aws/collect"): "AWSCollectionResponse",
    ("post", "/api/v1/aws/refresh"): "AWSCollectionResponse",
    ("get", "/api/v1/aws/jobs/{job_id}"): "AWSJobStatusResponse",
    ("get", "/api/v1/aws/costs"): "AWSCostResponse",
    ("get", "/api/v1/aws/costs/ec2"): "AWSCostResponse",
    ("get", "/api/v1/aws/costs/rds"): "AWSCostResponse",
    ("get", "/api/v1/aws/costs/drivers"): "AWSDriversResponse",
    ("get", "/api/v1/aws/opportunities"): "AWSOpportunitiesResponse",
    ("get", "/api/v1/aws/opportunities/past"): "AWSPastOpportunitiesResponse",
    ("post", "/api/v1/aws/opportunities/actions"): "AWSOpportunityActionResponse",
    ("post", "/api/v1/aws/analysis"): "AWSAnalysisResponse",
    ("get", "/api/v1/aws/budgets"): "AWSBudgetsResponse",
    ("post", "/api/v1/aws/budgets"): "AWSBudgetSavedResponse",
    ("delete", "/api/v1/aws/budgets/{budget_id}"): "AWSBudgetSavedResponse",
}


def documented() -> dict[str, Any]:
    return application.make().openapi()


def test_every_route_is_there_with_its_model() -> None:
    paths = documented()["paths"]
    found = {
        (method, path): told["responses"]["202" if "202" in told["responses"] else "200"]["content"]["application/json"]["schema"]["$ref"]
        for path, methods in paths.items()
        for method, told in methods.items()
        if path.startswith(api.AWS)
    }
    assert ROUTES.items() <= {key: ref.rsplit("/", 1)[1] for key, ref in found.items()}.items()


def test_every_field_of_every_model_is_described() -> None:
    for name, model in documented()["components"]["schemas"].items():
        assert model.get("description"), name
        for field, told in model.get("properties", {}).items():
            assert told.get("description"), f"{name}.{field}"


def test_every_route_and_model_is_in_the_documentation() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for path, methods in documented()["paths"].items():
        for method in methods:
            assert path == "/healthz" or f"`{method.upper()} {path}`" in text
    requests = {"AWSCollectionRequest", "AWSAnalysisRequest", "AWSOpportunityActionRequest", "AWSBudgetRequest"}
    for model in {*ROUTES.values(), *requests, "ErrorResponse"}:
        assert f"`{model}`" in text


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", ["/api/v1/aws/nothing", "/api", "/api/", "/api/v1"])
def test_an_unknown_path_is_json(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"There is no {path}."


def test_a_known_path_with_another_method_says_which_it_takes(client: TestClient) -> None:
    answer = client.get("/api/v1/aws/collect")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["message"] == "/api/v1/aws/collect takes POST only."
    assert client.delete("/api/v1/aws/costs").headers["allow"] == "GET"
    assert client.head("/api/v1/aws/costs").status_code == 405


@pytest.mark.parametrize("path", ["/api/docs", "/docs"])
def test_the_documents_come_from_here_alone(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "://" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    for name, kind in (("swagger-ui-bundle.js", "text/javascript"), ("swagger-ui.css", "text/css"), ("favicon.png", "image/png")):
        assert f"/api/assets/{name}" in page.text
        found = client.get(f"/api/assets/{name}")
        assert found.status_code == 200
        assert found.headers["content-type"].startswith(kind)
    assert client.get("/api/assets/..%2Fcore.py").status_code in (404, 422)


def test_the_openapi_document_is_where_the_page_looks(client: TestClient) -> None:
    answer = client.get("/api/openapi.json")
    assert json.loads(answer.text)["info"]["title"] == "Spendscope"


def test_health_says_the_version(client: TestClient) -> None:
    answer = client.get("/healthz").json()
    assert answer["status"] == "ok"
    assert answer["data_version"] > 0


FAILURES = [
    (SettingError("No such day.", "Name another."), 422),
    (ActionRefused("A dismissal needs a reason.", "Say why."), 422),
    (UnknownFinding("There is no such finding.", "Look it up."), 404),
    (UnknownAnomaly("There is no such anomaly.", "Look it up."), 404),
    (UnknownBudget("There is no such budget.", "Look it up."), 404),
    (BudgetRefused(["The name is empty.", "The amount is no number."]), 422),
    (RunBusy("Another import is going on.", "Wait."), 409),
    (CollectionCancelled("It was cancelled.", ""), 409),
    (StoreUnavailable("The database can't be reached.", "Start it."), 503),
    (StoreFull("The disk is full.", "Free some room."), 507),
    (Throttled("AWS turned it away.", "Wait."), 503),
    (AccessDenied("AWS refused it.", "Attach the policy."), 502),
    (SpendscopeError("Something else.", ""), 500),
]


@pytest.mark.parametrize(("error", "status"), FAILURES, ids=[type(error).__name__ for error, _ in FAILURES])
def test_a_refusal_is_told_with_its_hint(monkeypatch: pytest.MonkeyPatch, error: SpendscopeError, status: int) -> None:
    answer = failing(monkeypatch, error).get("/api/broken")
    assert answer.status_code == status
    assert answer.json() == {"error": type(error).__name__, "message": error.message, "hint": error.hint, "detail": error.message}


def test_a_mistake_shows_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = failing(monkeypatch, KeyError("secret")).get("/api/broken")
    assert answer.status_code == 500
    assert answer.json()["message"] == "The request failed."
    assert "secret" not in answer.text


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> TestClient:
    """An application whose one route fails."""
    router = APIRouter()

    @router.get("/api/broken")
    def broken() -> None:
        raise error

    monkeypatch.setattr(api, "discovered", lambda: (router,))
    return TestClient(application.make(), base_url=HERE, raise_server_exceptions=False)


def test_adding_a_group_of_routes_is_adding_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(
        "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/api/toy')\ndef toy() -> str:\n    return 'here'\n"
    )
    monkeypatch.setattr(api, "__path__", [*api.__path__, str(tmp_path)])
    monkeypatch.setattr(api, "discovered", api.discovered.__wrapped__)
    assert TestClient(application.make(), base_url=HERE).get("/api/toy").json() == "here"
