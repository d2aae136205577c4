"""What is to be expected: the days to the end of the next month, and what each month comes to."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from core.analysis.forecast import Fan, Forecast, explained_forecast
from core.analysis.forecast_charges import CalendarCharge
from core.errors import AnalysisRefused
from core.insight import kept
from core.models import CostType, Filters, Snapshot, month_after
from core.store import queries, series
from core.store.analyses import Row
from core.store.client import Store

DAY, MONTH, METHOD = "forecast", "forecast-month", "forecast-method"
"""The kinds of rows that a forecast is kept as."""

TOTAL = "total"
LEVELS = (80, 95)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class MonthEnd:
    """A month's whole cost: `actual` is what its days up to `settled` cost, `mean` and the bounds are with what is expected of the rest."""

    month: date
    actual: Decimal
    settled: date | None
    mean: Decimal
    lower80: Decimal
    upper80: Decimal
    lower95: Decimal
    upper95: Decimal


@dataclass(frozen=True)
class Outlook:
    """The forecast of a view. `days` has the columns date, mean, lower80, upper80, lower95, upper95, from the day after `settled` on.

    `months` are the month of that day and the next one. `mean_absolute_error` is what the method missed a day by on past days; None where
    the past is too short to tell. `charges` are those of the calendar that were found.
    """

    settled: date
    days: pd.DataFrame
    months: tuple[MonthEnd, ...]
    method: str
    mean_absolute_error: float | None
    history_from: date
    charges: tuple[CalendarCharge, ...]
    notes: tuple[str, ...]
    currency: str
    cost_type: CostType


def outlook(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> Outlook:
    """The forecast of the view's selection, cost type and currency, from the day after the last settled one to the end of the next month.

    Raises AnalysisRefused where nothing honest can be said, such as without figures.
    """
    last = series.settled(store, snap, settled_days)
    if last is None:
        raise AnalysisRefused("There are no figures to forecast from.", "Import a bill or collect from AWS first.")
    return _read(store, snap, filters, last) or forecast(store, snap, filters, last)


def forecast(store: Store, snap: Snapshot, filters: Filters, last: date) -> Outlook:
    """The same, worked out now. Raises AnalysisRefused."""
    whole = series.everything(store, snap, filters, last)
    if whole is None:
        raise AnalysisRefused("There is no settled day to forecast from.", "Import or collect more days.")
    end = month_after(last + timedelta(days=1), 2) - timedelta(days=1)
    found = explained_forecast(series.daily(store, snap, whole), (end - last).days)
    return Outlook(
        settled=last,
        days=found.days,
        months=tuple(_months(store, snap, filters, last, found)),
        method=found.method,
        mean_absolute_error=found.mean_absolute_error,
        history_from=found.history_from.date(),
        charges=found.charges,
        notes=found.notes,
        currency=filters.currency,
        cost_type=filters.cost_type,
    )


def _months(store: Store, snap: Snapshot, filters: Filters, last: date, found: Forecast) -> Iterator[MonthEnd]:
    first = last + timedelta(days=1)
    for month in (month_after(first), month_after(first, 1)):
        end = month_after(month, 1) - timedelta(days=1)
        begun = month <= last
        actual = queries.total(store, snap, replace(filters, start=month, end=last)) if begun else None
        rest = found.total(max(first, month), end)
        yield _month_end(month, actual or Decimal(0), last if begun else None, rest)


def _month_end(month: date, actual: Decimal, settled: date | None, rest: Fan) -> MonthEnd:
    def whole(amount: float) -> Decimal:
        return (actual + Decimal(repr(amount))).quantize(_CENT)

    return MonthEnd(month, actual, settled, *map(whole, (rest.mean, rest.lower80, rest.upper80, rest.lower95, rest.upper95)))


def rows(told: Outlook) -> Iterator[dict[str, object]]:
    """An outlook as rows of `analysis_results`, without the run's own columns."""
    for day in told.days.to_dict("records"):
        when = {"day": day["date"].date(), "last_day": day["date"].date()}
        for level in LEVELS:
            bounds = {"lower": day[f"lower{level}"], "upper": day[f"upper{level}"], "level": level}
            yield {"kind": DAY, "subject": TOTAL, **when, "value": day["mean"], **bounds}
    for month in told.months:
        end = month_after(month.month, 1) - timedelta(days=1)
        yield {"kind": MONTH, "subject": TOTAL, "day": month.month, "last_day": end, "details": asdict(month)}
    how = {name: getattr(told, name) for name in ("method", "mean_absolute_error", "history_from", "notes")}
    how["charges"] = [asdict(charge) for charge in told.charges]
    yield {"kind": METHOD, "subject": TOTAL, "day": told.settled, "last_day": told.settled, "details": how}


def _read(store: Store, snap: Snapshot, filters: Filters, last: date) -> Outlook | None:
    """The outlook that a run kept, where it answers for the view."""
    found = {kind: kept.read(store, snap, filters, last, kind) for kind in (DAY, MONTH, METHOD)}
    days, months, methods = (found[kind] for kind in (DAY, MONTH, METHOD))
    if not (days and months and methods):
        return None
    how = methods[0].details
    return Outlook(
        settled=last,
        days=_days(days),
        months=tuple(_month_of(row.details) for row in months),
        method=how["method"],
        mean_absolute_error=how["mean_absolute_error"],
        history_from=date.fromisoformat(how["history_from"]),
        charges=tuple(CalendarCharge(**charge) for charge in how["charges"]),
        notes=tuple(how["notes"]),
        currency=filters.currency,
        cost_type=filters.cost_type,
    )


def _days(held: Sequence[Row]) -> pd.DataFrame:
    days: dict[date, dict[str, object]] = {}
    for row in held:
        day = days.setdefault(row.day, {"date": pd.Timestamp(row.day), "mean": row.value})
        day |= {f"lower{row.level}": row.lower, f"upper{row.level}": row.upper}
    return pd.DataFrame(list(days.values()))


def _month_of(told: dict[str, str | None]) -> MonthEnd:
    month, settled = told["month"], told["settled"]
    amounts = (Decimal(str(told[name])) for name in ("actual", "mean", "lower80", "upper80", "lower95", "upper95"))
    actual, *fan = amounts
    return MonthEnd(date.fromisoformat(str(month)), actual, date.fromisoformat(settled) if settled else None, *fan)
