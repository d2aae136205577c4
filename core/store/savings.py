"""Reads for the summary of what can be saved: sums of the counted findings, which of them to begin with, and what the total leaves out.

Selections and `as_of` are those of `core.store.opportunities`. Amounts are USD a month.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from core.models import Snapshot
from core.store.client import Store
from core.store.opportunities import RELATION, Selection, narrowed


@dataclass(frozen=True)
class LeftOut:
    """Findings that the total doesn't take, and what they would save, each alone."""

    found: int = 0
    alone: Decimal = Decimal(0)


def counted(store: Store, snap: Snapshot, selected: Selection, *, as_of: date) -> pd.DataFrame:
    """What the counted findings save: type, check, service, account, region, effort, found, savings (Decimal)."""
    where, params = narrowed(snap, selected, as_of)
    return store.frame(
        f"""SELECT type, check, service, account_id AS account, region, effort, count() AS found, sum(monthly_savings) AS savings
        FROM {RELATION} WHERE {where} AND counted GROUP BY ALL ORDER BY ALL""",
        params,
    )


def first(store: Store, snap: Snapshot, selected: Selection, limit: int = 10, *, as_of: date) -> pd.DataFrame:
    """The counted findings to begin with: those whose saving times confidence is the largest. Those that save nothing aren't among them.

    Columns: id, check, type, title, service, account_id, account_name, region, resource_type, resource_id, resource_name,
    monthly_savings, confidence, priority, effort, risk, state, owner.
    """
    where, params = narrowed(snap, selected, as_of)
    return store.frame(
        f"""SELECT id, check, type, title, service, account_id, account_name, region, resource_type, resource_id, resource_name,
            monthly_savings, confidence, priority, effort, risk, state, owner
        FROM {RELATION} WHERE {where} AND counted AND monthly_savings > 0
        ORDER BY toFloat64(monthly_savings) * confidence DESC, monthly_savings DESC, id LIMIT {{limit:UInt32}}""",
        {**params, "limit": limit},
    )


def uncounted(store: Store, snap: Snapshot, selected: Selection, *, as_of: date) -> dict[str, LeftOut]:
    """What isn't counted, by state: what is open or accepted is left out for another finding's sake."""
    where, params = narrowed(snap, selected, as_of)
    rows = store.rows(
        f"SELECT state, count(), sum(monthly_savings) FROM {RELATION} WHERE {where} AND NOT counted GROUP BY state ORDER BY state", params
    )
    return {state: LeftOut(found, alone) for state, found, alone in rows}
