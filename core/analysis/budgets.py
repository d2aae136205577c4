"""A budget beside what is spent: its periods, the daily plan, the cumulative curve, thresholds, and an amount to begin with. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.models import month_after

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
"""How many months a period has."""

LEARNT_FROM = 92  # days before a period whose rhythm its plan has: about thirteen weeks with three month starts
LEAST_KNOWN = 28  # of them that must be known; else the plan is even
LEVELS = (80, 95)
BOUNDS = ("lower80", "upper80", "lower95", "upper95")
COLUMNS = ("date", "budget", "actual", "unsettled", "mean", *BOUNDS)

OVER, AT_RISK, UNDER, INCOMPLETE, UNKNOWN = "over", "at risk", "under", "incomplete", "unknown"
"""Where a budget can stand, the worst first."""

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_DIGITS = 2  # that a suggested amount has


def period_of(start: date, period: str, day: date) -> tuple[date, date]:
    """The first and the last day of the period that holds a day; periods are counted from `start`, the first of a month."""
    months = MONTHS[period]
    passed = (day.year - start.year) * 12 + day.month - start.month
    first = month_after(start, passed // months * months)
    return first, month_after(first, months) - timedelta(days=1)


def plan(amount: float, first: date, last: date, history: "pd.Series[float]") -> "pd.Series[float]":
    """An amount spread over the days from `first` to `last`, by day; the sum is the amount.

    A day's share is what such a day usually cost in the 92 days before: month starts, on which a month's fees are billed, apart, the others
    by their weekday. `history` is daily cost by day, NaN where it isn't known. Under 28 known days, or where they don't add up to a cost,
    the days share evenly.
    """
    days = pd.date_range(first, last, freq="D")
    before = history[(history.index < days[0]) & (history.index >= days[0] - pd.Timedelta(days=LEARNT_FROM))].dropna()
    weights = _usual(before, days) if len(before) >= LEAST_KNOWN else np.ones(len(days))
    if not weights.sum() > 0:
        weights = np.ones(len(days))
    return pd.Series(amount * weights / weights.sum(), index=days)


def _usual(before: "pd.Series[float]", days: pd.DatetimeIndex) -> Floats:
    """What each day usually costs; what is credited more than charged counts as nothing."""
    held = pd.DatetimeIndex(before.index)
    starts, others = before[held.day == 1], before[held.day != 1]
    by_weekday = others.groupby(pd.DatetimeIndex(others.index).day_of_week).mean().reindex(range(7)).fillna(others.mean())
    usual = pd.Series(days.day_of_week, index=days).map(by_weekday)
    if len(starts):
        usual[days.day == 1] = starts.mean()
    return np.asarray(usual.clip(lower=0), dtype=np.float64)


def curve(
    planned: "pd.Series[float]",
    costs: "pd.Series[float]",
    settled: date | None,
    days: pd.DataFrame | None = None,
    end: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """A period as one cumulative daily curve. Columns: date, budget, actual, unsettled, mean, lower80, upper80, lower95, upper95.

    `planned` and `costs` are daily amounts over the period's days; a cost is NaN where it isn't known, and then adds nothing. `actual` goes
    up to the last settled day, `unsettled` from there to the last day with figures, and the forecast from there to the end. `days` are the
    forecast of the days that haven't settled (date, mean and bounds), `end` what the whole period comes to. What doesn't apply is NaN.
    """
    found = pd.DataFrame({"date": planned.index, "budget": planned.cumsum().to_numpy()})
    is_settled = np.asarray(planned.index <= pd.Timestamp(settled)) if settled else np.zeros(len(planned), dtype=bool)
    known = costs.reindex(planned.index)
    so_far = known.fillna(0.0).cumsum().to_numpy()
    found["actual"] = np.where(is_settled, so_far, np.nan)
    has_figures = known.notna()[::-1].cummax()[::-1].to_numpy()
    found["unsettled"] = np.where((_from_last(is_settled)) & has_figures, so_far, np.nan) if (~is_settled & has_figures).any() else np.nan
    fan = dict.fromkeys(("mean", *BOUNDS), np.full(len(planned), np.nan))
    if days is not None and end is not None and len(days):
        fan = _fan(days, end, planned.index, is_settled, float(so_far[is_settled][-1]) if is_settled.any() else 0.0)
    return found.assign(**fan)[[*COLUMNS]]


def _from_last(is_settled: Mask) -> Mask:
    """The last settled day and all after it."""
    rest = ~is_settled
    rest[:-1] |= rest[1:]
    return rest


def _fan(days: pd.DataFrame, end: Mapping[str, float], index: pd.Index, is_settled: Mask, spent: float) -> dict[str, Floats]:
    """The cumulative forecast, which begins at what was spent and ends at what the period comes to.

    At the end the bounds are the period's own, which its past errors made; on the way there they open as the days' own intervals add up.
    """
    expected = days.set_index("date").reindex(index)
    mean = spent + expected["mean"].fillna(0.0).cumsum().to_numpy()
    found = {"mean": mean}
    for level in LEVELS:
        opened = (expected[f"upper{level}"] - expected[f"lower{level}"]).fillna(0.0).cumsum().to_numpy()
        share = opened / opened[-1] if opened[-1] > 0 else np.zeros(len(opened))
        for bound in (f"lower{level}", f"upper{level}"):
            found[bound] = mean + share * (end[bound] - end["mean"])
    return {name: np.where(_from_last(is_settled), values, np.nan) for name, values in found.items()}


def reached(amount: Decimal, thresholds: Iterable[Decimal], seen: Decimal) -> tuple[Decimal, ...]:
    """The thresholds, in percent of the amount, that a figure has come up to."""
    return tuple(threshold for threshold in thresholds if seen * 100 >= threshold * amount)


def state(amount: Decimal, actual: Decimal | None, expected: Decimal | None, missing: int) -> str:
    """Where a budget stands: over once settled days cost more than the amount, at risk where the whole period is expected to, else under.

    `missing` settled days without figures make what isn't over incomplete. Where there is neither a cost nor a forecast it is unknown.
    """
    if actual is not None and actual > amount:
        return OVER
    if missing:
        return INCOMPLETE
    if expected is None:
        return UNKNOWN
    return AT_RISK if expected > amount else UNDER


def suggested(months: Sequence[Decimal], period: str) -> Decimal | None:
    """An amount to begin with: the mean of whole months, times the months of a period, rounded up to two digits. None of no cost."""
    mean = sum(months, Decimal(0)) / len(months) * MONTHS[period] if months else Decimal(0)
    if mean <= 0:
        return None
    step = Decimal(1).scaleb(max(mean.adjusted() - _DIGITS + 1, -2))
    return (mean / step).to_integral_value(ROUND_CEILING) * step
