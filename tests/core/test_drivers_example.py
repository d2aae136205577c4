"""The worked example of drivers of change in docs/methods.md is what the split says of its lines, to the cent."""

import re
from decimal import Decimal

import pandas as pd

from core.analysis.drivers import Driver, by_driver, split
from core.settings import ROOT

SECTION = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8").split("\n## Drivers of change\n")[1].split("\n## ")[0]


def table(name: str) -> list[list[str]]:
    """The cells of the table under a mark, without its head."""
    rows = SECTION.split(f"<!-- drivers: {name} -->\n\n")[1].split("\n\n")[0].splitlines()
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows[2:]]


def lines() -> pd.DataFrame:
    found = pd.DataFrame(
        table("lines"),
        columns=["item", "charge", "presence", "covered", "unit", "quantity_before", "before", "quantity_after", "after"],
    )
    numbers = {name: [Decimal(cell) for cell in found[name]] for name in ("quantity_before", "before", "quantity_after", "after")}
    place = {"account": "111111111111", "region": "us-east-1", "service": "EC2", "operation": ""}
    return found.assign(covered=found["covered"] == "yes", **numbers, **place)


def test_the_parts_are_those_of_the_document() -> None:
    *parts, together = table("parts")
    found = by_driver(split(lines()))
    assert {driver.value: amount for driver, amount in found.items()} == {name: Decimal(amount) for name, amount in parts}
    assert sum(found.values()) == Decimal(together[1]) == sum(lines()["after"]) - sum(lines()["before"])


def test_the_text_says_the_same() -> None:
    said = {amount.replace(",", "") for amount in re.findall(r"\$(\d[\d,]*\.\d\d)", SECTION.split("\n200 hours more")[1].split("\n\n")[0])}
    assert said == {"0.10", "20.00", "0.03", "18.00", "0.01", "6.00", "136.00", "169.50"}
    assert [sum(lines()[name]) for name in ("before", "after")] == [Decimal("136.00"), Decimal("169.50")]


def test_every_driver_is_explained() -> None:
    named = set(re.findall(r"`(\w+)`", SECTION.split("| driver | what it holds |")[1].split("\n\n")[0]))
    assert {driver.value for driver in Driver} <= named
