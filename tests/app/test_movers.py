"""What grew and what shrank."""

from decimal import Decimal

import pandas as pd

from app import movers
from core.analysis.trends import Trend

TRENDS = [
    Trend("EC2", 7, Decimal(900), Decimal(1000)),
    Trend("S3", 7, Decimal(90), Decimal(60)),
    Trend("Bedrock", 7, Decimal(20), Decimal(0)),
    Trend("SNS", 7, Decimal("1.01"), Decimal("0.01")),
]


def test_rows_have_the_change_in_money_and_percent_and_the_course_by_day() -> None:
    daily = pd.DataFrame(
        {
            "day": [pd.Timestamp("2026-11-01"), pd.Timestamp("2026-11-02"), pd.Timestamp("2026-11-02")],
            "name": ["EC2", "EC2", "S3"],
            "cost": [Decimal(100), Decimal(120), Decimal(9)],
        }
    )
    rows = movers.rows(TRENDS, daily).set_index("service")
    assert rows["change"].tolist() == [-100.0, 30.0, 20.0, 1.0]
    assert rows["percent"].iloc[:2].tolist() == [-10.0, 50.0]
    assert pd.isna(rows.loc["Bedrock", "percent"])
    assert rows.loc["EC2", "course"] == [100.0, 120.0]
    assert rows.loc["S3", "course"] == [0.0, 9.0]
    assert rows.loc["SNS", "course"] == []


def test_the_fastest_are_new_ones_first_and_none_below_a_thousandth_of_the_whole() -> None:
    # The whole is 1,011.01; SNS grew a hundredfold, but by 1 only.
    assert movers.fastest(TRENDS, "USD") == "Bedrock new (+$20.00), S3 +50.0 % (+$30.00)"


def test_where_nothing_grew_nothing_is_said() -> None:
    assert movers.fastest(TRENDS[:1], "USD") == ""
    assert movers.fastest([], "USD") == ""
