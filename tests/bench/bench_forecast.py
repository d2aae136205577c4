"""Forecasts of made-up costs: series a second and how good, beside the seasonal naive one, Prophet and statsforecast's AutoETS.

All forecast the same series in the same run, one after the other, each in one process.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.analysis.batch import forecasts
from core.analysis.forecast import forecast
from tests.bench import made_series, peers

HORIZON = 14
LENGTHS = {"60 days": 60, "400 days": 400}  # of history
SERIES = 30  # of each length
LEVELS = (80, 95)

SIDES = (("lower", -1), ("upper", 1))

Said = Mapping[str, Any]
"""Mean and bounds by day ahead."""


def seasonal_naive(series: "pd.Series[float]", horizon: int) -> Said:
    """The same weekday a week before, and the spread of its past errors."""
    mean = np.resize(series.to_numpy()[-7:], horizon)
    spread = float((series - series.shift(7)).std()) * np.sqrt(np.arange(horizon) // 7 + 1)
    sides = {80: 1.2816, 95: 1.96}
    return {"mean": mean} | {f"{side}{level}": mean + by * sides[level] * spread for side, by in SIDES for level in LEVELS}


def timed(method: Callable[["pd.Series[float]", int], Said], tasks: Sequence[peers.Task]) -> tuple[float, list[Said]]:
    method(*tasks[0])
    started = time.perf_counter()
    said = [method(*task) for task in tasks]
    return time.perf_counter() - started, said


def scored(whole: Sequence["pd.Series[float]"], said: Sequence[Said]) -> tuple[float, float, float]:
    """Mean absolute scaled error, and the shares of days inside both intervals."""
    errors, inside = [], {level: [] for level in LEVELS}
    for series, told in zip(whole, said, strict=True):
        history, actual = series.iloc[:-HORIZON], series.to_numpy()[-HORIZON:]
        scale = float((history - history.shift(7)).abs().mean())
        errors.append(np.abs(actual - np.asarray(told["mean"])).mean() / scale)
        for level in LEVELS:
            inside[level].append(np.mean((actual >= np.asarray(told[f"lower{level}"])) & (actual <= np.asarray(told[f"upper{level}"]))))
    return float(np.mean(errors)), *(float(np.mean(inside[level])) for level in LEVELS)


def compare(name: str, days: int, python: Path | None) -> None:
    """A table for one length of history."""
    whole = [made_series.costs(seed, days + HORIZON) for seed in range(SERIES)]
    tasks = [(series.iloc[:-HORIZON], HORIZON) for series in whole]
    measured = {"Spendscope": timed(forecast, tasks), "seasonal naive": timed(seasonal_naive, tasks)}
    for method in peers.METHODS if python else ():
        answer = peers.ask(python, method, tasks, LEVELS) if python else None
        measured |= {method: answer} if answer else {}
    print(f"{SERIES} series with a history of {name}, {HORIZON} days ahead")
    print(f"  {'':<16}{'series/s':>10}{'we are':>10}{'MASE':>8}{'in 80 %':>9}{'in 95 %':>9}")
    own = measured["Spendscope"][0]
    for method, (seconds, said) in measured.items():
        error, *inside = scored(whole, said)
        ratio = f"{seconds / own:.1f} x" if method in peers.METHODS else ""
        print(f"  {method:<16}{SERIES / seconds:>10.1f}{ratio:>10}{error:>8.3f}{inside[0]:>9.0%}{inside[1]:>9.0%}")
    _again(tasks)


def _again(tasks: Sequence[peers.Task]) -> None:
    """The same series asked for twice, as a refresh does in which they didn't change."""
    series = {number: own for number, (own, _) in enumerate(tasks)}
    forecasts(series, HORIZON)
    started = time.perf_counter()
    forecasts(series, HORIZON)
    print(f"  unchanged series, from memory: {len(series) / (time.perf_counter() - started):,.0f} a second")


def main() -> None:
    with peers.installed() as python:
        for name, days in LENGTHS.items():
            compare(name, days, python)


if __name__ == "__main__":
    main()
