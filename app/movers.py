"""What grew and what shrank, as rows and in words. Pure."""

from collections.abc import Sequence

import pandas as pd

from app import format as fmt
from app.view import NONE
from core.analysis.trends import Trend, fastest_growing


def rows(trends: Sequence[Trend], daily: pd.DataFrame) -> pd.DataFrame:
    """Those that changed. Columns: service, cost and before (of the trend's days), change, percent (empty from nothing), course.

    The course is the daily cost, the oldest day first. `daily` has day, name and cost (Decimal); a day without a row cost nothing.
    """
    trends = [trend for trend in trends if trend.change]
    costs = daily.assign(cost=daily["cost"].astype(float))
    courses = costs.pivot_table(index="name", columns="day", values="cost", aggfunc="sum").fillna(0)
    return pd.DataFrame(
        {
            "service": [trend.name or NONE for trend in trends],
            "cost": [float(trend.last) for trend in trends],
            "before": [float(trend.before) for trend in trends],
            "change": [float(trend.change) for trend in trends],
            "percent": [None if trend.percent is None else float(trend.percent) for trend in trends],
            "course": [list(courses.loc[trend.name]) if trend.name in courses.index else [] for trend in trends],
        }
    )


def fastest(trends: Sequence[Trend], currency: str, shown: int = 3) -> str:
    """ "Bedrock +210.0 % (+$1,234), Q new (+$90.00)", or nothing where none grew by enough."""
    grown = fastest_growing(trends)[:shown]
    return ", ".join(f"{trend.name or NONE} {_percent(trend)} (+{fmt.money(trend.change, currency)})" for trend in grown)


def _percent(trend: Trend) -> str:
    return "new" if trend.percent is None else f"{trend.percent:+.1f} %"
