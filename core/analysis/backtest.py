"""What a forecast would have said on past days, and how that and what it did say compare with what came. Pure."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from core.analysis.forecast import explained_forecast

HORIZON = 28  # days that each try looks ahead
TRIES, EVERY = 12, 7  # so many tries, a week apart, the last one a week before the end
LEAST = 28  # known days before a try

BOUNDS = ("lower80", "upper80", "lower95", "upper95")
COLUMNS = ("made", "date", "ahead", "mean", *BOUNDS, "actual")

SPANS = ((1, 7), (8, 14), (15, 28))
"""The days ahead that are told apart, each with both ends."""


@dataclass(frozen=True)
class Score:
    """How far off forecasts of `first` to `last` days ahead were, on `days` days.

    `error` is the mean absolute error, `share` the sum of the absolute errors over that of what came (WAPE; None of nothing), `beside` the
    error over that of the same weekday's last value on the same days (below 1 is better; None where that is never off, or isn't known).
    `inside80` and `inside95` are the shares of days that lay inside the intervals.
    """

    first: int
    last: int
    days: int
    error: float
    share: float | None
    beside: float | None
    inside80: float
    inside95: float


def backtest(series: pd.Series) -> pd.DataFrame:
    """Forecasts as they would have been made on past days, from the days up to each and no later ones, beside what came.

    `series` is of settled days, NaN where a day isn't known. Columns: made (the last day that was known), date, ahead (days), mean,
    lower80, upper80, lower95, upper95, actual. No rows where the past is too short.
    """
    last = series.index[-1]
    tries = [last - timedelta(days=EVERY * number) for number in range(TRIES, 0, -1)]
    made = [_tried(series, day) for day in tries if series[:day].notna().sum() >= LEAST]
    return beside(pd.concat(made), series) if made else pd.DataFrame(columns=COLUMNS)


def beside(said: pd.DataFrame, series: pd.Series) -> pd.DataFrame:
    """What was said (made, date, mean and bounds) with the days ahead and what came; days that haven't, or aren't known, are left out."""
    ahead = (said["date"] - said["made"]).dt.days
    rows = said.assign(ahead=ahead, actual=said["date"].map(series).astype(float))
    return rows[rows["actual"].notna()][[*COLUMNS]].sort_values(["made", "date"]).reset_index(drop=True)


def made_before(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    """For each date the forecast that was made `days` days before, or as few days less as there is one within the week after that."""
    within = rows[rows["ahead"].between(days - EVERY + 1, days)]
    return within.sort_values("ahead").drop_duplicates("date", keep="last").sort_values("date").reset_index(drop=True)


def scores(rows: pd.DataFrame, series: pd.Series) -> list[Score]:
    """How far off the forecasts were, for each of SPANS of which there are any."""
    if rows.empty:
        return []
    same_weekday = _same_weekday(rows, series)
    found = []
    for first, last in SPANS:
        own = rows[rows["ahead"].between(first, last)]
        if len(own):
            found.append(_score(first, last, own, same_weekday[own.index]))
    return found


def _tried(series: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    horizon = min(HORIZON, (series.index[-1] - day).days)
    return explained_forecast(series[:day], horizon).days.assign(made=day)


def _same_weekday(rows: pd.DataFrame, series: pd.Series) -> pd.Series:
    """What the same weekday cost last, as it was known when the forecast was made."""
    weeks = np.ceil(rows["ahead"].to_numpy(dtype=np.float64) / EVERY)
    before = rows["date"] - pd.to_timedelta(EVERY * weeks, unit="D")
    return before.map(series).astype(float)


def _score(first: int, last: int, own: pd.DataFrame, same_weekday: pd.Series) -> Score:
    missed = (own["actual"] - own["mean"]).abs()
    whole = float(own["actual"].abs().sum())
    plain = (own["actual"] - same_weekday).abs()
    naive = float(plain.mean()) if plain.notna().any() else 0.0
    inside = {level: own["actual"].between(own[f"lower{level}"], own[f"upper{level}"]).mean() for level in (80, 95)}
    return Score(
        first=first,
        last=last,
        days=len(own),
        error=float(missed.mean()),
        share=float(missed.sum()) / whole if whole else None,
        beside=float(missed[plain.notna()].mean()) / naive if naive > 0 else None,
        inside80=float(inside[80]),
        inside95=float(inside[95]),
    )
