"""Budgets beside bills and forecasts: where each stands, and the alerts that fire once a threshold."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from core.analysis import budgets as reckoned
from core.errors import AnalysisRefused, SpendscopeError
from core.insight import ahead
from core.insight.periods import PeriodEnd
from core.models import Filters, Snapshot, month_after
from core.store import budgets, publish, queries, series
from core.store.budgets import ACTUAL, FORECAST, Alert, Budget
from core.store.client import Store
from core.verdicts import STUMBLES

ALERTS_TITLE = "Budget alerts"
SUGGESTED_FROM = 3
"""The whole months that a suggested amount is the mean of."""

_COLUMNS = (
    *("id", "name", "filters", "cost_type", "currency", "period", "first_day", "last_day", "settled", "amount", "spent", "planned"),
    *("expected", *reckoned.BOUNDS, "chance_of_passing", "state", "missing_days"),
)
_CENT = Decimal("0.01")
_DAY = timedelta(days=1)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Standing:
    """Where a budget stands in one of its periods, `first` to `last`.

    `actual` is what settled days cost (None where none has settled), `so_far` the same with the days that haven't, `planned` the part of
    the budget that is spread over the settled days. `end` is what the whole period comes to; None where `refused` says why that can't be
    said. `missing` settled days have no figures. `curve` is that of `core.analysis.budgets.curve`.
    """

    budget: Budget
    first: date
    last: date
    settled: date | None
    actual: Decimal | None
    so_far: Decimal | None
    planned: Decimal
    end: PeriodEnd | None
    refused: str
    missing: int
    curve: pd.DataFrame = field(repr=False, compare=False)

    @property
    def expected(self) -> Decimal | None:
        """What the whole period comes to."""
        return self.end.mean if self.end else None

    @property
    def state(self) -> str:
        """One of over, at risk, under, incomplete, unknown."""
        return reckoned.state(self.budget.amount, self.actual, self.expected, self.missing)

    @property
    def variance(self) -> Decimal | None:
        """What settled days cost beyond their part of the budget; negative is less."""
        return self.actual - self.planned if self.actual is not None else None

    @property
    def chance(self) -> float | None:
        """The probability, 0 to 1, that the whole period costs more than the budget."""
        if self.actual is not None and self.actual > self.budget.amount:
            return 1.0
        return self.end.chance_over(self.budget.amount) if self.end else None

    @property
    def is_open(self) -> bool:
        """Whether some of its days haven't settled."""
        return self.settled is None or self.settled < self.last

    def reached(self) -> Iterator[tuple[str, Decimal, Decimal]]:
        """The thresholds that were come up to: kind, percent, and the amount that did. A forecast counts while days are to come."""
        amount = self.budget.amount
        if self.actual is not None:
            yield from ((ACTUAL, threshold, self.actual) for threshold in reckoned.reached(amount, self.budget.actual, self.actual))
        if self.is_open and self.end:
            mean = self.end.mean
            yield from ((FORECAST, threshold, mean) for threshold in reckoned.reached(amount, self.budget.forecast, mean))


def standing(store: Store, snap: Snapshot, budget: Budget, settled_days: int, day: date | None = None) -> Standing:
    """Where a budget stands in the period that holds a day: by default the first day that hasn't settled.

    Raises AnalysisRefused where there are no figures at all.
    """
    settled = series.settled(store, snap, settled_days)
    if settled is None:
        raise AnalysisRefused("There are no figures to hold the budget against.", "Import a bill or collect from AWS first.")
    first, last = reckoned.period_of(budget.start, budget.period, max(day or settled + _DAY, budget.start))
    view = Filters(first - timedelta(days=reckoned.LEARNT_FROM), last, budget.currency, budget.cost_type, budget.selected)
    costs = series.daily(store, snap, view)
    begun, own = first <= settled, costs[costs.index >= pd.Timestamp(first)]
    upto = min(settled, last) if begun else None
    end, refused = _end(store, snap, view, settled_days, first, last)
    planned = reckoned.plan(float(budget.amount), first, last, costs)
    return Standing(
        budget=budget,
        first=first,
        last=last,
        settled=upto,
        actual=_spent(store, snap, replace(view, start=first, end=upto), own[: pd.Timestamp(upto)]) if upto else None,
        so_far=_spent(store, snap, replace(view, start=first), own),
        planned=Decimal(repr(float(planned[: pd.Timestamp(upto)].sum()))).quantize(_CENT) if upto else Decimal(0),
        end=end,
        refused=refused,
        missing=int(own[: pd.Timestamp(upto)].isna().sum()) if upto else 0,
        curve=reckoned.curve(planned, own, upto, end.days if end else None, _amounts(end)),
    )


def periods(store: Store, snap: Snapshot, budget: Budget, settled_days: int) -> list[date]:
    """The first days of a budget's periods that have begun and have figures, the newest first; the one that isn't settled is the first."""
    settled, span = series.settled(store, snap, settled_days), queries.coverage(store, snap)
    if settled is None or span is None:
        return []
    current, _ = reckoned.period_of(budget.start, budget.period, max(settled + _DAY, budget.start))
    oldest, _ = reckoned.period_of(budget.start, budget.period, max(span.first, budget.start))
    months = reckoned.MONTHS[budget.period]
    count = ((current.year - oldest.year) * 12 + current.month - oldest.month) // months
    return [month_after(current, -months * back) for back in range(count + 1)]


def rows(store: Store, snap: Snapshot, settled_days: int) -> pd.DataFrame:
    """Every budget in the period that hasn't settled, by name, for an export; the amounts are Decimal, in its own currency.

    Columns: id, name, filters, cost_type, currency, period, first_day, last_day, settled, amount, spent, planned, expected, the bounds,
    chance_of_passing, state, missing_days. Raises AnalysisRefused without figures.
    """
    standings = [standing(store, snap, budget, settled_days) for budget in budgets.listed(store)]
    return pd.DataFrame([_row(one) for one in standings], columns=[*_COLUMNS])


def _row(one: Standing) -> dict[str, object]:
    budget = one.budget
    filters = " ".join(f"{key}={','.join(values)}" for key, values in budget.selected.items())
    own = {"id": budget.id, "name": budget.name, "filters": filters, "cost_type": budget.cost_type.value, "currency": budget.currency}
    days = {"period": budget.period, "first_day": one.first, "last_day": one.last, "settled": one.settled}
    amounts = {"amount": budget.amount, "spent": one.actual, "planned": one.planned if one.settled else None, "expected": one.expected}
    bounds = {name: getattr(one.end, name, None) for name in reckoned.BOUNDS}
    return {**own, **days, **amounts, **bounds, "chance_of_passing": one.chance, "state": one.state, "missing_days": one.missing}


def suggestion(store: Store, snap: Snapshot, filters: Filters, settled_days: int, period: str) -> Decimal | None:
    """An amount to begin with for a view's selection: the mean of its last whole settled months. None where none is known."""
    settled = series.settled(store, snap, settled_days)
    if settled is None:
        return None
    open_month = month_after(settled + _DAY)
    months = []
    for back in range(1, SUGGESTED_FROM + 1):
        month = replace(filters, start=month_after(open_month, -back), end=month_after(open_month, 1 - back) - _DAY)
        if series.daily(store, snap, month).notna().all():
            months.append(queries.total(store, snap, month) or Decimal(0))
    return reckoned.suggested(months, period)


def fire(store: Store, settled_days: int, run_id: str, at: datetime) -> list[Alert]:
    """Judge every budget on settled days of what is published, and keep the alerts that haven't fired yet; returns those.

    Judged are the period that isn't settled and the one before it, unless that was over when the budget was made. An alert fires once for
    each budget, period, kind and threshold; another amount, selection, cost type, currency, period or start arms it again.
    """
    snap = publish.snapshot(store)
    with _one_at_a_time:
        held = {alert.key for alert in budgets.alerts(store)}
        alerts = [alert for budget in budgets.listed(store) for alert in _alerts(store, snap, budget, settled_days, run_id, at)]
        fired = [alert for alert in alerts if alert.key not in held]
        budgets.keep_alerts(store, fired)
    return fired


def watched(store: Store, settled_days: int, run_id: str, at: datetime) -> str:
    """Fire what a run's figures reach, once they are published. Returns why budgets couldn't be judged, "" where they could.

    What was published stands either way, and the next run judges them again.
    """
    try:
        fire(store, settled_days, run_id, at)
    except (SpendscopeError, *STUMBLES) as error:
        return f"Budgets couldn't be judged: {error}"
    return ""


def _alerts(store: Store, snap: Snapshot, budget: Budget, settled_days: int, run_id: str, at: datetime) -> Iterator[Alert]:
    for one in _judged(store, snap, budget, settled_days):
        for kind, threshold, amount in one.reached():
            details = {"budgeted": f"{budget.amount.normalize():f}", "currency": budget.currency, "settled": one.settled, "last": one.last}
            if kind == FORECAST and one.end:
                details |= {name: str(getattr(one.end, name)) for name in reckoned.BOUNDS}
            yield Alert(budget.id, one.first, kind, threshold, budget.terms, at, run_id, amount, details)


def _judged(store: Store, snap: Snapshot, budget: Budget, settled_days: int) -> Iterator[Standing]:
    """The period that isn't settled, and the one before, whose last days may have settled since it was judged."""
    settled = series.settled(store, snap, settled_days)
    if settled is None or settled + _DAY < budget.start:
        return
    now = standing(store, snap, budget, settled_days)
    before = now.first - _DAY
    if before >= max(budget.start, budget.made_at.date()):
        yield standing(store, snap, budget, settled_days, before)
    yield now


def _end(store: Store, snap: Snapshot, view: Filters, settled_days: int, first: date, last: date) -> tuple[PeriodEnd | None, str]:
    try:
        return ahead.period(store, snap, view, settled_days, first, last), ""
    except AnalysisRefused as refused:
        return None, str(refused)


def _spent(store: Store, snap: Snapshot, view: Filters, costs: "pd.Series[float]") -> Decimal | None:
    """What a view's days cost; nothing where bills cover them and charge nothing, None where none of them is known."""
    return (queries.total(store, snap, view) or Decimal(0)) if costs.notna().any() else None


def _amounts(end: PeriodEnd | None) -> dict[str, float] | None:
    return {name: float(getattr(end, name)) for name in ("mean", *reckoned.BOUNDS)} if end else None
