"""Cost and Usage Reports: every spelling, and every line-item type's four amounts worked out by hand."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from core.errors import BadValues
from core.store.client import Store
from tests.exports import Row, cur, figures, items, take, write, write_parquet

D = Decimal

LEGACY = {
    "bill_payer_account_id": "bill/PayerAccountId",
    "bill_billing_entity": "bill/BillingEntity",
    "bill_billing_period_start_date": "bill/BillingPeriodStartDate",
    "bill_billing_period_end_date": "bill/BillingPeriodEndDate",
    "bill_invoice_id": "bill/InvoiceId",
    "line_item_usage_account_id": "lineItem/UsageAccountId",
    "line_item_line_item_type": "lineItem/LineItemType",
    "line_item_usage_start_date": "lineItem/UsageStartDate",
    "line_item_usage_end_date": "lineItem/UsageEndDate",
    "line_item_product_code": "lineItem/ProductCode",
    "line_item_usage_type": "lineItem/UsageType",
    "line_item_operation": "lineItem/Operation",
    "line_item_resource_id": "lineItem/ResourceId",
    "line_item_usage_amount": "lineItem/UsageAmount",
    "line_item_currency_code": "lineItem/CurrencyCode",
    "line_item_unblended_cost": "lineItem/UnblendedCost",
    "line_item_net_unblended_cost": "lineItem/NetUnblendedCost",
    "line_item_line_item_description": "lineItem/LineItemDescription",
    "product_region": "product/region",
    "reservation_reservation_a_r_n": "reservation/ReservationARN",
    "reservation_effective_cost": "reservation/EffectiveCost",
    "savings_plan_savings_plan_a_r_n": "savingsPlan/SavingsPlanARN",
    "savings_plan_savings_plan_effective_cost": "savingsPlan/SavingsPlanEffectiveCost",
    "resource_tags_user_team": "resourceTags/user:team",
}

SPELLED = [
    cur(
        line_item_line_item_type="SavingsPlanCoveredUsage",
        line_item_unblended_cost="5",
        savings_plan_savings_plan_effective_cost="3",
        savings_plan_savings_plan_a_r_n="arn:sp",
        resource_tags_user_team="web",
    ),
    cur(
        line_item_line_item_type="DiscountedUsage",
        line_item_unblended_cost="0",
        reservation_effective_cost="5.2E-9",
        reservation_reservation_a_r_n="arn:ri",
        line_item_usage_start_date="2024-09-04T00:00:00Z",
    ),
    cur(line_item_unblended_cost="2", line_item_usage_type="EBS:VolumeUsage.gp3", line_item_usage_start_date="2024-09-05T23:59:59Z"),
]
FIGURES = [
    (date(2024, 9, 3), "111111111111", "EC2", "us-east-1", "Usage", "BoxUsage:m5.large", D(5), D(3)),
    (date(2024, 9, 4), "111111111111", "EC2", "us-east-1", "Usage", "BoxUsage:m5.large", D(0), D("0.0000000052")),
    (date(2024, 9, 5), "111111111111", "EBS", "us-east-1", "Usage", "EBS:VolumeUsage.gp3", D(2), D(2)),
]
COLUMNS = ("day", "account_id", "service", "region", "charge_category", "usage_type", "unblended", "amortized")
COMMITMENTS = [("",), ("arn:ri",), ("arn:sp",)]


def legacy(row: Row) -> Row:
    return {LEGACY[name]: cell for name, cell in row.items()}


def athena(row: Row) -> Row:
    return row


def cur_2(row: Row) -> Row:
    kept = {name: cell for name, cell in row.items() if name not in ("product_region", "resource_tags_user_team")}
    tags = {"user_team": row["resource_tags_user_team"]} if "resource_tags_user_team" in row else {}
    more = {"bill_payer_account_name": "Payer", "product": json.dumps({"region": row["product_region"]}), "resource_tags": json.dumps(tags)}
    return {**kept, **more}


@pytest.mark.parametrize(("spelt", "name"), [(legacy, "CUR (legacy)"), (athena, "CUR (Athena)"), (cur_2, "CUR 2.0")])
def test_every_spelling_gives_the_same_figures(any_store: Store, tmp_path: Path, spelt: Callable[[Row], Row], name: str) -> None:
    result = take(any_store, write(tmp_path / "cur.csv.gz", [spelt(row) for row in SPELLED]))
    assert result.formats == (name,)
    assert [total.source for total in result.totals] == ["cur:AWS:999900001111"]
    assert figures(any_store, *COLUMNS) == FIGURES
    assert items(any_store, "CommitmentDiscountId") == COMMITMENTS
    assert items(any_store, "Tags") == [({},), ({},), ({"team": "web"},)]


def test_parquet_with_maps_gives_the_same_figures(store: Store, tmp_path: Path) -> None:
    rows = [cur_2(row) for row in SPELLED]
    columns = {name: pa.array([row.get(name) for row in rows]) for name in rows[0] | rows[1]}
    for name in ("product", "resource_tags"):
        columns[name] = pa.array([list(json.loads(row[name]).items()) for row in rows], pa.map_(pa.string(), pa.string()))
    columns["line_item_unblended_cost"] = pa.array([float(row["line_item_unblended_cost"]) for row in rows])
    columns["line_item_usage_start_date"] = pa.array(
        [row["line_item_usage_start_date"].removesuffix("Z") for row in rows]
    ).cast(pa.timestamp("ms"))  # fmt: skip
    take(store, write_parquet(tmp_path / "cur.parquet", columns))
    assert figures(store, *COLUMNS) == FIGURES
    assert items(store, "CommitmentDiscountId") == COMMITMENTS
    assert items(store, "Tags") == [({},), ({},), ({"team": "web"},)]


NET = "line_item_net_unblended_cost"


def line(label: str, kind: str, unblended: str, net: str, **cells: str) -> Row:
    """A line that its label finds again."""
    named = {"line_item_resource_id": label, "line_item_line_item_type": kind, "line_item_unblended_cost": unblended, NET: net}
    return cur(**{**named, **cells})


LINES = [
    line("usage", "Usage", "10", "9"),
    line("no discount", "Usage", "2", ""),
    line(
        "covered",
        "SavingsPlanCoveredUsage",
        "5",
        "4.5",
        savings_plan_savings_plan_effective_cost="3",
        savings_plan_net_savings_plan_effective_cost="2.7",
    ),
    line("negation", "SavingsPlanNegation", "-5", "-4.5"),
    line(
        "plan fee",
        "SavingsPlanRecurringFee",
        "7",
        "6.3",
        savings_plan_total_commitment_to_date="7",
        savings_plan_used_commitment="5",
        savings_plan_amortized_upfront_commitment_for_billing_period="3",
        savings_plan_recurring_commitment_for_billing_period="4",
        savings_plan_net_amortized_upfront_commitment_for_billing_period="2.7",
        savings_plan_net_recurring_commitment_for_billing_period="3.6",
    ),
    line(
        "plan without fees",
        "SavingsPlanRecurringFee",
        "0",
        "0",
        savings_plan_total_commitment_to_date="3",
        savings_plan_used_commitment="1",
        savings_plan_amortized_upfront_commitment_for_billing_period="0",
        savings_plan_recurring_commitment_for_billing_period="0",
        savings_plan_net_amortized_upfront_commitment_for_billing_period="0",
        savings_plan_net_recurring_commitment_for_billing_period="0",
    ),
    line("plan upfront", "SavingsPlanUpfrontFee", "100", "90"),
    line("reserved", "DiscountedUsage", "0", "0", reservation_effective_cost="4", reservation_net_effective_cost="3.6"),
    line(
        "reservation fee",
        "RIFee",
        "30",
        "27",
        reservation_unused_amortized_upfront_fee_for_billing_period="1",
        reservation_unused_recurring_fee="2",
        reservation_net_unused_amortized_upfront_fee_for_billing_period="0.9",
        reservation_net_unused_recurring_fee="1.8",
    ),
    line("reservation upfront", "Fee", "50", "45", reservation_reservation_a_r_n="arn:ri"),
    line("fee", "Fee", "3", "2.7"),
    line("credit", "Credit", "-1", "-1"),
    line("refund", "Refund", "-2", "-2"),
    line(
        "plan refund",
        "Refund",
        "-4",
        "-4",
        line_item_product_code="ComputeSavingsPlans",
        line_item_line_item_description="Refund for one-time fee of a plan",
    ),
    line("tax", "Tax", "0.5", "0.5"),
    line("bundled", "BundledDiscount", "-0.6", ""),
    line("enterprise", "EdpDiscount", "-1.2", ""),
    line("subscription", "FlatRateSubscription", "8", "8"),
]
# unblended, amortized, net unblended, net amortized, charge category
AMOUNTS = {
    "usage": ("10", "10", "9", "9", "Usage"),
    "no discount": ("2", "2", "2", "2", "Usage"),
    "covered": ("5", "3", "4.5", "2.7", "Usage"),
    "negation": ("-5", "0", "-4.5", "0", "Usage"),
    "plan fee": ("7", "2", "6.3", "1.8", "Purchase"),  # 2 of 7 unused; 6.3 of 7 paid, so 1.8
    "plan without fees": ("0", "2", "0", "2", "Purchase"),
    "plan upfront": ("100", "0", "90", "0", "Purchase"),
    "reserved": ("0", "4", "0", "3.6", "Usage"),
    "reservation fee": ("30", "3", "27", "2.7", "Purchase"),
    "reservation upfront": ("50", "0", "45", "0", "Purchase"),
    "fee": ("3", "3", "2.7", "2.7", "Purchase"),
    "credit": ("-1", "-1", "-1", "-1", "Credit"),
    "refund": ("-2", "-2", "-2", "-2", "Adjustment"),
    "plan refund": ("-4", "0", "-4", "0", "Adjustment"),
    "tax": ("0.5", "0.5", "0.5", "0.5", "Tax"),
    "bundled": ("-0.6", "-0.6", "-0.6", "-0.6", "Usage"),
    "enterprise": ("-1.2", "-1.2", "0", "0", "Usage"),
    "subscription": ("8", "8", "8", "8", "Purchase"),
}
MONEY = ("BilledCost", "EffectiveCost", "x_NetUnblendedCost", "x_NetAmortizedCost")


def found(store: Store) -> dict[str, tuple[object, ...]]:
    return {label: tuple(amounts) for label, *amounts in items(store, "ResourceId", *MONEY, "ChargeCategory")}


def test_amounts_by_line_item_type_with_net_columns(store: Store, tmp_path: Path) -> None:
    take(store, write(tmp_path / "cur.csv", LINES))
    assert found(store) == {label: (*map(D, amounts), category) for label, (*amounts, category) in AMOUNTS.items()}


def test_amounts_by_line_item_type_without_net_columns(store: Store, tmp_path: Path) -> None:
    rows = [{name: cell for name, cell in row.items() if "net_" not in name} for row in LINES]
    take(store, write(tmp_path / "cur.csv", rows))
    expected = {label: (D(u), D(a), D(u), D(a), category) for label, (u, a, _, _, category) in AMOUNTS.items()}
    assert found(store) == expected


def test_split_cost_lines_may_have_no_amount_and_no_other_may(store: Store, tmp_path: Path) -> None:
    rows = [
        cur(),
        cur(line_item_operation="EKSPod-EC2", line_item_unblended_cost=""),
        cur(line_item_operation="ECSTask-EC2", line_item_unblended_cost=""),
    ]
    take(store, write(tmp_path / "cur.csv", rows))
    assert items(store, "BilledCost", "x_Operation") == [(D(0), "ECSTask-EC2"), (D(0), "EKSPod-EC2"), (D(1), "RunInstances")]


def test_marketplace_lines_go_by_their_product(store: Store, tmp_path: Path) -> None:
    row = cur(
        bill_billing_entity="AWS Marketplace", line_item_product_code="3n1f", product_product_name="Acme Firewall", line_item_usage_type=""
    )
    take(store, write(tmp_path / "cur.csv", [row]))
    assert figures(store, "service", "service_group") == [("Acme Firewall", "Marketplace")]


@pytest.mark.parametrize(
    ("line_type", "column"),
    [
        ("SavingsPlanCoveredUsage", "savings_plan_savings_plan_effective_cost"),
        ("SavingsPlanRecurringFee", "savings_plan_used_commitment"),
        ("DiscountedUsage", "reservation_effective_cost"),
        ("RIFee", "reservation_unused_recurring_fee"),
    ],
)
def test_a_report_without_the_columns_that_its_lines_need_is_refused(store: Store, tmp_path: Path, line_type: str, column: str) -> None:
    rows = [{name: cell for name, cell in row.items() if name != column} for row in LINES]
    with pytest.raises(BadValues, match=f"{column} isn't in the file, but is needed in 1 row"):
        take(store, write(tmp_path / "cur.csv", [row for row in rows if row["line_item_resource_id"] != "plan without fees"]))
    others = [row for row in rows if row["line_item_line_item_type"] != line_type]
    take(store, write(tmp_path / "others.csv", others))
    assert len(items(store, "ResourceId")) == len(others)
