"""The one door to ClickHouse, embedded or served; the only importer of clickhouse_connect."""

import os
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import IO, Any, cast
from urllib.parse import unquote, urlsplit

import clickhouse_connect
import pandas as pd
from clickhouse_connect.driver.binding import quote_identifier
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError
from clickhouse_connect.driver.exceptions import StreamFailureError as StreamBroken

from core.errors import StoreError, StoreFull, StoreInUse, StoreMemoryLimit, StoreUnavailable
from core.settings import Settings

Params = Mapping[str, Any]

DATABASE = "spendscope"
DEMO_DATABASE = "spendscope_demo"
DASHBOARD_NOTE = "dashboard.url"
"""The file in an embedded database's folder in which a running dashboard leaves its address."""

_MEMORY_LIMIT_EXCEEDED = 241
_DISK_FULL = {243, 1001}  # NOT_ENOUGH_SPACE; STD_EXCEPTION when a file system call fails below ClickHouse
_NO_SPACE = ("no space left on device", "not_enough_space", "cannot reserve")

quoted = quote_identifier


class Store:
    """A database of figures behind a DSN.

    Handles are pooled because a handle serves one thread at a time, and the embedded engine allows any number
    of them on one folder. `database` is `spendscope` unless the DSN names another, or `spendscope_demo` for figures
    that aren't anyone's bill.
    """

    def __init__(self, config: Settings, database: str = DATABASE) -> None:
        self._dsn = config.clickhouse_dsn.get_secret_value()
        self._parts = urlsplit(self._dsn)
        self._settings = _engine_settings(config.spendscope_memory_limit_gib)
        self._idle: LifoQueue[Client] = LifoQueue()
        self._closed = threading.Event()
        self.cluster = config.clickhouse_cluster
        self.embedded = self._parts.scheme == "chdb"
        named = "" if self.embedded else self._parts.path.strip("/")
        self.database = named if named and database == DATABASE else database
        self.execute(f"CREATE DATABASE IF NOT EXISTS {quoted(self.database)}{self.on_cluster}", database="default")

    @property
    def address(self) -> str:
        """Where the figures are, without user name and password."""
        if self.embedded:
            return self._parts.path
        return f"{self._parts.scheme}://{self._parts.hostname}:{self._parts.port or ''}".rstrip(":")

    @property
    def on_cluster(self) -> str:
        """The clause that carries a definition to every node, or nothing."""
        return f" ON CLUSTER {quoted(self.cluster)}" if self.cluster else ""

    def parts_table(self, table: str) -> str:
        """The table that holds a data table's partitions: itself, or its local half on a cluster."""
        return f"{table}_local" if self.cluster else table

    def rows(self, sql: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """The answer as tuples of Python values; decimals stay Decimal."""
        with self._handle() as client:
            return [tuple(row) for row in client.query(sql, parameters=_bound(params)).result_rows]

    def frame(self, sql: str, params: Params | None = None) -> pd.DataFrame:
        """The answer as a DataFrame; decimals stay Decimal objects, dates become datetime64."""
        with self._handle() as client:
            answer = client.query_df(sql, parameters=_bound(params))
            if len(answer.columns):
                return answer
            # An answer without rows comes without columns; pages still need to know them.
            names = [row[0] for row in client.query(f"DESCRIBE ({sql})", parameters=_bound(params)).result_rows]
            return pd.DataFrame(columns=names)

    @contextmanager
    def stream(self, sql: str, fmt: str, params: Params | None = None) -> Iterator[IO[bytes]]:
        """The answer as bytes in one of ClickHouse's output formats, read piece by piece."""
        with self._handle() as client:
            source = client.raw_stream(sql, parameters=_bound(params), fmt=fmt)
            with closing(cast("IO[bytes]", source)) as held:
                yield held

    def execute(self, sql: str, params: Params | None = None, database: str | None = None) -> None:
        """Run a statement that has no answer."""
        with self._handle(database) as client:
            client.command(sql, parameters=_bound(params))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows in one block: all of them become visible, or none."""
        with self._handle() as client:
            client.insert(table, rows, column_names=columns)

    def insert_file(
        self, table: str, columns: Sequence[str] | None, source: Generator[bytes, None, None], fmt: str, settings: Params
    ) -> None:
        """Send a file's bytes, unparsed, to a table; a server reads them as they arrive."""
        with self._handle() as client:
            client.raw_insert(table, column_names=columns, insert_block=source, fmt=fmt, settings=dict(settings))

    def close(self) -> None:
        """Let go of the server or the folder; another process may then open it."""
        self._closed.set()
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _handle(self, database: str | None = None) -> Iterator[Client]:
        try:
            client = self._idle.get_nowait()
        except Empty:
            client = self._connect()
        client.database = database or self.database
        try:
            yield client
        except (ClickHouseError, StreamBroken) as error:
            raise _translated(error) from error
        finally:
            if self._closed.is_set():
                client.close()
            else:
                self._idle.put(client)

    def _connect(self) -> Client:
        if self._closed.is_set():
            raise StoreUnavailable("The store has been closed.")
        if self.embedded:
            _make_folder(Path(self.address))
        try:
            if self.embedded:
                client = clickhouse_connect.get_client(dsn=self._dsn)
            else:
                # In the default database the handshake works before ours exists. One handle serves several threads
                # in turn, which a server session would forbid.
                default = self._parts._replace(path="/default").geturl()
                client = clickhouse_connect.get_client(dsn=default, autogenerate_session_id=False)
        except (ClickHouseError, OSError, ValueError) as error:
            raise self._unreachable(error) from None  # the cause's text may hold the DSN's password
        for key, value in self._settings.items():
            if self.embedded:
                client.command(f"SET {key} = {value:d}")  # once; as a client setting it would be set and unset at each statement
            else:
                client.set_client_setting(key, value)
        return client

    def _unreachable(self, error: Exception) -> StoreUnavailable:
        if not self.embedded:
            reason = str(error).rsplit("] ", 1)[-1].split('")')[0].split(" (")[0]
            return StoreUnavailable(
                f"The ClickHouse server at {self.address} can't be used: {_without_secrets(reason, self._dsn)}.",
                "Check CLICKHOUSE_DSN (host, port, user, password) and that the server is up.",
            )
        if "already initialized with path" in str(error):
            return StoreUnavailable(f"This process already has another data folder open, so {self.address} can't be.")
        if holder := _folder_holder(Path(self.address)):
            return StoreInUse(
                f"The data folder {self.address} is in use by another Spendscope process ({holder}).",
                f"{_dashboard_hint(Path(self.address))} Or stop it, or name another folder in CLICKHOUSE_DSN.",
            )
        return StoreUnavailable(
            f"The data folder {self.address} can't be opened: {str(error).rsplit(': ', 1)[-1]}",
            "Check CLICKHOUSE_DSN and that the folder is writable and undamaged.",
        )


def _engine_settings(memory_limit_gib: float) -> dict[str, int]:
    """Bounds on one query; half of the memory for a grouping or sort before it goes to disk is ClickHouse's own advice."""
    limit = int(memory_limit_gib * 2**30)
    return {
        "max_memory_usage": limit,
        "max_bytes_before_external_group_by": limit // 2,
        "max_bytes_before_external_sort": limit // 2,
    }


def _bound(params: Params | None) -> dict[str, Any]:
    return dict(params or {})


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The data folder {folder} can't be made: {error.strerror}.", "Name a writable folder in CLICKHOUSE_DSN."
        ) from error
    if not os.access(folder, os.W_OK):
        raise StoreUnavailable(f"The data folder {folder} isn't writable.", "Name a writable folder in CLICKHOUSE_DSN.")


def _folder_holder(folder: Path) -> str:
    """ "process 123" when the engine's status file names a live process other than this one."""
    try:
        first = (folder / "status").read_text().splitlines()[0]
        pid = int(first.removeprefix("PID:"))
        os.kill(pid, 0)
    except PermissionError:
        return f"process {pid}"
    except (OSError, ValueError, IndexError):
        return ""
    return "" if pid == os.getpid() else f"process {pid}"


def _dashboard_hint(folder: Path) -> str:
    """Where the running dashboard is that holds the folder, if it's one that left word."""
    try:
        return f"Import on its Data page: {(folder / DASHBOARD_NOTE).read_text().strip()}/data."
    except OSError:
        return "A running dashboard imports on its Data page."


def _without_secrets(text: str, dsn: str) -> str:
    parts = urlsplit(dsn)
    for secret in filter(None, (parts.password, parts.username)):
        text = text.replace(unquote(secret), "***").replace(secret, "***")
    return text


def _translated(error: Exception) -> StoreError:
    code = getattr(error, "code", None)
    text = str(error)
    if code == _MEMORY_LIMIT_EXCEEDED:
        return StoreMemoryLimit(
            "The query needed more memory than allowed.",
            "Choose fewer days or raise SPENDSCOPE_MEMORY_LIMIT_GIB.",
            code,
        )
    if code in _DISK_FULL or any(sign in text.lower() for sign in _NO_SPACE):
        return StoreFull("The disk that holds the data folder is full.", "Free some room and try again; what was kept is unchanged.", code)
    if code is None and isinstance(error, OperationalError):
        return StoreUnavailable("The ClickHouse server stopped answering.", "Check that it is up, then try again.")
    return StoreError(f"The database refused a statement: {text.splitlines()[0]}", code=code)
