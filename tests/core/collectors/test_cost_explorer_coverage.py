"""What commitments cover, by region and family: from an answer made by hand, and against the tiny organisation."""

from datetime import date
from decimal import Decimal

import pytest

from core.aws.costs import CostRow
from core.collectors.cost_explorer_coverage import question, rows
from core.models import CostType


def row(usage: str, purchase: str, hours: int, usd: int) -> CostRow:
    return CostRow(date(2026, 11, 1), (usage, purchase), {CostType.UNBLENDED: Decimal(usd)}, "USD", True, Decimal(hours), "Hrs")


def test_use_is_split_by_what_it_was_bought_as() -> None:
    answer = [
        row("BoxUsage:m5.large", "On Demand Instances", 168, 16),
        row("BoxUsage:m5.xlarge", "Standard Reserved Instances", 336, 0),
        row("EU-BoxUsage:m5.large", "Savings Plans", 84, 9),
        row("EU-SpotUsage:m5.large", "Spot Instances", 84, 3),
        row("EBSOptimized:m3.large", "NoPurchaseType", 10, 1),
    ]
    found = {each["subject"]: each for each in rows(answer, date(2026, 11, 21), date(2026, 11, 23))}
    assert found.keys() == {"us-east-1/m5", "eu-west-1/m5", "total"}
    # $16 in 168 hours is as much in each of 730.
    assert found["us-east-1/m5"]["value"] == pytest.approx(16 / 168 * 730)
    assert found["us-east-1/m5"]["details"] == '{"on_demand_hours": 168.0, "covered_hours": 336.0}'
    assert found["eu-west-1/m5"]["value"] == 0
    assert found["eu-west-1/m5"]["details"] == '{"on_demand_hours": 0.0, "covered_hours": 84.0}'
    assert (found["total"]["day"], found["total"]["last_day"]) == (date(2026, 11, 14), date(2026, 11, 20))


def test_without_any_use_there_is_a_total_of_nothing() -> None:
    assert [(each["subject"], each["value"]) for each in rows([], date(2026, 11, 21), date(2026, 11, 23))] == [("total", 0.0)]


def test_seven_settled_days_are_asked_for() -> None:
    asked = question(date(2026, 11, 21))
    assert (asked.start, asked.end) == (date(2026, 11, 14), date(2026, 11, 21))
