"""A file as something to SELECT from: its columns as text under our spelling, wherever the engine reads them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.collectors.billing.files import TEXT, ExportFile
from core.collectors.billing.formats import ExportFormat, text
from core.models import Progress, Report
from core.store import writes
from core.store.client import Store, quoted

_GLOB = set("*?{}[]")
_BOM = "\ufeff"


@dataclass(frozen=True)
class Relation:
    """SQL of a table expression with one text column per known source column and `column_tags`, and its parameters."""

    sql: str
    params: dict[str, Any] = field(default_factory=dict)


@contextmanager
def opened(store: Store, file: ExportFile, fmt: ExportFormat, run_id: str, number: int, report: Report) -> Iterator[Relation]:
    """A run's file as a relation: read in place by an embedded engine, streamed once to a landing table on a server."""
    structure = ", ".join(f"{quoted(name)} {file.columns[name]}" for name in fmt.spellings)
    if store.embedded:
        with _plain_path(file.path) as path:
            source = "file({path:String}, {format:String}, {structure:String}, {compression:String})"
            params = {"path": str(path), "format": file.format, "structure": structure, "compression": file.compression}
            yield _relation(source, params, file, fmt)
        return
    table = writes.landing_table(run_id, number)

    def sent(done: int) -> None:
        report(Progress(f"Sending {file.name}", done, file.size, "bytes"))

    writes.land(store, table, structure, fmt.spellings, file.path, file.format, gzipped=file.gzipped, sent=sent)
    try:
        yield _relation(quoted(table), {}, file, fmt)
    finally:
        writes.drop_landing(store, [table])


def _relation(source: str, params: dict[str, Any], file: ExportFile, fmt: ExportFormat) -> Relation:
    cells = [f"{_first_filled(file, fmt.columns.get(name, ()))} AS {name}" for name in fmt.known]
    pairs = []
    for number, (column, key) in enumerate(fmt.tag_columns.items()):
        params[f"tag_{number}"] = key
        pairs.append(f"({{tag_{number}:String}}, {_cell(file, column)})")
    tags = f"[{', '.join(pairs)}]" if pairs else "CAST([], 'Array(Tuple(String, String))')"
    return Relation(f"(SELECT {', '.join(cells)}, {tags} AS column_tags FROM {source})", params)


def _first_filled(file: ExportFile, columns: tuple[str, ...]) -> str:
    """SQL for the first of several columns that has something in this row."""
    *before, last = [_cell(file, column) for column in columns] or ["''"]
    cases = [f"{cell} != '', {cell}" for cell in before]
    return f"multiIf({', '.join([*cases, last])})" if cases else last


def _cell(file: ExportFile, column: str) -> str:
    name, kind = quoted(column), file.columns[column]
    if kind not in ("String", TEXT):
        return f"toJSONString({name})"
    filled = name if kind == "String" else f"ifNull({name}, '')"
    if file.format != "Parquet" and column == next(iter(file.columns)):
        # Azure's exports may carry a second byte order mark, before the first row.
        filled = f"if(startsWith({filled}, '{_BOM}'), trim(BOTH '\"' FROM substringUTF8({filled}, 2)), {filled})"
    return text(filled)


@contextmanager
def _plain_path(path: Path) -> Iterator[Path]:
    """The file under a name without the signs that the engine would expand as a pattern."""
    resolved = path.resolve()
    if not _GLOB & set(str(resolved)):
        yield resolved
        return
    with tempfile.TemporaryDirectory(prefix="spendscope-") as folder:
        link = Path(folder) / f"export{''.join(c for c in resolved.suffix if c not in _GLOB)}"
        link.symlink_to(resolved)
        yield link
