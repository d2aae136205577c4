"""The sample bill is the same each time, looks like a bill, and holds what it is meant to show."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.collectors.billing import focus
from core.collectors.billing.files import inspect
from core.demo.catalogue import COMMITMENTS, FLEETS, PRODUCTS
from core.demo.sample_bill import COLUMNS, WHOLE_MONTHS, sample_rows, write_sample_bill
from core.services import SERVICES, service

AS_OF = date(2026, 11, 22)
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.csv"
    write_sample_bill(path, AS_OF)
    return path


@pytest.fixture(scope="module")
def rows(bill: Path) -> Rows:
    with bill.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _sums(rows: Rows, key: str, cost: str = "EffectiveCost") -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row[key]] += Decimal(row[cost])
    return sums


def _on(rows: Rows, days_ago: int) -> Rows:
    day = (AS_OF - timedelta(days=days_ago)).isoformat()
    return [row for row in rows if row["ChargePeriodStart"].startswith(day) and row["ChargeCategory"] == "Usage"]


def test_the_same_date_and_seed_give_the_same_file(bill: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    count = write_sample_bill(again, AS_OF)
    assert again.read_bytes() == bill.read_bytes()
    assert count == again.read_bytes().count(b"\n") - 1


def test_another_seed_gives_other_figures() -> None:
    first, second = (next(row for row in sample_rows(AS_OF, seed) if row.get("ResourceId")) for seed in (7, 8))
    assert first["ResourceId"] != second["ResourceId"]


def test_it_is_recognised_as_focus_and_every_column_is_read(bill: Path) -> None:
    found = focus.recognise(inspect(bill))
    assert found is not None
    assert found.name == "FOCUS 1.2"
    assert not found.ignored


def test_the_header_is_in_focus_order() -> None:
    assert sorted(COLUMNS, key=str.lower) == list(COLUMNS)


def test_every_day_of_every_month_is_there_and_none_after(rows: Rows) -> None:
    days = {row["ChargePeriodStart"][:10] for row in rows}
    first = date(2025, 10, 1)
    assert days == {(first + timedelta(days=n)).isoformat() for n in range((AS_OF - first).days)}
    assert len({row["BillingPeriodStart"] for row in rows}) == WHOLE_MONTHS + 1


@pytest.mark.parametrize(("as_of", "months"), [(date(2026, 3, 1), WHOLE_MONTHS), (date(2026, 3, 2), WHOLE_MONTHS + 1)])
def test_a_month_without_a_whole_day_is_left_out(as_of: date, months: int) -> None:
    assert len({row["BillingPeriodStart"] for row in sample_rows(as_of)}) == months


def test_only_the_open_month_has_no_invoice(rows: Rows) -> None:
    assert {row["BillingPeriodStart"][:7] for row in rows if not row["InvoiceId"]} == {"2026-11"}
    assert all(not row["InvoiceId"] for row in rows if row["BillingPeriodStart"].startswith("2026-11"))


def test_a_month_costs_about_what_it_should(rows: Rows) -> None:
    whole = [amount for month, amount in _sums(rows, "BillingPeriodStart").items() if not month.startswith("2026-11")]
    assert len(whole) == WHOLE_MONTHS
    assert all(140_000 < amount < 230_000 for amount in whole)
    assert 60_000 < len(rows) < 120_000


def test_billed_and_effective_are_the_same_over_a_whole_month(rows: Rows) -> None:
    billed, effective = _sums(rows, "BillingPeriodStart", "BilledCost"), _sums(rows, "BillingPeriodStart")
    for month in effective:
        if not month.startswith("2026-11"):
            assert abs(billed[month] - effective[month]) < Decimal("0.01")


def test_list_is_never_below_contracted_nor_contracted_below_effective_for_usage(rows: Rows) -> None:
    for row in rows:
        if row["ChargeCategory"] == "Usage" and row["CommitmentDiscountStatus"] != "Unused":
            assert Decimal(row["ListCost"]) >= Decimal(row["ContractedCost"]) >= Decimal(row["EffectiveCost"]) >= 0


def test_signs_follow_the_charge_category(rows: Rows) -> None:
    lowest = {
        category: min(Decimal(r["BilledCost"]) for r in rows if r["ChargeCategory"] == category)
        for category in ("Usage", "Purchase", "Tax")
    }
    assert all(amount >= 0 for amount in lowest.values())
    credited = [Decimal(r["BilledCost"]) for r in rows if r["ChargeCategory"] == "Credit"]
    refunds = [r for r in rows if r["ChargeCategory"] == "Adjustment"]
    assert len(credited) == 2 * (WHOLE_MONTHS + 1)
    assert max(credited) < 0
    assert [r["ChargeClass"] for r in refunds] == ["Correction"]
    assert Decimal(refunds[0]["BilledCost"]) < 0


def test_commitments_are_paid_on_the_first_and_used_or_unused_daily(rows: Rows) -> None:
    for commitment in COMMITMENTS.values():
        own = [row for row in rows if row["CommitmentDiscountId"] == commitment.id]
        fees = [row for row in own if row["ChargeCategory"] == "Purchase"]
        assert {row["ChargePeriodStart"][8:10] for row in fees} == {"01"}
        assert all(Decimal(row["BilledCost"]) > 0 == Decimal(row["EffectiveCost"]) for row in fees)
        drawn = [row for row in own if row["CommitmentDiscountStatus"]]
        assert all(Decimal(row["BilledCost"]) == 0 < Decimal(row["EffectiveCost"]) for row in drawn)
    assert {row["CommitmentDiscountStatus"] for row in rows} == {"", "Used", "Unused"}


def test_no_machine_runs_more_than_a_day_a_day(rows: Rows) -> None:
    hours = [Decimal(row["ConsumedQuantity"]) for row in rows if row["ConsumedUnit"] == "Hours" and row["ResourceId"]]
    assert max(hours) == 24


def test_the_log_spike_the_gateway_shift_and_the_forgotten_machines_show(rows: Rows) -> None:
    def of(days_ago: int, sign: str) -> Decimal:
        return sum((Decimal(r["EffectiveCost"]) for r in _on(rows, days_ago) if sign in r["x_UsageType"]), Decimal(0))

    assert of(40, "DataProcessing-Bytes") > 4 * of(47, "DataProcessing-Bytes")
    assert of(33, "DataProcessing-Bytes") < 2 * of(47, "DataProcessing-Bytes")
    assert of(90, "NatGateway-Bytes") > Decimal("1.5") * of(104, "NatGateway-Bytes")
    assert of(68, "g5.24xlarge") == 0 < of(66, "g5.24xlarge") == of(1, "g5.24xlarge")


def test_weekends_are_quieter(rows: Rows) -> None:
    by_day = _sums([row for row in rows if row["ChargeCategory"] == "Usage"], "ChargePeriodStart")
    days = [(date.fromisoformat(day[:10]).weekday(), amount) for day, amount in by_day.items()]
    weekend = [amount for weekday, amount in days if weekday > 4]
    week = [amount for weekday, amount in days if weekday < 5]
    assert sum(weekend) / len(weekend) < Decimal("0.95") * sum(week) / len(week)


def test_three_providers_with_a_billing_account_each(rows: Rows) -> None:
    assert {(row["ProviderName"], row["BillingAccountId"]) for row in rows} == {
        ("AWS", "111122223333"),
        ("Microsoft", "70418832"),
        ("Google Cloud", "01A7F3-5C92E0-B4D816"),
    }


def test_some_spend_is_untagged(rows: Rows) -> None:
    usage = [row for row in rows if row["ChargeCategory"] == "Usage"]
    untagged = sum(1 for row in usage if not row["Tags"])
    assert 0.1 < untagged / len(usage) < 0.5


@pytest.mark.parametrize("key", sorted({fleet.product for fleet in FLEETS if fleet.account not in ("azure", "google")}))
def test_every_aws_service_is_in_the_vocabulary(key: str) -> None:
    product = PRODUCTS[key]
    assert service(product.service, product.usage_type).label.lower() in SERVICES


def test_every_product_is_used() -> None:
    assert {fleet.product for fleet in FLEETS} == set(PRODUCTS)
