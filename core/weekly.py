"""What Cost Explorer is asked once a week, since each request costs and the answers move slowly: kept, and asked again when it is old.

Each kind of answer is a source of its own in the store. What isn't asked again, or is refused, leaves what the last answer said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.aws.meter import usd_of
from core.collection import Collection, Place
from core.collectors.contract import EstimateLine, Outlook
from core.errors import NotEnabled
from core.store import resources
from core.store.client import Store

METHOD = "AWS Cost Explorer, weekly"
KEPT_DAYS = 7
ASKED = ""
"""The subject of the row that says that a question was asked, whatever came."""

NOTHING_THERE = "DataUnavailableException"
"""What Cost Explorer answers where there is no commitment, or nothing to recommend."""

Rows = Iterable[Mapping[str, Any]]


def is_kept(store: Store, kind: str, as_of: date) -> bool:
    """Whether an answer of a kind is less than a week old."""
    asked = resources.analysed_on(store, kind, METHOD)
    return asked is not None and timedelta() <= as_of - asked < timedelta(days=KEPT_DAYS)


def keep(collection: Collection, title: str, kind: str, rows: Callable[[], Rows]) -> None:
    """Ask, unless the last answer is kept, and keep what comes: rows of `analysis_results` without kind, method and day of asking."""
    if is_kept(collection.store, kind, collection.as_of):
        return
    with collection.slice(title, Place(collection.payer)) as current:
        found = _answered(rows)
        own = {"kind": kind, "method": METHOD, "as_of": collection.as_of, "currency": "USD"}
        asked = {"subject": ASKED, "day": collection.as_of, "last_day": collection.as_of, "value": len(found)}
        collection.keep_analysis(kind, ({**own, **row} for row in (asked, *found)))
        current.row_count = len(found)


def _answered(rows: Callable[[], Rows]) -> list[Mapping[str, Any]]:
    """All rows; none where Cost Explorer says that there is nothing."""
    try:
        return list(rows())
    except NotEnabled as error:
        if error.code != NOTHING_THERE:
            raise
        return []


def estimate(outlook: Outlook, label: str, kinds: Sequence[str], each: int = 1) -> EstimateLine:
    """So many requests for each kind whose answer isn't kept; more where an answer has several pages."""
    asked = each * sum(not is_kept(outlook.store, kind, outlook.as_of) for kind in kinds)
    if not asked:
        return EstimateLine(label, 0, 0, Decimal(0), "kept for a week")
    return EstimateLine(label, asked, 0, usd_of("ce", "GetCostAndUsage", asked), "once a week")
