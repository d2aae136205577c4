"""Alerts on one series to events with their whole course: from the day that shows to the last day on which the change is still there.

An alert is where a change shows; `detect` soon takes a change that stays for the new level. What the change has cost so far is told beside
what the days would have cost without it: `usual` carries the weekday's expectation from before the event on.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.events import Event, events

Floats = NDArray[np.float64]

FOLLOWED = 60  # days at most: by then the new level is the usual one
STILL_ON = 0.5  # of its usual size so far: an event goes on while at least this much of it is left
QUIET = 2  # days in a row on which less is left and that don't end an event which has become a level: a weekend
A_LEVEL = 4  # days after which a change is a level
JUMP_AFTER = 7  # days into an event after which another jump to its side is news
RETURN_WITHIN = 3  # days after an event's last one on which falling back to what was usual before is its end

MONTH_BEGINS = 3  # days of a month on which a change of its length shows
MONTH_MARGIN = 1.5  # percent on top of what the month's length explains
SATURDAY, WEEKS, LEAST_WEEKS, WEEKEND_MARGIN = 5, 8, 3, 0.1


def courses(series: "pd.Series[float]", verdicts: pd.DataFrame) -> list[Event]:
    """The events of a daily series without gaps, in order, followed to their end; `verdicts` is what `detect` says of it.

    Left out are what the calendar explains (`is_calendar`), more of an event that is still going on, and the alert with which one ends.
    A jump on top of an event that goes on is an event of its own: what it brings is expected of the other, so that no dollar is in both.
    """
    actual = np.asarray(series, dtype=np.float64)
    found: list[_Course] = []
    for event in events(series, verdicts):
        if is_calendar(series, verdicts, event) or (found and _belongs(found[-1], event, actual, verdicts)):
            continue
        new = _followed(event, actual, verdicts)
        for held in found:
            held.give_up(new, actual)
        found.append(new)
    return [course.told(actual) for course in found]


@dataclass
class _Course:
    """An event, the place of its first day, what its days were expected to cost, and what every day of the series would without it."""

    event: Event
    start: int
    expected: Floats
    usual: Floats

    @property
    def end(self) -> int:
        return self.start + len(self.expected)

    def give_up(self, other: "_Course", actual: Floats) -> None:
        """Leave what another event brought to that one."""
        for day in range(max(self.start, other.start), min(self.end, other.end)):
            self.expected[day - self.start] += np.nan_to_num(actual[day] - other.expected[day - other.start])

    def told(self, actual: Floats) -> Event:
        last = self.event.first + timedelta(days=len(self.expected) - 1)
        costs = actual[self.start : self.end]
        known = ~np.isnan(costs)  # a day without a figure is neither expected nor spent
        return replace(self.event, last=last, expected=float(self.expected[known].sum()), actual=float(costs[known].sum()))


def is_calendar(series: "pd.Series[float]", verdicts: pd.DataFrame, event: Event) -> bool:
    """Whether months or weekends explain an event.

    What is charged by the month costs more a day in a short month: a change on a month's first days to the side, and not beyond the size,
    that its length makes is none. Nor is a Saturday or Sunday that is as far below or above its own week as weekends usually are.
    """
    if event.gradual:
        return False
    return _is_month_length(event) or _is_weekend(np.asarray(series, dtype=np.float64), verdicts, event)


def _is_month_length(event: Event) -> bool:
    if event.first.day > MONTH_BEGINS or event.percent is None:
        return False
    now = pd.Timestamp(event.first).days_in_month
    before = (pd.Timestamp(event.first).replace(day=1) - timedelta(days=1)).days_in_month
    longer = 100 * (before / now - 1)
    return longer * event.percent > 0 and abs(event.percent) <= abs(longer) + MONTH_MARGIN


def _is_weekend(actual: Floats, verdicts: pd.DataFrame, event: Event) -> bool:
    start = _place(verdicts, event)
    days = range(start, start + (event.last - event.first).days + 1)
    dates = pd.DatetimeIndex(verdicts["date"])
    width = (verdicts["upper"] - verdicts["lower"]).to_numpy(float) / 2
    weekdays = [int(weekday) for weekday in dates.day_of_week[start : days.stop]]
    return all(day >= SATURDAY for day in weekdays) and all(
        _as_every_week(actual, day, weekday - SATURDAY + 1, width[day]) for day, weekday in zip(days, weekdays, strict=True)
    )


def _as_every_week(actual: Floats, day: int, after: int, width: float) -> bool:
    """Whether a day of a weekend, so many days after its Friday, stands to its working days as in earlier weeks."""
    earlier = [back for back in range(day - 7, day - 7 * WEEKS - 1, -7) if back - after - 4 >= 0]
    ratios = [actual[back] / week for back in earlier if (week := _working(actual, back - after)) > 0 and not np.isnan(actual[back])]
    if len(ratios) < LEAST_WEEKS:
        return False
    like = float(np.median(ratios)) * _working(actual, day - after)
    return bool(abs(actual[day] - like) <= max(width, WEEKEND_MARGIN * abs(like)))


def _working(actual: Floats, friday: int) -> float:
    """The median of the five days up to a Friday; NaN where none is known."""
    days = actual[friday - 4 : friday + 1]
    return float(np.median(days[~np.isnan(days)])) if not np.isnan(days).all() else np.nan


def _belongs(course: _Course, event: Event, actual: Floats, verdicts: pd.DataFrame) -> bool:
    """Whether an alert is part of an event that began before: more of the same, or its end."""
    held = course.event
    if held.impact * event.impact > 0:
        begins = event.gradual or event.first <= held.first + timedelta(days=JUMP_AFTER)
        return begins and event.first <= held.last + timedelta(days=1)
    if event.first > held.last + timedelta(days=RETURN_WITHIN):
        return False
    day = _place(verdicts, event)
    width = float(verdicts["upper"][day] - verdicts["lower"][day]) / 2
    return bool(abs(actual[day] - course.usual[day]) <= max(width, STILL_ON * abs(event.impact) / ((event.last - event.first).days + 1)))


def _followed(event: Event, actual: Floats, verdicts: pd.DataFrame) -> _Course:
    """The event up to the last day on which it is still there."""
    start, expected = _place(verdicts, event), _usual(verdicts, event)
    shown = start + (event.last - event.first).days
    off = actual - expected
    width = float(verdicts["upper"][start] - verdicts["lower"][start]) / 2
    last, quiet = shown, 0
    for day in range(shown + 1, min(len(actual), start + FOLLOWED)):
        least = STILL_ON * max(abs(float(np.nanmedian(off[start : last + 1]))), width if event.gradual else 0.0)
        if off[day] * event.impact > 0 and abs(off[day]) >= least:
            last, quiet = day, 0
        elif (quiet := quiet + 1) > (QUIET if last - start + 1 >= A_LEVEL else 0):
            break
    ended = event.first + timedelta(days=last - start)
    return _Course(replace(event, last=ended), start, expected[start : last + 1].copy(), expected)


def _usual(verdicts: pd.DataFrame, event: Event) -> Floats:
    """What each day was expected to cost, from the end of what shows on as a week before."""
    expected = verdicts["expected"].to_numpy(float).copy()
    judged = expected.copy()
    first_of_month = pd.DatetimeIndex(verdicts["date"]).day == 1
    begun = _place(verdicts, event) + (event.last - event.first).days + 1
    for day in range(begun, len(expected)):
        back = day - 14 if first_of_month[day - 7] else day - 7
        if back < 0 or np.isnan(expected[back]):
            continue
        expected[day] = expected[back]
        if first_of_month[day] and not np.isnan(judged[day - 7 : day + 1]).any():
            # A day that begins a month brings its own charges; what they are shows beside the weekday's level as it is by now.
            expected[day] = max(expected[day] + judged[day] - judged[day - 7], 0.0) if judged[day] >= 0 else expected[day]
    return expected


def _place(verdicts: pd.DataFrame, event: Event) -> int:
    return int((pd.Timestamp(event.first) - verdicts["date"].iloc[0]).days)
