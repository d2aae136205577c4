"""The budgets page over a bill of 36 USD a day, without a browser."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import navigation, workspace
from app.budgets import example
from core import budgets as setting
from core import runs
from core.budgets import Draft
from core.collectors.billing.importer import import_files
from core.insight import budgets
from core.settings import ROOT, Settings
from core.store import budgets as held
from core.store.client import Store
from tests.bills import rows, write

AS_OF = date(2026, 8, 20)
NOW = datetime(2026, 8, 20, 12)


@pytest.fixture
def page(store: Store, embedded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The dashboard over July and August up to the 20th, opened on the budgets; settled up to the 17th."""
    lines = [*rows("2026-07", range(1, 32)), *rows("2026-08", range(1, 21))]
    import_files(store, [write(tmp_path / "bill.csv", lines)], AS_OF)
    monkeypatch.setattr(workspace, "DATABASE", store.database)
    monkeypatch.setattr(workspace, "settings", lambda: embedded.model_copy(update={"spendscope_demo": "off"}))
    monkeypatch.setattr(runs, "utc_now", lambda: NOW)
    first = sorted(navigation.entries(), key=lambda entry: (entry.section != "Costs", entry.name != "budgets"))
    monkeypatch.setattr(navigation, "entries", lambda: tuple(first))
    workspace.workspace.cache_clear()
    yield AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    workspace.workspace.cache_clear()


def shown(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace("\\", "") for metric in page.metric}


def test_the_first_budget_is_made_from_the_empty_page(page: AppTest, store: Store) -> None:
    page.run()
    assert not page.exception
    assert page.title[0].value == "No budget has been set yet"
    assert any("suggest \\$1,200 a month" in text.value for text in page.markdown)  # July was 1,116
    page.button(key="budget-new").click().run()
    assert page.text_input(key="budget-amount-monthly").value == "1200"
    page.text_input(key="budget-name").set_value("All of it")
    page.text_input(key="budget-amount-monthly").set_value("a lot")
    page.button(key="FormSubmitter:budget-form-Save budget").click().run()
    assert [error.value for error in page.error] == [
        "The amount 'a lot' is no number; write it as 12000 or 12000.50.",
        "Your name is empty; say who you are; it is kept with the budget.",
    ]
    assert held.listed(store) == []
    page.text_input(key="budget-amount-monthly").set_value("1,000")
    page.text_input(key="budget-who").set_value("Ana")
    page.button(key="FormSubmitter:budget-form-Save budget").click().run()
    assert not page.exception
    (made,) = held.listed(store)
    assert (made.name, made.amount, made.who, made.start) == ("All of it", 1000, "Ana", date(2026, 8, 1))
    assert page.title[0].value.replace("\\", "") == "All of it is expected to be $1,116 above its $1,000"
    assert {alert.kind for alert in held.alerts(store)} == {"actual", "forecast"}


def test_the_page_shows_where_a_budget_stands(page: AppTest, store: Store) -> None:
    made = setting.save(store, Draft("EC2", "600", date(2026, 7, 1), "USD", {"service": ["EC2"]}), who="Ana", at=NOW)
    setting.save(store, Draft("S3", "200", date(2026, 8, 1), "USD", {"service": ["S3"]}), who="Ana", at=NOW)
    budgets.fire(store, 2, "run-1", NOW)
    page.run()
    assert not page.exception
    assert page.title[0].value.replace("\\", "") == "1 of 2 budgets at risk; EC2 is expected to be $930.00 above its $600.00"
    told = shown(page)
    assert (told["Spent"], told["Budget a month"], told["Expected at its end"]) == ("$510.00", "$600.00", "$930.00")  # 17 and 31 days of 30
    tables = [table.value for table in page.dataframe]
    assert [list(table["threshold"]) for table in tables if "threshold" in table] == [[80, 50, 100]]
    (listed,) = [table for table in tables if "state" in table]
    assert list(listed["name"]) == ["EC2", "S3"]
    assert list(listed["spent"]) == [510, 85]
    page.query_params["budget"] = made.id
    page.query_params["budget_period"] = "2026-07-01"
    page.run()
    assert shown(page)["In the end"] == "$930.00"


def test_a_link_to_a_budget_that_is_gone_says_so(page: AppTest, store: Store) -> None:
    setting.save(store, Draft("S3", "200", date(2026, 8, 1), "USD", {}), who="Ana", at=NOW)
    page.query_params["budget"] = "budget-none"
    page.run()
    assert not page.exception
    assert any("isn't there any more" in info.value for info in page.info)


def test_the_demo_s_budgets_are_set_in_no_other_database(page: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert example.plant(store, 2, AS_OF, NOW) == 0
    assert not held.ever(store)
    monkeypatch.setattr(example, "DEMO_DATABASE", store.database)
    assert example.plant(store, 2, AS_OF, NOW) == 2  # this bill doesn't have the account of the third
    assert [budget.name for budget in held.listed(store)] == ["EC2", "Whole organisation"]
    assert example.plant(store, 2, AS_OF, NOW) == 0
