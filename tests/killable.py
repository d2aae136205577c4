"""A process to be killed: it opens a store, says what it finds, and imports whichever of two bills isn't published.

    python -m tests.killable FOLDER FIRST.csv SECOND.csv

One line of JSON when the store is open, and `done` when the import has ended.
"""

import json
import sys
from pathlib import Path

from core import runs, settings
from core.models import RunStatus
from core.store import publish, queries
from core.store.client import Store
from core.store.migrations import migrate
from tests.exports import billed, items, leftovers, take


def state(store: Store) -> dict[str, object]:
    """What a user would see, and what is left lying about."""
    healed = runs.heal(store)
    lines = items(store, "BilledCost")
    return {
        "billed": str(billed(store)) if lines else "",
        "lines": len(lines),
        "line_items": str(sum(amount for (amount,) in lines)),
        "gaps": [str(line.gap) for line in queries.reconciliation(store, publish.snapshot(store)) if line.gap],
        "leftovers": sorted(leftovers(store)),
        "running": len(queries.ledger(store, status=RunStatus.RUNNING)),
        "healed": len(healed),
    }


def main() -> None:
    """Open, tell, import."""
    folder, first, second = sys.argv[1:]
    store = Store(settings.load(clickhouse_dsn=f"chdb://{folder}"))
    migrate(store, runs.utc_now())
    found = state(store)
    print(json.dumps(found), flush=True)
    # The first bill has the odd number of lines.
    take(store, Path(second if found["lines"] == 5001 else first), replace=True)
    print("done", flush=True)
    store.close()


if __name__ == "__main__":
    main()
