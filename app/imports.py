"""Imports that run in the background of this process, one at a time, seen by every open page."""

import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import streamlit as st

from app.workspace import today, workspace
from core.collectors.billing.importer import ImportResult, import_files
from core.demo.sample_bill import write_sample_bill
from core.errors import RunBusy, SpendscopeError
from core.models import Progress
from core.store.client import Store

_CHUNK = 1 << 20


@dataclass
class Job:
    """One import: how far it is, then its result or its error."""

    label: str
    progress: Progress
    result: ImportResult | None = None
    error: SpendscopeError | None = None
    failed: str = ""
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it's still at work."""
        return not (self.result or self.error or self.failed)


class _Desk:
    """Where the present job lies; a process has one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.job: Job | None = None


_desk = _Desk()


def present() -> Job | None:
    """The job that is running, or the last one."""
    return _desk.job


def start_upload(files: Sequence[tuple[str, IO[bytes]]], *, replace: bool, append: bool) -> None:
    """Put uploaded files on the disk and import them in the background. Raises RunBusy while another import runs."""
    folder = Path(tempfile.mkdtemp(prefix="spendscope-upload-"))
    paths = []
    for number, (name, source) in enumerate(files):
        path = folder / f"{number}"
        with path.open("wb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
        paths.append((path, name))
    _start(", ".join(name for name, _ in files), workspace().own, paths, folder, replace=replace, append=append)


def start_sample() -> None:
    """Write the sample bill and import it into the sample's own database."""
    folder = Path(tempfile.mkdtemp(prefix="spendscope-sample-"))
    _start(
        "the sample bill",
        workspace().sample,
        [(folder / "sample-bill.csv", "sample bill")],
        folder,
        replace=True,
        append=False,
        write_sample=True,
    )


def _start(
    label: str,
    store: Store,
    paths: Sequence[tuple[Path, str]],
    folder: Path,
    *,
    replace: bool,
    append: bool,
    write_sample: bool = False,
) -> None:
    with _desk.lock:
        if _desk.job and _desk.job.running:
            shutil.rmtree(folder, ignore_errors=True)
            raise RunBusy("Another import is going on.", "Wait for it to end.")
        job = Job(label, Progress("Starting", 0, 0))
        _desk.job = job

    def told(progress: Progress) -> None:
        job.progress = progress

    def work() -> None:
        try:
            if write_sample:
                told(Progress("Writing the sample bill", 0, 0))
                write_sample_bill(paths[0][0], today())
            job.result = import_files(
                store,
                paths,
                today(),
                max_shrink_percent=workspace().config.spendscope_max_shrink_percent,
                replace=replace,
                append=append,
                report=told,
            )
        except SpendscopeError as error:
            job.error = error
        except OSError as error:
            job.failed = f"{error.strerror or type(error).__name__}"
        finally:
            if job.running:
                job.failed = "The import ended unexpectedly; the server's log says more."
            shutil.rmtree(folder, ignore_errors=True)

    job.thread = threading.Thread(target=work, name="import", daemon=True)
    job.thread.start()


def offer_sample() -> None:
    """The button that loads the sample bill, and its progress once clicked."""
    job = present()
    if job and job.running:
        watch()
        return
    if st.button("Load the sample bill", icon=":material/science:", type="primary", key="load-sample"):
        start_sample()
        st.rerun()


@st.fragment(run_every=0.5)
def watch() -> None:
    """The running import's progress; at its end the whole page is drawn anew."""
    job = present()
    if job is None or not job.running:
        st.rerun(scope="app")
        return
    progress = job.progress
    st.progress(min(progress.done / progress.total, 1.0) if progress.total else 0.0, progress.text)
