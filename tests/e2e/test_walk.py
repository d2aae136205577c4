"""What an analyst does in the browser, from an empty folder to an exported CSV."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.bills import HEADER, rows, write
from tests.e2e.conftest import ROOT, Server, choose, metric, running, saved, settled, shot, start, upload, with_figures, without_credentials

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """July and August 2026: 36 a day; the last ten days of August doubled. July is 1,116, August 1,476."""
    july, early, late = rows("2026-07", range(1, 32)), rows("2026-08", range(1, 22)), rows("2026-08", range(22, 32), factor=2)
    return write(tmp_path_factory.mktemp("bill") / "bill.csv", [*july, *early, *late])


@pytest.fixture(scope="module")
def billed(bill: Path) -> Iterator[Server]:
    """A dashboard with that bill, which tests leave as it is."""
    folder = bill.parent
    imported = import_billing(folder, bill)
    assert imported.returncode == 0, imported.stderr
    with running(folder) as server:
        yield server


def import_billing(folder: Path, bill: Path) -> subprocess.CompletedProcess[str]:
    """Import a bill on the command line into a dashboard's folder."""
    env = {**without_credentials(folder), "CLICKHOUSE_DSN": f"chdb://{folder / 'data'}"}
    command = [sys.executable, "-m", "core", "import-billing", str(bill)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def total(page: Page) -> str:
    return metric(page, "Billed (unblended) cost")


def whole_august(url: str) -> str:
    return f"{url}/cost?from=2026-08-01&to=2026-08-31"


def test_an_empty_folder_says_both_ways_in(server: Server, visit: Visit) -> None:
    page = visit(server.url)
    expect(page.get_by_text("There are no figures yet")).to_be_visible()
    expect(page.get_by_text("Connect AWS", exact=True)).to_be_visible()
    shot(page, "overview-empty")
    page.get_by_test_id("stSidebar").get_by_role("button", name="Refresh collection").click()
    expect(page.get_by_role("dialog").get_by_text("No AWS credentials were found")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_test_id("stMain").get_by_role("link", name="Import a bill").click()
    expect(page.locator("input[type=file]")).to_be_attached()
    shot(page, "data-empty")


def test_filters_change_the_total_and_a_copied_link_shows_the_same(billed: Server, visit: Visit) -> None:
    page = visit(whole_august(billed.url))
    assert total(page) == "$1,476"
    choose(page, "Service", "EC2")
    assert total(page) == "$1,230"
    choose(page, "Region", "eu-west-1")
    assert total(page) == "$410.00"
    copied = page.url
    assert "service=EC2" in copied
    assert "region=eu-west-1" in copied
    assert "from=2026-08-01" in copied
    other = visit(copied)
    assert total(other) == "$410.00"
    other.get_by_role("button", name="Reset", exact=True).click()
    settled(other)
    assert total(other) == "$1,440"  # the last 30 days: 20 of 36 and 10 of 72
    page.go_back()
    settled(page)
    assert total(page) == "$1,230"


def test_filters_stay_on_the_way_to_another_page_and_back(billed: Server, visit: Visit) -> None:
    page = visit(f"{whole_august(billed.url)}&service=EC2")
    for _ in range(2):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data").click()
        page.get_by_text("Published months").wait_for()
        settled(page)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Cost").click()
        page.wait_for_selector("[data-testid=stMetric]")
        settled(page)
        assert total(page) == "$1,230"
        assert "service=EC2" in page.url


def test_the_exported_csv_adds_up_to_the_page(billed: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{whole_august(billed.url)}&service=EC2&service=S3")
    assert total(page) == "$1,435"
    exported = saved(page, "Export rows (CSV)", tmp_path)
    assert (tmp_path / "spendscope-costs_2026-08-01_2026-08-31_unblended_USD_service-EC2+S3.csv").exists()
    assert sum(Decimal(row["cost"]) for row in exported) == Decimal(1435)
    assert sum(Decimal(row["unblended"]) for row in exported) == Decimal(1435)
    assert {row["service"] for row in exported} == {"EC2", "S3"}
    assert {row["cost_type"] for row in exported} == {"unblended"}
    assert {row["currency"] for row in exported} == {"USD"}


def test_a_click_on_a_bar_goes_one_level_down_and_the_breadcrumb_back(billed: Server, visit: Visit) -> None:
    page = visit(whole_august(billed.url))
    page.wait_for_selector("[data-testid=stPlotlyChart] .barlayer .point path")
    settled(page)
    first = page.locator("[data-testid=stPlotlyChart]").first
    first.scroll_into_view_if_needed()
    box = first.locator(".barlayer .trace").first.locator(".point path").nth(10).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile("service=EC2"))
    settled(page)
    assert total(page) == "$1,230"
    assert "group=region" in page.url
    page.locator(".st-key-crumb-all button").click()
    settled(page)
    assert total(page) == "$1,476"
    assert "service=EC2" not in page.url


def test_bad_filters_in_a_link_are_named_and_the_rest_holds(billed: Server, visit: Visit) -> None:
    page = visit(f"{billed.url}/cost?from=2026-08-01&to=2026-13-99&service=EC2&region=atlantis&cost=free&grain=hour")
    warning = page.locator("[data-testid=stAlert]").inner_text()
    for named in ("2026-13-99", "atlantis", "free", "hour"):
        assert named in warning
    assert total(page) == "$1,230"
    shot(page, "cost-bad-link")


def test_a_refused_file_leaves_the_figures_and_undo_takes_an_import_back(server: Server, visit: Visit, bill: Path, tmp_path: Path) -> None:
    page = visit(server.url)
    upload(page, server, bill)
    half = write(tmp_path / "half.csv", rows("2026-08", range(1, 11)))
    upload(page, server, half)
    outcome = page.locator(".st-key-outcome").inner_text()
    assert "August 2026" in outcome
    assert "--replace" in outcome
    shot(page, "data-refused")
    page.goto(whole_august(server.url))
    page.wait_for_selector("[data-testid=stMetric]")
    settled(page)
    assert total(page) == "$1,476"
    page.goto(f"{server.url}/data")
    page.get_by_role("button", name="Undo run").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo run").click()
    page.get_by_text("There are no figures yet").wait_for()
    settled(page)


def test_currencies_are_never_added_together(server: Server, visit: Visit, tmp_path: Path) -> None:
    mixed = write(tmp_path / "mixed.csv", [*rows("2026-08", range(1, 31)), *rows("2026-08", range(1, 11), currency="EUR")])
    page = visit(server.url)
    upload(page, server, mixed)
    page.goto(whole_august(server.url))
    page.wait_for_selector("[data-testid=stMetric]")
    settled(page)
    assert total(page) == "$1,080"
    choose(page, "Currency", "EUR")
    assert total(page) == "€360.00"


def test_a_cost_type_that_a_source_lacks_is_missing_and_not_zero(server: Server, visit: Visit, tmp_path: Path) -> None:
    lines = [
        ["" if name == "ContractedCost" else cell for name, cell in zip(HEADER, row, strict=True)] for row in rows("2026-08", range(1, 32))
    ]
    page = visit(server.url)
    upload(page, server, write(tmp_path / "bare.csv", lines))
    page.goto(f"{whole_august(server.url)}&cost=contracted")
    page.get_by_text("Contracted cost isn't known here").wait_for()
    settled(page)
    choose(page, "Cost type", "List")
    assert metric(page, "List cost") == "$1,339"  # 1.2 times 1,116


def test_nothing_under_the_filters_says_so_and_offers_the_way_back(billed: Server, visit: Visit) -> None:
    page = visit(f"{billed.url}/cost?from=2026-07-01&to=2026-07-05&service=Lambda&region=us-east-1")
    page.get_by_text("No cost matches these filters").wait_for()
    shot(page, "cost-nothing-found")
    page.get_by_role("button", name="Reset filters").click()
    page.wait_for_selector("[data-testid=stMetric]")
    settled(page)
    assert total(page) == "$1,440"


def test_the_server_answers_for_itself(billed: Server) -> None:
    import json
    import urllib.error
    import urllib.request

    with urllib.request.urlopen(f"{billed.url}/healthz") as answer:
        assert json.load(answer)["status"] == "ok"
    with urllib.request.urlopen(f"{billed.url}/overview?service=EC2") as answer:
        assert answer.url == f"{billed.url}/?service=EC2"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{billed.url}/api/v1/aws/nothing")
    assert refused.value.code == 404
    assert json.load(refused.value)["detail"] == "There is no /api/v1/aws/nothing."
    refused.value.close()


def test_a_command_that_finds_the_folder_in_use_says_where_the_dashboard_is(billed: Server, bill: Path) -> None:
    refused = import_billing(bill.parent, bill)
    assert refused.returncode == 2
    assert f"{billed.url}/data" in refused.stderr
    assert f"process {billed.process.pid}" in refused.stderr


def test_a_database_that_stops_answering_is_an_error_with_a_next_step(tmp_path: Path, visit: Visit) -> None:
    command = [sys.executable, "-m", "tests.wire", str(tmp_path / "served")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as database:
        assert database.stdout
        port = int(database.stdout.readline())
        server = start(tmp_path, CLICKHOUSE_DSN=f"http://analyst:s3cret%2Fword@127.0.0.1:{port}/spendscope")
        try:
            page = visit(server.url)
            expect(page.get_by_text("There are no figures yet")).to_be_visible()
            database.kill()
            database.wait()
            page.reload()
            alert = page.locator("[data-testid=stAlert]")
            alert.wait_for()
            assert "ClickHouse server" in alert.inner_text()
            assert "s3cret" not in page.content()
            shot(page, "overview-database-gone")
        finally:
            server.stop()
    assert "Traceback" not in server.log.read_text()
    assert "s3cret" not in server.log.read_text()


def test_the_first_import_leaves_the_demo(demo: Server, visit: Visit, tmp_path: Path) -> None:
    """The last of the browser's tests, since the others look at the demo."""
    page = with_figures(visit(demo.url))
    upload(page, demo, write(tmp_path / "bill.csv", rows("2026-08", range(1, 32))))
    page.goto(f"{demo.url}/cost?from=2026-08-01&to=2026-08-31")
    page.wait_for_selector("[data-testid=stMetric]")
    settled(page)
    assert metric(page, "Billed (unblended) cost") == "$1,116"
    expect(page.get_by_text("made-up organisation")).to_have_count(0)
