"""What an anomaly is, and by which rules days are judged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.analysis.anomalies import FLOOR_PERCENT, FLOOR_USD
from core.analysis.causes import Causes
from core.analysis.events import Event
from core.analysis.folding import Folded
from core.analysis.scopes import EVERYTHING, Scope
from core.settings import Settings

OPEN_DAYS = 30
"""An anomaly is open when it began within so many settled days, and nobody said that it was expected or is resolved."""

USUAL, DAY_BEFORE = "usual", "day-before"
MODES = (USUAL, DAY_BEFORE)
SEVERITIES = ("low", "medium", "high")

_CENT = Decimal("0.01")
_AMOUNTS = ("expected", "actual", "impact", "where_impact")


@dataclass(frozen=True)
class Rules:
    """How days are judged: beside what is usual (at a sensitivity), or beside the day before; and the floors below which nothing counts.

    `floor_usd` is of a day's difference, in the view's currency; `floor_percent` of what was expected.
    """

    mode: str = USUAL
    sensitivity: float = 1.0
    floor_usd: float = FLOOR_USD
    floor_percent: float = FLOOR_PERCENT

    @classmethod
    def of(cls, config: Settings) -> "Rules":
        """The rules that the settings name."""
        return cls(
            config.spendscope_anomaly_mode,
            config.spendscope_anomaly_sensitivity,
            config.spendscope_anomaly_floor_usd,
            config.spendscope_anomaly_floor_percent,
        )


@dataclass(frozen=True)
class Anomaly:
    """An event: days that cost more or less than expected, named after a service, else a usage type, an account, a region or the total.

    `scope` is what its money is the cost of, `where` the smallest part of it that makes at least four fifths of the impact, and
    `where_impact` what that part makes; `service` is the scope's, or "". `alerts` are the ids of all alerts that are this event, its own
    first. `expected`, `actual` and `impact` (their difference) are sums over its days, to the cent; `percent` is None where nothing was
    expected, which is new. `score` is how far off its first day was, in limits. It is `ongoing` where its last day is the last settled one,
    `open` where it began within the last 30 settled days and isn't expected or resolved, and `gradual` where each day is within the usual
    range and only their run isn't. `state` is what somebody said of it, or of the one that taught it (`taught_by`, an id).
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
    scope: Scope = EVERYTHING
    where: Scope = EVERYTHING
    where_impact: Decimal = Decimal(0)
    alerts: tuple[str, ...] = ()
    state: str = "open"
    state_by: str = ""
    state_at: datetime | None = None
    state_reason: str = ""
    taught_by: str = ""

    @property
    def days(self) -> int:
        """How many days it lasts so far."""
        return (self.last - self.first).days + 1

    @property
    def selection(self) -> Mapping[str, tuple[str, ...]]:
        """Its scope as a view's selection."""
        return {key: (value,) for key, value in self.scope}


def anomaly(folded: Folded, last: date, currency: str, severity: str | None = None) -> Anomaly:
    """An event as it's told; `last` is the last settled day. What its causes say is still to come."""
    event, scope = folded.lead.event, folded.lead.scope
    expected, actual = cents(event)
    return Anomaly(
        id=folded.lead.id,
        service=dict(scope).get("service", ""),
        first=event.first,
        last=event.last,
        expected=expected,
        actual=actual,
        impact=actual - expected,
        percent=event.percent,
        severity=severity or event.severity,
        score=event.score,
        currency=currency,
        gradual=event.gradual,
        ongoing=event.last == last,
        open=event.first > last - timedelta(days=OPEN_DAYS),
        scope=scope,
        where=scope,
        where_impact=actual - expected,
        alerts=tuple(alert.id for alert in folded.alerts),
    )


def placed(one: Anomaly, causes: Causes) -> Anomaly:
    """An anomaly with the smallest part of its scope that explains it. What is severe there is severe."""
    where = causes.where(one.scope)
    part = causes.inside(where)
    there = Event(one.first, one.last, float(part.expected), float(part.actual), one.score, one.gradual).severity
    severity = max(one.severity, there, key=SEVERITIES.index)
    return replace(one, where=where, where_impact=part.contribution, severity=severity)


def cents(event: Event) -> tuple[Decimal, Decimal]:
    """What was expected of an event and what it cost, to the cent."""
    expected, actual = (Decimal(repr(amount)).quantize(_CENT) for amount in (event.expected, event.actual))
    return expected, actual


def details(one: Anomaly) -> dict[str, Any]:
    """An anomaly to be kept with a run: all but where it stands."""
    return {name: value for name, value in asdict(one).items() if not name.startswith("state") and name != "taught_by"}


def read(told: Mapping[str, Any]) -> Anomaly:
    """An anomaly as `details` left it in JSON."""
    known = {name: told[name] for name in Anomaly.__dataclass_fields__ if name in told}
    amounts = {name: Decimal(told[name]) for name in _AMOUNTS}
    days = {name: date.fromisoformat(told[name]) for name in ("first", "last")}
    scopes = {name: tuple((key, value) for key, value in told[name]) for name in ("scope", "where")}
    return Anomaly(**{**known, **amounts, **days, **scopes, "alerts": tuple(told["alerts"])})
