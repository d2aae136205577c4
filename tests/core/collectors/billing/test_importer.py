"""What an import does to what is published: one source a month, complete months, nothing twice, nothing lost."""

import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core import runs
from core.errors import ImportRefused, RunBusy, UndoRefused, UnknownFormat, WouldShrink
from core.models import Filters, Progress, RunStatus
from core.store import publish, queries
from core.store.client import Store
from tests.exports import TABLES, billed, cur, figures, focus, leftovers, months, take, write

D = Decimal
OCTOBER = {"BillingPeriodStart": "2024-10-01", "ChargePeriodStart": "2024-10-02", "BillingPeriodEnd": "2024-11-01"}
SOURCE = "focus:AWS:999900001111"


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    """Ten dollars in ten rows of September 2024."""
    return write(tmp_path / "bill.csv", [focus(ResourceId=f"r{n}") for n in range(10)])


def last(store: Store) -> tuple[RunStatus, str]:
    newest = queries.ledger(store)[0]
    return newest.status, newest.detail


def test_the_ledger_tells_of_an_import(any_store: Store, bill: Path) -> None:
    result = take(any_store, bill)
    [entry] = queries.ledger(any_store)
    assert (entry.run_id, entry.kind, entry.status, entry.label) == (result.run_id, "billing import", RunStatus.PUBLISHED, "bill.csv")
    assert (entry.line_count, entry.as_of, entry.detail) == (10, date(2026, 11, 22), "")
    assert result.line_count == 10
    assert [(t.source, t.month, t.currency, t.line_count, t.amount) for t in result.totals] == [
        (SOURCE, date(2024, 9, 1), "USD", 10, D(10))
    ]


def test_a_new_export_takes_the_place_of_the_old_month(any_store: Store, bill: Path, tmp_path: Path) -> None:
    take(any_store, bill)
    before = publish.snapshot(any_store).version
    take(any_store, write(tmp_path / "restated.csv", [focus(BilledCost="1.05") for _ in range(10)]))
    assert months(any_store) == {(SOURCE, "2024-09"): D("10.5")}
    assert publish.snapshot(any_store).version > before


def test_the_same_content_under_another_name_changes_nothing(any_store: Store, bill: Path, tmp_path: Path) -> None:
    first = take(any_store, bill)
    before = publish.snapshot(any_store)
    copy = tmp_path / "copy.csv"
    copy.write_bytes(bill.read_bytes())
    again = take(any_store, copy)
    assert again.unchanged
    assert again.run_id == first.run_id
    assert again.totals == first.totals
    assert publish.snapshot(any_store) == before
    assert last(any_store)[0] == RunStatus.UNCHANGED
    assert leftovers(any_store) == set()


def test_packing_does_not_make_it_another_content(store: Store, tmp_path: Path) -> None:
    take(store, write(tmp_path / "bill.csv", [focus()]))
    assert take(store, write(tmp_path / "bill.csv.gz", [focus()])).unchanged


def test_content_that_was_replaced_is_news_again(store: Store, bill: Path, tmp_path: Path) -> None:
    take(store, bill)
    take(store, write(tmp_path / "other.csv", [focus(BilledCost="2") for _ in range(10)]))
    assert not take(store, bill, replace=True).unchanged
    assert billed(store) == D(10)


def test_other_months_and_accounts_stay(store: Store, bill: Path, tmp_path: Path) -> None:
    take(store, bill)
    take(store, write(tmp_path / "october.csv", [focus(**OCTOBER, BilledCost="7")]))
    take(store, write(tmp_path / "other.csv", [focus(BillingAccountId="other", BilledCost="3")]))
    assert months(store) == {(SOURCE, "2024-09"): D(10), (SOURCE, "2024-10"): D(7), ("focus:AWS:other", "2024-09"): D(3)}


def test_parts_of_one_import_add_up(any_store: Store, tmp_path: Path) -> None:
    parts = [write(tmp_path / f"part{n}.csv", [focus(ResourceId=f"part{n}")]) for n in range(3)]
    result = take(any_store, *parts)
    assert result.line_count == 3
    assert billed(any_store) == D(3)
    assert take(any_store, parts[1]).unchanged, "a part of what is published is nothing new"


def test_the_same_part_twice_is_refused(store: Store, tmp_path: Path) -> None:
    parts = [write(tmp_path / f"part{n}.csv", [focus()]) for n in range(2)]
    with pytest.raises(ImportRefused, match=r"part1\.csv has the same content as another of the files"):
        take(store, *parts)
    assert publish.snapshot(store).empty


def test_two_kinds_in_one_import_are_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"a\.csv is FOCUS 1\.0 and b\.csv is CUR \(Athena\); one import takes one kind"):
        take(store, write(tmp_path / "a.csv", [focus()]), write(tmp_path / "b.csv", [cur()]))


# ------------------------------------------------------------------------------------------------ one source a month


def test_the_newer_kind_takes_the_month_over_and_switching_brings_the_other_back(any_store: Store, bill: Path, tmp_path: Path) -> None:
    take(any_store, bill)
    take(any_store, write(tmp_path / "october.csv", [focus(**OCTOBER)]))
    take(any_store, write(tmp_path / "cur.csv", [cur(line_item_unblended_cost="12")]))
    report = "cur:AWS:999900001111"
    assert months(any_store) == {(report, "2024-09"): D(12), (SOURCE, "2024-10"): D(1)}
    publish.switch(any_store, SOURCE, date(2024, 9, 1))
    assert months(any_store) == {(SOURCE, "2024-09"): D(10), (SOURCE, "2024-10"): D(1)}
    publish.switch(any_store, report, date(2024, 9, 1))
    assert months(any_store) == {(report, "2024-09"): D(12), (SOURCE, "2024-10"): D(1)}


def test_undo_of_a_take_over_brings_the_other_kind_back(store: Store, bill: Path, tmp_path: Path) -> None:
    take(store, bill)
    result = take(store, write(tmp_path / "cur.csv", [cur(line_item_unblended_cost="12")]))
    assert publish.undoing(store, result.run_id)[SOURCE, date(2024, 9, 1)] == queries.ledger(store)[1].run_id
    publish.undo(store, result.run_id)
    assert months(store) == {(SOURCE, "2024-09"): D(10)}


def test_the_other_kind_may_not_be_much_smaller_either(store: Store, bill: Path, tmp_path: Path) -> None:
    take(store, bill)
    with pytest.raises(WouldShrink, match=r"September 2024 of cur:AWS:999900001111 would shrink from 10\.00 USD in 10 rows to 8\.99 in 1"):
        take(store, write(tmp_path / "cur.csv", [cur(line_item_unblended_cost="8.99")]))
    take(store, write(tmp_path / "fewer_rows.csv", [cur(line_item_unblended_cost="9")]))
    assert billed(store) == D(9)


def test_another_kind_is_not_appended(store: Store, bill: Path, tmp_path: Path) -> None:
    take(store, bill)
    with pytest.raises(ImportRefused, match="September 2024 is published from focus:AWS:999900001111, which is another kind of export"):
        take(store, write(tmp_path / "cur.csv", [cur()]), append=True)
    assert billed(store) == D(10)
    assert leftovers(store) == set()


def test_switching_to_what_is_not_kept_is_refused(store: Store, bill: Path) -> None:
    take(store, bill)
    with pytest.raises(UndoRefused, match="Nothing of cur:AWS:999900001111 is kept for September 2024"):
        publish.switch(store, "cur:AWS:999900001111", date(2024, 9, 1))


# ------------------------------------------------------------------------------------------------ shrinking, replacing, appending


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([focus(BilledCost="0.89")] * 10, "from 10.00 USD in 10 rows to 8.90 in 10, by more than 10 %"),
        ([focus(BilledCost="2")] * 8, "from 10.00 USD in 10 rows to 16.00 in 8, by more than 10 %"),
        ([focus(BillingCurrency="EUR", BilledCost="2")] * 10, "from 10.00 USD in 10 rows to 0.00 in 0, by more than 10 %"),
    ],
    ids=["money", "rows", "currency"],
)
def test_a_smaller_month_is_refused_unless_replaced(
    store: Store, bill: Path, tmp_path: Path, rows: list[dict[str, str]], said: str
) -> None:
    take(store, bill)
    before = publish.snapshot(store)
    smaller = write(tmp_path / "smaller.csv", rows)
    with pytest.raises(WouldShrink, match=said) as refused:
        take(store, smaller)
    assert "--replace" in refused.value.hint
    assert "--append" in refused.value.hint
    assert publish.snapshot(store) == before
    assert last(store) == (RunStatus.REFUSED, str(refused.value))
    assert leftovers(store) == set()
    take(store, smaller, replace=True)
    assert billed(store) == sum(D(row["BilledCost"]) for row in rows)


def test_up_to_the_limit_a_month_may_shrink(store: Store, bill: Path, tmp_path: Path) -> None:
    take(store, bill)
    take(store, write(tmp_path / "less.csv", [focus(BilledCost="1")] * 9))
    assert billed(store) == D(9)


def test_the_limit_can_be_set(store: Store, bill: Path, tmp_path: Path) -> None:
    take(store, bill)
    half = write(tmp_path / "half.csv", [focus()] * 5)
    with pytest.raises(WouldShrink, match="by more than 49 %"):
        take(store, half, max_shrink_percent=49)
    take(store, half, max_shrink_percent=50)
    assert billed(store) == D(5)


def test_a_month_that_is_all_credits_may_become_more_negative(store: Store, tmp_path: Path) -> None:
    take(store, write(tmp_path / "a.csv", [focus(BilledCost="-1")]))
    take(store, write(tmp_path / "b.csv", [focus(BilledCost="-5")]))
    assert billed(store) == D(-5)


def test_append_adds_a_part_and_undo_takes_it_off_again(any_store: Store, bill: Path, tmp_path: Path) -> None:
    take(any_store, bill)
    more = write(tmp_path / "more.csv", [focus(BilledCost="5"), focus(**OCTOBER, BilledCost="2")])
    added = take(any_store, more, append=True)
    assert months(any_store) == {(SOURCE, "2024-09"): D(15), (SOURCE, "2024-10"): D(2)}
    assert take(any_store, more, append=True).unchanged, "a part is added once"
    assert take(any_store, bill).unchanged
    assert [line.gap for line in queries.reconciliation(any_store, publish.snapshot(any_store))] == [0] * 8
    publish.undo(any_store, added.run_id)
    assert months(any_store) == {(SOURCE, "2024-09"): D(10)}


# ------------------------------------------------------------------------------------------------ undo and what is kept


def restated(store: Store, folder: Path, amount: int) -> str:
    """Import a month of one row with this amount; returns the run."""
    return take(store, write(folder / f"{amount}.csv", [focus(BilledCost=str(amount))]), replace=True).run_id


def test_undo_goes_back_step_by_step_and_then_there_is_nothing(any_store: Store, tmp_path: Path) -> None:
    first, second = restated(any_store, tmp_path, 1), restated(any_store, tmp_path, 2)
    with pytest.raises(UndoRefused, match=f"Run {first} isn't current for any month"):
        publish.undo(any_store, first)
    publish.undo(any_store, second)
    assert billed(any_store) == D(1)
    publish.undo(any_store, first)
    assert publish.snapshot(any_store).empty
    with pytest.raises(UndoRefused):
        publish.undo(any_store, first)


def test_what_was_undone_can_be_imported_again(store: Store, tmp_path: Path) -> None:
    restated(store, tmp_path, 1)
    publish.undo(store, restated(store, tmp_path, 2))
    restated(store, tmp_path, 2)
    assert billed(store) == D(2)
    publish.undo(store, queries.ledger(store)[0].run_id)
    assert billed(store) == D(1)


def test_undo_leaves_months_that_a_later_run_took_over(store: Store, tmp_path: Path) -> None:
    both = take(store, write(tmp_path / "both.csv", [focus(), focus(**OCTOBER)])).run_id
    take(store, write(tmp_path / "october.csv", [focus(**OCTOBER, BilledCost="4")]))
    publish.undo(store, both)
    assert months(store) == {(SOURCE, "2024-10"): D(4)}


def test_the_last_three_runs_before_the_current_one_are_kept(any_store: Store, tmp_path: Path) -> None:
    made = [restated(any_store, tmp_path, amount) for amount in range(1, 7)]
    for table in TABLES:
        assert {run for (run,) in any_store.rows(f"SELECT DISTINCT run_id FROM {table}")} == set(made[2:]), table
    for expected in (5, 4, 3):
        publish.undo(any_store, made[expected])
        assert billed(any_store) == D(expected)
    with pytest.raises(UndoRefused, match=r"The figures of September 2024 from before run .* are no longer kept"):
        publish.undo(any_store, made[2])
    assert billed(any_store) == D(3)


# ------------------------------------------------------------------------------------------------ currencies, days, progress


def test_currencies_are_never_added(store: Store, tmp_path: Path) -> None:
    rows = [focus(), focus(BillingCurrency="EUR", BilledCost="5"), focus(BillingCurrency="EUR", BilledCost="6")]
    result = take(store, write(tmp_path / "bill.csv", rows))
    snap = publish.snapshot(store)
    view = Filters(date(2024, 9, 1), date(2024, 9, 30), "EUR")
    assert {t.currency: t.amount for t in result.totals} == {"USD": D(1), "EUR": D(11)}
    assert queries.total(store, snap, view) == D(11)
    assert queries.total(store, snap, Filters(view.start, view.end, "USD")) == D(1)
    found = queries.coverage(store, snap)
    assert found
    assert set(found.currencies) == {"USD", "EUR"}


def test_days_are_utc_and_a_charge_belongs_to_its_billing_month(store: Store, tmp_path: Path) -> None:
    rows = [focus(ChargePeriodStart="2024-09-30T23:30:00-01:00"), focus(ChargePeriodStart="2024-09-01T00:30:00+01:00")]
    take(store, write(tmp_path / "bill.csv", rows))
    assert figures(store, "day", "toString(month)") == [(date(2024, 8, 31), "2024-09-01"), (date(2024, 10, 1), "2024-09-01")]


def test_progress_ends_where_the_rows_end(any_store: Store, tmp_path: Path) -> None:
    told: list[Progress] = []
    take(any_store, write(tmp_path / "bill.csv.gz", [focus(ResourceId=f"i-{n}") for n in range(5000)]), report=told.append)
    steps = list(dict.fromkeys(progress.step for progress in told))
    sent = [] if any_store.embedded else ["Sending bill.csv.gz"]
    assert steps == [*sent, "Importing bill.csv.gz", "Summing", "Publishing"]
    loading = [progress for progress in told if progress.step == "Importing bill.csv.gz"]
    assert loading[0].done == 0
    assert loading[-1].done == loading[-1].total == pytest.approx(5000, rel=0.1)
    assert loading[-1].seconds_left == 0
    assert told[-1] == Progress("Publishing", 5000, 5000)


def test_only_one_run_at_a_time(store: Store, bill: Path) -> None:
    started, go_on = threading.Event(), threading.Event()

    def stay() -> None:
        with runs.run(store, "collection", date(2026, 11, 22)):
            started.set()
            go_on.wait()

    other = threading.Thread(target=stay)
    other.start()
    started.wait()
    try:
        with pytest.raises(RunBusy, match="Another import or collection is going on"):
            take(store, bill)
    finally:
        go_on.set()
        other.join()
    take(store, bill)
    assert billed(store) == D(10)


def test_the_clock_is_the_caller_s(store: Store, bill: Path) -> None:
    take(store, bill, clock=lambda: datetime(2026, 1, 2, 3, 4, 5))  # the ledger's times are UTC without a zone
    [entry] = queries.ledger(store)
    assert entry.run_id.startswith("20260102-030405-")
    assert f"{entry.started_at:%Y-%m-%d %H:%M:%S}" == "2026-01-02 03:04:05"
    assert entry.seconds == 0
