"""Cost Explorer's answers put together: what is split, what must add up, what is asked."""

from datetime import date
from decimal import Decimal

import pytest

from core.aws.costs import METRICS, CostRow
from core.collectors.cost_explorer import EC2_OTHER, Charge, months_to_read, reconcile, split_ec2_other
from core.errors import AwsError
from core.store import publish
from core.store.client import Store

DAY = date(2026, 11, 3)
SOURCE = "ce:AWS:100000000001"


def row(amount: str, *keys: str, day: date = DAY) -> CostRow:
    return CostRow(day, keys, dict.fromkeys(METRICS, Decimal(amount)), "USD", True, None, "")


def split(whole: str, *parts: tuple[str, str]) -> list[tuple[str, str, Decimal]]:
    """An amount of "EC2 - Other" in us-east-1, and what it's split into: region, usage type, amount."""
    charge = Charge(row(whole), "1", "us-east-1", EC2_OTHER)
    found = split_ec2_other([charge], [row(amount, usage_type, "1") for usage_type, amount in parts])
    return [(part.region, part.usage_type, next(iter(part.row.amounts.values()))) for part in found]


def test_ec2_other_is_told_apart_by_usage_type() -> None:
    parts = [("USE1-EBS:VolumeUsage.gp3", "7"), ("NatGateway-Hours", "3"), ("EU-EBS:VolumeUsage.gp3", "40")]
    assert split("10", *parts) == [
        ("us-east-1", "USE1-EBS:VolumeUsage.gp3", Decimal(7)),
        ("us-east-1", "NatGateway-Hours", Decimal(3)),
    ]


def test_ec2_other_stays_whole_where_its_parts_dont_add_up() -> None:
    assert split("10", ("USE1-EBS:VolumeUsage.gp3", "7"), ("QXX9-NatGateway-Hours", "2.99")) == [("us-east-1", "", Decimal(10))]
    assert split("10") == [("us-east-1", "", Decimal(10))]


def test_other_services_are_left_alone() -> None:
    charge = Charge(row("5"), "1", "us-east-1", "AWS Lambda")
    assert list(split_ec2_other([charge], [row("5", "USE1-EBS:VolumeUsage.gp3", "1")])) == [charge]


def test_a_month_that_is_a_cent_off_is_refused_by_name() -> None:
    charges = [Charge(row("4.99"), "1", "us-east-1", "AWS Lambda")]
    with pytest.raises(AwsError, match=r"unblended total of November 2026 is 5.00 USD, its parts add up to 4.99"):
        reconcile(charges, [row("5.00", "1", "us-east-1")])


def test_what_rounding_leaves_is_no_difference() -> None:
    reconcile([Charge(row("4.9999999998"), "1", "us-east-1", "AWS Lambda")], [row("5", "1", "us-east-1")])


def test_a_month_that_is_missing_on_either_side_is_a_difference() -> None:
    october = row("1", "1", "us-east-1", day=date(2026, 10, 5))
    with pytest.raises(AwsError, match="October 2026"):
        reconcile([], [october])
    with pytest.raises(AwsError, match="October 2026"):
        reconcile([Charge(october, "1", "us-east-1", "AWS Lambda")], [])


def publish_months(store: Store, source: str, *months: date, estimated: bool = False) -> None:
    for month in months:
        store.execute(
            "INSERT INTO cost_metrics (run_id, source, month, day, unblended, currency, estimated) "
            f"VALUES ('r', '{source}', '{month}', '{month}', 1, 'USD', {estimated})"
        )
    publish.publish(store, "r", [(source, month) for month in months])


def read(store: Store, as_of: date, *, whole: bool = False) -> list[date]:
    return months_to_read(store, SOURCE, as_of, 30, whole=whole)


def test_the_first_time_thirteen_whole_months_and_the_open_one(store: Store) -> None:
    months = read(store, date(2026, 11, 15))
    assert (months[0], months[-1], len(months)) == (date(2025, 10, 1), date(2026, 11, 1), 14)


def test_on_the_first_of_a_month_there_is_no_day_of_it_to_ask_for(store: Store) -> None:
    assert read(store, date(2026, 11, 1))[-1] == date(2026, 10, 1)


def test_afterwards_the_months_that_the_lookback_touches(store: Store) -> None:
    publish_months(store, SOURCE, *(date(2026, month, 1) for month in range(1, 12)))
    assert read(store, date(2026, 11, 15)) == [date(2026, 10, 1), date(2026, 11, 1)]
    assert read(store, date(2026, 11, 30)) == [date(2026, 10, 1), date(2026, 11, 1)]
    assert len(read(store, date(2026, 11, 15), whole=True)) == 14


def test_an_estimated_month_is_read_again_however_old_and_so_is_a_gap(store: Store) -> None:
    publish_months(store, SOURCE, *(date(2026, month, 1) for month in (2, 3, 5, 6, 8, 9, 10, 11)))
    publish_months(store, SOURCE, date(2026, 7, 1), estimated=True)
    assert read(store, date(2026, 11, 15)) == [date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2026, 11, 1)]


def test_months_of_an_export_are_left_to_it(store: Store) -> None:
    publish_months(store, SOURCE, *(date(2026, month, 1) for month in range(1, 10)))
    publish_months(store, "cur:AWS:100000000001", date(2026, 10, 1))
    publish_months(store, "cur:AWS:999999999999", date(2026, 11, 1))
    assert read(store, date(2026, 11, 15)) == [date(2026, 11, 1)]
