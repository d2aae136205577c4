"""Which days a period stands beside."""

from datetime import date

import pytest

from core.analysis.beside import Against, beside
from core.models import Days


def days(text: str) -> Days:
    first, last = text.split("..")
    return Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("period", "against", "expected"),
    [
        ("2026-11-10..2026-11-19", "before", "2026-10-31..2026-11-09"),
        ("2026-11-10..2026-11-19", "days", "2026-10-31..2026-11-09"),
        ("2026-11-10..2026-11-19", "month", "2026-10-10..2026-10-19"),
        ("2026-11-01..2026-11-20", "month", "2026-10-01..2026-10-20"),
        # Whole months stand beside whole months, whatever their lengths.
        ("2026-11-01..2026-11-30", "month", "2026-10-01..2026-10-31"),
        ("2026-03-01..2026-03-31", "month", "2026-02-01..2026-02-28"),
        # Thirty days over the end of a month; three months, so that the two don't overlap.
        ("2026-10-25..2026-11-23", "month", "2026-09-25..2026-10-23"),
        ("2026-09-10..2026-11-23", "month", "2026-06-10..2026-08-23"),
        # A day that the earlier month doesn't have is its last.
        ("2026-03-30..2026-03-30", "month", "2026-02-28..2026-02-28"),
        ("2026-11-10..2026-11-19", "year", "2025-11-10..2025-11-19"),
        ("2024-02-29..2024-02-29", "year", "2023-02-28..2023-02-28"),
        ("2025-02-01..2025-02-28", "year", "2024-02-01..2024-02-29"),
        # Over a year, the year before that.
        ("2025-01-01..2026-03-31", "year", "2023-01-01..2024-03-31"),
    ],
)
def test_the_days_beside(period: str, against: str, expected: str) -> None:
    assert beside(days(period), Against(against)) == days(expected)


def test_a_period_counts_both_ends() -> None:
    assert days("2026-11-10..2026-11-19").count == 10
    assert days("2026-11-10..2026-11-19").text == "2026-11-10 to 2026-11-19"
