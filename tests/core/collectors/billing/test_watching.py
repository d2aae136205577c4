"""How far a statement has come is told while it runs."""

from core.collectors.billing.watching import watched
from core.models import Progress
from core.store.client import Store


def test_rows_and_seconds_left_are_told_while_a_statement_runs(any_store: Store) -> None:
    told: list[Progress] = []
    with watched(any_store, "slow statement", "Counting", 20, told.append):
        any_store.rows("SELECT sum(sleepEachRow(0.05)) FROM numbers(20) SETTINGS max_block_size = 1, log_comment = 'slow statement'")
    assert (told[0], told[-1]) == (Progress("Counting", 0, 20), Progress("Counting", 20, 20, seconds_left=0.0))
    between = [progress for progress in told[1:-1] if progress.done]
    assert between
    assert all(0 < progress.done <= 20 and progress.seconds_left is not None for progress in between)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)


def test_without_a_total_nothing_is_guessed(store: Store) -> None:
    told: list[Progress] = []
    with watched(store, "unknown", "Counting", 0, told.append):
        pass
    assert told == [Progress("Counting", 0, 0)]
