"""What collections did: slice by slice, call by call, in dollars; and the newest of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.aws.meter import ApiCall
from core.models import INVENTORY, RunStatus, SliceOutcome, SliceStatus, Snapshot
from core.store import queries
from core.store.client import Store
from core.store.writes import LedgerEntry

COLLECTION = "collection"
"""The kind of a collection's runs in the ledger."""


@dataclass(frozen=True)
class Spent:
    """What a run asked of AWS and what AWS charges for it (USD); `incomplete` counts its slices that lack something."""

    requests: int = 0
    metrics: int = 0
    usd: Decimal = Decimal(0)
    incomplete: int = 0


def slices(store: Store, run_id: str) -> list[SliceOutcome]:
    """What each collector brought from each account and region in a run, what is incomplete first."""
    rows = store.rows(
        f"SELECT {', '.join(SliceOutcome.__dataclass_fields__)} FROM collection_slices WHERE run_id = {{run_id:String}} "
        "ORDER BY status = 'complete', status = 'skipped', collector, account_id, region",
        {"run_id": run_id},
    )
    return [
        SliceOutcome(run, collector, account, region, SliceStatus(status), *rest) for run, collector, account, region, status, *rest in rows
    ]


def incomplete(store: Store, snap: Snapshot) -> list[SliceOutcome]:
    """What the collections lack whose inventories are published: figures are without it, or as an earlier one knew it."""
    runs = dict.fromkeys(partition.run_id for partition in snap.current if partition.kind == INVENTORY)
    return [part for run_id in runs for part in slices(store, run_id) if part.status is SliceStatus.INCOMPLETE]


def calls(store: Store, run_id: str) -> list[ApiCall]:
    """The calls of a run by service, operation, account and region, the dearest first."""
    rows = store.rows(
        f"SELECT {', '.join(ApiCall.__dataclass_fields__)} FROM api_calls WHERE run_id = {{run_id:String}} "
        "ORDER BY usd DESC, requests DESC, service, operation, account, region",
        {"run_id": run_id},
    )
    return [ApiCall(*row) for row in rows]


def spent(store: Store) -> dict[str, Spent]:
    """What each run asked and cost."""
    asked = store.rows("SELECT run_id, sum(requests), sum(metrics), sum(usd) FROM api_calls GROUP BY run_id")
    lacking = dict(store.rows("SELECT run_id, countIf(status = 'incomplete') FROM collection_slices GROUP BY run_id"))
    found = {run: Spent(requests, metrics, usd, lacking.pop(run, 0)) for run, requests, metrics, usd in asked}
    return found | {run: Spent(incomplete=count) for run, count in lacking.items()}


def cost_explorer_requests(store: Store, since: datetime) -> list[datetime]:
    """When Cost Explorer was asked since then (a run's requests count as made at its end), for the hourly limit."""
    rows = store.rows(
        "SELECT called_at, sum(requests + retries) FROM api_calls "
        "WHERE service = 'ce' AND called_at >= {since:DateTime} GROUP BY called_at",
        {"since": since},
    )
    return [called_at for called_at, count in rows for _ in range(count)]


def calls_in_all(store: Store) -> list[tuple[str, str, int, int]]:
    """Requests and errors of every run so far, by service and operation."""
    return list(store.rows("SELECT service, operation, sum(requests), sum(errors) FROM api_calls GROUP BY ALL ORDER BY ALL"))


def durations(store: Store) -> list[float]:
    """How long each collection took that has ended, in seconds."""
    rows = store.rows(
        "SELECT argMax(seconds, updated_at) FROM collection_runs WHERE kind = {kind:String} AND status != {running:String} GROUP BY run_id",
        {"kind": COLLECTION, "running": RunStatus.RUNNING.value},
    )
    return [seconds for (seconds,) in rows]


def newest_collection(store: Store, statuses: Sequence[RunStatus] = (RunStatus.PUBLISHED,)) -> LedgerEntry | None:
    """The last collection that ended in one of these ways, or None."""
    return next((entry for entry in queries.ledger(store) if entry.kind == COLLECTION and entry.status in statuses), None)
