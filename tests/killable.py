"""Processes to be killed: each opens a store, says what it finds, and imports whichever of two bills isn't published.

    python -m tests.killable FOLDER FIRST.csv SECOND.csv

starts one for each line of its input. The process says in one line of JSON what it found, and `done` when its import has ended;
`ended` follows when it is gone, however that came about.
"""

import json
import os
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
        "process": os.getpid(),
        "billed": str(billed(store)) if lines else "",
        "lines": len(lines),
        "line_items": str(sum(amount for (amount,) in lines)),
        "gaps": [str(line.gap) for line in queries.reconciliation(store, publish.snapshot(store)) if line.gap],
        "leftovers": sorted(leftovers(store)),
        "running": len(queries.ledger(store, status=RunStatus.RUNNING)),
        "healed": len(healed),
    }


def importing(folder: str, first: str, second: str) -> None:
    """Open, tell, import."""
    store = Store(settings.load(clickhouse_dsn=f"chdb://{folder}"))
    migrate(store, runs.utc_now())
    found = state(store)
    print(json.dumps(found), flush=True)
    # The first bill has the odd number of lines.
    take(store, Path(second if found["lines"] == 5001 else first), replace=True)
    print("done", flush=True)
    store.close()


def main() -> None:
    """Fork a process for each line: it starts with everything imported, which takes longer than what is tested."""
    for _ in sys.stdin:
        if process := os.fork():
            os.waitpid(process, 0)
            print("ended", flush=True)
        else:
            importing(*sys.argv[1:])
            os._exit(0)


if __name__ == "__main__":
    main()
