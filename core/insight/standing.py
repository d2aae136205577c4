"""Where anomalies stand: what somebody said of them, also where their id has moved, and what was learned from others. Matching is pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from core.analysis.scopes import is_within
from core.insight.anomaly import Anomaly
from core.store import anomaly_events
from core.store.anomaly_events import Said
from core.store.client import Store

OPEN, EXPECTED, INVESTIGATING, RESOLVED = "open", "expected", "investigating", "resolved"
STATES = (OPEN, INVESTIGATING, EXPECTED, RESOLVED)
LIVE = (OPEN, INVESTIGATING)
"""Still of interest."""

SAME_DAY = 1  # days of the month that two events may be apart to recur
SIZES = (Decimal("0.5"), Decimal("1.5"))  # times the impact a day of the one that taught it: as large as that


def stood(store: Store, shown: Sequence[Anomaly], every: Sequence[Anomaly]) -> list[Anomaly]:
    """The anomalies with what was said of them; `every` are all that were found with them."""
    said = anomaly_events.newest(store)
    return [_marked(one, *_standing(one, said, every)) for one in shown] if said else list(shown)


def of(one: Anomaly, said: Sequence[Said], every: Sequence[Anomaly] = ()) -> Said | None:
    """What was said last of an anomaly: under its id, else under one of its alerts', else of the same money under an id that moved.

    An id moves where more days fold an event under another of its alerts. Then the scopes lie in one another, the days overlap and the
    side is the same; what was said of another event that is still found is that one's.
    """
    under = [each for each in said if each.currency == one.currency]
    named = [each for each in under if each.anomaly == one.id] or [each for each in under if each.anomaly in one.alerts]
    if not named:
        others = {other.id for other in every} | {alert for other in every for alert in other.alerts if other.id != one.id}
        named = [each for each in under if each.anomaly not in others and _same(one, each)]
    return max(named, key=lambda each: each.at, default=None)


def teacher(one: Anomaly, said: Iterable[Said]) -> Said | None:
    """What teaches that an anomaly is expected: an earlier one in the same place to the same side that somebody called expected.

    It recurs on the same day of the month, or is about as large a day: from half to one and a half times.
    """
    taught = (
        each for each in said if each.state == EXPECTED and each.currency == one.currency and each.first < one.first and _alike(one, each)
    )
    return max(taught, key=lambda each: each.first, default=None)


def _standing(one: Anomaly, said: Sequence[Said], every: Sequence[Anomaly]) -> tuple[Said | None, bool]:
    own = of(one, said, every)
    return (own, False) if own else (teacher(one, said), True)


def _marked(one: Anomaly, said: Said | None, learned: bool) -> Anomaly:
    if said is None:
        return one
    return replace(
        one,
        state=said.state,
        state_by=said.who,
        state_at=said.at,
        state_reason=said.reason,
        open=one.open and said.state in LIVE,
        taught_by=said.anomaly if learned else "",
    )


def _same(one: Anomaly, said: Said) -> bool:
    related = is_within(one.scope, said.scope) or is_within(said.scope, one.scope) or is_within(one.where, said.place)
    overlaps = one.first <= said.last and said.first <= one.last
    return related and bool(said.scope or not one.scope) and overlaps and one.impact * said.impact > 0


def _alike(one: Anomaly, said: Said) -> bool:
    if (one.scope, one.where) != (said.scope, said.place) or one.impact * said.impact <= 0:
        return False
    apart = abs(one.first.day - said.first.day)
    if one.first.day == said.first.day or min(apart, 30 - apart) <= SAME_DAY:
        return True
    least, most = (times * abs(said.impact) / ((said.last - said.first).days + 1) for times in SIZES)
    return least <= abs(one.impact) / one.days <= most
