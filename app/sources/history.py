"""Every run, and undo."""

import pandas as pd
import streamlit as st

from app.bills import source_label
from app.cached import Figures
from app.sources.changing import attempt
from core import investigate
from core.collectors.billing import importer
from core.models import INVENTORY, RunStatus
from core.store import ledger, publish, queries
from core.store.writes import LedgerEntry

STATUS = {
    RunStatus.PUBLISHED: "Published",
    RunStatus.UNCHANGED: "Nothing new",
    RunStatus.REFUSED: "Refused",
    RunStatus.FAILED: "Failed",
    RunStatus.INTERRUPTED: "Interrupted",
    RunStatus.CANCELLED: "Cancelled",
    RunStatus.RUNNING: "Running",
}
KINDS = {importer.KIND: "Import", ledger.COLLECTION: "Collection", investigate.KIND: "Question"}


def runs(held: Figures) -> None:
    """Every run, with its undo."""
    entries = queries.ledger(held.store)
    if not entries:
        return
    spent = ledger.spent(held.store)
    st.subheader("Run ledger")
    st.dataframe(
        pd.DataFrame([_row(entry, spent.get(entry.run_id)) for entry in entries]),
        hide_index=True,
        column_config={
            "started": st.column_config.DatetimeColumn("Started (UTC)", format="D MMM YYYY HH:mm:ss", pinned=True),
            "kind": "Kind",
            "what": st.column_config.TextColumn("What", width="medium"),
            "status": "Status",
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "incomplete": st.column_config.NumberColumn("Incomplete", help="Parts of a collection that lack something"),
            "requests": st.column_config.NumberColumn("Requests", format="localized"),
            "usd": st.column_config.NumberColumn("Cost, USD", format="$%.4f", help="What AWS charges for the requests"),
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
            "detail": st.column_config.TextColumn("Detail", width="large"),
            "run": "Run",
        },
        placeholder="–",
        alt="Runs, newest first",
    )
    undoable(held, entries)


def _row(entry: LedgerEntry, spent: ledger.Spent | None) -> dict[str, object]:
    return {
        "started": entry.started_at,
        "kind": KINDS.get(entry.kind, entry.kind),
        "what": entry.label,
        "status": STATUS[entry.status],
        "rows": entry.line_count,
        "incomplete": spent.incomplete if spent else None,
        "requests": spent.requests if spent else None,
        "usd": float(spent.usd) if spent else None,
        "seconds": entry.seconds,
        "detail": entry.detail,
        "run": entry.run_id,
    }


def undoable(held: Figures, entries: list[LedgerEntry]) -> None:
    """Undo for each run that is still current somewhere."""
    current = {partition.run_id for partition in held.snapshot.current}
    runs = [entry for entry in entries if entry.run_id in current]
    if not runs:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Undo a run",
            runs,
            format_func=lambda entry: f"{entry.label}, {entry.started_at:%-d %b %Y %H:%M}",
            width=420,
            key="undo-run",
        )
        if st.button("Undo run", icon=":material/undo:", key="undo"):
            confirm(held, chosen)


@st.dialog("Undo run")
def confirm(held: Figures, entry: LedgerEntry) -> None:
    """Say what will change, then do it."""
    for (source, month), run in sorted(publish.undoing(held.store, entry.run_id).items()):
        if source.startswith(f"{INVENTORY}:"):
            continue  # not a month of costs
        then = f"goes back to run {run}" if run else "is taken off the pages"
        st.markdown(f"- {month:%B %Y} of {source_label(source)} {then}")
    st.caption("The rows stay until three later imports; importing the file again brings them back.")
    if st.button("Undo run", type="primary", key="undo-confirmed"):
        attempt(lambda: publish.undo(held.store, entry.run_id))
        st.rerun()
