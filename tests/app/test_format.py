"""Figures as people read them."""

from datetime import date
from decimal import Decimal

import pytest

from app import format as fmt


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1476.5"), "$1,476"),
        (Decimal("999.994"), "$999.99"),
        (Decimal("0.5"), "$0.50"),
        (Decimal("0.000123"), "$0.000123"),
        (Decimal(0), "$0.00"),
        (Decimal("-12.3"), "−$12.30"),
        (Decimal("-0.0000001"), "$0.000000"),
        (Decimal("-2500"), "−$2,500"),
    ],
)
def test_money_has_cents_below_a_thousand(amount: Decimal, shown: str) -> None:
    assert fmt.money(amount) == shown


def test_other_currencies_keep_their_name() -> None:
    assert fmt.money(Decimal(12), "EUR") == "€12.00"
    assert fmt.money(Decimal(12), "SEK") == "SEK 12.00"


def test_headlines_shorten_millions_only() -> None:
    assert fmt.short(Decimal(1_234_567)) == "$1.23M"
    assert fmt.short(Decimal(999_999)) == "$999,999"


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [(106, 100, "+6.0 %"), (94, 100, "−6.0 %"), (5, 0, "new"), (0, 0, "no change"), (0, 50, "−100.0 %"), (-50, -100, "+50.0 %")],
)
def test_percent_change(now: int, before: int, shown: str) -> None:
    assert fmt.percent_change(Decimal(now), Decimal(before)) == shown


def test_a_delta_falls_by_a_hyphen_because_the_metric_knows_no_other_minus() -> None:
    assert fmt.delta(fmt.change(Decimal(90), Decimal(100))) == "-$10.00 (−10.0 %)"
    assert fmt.change(Decimal(110), Decimal(100)) == "+$10.00 (+10.0 %)"


def test_periods_say_a_year_and_a_month_once() -> None:
    assert fmt.period(date(2026, 8, 1), date(2026, 8, 31)) == "1 – 31 Aug 2026"
    assert fmt.period(date(2026, 7, 5), date(2026, 8, 3)) == "5 Jul – 3 Aug 2026"
    assert fmt.period(date(2025, 12, 31), date(2026, 1, 1)) == "31 Dec 2025 – 1 Jan 2026"
    assert fmt.period(date(2026, 8, 1), date(2026, 8, 1)) == "1 Aug 2026"


def test_share_of_nothing_is_a_dash() -> None:
    assert fmt.share(1, 0) == "–"
    assert fmt.share(Decimal(1), Decimal(8)) == "12.5 %"


@pytest.mark.parametrize(
    ("number", "said"),
    [(5, "5"), (0.25, "0.25"), (0, "0"), (12_345.678, "12,345.68"), (1_073_741_824, "1.07G"), (-2_000_000, "-2M"), (3e12, "3T")],
)
def test_a_measured_figure_is_short(number: float, said: str) -> None:
    assert fmt.size(number) == said
