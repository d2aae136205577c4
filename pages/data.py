"""Where the figures come from: imports, collections, published months, reconciliation, the run ledger, undo."""

import streamlit as st

from app import format as fmt
from app.cached import Figures, figures
from app.nothing import nothing_yet
from app.sources import access, collection, history, importing, months
from core.models import COST_EXPLORER
from core.store import queries

PAGE = {"title": "Data", "icon": ":material/database:", "section": "Sources", "place": 1}


def main() -> None:
    """The page, from what there is down to every run."""
    held = figures()
    st.title(headline(held))
    importing.told()
    if not held.snapshot.bills and not importing.running():
        nothing_yet(held, here=True)
    importing.upload(held)
    if held.snapshot.bills:
        months.freshness(held)
        months.months(held)
    collection.collection(held)
    access.access(held)
    history.runs(held)


def headline(held: Figures) -> str:
    """What there is, in one sentence."""
    published = held.snapshot.bills
    if not published:
        return "Data"
    uneven = [difference for difference in held.read(queries.reconciliation) if not difference.reconciles]
    exactness = "cent" if any(partition.kind == COST_EXPLORER for partition in published) else "last digit"
    proof = f"{len(uneven)} don't reconcile" if uneven else f"all reconcile to the {exactness}"
    months_there, sources = ({getattr(partition, name) for partition in published} for name in ("month", "source"))
    return f"{fmt.count(len(months_there), 'month')} of {fmt.count(len(sources), 'source')}, {proof}"


main()
