"""Budgets and where they stand, made by hand."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pandas as pd

from core.analysis.budgets import COLUMNS
from core.insight.budgets import Standing
from core.insight.periods import PeriodEnd
from core.models import CostType
from core.store.budgets import Budget

AT = datetime(2026, 11, 20, 12)
BUDGET = Budget(
    *("budget-1", "Platform", {}, CostType.UNBLENDED, "USD", "monthly", Decimal(1000)),
    *((Decimal(50),), (Decimal(100),), date(2026, 11, 1), "Ana", AT, AT),
)
NAN = float("nan")


def curve(*days: tuple[float, float, float]) -> pd.DataFrame:
    """Days from the first of November with budget, actual and mean; the bounds are 10 and 20 off."""
    found = pd.DataFrame([dict(zip(("budget", "actual", "mean"), day, strict=True)) for day in days])
    found.insert(0, "date", pd.date_range("2026-11-01", periods=len(days)))
    bounds = {f"lower{level}": found["mean"] - off for level, off in ((80, 10), (95, 20))}
    bounds |= {f"upper{level}": found["mean"] + off for level, off in ((80, 10), (95, 20))}
    return found.assign(unsettled=NAN, **bounds)[[*COLUMNS]]


def standing(actual: str | None, mean: str | None = None, missing: int = 0, **changes: object) -> Standing:
    """Where a budget of 1,000 USD stands that has so much of settled cost and is expected to come to so much."""
    first, last, settled = date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 17) if actual else None
    spent = Decimal(actual) if actual else None
    off = {name: Decimal(mean or 0) + by for name, by in (("lower80", -10), ("upper80", 10), ("lower95", -20), ("upper95", 20))}
    days = pd.DataFrame({"date": [pd.Timestamp(last)]})
    end = PeriodEnd(first, last, spent or Decimal(0), settled, Decimal(mean), **off, days=days) if mean else None
    budget = replace(BUDGET, **changes)  # type: ignore[arg-type]  # fields by name
    return Standing(
        budget, first, last, settled, spent, spent, Decimal(500), end, "" if end else "Too short.", missing, curve((1000, NAN, NAN))
    )
