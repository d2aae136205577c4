"""The analysis over the API is the core's."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi.testclient import TestClient

from app.api.held import Held
from core import insight
from core.models import Filters
from core.store import opportunities, queries
from core.store.client import Store
from tests.app.api.conftest import client_of

ANALYSIS = "/api/v1/aws/analysis"
FILTERS = Filters(date(2026, 9, 1), date(2026, 11, 22), "USD")
PERIOD = {"start_date": "2026-09-01", "end_date": "2026-11-22"}


def asked(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post(ANALYSIS, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def money(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def test_the_whole_organisation(client: TestClient, held: Held) -> None:
    answer = asked(client, **PERIOD)
    store, snap, settled_days = held.store, held.snapshot, held.settled_days
    assert money(answer["total"]) == money(queries.total(store, snap, FILTERS) or 0)
    for told in answer["trends"]:
        expected = {trend.name: trend for trend in insight.growth(store, snap, FILTERS, settled_days, told["days"])}
        assert {one["service"]: money(one["change"]) for one in told["services"]} == {n: money(t.change) for n, t in expected.items()}
        assert money(told["last"]) == money(sum(trend.last for trend in expected.values()))
        assert money(told["change"]) == money(sum(trend.change for trend in expected.values()))
    assert [told["days"] for told in answer["trends"]] == [7, 30]


def test_anomalies_and_the_forecast_are_those_of_the_pages(client: TestClient, held: Held) -> None:
    answer = asked(client, **PERIOD)
    found = insight.anomalies(held.store, held.snapshot, FILTERS, held.settled_days)
    assert [(one["id"], money(one["impact"])) for one in answer["anomalies"]] == [(one.id, money(one.impact)) for one in found]
    assert found
    outlook = insight.outlook(held.store, held.snapshot, FILTERS, held.settled_days)
    forecast = answer["forecast"]
    assert forecast["method"] == outlook.method
    assert [(one["month"], money(one["mean"]), money(one["upper95"])) for one in forecast["months"]] == [
        (one.month.isoformat(), one.mean, one.upper95) for one in outlook.months
    ]
    assert len(forecast["days"]) == len(outlook.days)
    assert money(forecast["quarter"]["mean"]) == outlook.quarter.mean
    assert forecast["parts"] is None
    assert forecast["days"][0]["lower95"] <= forecast["days"][0]["lower80"] <= forecast["days"][0]["mean"] <= forecast["days"][0]["upper80"]


def test_the_parts_of_the_forecast_add_up_to_it(client: TestClient) -> None:
    forecast = asked(client, **PERIOD, forecast_by="service")["forecast"]
    assert [part["others"] > 0 for part in forecast["parts"]] == [False] * 8 + [True]
    for place, month in enumerate(forecast["months"]):
        assert sum(money(part["months"][place]["mean"]) for part in forecast["parts"]) == money(month["mean"])
    assert sum(money(part["quarter"]["mean"]) for part in forecast["parts"]) == money(forecast["quarter"]["mean"])


def test_waste_is_beside_the_last_thirty_settled_days(client: TestClient, held: Held) -> None:
    waste = asked(client)["waste"]
    assert Decimal(str(waste["monthly_savings_usd"])) == opportunities.totals(held.store, held.snapshot, {}, as_of=held.as_of).savings
    month = replace(FILTERS, start=date(2026, 10, 22), end=date(2026, 11, 20))
    cost = queries.total(held.store, held.snapshot, month) or Decimal(0)
    assert money(waste["monthly_cost_usd"]) == money(cost)
    assert waste["percent"] == float(100 * opportunities.totals(held.store, held.snapshot, {}, as_of=held.as_of).savings / cost)


def test_the_fastest_growing_grew(client: TestClient) -> None:
    grown = asked(client)["fastest_growing"]
    assert all(one["change"] > 0 for one in grown)
    known = [one["percent"] for one in grown if one["percent"] is not None]
    assert known == sorted(known, reverse=True)


def test_a_selection_narrows_everything(client: TestClient, held: Held) -> None:
    answer = asked(client, **PERIOD, services=["AmazonRDS"], accounts=["222233334444"])
    chosen = replace(FILTERS, selected={"service": ("RDS",), "account": ("222233334444",)})
    assert answer["filters"]["selected"] == {"service": ["RDS"], "account": ["222233334444"]}
    assert money(answer["total"]) == money(queries.total(held.store, held.snapshot, chosen) or 0)
    assert {one["service"] for told in answer["trends"] for one in told["services"]} == {"RDS"}
    assert {one["service"] for one in answer["anomalies"]} <= {"RDS"}


def test_the_body_may_be_left_out(client: TestClient) -> None:
    assert client.post(ANALYSIS).json()["total"] == asked(client)["total"]


def test_an_unknown_field_is_named(client: TestClient) -> None:
    answer = client.post(ANALYSIS, json={"service": ["EC2"]})
    assert answer.status_code == 422
    assert "service of the body" in answer.json()["message"]


def test_without_figures_it_says_why_there_is_nothing(store: Store) -> None:
    answer = asked(client_of(store))
    assert (answer["total"], answer["trends"], answer["anomalies"], answer["forecast"]) == (None, [], [], None)
    assert answer["forecast_refused"]
    assert answer["waste"]["monthly_savings_usd"] is None
