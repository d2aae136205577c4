"""Which export format a file is, by its columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.collectors.billing import cur, files, focus
from core.collectors.billing.files import ExportFile
from core.collectors.billing.formats import ExportFormat
from core.errors import MissingColumns, UnknownFormat

_RECOGNISERS: tuple[Callable[[ExportFile], ExportFormat | None], ...] = (focus.recognise, cur.recognise)


@dataclass(frozen=True)
class Export:
    """A file, and what it is."""

    file: ExportFile
    format: ExportFormat


def recognised(named: Sequence[tuple[Path, str]]) -> list[Export]:
    """The exports behind paths and the names that the user knows them by.

    Raises UnreadableFile, UnknownFormat (also when they are of different kinds) or MissingColumns.
    """
    found: list[Export] = []
    for path, name in named:
        file = files.inspect(path, name)
        export = Export(file, _format_of(file))
        if found and export.format.kind != found[0].format.kind:
            raise UnknownFormat(
                f"{found[0].file.name} is {found[0].format.name} and {name} is {export.format.name}; one import takes one kind.",
                "Import them one after the other.",
            )
        found.append(export)
    return found


def _format_of(file: ExportFile) -> ExportFormat:
    formats, missing = _attempts(file)
    if missing and not formats:
        raise missing
    if len(formats) > 1:
        raise UnknownFormat(
            f"{file.name} has the columns of two formats, {formats[0].name} and {formats[1].name}.",
            "Import the export as the provider wrote it.",
        )
    if not formats:
        shown = ", ".join(list(file.columns)[:4])
        raise UnknownFormat(
            f"{file.name} is no billing export that we know; its columns begin with {shown[:200]}.",
            "FOCUS 1.0 to 1.4 and AWS CUR (legacy, Athena, 2.0) can be imported.",
        )
    return formats[0]


def _attempts(file: ExportFile) -> tuple[list[ExportFormat], MissingColumns | None]:
    formats, missing = [], None
    for recognise in _RECOGNISERS:
        try:
            fmt = recognise(file)
        except MissingColumns as error:
            missing = error
            continue
        if fmt:
            formats.append(fmt)
    return formats, missing
