"""Drivers of change over the API are those of the core, and add up."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from core.settings import Settings
from tests.app.api.conftest import client_of
from tests.conftest import fresh
from tests.exports import focus, take, write

DRIVERS = "/api/v1/aws/costs/drivers"
DAYS = {"start_date": "2024-09-03", "end_date": "2024-09-04"}


@pytest.fixture(scope="module")
def api(embedded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """S3: two gigabytes a dollar on two days; then three gigabytes for six dollars on the first of two more; and a tax."""
    costs = {1: ("1", "2"), 2: ("1", "2"), 3: ("6", "3"), 4: ("2", "1")}
    lines = [
        focus(ChargePeriodStart=f"2024-09-{day:02}T10:00:00Z", BilledCost=cost, ConsumedQuantity=quantity)
        for day, (cost, quantity) in costs.items()
    ]
    tax = focus(ChargePeriodStart="2024-09-04T00:00:00Z", BilledCost="3", ChargeCategory="Tax", RegionId="")
    for store in fresh(embedded):
        take(store, write(tmp_path_factory.mktemp("bill") / "focus.csv", [*lines, tax]))
        yield client_of(store, date(2026, 11, 22), own=True)


def test_the_drivers_add_up_in_all_and_by_region(api: TestClient) -> None:
    answer = api.get(DRIVERS, params={**DAYS, "group_by": "region"})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [found[name] for name in ("before_start", "before_end", "after_start", "after_end")] == [
        "2024-09-01", "2024-09-02", "2024-09-03", "2024-09-04",
    ]  # fmt: skip
    assert [found[name] for name in ("before", "after", "difference")] == [2, 11, 9]
    # Four gigabytes at $0.50 before and four at $2 after.
    parts = [{"driver": "rate", "label": "Rate", "amount": 6}, {"driver": "taxes_fees", "label": "Taxes and fees", "amount": 3}]
    assert found["drivers"] == parts
    assert [(group["key"], group["difference"], group["drivers"]) for group in found["groups"]] == [
        ("us-east-1", 6, parts[:1]),
        ("", 3, parts[1:]),
    ]
    assert found["filters"]["start_date"] == "2024-09-03"


def test_days_of_different_lengths_by_day(api: TestClient) -> None:
    chosen = {"against": "days", "before_start": "2024-09-01", "before_end": "2024-09-01", "per": "day"}
    found = api.get(DRIVERS, params={**DAYS, **chosen}).json()
    assert [found[name] for name in ("before", "after", "per")] == [1, 5.5, "day"]
    assert sum(Decimal(str(part["amount"])) for part in found["drivers"]) == Decimal("4.5")


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"against": "year"}, "Not all days of 2023-09-03 to 2023-09-04 are known"),
        ({"against": "days"}, "needs before_start and before_end"),
        ({"before_start": "2024-09-01"}, "go with against=days"),
        ({"against": "sometime"}, "against of the query"),
        ({"end_date": "2024-09-01"}, "ends before it begins"),
        ({"unheard": "of"}, "unheard of the query"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_name(api: TestClient, params: dict[str, str], said: str) -> None:
    answer = api.get(DRIVERS, params={**DAYS, **params})
    assert answer.status_code == 422
    assert said in answer.json()["message"]
