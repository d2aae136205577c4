"""What an export file is, before anything is read into the store: kind, columns, whether it is whole."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pyarrow.lib
import pyarrow.parquet
import pyarrow.types

from core.errors import UnreadableFile

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_HEADER_LIMIT = 1 << 20
_MAGIC = {b"PK\x03\x04": "a zip archive; unpack it first", b"\xd0\xcf\x11\xe0": "an Excel workbook; save it as CSV"}

TEXT = "Nullable(String)"
MAP = "Map(String, Nullable(String))"
KEY_VALUE_LIST = "Array(Tuple(key Nullable(String), value Nullable(String)))"


@dataclass(frozen=True)
class ExportFile:
    """A file that can be read: where it is, how it is written, and its columns with the type to read each as.

    `rows_expected` is exact for Parquet; for text it follows from the length of the first rows.
    """

    path: Path
    name: str
    format: str
    gzipped: bool
    columns: dict[str, str]
    size: int
    rows_expected: int

    @property
    def compression(self) -> str:
        """ClickHouse's name for the file's compression."""
        return "gzip" if self.gzipped else "none"


@dataclass(frozen=True)
class Fingerprint:
    """A whole file, read once: the SHA-256 of its unpacked content and whether its last line is ended."""

    digest: str
    ends_with_newline: bool


def inspect(path: Path, name: str = "") -> ExportFile:
    """Look at a file's first bytes and columns; `name` is what the user calls it. Raises UnreadableFile."""
    name = name or path.name
    if path.is_dir():
        raise UnreadableFile(f"{name} is a folder.", "Name the files in it.")
    try:
        size = path.stat().st_size
        with path.open("rb") as source:
            magic = source.read(4)
    except OSError as error:
        raise UnreadableFile(f"{name} can't be opened: {error.strerror}.", "Check the path and the permissions.") from error
    if not size:
        raise UnreadableFile(f"{name} is empty.", "Download the export again.")
    for start, what in _MAGIC.items():
        if magic.startswith(start):
            raise UnreadableFile(f"{name} is {what}.", "CSV, CSV.gz and Parquet can be imported.")
    if magic == b"PAR1":
        columns, rows = _parquet_columns(path, name)
        return ExportFile(path, name, "Parquet", False, columns, size, rows)
    head = _head(path, name)
    columns = dict.fromkeys(_csv_header(head.text, name), "String")
    return ExportFile(path, name, "CSVWithNames", head.gzipped, columns, size, head.text.count(b"\n") * size // max(head.raw_size, 1))


def fingerprint(file: ExportFile) -> Fingerprint:
    """Read the file from end to end.

    Raises UnreadableFile when it breaks off (in a gzip stream or inside a quoted cell) or isn't UTF-8.
    """
    digest, decoder, quotes, last = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 0, b""
    text, cut = file.format != "Parquet", False
    try:
        with file.path.open("rb") as raw:
            for chunk in _chunks(raw, file.gzipped):
                digest.update(chunk)
                # Plain ASCII, which most of an export is, needs no decoding; a letter cut in two does.
                if text and (cut or not chunk.isascii()):
                    decoder.decode(chunk)
                    cut = bool(decoder.getstate()[0])
                quotes += chunk.count(b'"') if text else 0
                last = chunk[-1:]
        decoder.decode(b"", final=True)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _broken_gzip(file.name) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{file.name} isn't UTF-8 text (byte 0x{error.object[error.start]:02x}).", "Export it as UTF-8, or convert it, and import that."
        ) from error
    except OSError as error:
        raise UnreadableFile(f"{file.name} can't be read: {error.strerror}.", "Check the disk and the permissions.") from error
    if quotes % 2:
        raise UnreadableFile(f"{file.name} breaks off inside a quoted cell.", "It looks cut off: download the export again.")
    return Fingerprint(digest.hexdigest(), not text or last == b"\n")


def _chunks(raw: IO[bytes], gzipped: bool) -> Iterator[bytes]:
    source = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if gzipped else raw
    while chunk := source.read(_CHUNK):
        yield chunk


@dataclass(frozen=True)
class _Head:
    """The beginning of a text file, unpacked, and how many of the file's bytes it takes."""

    text: bytes
    raw_size: int
    gzipped: bool


def _head(path: Path, name: str) -> _Head:
    with path.open("rb") as source:
        raw = source.read(_HEADER_LIMIT)
    if not raw.startswith(_GZIP):
        return _Head(raw, len(raw), False)
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = unpacker.decompress(raw, _HEADER_LIMIT)
    except zlib.error as error:
        raise _broken_gzip(name) from error
    return _Head(text, len(raw) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data), True)


def _broken_gzip(name: str) -> UnreadableFile:
    return UnreadableFile(f"{name} breaks off or is damaged inside its gzip stream.", "Download the export again.")


def _csv_header(head: bytes, name: str) -> list[str]:
    if not head.strip():
        raise UnreadableFile(f"{name} is empty.", "Download the export again.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head:
        raise UnreadableFile(
            f"{name} isn't UTF-8 text (it looks like UTF-16 or a binary file).", "Export it as UTF-8 CSV, CSV.gz or Parquet."
        )
    # A cut through a character at the end of the piece is no fault of the file's.
    header = next(csv.reader(io.StringIO(head.decode("utf-8-sig", errors="ignore"), newline="")), [])
    seen = [column.lower() for column in header]
    duplicate = next((column for column in header if seen.count(column.lower()) > 1), "")
    if duplicate:
        raise UnreadableFile(f"{name} has the column {duplicate} twice.", "Export it again, each column once.")
    if len(header) < 2:
        raise UnreadableFile(
            f"{name} isn't comma-separated text with a header line; its first line has one cell.", "Export it with commas, or as Parquet."
        )
    return header


def _parquet_columns(path: Path, name: str) -> tuple[dict[str, str], int]:
    try:
        with pyarrow.parquet.ParquetFile(path) as source:
            return {field.name: _engine_type(field.type) for field in source.schema_arrow}, source.metadata.num_rows
    except (pyarrow.lib.ArrowException, OSError) as error:
        raise UnreadableFile(f"{name} isn't a whole Parquet file.", "It looks cut off: download the export again.") from error


def _engine_type(arrow: pyarrow.DataType) -> str:
    """Scalars are read as text so that every format is parsed by the same rules; only nested tags keep their shape."""
    if pyarrow.types.is_map(arrow):
        return MAP
    if pyarrow.types.is_list(arrow) or pyarrow.types.is_struct(arrow):
        keyed = pyarrow.types.is_list(arrow) and pyarrow.types.is_struct(arrow.value_type)
        names = {arrow.value_type[i].name for i in range(arrow.value_type.num_fields)} if keyed else set()
        return KEY_VALUE_LIST if {"key", "value"} <= names else ""
    return TEXT
