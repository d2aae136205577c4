"""Daily costs as series, and up to which day they have settled. Everything that judges costs reads them here."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.models import Filters, Grain, Snapshot
from core.store import queries
from core.store.client import Store

_STILL_COMING = timedelta(days=35)
"""A source whose last day is older than this beside the newest has ended, and no day waits for it."""


def settled(store: Store, snap: Snapshot, settled_days: int) -> date | None:
    """The last UTC day that has settled in every source that still brings days, or None without any figures.

    A day settles when it was at least `settled_days` whole days old as its figures came; when they are looked at changes nothing.
    """
    spans = queries.source_spans(store, snap)
    if not spans:
        return None
    newest = {source: max(span.last for span in spans if span.source == source) for source in {span.source for span in spans}}
    alive = [span for span in spans if newest[span.source] >= max(newest.values()) - _STILL_COMING]
    return min(min(newest[span.source], span.as_of - timedelta(days=settled_days + 1)) for span in alive)


def daily(store: Store, snap: Snapshot, filters: Filters) -> "pd.Series[float]":
    """The view's cost of every day from its first to its last, indexed by UTC day.

    0 is a day that a bill covers and on which nothing was charged; NaN one that no bill covers, or whose amount isn't known.
    """
    days = pd.date_range(filters.start, filters.end, freq="D")
    found = queries.cost_series(store, snap, filters, "provider", Grain.DAY)
    costs = pd.Series(0.0, index=days)
    for day, cost, unknown in zip(found["bucket"], found["cost"], found["unknown"], strict=True):
        costs[day] += float(cost) if cost is not None and not unknown else np.nan
    return costs.where(_covered(store, snap, filters.currency, days))


def daily_by(store: Store, snap: Snapshot, filters: Filters, group: str) -> pd.DataFrame:
    """The view's cost by day and group, known amounts only. Columns: day (datetime64, UTC days), name, cost (Decimal)."""
    found = queries.cost_series(store, snap, filters, group, Grain.DAY)
    known = found[found["cost"].notna()] if len(found) else found
    return known.rename(columns={"bucket": "day", "group": "name"})[["day", "name", "cost"]].reset_index(drop=True)


def daily_of(rows: pd.DataFrame, name: str, known: "pd.Series[float]") -> "pd.Series[float]":
    """One group of `daily_by` as a series over the days of `known`, unknown where that is."""
    own = rows[rows["name"] == name]
    costs = pd.Series(own["cost"].astype(float).to_numpy(), index=pd.DatetimeIndex(own["day"])).groupby(level=0).sum()
    return costs.reindex(known.index, fill_value=0.0).where(known.notna())


def everything(store: Store, snap: Snapshot, filters: Filters, last: date) -> Filters | None:
    """A view over all days that are known up to `last`: what judging one of its days learns from. None where there are none."""
    span = queries.coverage(store, snap)
    return replace(filters, start=span.first, end=last) if span and span.first <= last else None


def _covered(store: Store, snap: Snapshot, currency: str, days: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Which days lie in a published month, between the first and the last day with figures in this currency."""
    spans = [span for span in queries.source_spans(store, snap) if span.currency == currency]
    if not spans:
        return np.zeros(len(days), dtype=bool)
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    months = pd.DatetimeIndex(sorted({partition.month for partition in snap.bills}))
    of_month = days.to_period("M").to_timestamp()
    return np.asarray(of_month.isin(months) & (days >= pd.Timestamp(first)) & (days <= pd.Timestamp(last)))
