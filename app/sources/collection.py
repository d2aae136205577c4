"""What was collected from AWS: by which collector, what is missing and why, and what asking for it cost."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import format as fmt
from app import progress
from app.cached import Figures
from app.filters import account_label
from core.aws.meter import ApiCall
from core.models import RunStatus, SliceOutcome, SliceStatus
from core.store import ledger, queries, resources
from core.store.writes import LedgerEntry

_ENDED = (RunStatus.PUBLISHED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED, RunStatus.REFUSED)


def collection(held: Figures) -> None:
    """The last collection, from its outcome down to its calls."""
    newest, last = ledger.newest_collection(held.store), ledger.newest_collection(held.store, _ENDED)
    if last is None:
        return
    st.subheader("AWS collection")
    if newest is None or last.run_id != newest.run_id:
        _said(last)
    if newest is None:
        return
    slices, calls = ledger.slices(held.store, newest.run_id), ledger.calls(held.store, newest.run_id)
    st.caption(_summary(newest, calls))
    _missing(held, [part for part in slices if part.status is SliceStatus.INCOMPLETE])
    by_collector, inventory, asked = st.tabs(["By collector", "Resources", "Requests"])
    with by_collector:
        _by_collector(slices)
    with inventory:
        _inventory(held)
    with asked:
        _asked(calls)


def _said(last: LedgerEntry) -> None:
    """How the last attempt ended, where it brought nothing."""
    what = {RunStatus.CANCELLED: "was cancelled", RunStatus.INTERRUPTED: "was interrupted"}.get(last.status, "failed")
    text = f"The collection of {last.started_at:%-d %b %Y %H:%M} UTC {what}. {last.detail}".strip().replace("$", r"\$")
    show, icon = (st.info, ":material/info:") if last.status is RunStatus.CANCELLED else (st.warning, ":material/warning:")
    show(text, icon=icon)


def _summary(newest: LedgerEntry, calls: Sequence[ApiCall]) -> str:
    price = progress.dollars(sum((call.usd for call in calls), Decimal(0)))
    requests = sum(call.requests for call in calls)
    said = (
        f"Last collected {newest.updated_at:%-d %b %Y %H:%M} UTC · {newest.seconds:.0f} s · {requests:,} requests · {price} at AWS' prices"
    )
    return said.replace("$", r"\$")


def _missing(held: Figures, parts: Sequence[SliceOutcome]) -> None:
    """What is incomplete, and why; what an earlier collection knew of it still stands."""
    if not parts:
        return
    names = held.read(queries.account_names)
    st.warning(
        f"**{fmt.count(len(parts), 'part')} of it incomplete.** What was known of them from an earlier collection still stands.",
        icon=":material/warning:",
    )
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "collector": part.collector,
                    "account": account_label(names, part.account_id) if part.account_id else "All",
                    "region": part.region or "All",
                    "reason": part.reason,
                }
                for part in parts
            ]
        ),
        hide_index=True,
        column_config={
            "collector": st.column_config.TextColumn("What", pinned=True),
            "account": st.column_config.TextColumn("Account", width="small"),
            "region": st.column_config.TextColumn("Region", width="small"),
            "reason": st.column_config.TextColumn("Why", width="large"),
        },
        alt="What the last collection lacks, and why",
    )


def _by_collector(slices: Sequence[SliceOutcome]) -> None:
    rows = []
    for name in sorted({part.collector for part in slices}):
        own = [part for part in slices if part.collector == name]
        statuses = [part.status for part in own]
        rows.append(
            {
                "collector": name,
                "rows": sum(part.row_count for part in own),
                "accounts": len({part.account_id for part in own if part.account_id}),
                "regions": len({part.region for part in own if part.region}),
                "complete": statuses.count(SliceStatus.COMPLETE),
                "incomplete": statuses.count(SliceStatus.INCOMPLETE),
                "skipped": statuses.count(SliceStatus.SKIPPED),
            }
        )
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "collector": st.column_config.TextColumn("What", pinned=True, width="medium"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "accounts": "Accounts",
            "regions": "Regions",
            "complete": st.column_config.NumberColumn("Complete", help="Parts: one for each account and region that was asked"),
            "incomplete": "Incomplete",
            "skipped": st.column_config.NumberColumn("Left out", help="There was nothing to ask, for example because a region is off"),
        },
        alt="What each collector brought",
    )


def _inventory(held: Figures) -> None:
    counted = resources.counts(held.store)
    if not counted:
        st.caption("No resources were found.")
        return
    st.dataframe(
        pd.DataFrame([vars(one) for one in counted]),
        hide_index=True,
        column_config={
            "resource_type": st.column_config.TextColumn("Type", pinned=True, width="medium"),
            "count": st.column_config.NumberColumn("How many", format="localized"),
            "accounts": "Accounts",
            "regions": "Regions",
        },
        alt="How many resources there are, by type",
    )


def _asked(calls: Sequence[ApiCall]) -> None:
    """Requests, retries, metrics and dollars by operation, over all accounts and regions."""
    frame = pd.DataFrame(
        [
            {
                "operation": f"{call.service}:{call.operation}",
                "requests": call.requests,
                "errors": call.errors,
                "retries": call.retries,
                "metrics": call.metrics,
                "usd": float(call.usd),
                "seconds": call.seconds,
            }
            for call in calls
        ]
    )
    if frame.empty:
        return
    st.dataframe(
        frame.groupby("operation", as_index=False, sort=False).sum(),
        hide_index=True,
        column_config={
            "operation": st.column_config.TextColumn("Operation", pinned=True, width="large"),
            "requests": st.column_config.NumberColumn("Requests", format="localized"),
            "errors": st.column_config.NumberColumn("Errors", help="Requests without an answer that could be used"),
            "retries": st.column_config.NumberColumn("Retries", help="Further attempts at the same requests"),
            "metrics": st.column_config.NumberColumn("Metrics", format="localized"),
            "usd": st.column_config.NumberColumn("Cost, USD", format="$%.4f"),
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f", help="Added up over requests made at the same time"),
        },
        alt="Requests and what AWS charges for them, by operation",
    )
