"""Waste made up of its parts, on a bill of 36 USD a day and findings that were put there by hand."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core import lifecycle
from core.collectors.billing.importer import import_files
from core.insight.waste import DIMENSIONS, STEPS, Row, Step, Summary, steps, summary, table, waste
from core.models import Filters
from core.store import opportunities, publish, savings
from core.store.client import Store
from tests.bills import rows, write
from tests.core.found import TODAY, finding, ident, keep

ACCOUNT = "111111111111"
READ = date(2026, 11, 23)  # the bill's last settled day is then 20 November
SETTLED_DAYS = 2
FOUND = (
    finding("i-idle", "100", "ec2_idle", type="idle_resources", service="EC2"),
    finding("i-large", "40.5", "ec2_underutilized", type="rightsizing", service="EC2", effort="medium"),
    finding("vol-1", "8", "ebs_unattached", service="EBS", region="eu-west-1"),
    finding("vol-2", "4", "ebs_gp2_to_gp3", type="storage_optimization", service="EBS"),
    finding("plan", "30.25", "savings_plan", type="savings_plans", service="Compute Savings Plans", region="", effort="high"),
    finding("i-idle", "60", "ec2_underutilized", type="rightsizing", service="EC2", counted=False),
    finding("fn", "5", "lambda_arm64", type="rightsizing", service="Lambda", account_id="222222222222", account_name="Data"),
)
TOTAL = Decimal("187.75")


@pytest.fixture
def found(store: Store, tmp_path: Path) -> Callable[..., Summary]:
    """The summary of a selection, with whatever is in the store."""
    lines = [*rows("2026-10", range(1, 32)), *rows("2026-11", range(1, 23))]
    import_files(store, [write(tmp_path / "bill.csv", lines)], READ)
    keep(store, "run-1", *FOUND, unmeasured=("vol-9",))

    def look(**selected: tuple[str, ...]) -> Summary:
        return summary(store, publish.snapshot(store), view(**selected), SETTLED_DAYS, as_of=TODAY)

    return look


def view(**selected: tuple[str, ...]) -> Filters:
    return Filters(date(2026, 11, 1), date(2026, 11, 22), "USD", selected=selected)


def by_key(table: tuple[Row, ...]) -> dict[str, Row]:
    return {row.key: row for row in table}


def test_the_spend_is_that_of_thirty_settled_days_and_the_rest_is_left(found: Callable[..., Summary]) -> None:
    whole = found().waste
    assert (whole.since, whole.settled) == (date(2026, 10, 22), date(2026, 11, 20))
    assert whole.cost == 30 * 36
    assert whole.totals.savings == TOTAL
    assert whole.left == 30 * 36 - TOTAL
    assert whole.percent == 100 * TOTAL / 1080


def test_the_steps_stand_in_their_order_and_add_up(found: Callable[..., Summary]) -> None:
    assert found().steps == (
        Step("idle_resources", "Idle", Decimal(108), 2),
        Step("rightsizing", "Rightsizing", Decimal("45.5"), 2),
        Step("storage_optimization", "Storage", Decimal(4), 1),
        Step("savings_plans", "Savings Plans", Decimal("30.25"), 1),
    )
    assert sum(step.savings for step in found().steps) == TOTAL


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_table_adds_up_to_the_same_total_and_spend(found: Callable[..., Summary], dimension: str) -> None:
    rows = found().tables[dimension]
    assert sum(row.savings for row in rows) == TOTAL
    assert sum(row.found for row in rows) == found().waste.totals.counted
    assert sum(row.cost or 0 for row in rows) == 1080
    assert [row.savings for row in rows] == sorted((row.savings for row in rows), reverse=True)


def test_a_row_has_its_own_spend_share_and_largest_check(found: Callable[..., Summary]) -> None:
    services = by_key(found().tables["service"])
    assert services["EC2"] == Row("EC2", Decimal(900), Decimal("140.5"), 2, "ec2_idle")
    assert services["EC2"].percent == Decimal("140.5") / 9
    assert services["S3"] == Row("S3", Decimal(150), Decimal(0), 0, "")
    assert by_key(found().tables["region"])["us-east-1"].check == "ec2_idle"


def test_what_the_bill_does_not_have_is_not_known_and_not_zero(found: Callable[..., Summary]) -> None:
    services, accounts = by_key(found().tables["service"]), by_key(found().tables["account"])
    for row in (services["EBS"], services["Compute Savings Plans"], accounts["222222222222"]):
        assert row.savings > 0
        assert (row.cost, row.percent) == (None, None)
    assert found(account=("222222222222",)).waste.cost is None


def test_a_selection_narrows_the_savings_and_the_spend(found: Callable[..., Summary]) -> None:
    some = found(service=("EC2",), region=("us-east-1",))
    assert (some.waste.totals.savings, some.waste.cost) == (Decimal("140.5"), 600)
    assert [row.key for row in some.tables["service"]] == ["EC2"]


def test_what_takes_little_effort_is_told_apart(found: Callable[..., Summary]) -> None:
    assert found().easy == Step("", "Low effort", Decimal(117), 4)


def test_days_that_no_bill_covers_leave_the_spend_unknown(store: Store, tmp_path: Path) -> None:
    import_files(store, [write(tmp_path / "bill.csv", rows("2026-11", range(1, 23)))], READ)
    keep(store, "run-1", *FOUND)
    snap = publish.snapshot(store)
    told = waste(store, snap, view(), SETTLED_DAYS, as_of=TODAY)
    assert (told.since, told.settled) == (date(2026, 10, 22), date(2026, 11, 20))
    assert (told.cost, told.left, told.percent, told.totals.savings) == (None, None, None, TOTAL)
    parts = summary(store, snap, view(), SETTLED_DAYS, as_of=TODAY)
    assert {row.cost for dimension in DIMENSIONS for row in parts.tables[dimension]} == {None}


def test_a_store_without_anything_has_nothing_to_save(store: Store) -> None:
    told = summary(store, publish.snapshot(store), view(), SETTLED_DAYS, as_of=TODAY)
    assert (told.waste.totals.savings, told.waste.cost, told.waste.settled) == (0, None, None)
    assert told.steps == ()
    assert set(told.tables) == set(DIMENSIONS)
    assert not any(told.tables.values())


def test_savings_above_the_bill_leave_less_than_nothing_and_say_so(found: Callable[..., Summary], store: Store) -> None:
    keep(store, "run-2", finding("i-huge", "5000", "ec2_idle", service="EC2"))
    assert found().waste.left == -3920


@pytest.mark.parametrize("action", ["dismiss", "done"])
def test_what_is_set_aside_is_never_counted(found: Callable[..., Summary], store: Store, action: str) -> None:
    reason = {"reason": "Kept for the audit"} if action == "dismiss" else {}
    lifecycle.act(store, [ident("i-idle", "ec2_idle")], action, at=datetime(2026, 11, 24, 9), who="Ana", **reason)  # type: ignore[arg-type]
    told = found()
    assert told.waste.totals.savings == TOTAL - 100
    assert sum(step.savings for step in told.steps) == TOTAL - 100
    assert by_key(told.tables["service"])["EC2"].check == "ec2_underutilized"
    aside = savings.uncounted(store, publish.snapshot(store), {}, as_of=TODAY)
    assert aside == {
        "open": savings.LeftOut(1, Decimal(60)),
        {"dismiss": "dismissed", "done": "done"}[action]: savings.LeftOut(1, Decimal(100)),
    }


def test_what_to_do_first_goes_by_saving_times_confidence(store: Store) -> None:
    keep(
        store,
        "run-1",
        finding("vol-1", "100", confidence=0.5),
        finding("vol-2", "60", confidence=0.9, account_id="222222222222"),
        finding("vol-3", "60", confidence=0.9),
        finding("vol-4", "0"),
        finding("vol-5", "500", counted=False),
    )
    lifecycle.act(store, [ident("vol-1")], "accept", at=datetime(2026, 11, 24, 9), who="Ana", owner="Ben")
    snap = publish.snapshot(store)
    rows = savings.first(store, snap, {}, as_of=TODAY)
    assert list(rows["resource_id"]) == ["vol-2", "vol-3", "vol-1"]
    assert list(zip(rows["state"], rows["owner"], strict=True))[-1] == ("accepted", "Ben")
    assert list(savings.first(store, snap, {"account": ("222222222222",)}, 1, as_of=TODAY)["resource_id"]) == ["vol-2"]
    assert savings.first(store, snap, {"service": ("RDS",)}, as_of=TODAY).empty


def sums(*lines: tuple[str, str, str, str, int]) -> pd.DataFrame:
    names = ["type", "check", "service", "savings", "found"]
    return pd.DataFrame([dict(zip(names, (*line[:3], Decimal(line[3]), line[4]), strict=True)) for line in lines], columns=names)


def test_every_type_of_finding_has_a_step() -> None:
    from core.checks.contract import TYPES

    assert set(STEPS) == set(TYPES)


def test_a_type_of_a_later_version_comes_last_and_is_counted() -> None:
    found = steps(sums(("novel", "a", "EC2", "5", 1), ("savings_plans", "b", "EC2", "7", 2), ("rightsizing", "c", "EC2", "0", 3)))
    assert [(step.label, step.savings) for step in found] == [("Savings Plans", 7), ("novel", 5)]


def test_the_largest_check_of_equals_is_always_the_same_one() -> None:
    lines: list[tuple[Any, ...]] = [("idle_resources", "b", "EC2", "5", 1), ("rightsizing", "a", "EC2", "5", 1)]
    for order in (lines, lines[::-1]):
        assert table(sums(*order), {}, "service") == (Row("EC2", None, Decimal(10), 2, "a"),)


def test_totals_are_those_of_the_opportunities(found: Callable[..., Summary], store: Store) -> None:
    for selected in ({}, {"region": ("eu-west-1",)}, {"service": ("EC2", "EBS")}):
        told = found(**selected)
        assert told.waste.totals == opportunities.totals(store, publish.snapshot(store), selected, as_of=TODAY)
        assert sum((step.savings for step in told.steps), Decimal(0)) == told.waste.totals.savings
