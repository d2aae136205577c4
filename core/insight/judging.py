"""Judging series by the rules in force: the one place from which days are judged."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from core.analysis.anomalies import HIGH_PERCENT, day_over_day
from core.analysis.batch import detections
from core.analysis.courses import courses
from core.analysis.events import Event, events
from core.analysis.folding import Alert
from core.analysis.scopes import Scope
from core.insight.anomaly import DAY_BEFORE, Rules

Series = Mapping[Scope, "pd.Series[float]"]


def verdicts(series: "pd.Series[float]", rules: Rules) -> pd.DataFrame:
    """What the rules say of each day; columns as of `detect`. A day under a floor is no anomaly."""
    if rules.mode != DAY_BEFORE:
        limits = {"sensitivity": rules.sensitivity, "floor_usd": rules.floor_usd, "floor_percent": rules.floor_percent}
        return detections({"": series}, **limits)[""]
    found = day_over_day(series)
    off = np.abs(series.to_numpy(float) - found["expected"].to_numpy(float))
    counts = (off >= rules.floor_usd) & (off >= rules.floor_percent / 100 * found["expected"].abs().to_numpy(float))
    return found.assign(is_anomaly=found["is_anomaly"] & counts)


def alerts(series: Series, rules: Rules) -> Iterator[Alert]:
    """The events of each series: followed to their end, or beside the day before each day by itself."""
    for scope, own in series.items():
        judged = verdicts(own, rules)
        for event in events(own, judged) if rules.mode == DAY_BEFORE else courses(own, judged):
            yield Alert(scope, event)


def severity(event: Event, rules: Rules) -> str | None:
    """What the simple rule calls an event: high above 50 % on the day before, else medium. None leaves it to the event."""
    if rules.mode != DAY_BEFORE:
        return None
    return "high" if event.percent is None or abs(event.percent) > HIGH_PERCENT else "medium"
