"""The waterfall of drivers as a figure."""

from decimal import Decimal
from itertools import pairwise

import pytest

from app import charts_drivers
from app.charts_drivers import Bar
from core.analysis.drivers import Driver

PARTS = {Driver.NEW_RESOURCES: Decimal("120.50"), Driver.USAGE: Decimal(-40), Driver.NOT_SPLIT: Decimal("-0.25")}


def bars(before: str = "100", parts: dict[Driver, Decimal] = PARTS) -> list[Bar]:
    start = Decimal(before)
    return charts_drivers.bars(start, start + sum(parts.values()), parts, "October", "November")


def test_it_goes_from_the_earlier_total_over_the_drivers_to_the_later_one() -> None:
    (trace,) = charts_drivers.waterfall(bars(), "USD").data
    assert list(trace.y) == ["October", "New resources", "Usage", "Not split", "November"]
    assert list(trace.measure) == ["absolute", "relative", "relative", "relative", "absolute"]
    assert list(trace.x) == [100, 120.5, -40, -0.25, 180.25]
    assert sum(trace.x[:-1]) == trace.x[-1]
    assert list(trace.text) == ["$100.00", "+$120.50", "−$40.00", "−$0.25", "$180.25"]
    assert [cell[0] for cell in trace.customdata] == ["", "new_resources", "usage", "not_split", ""]


def test_each_bar_begins_where_the_one_before_ends() -> None:
    rows = bars()
    assert all(one.end == other.start for one, other in pairwise(rows[:-1]))
    assert rows[-2].end == rows[-1].end


@pytest.mark.parametrize(("before", "zero"), [("100", True), ("0", True), ("100000", False), ("-60", True), ("-100000", False)])
def test_the_axis_leaves_zero_out_only_where_the_parts_would_vanish(before: str, zero: bool) -> None:
    rows = bars(before)
    low, high = charts_drivers.span(rows)
    assert (low <= 0 <= high) is zero
    assert charts_drivers.cut(rows) is not zero
    ends = [float(edge) for row in rows if row.driver for edge in (row.start, row.end)]
    assert low <= min(ends)
    assert high >= max(ends)


def test_it_can_be_read_without_being_seen() -> None:
    said = charts_drivers.told(bars(), "USD")
    assert said == "October $100.00; New resources +$120.50; Usage −$40.00; Not split −$0.25; November $180.25"


def test_a_view_without_any_cost_is_no_error() -> None:
    assert charts_drivers.span(bars("0", {})) == pytest.approx((0, 0), abs=1e-6)
