"""The schema: applied once, in order, and on a cluster the same tables behind a Distributed face."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core import runs, settings
from core.errors import BadValues
from core.models import Filters
from core.settings import ROOT
from core.store import migrations, publish, queries
from core.store.client import Store
from core.store.migrations import MIGRATIONS, SCHEMA_MIGRATIONS, Table, migrate
from tests.exports import billed, focus, leftovers, take, write

NAMES = [name for name, _ in MIGRATIONS]


def test_migrations_are_applied_once_and_in_order(any_store: Store) -> None:
    applied = [name for (name,) in any_store.rows("SELECT name FROM schema_migrations ORDER BY name")]
    assert applied == NAMES == sorted(NAMES)
    assert migrate(any_store, runs.utc_now()) == []


def test_an_interrupted_migration_is_taken_up_again(store: Store) -> None:
    store.execute("TRUNCATE TABLE schema_migrations")
    store.execute("DROP TABLE cost_tags")
    assert migrate(store, runs.utc_now()) == NAMES
    assert store.rows("SELECT count() FROM cost_tags") == [(0,)]


@pytest.fixture
def clustered(store: Store) -> Iterator[Store]:
    """A store that believes it is on a cluster; its statements are only looked at."""
    store.cluster = "production"
    yield store
    store.cluster = ""


def ddl(table: Table, store: Store) -> list[str]:
    return [" ".join(statement.split()) for statement in table.ddl(store)]


@pytest.mark.parametrize("name", migrations.DATA_TABLES)
def test_a_data_table_on_a_cluster_is_replicated_locally_and_distributed(clustered: Store, name: str) -> None:
    table = next(table for _, tables in MIGRATIONS for table in tables if table.name == name)
    local, face = ddl(table, clustered)
    assert local.startswith(f"CREATE TABLE IF NOT EXISTS {name}_local ON CLUSTER `production` (")
    assert "ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')" in local
    assert "PARTITION BY (source, month, run_id)" in local
    assert face.startswith(f"CREATE TABLE IF NOT EXISTS {name} ON CLUSTER `production` (")
    assert face.endswith(f"ENGINE = Distributed(`production`, `{clustered.database}`, {name}_local, cityHash64(run_id, source, month))")
    assert clustered.parts_table(name) == f"{name}_local"


@pytest.mark.parametrize(
    "table", [SCHEMA_MIGRATIONS, *(t for _, tables in MIGRATIONS for t in tables if not t.sharded)], ids=lambda t: t.name
)
def test_a_small_table_is_whole_on_every_node(clustered: Store, table: Table) -> None:
    [statement] = ddl(table, clustered)
    assert statement.startswith(f"CREATE TABLE IF NOT EXISTS {table.name} ON CLUSTER `production` (")
    assert "ReplicatedMergeTree('/clickhouse/tables/all/{database}/{table}', '{replica}')" in statement
    assert "PARTITION BY" not in statement


def test_columns_are_the_same_on_one_node_and_on_a_cluster(clustered: Store) -> None:
    for _, tables in MIGRATIONS:
        for table in tables:
            for statement in ddl(table, clustered):
                assert f"({' '.join(table.columns.split())})" in statement


class OneNode(Store):
    """A store on a cluster of one node without a keeper: the faces are Distributed, but nothing is replicated or sent to other nodes."""

    on_cluster = ""  # type: ignore[assignment]


@pytest.fixture
def distributed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose data tables are real Distributed tables, over HTTP."""
    config = tmp_path / "config.xml"
    node = "<shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>"
    config.write_text(f"<clickhouse><tcp_port>9000</tcp_port><remote_servers><alone>{node}</alone></remote_servers></clickhouse>")
    rendered = Table.ddl

    def unreplicated(table: Table, store: Store) -> Iterator[str]:
        return (re.sub(r"ReplicatedMergeTree\(.*?\)", "MergeTree", statement) for statement in rendered(table, store))

    monkeypatch.setattr(Table, "ddl", unreplicated)
    command = [sys.executable, "-m", "tests.wire", f"{tmp_path / 'data'}?config-file={config}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        dsn = f"http://analyst:s3cret%2Fword@127.0.0.1:{int(server.stdout.readline())}"
        store = OneNode(settings.load(clickhouse_dsn=dsn, clickhouse_cluster="alone"))
        migrate(store, runs.utc_now())
        yield store
        store.close()
        server.kill()


def test_imports_go_through_distributed_tables(distributed: Store, tmp_path: Path) -> None:
    engines = dict(distributed.rows("SELECT name, engine FROM system.tables WHERE database = currentDatabase()"))
    assert {engines[name] for name in migrations.DATA_TABLES} == {"Distributed"}
    assert {engines[f"{name}_local"] for name in migrations.DATA_TABLES} == {"MergeTree"}
    bill = write(tmp_path / "bill.csv", [focus(), focus(BilledCost="2", RegionId="eu-west-1")])
    take(distributed, bill)
    assert take(distributed, bill).unchanged
    restated = take(distributed, write(tmp_path / "restated.csv", [focus(BilledCost="5"), focus(BilledCost="0.5")]))
    assert billed(distributed) == Decimal("5.5")
    with pytest.raises(BadValues):
        take(distributed, write(tmp_path / "bad.csv", [focus(), focus(BilledCost="x")]))
    publish.undo(distributed, restated.run_id)
    snap = publish.snapshot(distributed)
    view = Filters(date(2024, 9, 1), date(2024, 9, 30), "USD")
    assert queries.cost_by(distributed, snap, view, "region") == {"us-east-1": Decimal(1), "eu-west-1": Decimal(2)}
    assert queries.cost_by(distributed, snap, view, "tag:team") == {"web": Decimal(3)}
    assert {line.gap for line in queries.reconciliation(distributed, snap)} == {0}
    assert leftovers(distributed) == set()
