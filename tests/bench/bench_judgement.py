"""The demo organisation refreshed, then analysed anew: seconds by step, and the peak memory of the process."""

import resource
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

from core import analyze, insight, refresh, runs, settings
from core.aws.access import demo_access
from core.demo.process import DemoProcess
from core.insight import ahead, unusual
from core.models import Filters, Progress
from core.store import opportunities, publish, queries, series
from core.store.client import Store
from core.store.migrations import migrate

AS_OF = date(2026, 11, 23)


def peak_mib() -> float:
    """The most memory that this process has held so far, in MiB; Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="spendscope-bench-") as name:
        config = settings.load(clickhouse_dsn=f"chdb://{Path(name) / 'data'}")
        store = Store(config)
        migrate(store, runs.utc_now())
        print(f"peak memory before: {peak_mib():.0f} MiB")
        with DemoProcess.start(AS_OF) as demo:
            begun: dict[str, float] = {}

            def told(progress: Progress) -> None:
                begun.setdefault(progress.step, time.perf_counter())

            access = demo_access(demo.endpoint, refresh.metered(store, config, demo=True))
            result = refresh.refresh(store, access, config, AS_OF, report=told)
            ended = time.perf_counter()
        steps = [*begun.items(), ("", ended)]
        print(f"refresh of the demo: {result.seconds:.1f} s, peak memory {peak_mib():.0f} MiB")
        for (step, start), (_, end) in pairwise(steps):
            print(f"  {step}: {end - start:.1f} s")
        started = time.perf_counter()
        analyze.analyze(store, config, AS_OF)
        print(f"analysing it anew (checks, anomalies, forecast): {time.perf_counter() - started:.1f} s, peak memory {peak_mib():.0f} MiB")
        _found(store, config.spendscope_settled_days)


def _found(store: Store, settled_days: int) -> None:
    """What came of it, and what a view that nothing was kept of takes."""
    snap = publish.snapshot(store)
    span, last = queries.coverage(store, snap), series.settled(store, snap, settled_days)
    assert span
    assert last
    view = Filters(span.first, span.last, span.currencies[0])
    found, saved = insight.anomalies(store, snap, view, settled_days), opportunities.totals(store, snap, {}, as_of=AS_OF)
    print(f"  {len(found)} anomalies in {view.days} days, {saved.found} opportunities, ${saved.savings:,.2f} a month")
    for what, ask in (("anomalies", unusual.found_in), ("forecast", ahead.forecast)):
        started = time.perf_counter()
        ask(store, snap, view, last)
        print(f"  {what} of a view that nothing is kept of: {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
