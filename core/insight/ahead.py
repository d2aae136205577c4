"""What is to be expected: the days to the end of the next month and of the quarter, and what each of them comes to."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from core.analysis.batch import forecasts
from core.analysis.forecast import Forecast
from core.analysis.forecast_charges import CalendarCharge
from core.errors import AnalysisRefused
from core.insight import kept
from core.insight.periods import BOUNDS, PeriodEnd, known, whole
from core.models import CostType, Filters, Snapshot, month_after
from core.store import queries, series
from core.store.analyses import Row
from core.store.client import Store

DAY, MONTH, QUARTER, METHOD = "forecast", "forecast-month", "forecast-quarter", "forecast-method"
"""The kinds of rows that a forecast is kept as."""

TOTAL = "total"
LEVELS = (80, 95)
_AMOUNTS = ("actual", "mean", *BOUNDS)
_KEPT = ("settled", *_AMOUNTS)


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

    `months` are the month of that day and the next one, at whose end `days` ends; `quarter` is the calendar quarter of that day, and has
    its own days. `mean_absolute_error` is what the method missed a day by on past days; None where the past is too short to tell.
    `charges` are those of the calendar that were found.
    """

    settled: date
    days: pd.DataFrame
    months: tuple[MonthEnd, ...]
    quarter: PeriodEnd
    method: str
    mean_absolute_error: float | None
    history_from: date
    charges: tuple[CalendarCharge, ...]
    notes: tuple[str, ...]
    currency: str
    cost_type: CostType

    @property
    def periods(self) -> tuple[PeriodEnd, ...]:
        """The months and then the quarter, each with its days that haven't settled."""
        return (*(_as_period(month, self.days) for month in self.months), self.quarter)

    @property
    def all_days(self) -> pd.DataFrame:
        """Its days to the ends of both the next month and the quarter."""
        return max(self.days, self.quarter.days, key=len)


def _as_period(month: MonthEnd, days: pd.DataFrame) -> PeriodEnd:
    last = end_of(month.month)
    own = days[days["date"].between(pd.Timestamp(month.month), pd.Timestamp(last))].reset_index(drop=True)
    amounts = {name: getattr(month, name) for name in _AMOUNTS}
    return PeriodEnd(month.month, last, settled=month.settled, **amounts, days=own)


def outlook(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> Outlook:
    """The forecast of the view's selection, cost type and currency, from the day after the last settled one on.

    Raises AnalysisRefused where nothing honest can be said, such as without figures.
    """
    last = _settled(store, snap, settled_days)
    return _read(store, snap, filters, last) or forecast(store, snap, filters, last)


def period(store: Store, snap: Snapshot, filters: Filters, settled_days: int, first: date, last: date) -> PeriodEnd:
    """What the view's selection comes to from `first` to `last`, both included: settled days as billed, the rest forecast.

    The view's own days don't matter. A month or quarter is what the outlook says of it. Raises AnalysisRefused where nothing honest can be
    said, and where the period ends more than 400 days after the last settled one.
    """
    if first > last:
        raise AnalysisRefused(f"The period from {first} to {last} ends before it begins.", "Swap the two.")
    settled = _settled(store, snap, settled_days)
    if last <= settled:
        return known(first, last, _billed(store, snap, filters, first, last))
    until = max(last, reach(settled))
    return _period(store, snap, filters, settled, learnt(store, snap, filters, settled, until), first, last)


def reach(settled: date) -> date:
    """The last day that an outlook says anything of: the end of the next month or of the quarter of the first day that hasn't settled."""
    return max(_next_month_end(settled), quarter_of(settled + timedelta(days=1))[1])


def _next_month_end(settled: date) -> date:
    return month_after(settled + timedelta(days=1), 2) - timedelta(days=1)


def end_of(month: date) -> date:
    """The last day of a month."""
    return month_after(month, 1) - timedelta(days=1)


def quarter_of(day: date) -> tuple[date, date]:
    """The first and the last day of the calendar quarter that a day is in."""
    first = month_after(day, -((day.month - 1) % 3))
    return first, month_after(first, 3) - timedelta(days=1)


def learnt(store: Store, snap: Snapshot, filters: Filters, settled: date, until: date) -> Forecast:
    """The forecast of the view's selection from the day after `settled` to `until`, learnt from every settled day. Raises AnalysisRefused.

    Its models are those of the outlook, however far it goes.
    """
    everything = series.everything(store, snap, filters, settled)
    if everything is None:
        raise AnalysisRefused("There is no settled day to forecast from.", "Import or collect more days.")
    daily, judged = series.daily(store, snap, everything), (_next_month_end(settled) - settled).days
    return forecasts({TOTAL: daily}, (until - settled).days, judged)[TOTAL]


def forecast(store: Store, snap: Snapshot, filters: Filters, last: date) -> Outlook:
    """The outlook, worked out now. Raises AnalysisRefused."""
    found = learnt(store, snap, filters, last, reach(last))
    first = last + timedelta(days=1)
    return Outlook(
        settled=last,
        days=_until(found.days, _next_month_end(last)),
        months=tuple(_month(store, snap, filters, last, found, month) for month in (month_after(first), month_after(first, 1))),
        quarter=_period(store, snap, filters, last, found, *quarter_of(first)),
        method=found.method,
        mean_absolute_error=found.mean_absolute_error,
        history_from=found.history_from.date(),
        charges=found.charges,
        notes=found.notes,
        currency=filters.currency,
        cost_type=filters.cost_type,
    )


def _settled(store: Store, snap: Snapshot, settled_days: int) -> date:
    last = series.settled(store, snap, settled_days)
    if last is None:
        raise AnalysisRefused("There are no figures to forecast from.", "Import a bill or collect from AWS first.")
    return last


def _billed(store: Store, snap: Snapshot, filters: Filters, first: date, last: date) -> Decimal:
    return queries.total(store, snap, replace(filters, start=first, end=last)) or Decimal(0)


def _month(store: Store, snap: Snapshot, filters: Filters, settled: date, found: Forecast, month: date) -> MonthEnd:
    end = _period(store, snap, filters, settled, found, month, end_of(month))
    return MonthEnd(month, end.actual, end.settled, *(getattr(end, name) for name in ("mean", *BOUNDS)))


def _period(store: Store, snap: Snapshot, filters: Filters, settled: date, found: Forecast, first: date, last: date) -> PeriodEnd:
    begun = first <= settled
    actual = _billed(store, snap, filters, first, settled) if begun else Decimal(0)
    ahead = max(first, settled + timedelta(days=1))
    days = found.days[found.days["date"].between(pd.Timestamp(ahead), pd.Timestamp(last))].reset_index(drop=True)
    return PeriodEnd(first, last, actual, settled if begun else None, **whole(actual, found.total(ahead, last)), days=days)


def rows(told: Outlook) -> Iterator[dict[str, object]]:
    """An outlook as rows of `analysis_results`, without the run's own columns."""
    for day in told.all_days.to_dict("records"):
        when = {"day": day["date"].date(), "last_day": day["date"].date()}
        for level in LEVELS:
            bounds = {"lower": day[f"lower{level}"], "upper": day[f"upper{level}"], "level": level}
            yield {"kind": DAY, "subject": TOTAL, **when, "value": day["mean"], **bounds}
    for month in told.months:
        end = end_of(month.month)
        yield {"kind": MONTH, "subject": TOTAL, "day": month.month, "last_day": end, "details": asdict(month)}
    quarter = {name: getattr(told.quarter, name) for name in _KEPT}
    yield {"kind": QUARTER, "subject": TOTAL, "day": told.quarter.first, "last_day": told.quarter.last, "details": quarter}
    how = {name: getattr(told, name) for name in ("method", "mean_absolute_error", "history_from", "notes")}
    how["charges"] = [asdict(charge) for charge in told.charges]
    yield {"kind": METHOD, "subject": TOTAL, "day": told.settled, "last_day": told.settled, "details": how}


def _read(store: Store, snap: Snapshot, filters: Filters, last: date) -> Outlook | None:
    """The outlook that a run kept, where it answers for the view."""
    days, months, quarters, methods = (kept.read(store, snap, filters, last, kind) for kind in (DAY, MONTH, QUARTER, METHOD))
    if not (days and months and quarters and methods):
        return None
    how, held = methods[0].details, _days(days)
    return Outlook(
        settled=last,
        days=_until(held, _next_month_end(last)),
        months=tuple(_month_of(row.details) for row in months),
        quarter=_quarter_of(quarters[0], held),
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
    return MonthEnd(date.fromisoformat(str(told["month"])), settled=_day(told["settled"]), **_amounts(told))


def _quarter_of(row: Row, days: pd.DataFrame) -> PeriodEnd:
    own = _until(days, row.last_day)
    return PeriodEnd(row.day, row.last_day, settled=_day(row.details["settled"]), **_amounts(row.details), days=own)


def _until(days: pd.DataFrame, last: date) -> pd.DataFrame:
    return days[days["date"] <= pd.Timestamp(last)].reset_index(drop=True)


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


def _amounts(told: dict[str, str | None]) -> dict[str, Decimal]:
    return {name: Decimal(str(told[name])) for name in _AMOUNTS}
