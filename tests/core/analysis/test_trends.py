"""What grew and what shrank, added up by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from core.analysis.trends import Trend, fastest_growing, trends
from core.errors import AnalysisRefused

SETTLED = date(2026, 11, 20)


def daily(**costs: list[int]) -> pd.DataFrame:
    """Costs of the days up to `SETTLED`, oldest first; None is a day without a row."""
    rows = [
        (pd.Timestamp(SETTLED - timedelta(days=len(values) - 1 - back)), name, Decimal(value))
        for name, values in costs.items()
        for back, value in enumerate(values)
        if value is not None
    ]
    return pd.DataFrame(rows, columns=["day", "name", "cost"])


def test_the_last_days_stand_beside_as_many_before() -> None:
    found = trends(daily(EC2=[10, 10, 10, 12, 12, 15], S3=[5, 5, 5, 5, 5, 4]), SETTLED, 3)
    assert found == [Trend("EC2", 3, Decimal(39), Decimal(30)), Trend("S3", 3, Decimal(14), Decimal(15))]
    assert (found[0].change, found[0].percent) == (9, 30)
    assert found[1].percent == Decimal(-100) / 15


def test_days_after_the_settled_one_and_before_the_window_count_nothing() -> None:
    frame = pd.concat(
        [daily(EC2=[99, 1, 1, 2, 2]), pd.DataFrame({"day": [pd.Timestamp("2026-11-21")], "name": "EC2", "cost": Decimal(500)})]
    )
    assert trends(frame, SETTLED, 2) == [Trend("EC2", 2, Decimal(4), Decimal(2))]


def test_what_is_new_has_no_percentage_and_grows_fastest() -> None:
    found = trends(daily(EC2=[10, 10, 10, 14], Bedrock=[None, None, 3, 3], SQS=[1, 0, 0, 2]), SETTLED, 2)
    by_name = {trend.name: trend for trend in found}
    assert by_name["Bedrock"].percent is None
    assert [trend.name for trend in fastest_growing(found, floor=Decimal(1))] == ["Bedrock", "SQS", "EC2"]
    assert [trend.name for trend in fastest_growing(found, floor=Decimal(4))] == ["Bedrock", "EC2"]


def test_too_short_a_history_is_refused_by_its_days() -> None:
    with pytest.raises(AnalysisRefused, match="2026-11-15 to 2026-11-20"):
        trends(daily(EC2=[1, 1, 1, 1, 1]), SETTLED, 3)
    with pytest.raises(AnalysisRefused):
        trends(daily(), SETTLED, 1)
