"""What drove a difference, in words and as rows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from app import driver_rows
from app.view import View
from core.analysis.drivers import LINE, split
from core.errors import SettingError
from core.insight.drivers import Change
from core.models import Days, Filters

OCTOBER, NOVEMBER = Days(date(2026, 10, 1), date(2026, 10, 31)), Days(date(2026, 11, 1), date(2026, 11, 20))
COLUMNS = [*LINE, "charge", "presence", "covered", "unit", "before", "after", "quantity_before", "quantity_after"]


def row(service: str, before: str, after: str, quantities: tuple[int, int] = (0, 0), **other: Any) -> dict[str, Any]:
    line = {"account": "1", "region": "us-east-1", "service": service, "item": "Hours", "operation": ""}
    what = {"charge": "usage", "presence": "kept", "covered": False, "unit": "Hrs" if any(quantities) else ""}
    amounts = {"before": Decimal(before), "after": Decimal(after)}
    held = {"quantity_before": Decimal(quantities[0]), "quantity_after": Decimal(quantities[1])}
    return {**line, **what, **amounts, **held, **other}


ROWS = (
    row("EC2", "100", "165", (100, 150)),  # 50 hours more at $1, and $0.10 more for each of 150
    row("EC2", "0", "7", presence="new_resource"),
    row("S3", "30", "25"),
    row("Lambda", "4", "4", (10, 10)),
)


def change(*rows: dict[str, Any], **other: Any) -> Change:
    table = pd.DataFrame(list(rows or ROWS), columns=COLUMNS)
    sides = table[["service", "account", "region", "before", "after"]]
    held = {"before": OCTOBER, "after": NOVEMBER, "settled": NOVEMBER.last, "per_day": False, "notes": (), "unknown": 0}
    return Change(**{**held, "parts": split(table), "sides": sides, **other})


def view(**own: str) -> View:
    found = View(Filters(NOVEMBER.first, NOVEMBER.last, "USD"))
    for choice in (driver_rows.SINCE, driver_rows.UNTIL):
        found = found.choosing(choice, [own[choice.name]] if choice.name in own else [])
    return found


def test_the_sentence_says_what_moved_and_why() -> None:
    assert driver_rows.headline(change(), "USD") == (
        "1 – 20 Nov 2026 is $201.00, $67.00 (50.0 %) above 1 – 31 Oct 2026: "
        "usage +$50.00, rate +$15.00, new resources +$7.00, −$5.00 not split"
    )
    assert driver_rows.headline(change(row("S3", "5", "5")), "USD") == "1 – 20 Nov 2026 is $5.00, as much as 1 – 31 Oct 2026"
    said = driver_rows.headline(change(row("S3", "0", "5", (0, 1)), per_day=True), "USD")
    assert said == "1 – 20 Nov 2026 is $5.00 a day, $5.00 above 1 – 31 Oct 2026: usage +$5.00"


def test_lengths_that_differ_are_said() -> None:
    said = driver_rows.lengths(change())
    assert "1 – 20 Nov 2026 (20 days) beside 1 – 31 Oct 2026 (31 days), UTC. Settled days only, up to 20 Nov 2026." in said
    assert said.endswith("different lengths: their totals are compared.")
    assert driver_rows.lengths(change(per_day=True)).endswith("an average day of each is compared.")
    assert "lengths" not in driver_rows.lengths(change(before=Days(date(2026, 10, 12), date(2026, 10, 31))))


def test_the_table_has_what_changed_by_driver_and_its_sum() -> None:
    rows = driver_rows.table(change(), "service", str.upper)
    assert list(rows["name"]) == ["EC2", "S3", "LAMBDA", "All"]
    assert list(rows["key"]) == ["EC2", "S3", "Lambda", None]
    assert [list(rows[name]) for name in ("before", "after", "change")] == [[100, 30, 4, 134], [172, 25, 4, 201], [72, -5, 0, 67]]
    assert list(rows.columns[5:]) == ["new_resources", "usage", "rate", "not_split"]
    for _, line in rows.iterrows():
        assert sum(value for value in line[list(rows.columns[5:])] if pd.notna(value)) == line["change"]


def test_the_lines_behind_a_driver_or_a_service() -> None:
    found = driver_rows.lines(change(), dimension="service", value="EC2")
    assert list(found["driver"]) == ["Usage", "Rate", "New resources"]
    assert list(found["amount"]) == [50, 15, 7]
    usage = found.iloc[0]
    assert (usage["rate_before"], usage["rate_after"], usage["unit"]) == (1, 1.1, "Hrs")
    (new,) = driver_rows.lines(change(), driver=driver_rows.Driver.NEW_RESOURCES).to_dict("records")
    assert new["quantity_after"] is None or pd.isna(new["quantity_after"])
    tiny = change(row("S3", "1", "1.004"))
    assert driver_rows.lines(tiny).empty


def test_the_days_of_a_link() -> None:
    assert driver_rows.chosen_days(view()) is None
    days = Days(date(2026, 2, 1), date(2026, 2, 14))
    assert driver_rows.chosen_days(view(against_from="2026-02-01", against_to="2026-02-14")) == days
    assert driver_rows.chosen_days(view(against_from="2026-02-14", against_to="2026-02-01")) == days
    for half in ({"against_from": "2026-02-01"}, {"against_from": "someday", "against_to": "2026-02-01"}):
        with pytest.raises(SettingError, match="days to compare with"):
            driver_rows.chosen_days(view(**half))


def test_the_choices_are_in_the_link() -> None:
    chosen = replace(view(against_from="2026-02-01", against_to="2026-02-14")).choosing(driver_rows.AGAINST, ["days"])
    encoded = chosen.encoded(driver_rows.CHOICES)
    assert {name: encoded[name] for name in encoded if name.startswith("against")} == {
        "against": ["days"],
        "against_from": ["2026-02-01"],
        "against_to": ["2026-02-14"],
    }
