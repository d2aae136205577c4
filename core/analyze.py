"""Judging and analysing what is held already, without collecting: a run of its own, published in one step."""

from dataclasses import dataclass
from datetime import date

from core import insight, judge, runs
from core.errors import AnalysisRefused
from core.insight import budgets
from core.judge import Judged
from core.models import Partition, Progress, Report, silent
from core.settings import Settings
from core.store import publish, queries, resources, series, writes
from core.store.client import Store

KIND = "analysis"
"""The kind of its runs in the ledger."""


@dataclass(frozen=True)
class AnalyzeResult:
    """What came of it. `judged` is None without an inventory, `settled` without costs; `unwatched` says why budgets couldn't be judged."""

    run_id: str
    judged: Judged | None
    settled: date | None
    unwatched: str = ""


def analyze(store: Store, config: Settings, as_of: date, *, report: Report = silent, clock: runs.Clock = runs.utc_now) -> AnalyzeResult:
    """Ask every check of the inventory anew, look for anomalies, forecast, and publish what came of it in place of what was said before.

    The inventory is judged as of the day of its own collection, and costs up to the day that had settled when they came: later days have no
    data. Raises RunBusy while another run is going on, and AnalysisRefused when nothing has been collected or imported.
    """
    held = resources.inventory(store)
    now = publish.snapshot(store)
    if now.empty:
        raise AnalysisRefused("There is nothing to analyse.", "Collect from AWS or import a bill first.")
    with runs.run(store, KIND, as_of, clock, "Checks, anomalies and forecast") as run:
        made: list[Partition] = []
        judged = earlier = None
        if held:
            report(Progress(judge.TITLE, 0, 0))
            judged = judge.judge(store, held, run.run_id, config, collected_on(store, held, as_of), as_of)
            earlier = judge.before(store, judged.partition)
            made.append(judged.partition)
        report(Progress(insight.TITLE, 0, 0))
        kept = insight.keep(store, now, run.run_id, config.spendscope_settled_days, as_of, insight.Rules.of(config))
        made += [kept] if kept else []
        publish.publish(store, run.run_id, {(partition.source, partition.month) for partition in made})
        unwatched = budgets.watched(store, config.spendscope_settled_days, run.run_id, clock())
        if judged:
            judge.close_gone(store, earlier, judged.partition, clock())
        writes.drop_partitions(store, publish.superseded(store))
    return AnalyzeResult(run.run_id, judged, series.settled(store, publish.snapshot(store), config.spendscope_settled_days), unwatched)


def judge_again(store: Store, config: Settings, as_of: date, *, clock: runs.Clock = runs.utc_now) -> Judged | None:
    """Ask every check of the inventory anew and publish it: after a threshold was set, or a finding dismissed. None without an inventory.

    Raises RunBusy while another run is going on, whose own end does the same.
    """
    held = resources.inventory(store)
    if held is None:
        return None
    with runs.run(store, KIND, as_of, clock, "Checks") as run:
        judged = judge.judge(store, held, run.run_id, config, collected_on(store, held, as_of), as_of)
        earlier = judge.before(store, judged.partition)
        publish.publish(store, run.run_id, {(judged.partition.source, judged.partition.month)})
        judge.close_gone(store, earlier, judged.partition, clock())
        writes.drop_partitions(store, publish.superseded(store))
    return judged


def collected_on(store: Store, held: Partition, as_of: date) -> date:
    """The day for which the collection that brought an inventory took today."""
    return next((entry.as_of for entry in queries.ledger(store) if entry.run_id == held.run_id), as_of)
