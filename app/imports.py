"""Uploaded bills, imported in the background."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import IO

from app.jobs import Job, Kind, desk
from app.workspace import today, workspace
from core import runs
from core.collectors.billing.importer import ImportResult, import_files
from core.insight import budgets

_CHUNK = 1 << 20


def start_upload(files: Sequence[tuple[str, IO[bytes]]], *, replace: bool, append: bool) -> None:
    """Put uploaded files on the disk and import them in the background. Raises RunBusy while another job runs."""
    folder = Path(tempfile.mkdtemp(prefix="spendscope-upload-"))
    paths = []

    def work(job: Job) -> ImportResult:
        try:
            result = import_files(
                workspace().own,
                paths,
                today(),
                max_shrink_percent=workspace().config.spendscope_max_shrink_percent,
                replace=replace,
                append=append,
                report=job.told,
            )
            return _watched(result)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    begun = False
    try:
        for number, (name, source) in enumerate(files):
            path = folder / f"{number}"
            with path.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
            paths.append((path, name))
        desk.start(Kind.IMPORT, ", ".join(name for name, _ in files), work)
        begun = True
    finally:
        if not begun:
            shutil.rmtree(folder, ignore_errors=True)


def _watched(result: ImportResult) -> ImportResult:
    """Judge the budgets by what was imported; where they can't be, the result says so."""
    if result.unchanged:
        return result
    reason = budgets.watched(workspace().own, workspace().config.spendscope_settled_days, result.run_id, runs.utc_now())
    return changed(result, notes=(*result.notes, reason)) if reason else result
