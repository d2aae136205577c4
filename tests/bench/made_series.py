"""Daily costs of made-up organisations: what a forecast meets, and series with planted events. The same seed makes the same series."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

LAST = date(2026, 9, 30)
LEVEL = 1000.0  # a usual day's cost, in dollars
KINDS = ("spike", "drop", "level", "ramp")
FORGIVEN = {"spike": 2, "drop": 2, "level": 35, "ramp": 49}  # days from its first on which an alert isn't held against anybody
COUNTS = {"spike": 1, "drop": 3, "level": 14, "ramp": 28}  # and those on which one counts as having found it


@dataclass(frozen=True)
class Planted:
    """A series, its events as (kind, place of the first day), and the places of month starts that bring a fee."""

    series: "pd.Series[float]"
    events: tuple[tuple[str, int], ...]
    month_starts: tuple[int, ...]


def costs(seed: int, days: int) -> "pd.Series[float]":
    """A week's rhythm, noise that lasts some days, a level that wanders and grows; of every second one a fee on the first of the month."""
    random = np.random.default_rng(seed)
    dates = pd.date_range(end=LAST, periods=days)
    weekend = 1 - random.uniform(0, 0.5) * (dates.day_of_week >= 5)
    noise = np.zeros(days)
    for day, shock in enumerate(random.normal(0, random.uniform(0.02, 0.09), days)):
        noise[day] = 0.4 * noise[day - 1] + shock
    wander = np.cumsum(random.normal(0, 0.004, days)) + np.linspace(0, random.uniform(-0.1, 0.3), days)
    values = LEVEL * np.asarray(weekend, dtype=float) * np.exp(wander + noise)
    fee = random.uniform(0.5, 2) * LEVEL if _has_fee(seed) else 0.0
    return pd.Series(values + fee * (dates.day == 1), dates)


def _has_fee(seed: int) -> bool:
    return seed % 2 == 1


def planted(seed: int, days: int, warm_up: int) -> Planted:
    """Costs with up to three events of a kind, or none, all after the warm-up and at least five weeks apart."""
    random, series = np.random.default_rng(1000 + seed), costs(seed, days)
    kind = (*KINDS, "none")[seed % 5]
    number = {"spike": 3, "drop": 3, "level": 1, "ramp": 1}.get(kind, 0)
    room = (days - warm_up - 50) // max(number, 1)
    places = [warm_up + 10 + room * turn + int(random.integers(0, max(room - 35, 1))) for turn in range(number)]
    starts = [int(day) for day in np.flatnonzero(pd.DatetimeIndex(series.index).day == 1)]
    for place in (places := [place + 1 if place in starts else place for place in places]):
        _plant(series, kind, place, random)
    return Planted(series, tuple((kind, place) for place in places), tuple(starts) if _has_fee(seed) else ())


def _plant(series: "pd.Series[float]", kind: str, place: int, random: np.random.Generator) -> None:
    values, left = series.to_numpy(copy=True), len(series) - place
    if kind == "spike":
        values[place] += random.uniform(0.4, 1.2) * LEVEL
    elif kind == "drop":
        values[place : place + int(random.integers(1, 4))] *= 1 - random.uniform(0.4, 0.8)
    elif kind == "level":
        values[place:] += random.uniform(0.25, 0.8) * LEVEL
    else:
        values[place:] += random.uniform(0.4, 1.0) * LEVEL * np.minimum(1, np.arange(1, left + 1) / random.integers(14, 22))
    series[:] = values
