"""Realised savings in words."""

from datetime import date
from decimal import Decimal

from app.opportunities import saved
from core.insight.realised import Realised, Refused

REALISED = Realised(Decimal("100"), Decimal("40"), "USD", 30, 1, date(2026, 5, 1), date(2026, 6, 20), "aws")


def test_a_saving_stands_beside_its_estimate() -> None:
    assert saved.in_words(REALISED, Decimal("55.5")) == (
        "Realised $60.00 a month, estimated $55.50: $100.00 a month before, $40.00 since, by 30 days before and 1 day after of the bill."
    )


def test_a_refusal_says_why() -> None:
    assert saved.in_words(Refused("No bill."), Decimal(5)) == "Estimated $5.00 a month. What it really saved can't be said: No bill."
    assert saved.how(Refused("No bill.")) == "No bill."
    assert saved.how(None) == ""
