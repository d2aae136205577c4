"""A forecast in words and rows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from app import outlooks
from core.analysis.forecast_charges import LAST_DAY, CalendarCharge
from core.insight import MonthEnd, Outlook, PeriodEnd
from core.models import CostType


def outlook(mean: str = "182340") -> Outlook:
    november = MonthEnd(
        date(2026, 11, 1),
        Decimal(120000),
        date(2026, 11, 20),
        Decimal(mean),
        Decimal(179000),
        Decimal(186000),
        Decimal(177000),
        Decimal(188000),
    )
    december = MonthEnd(
        date(2026, 12, 1), Decimal(0), None, Decimal(190000), Decimal(180000), Decimal(200000), Decimal(175000), Decimal(205000)
    )
    days = pd.DataFrame(
        {
            "date": pd.date_range("2026-11-21", periods=2),
            "mean": [6000.0, 6100.0],
            "lower80": [5800.0, 5850.0],
            "upper80": [6200.0, 6350.0],
            "lower95": [5600.0, 5650.0],
            "upper95": [6400.0, 6550.0],
        }
    )
    quarter = PeriodEnd(
        date(2026, 10, 1),
        date(2026, 12, 31),
        Decimal(290000),
        date(2026, 11, 20),
        Decimal(540000),
        Decimal(520000),
        Decimal(560000),
        Decimal(510000),
        Decimal(570000),
        days,
    )
    return Outlook(
        settled=date(2026, 11, 20),
        days=days,
        months=(november, december),
        quarter=quarter,
        method="SARIMAX",
        mean_absolute_error=120.0,
        history_from=date(2025, 10, 1),
        charges=(CalendarCharge(1, 950.0, 10.0, 12), CalendarCharge(LAST_DAY, 40.0, 1.0, 3)),
        notes=("One level shift.",),
        currency="USD",
        cost_type=CostType.UNBLENDED,
    )


@pytest.mark.parametrize(
    ("before", "ending"),
    [
        (Decimal(171856), ", 6.1 % above October"),
        (Decimal(200000), ", 8.8 % below October"),
        (Decimal(182340), ", as in October"),
        (Decimal(0), ""),
        (None, ""),
    ],
)
def test_the_finding_in_words(before: Decimal | None, ending: str) -> None:
    said = outlooks.headline(outlook(), before)
    assert said == f"November is expected to be $182,340, between $179,000 and $186,000 (80 %){ending}"


def test_a_month_is_what_is_settled_and_the_rest() -> None:
    november, december, quarter = outlooks.months(outlook()).to_dict("records")
    assert november == {
        "month": "2026-11",
        "actual": 120000.0,
        "rest": 62340.0,
        "mean": 182340.0,
        "lower80": 179000.0,
        "upper80": 186000.0,
        "lower95": 177000.0,
        "upper95": 188000.0,
    }
    assert (december["month"], december["actual"], december["rest"]) == ("2026-12", 0.0, 190000.0)
    assert (quarter["month"], quarter["actual"], quarter["rest"]) == ("2026-Q4", 290000.0, 250000.0)


def test_aws_s_own_forecast_stands_beside_the_days_that_it_has() -> None:
    theirs = pd.DataFrame({"day": [pd.Timestamp("2026-11-22")], "value": [6060.0]})
    rows = outlooks.days(outlook(), theirs)
    assert list(rows["aws"].fillna(-1)) == [-1, 6060.0]
    assert "aws" not in outlooks.days(outlook()).columns


def test_charges_of_the_calendar_are_named_by_their_day() -> None:
    assert outlooks.charges(outlook()) == "on day 1 about $950.00, on the last day about $40.00"
    assert outlooks.charges(replace(outlook(), charges=())) == "none were found"
