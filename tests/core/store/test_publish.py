"""Moving the pointer where a run had nothing to say."""

import pytest

from core.errors import UndoRefused
from core.models import NO_MONTH, Partition
from core.store import publish
from core.store.client import Store

SOURCE = "aws-anomaly:AWS:100000000001"


def test_an_answer_without_rows_can_be_gone_back_to(store: Store) -> None:
    for run in ("one", "two"):
        publish.publish(store, run, [(SOURCE, NO_MONTH)])
    assert set(publish.undo(store, "two").current) == {Partition(SOURCE, NO_MONTH, "one")}


def test_a_bill_without_rows_is_one_that_was_dropped(store: Store) -> None:
    for run in ("one", "two"):
        publish.publish(store, run, [("focus:AWS:100000000001", NO_MONTH.replace(year=2026))])
    with pytest.raises(UndoRefused, match="no longer kept"):
        publish.undo(store, "two")
