"""What drove a difference, each driver worked out by hand, and that the parts always add up."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.drivers import DIMENSIONS, LINE, MOVES, OWN_DIFFERENCE, PRESENCE, Driver, by_dimension, by_driver, per_day, split, total

COLUMNS = [*LINE, "charge", "presence", "covered", "unit", "before", "after", "quantity_before", "quantity_after"]


def row(before: str, after: str, quantity_before: str = "0", quantity_after: str = "0", **other: Any) -> dict[str, Any]:
    """A line of usage in hours, of something that both periods have, changed as told."""
    amounts = {"before": before, "after": after, "quantity_before": quantity_before, "quantity_after": quantity_after}
    line = {"account": "1", "region": "us-east-1", "service": "EC2", "item": "BoxUsage", "operation": "Run"}
    what = {"charge": "usage", "presence": "kept", "covered": False, "unit": "Hrs"}
    return {**line, **what, **{name: Decimal(amount) for name, amount in amounts.items()}, **other}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def parts(*rows: dict[str, Any]) -> dict[str, Decimal]:
    """What each driver comes to; and it adds up."""
    table = frame(*rows)
    moves = split(table)
    assert total(moves["amount"]) == total(table["after"]) - total(table["before"])
    return {driver.value: amount for driver, amount in by_driver(moves).items()}


def test_more_hours_at_the_same_price_are_usage() -> None:
    assert parts(row("10", "15", "100", "150")) == {"usage": 5}


def test_the_same_hours_at_another_price_are_rate() -> None:
    assert parts(row("10", "8", "100", "100")) == {"rate": -2}


def test_usage_is_at_the_old_price_and_rate_on_the_new_quantity() -> None:
    # 50 hours more at $0.10; 150 hours that cost $0.02 more each.
    assert parts(row("10", "18", "100", "150")) == {"usage": 5, "rate": 3}


def test_a_price_that_has_no_end_leaves_nothing_over() -> None:
    # A third of a dollar an hour, from 3 hours to 7; the store keeps 18 decimals.
    found = parts(row("1", "2.333333333333333333", "3", "7"))
    assert found == {"usage": Decimal("1.333333333333333333")}


def test_a_usage_type_that_began_or_ended_is_usage() -> None:
    assert parts(row("0", "7", "0", "70")) == {"usage": 7}
    assert parts(row("7", "0", "70", "0")) == {"usage": -7}


def test_usage_that_a_commitment_covers_now_is_coverage() -> None:
    # 100 hours for $1 on demand; then 100 covered for $0.60 each.
    assert parts(row("100", "0", "100", "0"), row("0", "60", "0", "100", covered=True)) == {"coverage": -40}


def test_covered_usage_that_falls_back_to_on_demand_is_coverage() -> None:
    # 80 of 100 hours were covered at $0.50, 20 on demand at $1. Then 50 are: 30 hours moved, at half a dollar more.
    found = parts(row("20", "50", "20", "50"), row("40", "25", "80", "50", covered=True))
    assert found == {"coverage": 15}


def test_usage_rate_and_coverage_at_once() -> None:
    # 1,000 hours at $0.10. Then 600 at $0.11 and 600 covered at $0.07.
    # 200 hours more at $0.10 are 20; 600 moved at $0.03 less are -18; 600 cost $0.01 more: 6.
    found = parts(row("100", "66", "1000", "600"), row("0", "42", "0", "600", covered=True))
    assert found == {"usage": 20, "rate": 6, "coverage": -18}


def test_more_of_what_is_covered_to_the_same_share_is_usage_alone() -> None:
    found = parts(row("10", "20", "10", "20"), row("5", "10", "10", "20", covered=True))
    assert found == {"usage": 15}


def test_a_negation_belongs_to_the_covered_hours_that_it_cancels() -> None:
    # A Savings Plan as billed: covered hours at the on-demand price, cancelled; the fee stands apart.
    found = parts(
        row("100", "0", "100", "0"),
        row("0", "100", "0", "100", covered=True),
        row("0", "-100", charge="adjunct", unit="", covered=True),
        row("0", "60", charge="commitment_fee", unit="", item="ComputeSP"),
    )
    assert found == {"coverage": -100, "commitment_fees": 60}


def test_a_discount_without_a_quantity_is_a_lower_rate() -> None:
    assert parts(row("100", "100", "10", "10"), row("0", "-7", charge="adjunct", unit="")) == {"rate": -7}
    # All hours are covered; the discount doesn't say so.
    covered = row("100", "100", "10", "10", covered=True)
    assert parts(covered, row("0", "-7", charge="adjunct", unit="")) == {"rate": -7}


@pytest.mark.parametrize(("presence", "driver"), PRESENCE.items())
def test_what_is_new_or_gone_is_so_with_all_that_it_costs(presence: str, driver: Driver) -> None:
    new = presence.startswith("new")
    costs = ("0", "30", "0", "300") if new else ("30", "0", "300", "0")
    found = parts(row(*costs, presence=presence), row("10", "15", "100", "150"))
    assert found == {driver.value: 30 if new else -30, "usage": 5}


@pytest.mark.parametrize(("charge", "driver"), OWN_DIFFERENCE.items())
def test_charges_that_are_no_usage_are_their_own_difference(charge: str, driver: Driver) -> None:
    assert parts(row("-5", "-15", charge=charge, unit="")) == {driver.value: -10}


def test_without_a_quantity_usage_is_not_split() -> None:
    assert parts(row("10", "15", unit="")) == {"not_split": 5}


def test_two_units_are_never_added() -> None:
    # Dollars a gigabyte and dollars a request, each split by its own.
    found = parts(row("10", "15", "100", "150", unit="GB"), row("4", "6", "10", "10", unit="Requests"))
    assert found == {"usage": 5, "rate": 2}
    # A discount on both can't be laid on either.
    discount = row("0", "-1", charge="adjunct")
    both = (row("10", "15", "100", "150", unit="GB"), row("4", "4", "10", "10", unit="Requests"))
    assert parts(*both, discount) == {"usage": 5, "not_split": -1}


def test_a_unit_that_changed_is_one_kind_of_usage_less_and_another_more() -> None:
    assert parts(row("10", "0", "100", "0", unit="GB"), row("0", "12", "0", "7", unit="TB")) == {"usage": 2}


def test_nothing_is_divided_by_zero() -> None:
    assert parts(row("10", "15", "0", "150")) == {"not_split": 5}
    assert parts(row("10", "15", "150", "0")) == {"not_split": 5}
    assert parts(row("10", "15", "0", "0")) == {"not_split": 5}
    assert parts(row("0", "0", "0", "0")) == {}


def test_a_negative_quantity_has_no_price() -> None:
    assert parts(row("10", "4", "100", "-40")) == {"not_split": -6}


def test_lines_of_two_places_are_apart() -> None:
    # 100 hours moved from one region to another at twice the price: that is usage in each, no rate.
    there = row("0", "20", "0", "100", region="eu-west-1")
    moves = split(frame(row("10", "0", "100", "0"), there))
    assert by_dimension(moves, "region") == {"eu-west-1": {Driver.USAGE: 20}, "us-east-1": {Driver.USAGE: -10}}
    assert list(moves.columns) == list(MOVES)


def test_a_day_of_each_of_two_periods() -> None:
    # 30 days at 10 hours a day and $1 an hour, 31 days at 11: an hour a day more.
    daily = per_day(frame(row("300", "341", "300", "341")), 30, 31)
    assert by_driver(split(daily)) == {Driver.USAGE: 1}


_AMOUNTS = st.decimals(-1000, 1000, places=6, allow_nan=False) | st.just(Decimal(0))
_QUANTITIES = st.decimals(-2, 1000, places=3, allow_nan=False) | st.just(Decimal(0))
_ROWS = st.fixed_dictionaries(
    {
        "account": st.sampled_from(["1", "2"]),
        "region": st.sampled_from(["", "us-east-1"]),
        "service": st.sampled_from(["EC2", "S3"]),
        "item": st.sampled_from(["a", "b"]),
        "operation": st.just(""),
        "charge": st.sampled_from(["usage", "usage", "usage", "adjunct", *OWN_DIFFERENCE]),
        "presence": st.sampled_from(["kept", "kept", "kept", *PRESENCE]),
        "covered": st.booleans(),
        "unit": st.sampled_from(["", "GB", "GB", "Hrs"]),
        "before": _AMOUNTS,
        "after": _AMOUNTS,
        "quantity_before": _QUANTITIES,
        "quantity_after": _QUANTITIES,
    }
)


@settings(max_examples=50, deadline=None)
@given(st.lists(_ROWS, max_size=14), st.integers(1, 400), st.integers(1, 400))
def test_whatever_the_bill_the_parts_add_up_to_the_difference(rows: list[dict[str, Any]], before: int, after: int) -> None:
    for table in (frame(*rows), per_day(frame(*rows), before, after)):
        moves = split(table)
        assert total(moves["amount"]) == total(table["after"]) - total(table["before"])
        assert sum(by_driver(moves).values()) == total(moves["amount"])
        for dimension in DIMENSIONS:
            for value, own in by_dimension(moves, dimension).items():
                held = table[table[dimension] == value]
                assert total(own.values()) == total(held["after"]) - total(held["before"])


@settings(max_examples=20, deadline=None)
@given(st.lists(_ROWS, max_size=10))
def test_the_way_back_is_the_same_way(rows: list[dict[str, Any]]) -> None:
    """What charges come to by themselves turns its sign when the periods change places."""
    swapped = {"before": "after", "after": "before", "quantity_before": "quantity_after", "quantity_after": "quantity_before"}
    there, back = (by_driver(split(table)) for table in (frame(*rows), frame(*rows).rename(columns=swapped)))
    for driver in OWN_DIFFERENCE.values():
        assert there.get(driver, 0) == -back.get(driver, 0)
