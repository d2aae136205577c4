"""What didn't change since the run before isn't worked out again: on a bill of 36 USD a day with a spike."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from core import analyze, insight
from core.collectors.billing.importer import import_files
from core.insight import ahead, unusual
from core.insight.unchanged import KINDS
from core.models import Filters
from core.settings import Settings
from core.store import analyses, publish
from core.store.client import Store
from tests.bills import rows, write

AS_OF, LAST = date(2026, 9, 3), date(2026, 8, 31)
MONTHS = {"2026-05": 31, "2026-06": 30, "2026-07": 31, "2026-08": 31}
VIEW = Filters(date(2026, 5, 1), LAST, "USD")

Analyse = Callable[..., int]


@pytest.fixture
def analysed(store: Store, embedded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Analyse:
    """Import the bill, with some lines on top or in another order, and analyse it; returns how often something was worked out."""
    asked: list[object] = []
    for module, name in ((unusual, "found_in"), (ahead, "forecast")):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given, real=real: asked.append(real) or real(*given))

    def told(more: list[list[object]] | None = None, backwards: bool = False, config: Settings = embedded, as_of: date = AS_OF) -> int:
        lines = [row for month, days in MONTHS.items() for row in rows(month, range(1, days + 1))]
        lines += [*rows("2026-08", (20, 21), factor=2), *(more or [])]
        import_files(store, [write(tmp_path / "bill.csv", lines[::-1] if backwards else lines)], as_of, replace=True)
        asked.clear()
        analyze.analyze(store, config, as_of)
        return len(asked)

    return told


def said(store: Store) -> list[tuple[str, analyses.Row]]:
    snap = publish.snapshot(store)
    return [(kind, row) for kind in KINDS for row in analyses.rows(store, snap, kind, "USD")]


def test_the_same_figures_of_another_run_keep_what_was_said(store: Store, analysed: Analyse) -> None:
    assert analysed() == 2
    first, bills = said(store), publish.snapshot(store).bills
    assert {kind for kind, _ in first} == {*KINDS}
    assert analysed(backwards=True) == 0
    snap = publish.snapshot(store)
    assert snap.bills != bills
    assert said(store) == first
    events = insight.anomalies(store, snap, VIEW, 2)
    assert {(event.first, event.last) for event in events} == {(date(2026, 8, 20), date(2026, 8, 21))}
    assert insight.outlook(store, snap, VIEW, 2).settled == LAST
    assert analysed() == 0  # what was kept again is kept once more
    assert said(store) == first


def test_the_same_total_in_other_services_is_judged_anew(analysed: Analyse) -> None:
    """Ten dollars from one service to another: the total's days are the same."""
    moved = rows("2026-08", (25,))[:3]
    compute, _, storage = moved
    for line, by in ((compute, -10), (storage, 10)):
        line[:4] = [by] * 4
    analysed()
    assert analysed(more=[compute, storage]) == 2
    assert analysed() == 2


def test_days_that_have_not_settled_change_nothing(analysed: Analyse) -> None:
    assert analysed(more=rows("2026-09", (1,))) == 2
    assert analysed(more=rows("2026-09", (1, 2), factor=3)) == 0


def test_another_settled_day_or_other_rules_are_judged_anew(analysed: Analyse, embedded: Settings) -> None:
    analysed()
    finer = embedded.model_copy(update={"spendscope_anomaly_sensitivity": 2.0})
    assert analysed(config=finer, backwards=True) == 2
    assert analysed(more=rows("2026-09", (1,)), config=finer, as_of=date(2026, 9, 4)) == 2
