"""Reading back what a run said of the whole organisation, where it still belongs to the figures."""

from collections.abc import Sequence
from datetime import date

from core.models import CostType, Filters, Snapshot
from core.store import analyses
from core.store.analyses import Row
from core.store.client import Store

BASIS = "basis"


def read(store: Store, snap: Snapshot, filters: Filters, last: date, kind: str, also: Sequence[str] = ()) -> list[Row] | None:
    """The kept rows of a kind in the view's currency; None where they don't answer for the view.

    They do where the view is of billed cost without a selection (but for the dimensions in `also`), and the bills and the last settled
    day are those that they were made from.
    """
    if filters.cost_type is not CostType.UNBLENDED or {key for key, values in filters.selected.items() if values} - {*also}:
        return None
    bases = analyses.rows(store, snap, BASIS, filters.currency)
    if not any(basis.subject == analyses.fingerprint(snap) and basis.day == last for basis in bases):
        return None
    return analyses.rows(store, snap, kind, filters.currency)


def newest(store: Store, snap: Snapshot, kind: str, currency: str) -> list[Row]:
    """The kept rows of a kind, whether or not they are still of these figures."""
    return analyses.rows(store, snap, kind, currency)
