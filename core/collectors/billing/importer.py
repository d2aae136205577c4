"""Import billing exports: recognise, load, sum, reconcile, publish. Nothing that is published changes before the end."""

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from core import runs
from core.collectors.billing import files, loading, months
from core.collectors.billing.files import Fingerprint
from core.collectors.billing.recognition import Export, recognised
from core.errors import ImportRefused, SpendscopeError, StoreError
from core.models import MonthTotal, Progress, Report, RunStatus, silent
from core.store import publish, queries, writes
from core.store.client import Store

KIND = "billing import"


@dataclass(frozen=True)
class ImportResult:
    """What an import did. `totals` are the billed sums by source, month and currency; `ignored` the columns left out by file."""

    run_id: str
    unchanged: bool
    formats: tuple[str, ...]
    line_count: int
    seconds: float
    totals: tuple[MonthTotal, ...]
    ignored: dict[str, Sequence[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def import_files(
    store: Store,
    paths: Sequence[Path | tuple[Path, str]],
    as_of: date,
    *,
    max_shrink_percent: float = 10.0,
    replace: bool = False,
    append: bool = False,
    report: Report = silent,
    clock: runs.Clock = runs.utc_now,
) -> ImportResult:
    """Import files as the complete months of their sources, or with `append` as further parts of them.

    `paths` may carry the name that the user knows a file by. Raises an ImportRefused that says why not, or a StoreError;
    either way what was published stays published.
    """
    started = clock()
    named = [path if isinstance(path, tuple) else (path, path.name) for path in paths]
    if not named:
        raise ImportRefused("No file was named.", "Name one or more billing exports.")
    exports = recognised(named)
    with runs.run(store, KIND, as_of, clock, ", ".join(name for _, name in named)) as run:
        prints = _loaded(store, run, exports, report)
        result = _result(run, exports, prints)
        if same := queries.current_run_with(store, run.content_hash.split(",")):
            run.status = RunStatus.UNCHANGED
            return _ended(result, started, clock, unchanged=True, run_id=same, totals=tuple(queries.source_totals(store, same)))
        if append:
            months.add_published_rows(store, run)
        totals = _summed(store, run, exports, report)
        if not (replace or append):
            months.refuse_to_shrink(store, totals, max_shrink_percent)
        report(Progress("Publishing", run.line_count, run.line_count))
        publish.publish(store, run.run_id, {(total.source, total.month) for total in totals})
        writes.drop_partitions(store, publish.superseded(store))
        return _ended(result, started, clock, line_count=run.line_count, totals=totals)


def _loaded(store: Store, run: runs.Run, exports: Sequence[Export], report: Report) -> list[Fingerprint]:
    """Load the files with the engine and, beside it, read them byte by byte."""
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_fingerprints, exports)
        try:
            loading.load(store, run, exports, report)
        except SpendscopeError:
            reading.result()  # A file that breaks off explains better what the engine stumbled over.
            raise
        prints = reading.result()
    run.content_hash = ",".join(sorted({fingerprint.digest for fingerprint in prints}))
    return prints


def _fingerprints(exports: Sequence[Export]) -> list[Fingerprint]:
    prints = [files.fingerprint(export.file) for export in exports]
    digests = [fingerprint.digest for fingerprint in prints]
    for index, export in enumerate(exports):
        if digests[index] in digests[:index]:
            raise ImportRefused(f"{export.file.name} has the same content as another of the files.", "Name each part once.")
    return prints


def _summed(store: Store, run: runs.Run, exports: Sequence[Export], report: Report) -> tuple[MonthTotal, ...]:
    """Sum the run's line items for the pages; returns the billed sums. Raises StoreError unless both are the same to the last digit."""
    report(Progress("Summing", 0, 0))
    measures = {cost_type: column for export in exports for cost_type, column in export.format.measures.items()}
    writes.keep_source_totals(store, run.run_id, measures)
    writes.summarise(store, run.run_id)
    for uneven in queries.run_differences(store, run.run_id):
        raise StoreError(
            f"What was loaded of {uneven.source} for {uneven.month:%B %Y} adds up to {uneven.ours} {uneven.currency}, "
            f"the file to {uneven.theirs}.",
            "Nothing was published. Please report this with the export's format.",
        )
    totals = tuple(queries.source_totals(store, run.run_id))
    run.line_count = sum(total.line_count for total in totals)
    return totals


def _result(run: runs.Run, exports: Sequence[Export], prints: Sequence[Fingerprint]) -> ImportResult:
    return ImportResult(
        run_id=run.run_id,
        unchanged=False,
        formats=tuple(sorted({export.format.name for export in exports})),
        line_count=0,
        seconds=0.0,
        totals=(),
        ignored={export.file.name: export.format.ignored for export in exports if export.format.ignored},
        notes=tuple(
            f"The last line of {export.file.name} has no line end; if the download was cut off there, import the whole file again."
            for export, fingerprint in zip(exports, prints, strict=True)
            if not fingerprint.ends_with_newline
        ),
    )


def _ended(result: ImportResult, started: datetime, clock: runs.Clock, **changes: object) -> ImportResult:
    return dataclasses.replace(result, seconds=(clock() - started).total_seconds(), **changes)  # type: ignore[arg-type]  # fields by name
