"""A forecast's own record: what it said of past days beside what came. As it was published then, or, apart from that, as a backtest."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from core.analysis.backtest import COLUMNS, Score, backtest, beside, scores
from core.insight.ahead import Outlook
from core.models import CostType, Filters, Snapshot
from core.store import forecast_records, series
from core.store.client import Store


@dataclass(frozen=True)
class Record:
    """Forecasts of settled days beside what came.

    `rows` has the columns made (the last day that was known), date, ahead, mean, lower80, upper80, lower95, upper95, actual.
    `actual` is what came, by settled day.
    """

    rows: pd.DataFrame = field(repr=False)
    actual: "pd.Series[float]" = field(repr=False)

    @property
    def scores(self) -> list[Score]:
        """How far off, by days ahead."""
        return scores(self.rows, self.actual)


def keep(store: Store, told: Outlook, as_of: date) -> None:
    """Remember what an outlook of the whole organisation's billed cost said, for good."""
    forecast_records.keep(store, told.currency, told.settled, told.all_days, method=told.method, as_of=as_of)


def published(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> Record | None:
    """What was said when it was published; None where that isn't kept: it is of the whole organisation's billed cost only."""
    if filters.cost_type is not CostType.UNBLENDED or any(filters.selected.values()):
        return None
    actual = _actual(store, snap, filters, settled_days)
    said = forecast_records.said(store, filters.currency)
    return Record(beside(said, actual), actual) if len(said) and len(actual) else Record(pd.DataFrame(columns=COLUMNS), actual)


def tried(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> Record:
    """What the same method would have said of the view's selection on past days; see `core.analysis.backtest`. It takes seconds."""
    actual = _actual(store, snap, filters, settled_days)
    return Record(backtest(actual) if actual.notna().any() else pd.DataFrame(columns=COLUMNS), actual)


def _actual(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> "pd.Series[float]":
    """The view's cost by settled day, NaN where it isn't known; of the view's days none matter."""
    last = series.settled(store, snap, settled_days)
    whole = series.everything(store, snap, filters, last) if last else None
    return series.daily(store, snap, whole) if whole else pd.Series(dtype=float, index=pd.DatetimeIndex([]))
