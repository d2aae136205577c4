"""What is to be expected, in words and rows: what the forecast page shows and exports. Pure."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from app import format as fmt
from core.analysis.forecast_charges import LAST_DAY
from core.insight import MonthEnd, Outlook, PeriodEnd

_BOUNDS = ("lower80", "upper80", "lower95", "upper95")


def headline(outlook: Outlook, before: Decimal | None) -> str:
    """The end of the month in words: mean, interval, and how that is beside the month before where all of it is known."""
    month, currency = outlook.months[0], outlook.currency
    said = f"{month.month:%B} is expected to be {fmt.short(month.mean, currency)}, between {between(month, currency)} (80 %)"
    if not before:
        return said
    moved = fmt.percent_change(month.mean, before).lstrip("+" + fmt.MINUS)
    earlier = f"{pd.Timestamp(month.month) - pd.offsets.MonthBegin():%B}"
    if month.mean == before:
        return f"{said}, as in {earlier}"
    return f"{said}, {moved} {'above' if month.mean > before else 'below'} {earlier}"


def between(month: MonthEnd, currency: str) -> str:
    """The 80 % interval of a whole month: "$179,000 and $186,000"."""
    return f"{fmt.short(month.lower80, currency)} and {fmt.short(month.upper80, currency)}"


def charges(outlook: Outlook) -> str:
    """The charges that come by the calendar, in words."""
    told = [
        f"on {'the last day' if charge.key == LAST_DAY else f'day {charge.key}'} about {fmt.money(charge.amount, outlook.currency)}"
        for charge in outlook.charges
    ]
    return ", ".join(told) or "none were found"


def months(outlook: Outlook, assumed: Sequence[PeriodEnd] | None = None) -> pd.DataFrame:
    """Columns: month (2026-11, or 2026-Q4), actual (its settled days), rest (forecast), mean (all of it), and its bounds of 80 and 95 %.

    Where something is `assumed`, `assumed` is the mean with it.
    """
    rows = pd.DataFrame(
        [
            {
                "month": iso(end),
                "actual": float(end.actual),
                "rest": float(end.mean - end.actual),
                "mean": float(end.mean),
                **{bound: float(getattr(end, bound)) for bound in _BOUNDS},
            }
            for end in outlook.periods
        ]
    )
    return rows if assumed is None else rows.assign(assumed=[float(end.mean) for end in assumed])


def iso(end: PeriodEnd) -> str:
    """A month as 2026-11, a quarter as 2026-Q4."""
    return f"{end.first:%Y-%m}" if end.first.month == end.last.month else f"{end.first.year}-Q{(end.first.month + 2) // 3}"


def days(outlook: Outlook, theirs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Columns: date, mean, the bounds of 80 and 95 %, and AWS's own forecast where it is comparable."""
    rows = outlook.days[["date", "mean", *_BOUNDS]]
    if theirs is None or theirs.empty:
        return rows
    own = pd.Series(theirs["value"].astype(float).to_numpy(), index=pd.DatetimeIndex(theirs["day"]))
    return rows.assign(aws=rows["date"].map(own))
