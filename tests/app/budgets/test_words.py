"""Budgets in words and rows."""

import json
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from app.budgets import words
from core.store.budgets import Alert
from tests.app.budgets.made import AT, standing


@pytest.mark.parametrize(
    ("actual", "mean", "missing", "said"),
    [
        ("1200", "1900", 0, "Platform is $200.00 over its $1,000"),
        ("600", "1100", 0, "Platform is expected to be $1,100 above its $1,000"),
        ("600", "900", 0, "Platform is expected to be $900.00 of its $1,000"),
        ("600", "900", 2, "Platform has spent $600.00 of its $1,000, as far as that is known"),
        ("600", None, 0, "Platform has spent $600.00 of its $1,000, as far as that is known"),
        (None, None, 0, "Platform: nothing is known of its $1,000 yet"),
    ],
)
def test_one_budget_is_its_own_headline(actual: str | None, mean: str | None, missing: int, said: str) -> None:
    assert words.headline([standing(actual, mean, missing)]) == said


def test_several_budgets_are_counted_and_the_worst_is_named() -> None:
    over, risk = standing("1200", "1900", name="EC2"), standing("600", "1100", name="All")
    under, unsure = standing("600", "900", name="S3"), standing("600", "900", 2, name="Old")
    assert words.headline([]) == "No budget has been set yet"
    assert words.headline([under, risk, over]) == "1 of 3 budgets is over, 1 is expected to be; EC2 is $200.00 over its $1,000"
    assert words.headline([under, risk]) == "1 of 2 budgets at risk; All is expected to be $1,100 above its $1,000"
    assert words.headline([under, under]) == "None of 2 budgets is over or expected to be"
    assert words.headline([under, unsure]) == "None of 2 budgets is over or expected to be; 1 can't be told in full"
    assert [one.budget.name for one in words.worst_first([unsure, under, risk, over])] == ["EC2", "All", "S3", "Old"]


def test_the_chance_feigns_no_certainty() -> None:
    assert words.chance(standing("1200", "1900")) == "Passed"
    assert words.chance(standing("600", "1000")) == "50 %"
    assert words.chance(standing("600", "5000")) == "Over 99 %"
    assert words.chance(standing("600", "700")) == "Under 1 %"
    assert words.chance(standing("600")) == "Not known"


def test_what_a_budget_is_of() -> None:
    selected = {"account": ("111",), "service": ("EC2", "S3", "RDS", "Lambda"), "tag:team": ("",)}
    told = words.filters(standing("1", selected=selected).budget, {"111": "Production"})
    assert told == "Account Production · Service EC2, S3, RDS and 1 more · Tag team (none)"
    assert words.filters(standing("1").budget, {}) == "All costs"


def test_the_list_keeps_what_is_not_known_empty() -> None:
    rows = words.rows([standing("600", "1100"), standing(None)], {})
    assert list(rows["state"]) == ["At risk by the forecast", "Not known yet"]
    assert rows.loc[0, ["amount", "spent", "used", "expected", "variance"]].tolist() == [1000, 600, 60, 1100, 100]
    assert rows.loc[1, ["spent", "used", "expected", "chance", "variance"]].isna().all()
    assert list(rows["days"]) == ["1 – 30 Nov 2026"] * 2


def test_alerts_as_rows() -> None:
    fired = Alert("budget-1", date(2026, 11, 1), "actual", Decimal(50), "", AT, "run-1", Decimal("512.5"), {"budgeted": "1000"})
    (row,) = words.alerts([fired], {"budget-1": "Platform"}).to_dict("records")
    assert (row["budget"], row["what"], row["threshold"], row["amount"], row["budgeted"]) == ("Platform", "Spent", 50, 512.5, 1000)
    assert words.alerts([fired], {})["budget"][0] == "deleted"


def test_aws_s_own_budgets_as_rows() -> None:
    limit = {"BudgetLimit": {"Amount": "200.0", "Unit": "USD"}, "BudgetType": "COST", "CostFilters": {"LinkedAccount": ["111"]}}
    found = pd.DataFrame(
        {
            "subject": ["Whole", "RI"],
            "day": [pd.Timestamp("2026-11-01")] * 2,
            "last_day": [pd.Timestamp("2026-11-30")] * 2,
            "value": [50.0, None],
            "upper": [90.0, None],
            "currency": ["USD", ""],
            "details": [json.dumps(limit), json.dumps({"BudgetType": "RI_UTILIZATION"})],
        }
    )
    rows = words.theirs(found, {"111": "Production"})
    assert rows.loc[0, ["name", "kind", "limit", "spent", "used", "forecast"]].tolist() == ["Whole", "Cost", 200, 50, 25, 90]
    assert rows.loc[0, "filters"] == "LinkedAccount Production"
    assert rows.loc[1, "kind"] == "Ri utilization"
    assert rows.loc[1, ["limit", "spent", "used", "forecast"]].isna().all()
