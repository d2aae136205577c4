"""A forecast taken apart by service, account or region: parts whose days and months add up to those of the total, to the cent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from core.analysis.batch import forecasts
from core.analysis.forecast import Forecast
from core.analysis.forecast_intervals import NORMAL
from core.analysis.forecast_rhythm import Floats
from core.analysis.reconcile import reconciled, to_cents
from core.insight.ahead import Outlook, outlook
from core.insight.periods import BOUNDS, CENT, PeriodEnd
from core.models import Filters, Snapshot
from core.store import queries, series
from core.store.client import Store

GROUPS = ("service", "account", "region")
"""What a forecast can be taken apart by."""

SHOWN = 8
"""How many parts have a forecast of their own where there are more; the others are forecast together."""

RECENT = timedelta(days=90)
"""The settled days by whose cost the largest parts are chosen."""


@dataclass(frozen=True)
class Part:
    """A service, account or region, or so many `others` of them together, whose name is "".

    `days` has the columns date, mean, lower80, upper80, lower95, upper95; `months` are those of the total's outlook, and so is `quarter`.
    `actual` is its cost by settled day.
    """

    name: str
    others: int
    months: tuple[PeriodEnd, ...]
    quarter: PeriodEnd
    method: str
    days: pd.DataFrame = field(repr=False, compare=False)
    actual: "pd.Series[float]" = field(repr=False, compare=False)


@dataclass(frozen=True)
class Parts:
    """The total's outlook and its parts, the largest first, the others last. Means add up: by day, month and quarter."""

    group: str
    total: Outlook
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Apart:
    """A part as it is forecast by itself; of the others' names `names` has all."""

    names: frozenset[str]
    actual: "pd.Series[float]"
    found: Forecast


def parts(store: Store, snap: Snapshot, filters: Filters, settled_days: int, group: str) -> Parts:
    """The outlook of the view's selection, by one of GROUPS. Raises AnalysisRefused where nothing honest can be said.

    Each part is forecast by itself and then moved so that they add up; see `core.analysis.reconcile`. A part's interval is its own, around
    the mean that was moved.
    """
    if group not in GROUPS:
        raise ValueError(f"a forecast can't be taken apart by {group}")
    told = outlook(store, snap, filters, settled_days)
    apart = list(_apart(store, snap, filters, told, group))
    days = _added_up([one.found for one in apart], told.all_days["mean"].to_numpy(dtype=np.float64))
    ends = []
    for whole in told.periods:
        view = replace(filters, start=whole.first, end=told.settled)
        billed = queries.cost_by(store, snap, view, group) if whole.settled else {}
        ends.append(_ends(whole, told.settled, apart, days, billed))
    return Parts(group, told, tuple(_part(one, own, ends, place) for place, (one, own) in enumerate(zip(apart, days, strict=True))))


def days_in_cents(told: Parts) -> pd.DataFrame:
    """Every part's days in whole cents, whose means add up to the total's.

    Columns: date, name ("" is the others), others (how many), mean (Decimal), lower80, upper80, lower95, upper95.
    """
    rows: list[dict[str, object]] = []
    for place, (day, total) in enumerate(told.total.all_days[["date", "mean"]].itertuples(index=False)):
        own = [part.days.iloc[place] for part in told.parts]
        means = to_cents([_decimal(row["mean"]) for row in own], _decimal(total).quantize(CENT))
        for part, row, mean in zip(told.parts, own, means, strict=True):
            bounds = {bound: round(float(row[bound]), 2) for bound in BOUNDS}
            rows.append({"date": day, "name": part.name, "others": part.others, "mean": mean, **bounds})
    return pd.DataFrame(rows, columns=["date", "name", "others", "mean", *BOUNDS])


def _apart(store: Store, snap: Snapshot, filters: Filters, told: Outlook, group: str) -> Iterator[_Apart]:
    """The largest parts, each forecast by itself, and all others as one."""
    everything = series.everything(store, snap, filters, told.settled)
    if everything is None:
        return
    known = series.daily(store, snap, everything)
    rows = series.daily_by(store, snap, everything, group)
    horizon, judged = len(told.all_days), len(told.days)
    for names in _chosen(rows, told.settled):
        own = series.daily_of(rows.assign(name=rows["name"].where(~rows["name"].isin(names), _TAKEN)), _TAKEN, known)
        yield _Apart(names, own, forecasts({names: own}, horizon, judged)[names])


_TAKEN = "\0"


def _chosen(rows: pd.DataFrame, settled: date) -> Iterator[frozenset[str]]:
    """The names of each part: by the size of its late cost, the largest first, then all that are left."""
    late = rows["day"] > pd.Timestamp(settled - RECENT)
    sizes = rows["cost"].astype(float).where(late, 0.0).groupby(rows["name"]).sum().abs()
    order = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    shown = len(order) if len(order) <= SHOWN + 1 else SHOWN
    yield from (frozenset({name}) for name in order[:shown])
    if order[shown:]:
        yield frozenset(order[shown:])


def _added_up(found: Sequence[Forecast], total: Floats) -> list[pd.DataFrame]:
    """The parts' days with means that add up to the total's; bounds are moved along with their means."""
    if not found:
        return []
    means = np.array([one.days["mean"] for one in found], dtype=np.float64)
    floors = np.array([-np.inf if one.history.floor is None else one.history.floor for one in found])
    ceilings = np.array([np.inf if one.history.ceiling is None else one.history.ceiling for one in found])
    variances = np.array([_spread(one.days) ** 2 for one in found])
    moved = reconciled(means, total, variances, floors, ceilings)
    return [_moved(one, mean) for one, mean in zip(found, moved, strict=True)]


def _spread(days: pd.DataFrame) -> Floats:
    """A forecast's standard deviation by day, as its interval of 80 % has it on the side that no floor cuts off."""
    width = np.maximum(days["upper80"] - days["mean"], days["mean"] - days["lower80"])
    return np.asarray(width / NORMAL[80], dtype=np.float64)


def _moved(one: Forecast, mean: Floats) -> pd.DataFrame:
    """A forecast's days around another mean; what was never negative stays so."""
    days, by = one.days.copy(), mean - one.days["mean"].to_numpy(dtype=np.float64)
    for bound in BOUNDS:
        days[bound] = (days[bound] + by).clip(one.history.floor, one.history.ceiling)
    low, high = list(BOUNDS[::2]), list(BOUNDS[1::2])
    days["mean"] = mean
    days[low], days[high] = days[low].clip(upper=days["mean"], axis=0), days[high].clip(lower=days["mean"], axis=0)
    return days


def _ends(
    total: PeriodEnd, settled: date, apart: Sequence[_Apart], days: Sequence[pd.DataFrame], billed: Mapping[str, Decimal]
) -> list[PeriodEnd]:
    """What each part comes to in a period of the total; `billed` is what its settled days cost, by name."""
    first, last = total.first, total.last
    actual = [sum((cost for name, cost in billed.items() if name in one.names), Decimal(0)) for one in apart]
    ahead = max(first, settled + timedelta(days=1))
    rest = [own[own["date"].between(pd.Timestamp(ahead), pd.Timestamp(last))].reset_index(drop=True) for own in days]
    means = to_cents([cost + _decimal(own["mean"].sum()) for cost, own in zip(actual, rest, strict=True)], total.mean)
    return [
        PeriodEnd(first, last, cost, total.settled, mean, **_bounds(one.found, ahead, last, mean, cost), days=own)
        for one, cost, mean, own in zip(apart, actual, means, rest, strict=True)
    ]


def _bounds(found: Forecast, ahead: date, last: date, mean: Decimal, actual: Decimal) -> dict[str, Decimal]:
    """The part's own interval of a sum of days, around the mean that was moved; what was never negative stays so."""
    fan, history = found.total(ahead, last), found.history
    least = -Decimal("Infinity") if history.floor is None else actual
    most = Decimal("Infinity") if history.ceiling is None else actual
    moved = {bound: min(max(mean + _decimal(getattr(fan, bound) - fan.mean), least), most).quantize(CENT) for bound in BOUNDS}
    return {bound: min(amount, mean) if bound.startswith("lower") else max(amount, mean) for bound, amount in moved.items()}


def _part(one: _Apart, days: pd.DataFrame, ends: Sequence[Sequence[PeriodEnd]], place: int) -> Part:
    *months, quarter = (own[place] for own in ends)
    name, others = (next(iter(one.names)), 0) if len(one.names) == 1 else ("", len(one.names))
    return Part(name, others, tuple(months), quarter, one.found.method, days, one.actual)


def _decimal(amount: float) -> Decimal:
    return Decimal(repr(float(amount)))
