"""AWS's own budgets, read from a tiny organisation that has some."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core import budgets as setting
from core.aws.access import demo_access
from core.budgets import Draft
from core.collectors import budgets
from core.collectors.contract import Outlook
from core.demo.model import AwsBudget
from core.insight import budgets as watch
from core.models import SliceStatus
from core.refresh import metered
from core.settings import Settings
from core.store import analyses, publish
from core.store import budgets as kept
from core.store.client import Store
from tests.core.collectors.conftest import Collect
from tests.core.demo import tiny

COLLECTORS = ("budgets", "cost_explorer")
BUDGETS = (AwsBudget("Everything", 40), AwsBudget("Beta", 0.5, tiny.BETA), AwsBudget("Alpha", 10, tiny.ALPHA))


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    with tiny.served(replace(tiny.build(), budgets=BUDGETS)) as served:
        yield served


def test_budgets_are_kept_with_what_aws_says_was_spent(collect: Collect, store: Store) -> None:
    assert collect().incomplete == ()
    found = analyses.aws_budgets(store, publish.snapshot(store))
    assert list(found["subject"]) == ["Alpha", "Beta", "Everything"]
    # November's charges up to the 14th, of Beta and of all.
    assert found["value"].tolist()[1:] == [pytest.approx(0.235), pytest.approx(8.544, abs=0.001)]
    # Beta: another 16 days, the 15th included, like the mean of 28 days with 0.235 in all.
    assert found["upper"][1] == pytest.approx(0.235 + 16 * 0.235 / 28, abs=0.001)
    assert {(day.date(), last.date()) for day, last in zip(found["day"], found["last_day"], strict=True)} == {
        (date(2026, 11, 1), date(2026, 11, 30))
    }
    assert set(found["currency"]) == {"USD"}
    told = json.loads(found["details"][1])
    assert (told["BudgetLimit"], told["TimeUnit"], told["BudgetType"]) == ({"Amount": "0.500", "Unit": "USD"}, "MONTHLY", "COST")
    assert told["CostFilters"] == {"LinkedAccount": [tiny.BETA]}


def test_all_pages_are_read(demo: tiny.Served, store: Store, embedded: Settings) -> None:
    access = demo_access(demo.endpoint, metered(store, embedded, demo=True))
    assert [budget["BudgetName"] for budget in budgets.listed(access, page_size=1)] == ["Alpha", "Beta", "Everything"]


def test_what_is_refused_lacks_alone_and_what_was_known_stays(collect: Collect, store: Store) -> None:
    collect()
    result = collect(1, [{"service": "budgets", "action": "DescribeBudgets", "kind": "denied"}])
    (lacking,) = [outcome for outcome in result.outcomes if outcome.collector == budgets.TITLE]
    assert lacking.status == SliceStatus.INCOMPLETE
    assert "budgets:ViewBudget" in lacking.reason
    assert len(analyses.aws_budgets(store, publish.snapshot(store))) == 3


def test_a_collection_fires_our_own_once_it_is_published(collect: Collect, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    setting.save(store, Draft("Own", "1", date(2026, 11, 1), "USD", {}), who="Ana", at=datetime(2026, 11, 1))
    result = collect()
    fired = kept.alerts(store)
    assert {int(alert.threshold) for alert in fired if alert.kind == "actual"} == {50, 80, 100}  # 8.54 of 1
    assert {alert.run_id for alert in fired} == {result.run_id}
    collect()
    assert kept.alerts(store) == fired
    monkeypatch.setattr(watch, "fire", lambda *_: 1 / 0)
    (lacking,) = collect().incomplete
    assert (lacking.collector, "division by zero" in lacking.reason) == (watch.ALERTS_TITLE, True)


def test_reading_them_is_free(store: Store, embedded: Settings) -> None:
    line = budgets.COLLECTOR.estimate(Outlook(store, embedded, tiny.AS_OF, False))
    assert (line.requests, line.usd) == (0, Decimal(0))


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("MONTHLY", date(2026, 11, 1), date(2026, 11, 30)),
        ("QUARTERLY", date(2026, 10, 1), date(2026, 12, 31)),
        ("ANNUALLY", date(2026, 1, 1), date(2026, 12, 31)),
        ("CUSTOM", date(2026, 11, 5), date(2026, 11, 20)),
        ("DAILY", tiny.AS_OF, tiny.AS_OF),
    ],
)
def test_what_days_a_spend_is_of(unit: str, first: date, last: date) -> None:
    span = {"Start": datetime(2026, 11, 5, tzinfo=UTC), "End": datetime(2026, 11, 20, tzinfo=UTC)}
    row = budgets.budget_row({"BudgetName": "One", "TimeUnit": unit, "TimePeriod": span}, tiny.AS_OF)
    assert (row["day"], row["last_day"]) == (first, last)
    assert (row["value"], row["upper"]) == (None, None)  # what AWS doesn't say isn't nothing
