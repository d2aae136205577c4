"""The door to the database: what it says when it can't be opened, and its limits."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core import settings
from core.errors import StoreError, StoreInUse, StoreMemoryLimit, StoreUnavailable
from core.settings import ROOT, Settings
from core.store.client import Store

HOLD = """
import sys
from core import settings
from core.store.client import Store
store = Store(settings.load(clickhouse_dsn=sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""
OPEN = """
import sys
from core import settings
from core.errors import StoreError
from core.store.client import Store
try:
    Store(settings.load(clickhouse_dsn=sys.argv[1]))
except StoreError as error:
    print(type(error).__name__, error)
else:
    print("opened")
"""


def opened_elsewhere(dsn: str) -> str:
    """What another process says when it opens a DSN."""
    return subprocess.run([sys.executable, "-c", OPEN, dsn], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def test_a_folder_in_use_by_another_process_is_named_with_its_holder(tmp_path: Path) -> None:
    dsn = f"chdb://{tmp_path / 'data'}"
    with subprocess.Popen([sys.executable, "-c", HOLD, dsn], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        said = opened_elsewhere(dsn)
        holder.kill()
    assert said.startswith(
        f"StoreInUse The data folder {tmp_path / 'data'} is in use by another Spendscope process (process {holder.pid})."
    )
    assert "stop it, or name another folder in CLICKHOUSE_DSN" in said
    assert opened_elsewhere(dsn) == "opened", "a killed process holds nothing"
    assert issubclass(StoreInUse, StoreUnavailable)


def test_a_second_folder_in_one_process_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="already has another data folder open"):
        Store(settings.load(clickhouse_dsn=f"chdb://{tmp_path}/other"))


def test_a_folder_that_cannot_be_made_or_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = opened_elsewhere(f"chdb://{tmp_path}/file/data")
    assert said.startswith(f"StoreUnavailable The data folder {tmp_path}/file/data can't be made: Not a directory.")
    assert "CLICKHOUSE_DSN" in said


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(StoreUnavailable, match=rf"^The ClickHouse server at http://127\.0\.0\.1:{port} can't be used") as refused:
        Store(settings.load(clickhouse_dsn=f"http://analyst:s3cret@127.0.0.1:{port}/spendscope"))
    assert "Check CLICKHOUSE_DSN" in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("user", ["analyst:wr0ng%2Fword", "wr0ng%2Fword:s3cret"])
def test_wrong_credentials_are_not_echoed(served: Settings, user: str) -> None:
    address = served.clickhouse_dsn.get_secret_value().rsplit("@", 1)[1]
    with pytest.raises(
        StoreUnavailable, match=r"^The ClickHouse server at http://127\.0\.0\.1:[0-9]+ can't be used.*Authentication failed"
    ) as refused:
        Store(settings.load(clickhouse_dsn=f"http://{user}@{address}"))
    assert "wr0ng" not in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_server_that_goes_away(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.wire", str(tmp_path / "data")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        dsn = f"http://analyst:s3cret%2Fword@127.0.0.1:{int(server.stdout.readline())}"
        store = Store(settings.load(clickhouse_dsn=dsn))
        assert store.rows("SELECT 1") == [(1,)]
        server.kill()
    with pytest.raises(StoreUnavailable, match=r"The ClickHouse server stopped answering\. Check that it is up, then try again\."):
        store.rows("SELECT 1")
    store.close()


def test_the_address_has_no_credentials(served: Settings) -> None:
    store = Store(served)
    assert store.address == "http://" + served.clickhouse_dsn.get_secret_value().rsplit("@", 1)[1].rstrip("/")
    store.close()


@pytest.fixture
def small(embedded: Settings) -> Settings:
    """The least memory that can be set: half a GiB."""
    return embedded.model_copy(update={"spendscope_memory_limit_gib": 0.5})


def test_a_query_above_the_memory_limit_is_stopped(small: Settings) -> None:
    store = Store(small)
    with pytest.raises(StoreMemoryLimit, match=r"needed more memory than allowed.*SPENDSCOPE_MEMORY_LIMIT_GIB") as stopped:
        store.rows("SELECT length(groupArray(repeat('x', 1000) || toString(number))) FROM numbers(3000000)")
    assert stopped.value.code == 241
    assert store.rows("SELECT 1") == [(1,)], "the store goes on"
    store.close()


def test_a_large_grouping_goes_to_disk_instead(small: Settings) -> None:
    store = Store(small)
    groups = "SELECT number % 6000000 AS key, toString(key) AS name, count() AS c FROM numbers(9000000) GROUP BY key, name"
    assert store.rows(f"SELECT count(), sum(c) FROM ({groups})") == [(6_000_000, 9_000_000)]
    store.close()


def test_a_refused_statement_keeps_the_server_s_code(any_store: Store) -> None:
    with pytest.raises(StoreError, match="UNKNOWN_TABLE") as refused:
        any_store.rows("SELECT * FROM nowhere")
    assert refused.value.code == 60
    assert "\n" not in str(refused.value)


def test_a_closed_store_says_so(embedded: Settings) -> None:
    store = Store(embedded)
    store.close()
    with pytest.raises(StoreUnavailable, match="The store has been closed"):
        store.rows("SELECT 1")


def test_the_database_of_the_dsn_is_used(served: Settings) -> None:
    dsn = served.clickhouse_dsn.get_secret_value()
    store = Store(settings.load(clickhouse_dsn=f"{dsn}finance"))
    assert store.rows("SELECT currentDatabase()") == [("finance",)]
    store.close()


def test_the_process_s_own_folder_is_no_stranger(data_folder: Path, store: Store) -> None:
    assert store.address == str(data_folder)
    assert (data_folder / "status").exists()
    assert f"PID: {os.getpid()}" in (data_folder / "status").read_text()
