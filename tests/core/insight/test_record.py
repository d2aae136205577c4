"""What a forecast said is kept for good, and held against what came: on a bill of 36 USD a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from core import analyze
from core.collectors.billing.importer import import_files
from core.insight import record
from core.models import CostType, Filters
from core.settings import Settings
from core.store import forecast_records, publish
from core.store.client import Store
from tests.bills import rows, write

VIEW = Filters(date(2026, 8, 1), date(2026, 8, 31), "USD")
SETTLED_DAYS = 2
Say = Callable[[date, float], None]


@pytest.fixture
def say(store: Store, embedded: Settings, tmp_path: Path) -> Say:
    """Import June to August, all of August's days from the 11th on at some factor, and analyse them as of a day."""

    def told(as_of: date, factor: float = 1) -> None:
        lines = [row for month, days in (("2026-06", 30), ("2026-07", 31)) for row in rows(month, range(1, days + 1))]
        lines += [*rows("2026-08", range(1, 11)), *rows("2026-08", range(11, as_of.day + 1), factor=factor)]
        import_files(store, [write(tmp_path / "bill.csv", lines)], as_of, replace=True)
        analyze.analyze(store, embedded, as_of)

    return told


def published(store: Store, filters: Filters = VIEW) -> record.Record | None:
    return record.published(store, publish.snapshot(store), filters, SETTLED_DAYS)


def test_what_was_said_stands_beside_what_came(store: Store, say: Say) -> None:
    say(date(2026, 8, 13), 1)  # the 10th has settled
    first = published(store)
    assert first is not None
    assert first.rows.empty
    assert first.scores == []
    say(date(2026, 8, 20), 2)  # the 17th has: from the 11th on a day cost 72
    held = published(store)
    assert held is not None
    assert set(held.rows["made"]) == {pd.Timestamp("2026-08-10")}
    assert list(held.rows["ahead"]) == [1, 2, 3, 4, 5, 6, 7]
    assert held.rows["mean"].round(6).tolist() == [36] * 7
    assert held.rows["actual"].tolist() == [72] * 7
    (score,) = held.scores
    assert (round(score.error, 6), score.days, score.inside95) == (36, 7, 0)
    assert (score.share, score.beside) == (pytest.approx(0.5), pytest.approx(1))  # last week's value was 36 too


def test_it_outlasts_the_runs_that_said_it(store: Store, say: Say) -> None:
    for day in range(13, 20):
        say(date(2026, 8, day))
    assert store.rows("SELECT uniqExact(run_id) FROM analysis_results")[0][0] < 7  # superseded runs are dropped
    assert store.rows("SELECT uniqExact(settled) FROM forecast_records") == [(7,)]


def test_the_same_is_kept_once_and_other_figures_of_the_same_day_say_it_anew(store: Store, say: Say) -> None:
    for factor in (1, 1, 2):
        say(date(2026, 8, 24), factor)
    counts = store.rows("SELECT number, count() FROM forecast_records GROUP BY number ORDER BY number")
    assert counts == [(1, 40), (2, 40)]  # 22 August to 30 September
    said = forecast_records.said(store, "USD")
    assert len(said) == 40
    assert said["mean"].round(6).tolist() == [72] * 40


def test_only_the_whole_organisation_s_billed_cost_is_published(store: Store, say: Say) -> None:
    say(date(2026, 8, 24))
    assert published(store, replace(VIEW, cost_type=CostType.AMORTIZED)) is None
    assert published(store, replace(VIEW, selected={"service": ("EC2",)})) is None
    tried = record.tried(store, publish.snapshot(store), replace(VIEW, selected={"service": ("EC2",)}), SETTLED_DAYS)
    assert set(tried.rows["actual"]) == {30.0}
    assert [score.error for score in tried.scores] == pytest.approx([0, 0, 0], abs=1e-6)
    assert [(score.inside80, score.inside95) for score in tried.scores] == [(1, 1)] * 3


def test_nothing_is_held_against_nothing(store: Store) -> None:
    assert record.tried(store, publish.snapshot(store), VIEW, SETTLED_DAYS).rows.empty
    held = published(store)
    assert held is not None
    assert held.rows.empty
