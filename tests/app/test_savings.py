"""The savings summary in words, rows and one file."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app import savings
from core.insight.waste import Row, Step, Summary, Waste
from core.store.opportunities import Totals
from core.store.savings import LeftOut

IDLE, PLANS = Step("idle_resources", "Idle", Decimal("140.5"), 3), Step("savings_plans", "Savings Plans", Decimal("47.25"), 1)
WASTE = Waste(Totals(5, 4, Decimal("187.75"), 0), Decimal(1080), date(2026, 10, 22), date(2026, 11, 20))
ROWS = (
    Row("EC2", Decimal(900), Decimal("140.5"), 3, "ec2_idle"),
    Row("Compute Savings Plans", None, Decimal("47.25"), 1, "savings_plan"),
    Row("S3", Decimal(150), Decimal(0), 0, ""),
    Row("Lambda", Decimal(30), Decimal(0), 0, ""),
)
FOUND = Summary(WASTE, (IDLE, PLANS), {"service": ROWS, "account": ROWS, "region": ROWS}, Step("", "Low effort", Decimal(5), 1))
LABELS = {"ec2_idle": "Idle EC2 instance"}


def test_the_headline_has_a_month_a_year_the_share_and_most_of_it() -> None:
    assert savings.headline(FOUND) == "$187.75 a month ($2,253 a year) can be saved, 17.4 % of spend; most of it idle resources (74.8 %)"


def test_a_largest_part_that_is_no_half_is_not_most_of_it() -> None:
    steps = (
        replace(IDLE, savings=Decimal(60)),
        replace(PLANS, savings=Decimal(90)),
        Step("rightsizing", "Rightsizing", Decimal("37.75"), 1),
    )
    assert savings.headline(replace(FOUND, steps=steps)).endswith("; the largest part Savings Plans (47.9 %)")


def test_without_a_known_spend_the_headline_has_no_share() -> None:
    said = savings.headline(replace(FOUND, waste=replace(WASTE, cost=None)))
    assert said == "$187.75 a month ($2,253 a year) can be saved; most of it idle resources (74.8 %)"


@pytest.mark.parametrize(("found", "said"), [(0, "No savings found under these filters"), (3, "Nothing to save that is known")])
def test_nothing_to_save_says_which_nothing(found: int, said: str) -> None:
    waste = replace(WASTE, totals=Totals(found, 0, Decimal(0), found))
    assert savings.headline(replace(FOUND, waste=waste, steps=())) == said


def test_rows_leave_empty_what_is_not_known() -> None:
    rows = savings.rows(ROWS, str.upper, LABELS)
    assert list(rows["name"][:2]) == ["EC2", "COMPUTE SAVINGS PLANS"]
    assert list(rows["spend"].isna()) == [False, True, False, False]
    assert list(rows["percent"].isna()) == [False, True, False, False]
    assert list(rows["largest"][:2]) == ["Idle EC2 instance", "savings_plan"]


def test_on_paper_what_saves_nothing_is_together_and_the_last_row_is_the_sum() -> None:
    assert savings.printed(ROWS, str, LABELS, FOUND) == [
        ("EC2", "$900.00", "$140.50", "15.6 %", "3", "Idle EC2 instance"),
        ("Compute Savings Plans", "not known", "$47.25", "not known", "1", "savings_plan"),
        ("2 others", "$180.00", "$0.00", "0.0 %", "0", ""),
        ("All", "$1,080.00", "$187.75", "17.4 %", "4", ""),
    ]


def test_on_paper_a_long_table_is_cut_and_still_adds_up() -> None:
    many = tuple(Row(f"account {number}", Decimal(10), Decimal(2), 1, "a") for number in range(40))
    whole = replace(WASTE, cost=Decimal(400), totals=Totals(40, 40, Decimal(80), 0))
    rows = savings.printed(many, str, {}, replace(FOUND, waste=whole))
    assert len(rows) == savings.ON_PAPER + 2
    assert rows[-2][:3] == ("28 others", "$280.00", "$56.00")


def test_one_file_has_the_steps_and_the_tables_and_each_part_adds_up() -> None:
    tidy = savings.tidy(FOUND, dict.fromkeys(("service", "account", "region"), str))
    assert tidy[["key", "spend_usd", "savings_usd"]].head(4).values.tolist() == [
        ["spend", Decimal(1080), None],
        ["idle_resources", None, Decimal("140.5")],
        ["savings_plans", None, Decimal("47.25")],
        ["left", Decimal("892.25"), None],
    ]
    sums = tidy.dropna(subset=["savings_usd"]).groupby("part")["savings_usd"].sum()
    assert dict(sums) == dict.fromkeys(("waterfall", "service", "account", "region"), Decimal("187.75"))
    assert tidy[tidy["key"] == "Compute Savings Plans"]["spend_usd"].isna().all()


def test_what_is_left_out_is_named_where_there_is_any() -> None:
    assert savings.not_counted({}, 0, 0, 0) == []
    aside = {
        "dismissed": LeftOut(2, Decimal(1500)),
        "done": LeftOut(1, Decimal(3)),
        "open": LeftOut(4, Decimal(10)),
        "accepted": LeftOut(1, Decimal(5)),
    }
    told = dict(savings.not_counted(aside, 1, 12, 3))
    assert list(told) == ["Dismissed", "Done", "Excluded by another", "Without a price", "Not measured", "Incomplete"]
    assert told["Dismissed"].startswith("2 findings that would save $1,500 a month")
    assert told["Excluded by another"].startswith("5 findings")
    assert "$15.00" in told["Excluded by another"]
