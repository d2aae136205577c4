"""Budgets of the demo organisation, so that the page shows what it is for. They are set in the demo's own database and nowhere else."""

from datetime import date, datetime
from decimal import Decimal

from core import budgets as setting
from core.budgets import Draft
from core.insight import budgets
from core.models import Filters, month_after
from core.store import budgets as held
from core.store import publish, queries
from core.store.client import DEMO_DATABASE, Store

WHO = "Spendscope"

# Name, selection, period, and its amount beside what the last months suggest.
_EXAMPLES: tuple[tuple[str, dict[str, list[str]], str, Decimal], ...] = (
    ("Whole organisation", {}, "monthly", Decimal(1)),
    ("EC2", {"service": ["EC2"]}, "monthly", Decimal("0.9")),
    ("Data platform", {"account": ["333344445555"]}, "quarterly", Decimal("1.2")),
)


def plant(store: Store, settled_days: int, as_of: date, at: datetime) -> int:
    """Set the demo's budgets, once, after its first collection, and judge them; returns how many were set.

    Another database than the demo's is left alone, and so is one in which a budget was ever set.
    """
    snap = publish.snapshot(store)
    span = queries.coverage(store, snap)
    if store.database != DEMO_DATABASE or span is None or held.ever(store):
        return 0
    count = 0
    for name, selected, period, share in _EXAMPLES:
        view = Filters(span.first, span.last, span.currencies[0], selected={key: tuple(values) for key, values in selected.items()})
        suggested = budgets.suggestion(store, snap, view, settled_days, period)
        if suggested:
            start = month_after(as_of, -((as_of.month - 1) % 3))
            setting.save(store, Draft(name, suggested * share, start, view.currency, selected, period=period), who=WHO, at=at)
            count += 1
    budgets.watched(store, settled_days, max(partition.run_id for partition in snap.current), at)
    return count
