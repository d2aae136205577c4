"""What CloudWatch answers: each metric's samples, made when they are asked for.

A value depends on the seed, the resource, the metric and the absolute hour, never on the day on which somebody looks.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np

from core.demo import noise
from core.demo.fleets import RHYTHMS
from core.demo.model import MetricRef
from core.demo.noise import Floats
from core.demo.parts import Part, Signal, midnight

SAMPLES = 12
"""Five-minute samples in an hour."""
_HOUR, _DAY = 3600, 86400
_MONDAY = 3  # 1970-01-01 was a Thursday
_OFFICE = (8, 19)


class Utilisation:
    """The metrics of all parts, by where CloudWatch keeps them."""

    def __init__(self, parts: Iterable[Part], as_of: date, seed: int) -> None:
        self._seed = seed
        self._now = int(midnight(as_of).timestamp())
        self._metrics: dict[MetricRef, tuple[Signal, int, int]] = {}
        for part in parts:
            if part.metrics:
                born = _ceiling(int(part.resource.created.timestamp()), _HOUR)
                gone = min(self._now, int(part.until.timestamp()) if part.until else self._now)
                for metric in part.metrics:
                    where = frozenset(metric.dimensions.items())
                    ref = MetricRef(part.resource.account, part.resource.region, metric.namespace, metric.name, where)
                    self._metrics[ref] = (metric.signal, born, gone)

    def refs(self) -> tuple[MetricRef, ...]:
        """Every metric there is, for ListMetrics."""
        return tuple(self._metrics)

    def series(self, metric: MetricRef, start: datetime, end: datetime, period: int, statistic: str) -> tuple[list[datetime], list[float]]:
        """Period starts and values; nothing before the resource was there, while it stood still, and from `as_of` on.

        Periods start at multiples of `period` seconds. One below an hour gets what its share of the hour's samples says.
        """
        if metric not in self._metrics:
            return [], []
        signal, born, gone = self._metrics[metric]
        first = int(start.timestamp()) // period * period
        last = min(int(end.timestamp()), self._now)
        if last <= first:
            return [], []
        step = _DAY if signal.daily else _HOUR
        times, averages = self._hours(metric, signal, max(first // step * step, _ceiling(born, step)), min(last, gone), step)
        if not len(times):
            return [], []
        whole = signal.daily or (signal.total and statistic == "Sum" and period >= _HOUR)
        samples = averages[:, None] if whole else _samples(signal, averages)
        starts, values = _reduced(times, samples, step, period, statistic)
        kept = (starts >= first) & (starts < last)
        return _moments(tuple(starts[kept].tolist())), values[kept].tolist()

    def _hours(self, metric: MetricRef, signal: Signal, first: int, last: int, step: int) -> tuple[np.ndarray, Floats]:
        """The starts of the hours (days) that have samples, and each one's average."""
        times = np.arange(first, last, step, dtype=np.int64)
        hour, weekday = times // _HOUR % 24, (times // _DAY + _MONDAY) % 7
        if signal.hours == "office":
            open_ = (weekday < 5) & (hour >= _OFFICE[0]) & (hour < _OFFICE[1])
            times, hour, weekday = times[open_], hour[open_], weekday[open_]
        values = np.full(len(times), float(signal.mean))
        if signal.rhythm in _DAILY:
            values *= _DAILY[signal.rhythm][hour]
        values *= np.array(RHYTHMS[signal.rhythm].week if signal.rhythm in RHYTHMS else (1.0,) * 7)[weekday]
        if signal.noise:
            key = noise.key(self._seed, metric.account, metric.region, metric.namespace, metric.name, *sorted(metric.dimensions))
            values *= 1 + signal.noise * noise.normal(key, times // step)
        if signal.swing:
            values += np.where(hour < 12, signal.swing, -signal.swing)
        return times, np.clip(values, 0, signal.ceiling)


# Factors of the hours of the day, one on average.
_WAVE = 1 - 0.5 * np.cos((np.arange(24) - 3) * 2 * np.pi / 24)
_DAILY: dict[str, Floats] = {
    "traffic": _WAVE,
    "twenty-hours": np.where(np.arange(24) < 4, 0.0, 1.0),
    "once": np.where(np.arange(24) == 12, 1.0, 0.0),
}


def _samples(signal: Signal, averages: Floats) -> Floats:
    """Twelve samples for each hour: eleven alike and the highest in the middle. Their average is the hour's."""
    each = averages / SAMPLES if signal.total else averages
    peak = np.minimum(signal.peak, np.minimum(11 * each, signal.ceiling - each))
    samples = np.repeat((each - peak / (SAMPLES - 1))[:, None], SAMPLES, axis=1)
    samples[:, SAMPLES // 2] = each + peak
    return samples


def _reduced(times: np.ndarray, samples: Floats, step: int, period: int, statistic: str) -> tuple[np.ndarray, Floats]:
    """The samples of each period made one value; `times` are the starts of hours (or days), a row of samples each."""
    width = step // samples.shape[1]
    moments = (times[:, None] + np.arange(samples.shape[1]) * width).ravel() // period * period
    values = samples.ravel()
    index = np.flatnonzero(np.diff(moments, prepend=-1))
    starts, counts = moments[index], np.diff(index, append=len(moments))
    if statistic == "SampleCount":
        return starts, counts.astype(np.float64)
    if statistic == "Sum":
        return starts, np.add.reduceat(values, index)
    if statistic == "Average":
        return starts, np.add.reduceat(values, index) / counts
    if statistic == "Maximum":
        return starts, np.maximum.reduceat(values, index)
    if statistic == "Minimum":
        return starts, np.minimum.reduceat(values, index)
    share = float(statistic.removeprefix("p"))
    return starts, np.array([np.percentile(part, share) for part in np.split(values, index[1:])])


def _ceiling(moment: int, step: int) -> int:
    return -(-moment // step) * step


@lru_cache(maxsize=64)
def _cached(seconds: tuple[int, ...]) -> tuple[datetime, ...]:
    return tuple(datetime.fromtimestamp(second, UTC) for second in seconds)


def _moments(seconds: tuple[int, ...]) -> list[datetime]:
    return list(_cached(seconds))
