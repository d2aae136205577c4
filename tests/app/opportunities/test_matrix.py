"""Checks by effort and risk."""

from decimal import Decimal

import pandas as pd

from app.opportunities import matrix

COLUMNS = ["type", "check", "effort", "risk", "found", "counted", "savings", "confidence", "resource", "largest"]
NAMES = {"ec2_idle": "Idle EC2 instance", "ebs_unattached": "Unattached EBS volume"}


def cells(*rows: tuple[str, str, str, str, int]) -> pd.DataFrame:
    """Rows of type, check, effort, risk and USD."""
    return pd.DataFrame([(*row[:4], 2, 1, Decimal(row[4]), 0.9, "<b>web</b>", Decimal(row[4])) for row in rows], columns=COLUMNS)


IDLE = ("idle_resources", "ec2_idle", "low", "medium", 400)
LOOSE = ("idle_resources", "ebs_unattached", "low", "low", 100)
LARGE = ("rightsizing", "ec2_underutilized", "medium", "medium", 225)


def test_the_easiest_column_is_on_the_left_and_each_says_what_it_comes_to() -> None:
    drawn = matrix.figure(cells(LARGE, IDLE, LOOSE), NAMES, {})
    assert list(drawn.layout.xaxis.ticktext) == [
        "Low effort<br>low risk<br><b>$100.00</b>",
        "Low effort<br>medium risk<br><b>$400.00</b>",
        "Medium effort<br>medium risk<br><b>$225.00</b>",
    ]
    assert list(drawn.layout.yaxis.ticktext) == ["Unattached EBS volume", "ec2_underutilized", "Idle EC2 instance"]


def test_areas_are_in_proportion_to_dollars_and_a_click_says_which_check() -> None:
    drawn = matrix.figure(cells(IDLE, LOOSE), NAMES, {})
    (trace,) = drawn.data
    assert trace.name == "Idle"
    sizes = dict(zip((datum[0] for datum in trace.customdata), trace.marker.size, strict=True))
    assert round((sizes["ec2_idle"] / sizes["ebs_unattached"]) ** 2, 6) == 4


def test_a_name_cannot_bring_tags_into_a_hover() -> None:
    drawn = matrix.figure(cells(IDLE), NAMES, {})
    said = drawn.data[0].customdata[0][1]
    assert "&lt;b&gt;web&lt;/b&gt;" in said
    assert "<b>$400.00</b> a month, 2 findings, 1 counted" in said


def test_a_check_of_two_levels_is_one_row_and_what_saves_least_is_not_drawn() -> None:
    many = [("idle_resources", f"check_{number:02}", "low", "low", 100 - number) for number in range(14)]
    twice = ("idle_resources", "check_00", "high", "high", 50)
    drawn = matrix.figure(cells(*many, twice), {}, {})
    assert len(drawn.layout.yaxis.ticktext) == matrix.SHOWN
    assert drawn.layout.yaxis.ticktext[-1] == "check_00"
    assert "check_13" not in drawn.layout.yaxis.ticktext
    assert sum(datum[0] == "check_00" for datum in drawn.data[0].customdata) == 2


def test_what_is_not_chosen_is_faint() -> None:
    drawn = matrix.figure(cells(IDLE, LOOSE), NAMES, {}, ("ec2_idle",))
    faint = dict(zip((datum[0] for datum in drawn.data[0].customdata), drawn.data[0].marker.opacity, strict=True))
    assert faint["ebs_unattached"] < faint["ec2_idle"]


def test_the_chart_in_words() -> None:
    assert matrix.told(cells(LOOSE, IDLE), NAMES) == (
        "Saving a month by check, effort and risk. The largest: Idle EC2 instance $400.00, low effort, medium risk; "
        "Unattached EBS volume $100.00, low effort, low risk"
    )


def test_amounts_are_brief_where_there_are_many_columns() -> None:
    levels = [(effort, risk) for effort in matrix.ORDER for risk in ("low", "medium")]
    drawn = matrix.figure(cells(*(("idle_resources", "ec2_idle", *level, 6_254) for level in levels)), NAMES, {})
    assert drawn.layout.xaxis.ticktext[0] == "Low<br>effort<br>low<br>risk<br><b>$6.25k</b>"
    assert [matrix.brief(Decimal(amount)) for amount in ("412.3", "5987157", "999.4")] == ["$412", "$5.99M", "$999"]
