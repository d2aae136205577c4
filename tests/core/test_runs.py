"""The life of a run: published whole or dropped whole, and healed by the next start when its process died."""

import socket
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from core import runs
from core.models import RunStatus
from core.store import publish, queries, writes
from core.store.client import Store
from core.store.writes import LedgerEntry
from tests.conftest import fresh
from tests.exports import billed, focus, leftovers, take, write

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12)  # the ledger's times are UTC without a zone


def gone() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def abandoned(store: Store, folder: Path, owner: str) -> LedgerEntry:
    """A run that never ended: its rows are there, it isn't published, and the ledger says it's running."""
    kept = take(store, write(folder / "kept.csv", [focus()]))
    entry = replace(queries.ledger(store)[0], run_id="abandoned", status=RunStatus.RUNNING, owner=owner, started_at=NOON, updated_at=NOON)
    writes.record(store, entry)
    held = publish.snapshot(store).current[0]
    assert held.run_id == kept.run_id
    writes.copy_line_items(store, held, "abandoned")
    writes.summarise(store, "abandoned")
    store.execute(f"CREATE TABLE {writes.landing_table('abandoned', 0)} (a String) ENGINE = MergeTree ORDER BY tuple()")
    return entry


def test_a_dead_run_is_healed(any_store: Store, tmp_path: Path) -> None:
    abandoned(any_store, tmp_path, f"{socket.gethostname()}:{gone()}")
    assert leftovers(any_store) == {"abandoned", "landing_abandoned_0"}
    assert runs.heal(any_store) == ["abandoned"]
    assert leftovers(any_store) == set()
    assert billed(any_store) == 1
    [healed] = [entry for entry in queries.ledger(any_store) if entry.run_id == "abandoned"]
    assert (healed.status, healed.detail) == (RunStatus.INTERRUPTED, "The process ended before the run did; nothing of it was published.")
    assert runs.heal(any_store) == []


@pytest.mark.parametrize("owner", ["another.host:1", f"{socket.gethostname()}:1"])
def test_on_a_server_a_run_that_may_be_alive_is_left_alone(
    served: object, request: pytest.FixtureRequest, tmp_path: Path, owner: str
) -> None:

    for store in fresh(request.getfixturevalue("served")):
        abandoned(store, tmp_path, owner)
        assert runs.heal(store) == []
        take(store, write(tmp_path / "next.csv", [focus(BilledCost="2")]))
        assert "abandoned" in leftovers(store), "another run's end doesn't sweep it away either"


def test_a_run_that_died_after_publishing_stands(store: Store, tmp_path: Path) -> None:
    run_id = take(store, write(tmp_path / "bill.csv", [focus()])).run_id
    [entry] = queries.ledger(store)
    later = entry.updated_at + timedelta(seconds=1)
    writes.record(store, replace(entry, status=RunStatus.RUNNING, updated_at=later))
    assert runs.heal(store, lambda: later + timedelta(seconds=1)) == [run_id]
    assert queries.ledger(store)[0].status == RunStatus.PUBLISHED
    assert billed(store) == 1


def test_what_goes_wrong_after_publishing_does_not_take_it_back(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unlucky(Exception):
        """Something nobody foresaw."""

    def fail(*_: object) -> None:
        raise Unlucky

    monkeypatch.setattr(publish, "superseded", fail)
    with pytest.raises(Unlucky):
        take(store, write(tmp_path / "bill.csv", [focus()]))
    assert billed(store) == 1
    assert queries.ledger(store)[0].status == RunStatus.PUBLISHED


def test_what_goes_wrong_before_leaves_a_named_failure(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), runs.run(store, "collection", TODAY, lambda: NOON, "costs"):
        _ = 1 / 0
    [entry] = queries.ledger(store)
    assert (entry.status, entry.detail, entry.label, entry.seconds) == (RunStatus.FAILED, "ZeroDivisionError", "costs", 0)


def test_a_break_from_the_keyboard_is_a_failure_too(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt), runs.run(store, "collection", TODAY):
        raise KeyboardInterrupt
    assert queries.ledger(store)[0].status == RunStatus.FAILED


def test_the_ledger_is_newest_first_and_can_be_cut(store: Store) -> None:
    for second in range(5):
        with runs.run(store, "collection", TODAY, lambda second=second: NOON.replace(second=second), f"run {second}"):
            pass
    assert [entry.label for entry in queries.ledger(store)] == [f"run {second}" for second in (4, 3, 2, 1, 0)]
    assert [entry.label for entry in queries.ledger(store, limit=2)] == ["run 4", "run 3"]
