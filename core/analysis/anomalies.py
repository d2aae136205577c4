"""Days that cost more or less than the days before them let one expect.

`detect` is causal: it walks through the series once and judges each day by what came before it. Weekly rhythm and charges that come on
the same day of every month are normal life. An anomalous day doesn't teach what is usual. An event is one alert, on the day on which it
shows; when a change stays, its level becomes the usual one. A day beyond all that an event has shown is the next one.
"""

import math
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.detection_drift import Drift
from core.analysis.detection_event import Event
from core.analysis.detection_recurring import MONTH_START, Recurring
from core.analysis.detection_rhythm import Rhythm
from core.analysis.detection_spread import Spread
from core.analysis.detection_unrest import of_the_calendar, since_alert

FLOOR_USD, FLOOR_PERCENT = 1.0, 5.0  # a smaller difference is never an anomaly, however regular the series
WARM_UP = 21  # days seen before the first verdict
LIMIT = 4.0  # sigmas that a single day may be off, at sensitivity 1
DRIFT_LIMIT = 2.2  # sigmas that the means of the last days and the last weeks may be apart
CLIP = 2.5  # sigmas beyond which an ordinary day teaches no more
LEAST_SIGMA = 0.01  # of the expected value: no series is known better than this
STAYS = 4  # days after which a change counts as the new level
SETTLING = 7  # days after a new level on which going on the same way, or back, is part of the same event
FURTHER = 2.0  # times the way to the new level: how far a change that isn't over may go on
RETURNED = 0.5  # of the way to the new level: what a day that is back may miss the old one by
DRIFT_REST = 21  # days after a drift before the next one in the same direction is news
ALERT_REST = 14  # days after any alert before a drift in its direction is news

HIGH_PERCENT, MEDIUM_PERCENT = 50.0, 20.0  # of the simple rule, against the day before


class Verdict(NamedTuple):
    """One day's judgement, in the unit of the series. NaN: none can be given."""

    expected: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    is_anomaly: bool = False
    score: float = np.nan


def detect(
    series: pd.Series, *, sensitivity: float = 1.0, floor_usd: float = FLOOR_USD, floor_percent: float = FLOOR_PERCENT
) -> pd.DataFrame:
    """Judge each day of a daily series, indexed by date; NaN and left-out days are unknown, not zero.

    `sensitivity` divides the limits: 2 alerts at half the difference, 0.5 at twice. A difference below `floor_usd`, or below
    `floor_percent` of the expected value, is never an anomaly.

    Columns: date, expected, lower, upper (the usual range of that day), is_anomaly (an event shows on this day; its later days are no
    alerts of their own), score (how far off in limits: an anomaly's is over 1). The first 21 known days get no verdict: NaN.
    """
    for name, value, least in (("sensitivity", sensitivity, 1e-3), ("floor_usd", floor_usd, 0), ("floor_percent", floor_percent, 0)):
        if not (np.isfinite(value) and value >= least):
            raise ValueError(f"{name} must be a number of at least {least}, and is {value}")
    values = _checked(series)
    days = values.asfreq("D")  # so that a left-out day is a day without a value
    verdicts = pd.DataFrame(_verdicts(days, sensitivity, floor_usd, floor_percent), index=days.index, columns=list(Verdict._fields))
    return verdicts.loc[values.index].astype(Verdict.__annotations__).rename_axis("date").reset_index()


def day_over_day(series: pd.Series, *, medium_percent: float = MEDIUM_PERCENT, high_percent: float = HIGH_PERCENT) -> pd.DataFrame:
    """The simple rule: a day more than `medium_percent` up or down on the day before.

    Columns as of `detect`, and severity: high (by more than `high_percent`), medium or empty. It knows no weekday and no month start, so it
    alerts often. A day whose day before is unknown or zero gets no verdict.
    """
    if not 0 < medium_percent <= high_percent:
        raise ValueError(f"medium_percent must be above 0 and at most high_percent, and they are {medium_percent} and {high_percent}")
    values = _checked(series)
    before = values.asfreq("D").shift(1).loc[values.index].replace(0, np.nan)
    percent = 100 * (values - before).abs() / before.abs()
    room = before.abs() * medium_percent / 100
    severity = np.select([percent > high_percent, percent > medium_percent], ["high", "medium"], "")
    judged = {"expected": before, "lower": before - room, "upper": before + room, "is_anomaly": percent > medium_percent}
    return pd.DataFrame({**judged, "score": percent / medium_percent, "severity": severity}).rename_axis("date").reset_index()


def _checked(series: pd.Series) -> pd.Series:
    if not isinstance(series, pd.Series):
        raise TypeError(f"a daily pandas Series is needed, and this is a {type(series).__name__}")
    if not isinstance(series.index, pd.DatetimeIndex):
        if len(series) and not all(isinstance(day, date) for day in series.index):
            raise ValueError("the index must be dates")
        series = series.set_axis(pd.DatetimeIndex(series.index))
    index = pd.DatetimeIndex(series.index)
    if index.hasnans or not index.is_monotonic_increasing or not index.is_unique or not (index == index.normalize()).all():
        raise ValueError("the index must be whole days in order, each once")
    try:
        values = series.astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError("the values must be numbers") from error
    if np.isinf(values).any():
        raise ValueError("the values must be finite; a missing day is NaN")
    return values


def _verdicts(days: pd.Series, sensitivity: float, floor_usd: float, floor_percent: float) -> Iterator[Verdict]:
    values, dates = days.to_numpy(float), pd.DatetimeIndex(days.index)
    weekdays, month_days = (np.asarray(part, dtype=np.int64) for part in (dates.day_of_week, dates.day))
    known = np.flatnonzero(~np.isnan(values))
    start = int(known[WARM_UP - 1]) + 1 if len(known) >= WARM_UP else len(values)
    yield from [Verdict()] * start
    if start < len(values):
        walk = _Walk(known[:WARM_UP], values, weekdays, month_days, sensitivity, floor_usd, floor_percent)
        rest = (part[start:].tolist() for part in (values, weekdays, month_days))
        for day, (value, weekday, month_day, unrest) in enumerate(zip(*rest, of_the_calendar(dates[start:]), strict=True), start):
            yield walk.judge(day, value, weekday, month_day, unrest)


class _Walk:
    """What is known on the way through a series: everything learned so far, and the event that is going on."""

    def __init__(
        self,
        first: NDArray[np.int64],
        values: NDArray[np.float64],
        weekdays: NDArray[np.int64],
        month_days: NDArray[np.int64],
        sensitivity: float,
        floor_usd: float,
        floor_percent: float,
    ) -> None:
        self._limit, self._drift_limit = LIMIT / sensitivity, DRIFT_LIMIT / sensitivity
        self._floor_usd, self._floor_share = floor_usd, floor_percent / 100
        ordinary = first[month_days[first] != MONTH_START]
        self._rhythm = Rhythm(values[ordinary], weekdays[ordinary])
        self._spread, self._recurring = Spread(), Recurring()
        self._drift = Drift(float(np.median(values[ordinary])))
        for day in first:
            off = float(values[day] - self._rhythm.expected(int(weekdays[day])))
            if month_days[day] == MONTH_START:
                self._recurring.learn(MONTH_START, off)
            else:
                self._spread.learn(off, int(weekdays[day]))
        self._event: Event | None = None
        self._shift, self._settled = 0.0, -1  # the last new level, and the day up to which a return from it is no news
        never = -(DRIFT_REST + 1)
        self._last_alert = {True: never, False: never}  # up, down
        self._last_drift = {True: never, False: never}

    def judge(self, day: int, value: float, weekday: int, month_day: int, unrest: float) -> Verdict:
        """The verdict on a day, then learn from it. `unrest` is how much wider than usual its limits are by the calendar."""
        usual = self._rhythm.expected(weekday)
        sigma = max(self._spread.sigma(weekday), LEAST_SIGMA * abs(usual), 1e-9)
        floor = max(self._floor_usd, self._floor_share * abs(usual))
        unrest += since_alert(day - max(self._last_alert.values()))
        limit = max(self._limit * unrest * sigma, floor)
        if month_day == MONTH_START and not self._recurring.knows(MONTH_START):
            # What a month start brings is not known before the first one.
            if not math.isnan(value):
                self._recurring.learn(MONTH_START, value - usual)
            return Verdict()
        low, high = self._recurring.usual(month_day, limit)
        expected = usual + self._recurring.expected(month_day)
        if math.isnan(value):
            return Verdict(expected, usual + low, usual + high)
        off = value - usual
        score = off / high if off > 0 else off / low
        if month_day == MONTH_START:
            alert = self._judge_month_start(day, off, low, high)
        elif self._event and self._event.goes_on(off, limit):
            alert = self._continue_event(self._event, day, off, limit)
        elif -limit <= off <= limit:
            self._event = None
            z = self._learn(day, value, off, weekday, sigma) / unrest
            alert = self._judge_drift(day, z, floor)
            score = max(score, abs(z) / self._drift_limit) if alert else score
        else:
            alert = self._judge_outlier(day, off, limit, month_day, low <= off <= high)
        return Verdict(expected, usual + low, usual + high, alert, float(score))

    def _judge_month_start(self, day: int, off: float, low: float, high: float) -> bool:
        shifted = off - (self._event.typical if self._event else 0.0)
        self._recurring.learn(MONTH_START, shifted)
        alert = not (low <= off <= high or low <= shifted <= high)
        if alert:
            self._last_alert[off > 0] = day
        return alert

    def _judge_outlier(self, day: int, off: float, limit: float, month_day: int, recurs: bool) -> bool:
        """A day off by more than the limit: a charge that was to be expected, the rest of an event that went before, or a new event."""
        self._recurring.learn(month_day, off)
        if recurs:
            return False
        self._begin(day, off)
        return day > self._settled or not self._belongs_to_shift(off, limit)

    def _belongs_to_shift(self, off: float, limit: float) -> bool:
        """Whether a day goes on the way of the last new level, as a ramp does, or back to the one before."""
        if off * self._shift > 0:
            return abs(off) <= FURTHER * abs(self._shift)
        return abs(off + self._shift) <= max(limit, RETURNED * abs(self._shift))

    def _begin(self, day: int, off: float) -> None:
        self._event = Event(off, [off])
        self._last_alert[off > 0] = day

    def _continue_event(self, event: Event, day: int, off: float, limit: float) -> bool:
        """One more day of an event that was alerted already. When it stays, its level is the usual one from now on."""
        if event.is_topped(off, limit):
            self._begin(day, off)
            return True
        event.values.append(off)
        if len(event.values) < STAYS:
            return False
        self._shift = event.typical
        self._rhythm.shift(self._shift)
        self._drift.shift(self._shift)
        self._last_drift[self._shift > 0] = day
        self._settled = day + SETTLING
        self._event = None
        return False

    def _learn(self, day: int, value: float, off: float, weekday: int, sigma: float) -> float:
        self._rhythm.learn(value, weekday, sigma, CLIP)
        self._spread.learn(off, weekday)
        quiet = day - max(self._last_drift.values()) > DRIFT_REST
        return self._drift.learn(value - self._rhythm.weekday_part(weekday), sigma, quiet)

    def _judge_drift(self, day: int, z: float, floor: float) -> bool:
        up = z > 0
        if abs(z) <= self._drift_limit or abs(self._drift.distance) < floor or day - self._last_drift[up] <= DRIFT_REST:
            return False
        news = day - self._last_alert[up] > ALERT_REST
        self._last_drift[up] = self._last_alert[up] = day
        return news
