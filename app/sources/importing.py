"""Files in, and how their import goes and ended."""

import streamlit as st

from app import imports, navigation, progress
from app.cached import Figures
from app.jobs import Job, Kind, desk
from core.errors import SpendscopeError
from core.settings import settings


def told() -> None:
    """How the last import ended, or how far the present one is."""
    job = desk.last(Kind.IMPORT)
    if job is None:
        return
    if job.running:
        st.markdown(f"**Importing {job.label}**")
        _watch(job)
    elif not progress.is_dismissed(job):
        outcome(job)


def running() -> bool:
    """Whether an import is going on."""
    job = desk.last(Kind.IMPORT)
    return bool(job and job.running)


@st.fragment(run_every=0.5)
def _watch(job: Job) -> None:
    """The running import's progress; its end draws the whole page anew, from the sidebar."""
    at = job.progress
    st.progress(min(at.done / at.total, 1.0) if at.total else 0.0, at.text)


def outcome(job: Job) -> None:
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
                navigation.link("cost", "See the costs", ":material/bar_chart:")
            st.button("Dismiss", type="tertiary", on_click=progress.dismiss, args=(job,), key=f"dismiss-{job.number}")


def upload(held: Figures) -> None:
    """Files in, with what they stand for."""
    busy = desk.running is not None
    with st.expander("Import a bill", expanded=not held.snapshot.bills, icon=":material/upload_file:", key="import-box"):
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
            try:
                imports.start_upload([(file.name, file) for file in files], replace=mode == "replace", append=mode == "append")
            except SpendscopeError as error:
                st.toast(str(error), icon=":material/error:")
            else:
                st.session_state["upload-turn"] += 1
                st.rerun()
        st.caption("The same from a shell, for files of any size: `python -m core import-billing FILE...`")
