"""A store for each test, embedded or over HTTP.

The embedded engine takes one folder a process, so tests get databases of their own in it.
"""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import runs, settings
from core.settings import ROOT, Settings
from core.store.client import Store
from core.store.migrations import migrate

SAMPLES = ROOT.parent / "shared" / "data"
"""Real exports that lie beside a developer's clone; the tests about them are there when they are."""

collect_ignore = [] if SAMPLES.is_dir() else ["core/collectors/billing/test_samples.py"]

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The process's one data folder, so that no test touches a developer's own."""
    folder = tmp_path_factory.mktemp("store") / "data"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CLICKHOUSE_DSN", f"chdb://{folder}")
        yield folder


@pytest.fixture(scope="session")
def embedded(data_folder: Path) -> Iterator[Settings]:
    """Settings of the embedded engine, which one open store keeps running between tests."""
    config = settings.load(clickhouse_dsn=f"chdb://{data_folder}")
    held = Store(config)
    yield config
    held.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a server that speaks ClickHouse's HTTP protocol, in a process of its own."""
    folder = tmp_path_factory.mktemp("served") / "data"
    command = [sys.executable, "-m", "tests.wire", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        yield settings.load(clickhouse_dsn=f"http://analyst:s3cret%2Fword@127.0.0.1:{port}/")
        server.kill()


def fresh(config: Settings) -> Iterator[Store]:
    """A migrated store in a database of its own."""
    held = Store(config, database=f"test_{next(_numbers)}")
    migrate(held, runs.utc_now())
    yield held
    held.close()


@pytest.fixture
def store(embedded: Settings) -> Iterator[Store]:
    """An empty embedded store."""
    yield from fresh(embedded)


@pytest.fixture(params=["embedded", "served"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind."""
    yield from fresh(request.getfixturevalue(request.param))
