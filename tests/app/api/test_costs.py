"""Costs over the API are the dashboard's, to the cent, over all pages."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from app.api.held import Held
from app.view import default_view
from core.models import CostType, Filters
from core.store import estate, opportunities, queries
from core.store.client import Store
from tests import exports
from tests.app.api.conftest import client_of

COSTS = "/api/v1/aws/costs"
OCTOBER = {"start_date": "2026-10-01", "end_date": "2026-10-31"}
CENT = Decimal("0.01")


def filters(**selected: tuple[str, ...]) -> Filters:
    return Filters(date(2026, 10, 1), date(2026, 10, 31), "USD", CostType.UNBLENDED, selected)


def cents(amount: float | Decimal) -> Decimal:
    return Decimal(str(amount)).quantize(CENT)


def asked(client: TestClient, path: str = COSTS, **params: Any) -> dict[str, Any]:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_without_anything_said_it_is_what_the_dashboard_opens_on(client: TestClient, held: Held) -> None:
    answer = asked(client, limit=1)
    span = queries.coverage(held.store, held.snapshot)
    assert span
    shown = default_view(span).filters
    assert answer["filters"]["start_date"] == shown.start.isoformat()
    assert answer["filters"]["end_date"] == shown.end.isoformat()
    assert cents(answer["total"]) == cents(queries.total(held.store, held.snapshot, shown) or 0)


def test_an_answer_says_what_it_rests_on(client: TestClient, held: Held) -> None:
    answer = asked(client, limit=1)
    newest = {bill.run_id for bill in held.snapshot.bills if bill.month == date(2026, 11, 1)}
    assert answer["data_version"] == held.snapshot.version
    assert answer["demo"] is True
    assert answer["as_of"] == "2026-11-23"
    assert answer["settled"] == "2026-11-20"  # two full days old when it was read
    assert {answer["run"]} == newest
    assert {source["source"] for source in answer["sources"]} == {"ce:AWS:111122223333"}
    assert min(source["first_month"] for source in answer["sources"]) == "2025-10-01"
    assert max(source["last_month"] for source in answer["sources"]) == "2026-11-01"
    assert answer["incomplete"] == []


def test_all_pages_together_are_the_total_and_every_row_once(client: TestClient, held: Held) -> None:
    rows: list[dict[str, Any]] = []
    offset: int | None = 0
    while offset is not None:
        page = asked(client, **OCTOBER, offset=offset, limit=2000)
        rows += page["rows"]
        offset = page["next_offset"]
    assert len(rows) == page["row_count"]
    assert page["offset"] > 0
    keys = {tuple(row[name] for name in ("date", "account_id", "region", "service", "charge_category")) for row in rows}
    assert len(keys) == len(rows)
    total = queries.total(held.store, held.snapshot, filters()) or Decimal(0)
    assert cents(sum(Decimal(str(row["unblended"])) for row in rows)) == cents(total) == cents(page["total"])


def test_a_row_has_what_exports_have(client: TestClient) -> None:
    row = asked(client, **OCTOBER, limit=1)["rows"][0]
    needed = "date, account_id, region, service, charge_category, unblended, amortized, net_unblended, currency, estimated, source"
    assert set(needed.split(", ")) <= row.keys()
    assert row["date"] == "2026-10-01"
    assert row["cost"] == row["unblended"]
    assert (row["currency"], row["estimated"], row["source"]) == ("USD", False, "ce:AWS:111122223333")
    assert row["list"] is None  # Cost Explorer has no list prices


@pytest.mark.parametrize("cost_type", ["amortized", "net_unblended", "net_amortized"])
def test_the_cost_type_is_what_totals_are_of(client: TestClient, held: Held, cost_type: str) -> None:
    answer = asked(client, **OCTOBER, cost_type=cost_type, group_by="account", granularity="month")
    expected = Filters(date(2026, 10, 1), date(2026, 10, 31), "USD", CostType(cost_type))
    assert cents(answer["total"]) == cents(queries.total(held.store, held.snapshot, expected) or 0)
    assert all(row["cost"] == row[cost_type] for row in answer["rows"])


def test_an_unknown_cost_type_is_missing_and_not_zero(client: TestClient) -> None:
    answer = asked(client, **OCTOBER, cost_type="list", limit=5)
    assert answer["total"] is None
    assert answer["unknown_charges"] > 0
    assert [row["cost"] for row in answer["rows"]] == [None] * 5


def test_grouping_and_months(client: TestClient, held: Held) -> None:
    answer = asked(client, **OCTOBER, group_by="service", granularity="monthly")
    expected = queries.cost_by(held.store, held.snapshot, filters(), "service")
    assert {row["service"]: cents(row["cost"]) for row in answer["rows"]} == {name: cents(cost) for name, cost in expected.items()}
    assert {row["date"] for row in answer["rows"]} == {"2026-10-01"}
    assert {row["account_id"] for row in answer["rows"]} == {None}


def test_filters_may_be_repeated_and_services_named_as_aws_does(client: TestClient, held: Held) -> None:
    params = {"service": ["AmazonEC2", "S3"], "region": ["us-east-1"], "charge_category": "Usage"}
    answer = asked(client, **OCTOBER, **params, limit=1)
    assert answer["filters"]["selected"] == {"region": ["us-east-1"], "category": ["Usage"], "service": ["EC2", "S3"]}
    expected = filters(service=("EC2", "S3"), region=("us-east-1",), category=("Usage",))
    assert cents(answer["total"]) == cents(queries.total(held.store, held.snapshot, expected) or 0)


def test_what_nothing_matches_has_no_total(client: TestClient) -> None:
    answer = asked(client, **OCTOBER, account="000000000000")
    assert (answer["total"], answer["rows"], answer["row_count"], answer["next_offset"]) == (None, [], 0, None)


def test_ec2_is_the_dashboard_s_filter_with_its_neighbours_beside(client: TestClient, held: Held) -> None:
    answer = asked(client, f"{COSTS}/ec2", **OCTOBER, limit=1, resource_limit=1000)
    assert cents(answer["total"]) == cents(queries.total(held.store, held.snapshot, filters(service=("EC2",))) or 0)
    beside = queries.cost_by(held.store, held.snapshot, filters(), "service")
    assert {name: cents(cost) for name, cost in answer["neighbours"].items()} == {
        name: cents(beside[name]) for name in ("EBS", "NAT Gateway", "Data Transfer")
    }


def test_ec2_s_instances_have_utilisation_and_cost_where_they_are_known(client: TestClient, held: Held) -> None:
    answer = asked(client, f"{COSTS}/ec2", **OCTOBER, limit=1, resource_limit=1000)
    found = {resource["resource_id"]: resource for resource in answer["resources"]}
    assert len(found) == answer["resource_count"] == estate.count(held.store, held.snapshot, "ec2:instance", {})
    costs = opportunities.resource_costs(held.store, held.snapshot, "ec2:instance")
    assert {ident: cents(one["monthly_cost_usd"]) for ident, one in found.items() if one["monthly_cost_usd"] is not None} == {
        row.resource_id: cents(row.monthly_cost) for row in costs.itertuples()
    }
    unmeasured = [one for one in found.values() if one["resource_name"].startswith("unmeasured")]
    assert unmeasured
    assert all("cpu_mean" not in one["utilisation"] for one in unmeasured)


def test_ec2_s_instances_are_narrowed_and_paged(client: TestClient, held: Held) -> None:
    first = asked(client, f"{COSTS}/ec2", region="eu-west-1", resource_limit=2)
    rest = asked(client, f"{COSTS}/ec2", region="eu-west-1", resource_limit=1000, resource_offset=2)
    assert {one["region"] for one in first["resources"] + rest["resources"]} == {"eu-west-1"}
    assert len(first["resources"]) + len(rest["resources"]) == first["resource_count"]


def test_rds_s_databases_are_listed_beside_its_costs(client: TestClient, held: Held) -> None:
    answer = asked(client, f"{COSTS}/rds", **OCTOBER, limit=1, resource_limit=1000)
    assert cents(answer["total"]) == cents(queries.total(held.store, held.snapshot, filters(service=("RDS",))) or 0)
    assert len(answer["resources"]) == answer["resource_count"] == estate.count(held.store, held.snapshot, "rds:db", {}) > 0
    costs = opportunities.resource_costs(held.store, held.snapshot, "rds:db")
    known = {one["resource_id"]: one["monthly_cost_usd"] for one in answer["resources"] if one["monthly_cost_usd"] is not None}
    assert {ident: cents(usd) for ident, usd in known.items()} == {row.resource_id: cents(row.monthly_cost) for row in costs.itertuples()}


def test_pages_of_another_version_are_refused(client: TestClient, held: Held) -> None:
    assert asked(client, data_version=held.snapshot.version, limit=1)["rows"]
    answer = client.get(COSTS, params={"data_version": held.snapshot.version - 1})
    assert answer.status_code == 409
    assert "isn't the published one any more" in answer.json()["message"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"start_date": "October"}, "start_date of the query"),
        ({"start_date": "2026-11-02", "end_date": "2026-11-01"}, "The period ends before it begins: 2026-11-02 to 2026-11-01."),
        ({"cost_type": "blended"}, "cost_type of the query"),
        ({"group_by": "colour"}, "Costs can't be grouped by “colour”."),
        ({"granularity": "hour"}, "granularity of the query"),
        ({"currency": "EUR"}, "There are no costs in EUR."),
        ({"limit": 0}, "limit of the query"),
        ({"servise": "EC2"}, "servise of the query"),
    ],
)
def test_what_cannot_be_used_is_named(client: TestClient, params: dict[str, Any], said: str) -> None:
    answer = client.get(COSTS, params=params)
    assert answer.status_code == 422
    told = answer.json()
    assert said in told["message"]
    assert told["detail"] == told["message"]
    assert told["hint"]


def test_an_empty_store_has_no_rows_and_no_total(store: Store) -> None:
    answer = asked(client_of(store))
    assert (answer["total"], answer["rows"], answer["as_of"], answer["run"], answer["sources"]) == (None, [], None, None, [])
    assert answer["filters"]["start_date"] is None


def test_the_last_days_by_default_end_with_the_one_that_is_asked_for(client: TestClient) -> None:
    said = asked(client, end_date="2026-09-30", limit=1)["filters"]
    assert date.fromisoformat(said["end_date"]) - date.fromisoformat(said["start_date"]) == timedelta(days=29)


def test_an_export_s_costs_by_tag_resource_and_currency(store: Store, tmp_path: Path) -> None:
    lines = [
        exports.focus(),
        exports.focus(Tags="{}", BilledCost="0.25", ResourceId="arn:aws:s3:::c"),
        exports.focus(ServiceName="Amazon Elastic Compute Cloud", BilledCost="7"),
        exports.focus(BillingCurrency="EUR", BilledCost="3"),
    ]
    exports.take(store, exports.write(tmp_path / "bill.csv", lines))
    client = client_of(store)
    september = {"start_date": "2024-09-01", "end_date": "2024-09-30", "service": "S3", "currency": "USD"}
    by_team = asked(client, **september, group_by="tag:team")
    assert [(row["tags"], row["cost"], row["service"]) for row in by_team["rows"]] == [({}, 0.25, None), ({"team": "web"}, 1, None)]
    by_resource = asked(client, **september, group_by=["resource", "service"])
    assert {row["resource"]: row["cost"] for row in by_resource["rows"]} == {"arn:aws:s3:::b": 1, "arn:aws:s3:::c": 0.25}
    assert by_team["total"] == by_resource["total"] == 1.25
    assert by_team["rows"][0]["source"] == "focus:AWS:999900001111"
    assert asked(client, start_date="2024-09-01", currency="EUR")["total"] == 3
    assert asked(client, start_date="2024-09-01", currency="USD")["total"] == 8.25
    assert parsed_metrics(client) == {"EC2": 7, "S3": 1.25}  # USD alone


def parsed_metrics(client: TestClient) -> dict[str, float]:
    families = {family.name: family for family in text_string_to_metric_families(client.get("/metrics").text)}
    return {sample.labels["service"]: sample.value for sample in families["aws_total_monthly_cost_usd"].samples}
