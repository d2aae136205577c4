"""What grew and what shrank, by service."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pandas as pd

from core.analysis.trends import Trend, trends
from core.errors import AnalysisRefused
from core.models import Filters, Snapshot
from core.store import queries, series
from core.store.client import Store


def growth(store: Store, snap: Snapshot, filters: Filters, settled_days: int, days: int) -> list[Trend]:
    """By service, the last `days` settled days beside as many before, the largest change first. Raises AnalysisRefused for lack of days.

    Of the view its selection, cost type and currency apply, not its days.
    """
    last = series.settled(store, snap, settled_days)
    known = [span.first for span in queries.source_spans(store, snap) if span.currency == filters.currency]
    if last is None or not known:
        raise AnalysisRefused("There are no figures to compare.", "Import a bill or collect from AWS first.")
    whole = replace(filters, start=last - timedelta(days=2 * days - 1), end=last)
    if min(known) > whole.start:
        raise AnalysisRefused(
            f"A trend over {days} days needs the {2 * days} days from {whole.start} to {last}.", "Import or collect more months."
        )
    rows = series.daily_by(store, snap, whole, "service")
    # The bills cover the first day, whether or not each service cost something on it.
    nothing = pd.DataFrame([{"day": pd.Timestamp(whole.start), "name": name, "cost": Decimal(0)} for name in rows["name"].unique()])
    return trends(pd.concat([rows, nothing]), last, days) if len(rows) else []
