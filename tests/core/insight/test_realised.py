"""What a finding that is done has saved, on a bill whose days are known by hand.

The instance costs $9.60 a day before 20 September 2024, $9.60 on that day and $4.80 from then on: 730 ÷ 24 days a month, so $292 and $146.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.insight.realised import Realised, Refused, each, realised
from core.models import Partition, Snapshot
from core.store import publish
from core.store.client import Store
from tests.exports import Row, cur, focus, take, write

DONE = datetime(2024, 9, 20, 15)
SETTLED_DAYS = 2
AS_OF = date(2024, 10, 3)  # the last of September has settled: three days old, with two whole days between
FINDING = {
    "type": "rightsizing",
    "resource_type": "ec2:instance",
    "resource_id": "i-1",
    "account_id": "111111111111",
    "region": "us-east-1",
    "evidence": "{}",
}
VOLUME = {**FINDING, "type": "idle_resources", "resource_type": "ec2:volume", "resource_id": "vol-1"}


def days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def charge(day: date, resource: str, usd: str, **cells: str) -> Row:
    after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return focus(
        BillingPeriodStart=f"{day:%Y-%m}-01T00:00:00Z",
        BillingPeriodEnd=f"{after}T00:00:00Z",
        ChargePeriodStart=f"{day}T00:00:00Z",
        ChargePeriodEnd=f"{day + timedelta(days=1)}T00:00:00Z",
        ServiceName="Amazon Elastic Compute Cloud",
        ServiceCategory="Compute",
        ResourceId=resource,
        EffectiveCost=usd,
        BilledCost="100",  # what is billed may be a fee for a year
        **cells,
    )


def bill() -> list[Row]:
    """A month and a half: the instance in two lines, one of them under its address, a volume that goes away, and others beside them."""
    lines = []
    for day in days("2024-08-10", "2024-09-30"):
        smaller = day > DONE.date()
        lines += [
            charge(day, "arn:aws:ec2:us-east-1:111111111111:instance/i-1", "4" if smaller else "8"),
            charge(day, "i-1", "0.8" if smaller else "1.6", x_UsageType="DataTransfer-Out-Bytes"),
            charge(day, "i-11", "1000"),
            charge(day, "arn:aws:ec2:us-east-1:111111111111:instance/other-i-1", "1000"),
            charge(day, "i-1", "1000", SubAccountId="222222222222"),
            charge(day, "i-1", "1000", RegionId="eu-west-1"),
            charge(day, "i-1", "-50", ChargeCategory="Credit"),
        ]
        if day <= DONE.date():
            lines.append(charge(day, "vol-1", "0.48"))
    return lines


@pytest.fixture
def imported(store: Store, tmp_path: Path) -> Callable[..., Store]:
    """A store with some lines."""

    def load(lines: Sequence[Row], as_of: date = AS_OF) -> Store:
        take(store, write(tmp_path / "bill.csv", lines), as_of=as_of, replace=True)
        return store

    return load


def asked(store: Store, finding: dict[str, Any] = FINDING, done: datetime = DONE) -> Realised | Refused:
    return realised(store, publish.snapshot(store), finding, done, SETTLED_DAYS)


def refused(store: Store, finding: dict[str, Any] = FINDING, done: datetime = DONE) -> str:
    answer = asked(store, finding, done)
    assert isinstance(answer, Refused), answer
    return answer.reason


def test_a_smaller_instance_is_worth_what_the_bill_says_to_the_cent(imported: Callable[..., Store]) -> None:
    answer = asked(imported(bill()))
    assert answer == Realised(
        before_monthly=Decimal("292.0000000000"),  # 9.60 × 730 ÷ 24
        after_monthly=Decimal("146.0000000000"),
        currency="USD",
        days_before=30,
        days_after=10,
        first=date(2024, 8, 21),
        last=date(2024, 9, 30),
        source="focus:AWS:999900001111",
    )
    assert answer.saving == 146


def test_what_is_gone_costs_nothing_on_days_that_the_bill_has(imported: Callable[..., Store]) -> None:
    store = imported(bill())
    answer = asked(store, VOLUME)
    assert isinstance(answer, Realised)
    assert (answer.before_monthly, answer.after_monthly, answer.days_after) == (Decimal("14.6000000000"), 0, 10)


def test_several_are_told_with_one_look(imported: Callable[..., Store]) -> None:
    store = imported(bill())
    snap = publish.snapshot(store)
    pool = {**FINDING, "resource_type": "ec2:pool", "resource_id": "us-east-1/m5/Linux"}
    answers = each(store, snap, [(VOLUME, DONE), (pool, DONE), (FINDING, datetime(2024, 9, 10))], SETTLED_DAYS)
    assert [type(answer) for answer in answers] == [Realised, Refused, Realised]
    assert isinstance(answers[2], Realised)
    # Of the twenty days after the 10th the bill has ten before the change, the day itself, and ten after it: (10 × 9.60 + 10 × 4.80) ÷ 20.
    assert (answers[2].days_after, answers[2].after_monthly) == (20, Decimal("219.0000000000"))
    assert each(store, snap, [], SETTLED_DAYS) == []


def test_unsettled_days_are_left_out(imported: Callable[..., Store]) -> None:
    answer = asked(imported(bill(), as_of=date(2024, 10, 1)))
    assert isinstance(answer, Realised)
    assert (answer.days_after, answer.last) == (8, date(2024, 9, 28))


def test_too_few_settled_days_are_refused(imported: Callable[..., Store]) -> None:
    store = imported(bill(), as_of=date(2024, 9, 29))  # the 26th has settled
    assert refused(store) == "6 of the days after 2024-09-20 have settled and are in the bill; it takes 7."
    assert refused(store, done=datetime(2024, 8, 16)).startswith("6 of the days before 2024-08-16")


def test_days_that_the_bill_lacks_are_unknown_not_free(imported: Callable[..., Store]) -> None:
    store = imported([line for line in bill() if line["ChargePeriodStart"] < "2024-09-24"])
    assert refused(store, VOLUME).startswith("3 of the days after")


def test_days_before_a_resource_was_there_are_no_measure(imported: Callable[..., Store]) -> None:
    store = imported([line for line in bill() if "vol-1" not in line["ResourceId"] or line["ChargePeriodStart"] >= "2024-09-10"])
    answer = asked(store, VOLUME)
    assert isinstance(answer, Realised)
    assert (answer.days_before, answer.first, answer.before_monthly) == (10, date(2024, 9, 10), Decimal("14.6000000000"))


def test_a_resource_that_the_bill_does_not_have_is_refused(imported: Callable[..., Store]) -> None:
    store = imported(bill())
    assert refused(store, {**FINDING, "resource_id": "i-9"}) == "The bill has no charge of i-9 in the 30 days before 2024-09-20."
    assert "no charge of i-1" in refused(store, {**FINDING, "account_id": "333333333333"})


@pytest.mark.parametrize(
    "about",
    [
        {"resource_type": "ec2:pool", "type": "reserved_instances"},
        {"resource_type": "aws:organization", "type": "savings_plans"},
        {"resource_type": "rds:db", "type": "reserved_instances"},
        {"resource_type": "savingsplans:plan", "type": "commitments"},
    ],
)
def test_a_finding_about_commitments_is_refused(imported: Callable[..., Store], about: dict[str, str]) -> None:
    assert refused(imported(bill()), {**FINDING, **about}).startswith("It isn't about a single resource")


def test_a_resource_that_is_replaced_is_refused(imported: Callable[..., Store]) -> None:
    assert "another resource in the place" in refused(imported(bill()), {**FINDING, "type": "spot_migration"})


def test_without_single_charges_it_is_refused(store: Store) -> None:
    assert refused(store).startswith("No published bill has the charges of single resources")
    only = Snapshot(1, (Partition("ce:AWS:999900001111", date(2024, 9, 1), "run-1"),))
    answer = realised(store, only, FINDING, DONE, SETTLED_DAYS)
    assert isinstance(answer, Refused)
    assert "Cost Explorer alone doesn't" in answer.reason


def test_lines_without_resources_are_not_enough(imported: Callable[..., Store]) -> None:
    store = imported([{**line, "ResourceId": ""} for line in bill()])
    assert refused(store).startswith("No published bill has the charges of single resources")


def test_what_is_saved_elsewhere_is_looked_for_there(imported: Callable[..., Store]) -> None:
    stopped = {**FINDING, "resource_id": "i-stopped", "evidence": json.dumps({"elsewhere": {"vol-1": "14.60"}})}
    answer = asked(imported(bill()), stopped)
    assert isinstance(answer, Realised)
    assert answer.saving == Decimal("14.6000000000")


def test_two_bills_are_never_added_together(imported: Callable[..., Store]) -> None:
    other = [{**line, "BillingAccountId": "888800001111"} for line in bill()]
    assert "never added together" in refused(imported(bill() + other))


def test_a_cost_and_usage_report_tells_the_same(imported: Callable[..., Store]) -> None:
    lines = [
        cur(
            bill_billing_period_start_date=f"{day:%Y-%m}-01T00:00:00Z",
            bill_billing_period_end_date=f"{(day.replace(day=28) + timedelta(days=4)).replace(day=1)}T00:00:00Z",
            line_item_usage_start_date=f"{day}T00:00:00Z",
            line_item_usage_end_date=f"{day + timedelta(days=1)}T00:00:00Z",
            line_item_unblended_cost="4.8" if day > DONE.date() else "9.6",
        )
        for day in days("2024-08-10", "2024-09-30")
    ]
    answer = asked(imported(lines))
    assert isinstance(answer, Realised)
    assert (answer.saving, answer.source) == (Decimal("146.0000000000"), "cur:AWS:999900001111")
