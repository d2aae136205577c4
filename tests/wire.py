"""A ClickHouse server as far as its HTTP interface goes: the protocol on a real socket, over an embedded engine.

    python -m tests.wire FOLDER

prints its port and serves until it is ended. FOLDER may be followed
by options of the engine, as in `data?config-file=c.xml`. User `analyst`, password `s3cret/word`.
"""

import base64
import email
import gzip
import re
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import LifoQueue
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame

USER, PASSWORD = "analyst", "s3cret/word"
AUTHENTICATION_FAILED = 516

# What the client says about the request itself; everything else in the query string is a setting.
_NOT_SETTINGS = {
    "query", "database", "query_id", "session_id", "session_timeout", "session_check", "client_protocol_version", "compress", "decompress",
    "default_format", "wait_end_of_query", "enable_http_compression", "http_headers_progress_interval_ms", "send_progress_in_http_headers",
    "role", "output_format_native_use_flattened_dynamic_and_json_serialization",
}  # fmt: skip
_UNPACKED = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "lz4": lz4.frame.decompress,
}
_INSERT = re.compile(rb"(INSERT\s+INTO\s+.+?)\s+FORMAT\s+(\w+)[ \t;]*\n?", re.DOTALL | re.IGNORECASE)


class Handler(BaseHTTPRequestHandler):
    """One request: a statement with its settings and parameters, and for an insert its data."""

    protocol_version = "HTTP/1.1"
    # An answer in two packets would wait for the client's acknowledgement of the first.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    folder = ""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        body = self._body()
        self._serve(_UNPACKED[self.headers.get("Content-Encoding", "identity")](body))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _serve(self, body: bytes) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        granted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.path == "/ping":
            self._answer(200, b"Ok.\n", "")
        elif self.headers.get("Authorization") != granted:
            self._fail(
                AUTHENTICATION_FAILED, f"Code: {AUTHENTICATION_FAILED}. DB::Exception: Authentication failed (AUTHENTICATION_FAILED)"
            )
        else:
            asked, body = _form(asked, body, self.headers.get("Content-Type", ""))
            self._run(asked, asked.get("query", "").encode() or body, body if "query" in asked else b"")

    def _run(self, asked: dict[str, str], statement: bytes, data: bytes) -> None:
        params = {name.removeprefix("param_"): value for name, value in asked.items() if name.startswith("param_")}
        settings = {name: value for name, value in asked.items() if not name.startswith("param_") and name not in _NOT_SETTINGS}
        idle = _idle.setdefault(frozenset(settings.items()), LifoQueue())
        try:
            connection = idle.get_nowait() if not idle.empty() else _connected(self.folder, settings)
            if database := asked.get("database"):
                connection.query(f"USE `{database}`")
            self._answer(200, *_executed(connection, statement, data, params))
            idle.put(connection)
        except RuntimeError as error:
            code = re.search(r"Code: (\d+)", str(error))
            self._fail(int(code[1]) if code else 1, str(error))

    def _fail(self, code: int, text: str) -> None:
        self._answer(403 if code == AUTHENTICATION_FAILED else 500, text.encode(), "", {"X-ClickHouse-Exception-Code": str(code)})

    def _answer(self, status: int, body: bytes, fmt: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        sent = {"X-ClickHouse-Timezone": "UTC", "X-ClickHouse-Summary": "{}", "Content-Length": str(len(body)), **(headers or {})}
        for name, value in (sent | ({"X-ClickHouse-Format": fmt} if fmt else {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


# Settings stay with a connection, so each combination of them has connections of its own.
_idle: dict[frozenset[tuple[str, str]], LifoQueue[Any]] = {}


def _connected(folder: str, settings: dict[str, str]) -> Any:
    connection = chdb.connect(folder)
    for name, value in settings.items():
        connection.query("SET {} = '{}'".format(name, value.replace("\\", "\\\\").replace("'", "\\'")))
    return connection


def _form(asked: dict[str, str], body: bytes, kind: str) -> tuple[dict[str, str], bytes]:
    """Long parameters come as a form's fields instead of in the address."""
    if "multipart/form-data" not in kind:
        return asked, body
    form = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    fields = {part.get_param("name", header="Content-Disposition"): part.get_payload(decode=True).decode() for part in form.get_payload()}
    return {**asked, **fields}, b""


def _executed(connection: Any, statement: bytes, data: bytes, params: dict[str, str]) -> tuple[bytes, str]:
    """The answer of a statement and its format; the data of an insert goes through a file, as the engine wants it."""
    insert = _INSERT.match(statement)
    if not insert:
        result = connection.query(statement.decode(), "TabSeparated", params=params)
        asked = re.search(rb"FORMAT\s+(\w+)\s*$", statement)
        return result.bytes() or b"", asked[1].decode() if asked else "TabSeparated"
    with tempfile.NamedTemporaryFile() as held:
        held.write(statement[insert.end() :] + data)
        held.flush()
        connection.query(f"{insert[1].decode()} FROM INFILE '{held.name}' FORMAT {insert[2].decode()}", params=params)
    return b"", ""


def main() -> None:
    """Serve a folder on a free port."""
    folder = sys.argv[1]
    Path(folder.partition("?")[0]).mkdir(parents=True, exist_ok=True)
    Handler.folder = folder
    # The engine stays as long as one connection does.
    first = chdb.connect(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    first.close()


if __name__ == "__main__":
    main()
