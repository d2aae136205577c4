"""What is published, month by month, ours beside the source's own sum."""

from datetime import date

import pandas as pd
import streamlit as st

from app import format as fmt
from app.bills import source_label
from app.cached import Figures
from app.sources.changing import attempt
from core.models import CostType
from core.store import publish, queries, series


def freshness(held: Figures) -> None:
    """What the figures span and how final they are, in one line."""
    span = held.read(queries.coverage)
    if span is None:
        return
    settled = settled_up_to(held)
    told = "no day has settled yet" if settled < span.first else f"settled up to {fmt.day(settled)}"
    st.caption(f"Charges of {fmt.period(span.first, span.last)} in {', '.join(span.currencies)} · {told} · days are UTC")


def settled_up_to(held: Figures) -> date:
    """The last day that was old enough not to change as it was read."""
    return held.read(series.settled, held.settled_days) or date.min


def months(held: Figures) -> None:
    """What is published, month by month, ours beside the source's own sum, and what else is kept for it."""
    rows = held.read(queries.sources)
    differences = held.read(queries.reconciliation)
    theirs = {(d.source, d.month, d.currency): d for d in differences if d.measure == CostType.UNBLENDED}
    keys = [
        (source, month.date(), currency) for source, month, currency in zip(rows["source"], rows["month"], rows["currency"], strict=True)
    ]
    st.subheader("Published months")
    st.caption("What is billed by the sums that pages show, beside what the files' charges, or Cost Explorer's own months, add up to.")
    uneven = [d for d in differences if not d.reconciles]
    if uneven:
        st.error(f"**{len(uneven)} sums differ.** Undo the run, then import the file or collect the month again.", icon=":material/error:")
    st.dataframe(
        pd.DataFrame(
            {
                "month": [f"{month:%Y-%m}" for _, month, _ in keys],
                "source": rows["source"].map(source_label),
                "rows": [theirs[key].line_count for key in keys],
                "ours": rows["billed"].astype(float),
                "theirs": [float(theirs[key].theirs) for key in keys],
                "difference": [float(theirs[key].gap) for key in keys],
                "currency": rows["currency"],
                "days": [fmt.period(first.date(), last.date()) for first, last in zip(rows["first_day"], rows["last_day"], strict=True)],
                "state": [
                    state(bool(e), last.date() <= settled_up_to(held)) for e, last in zip(rows["estimated"], rows["last_day"], strict=True)
                ],
                "run": rows["run_id"],
            }
        ),
        hide_index=True,
        column_config={
            "month": st.column_config.TextColumn("Billing month", pinned=True),
            "source": st.column_config.TextColumn("Source", width="medium"),
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "ours": st.column_config.NumberColumn("Billed, ours", format="%,.2f"),
            "theirs": st.column_config.NumberColumn("The source's own", format="%,.2f"),
            "difference": st.column_config.NumberColumn("Difference", format="%,.2f"),
            "currency": "Currency",
            "days": "Charges of",
            "state": st.column_config.TextColumn("State", width="medium"),
            "run": "Run",
        },
        alt="Published months by source, ours beside the source's own",
    )
    with st.expander(f"Every cost type, to the sixth decimal ({len(differences)})"):
        every_cost_type(differences)
    switches(held)


def state(estimated: bool, settled: bool) -> str:
    """How final a month is."""
    return ("Estimated" if estimated else "Final") + ("" if settled else ", last days unsettled")


def switches(held: Figures) -> None:
    """Where another export of the same account and month is kept, the way back to it."""
    current = {(p.source, p.month) for p in held.snapshot.bills}
    kept = publish.kept(held.store)
    others = sorted(
        {
            (p.month, p.source)
            for p in kept
            if (p.source, p.month) not in current and any(publish.rivals(p.source, s) and m == p.month for s, m in current)
        }
    )
    if not others:
        return
    st.caption("For these months another export of the same account is kept. Only one of the two counts.")
    for month, source in others:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{month:%Y-%m} · {source_label(source)}", width="content")
            st.button("Use this one", key=f"switch-{source}-{month}", on_click=switch, args=(held, source, month))


def switch(held: Figures, source: str, month: date) -> None:
    """Let another kept export of a month count."""
    attempt(lambda: publish.switch(held.store, source, month))


def every_cost_type(differences: list[queries.Difference]) -> None:
    """Our sums beside the source's own, by cost type."""
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "month": f"{d.month:%Y-%m}",
                    "source": source_label(d.source),
                    "measure": CostType(d.measure).label,
                    "currency": d.currency,
                    "ours": float(d.ours),
                    "theirs": float(d.theirs),
                    "difference": float(d.gap),
                }
                for d in differences
            ]
        ),
        hide_index=True,
        column_config={
            "month": st.column_config.TextColumn("Billing month", pinned=True),
            "source": st.column_config.TextColumn("Source", width="large"),
            "measure": "Cost type",
            "currency": "Currency",
            "ours": st.column_config.NumberColumn("Ours", format="%,.6f"),
            "theirs": st.column_config.NumberColumn("The source's own", format="%,.6f"),
            "difference": st.column_config.NumberColumn("Difference", format="%,.6f"),
        },
        alt="Our sums beside the sources' own by cost type",
    )
