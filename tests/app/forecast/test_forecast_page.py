"""The forecast page over a bill of 36 USD a day, of which the 28th of August has settled."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import navigation, workspace
from core.collectors.billing.importer import import_files
from core.settings import ROOT, Settings
from core.store.client import Store
from tests.bills import rows, write

AS_OF = date(2026, 8, 31)


@pytest.fixture
def page(store: Store, embedded: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The dashboard opened on the forecast."""
    lines = [row for month, days in (("2026-06", 30), ("2026-07", 31), ("2026-08", 31)) for row in rows(month, range(1, days + 1))]
    import_files(store, [write(tmp_path / "bill.csv", lines)], AS_OF)
    monkeypatch.setattr(workspace, "DATABASE", store.database)
    monkeypatch.setattr(workspace, "settings", lambda: embedded.model_copy(update={"spendscope_demo": "off"}))
    monkeypatch.setattr(navigation, "entries", _forecast_first(navigation.entries()))
    workspace.workspace.cache_clear()
    yield AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=120)
    workspace.workspace.cache_clear()


def _forecast_first(entries: tuple[navigation.Entry, ...]) -> object:
    first = tuple(sorted(entries, key=lambda entry: (entry.section != "Costs", entry.name != "forecast")))
    return lambda: first


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace("\\", "") for metric in page.metric}


def frame(page: AppTest, column: str) -> list[object]:
    (found,) = [table.value for table in page.dataframe if column in table.value]
    return list(found[column])


def test_it_says_months_quarter_and_its_record(page: AppTest) -> None:
    page.run()
    assert not page.exception
    shown = metrics(page)
    assert (shown["August 2026, expected"], shown["September 2026, expected"]) == ("$1,116", "$1,080")
    assert shown["Q3 2026, expected"] == "$3,312"
    assert frame(page, "rest") == [108, 1080, 1188]
    assert frame(page, "inside80") == [100, 100, 100]  # the backtest: every past day was met
    assert "assumed" not in [column for table in page.dataframe for column in table.value]


def test_by_service_the_parts_add_up(page: AppTest) -> None:
    page.query_params["by"] = "service"
    page.run()
    assert not page.exception
    (parts,) = [table.value for table in page.dataframe if "part" in table.value]
    assert parts["part"].tolist() == ["EC2", "S3", "Lambda", "Total"]
    assert parts["month"].tolist() == [930, 155, 31, 1116]
    assert parts["next"].tolist() == [900, 150, 30, 1080]


def test_an_amount_has_a_chance_and_assumptions_change_it(page: AppTest) -> None:
    page.query_params["amount"] = "1080"
    page.query_params["over"] = "next"
    page.run()
    assert not page.exception
    assert metrics(page)["As forecast"] == "50 %"
    page.query_params["growth"] = "10"
    page.query_params["since"] = "2026-09-01"
    page.run()
    assert not page.exception
    assert metrics(page)["With the assumptions"] in ("99 %", "over 99 %", "100 %")
    month, _, quarter = frame(page, "assumed")
    assert month == 1116  # August ends before
    assert quarter == pytest.approx(2232 + sum(36 * 1.1 ** (day * 24 / 730) for day in range(30)), abs=0.01)


def test_of_a_selection_nothing_was_published_and_the_page_says_so(page: AppTest) -> None:
    page.query_params["service"] = "S3"
    page.query_params["cost"] = "list"
    page.query_params["record"] = "published"
    page.run()
    assert not page.exception
    assert any("without filters" in info.value for info in page.info)
    assert metrics(page)["August 2026, expected"] == "$186.00"  # 31 days of 5 at the list price, a fifth more
