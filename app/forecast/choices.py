"""What one chooses on the forecast page; the link has it."""

import math
from datetime import date

from app.view import Choice
from core.insight.parts import GROUPS

TOTAL = "total"
PERIODS = ("month", "next", "quarter")
PUBLISHED, TRIED = "published", "backtest"
LARGEST = 1e15
LEAST_GROWTH, MOST_GROWTH = -50.0, 100.0


def amount(text: str) -> float:
    """An amount of a link, zero or more. Raises ValueError."""
    return _between(text, 0.0, LARGEST)


def growth(text: str) -> float:
    """Percent a month of a link. Raises ValueError."""
    return _between(text, LEAST_GROWTH, MOST_GROWTH)


def _between(text: str, least: float, most: float) -> float:
    value = float(text)
    if not (math.isfinite(value) and least <= value <= most):
        raise ValueError(f"{value} isn't between {least} and {most}")
    return value


BY = Choice("by", (TOTAL, *GROUPS), default=TOTAL)
AMOUNT = Choice("amount", reads=amount)
OVER = Choice("over", PERIODS, default="month")
GROWTH = Choice("growth", reads=growth)
SAVING = Choice("saving", ("accepted",))
SINCE = Choice("since", reads=date.fromisoformat)
RECORD = Choice("record", (PUBLISHED, TRIED))

OWN = (BY, AMOUNT, OVER, GROWTH, SAVING, SINCE, RECORD)
