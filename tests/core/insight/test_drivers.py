"""What drove the change of a bill: a small one with every driver in it, its parts worked out by hand, read from the store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.analysis.beside import Against
from core.analysis.drivers import DIMENSIONS, total
from core.errors import AnalysisRefused
from core.insight import drivers
from core.insight.drivers import Change
from core.models import CostType, Days, Filters, RunStatus
from core.settings import Settings
from core.store import changes, publish, queries, writes
from core.store.client import Store
from tests.conftest import fresh
from tests.exports import Row, cur, focus, take, write

SETTLED_DAYS = 2
BEFORE, AFTER = Days(date(2024, 9, 1), date(2024, 9, 10)), Days(date(2024, 9, 11), date(2024, 9, 20))
_NOON = datetime(2026, 11, 22, 12)
VIEW = Filters(AFTER.first, AFTER.last, "USD")
EC2 = {"ServiceName": "Amazon Elastic Compute Cloud", "x_UsageType": "BoxUsage:m5.large", "ConsumedUnit": "Hrs"}
COVERED = {"CommitmentDiscountId": "ri-1", "CommitmentDiscountStatus": "Used"}


def charge(day: int, cost: str, quantity: str = "", **cells: str) -> Row:
    """A FOCUS row of September 2024; its effective cost is its billed one unless told."""
    days = {"ChargePeriodStart": f"2024-09-{day:02}T00:00:00Z", "ChargePeriodEnd": f"2024-09-{day:02}T23:00:00Z"}
    return focus(
        **days, **{"BilledCost": cost, "EffectiveCost": cost, "ConsumedQuantity": quantity, "ChargeFrequency": "Usage-Based", **cells}
    )


BILL = [
    # A resource that went, one that came, and one that has been there all along: 100 hours at $0.10 on demand, then 60 at $0.11 and 60
    # covered, of an effective $0.07 each.
    charge(2, "30", "300", **EC2, ResourceId="i-old"),
    charge(12, "12.50", "125", **EC2, ResourceId="i-new"),
    charge(3, "10", "100", **EC2, ResourceId="i-kept"),
    charge(13, "6.60", "60", **EC2, ResourceId="i-kept"),
    charge(13, "0", "60", **EC2, **COVERED, ResourceId="i-kept", EffectiveCost="4.20"),
    # The reservation's fee as billed, and what of it nobody used.
    charge(11, "5", **EC2, CommitmentDiscountId="ri-1", ChargeCategory="Purchase", ChargeFrequency="Recurring", EffectiveCost="0"),
    charge(13, "0", **EC2, CommitmentDiscountId="ri-1", CommitmentDiscountStatus="Unused", ResourceId="ri-1", EffectiveCost="0.80"),
    # Credits and a correction, taxes and a fee that recurs, and something that is bought once.
    charge(4, "-5", ChargeCategory="Credit"),
    charge(14, "-15", ChargeCategory="Credit"),
    charge(16, "-1", "-2", ChargeClass="Correction"),
    charge(4, "4", ChargeCategory="Tax"),
    charge(14, "5", ChargeCategory="Tax"),
    charge(4, "8", ChargeCategory="Purchase", ChargeFrequency="Recurring", ServiceName="AWS Support (Business)"),
    charge(14, "9", ChargeCategory="Purchase", ChargeFrequency="Recurring", ServiceName="AWS Support (Business)"),
    charge(15, "50", ChargeCategory="Purchase", ChargeFrequency="One-Time", ServiceName="Amazon Registrar"),
    # Usage without a resource: without a quantity, and of a service that came to one region and left another.
    charge(1, "7", ServiceName="AWS Key Management Service", ResourceId=""),
    charge(20, "9", ServiceName="AWS Key Management Service", ResourceId=""),
    charge(16, "3", "6", ResourceId="", RegionId="eu-west-1"),
    charge(5, "2", "4", ResourceId="", RegionId="ap-south-1"),
]
BILLED = {
    "new_resources": "12.50",
    "gone_resources": "-30",
    "new_places": "3",
    "gone_places": "-2",
    "usage": "2",
    "rate": "0.60",
    "coverage": "-6",
    "commitment_fees": "5",
    "credits": "-11",
    "taxes_fees": "2",
    "one_off": "50",
    "not_split": "2",
}
EFFECTIVE = {**BILLED, "coverage": "-1.80", "commitment_fees": "0.80"}


@pytest.fixture(scope="module")
def billed(embedded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The bill. Tests look at it and change nothing."""
    for store in fresh(embedded):
        take(store, write(tmp_path_factory.mktemp("bill") / "focus.csv", BILL))
        yield store


def changed(store: Store, view: Filters = VIEW, *args: Any, **options: Any) -> Change:
    found = drivers.change(store, publish.snapshot(store), view, SETTLED_DAYS, *args, **options)
    assert total(found.parts["amount"]) == found.difference
    return found


def parts(found: Change) -> dict[str, Decimal]:
    return {driver.value: amount for driver, amount in found.by_driver.items()}


@pytest.mark.parametrize(("cost_type", "expected"), [(CostType.UNBLENDED, BILLED), (CostType.AMORTIZED, EFFECTIVE)])
def test_every_driver_is_what_it_was_worked_out_to_be(billed: Store, cost_type: CostType, expected: dict[str, str]) -> None:
    found = changed(billed, replace(VIEW, cost_type=cost_type))
    assert (found.before, found.after, found.settled) == (BEFORE, AFTER, AFTER.last)
    assert parts(found) == {driver: Decimal(amount) for driver, amount in expected.items()}
    assert found.notes == ()


def test_both_totals_are_those_that_the_page_shows(billed: Store) -> None:
    found = changed(billed)
    assert (found.total_before, found.total_after) == (56, Decimal("84.10"))
    snap = publish.snapshot(billed)
    assert found.total_after == queries.total(billed, snap, VIEW)
    assert found.total_before == queries.total(billed, snap, VIEW.previous)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_parts_of_every_service_account_and_region_add_up(billed: Store, dimension: str) -> None:
    whole = changed(billed)
    costs = whole.costs(dimension)
    assert total(total(own.values()) for own in whole.by(dimension).values()) == whole.difference
    for value, own in whole.by(dimension).items():
        assert total(own.values()) == costs[value][1] - costs[value][0]


@pytest.mark.parametrize(("dimension", "value"), [("service", "EC2"), ("region", "eu-west-1"), ("account", "111111111111")])
def test_a_view_of_one_of_them_says_what_its_row_says(billed: Store, dimension: str, value: str) -> None:
    assert changed(billed, VIEW.only(dimension, value)).by_driver == changed(billed).by(dimension)[value]


def test_by_service_the_parts_are_the_service_s_own(billed: Store) -> None:
    found = {driver.value: amount for driver, amount in changed(billed).by("service")["EC2"].items()}
    assert found.keys() == {"new_resources", "gone_resources", "usage", "rate", "coverage", "commitment_fees"}
    assert found["new_resources"] == Decimal("12.50")
    assert changed(billed).costs("service")["EC2"] == (40, Decimal("24.10"))


def test_the_resources_that_came_and_went_can_be_listed(billed: Store) -> None:
    snap = publish.snapshot(billed)
    new = changes.resources(billed, snap, VIEW, BEFORE, AFTER, "new_resource")
    gone = changes.resources(billed, snap, VIEW, BEFORE, AFTER, "gone_resource")
    assert new.to_dict("records") == [
        {"resource": "i-new", "service": "EC2", "account": "111111111111", "region": "us-east-1", "cost": Decimal("12.50")}
    ]
    assert list(gone["resource"]) == ["i-old"]


def test_by_day_periods_of_any_lengths_can_be_set_side_by_side(billed: Store) -> None:
    # 13 to 16 September, four days, beside 1 to 10, ten: usage was 100 hours in ten days and is 120 in four.
    view, chosen = replace(VIEW, start=date(2024, 9, 13), end=date(2024, 9, 16)), BEFORE
    found = changed(billed, view, Against.DAYS, chosen, per_day=True)
    assert (found.before.count, found.after.count) == (10, 4)
    assert found.total_before == Decimal("5.60")
    # 10 hours a day became 30, at $0.10; half of them at $0.11, and half are covered and billed nothing.
    assert {name: parts(found)[name] for name in ("usage", "rate", "coverage")} == {
        "usage": 2,
        "rate": Decimal("0.15"),
        "coverage": Decimal("-1.50"),
    }


def test_only_settled_days_are_compared(billed: Store) -> None:
    found = changed(billed, replace(VIEW, end=date(2024, 10, 5)))
    assert found.after == AFTER
    with pytest.raises(AnalysisRefused, match="No day of 2024-09-21 to 2024-09-25 has settled"):
        changed(billed, replace(VIEW, start=date(2024, 9, 21), end=date(2024, 9, 25)))
    with pytest.raises(AnalysisRefused, match="Not all days of 2024-09-15 to 2024-09-25 have settled"):
        changed(billed, VIEW, Against.DAYS, Days(date(2024, 9, 15), date(2024, 9, 25)))


def test_a_period_that_is_not_known_is_refused(billed: Store) -> None:
    with pytest.raises(AnalysisRefused, match="Not all days of 2023-09-11 to 2023-09-20 are known"):
        changed(billed, VIEW, Against.YEAR)
    with pytest.raises(AnalysisRefused, match="Not all days of 2024-08-26 to 2024-09-07 are known"):
        changed(billed, replace(VIEW, start=date(2024, 9, 8)))


def test_nothing_in_either_period_is_no_change(billed: Store) -> None:
    found = changed(billed, VIEW.only("region", "nowhere"))
    assert (found.total_before, found.total_after, len(found.parts)) == (0, 0, 0)


def test_a_price_is_one_of_the_quantity_that_is_priced(store: Store, tmp_path: Path) -> None:
    """A gigabyte-month costs the same in a long month and a short one; its gigabyte-hours don't."""
    held = {"ResourceId": "vol-1", "PricingUnit": "GB-Mo", "ConsumedUnit": "GB-Hrs"}
    lines = [
        charge(1, "8", "74400", **held, PricingQuantity="100"),
        charge(2, "8", "72000", **held, PricingQuantity="100"),
        charge(2, "0.50", **held, PricingQuantity="", ChargeCategory="Tax"),
    ]
    take(store, write(tmp_path / "focus.csv", lines))
    assert parts(changed(store, replace(VIEW, start=date(2024, 9, 2), end=date(2024, 9, 2)))) == {"taxes_fees": Decimal("0.50")}


def test_a_savings_plan_in_a_cost_and_usage_report(store: Store, tmp_path: Path) -> None:
    """10 hours at $1 on demand; then 10 that a plan covers: billed at $1 and cancelled, the fee is $6. In effect they cost $6."""
    plan = {"savings_plan_savings_plan_a_r_n": "sp-1", "pricing_unit": "Hrs"}
    day = {"line_item_usage_start_date": "2024-09-04T10:00:00Z", "line_item_usage_end_date": "2024-09-04T11:00:00Z"}
    fee = {"savings_plan_total_commitment_to_date": "6", "savings_plan_used_commitment": "6"}
    lines = [
        cur(line_item_usage_amount="10", line_item_unblended_cost="10", pricing_unit="Hrs"),
        cur(**plan, **day, line_item_line_item_type="SavingsPlanCoveredUsage", line_item_usage_amount="10", line_item_unblended_cost="10",
            savings_plan_savings_plan_effective_cost="6"),
        cur(**plan, **day, line_item_line_item_type="SavingsPlanNegation", line_item_usage_amount="10", line_item_unblended_cost="-10"),
        cur(**plan, **day, **fee, line_item_line_item_type="SavingsPlanRecurringFee", line_item_usage_amount="1",
            line_item_unblended_cost="6", line_item_usage_type="ComputeSP", line_item_resource_id="sp-1"),
    ]  # fmt: skip
    take(store, write(tmp_path / "cur.csv", lines))
    view = replace(VIEW, start=date(2024, 9, 4), end=date(2024, 9, 4))
    assert parts(changed(store, view)) == {"coverage": -10, "commitment_fees": 6}
    assert parts(changed(store, replace(view, cost_type=CostType.AMORTIZED))) == {"coverage": -4}


# ------------------------------------------------------------------------------------------------ Cost Explorer


def asked(day: str, cost: str, service: str = "S3", region: str = "us-east-1", **other: Any) -> dict[str, Any]:
    """A row as Cost Explorer's collector keeps it."""
    amounts = dict.fromkeys(("unblended", "amortized", "net_unblended", "net_amortized"), cost)
    return {
        "run_id": "run-ce",
        "source": "ce:AWS:999900001111",
        "month": f"{day[:7]}-01",
        "day": day,
        "provider": "AWS",
        "account_id": "111111111111",
        "region": region,
        "service": service,
        "charge_category": "Usage",
        "usage_type": "",
        **amounts,
        "list": None,
        "contracted": None,
        "currency": "USD",
        "estimated": False,
        "usage_quantity": None,
        "usage_unit": "",
        **other,
    }


def collect(store: Store, *rows: dict[str, Any]) -> None:
    """Publish rows as a collection's."""
    writes.insert_rows(store, "cost_metrics", rows)
    now = publish.snapshot(store)
    entry = writes.LedgerEntry("run-ce", "collection", RunStatus.PUBLISHED, *[_NOON] * 2, date(2026, 11, 22), "")
    writes.record(store, entry)
    months = sorted({(row["source"], row["month"]) for row in rows})
    columns = ["source", "month", "run_id", "version"]
    store.insert("published", columns, [[source, date.fromisoformat(month), "run-ce", now.version + 1] for source, month in months])


def test_cost_explorer_tells_places_and_the_quantities_that_it_has(store: Store) -> None:
    ebs = {"service": "EBS", "usage_type": "EBS:VolumeUsage.gp3", "usage_unit": "GB-Mo"}
    collect(
        store,
        asked("2024-09-10", "100"),
        asked("2024-09-11", "130"),  # S3 without a quantity
        asked("2024-09-10", "8", **ebs, usage_quantity="100"),
        asked("2024-09-11", "12", **ebs, usage_quantity="120"),  # 20 GB more at $0.08; 120 at $0.02 more
        asked("2024-09-11", "40", "Glue", "eu-west-1"),
        asked("2024-09-10", "9", "Athena", "eu-west-1"),
        asked("2024-09-11", "-20", "S3", "", charge_category="Credit"),
        asked("2024-09-11", "3", "Tax", "", charge_category="Tax"),
        asked("2024-09-11", "60", "Compute Savings Plans", "", charge_category="Purchase"),
    )
    found = changed(store, replace(VIEW, start=date(2024, 9, 11), end=date(2024, 9, 11)))
    assert parts(found) == {
        "new_places": 40,
        "gone_places": -9,
        "usage": Decimal("1.60"),
        "rate": Decimal("2.40"),
        "credits": -20,
        "taxes_fees": 3,
        "one_off": 60,
        "not_split": 30,
    }
    assert "Cost Explorer knows no resources" in found.notes[0]
    with pytest.raises(AnalysisRefused, match="doesn't know resources and tags"):
        changed(store, replace(VIEW, start=date(2024, 9, 11), end=date(2024, 9, 11), selected={"tag:team": ("web",)}))


def test_an_export_beside_cost_explorer_is_not_split_into_usage(store: Store, tmp_path: Path) -> None:
    collect(store, asked("2024-08-31", "100"), asked("2024-08-31", "4", "Tax", "", charge_category="Tax"))
    october = {"BillingPeriodStart": "2024-10-01T00:00:00Z", "ChargePeriodStart": "2024-10-10T00:00:00Z"}
    take(store, write(tmp_path / "focus.csv", [focus(**october, BilledCost="130"), focus(**october, BilledCost="5", ChargeCategory="Tax")]))
    august = Days(date(2024, 8, 31), date(2024, 8, 31))
    found = changed(store, replace(VIEW, start=date(2024, 10, 10), end=date(2024, 10, 10)), Against.DAYS, august)
    assert parts(found) == {"not_split": 30, "taxes_fees": 1}
    assert "comes from different kinds of sources" in found.notes[0]


def test_a_bill_that_begins_between_the_periods_is_not_called_new(store: Store, tmp_path: Path) -> None:
    other = {"BillingAccountId": "888800001111", "SubAccountId": "888800001111"}
    lines = [charge(1, "10", "5"), charge(2, "12", "6"), charge(2, "40", "20", **other)]
    take(store, write(tmp_path / "focus.csv", lines))
    found = changed(store, replace(VIEW, start=date(2024, 9, 2), end=date(2024, 9, 2)))
    assert parts(found) == {"usage": 2, "not_split": 40}
    assert found.notes == ("The bill of AWS:888800001111 doesn't have all days of 2024-09-01 to 2024-09-01: its usage isn't split.",)


def test_every_part_is_in_the_export(billed: Store) -> None:
    found = changed(billed)
    rows = drivers.tidy(found)
    assert total(rows["amount"]) == found.difference
    first = rows.iloc[0]
    assert (first["driver"], first["amount"], first["account_id"]) == ("one_off", 50, "111111111111")
    assert set(rows["before_first_day"]) == {"2024-09-01"}
    rate = rows[rows["driver"] == "rate"].iloc[0]
    assert (rate["quantity_before"], rate["quantity_after"], rate["unit"], rate["cost_before"]) == (100, 120, "Hrs", 10)
