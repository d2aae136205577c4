"""Alerts on many series to events: those that are about the same money are one.

The same spike shows in its service, its account, its region and in the total. A narrow alert explains a wide one, or a wide one carries
narrow ones (a whole account that grew); what they have in common is measured in a cube of costs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from core.analysis.events import Event
from core.analysis.scopes import Scope, ident, precedence, rows_of

EXPLAINS = 0.5  # of an alert's excess: where another holds as much of it, they are the same money
CARRIES = 0.8  # of a narrow alert's excess that lies in a wide one
MATTERS = 0.2  # of the wide alert's excess that the narrow one makes
TOGETHER = timedelta(days=1)  # between first days, where a wide alert carries narrow ones
NEAR = timedelta(days=1)
SHOWS_WITHIN = timedelta(days=10)  # between first days: a change shows later where more else is going on
LEADS = 0.7  # of the largest impact in an event: an alert of as much may give it its name
BEFORE = 28  # days before an alert that its days are held against
SHARE_OF_ALL = 0.001  # of a usual day's total: what comes to less a day is no event

Cube = Callable[["Alert"], pd.DataFrame]
"""The costs in an alert's scope, from 28 days before its first day to its last: a column for each dimension, day and cost."""


@dataclass(frozen=True)
class Alert:
    """An event of one series, and what that is the series of."""

    scope: Scope
    event: Event

    @property
    def id(self) -> str:
        """The same whenever it's found: a verdict on a day doesn't change with later days."""
        return f"anomaly:{ident(self.scope)}:{self.event.first}"


@dataclass(frozen=True)
class Folded:
    """One event: the alert that it's named after and counted by, and all that are about its money."""

    lead: Alert
    alerts: tuple[Alert, ...]


def worth_it(event: Event, total: "pd.Series[float]") -> bool:
    """Whether an event matters beside what everything cost on the 28 days before it; `total` is indexed by day."""
    first = pd.Timestamp(event.first)
    before = total[(total.index < first) & (total.index >= first - timedelta(days=BEFORE))]
    days = (event.last - event.first).days + 1
    return abs(event.impact) / days >= SHARE_OF_ALL * float(before.median()) if before.notna().any() else True


def fold(alerts: Sequence[Alert], cube: Cube) -> list[Folded]:
    """The events that alerts amount to, in order of their first days.

    Two alerts of different dimensions to the same side are one event where what they share is half of both, or where the wider carries
    four fifths of the narrower, which makes a fifth of it, and both began within a day. An event of the total, or one without a service,
    that others explain together is none of its own. An event never holds two alerts of one series.
    """
    narrow = [alert for alert in alerts if alert.scope]
    found = [_folded(group) for group in _joined(narrow, _links(narrow, cube))]
    named = precedence((("service", ""),))
    left = [event for event in found if precedence(event.lead.scope) == named]
    rest = [event for event in found if precedence(event.lead.scope) != named]
    rest.sort(key=lambda event: (precedence(event.lead.scope), event.lead.event.first, event.lead.id))
    for event in [*rest, *(Folded(alert, (alert,)) for alert in alerts if not alert.scope)]:
        left = _taken_up(event, left, cube)
    return sorted(left, key=lambda event: (event.lead.event.first, -abs(event.lead.event.impact)))


def excess(cube: pd.DataFrame, first: date, last: date, begun: date) -> float:
    """What the days from first to last cost beyond the means of the same weekdays in the 28 days before `begun`."""
    days = cube.groupby("day")["cost"].sum()
    start = pd.Timestamp(begun)
    before = days[days.index < start]
    means = before.groupby(pd.DatetimeIndex(before.index).day_of_week).sum() / (BEFORE / 7)
    window = pd.date_range(first, last)
    expected = means.reindex(window.day_of_week, fill_value=0.0).to_numpy(float)
    return float(days.reindex(window, fill_value=0.0).to_numpy(float).sum() - expected.sum())


def _links(alerts: Sequence[Alert], cube: Cube) -> list[tuple[int, int]]:
    """Pairs of alerts that are about the same money, those that share most of it first."""
    found = []
    for one in range(len(alerts)):
        for other in range(one + 1, len(alerts)):
            if _may_be_one(alerts[one], alerts[other]):
                strength = _same_money(alerts[one], alerts[other], cube)
                found += [(strength, one, other)] if strength else []
    return [(one, other) for _, one, other in sorted(found, key=lambda link: (-link[0], link[1:]))]


def _may_be_one(one: Alert, other: Alert) -> bool:
    near = abs(one.event.first - other.event.first) <= SHOWS_WITHIN
    return near and _touch(one.event, other.event) and _keys(one) != _keys(other)


def _keys(alert: Alert) -> list[str]:
    return [key for key, _ in alert.scope]


def _touch(one: Event, other: Event) -> bool:
    return one.first - NEAR <= other.last and other.first - NEAR <= one.last and one.impact * other.impact > 0


def _same_money(one: Alert, other: Alert, cube: Cube) -> float:
    """How much of both is the same money; 0 where they aren't one event."""
    narrow, wide = sorted((one, other), key=lambda alert: precedence(alert.scope))
    of_narrow, of_wide = _shares(narrow, wide, cube)
    together = abs(narrow.event.first - wide.event.first) <= TOGETHER
    same = min(of_narrow, of_wide) >= EXPLAINS or (together and of_narrow >= CARRIES and of_wide >= MATTERS)
    return min(of_narrow, of_wide) if same else 0.0


def _shares(narrow: Alert, wide: Alert, cube: Cube) -> tuple[float, float]:
    """What share of each one's excess, on the days that they have in common, is in both."""
    first = max(narrow.event.first, wide.event.first)
    last = min(narrow.event.last, wide.event.last)
    if first > last:  # they only touch: each has its own days
        first, last = narrow.event.first, narrow.event.last
    whole = cube(narrow)
    common = excess(rows_of(whole, wide.scope), first, last, narrow.event.first)
    own = excess(whole, first, last, narrow.event.first)
    outer = excess(cube(wide), max(first, wide.event.first), min(last, wide.event.last), wide.event.first)
    return _share(common, own), _share(common, outer)


def _share(part: float, whole: float) -> float:
    return part / whole if part * whole > 0 else 0.0


def _joined(alerts: Sequence[Alert], links: Sequence[tuple[int, int]]) -> list[list[Alert]]:
    """The alerts in groups that links hold together, none with two alerts of one series."""
    groups = [{number} for number in range(len(alerts))]
    for one, other in links:
        mine, theirs = (next(group for group in groups if number in group) for number in (one, other))
        scopes = [alerts[number].scope for number in mine | theirs]
        if mine is not theirs and len(set(scopes)) == len(scopes):
            mine |= theirs
            groups.remove(theirs)
    return [[alerts[number] for number in sorted(group)] for group in groups]


def _folded(group: Sequence[Alert]) -> Folded:
    """The alert that leads: a service rather than a usage type, an account or a region, where it holds most of the money."""
    most = max(abs(alert.event.impact) for alert in group)
    large = [alert for alert in group if abs(alert.event.impact) >= LEADS * most]
    lead = min(large, key=lambda alert: (precedence(alert.scope), -abs(alert.event.impact), alert.id))
    return Folded(lead, tuple(sorted(group, key=lambda alert: (alert is not lead, alert.event.first, alert.id))))


def _taken_up(event: Folded, others: list[Folded], cube: Cube) -> list[Folded]:
    """The others with an event that they don't explain; what they do explain together goes to the one that explains most of it.

    Those that began about then are asked first. Services that were folded into what is explained stand for themselves again.
    """
    wide = event.lead
    beside = [other for other in others if _touch(other.lead.event, wide.event)]
    near = [other for other in beside if abs(other.lead.event.first - wide.event.first) <= SHOWS_WITHIN]
    for asked in (near, beside):
        shared = [_common(other.lead, wide, cube) for other in asked]
        if asked and sum(shared) * np.sign(wide.event.impact) >= EXPLAINS * abs(wide.event.impact):
            largest = asked[int(np.argmax(np.abs(shared)))]
            return [_with(other, event) if other is largest else other for other in others] + _services_of(event)
    return [*others, event]


def _with(event: Folded, taken: Folded) -> Folded:
    return Folded(event.lead, (*event.alerts, *(alert for alert in taken.alerts if not _is_service(alert))))


def _services_of(event: Folded) -> list[Folded]:
    return [Folded(alert, (alert,)) for alert in event.alerts if _is_service(alert)]


def _is_service(alert: Alert) -> bool:
    return _keys(alert) == ["service"]


def _common(narrow: Alert, wide: Alert, cube: Cube) -> float:
    """How much of the narrow alert's excess lies in the wide one's scope and days."""
    first, last = max(narrow.event.first, wide.event.first), min(narrow.event.last, wide.event.last)
    if first > last:
        first, last = narrow.event.first, narrow.event.last
    return excess(rows_of(cube(narrow), wide.scope), first, last, narrow.event.first)
