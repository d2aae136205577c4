"""Verdicts on days to events: from the day that alerts to the last one that is still off to the same side."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.anomalies import HIGH_PERCENT, MEDIUM_PERCENT

HIGH_USD, MEDIUM_USD = 100.0, 10.0  # an impact below isn't high, or medium, whatever its percent


@dataclass(frozen=True)
class Event:
    """Days that cost more or less than expected. `expected` and `actual` are sums over its days; `score` is the first day's, in limits.

    A gradual one shows on a day that is itself within the usual range: the last days together aren't.
    """

    first: date
    last: date
    expected: float
    actual: float
    score: float
    gradual: bool

    @property
    def impact(self) -> float:
        """What it cost beyond what was expected; negative when it cost less."""
        return self.actual - self.expected

    @property
    def percent(self) -> float | None:
        """The impact in percent of what was expected; None from nothing, which is new."""
        return 100 * self.impact / self.expected if self.expected > 0 else None

    @property
    def severity(self) -> str:
        """high, medium or low: by percent and by money, whichever is lower."""
        percent, size = (np.inf if self.percent is None else abs(self.percent)), abs(self.impact)
        if percent > HIGH_PERCENT and size >= HIGH_USD:
            return "high"
        return "medium" if percent > MEDIUM_PERCENT and size >= MEDIUM_USD else "low"


def events(series: "pd.Series[float]", verdicts: pd.DataFrame) -> list[Event]:
    """The events of a daily series, in order; `verdicts` is what `detect` says of it."""
    actual = np.asarray(series, dtype=np.float64)
    return [_event(verdicts, actual, int(start)) for start in np.flatnonzero(verdicts["is_anomaly"].to_numpy())]


def _event(verdicts: pd.DataFrame, actual: NDArray[np.float64], start: int) -> Event:
    days = [start, *_further(verdicts, actual, start)]
    dates, expected = verdicts["date"], verdicts["expected"].to_numpy(float)
    gradual = bool(verdicts["lower"][start] <= actual[start] <= verdicts["upper"][start])
    return Event(
        first=dates[days[0]].date(),
        last=dates[days[-1]].date(),
        expected=float(expected[days].sum()),
        actual=float(actual[days].sum()),
        score=float(verdicts["score"][start]),
        gradual=gradual,
    )


def _further(verdicts: pd.DataFrame, actual: NDArray[np.float64], start: int) -> Iterator[int]:
    """The days right after the first that are outside the usual range on its side."""
    expected, lower, upper = (verdicts[column].to_numpy(float) for column in ("expected", "lower", "upper"))
    more = actual[start] > expected[start]
    alerts = verdicts["is_anomaly"].to_numpy()
    for day in range(start + 1, len(actual)):
        if alerts[day] or not (actual[day] > upper[day] if more else actual[day] < lower[day]):
            return
        yield day
