"""The waterfall and the classes of storage as figures."""

from decimal import Decimal

import pytest

from app import charts_savings
from app.charts_savings import Held
from core.insight.waste import Step, Waste
from core.store.opportunities import Totals

STEPS = (Step("idle_resources", "Idle", Decimal(108), 2), Step("savings_plans", "Savings Plans", Decimal("30.25"), 1))


def found(cost: str | None) -> Waste:
    return Waste(Totals(4, 3, Decimal("138.25"), 0), None if cost is None else Decimal(cost), None, None)


def test_the_waterfall_goes_from_the_spend_down_to_what_is_left() -> None:
    (trace,) = charts_savings.waterfall(found("1080"), STEPS).data
    assert list(trace.y) == ["Spend, 30 days", "Idle", "Savings Plans", "Left of it"]
    assert list(trace.measure) == ["absolute", "relative", "relative", "total"]
    assert list(trace.x) == [1080, -108, -30.25, 941.75]
    assert sum(trace.x[:-1]) == trace.x[-1]
    assert list(trace.text) == ["$1,080", "−$108.00", "−$30.25", "$941.75"]
    assert [cell[1] for cell in trace.customdata][1] == "2 findings, 10.0 % of spend"


def test_without_a_known_spend_it_goes_up_to_what_can_be_saved() -> None:
    (trace,) = charts_savings.waterfall(found(None), STEPS).data
    assert list(trace.y) == ["Idle", "Savings Plans", "Together"]
    assert list(trace.x) == [108, 30.25, 138.25]
    assert "spend" not in trace.customdata[0][1]


@pytest.mark.parametrize("cost", ["1080", "100", None])
def test_its_axis_begins_at_zero_or_where_less_is_left(cost: str | None) -> None:
    figure = charts_savings.waterfall(found(cost), STEPS)
    low, high = figure.layout.xaxis.range
    assert low <= 0 < high
    assert low == 0 or cost == "100"
    assert high > max(abs(x) for x in figure.data[0].x)


def test_the_waterfall_in_words() -> None:
    said = charts_savings.told(found("1080"), STEPS)
    assert said == "Spend, 30 days $1,080; Idle −$108.00; Savings Plans −$30.25; Left of it $941.75"


@pytest.mark.parametrize(
    ("unit", "values", "texts"), [("USD", [23.552, 1.8], ["$23.55", "$1.80"]), ("GiB", [1024, 500], ["1.0 TiB", "500.0 GiB"])]
)
def test_storage_by_class_in_both_units(unit: str, values: list[float], texts: list[str]) -> None:
    classes = [Held("S3 Standard", 1024, Decimal("23.552")), Held("S3 Glacier Flexible Retrieval", 500, Decimal("1.8"))]
    figure = charts_savings.storage(classes, unit)
    assert list(figure.data[0].x) == values
    assert list(figure.data[0].text) == texts
    assert figure.layout.xaxis.range[0] == 0
