"""The published pointer: which run is current for each month of each source, and moving it.

The pointer is a log. The row with the highest version wins for its (source, month), and a row with an empty
run id takes the month off. One insert carries all of a run's months, so readers see all of them or none.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from core.errors import UndoRefused
from core.models import BILLS, Partition, Snapshot
from core.store.client import Store

KEPT_SUPERSEDED = 3
"""How many runs before the current one stay available to undo, for each month of each source."""

OFF = ""
"""In place of a run: nothing of this source is current for the month."""

CURRENT = "(source, month, run_id) IN {current:Array(Tuple(String, Date, String))}"
"""SQL that is true of the rows that a snapshot holds; `current` binds it."""

_COLUMNS = ["source", "month", "run_id", "version"]


def snapshot(store: Store) -> Snapshot:
    """What is published now; its version is what every cache is keyed by."""
    rows = store.rows(
        "SELECT source, month, argMax(run_id, version) AS run, max(version) FROM published GROUP BY source, month ORDER BY source, month"
    )
    version = max((row[3] for row in rows), default=0)
    return Snapshot(version, tuple(Partition(source, month, run) for source, month, run, _ in rows if run != OFF))


def current(snap: Snapshot, *kinds: str) -> dict[str, Any]:
    """What binds CURRENT: everything published, or the sources of these kinds."""
    return {"current": [(p.source, p.month, p.run_id) for p in snap.current if not kinds or p.kind in kinds]}


def publish(store: Store, run_id: str, months: Iterable[tuple[str, date]]) -> Snapshot:
    """Make a run current for its months in one step.

    Any other source of the same billing account and month steps back: two are never added up.
    """
    return _move(store, _moves(snapshot(store), run_id, months))


def preview(store: Store, run_id: str, months: Iterable[tuple[str, date]]) -> Snapshot:
    """What would be current if a run were published for its months; the version is that of what is."""
    now = snapshot(store)
    after = {(held.source, held.month): held.run_id for held in now.current} | _moves(now, run_id, months)
    return Snapshot(now.version, tuple(Partition(*where, run) for where, run in sorted(after.items()) if run != OFF))


def switch(store: Store, source: str, month: date) -> Snapshot:
    """Publish the newest kept run of a source for a month in place of a rival source's. Raises UndoRefused if none is kept."""
    available = kept(store)
    for run_id in history(store).get((source, month), []):
        if Partition(source, month, run_id) in available:
            return publish(store, run_id, [(source, month)])
    raise UndoRefused(f"Nothing of {source} is kept for {month:%B %Y}.", "Import it again.")


def undo(store: Store, run_id: str) -> Snapshot:
    """Put back what was published before a run, for each month where the run is still current. Raises UndoRefused."""
    moves = undoing(store, run_id)
    if not moves:
        raise UndoRefused(f"Run {run_id} isn't current for any month, so there is nothing to undo.", "Undo the run that replaced it first.")
    available = kept(store) | _recent(store)
    for (source, month), earlier in moves.items():
        if earlier != OFF and Partition(source, month, earlier) not in available:
            raise UndoRefused(
                f"The figures of {month:%B %Y} from before run {run_id} are no longer kept.", "Import the earlier export again."
            )
    return _move(store, moves)


def undoing(store: Store, run_id: str) -> dict[tuple[str, date], str]:
    """What an undo of a run would make current for each source and month: an earlier run, or `OFF`."""
    moves: dict[tuple[str, date], str] = {}
    for past in _pasts(store):
        if past[-1].run_id == run_id:
            moves[past[-1].source, past[-1].month] = OFF
            moves.update(((before.source, before.month), before.run_id) for before in past[-2:-1])
    return moves


def rivals(one: str, other: str) -> bool:
    """Whether two different sources are bills of the same billing account: `kind:provider:account`."""
    return one != other and _account(one) == _account(other) and _kind(one) in BILLS and _kind(other) in BILLS


def history(store: Store) -> dict[tuple[str, date], list[str]]:
    """For each month of each source the runs that have been current, newest first, each once."""
    found: dict[tuple[str, date], list[str]] = {}
    for source, month, run in store.rows("SELECT source, month, run_id FROM published ORDER BY version DESC"):
        runs = found.setdefault((source, month), [])
        if run != OFF and run not in runs:
            runs.append(run)
    return found


def kept(store: Store) -> set[Partition]:
    """The partitions whose rows are still there."""
    tables = ("cost_metrics", "resource_metrics", "analysis_results")
    held = " UNION DISTINCT ".join(f"SELECT DISTINCT source, month, run_id FROM {table}" for table in tables)
    return {Partition(*row) for row in store.rows(held)}


def _recent(store: Store) -> set[Partition]:
    """The partitions of sources other than bills that are never dropped, whether or not they have rows: AWS may have had nothing to say."""
    found = history(store).items()
    return {
        Partition(source, month, run)
        for (source, month), runs in found
        if _kind(source) not in BILLS
        for run in runs[: KEPT_SUPERSEDED + 1]
    }


def superseded(store: Store) -> list[Partition]:
    """Partitions that were current once, are still kept, and are older than the last three before the current one."""
    now, available = set(snapshot(store).current), kept(store)
    old = []
    for (source, month), runs in sorted(history(store).items()):
        past = [partition for run in runs if (partition := Partition(source, month, run)) not in now]
        old += [partition for partition in past[KEPT_SUPERSEDED:] if partition in available]
    return old


def _kind(source: str) -> str:
    return source.split(":", 1)[0]


def _account(source: str) -> str:
    return source.split(":", 1)[1]


def _pasts(store: Store) -> list[list[Partition]]:
    """For each month of each billing account's bills, and of every other source: what is current, last, after what it replaced.

    Going back to an earlier run takes everything after it off again.
    """
    pasts: dict[tuple[str, date], list[Partition]] = {}
    for source, month, run in store.rows("SELECT source, month, run_id FROM published ORDER BY version, run_id = ''"):
        past = pasts.setdefault((_account(source) if _kind(source) in BILLS else source, month), [])
        made = Partition(source, month, run)
        if run == OFF and past and past[-1].source == source:
            past.pop()
        elif made in past:
            del past[past.index(made) + 1 :]
        elif run != OFF:
            past.append(made)
    return [past for past in pasts.values() if past]


def _moves(now: Snapshot, run_id: str, months: Iterable[tuple[str, date]]) -> dict[tuple[str, date], str]:
    """What publishing a run for its months makes current: the run there, and nothing of their rivals."""
    moves = dict.fromkeys(months, run_id)
    for held in now.current:
        if any(rivals(held.source, source) and month == held.month for source, month in tuple(moves)):
            moves.setdefault((held.source, held.month), OFF)
    return moves


def _move(store: Store, moves: Mapping[tuple[str, date], str]) -> Snapshot:
    version = store.rows("SELECT max(version) + 1 FROM published")[0][0]
    rows: Sequence[Sequence[object]] = [[source, month, run, version] for (source, month), run in moves.items()]
    store.insert("published", _COLUMNS, rows)
    return snapshot(store)
