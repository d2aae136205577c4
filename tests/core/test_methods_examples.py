"""Each check's worked example in docs/methods.md is what the check says of the example's resource, to the cent."""

import importlib
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import pytest

from core import checks
from core.checks.contract import Check, Finding
from core.settings import ROOT

METHODS = ROOT / "docs" / "methods.md"
CHECKS = checks.discovered()
_PARAGRAPH = re.compile(
    r"^\*\*(?P<id>[a-z0-9_]+)\*\* (?P<text>(?:(?!\n\n).)+?)\n\n?<!-- example (?P<example>[a-z0-9_]+): (?P<usd>\d+\.\d\d) -->$", re.M | re.S
)
_SUM = re.compile(r"= \$(\d[\d,]*\.\d\d)(?!\d)")


@cache
def paragraphs() -> Mapping[str, re.Match[str]]:
    """The paragraphs about what a finding saves, by check."""
    text = METHODS.read_text(encoding="utf-8").split("\n## Opportunities\n")[1].split("\n## ")[0]
    return {match["id"]: match for match in _PARAGRAPH.finditer(text)}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
class TestEveryExample:
    def test_the_paragraph_ends_with_the_amount_that_its_comment_says(self, check: Check) -> None:
        paragraph = paragraphs()[check.id]
        assert paragraph["example"] == check.id
        sums = [Decimal(found.replace(",", "")) for found in _SUM.findall(paragraph["text"])]
        assert sums[-1:] == [Decimal(paragraph["usd"])]

    def test_the_check_says_the_same_of_the_example_s_resource(self, check: Check) -> None:
        finding = importlib.import_module(f"tests.core.checks.test_{check.id}").worked_example()
        assert isinstance(finding, Finding)
        assert finding.monthly_savings is not None
        assert round(finding.monthly_savings, 2) == Decimal(paragraphs()[check.id]["usd"])


def test_every_check_has_one_paragraph_and_every_paragraph_a_check() -> None:
    assert sorted(match["id"] for match in _PARAGRAPH.finditer(METHODS.read_text(encoding="utf-8"))) == sorted(check.id for check in CHECKS)
