"""Days that were unusual: by service, and where no service explains it, in the total."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from core.analysis.anomalies import detect
from core.analysis.events import Event, events
from core.insight import kept
from core.models import USAGE_CATEGORY, Filters, Snapshot
from core.store import series
from core.store.analyses import Row
from core.store.client import Store

KIND = "anomaly"
"""The kind of rows that anomalies are kept as."""

OPEN_DAYS = 30
"""An anomaly is open when it began within so many settled days."""

_CENT = Decimal("0.01")
_EXPLAINED = 0.5  # of the total's impact: services that moved by as much to the same side explain it
_COLUMNS = ("date", "actual", "expected", "lower", "upper", "is_anomaly", "score")


@dataclass(frozen=True)
class Anomaly:
    """An event of a service's daily usage cost, or where no service explains it, of the total's (service "").

    `expected`, `actual` and `impact` (their difference) are sums over its days, to the cent; `percent` is None where nothing was expected,
    which is new. `score` is how far off its first day was, in limits. It is `ongoing` where its last day is the last settled one, `open`
    where it began within the last 30 settled days, and `gradual` where each day is within the usual range and only their run isn't.
    """

    id: str
    service: str
    first: date
    last: date
    expected: Decimal
    actual: Decimal
    impact: Decimal
    percent: float | None
    severity: str
    score: float
    currency: str
    gradual: bool
    ongoing: bool
    open: bool


def judged(filters: Filters) -> Filters:
    """The part of a view that anomalies are looked for in: usage, unless charge categories are chosen.

    Purchases, taxes, credits and refunds come by contract and calendar.
    """
    return filters if filters.selected.get("category") else filters.only("category", USAGE_CATEGORY)


def anomalies(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> list[Anomaly]:
    """The anomalies that touch the view's days, the newest first, the larger of a day first. Earlier days are learnt from all the same."""
    last = series.settled(store, snap, settled_days)
    if last is None:
        return []
    held = kept.read(store, snap, filters, last, KIND, also=("service",))
    services = filters.selected.get("service", ())
    found = found_in(store, snap, filters, last) if held is None else [_read(row) for row in held]
    shown = [a for a in found if a.last >= filters.start and a.first <= filters.end and (not services or a.service in services)]
    return sorted(shown, key=lambda anomaly: (anomaly.first, abs(anomaly.impact)), reverse=True)


def expected(store: Store, snap: Snapshot, filters: Filters, settled_days: int) -> pd.DataFrame:
    """What the view's usage cost and what was expected, by settled day of its days.

    Columns: date, actual, expected, lower, upper (the usual range), is_anomaly, score; see `core.analysis.anomalies.detect`.
    """
    last = series.settled(store, snap, settled_days)
    whole = series.everything(store, snap, judged(filters), last) if last else None
    if whole is None:
        return pd.DataFrame(columns=_COLUMNS)
    actual = series.daily(store, snap, whole)
    verdicts = detect(actual).assign(actual=actual.to_numpy())
    return verdicts[verdicts["date"].between(pd.Timestamp(filters.start), pd.Timestamp(filters.end))][[*_COLUMNS]].reset_index(drop=True)


def found_in(store: Store, snap: Snapshot, filters: Filters, last: date) -> list[Anomaly]:
    """All anomalies of a view's selection up to the last settled day, worked out now."""
    whole = series.everything(store, snap, judged(filters), last)
    if whole is None:
        return []
    total = series.daily(store, snap, whole)
    rows = series.daily_by(store, snap, whole, "service")
    found = [
        (service, event)
        for service in sorted(rows["name"].unique())
        for own in [series.daily_of(rows, service, total)]
        for event in events(own, detect(own))
    ]
    if not filters.selected.get("service"):
        of_services = [event for _, event in found]
        found += [("", event) for event in events(total, detect(total)) if not _is_explained(event, of_services)]
    return [_anomaly(service, event, last, filters.currency) for service, event in found]


def _is_explained(event: Event, others: list[Event]) -> bool:
    """Whether services' events about then account for most of the total's."""
    near = timedelta(days=1)
    beside = [e.impact for e in others if e.first - near <= event.last and e.last + near >= event.first]
    return sum(impact for impact in beside if impact * event.impact > 0) / event.impact >= _EXPLAINED if event.impact else True


def _anomaly(service: str, event: Event, last: date, currency: str) -> Anomaly:
    cost, usual = (Decimal(repr(amount)).quantize(_CENT) for amount in (event.actual, event.expected))
    return Anomaly(
        id=f"anomaly:{service or 'total'}:{event.first}",
        service=service,
        first=event.first,
        last=event.last,
        expected=usual,
        actual=cost,
        impact=cost - usual,
        percent=event.percent,
        severity=event.severity,
        score=event.score,
        currency=currency,
        gradual=event.gradual,
        ongoing=event.last == last,
        open=event.first > last - timedelta(days=OPEN_DAYS),
    )


def _read(row: Row) -> Anomaly:
    """An anomaly as it was kept."""
    told = row.details
    amounts = {name: Decimal(told[name]) for name in ("expected", "actual", "impact")}
    return Anomaly(**{**told, **amounts, "first": row.day, "last": row.last_day})
