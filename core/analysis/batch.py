"""Many series at once, and none twice: what is said of a series is remembered by its days, its values and what was asked.

The answers are those of `detect` and `explained_forecast`, worked out one after another.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

import pandas as pd

from core.analysis.anomalies import detect
from core.analysis.forecast import Forecast, explained_forecast

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_VERDICTS, _FORECASTS = 1000, 100  # series remembered: about 25 MB each


class _Memory(Generic[T]):
    """The latest answers, up to a number, by what they were given to."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._held: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str, work_out: Callable[[], T]) -> T:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        found = work_out()
        with self._lock:
            self._held[key] = found
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return found


_verdicts: _Memory[pd.DataFrame] = _Memory(_VERDICTS)
_forecasts: _Memory[Forecast] = _Memory(_FORECASTS)


def detections(series: Mapping[K, "pd.Series[float]"], **options: float) -> dict[K, pd.DataFrame]:
    """What `core.analysis.anomalies.detect` says of each series, with its options; columns as there."""
    return {name: _verdicts.get(_content(own, options), partial(detect, own, **options)).copy() for name, own in series.items()}


def forecasts(series: Mapping[K, "pd.Series[float]"], horizon: int, judged: int | None = None) -> dict[K, Forecast]:
    """What `core.analysis.forecast.explained_forecast` says of each series. Raises AnalysisRefused for the first that it refuses."""
    asked = (horizon, judged)
    found = {name: _forecasts.get(_content(own, asked), partial(explained_forecast, own, *asked)) for name, own in series.items()}
    return {name: replace(one, days=one.days.copy()) for name, one in found.items()}


def _content(series: "pd.Series[float]", asked: object) -> str:
    """Stands for a series' days and values and for what is asked of it: another of them is another text."""
    held = hashlib.sha256(f"{asked!r} {series.index.dtype} {series.dtype} {len(series)}".encode())
    for part in (series.index.to_numpy(), series.to_numpy()):
        held.update(repr(list(part)).encode() if part.dtype == object else part.tobytes())
    return held.hexdigest()
