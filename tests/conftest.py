"""A store for each test, embedded or over HTTP.

The embedded engine takes one folder a process, so tests get databases of their own in it.
"""

import itertools
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import refresh, runs, settings
from core.aws.access import demo_access
from core.settings import ROOT, Settings
from core.store.client import Store
from core.store.migrations import MIGRATIONS, SCHEMA_MIGRATIONS, migrate
from tests.core.collected import AS_OF, Collected
from tests.processes import demo_process

SAMPLES = ROOT.parent / "shared" / "data"
"""Real exports that lie beside a developer's clone; the tests about them are there when they are."""

collect_ignore = [] if SAMPLES.is_dir() else ["core/collectors/billing/test_samples.py"]

LOOKS_AT_THE_DEMO = re.compile(r"\b(Collected|TestClient|Held)\b")
"""What files mention whose tests look at the collected demo, by itself or through the API."""

_numbers = itertools.count(1)


UNMEASURED = {"test_policy.py", "test_random_organisations.py", "test_refresh.py", "test_waterfall_properties.py"}
"""Whole collections again and again, or hundreds of made-up ones, through lines that other tests reach."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests first: of two processes one is busy with them for as long as the other is with nearly all else."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)
    for item in items:
        # Measuring doubles a test's time. The coverage of core is what the tests of core reach.
        if not item.path.is_relative_to(ROOT / "tests" / "core") or item.path.name in UNMEASURED:
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of several processes one takes all browser tests, and one all that look at the collected demo; else a file stays together."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::")[0]
            if "/e2e/" in file:
                return "browser"
            return "collected" if LOOKS_AT_THE_DEMO.search((ROOT / file).read_text(encoding="utf-8")) else file

    return Scheduling(config, log)


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


_idle: dict[str, list[str]] = defaultdict(list)
"""Databases that tests are done with and that are as new again, by DSN: making all tables takes longer than most tests."""


def fresh(config: Settings) -> Iterator[Store]:
    """A migrated store in a database of its own."""
    idle = _idle[config.clickhouse_dsn.get_secret_value()]
    database = idle.pop() if idle else f"test_{next(_numbers)}"
    held = Store(config, database=database)
    migrate(held, runs.utc_now())
    yield held
    if emptied(held):
        idle.append(database)
    held.close()


def emptied(store: Store) -> bool:
    """Empty a store's tables; False where a test has made others, or lost some."""
    own = {SCHEMA_MIGRATIONS.name, *(table.name for _, tables in MIGRATIONS for table in tables)}
    counts = dict(store.rows("SELECT name, total_rows FROM system.tables WHERE database = currentDatabase()"))
    if counts.keys() != own or counts.pop(SCHEMA_MIGRATIONS.name) != len(MIGRATIONS):
        return False
    for table, count in counts.items():
        if count:
            store.execute(f"TRUNCATE TABLE {table}")
    return True


@pytest.fixture
def store(embedded: Settings) -> Iterator[Store]:
    """An empty embedded store."""
    yield from fresh(embedded)


@pytest.fixture(params=["embedded", "served"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """An empty store of each kind."""
    yield from fresh(request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def collected(embedded: Settings) -> Iterator[Collected]:
    """The demo organisation, collected once for every test that looks at it."""
    held = Store(embedded, database="test_collect_the_demo")
    migrate(held, runs.utc_now())
    with demo_process(AS_OF) as demo:
        results = [
            refresh.refresh(held, demo_access(demo.endpoint, refresh.metered(held, embedded, demo=True)), embedded, AS_OF) for _ in range(2)
        ]
        yield Collected(held, demo.endpoint, *results)
    held.close()
