"""Where the figures come from: imports, published months, reconciliation, the run ledger, undo."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from app import format as fmt
from app import imports, navigation
from app.cached import Figures, figures
from app.layout import KINDS
from core.errors import SpendscopeError
from core.models import CostType, RunStatus
from core.settings import settings
from core.store import publish, queries
from core.store.writes import LedgerEntry

STATUS = {
    RunStatus.PUBLISHED: "Published",
    RunStatus.UNCHANGED: "Nothing new",
    RunStatus.REFUSED: "Refused",
    RunStatus.FAILED: "Failed",
    RunStatus.INTERRUPTED: "Interrupted",
    RunStatus.RUNNING: "Running",
}


def main() -> None:
    """The page, from what there is down to every run."""
    held = figures()
    st.title(headline(held))
    told()
    upload(held)
    if held.snapshot.empty:
        job = imports.present()
        if not (job and job.running):  # while one runs, its progress above says what is going on
            with st.container(border=True):
                st.subheader("Nothing is published yet")
                st.markdown("Choose one or more billing exports above, or look around with a made-up bill first.")
                imports.offer_sample()
        ledger(held)
        return
    if held.is_sample:
        st.info("These figures are a made-up sample. The first bill that you import takes its place.", icon=":material/science:")
    freshness(held)
    months(held)
    ledger(held)


def headline(held: Figures) -> str:
    """What there is, in one sentence."""
    if held.snapshot.empty:
        return "Data"
    sources = {partition.source for partition in held.snapshot.current}
    uneven = [d for d in held.read(queries.reconciliation) if d.gap]
    proof = f"{len(uneven)} don't reconcile" if uneven else "all reconcile to the last digit"
    count = len({partition.month for partition in held.snapshot.current})
    return f"{count} month{'s' if count != 1 else ''} of {len(sources)} source{'s' if len(sources) != 1 else ''}, {proof}"


def told() -> None:
    """How the last import ended, or how far the present one is."""
    job = imports.present()
    if job is None:
        return
    if job.running:
        st.markdown(f"**Importing {job.label}**")
        imports.watch()
    elif st.session_state.get("dismissed-job") != id(job):
        outcome(job)


def outcome(job: imports.Job) -> None:
    """The end of an import, until it is dismissed."""
    with st.container(border=True, key="outcome"):
        if job.error:
            st.error(f"**{job.error.message}**\n\n{job.error.hint}".replace("$", r"\$"), icon=":material/error:")
            st.caption("Nothing that was published has changed.")
        elif job.failed:
            st.error(
                f"**The import of {job.label} failed: {job.failed}**\n\nNothing that was published has changed.", icon=":material/error:"
            )
        elif job.result and job.result.unchanged:
            st.info(f"{job.label} is what is published already; nothing changed.", icon=":material/check:")
        elif job.result:
            result = job.result
            st.success(
                f"{', '.join(result.formats)}: {result.line_count:,} rows in {result.seconds:.1f} s, "
                f"{len({(t.source, t.month) for t in result.totals})} months published.",
                icon=":material/check_circle:",
            )
            for note in result.notes:
                st.warning(note)
            if result.ignored:
                with st.expander(f"Columns that were left out: {sum(len(names) for names in result.ignored.values())}"):
                    for name, columns in result.ignored.items():
                        st.caption(f"{name}: {', '.join(columns)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if job.result:
                navigation.link(navigation.COST, "See the costs", ":material/bar_chart:")
            st.button("Dismiss", type="tertiary", on_click=lambda: st.session_state.update({"dismissed-job": id(job)}))


def upload(held: Figures) -> None:
    """Files in, with what they stand for."""
    job = imports.present()
    busy = bool(job and job.running)
    with st.expander("Import a bill", expanded=held.snapshot.empty or held.is_sample, icon=":material/upload_file:", key="import-box"):
        turn = st.session_state.setdefault("upload-turn", 0)
        limit = settings().spendscope_max_upload_mb
        files = st.file_uploader(
            "Billing exports",
            accept_multiple_files=True,
            key=f"upload-{turn}",
            max_upload_size=limit,
            help="FOCUS 1.0 to 1.4 of any provider, or AWS CUR (legacy, Athena, 2.0): CSV, CSV.gz or Parquet, recognised by their columns.",
        )
        mode = st.radio(
            "These files are",
            ["complete", "append", "replace"],
            format_func={
                "complete": "the complete months of their accounts",
                "append": "further parts of months that are already there",
                "replace": "complete, even if a month shrinks by more than a tenth",
            }.__getitem__,
            horizontal=True,
        )
        if st.button("Import", type="primary", icon=":material/upload:", disabled=not files or busy, key="import"):
            imports.start_upload([(file.name, file) for file in files], replace=mode == "replace", append=mode == "append")
            st.session_state["upload-turn"] += 1
            st.rerun()
        st.caption("The same from a shell, for files of any size: `python -m core import-billing FILE...`")


def source_label(source: str) -> str:
    """`focus:AWS:123` as people say it; Azure's account ids are whole paths."""
    kind, provider, account = source.split(":", 2)
    return f"{provider} {account.rsplit('/', 1)[-1]} ({KINDS.get(kind, kind)})"


def freshness(held: Figures) -> None:
    """What the figures span and how final they are, in one line."""
    span = held.read(queries.coverage)
    if span is None:
        return
    settled = min(span.last, settled_up_to(held))
    st.caption(
        f"Charges of {fmt.period(span.first, span.last)} in {', '.join(span.currencies)} · settled up to {fmt.day(settled)} · days are UTC"
    )


def settled_up_to(held: Figures) -> date:
    """The last day that is old enough not to change."""
    return held.as_of - timedelta(days=held.config.spendscope_settled_days + 1)


def months(held: Figures) -> None:
    """What is published, month by month, ours beside the source's own sum, and what else is kept for it."""
    rows = held.read(queries.sources)
    differences = held.read(queries.reconciliation)
    theirs = {(d.source, d.month, d.currency): d for d in differences if d.measure == CostType.UNBLENDED}
    keys = [
        (source, month.date(), currency) for source, month, currency in zip(rows["source"], rows["month"], rows["currency"], strict=True)
    ]
    st.subheader("Published months")
    st.caption("What is billed by the sums that pages show, beside what the charges in the files add up to one by one.")
    uneven = [d for d in differences if d.gap]
    if uneven:
        st.error(f"**{len(uneven)} sums differ.** Undo the run and import the file again.", icon=":material/error:")
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
            "state": "State",
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
    current = {(p.source, p.month) for p in held.snapshot.current}
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


def ledger(held: Figures) -> None:
    """Every run, with its undo."""
    entries = queries.ledger(held.store)
    if not entries:
        return
    st.subheader("Run ledger")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "started": entry.started_at,
                    "what": entry.label,
                    "status": STATUS[entry.status],
                    "rows": entry.line_count,
                    "seconds": entry.seconds,
                    "detail": entry.detail,
                    "run": entry.run_id,
                }
                for entry in entries
            ]
        ),
        hide_index=True,
        column_config={
            "started": st.column_config.DatetimeColumn("Started (UTC)", format="D MMM YYYY HH:mm:ss", pinned=True),
            "what": st.column_config.TextColumn("Files", width="medium"),
            "status": "Status",
            "rows": st.column_config.NumberColumn("Rows", format="localized"),
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
            "detail": st.column_config.TextColumn("Detail", width="large"),
            "run": "Run",
        },
        alt="Runs, newest first",
    )
    undoable(held, entries)


def undoable(held: Figures, entries: list[LedgerEntry]) -> None:
    """Undo for each run that is still current somewhere."""
    current = {partition.run_id for partition in held.snapshot.current}
    runs = [entry for entry in entries if entry.run_id in current]
    if not runs:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Undo an import",
            runs,
            format_func=lambda entry: f"{entry.label}, {entry.started_at:%-d %b %Y %H:%M}",
            width=420,
            key="undo-run",
        )
        if st.button("Undo import", icon=":material/undo:", key="undo"):
            confirm(held, chosen)


@st.dialog("Undo import")
def confirm(held: Figures, entry: LedgerEntry) -> None:
    """Say what will change, then do it."""
    for (source, month), run in sorted(publish.undoing(held.store, entry.run_id).items()):
        then = f"goes back to run {run}" if run else "is taken off the pages"
        st.markdown(f"- {month:%B %Y} of {source_label(source)} {then}")
    st.caption("The rows stay until three later imports; importing the file again brings them back.")
    if st.button("Undo import", type="primary", key="undo-confirmed"):
        attempt(lambda: publish.undo(held.store, entry.run_id))
        st.rerun()


def attempt(action: Callable[[], object]) -> None:
    """Carry out a change to what is published; a refusal is said, not raised."""
    try:
        action()
    except SpendscopeError as error:
        st.toast(str(error), icon=":material/error:")


main()
