"""Anomalies planted in made-up costs: series a second and how many are found, beside detectors made of Prophet and of AutoETS.

A peer's detector is the usual recipe: fit it once a week to the days before, and flag a day outside its interval of 99 %. Of everybody,
flags on days in a row are one alert. Nobody is told of month starts.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analysis.anomalies import day_over_day, detect
from core.analysis.batch import detections
from tests.bench import made_series, peers
from tests.bench.made_series import Planted

DAYS, WARM_UP = 240, 90
SERIES = 15  # a peer fits each of them 22 times
MORE = 200  # series that only our own and the simple rule are measured on
LEVEL = 99
REFIT = 7  # days

Flags = NDArray[np.bool_]


def by_peer(python: Path, method: str, cases: Sequence[Planted]) -> tuple[float, list[Flags]] | None:
    """Seconds, and for each series which days are outside the peer's interval."""
    places = range(WARM_UP, DAYS, REFIT)
    tasks = [(case.series.iloc[:place], min(REFIT, DAYS - place)) for case in cases for place in places]
    answer = peers.ask(python, method, tasks, [LEVEL])
    if answer is None:
        return None
    seconds, said = answer
    return seconds, [_outside(case, said[turn * len(places) : (turn + 1) * len(places)]) for turn, case in enumerate(cases)]


def _outside(case: Planted, said: Sequence[Mapping[str, Any]]) -> Flags:
    lower, upper = (np.concatenate([told[f"{side}{LEVEL}"] for told in said]) for side in ("lower", "upper"))
    values = case.series.to_numpy()[WARM_UP:]
    return np.concatenate([np.zeros(WARM_UP, dtype=bool), (values < lower) | (values > upper)])


def ours(cases: Sequence[Planted]) -> tuple[float, list[Flags]]:
    detect(cases[0].series)
    started = time.perf_counter()
    flags = [detect(case.series)["is_anomaly"].to_numpy() for case in cases]
    return time.perf_counter() - started, flags


def simple(cases: Sequence[Planted]) -> tuple[float, list[Flags]]:
    """More than 20 % on the day before."""
    started = time.perf_counter()
    flags = [day_over_day(case.series)["is_anomaly"].to_numpy() for case in cases]
    return time.perf_counter() - started, flags


def scored(cases: Sequence[Planted], every: Sequence[Flags]) -> str:
    """F1, false alerts in 30 days, the share of month starts flagged, and the days until a ramp showed."""
    found = missed = false = starts = flagged = 0
    ramps: list[int] = []
    for case, flags in zip(cases, every, strict=True):
        alerts = np.flatnonzero(flags)
        alerts = alerts[alerts >= WARM_UP]
        excused = np.zeros(DAYS, dtype=bool)
        for kind, place in case.events:
            excused[place : place + made_series.FORGIVEN[kind] + 1] = True
            hits = alerts[(alerts >= place) & (alerts < place + made_series.COUNTS[kind])]
            found, missed = found + bool(len(hits)), missed + (not len(hits))
            ramps += [int(hits[0]) - place] if kind == "ramp" and len(hits) else []
        wrong = alerts[~excused[alerts]]
        false += int((np.diff(np.r_[-99, wrong]) > 1).sum())
        own = [start for start in case.month_starts if start >= WARM_UP and not excused[start]]
        starts, flagged = starts + len(own), flagged + sum(bool(flags[start]) for start in own)
    precision, recall = found / max(found + false, 1), found / max(found + missed, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    often = 30 * false / (len(cases) * (DAYS - WARM_UP))
    late = f"{np.mean(ramps):.1f}" if ramps else "none"
    return f"{precision:>10.2f}{recall:>8.2f}{f1:>7.2f}{often:>12.2f}{flagged / max(starts, 1):>13.0%}{late:>8}"


def told(title: str, cases: Sequence[Planted], measured: Mapping[str, tuple[float, list[Flags]]]) -> None:
    print(title)
    figures = f"{'precision':>10}{'recall':>8}{'F1':>7}{'false/30 d':>12}{'month starts':>13}{'ramps':>8}"
    print(f"  {'':<14}{'series/s':>10}{'we are':>9}{figures}")
    own = measured["Spendscope"][0]
    for method, (seconds, flags) in measured.items():
        ratio = f"{seconds / own:.0f} x" if method in peers.METHODS else ""
        print(f"  {method:<14}{len(cases) / seconds:>10.1f}{ratio:>9}{scored(cases, flags)}")


def main() -> None:
    cases = [made_series.planted(seed, DAYS, WARM_UP) for seed in range(MORE)]
    few = cases[:SERIES]
    with peers.installed() as python:
        answers = {method: by_peer(python, method, few) for method in peers.METHODS} if python else {}
    measured = {"Spendscope": ours(few), "day before": simple(few)} | {method: said for method, said in answers.items() if said}
    told(f"{SERIES} series of {DAYS} days, judged from day {WARM_UP} on; ramps: days until they showed", few, measured)
    told(f"{MORE} series", cases, {"Spendscope": ours(cases), "day before": simple(cases)})
    series = {number: case.series for number, case in enumerate(cases)}
    detections(series)
    started = time.perf_counter()
    detections(series)
    print(f"  unchanged series, from memory: {MORE / (time.perf_counter() - started):,.0f} a second")


if __name__ == "__main__":
    main()
