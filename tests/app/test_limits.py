"""What Cost Explorer doesn't know, and which of its months a view touches."""

from datetime import date

import pytest

from app.limits import asked_in_vain, overlapping
from core.models import Partition

JULY, AUGUST = (Partition("ce:AWS:111111111111", date(2026, month, 1), "run") for month in (7, 8))
EXPORT = Partition("focus:AWS:222222222222", date(2026, 8, 1), "run")


@pytest.mark.parametrize(
    ("group", "selected", "what"),
    [
        ("service", (), ""),
        ("usage_type", ("service", "region"), ""),
        ("resource", (), "resources"),
        ("service", ("resource",), "resources"),
        ("tag:team", (), "tags"),
        ("service", ("tag:team",), "tags"),
    ],
)
def test_resources_and_tags_are_asked_in_vain(group: str, selected: tuple[str, ...], what: str) -> None:
    assert asked_in_vain(group, *selected) == what


def test_only_cost_explorer_s_months_of_the_period_count() -> None:
    bills = (JULY, AUGUST, EXPORT)
    assert overlapping(bills, date(2026, 8, 1), date(2026, 8, 31)) == [AUGUST]
    assert overlapping(bills, date(2026, 7, 31), date(2026, 8, 1)) == [JULY, AUGUST]
    assert overlapping(bills, date(2026, 9, 1), date(2026, 9, 30)) == []
    assert overlapping((EXPORT,), date(2026, 8, 1), date(2026, 8, 31)) == []
