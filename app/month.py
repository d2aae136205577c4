"""A month so far, the same days of the month before, and what the whole of it comes to. Pure."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from app.view import View
from core.insight import MonthEnd
from core.models import Filters, Grain, month_after
from core.store.queries import Coverage

LEVELS = (80, 95)


def to_date(view: View, span: Coverage) -> View:
    """The month of the view's last day up to that day, by service; no later than the last day with figures."""
    last = min(view.filters.end, span.last)
    filters = replace(view.filters, start=last.replace(day=1), end=last)
    return replace(view, filters=filters, group="service", grain=Grain.DAY)


def whole(month: Filters) -> Filters:
    """All days of the month that a view begins with."""
    return replace(month, start=month.start.replace(day=1), end=last_day(month.start))


def last_day(day: date) -> date:
    """The last day of a day's month."""
    return month_after(day, 1) - timedelta(days=1)


def cumulated(days: pd.DataFrame, end: MonthEnd) -> pd.DataFrame:
    """The forecast of a month as a running sum, from its last settled day (or the day before it) to its last day.

    `days` has date, mean and the bounds of each day; the columns are the same. The last day has the bounds of the whole month. On the way
    there they open as the days' own intervals add up, since only the whole month has bounds that its past errors made.
    """
    first, last = pd.Timestamp(end.month), pd.Timestamp(last_day(end.month))
    within = days[days["date"].between(first, last)]
    start = pd.Timestamp(end.settled) if end.settled else first - pd.Timedelta(days=1)
    mean = float(end.actual) + within["mean"].cumsum().to_numpy()
    found = {"date": [start, *within["date"]], "mean": [float(end.actual), *mean]}
    for level in LEVELS:
        opened = (within[f"upper{level}"] - within[f"lower{level}"]).cumsum()
        share = (opened / opened.iloc[-1] if len(opened) and opened.iloc[-1] else opened).to_numpy()
        for side in ("lower", "upper"):
            reach = float(getattr(end, f"{side}{level}")) - float(end.mean)
            found[f"{side}{level}"] = [float(end.actual), *(mean + reach * share)]
    return pd.DataFrame(found)
