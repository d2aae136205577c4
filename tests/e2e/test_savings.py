"""The savings summary and the resources, as an analyst goes through them: figures, filters, exports, paper."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import lifecycle
from core.collectors.billing.importer import import_files
from core.runs import utc_now
from core.settings import Settings
from core.store.client import Store
from core.store.migrations import migrate
from tests.bills import rows, write
from tests.core import found, priced
from tests.core.found import finding, ident
from tests.e2e.conftest import ROOT, Server, choose, metric, running, saved, settled, shot

Visit = Callable[..., Page]
FOUND = (
    finding("i-idle", "100", "ec2_idle", service="EC2", title="Idle EC2 instance", confidence=0.5, resource_name='<b>"web"</b> | $x$'),
    finding("i-large", "60.5", "ec2_underutilized", type="rightsizing", service="EC2", title="Oversized EC2 instance", effort="medium"),
    finding("logs", "9", "s3_lifecycle", type="storage_optimization", service="S3", title="Bucket without a lifecycle", region="eu-west-1"),
    finding(
        "plan", "20", "savings_plan", type="savings_plans", service="Compute Savings Plans", region="", title="Savings Plan", effort="high"
    ),
    finding("gone", "300", "ec2_idle", service="EC2", title="Idle EC2 instance"),
    finding("i-idle", "55", "ec2_underutilized", type="rightsizing", service="EC2", counted=False),
)
TOTAL = Decimal("189.5")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard with 36 USD a day, findings of which one is dismissed, and an inventory. Tests leave it as it is."""
    folder = tmp_path_factory.mktemp("savings")
    script = f"from tests.e2e.test_savings import fill; fill({str(folder)!r})"  # one process holds a folder at a time
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
    with running(folder) as server:
        yield server


def fill(folder: str) -> None:
    """Put everything into a dashboard's folder."""
    store = Store(Settings(clickhouse_dsn=f"chdb://{folder}/data"))  # type: ignore[arg-type]
    migrate(store, utc_now())
    lines = [*rows("2026-10", range(1, 32)), *rows("2026-11", range(1, 23))]
    import_files(store, [write(Path(folder) / "bill.csv", lines)], found.JUDGED_ON)
    found.keep(store, "run-1", *FOUND, unmeasured=("vol-9",))
    priced.keep(store, *priced.EVERYTHING, run="run-1")
    lifecycle.act(store, [ident("gone", "ec2_idle")], "dismiss", at=datetime(2026, 11, 24, 9), who="Ana", reason="Kept for the audit")
    lifecycle.act(store, [ident("i-large", "ec2_underutilized")], "accept", at=datetime(2026, 11, 24, 9), who="Ana", owner="Ben")
    store.close()


def test_the_summary_says_how_much_of_what_and_leaves_out_what_is_dismissed(filled: Server, visit: Visit) -> None:
    page = visit(f"{filled.url}/savings")
    title = page.get_by_role("heading", level=1).inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert title == "$189.50 a month ($2,274 a year) can be saved, 17.5 % of spend; most of it idle resources (52.8 %)"
    assert metric(page, "Can be saved a month") == "$189.50"
    assert metric(page, "Share of spend") == "17.5 %"
    assert metric(page, "Of it with low effort") == "$109.00"
    assert metric(page, "Not measured") == "1"
    left_out = page.locator(".st-key-on-screen-left-out").inner_text()
    assert "Dismissed: 1 finding that would save $300.00 a month" in left_out
    assert "Excluded by another: 1 finding" in left_out


def test_the_steps_and_every_table_of_the_file_add_up_to_the_page(filled: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{filled.url}/savings")
    exported = saved(page, "Export the summary (CSV)", tmp_path)
    for part in ("waterfall", "service", "account", "region"):
        amounts = [Decimal(row["savings_usd"]) for row in exported if row["part"] == part and row["savings_usd"]]
        assert sum(amounts) == TOTAL, part
    spend, left = (next(Decimal(row["spend_usd"]) for row in exported if row["key"] == key) for key in ("spend", "left"))
    assert (spend, left) == (1080, 1080 - TOTAL)
    unknown = next(row for row in exported if row["key"] == "Compute Savings Plans")
    assert (unknown["spend_usd"], unknown["share_percent"]) == ("", "")
    assert {(row["first_day"], row["last_day"], row["cost_type"]) for row in exported} == {("2026-10-22", "2026-11-20", "unblended")}


def test_filters_narrow_the_summary_and_a_step_leads_to_its_findings(filled: Server, visit: Visit) -> None:
    page = visit(f"{filled.url}/savings")
    choose(page, "Service", "EC2")
    assert metric(page, "Can be saved a month") == "$160.50"
    page.get_by_role("link", name=re.compile("Rightsizing")).click()
    page.wait_for_url(re.compile("/opportunities.*type=rightsizing"))
    assert "service=EC2" in page.url


def test_the_first_action_opens_its_evidence(filled: Server, visit: Visit) -> None:
    page = visit(f"{filled.url}/savings")
    page.set_viewport_size({"width": 1440, "height": 2400})
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    settled(page)
    expect(table.locator("[role=gridcell]", has_text="Ben")).to_be_attached()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 17, box["y"] + 53)
    expect(page.get_by_role("dialog").get_by_text("Volume i-large is attached to nothing.")).to_be_visible()


def test_on_paper_everything_is_there_and_nothing_that_can_only_be_clicked(filled: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{filled.url}/savings", dark=True)
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Export the summary (CSV)")).to_be_hidden()
    expect(page.get_by_test_id("stDataFrame").first).to_be_hidden()
    for heading in ("What to do first", "By service, USD", "By account, USD", "By region, USD", "How this is worked out"):
        expect(page.locator(".on-paper h2", has_text=heading)).to_be_visible()
    tables = page.locator(".on-paper table")
    assert tables.count() == 4
    assert tables.nth(1).locator("tr.whole").inner_text().split("\t") == ["All", "$1,080.00", "$189.50", "17.5 %", "4", ""]
    expect(tables.first).to_contain_text('<b>"web"</b> | $x$')
    expect(tables.nth(1)).to_contain_text("not known")
    wide = page.evaluate("Math.max(...[...document.querySelectorAll('.on-paper, .stPlotlyChart')].map(e => e.clientWidth))")
    chart = page.locator(".stPlotlyChart").bounding_box()
    assert chart
    assert chart["width"] <= 700 <= wide + 800
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == "rgb(255, 255, 255)"
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) in (1, 2)
    (tmp_path / "summary.pdf").write_bytes(paper)


def test_the_button_prints(filled: Server, visit: Visit) -> None:
    page = visit(f"{filled.url}/savings")
    page.evaluate("window.print = () => { window.printed = (window.printed || 0) + 1 }")
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("window.printed === 1")


def test_resources_have_their_cost_or_the_reason_why_it_is_not_known(filled: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{filled.url}/resources")
    title = page.get_by_role("heading", level=1).inner_text()
    assert title == "7 resources cost $537.95 a month on demand, RDS databases 76.4 % of it; the cost of 2 isn't known"
    assert metric(page, "All together") == "$537.95"
    assert metric(page, "S3 buckets") == "$26.60"
    exported = saved(page, "Export all 9 (CSV)", tmp_path)
    assert sum(Decimal(row["monthly_cost_usd"] or 0) for row in exported).quantize(Decimal("0.01")) == Decimal("537.95")
    unknown = {row["resource_id"]: row["not_known_because"] for row in exported if not row["monthly_cost_usd"]}
    assert set(unknown) == {"i-3", "silent"}
    assert all(unknown.values())
    assert next(row for row in exported if row["resource_id"] == "i-3")["name"] == "'=cmd()"
    page = visit(page.url)  # a second download of one page would need a click of its own within five seconds
    lines = saved(page, "Export cost lines (CSV)", tmp_path)
    assert {row["resource_id"] for row in lines} == {row["resource_id"] for row in exported} - {"i-2", "i-3", "silent"}


def test_a_type_a_search_and_an_order_are_in_the_link(filled: Server, visit: Visit) -> None:
    page = visit(f"{filled.url}/resources?kind=ec2:volume&kind=fridge&order=price")
    warning = page.get_by_test_id("stAlert").inner_text()
    assert "“fridge” isn't one of" in warning
    assert "“price” isn't one of" in warning
    told = page.get_by_text("Tick a row for its lines")
    assert told.inner_text().startswith("2 resources, together $25.87 a month on demand.")
    page.get_by_role("textbox", name="Search").fill("data")
    page.get_by_role("textbox", name="Search").press("Enter")
    page.wait_for_url(re.compile("find=data"))
    settled(page)
    assert told.inner_text().startswith("1 resource, together $7.75 a month on demand.")
    assert visit(page.url).get_by_text("Tick a row for its lines").inner_text() == told.inner_text()
    page = visit(f"{filled.url}/resources?find=nowhere")
    expect(page.get_by_text("No resource of this type, cost and name.")).to_be_visible()
    page = visit(f"{filled.url}/resources?service=Lambda")
    assert metric(page, "Lambda functions") == "$4.40"
    assert page.get_by_test_id("stMetric").count() == 2


def test_a_row_opens_its_lines(filled: Server, visit: Visit) -> None:
    page = visit(f"{filled.url}/resources?kind=rds:db&kind=lambda:function&order=name")
    page.set_viewport_size({"width": 1440, "height": 2400})
    settled(page)
    box = page.locator("[class*=st-key-resources-] [data-testid=stDataFrame], [data-testid=stDataFrame]").last.bounding_box()
    assert box
    page.mouse.click(box["x"] + 17, box["y"] + 53)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("RDS database orders in account 111111111111")).to_be_visible()
    expect(dialog.locator("[role=gridcell]", has_text="200 GiB of gp2")).to_be_attached()
    assert dialog.get_by_test_id("stMetricValue").inner_text() == "$411.00"
    shot(page, "resources-working")


def test_without_figures_or_findings_both_pages_say_what_to_do(server: Server, visit: Visit, tmp_path: Path) -> None:
    for name in ("savings", "resources"):
        page = visit(f"{server.url}/{name}")
        expect(page.get_by_text("There are no figures yet")).to_be_visible()
        shot(page, f"{name}-empty")


def test_a_bill_alone_has_neither_findings_nor_resources(tmp_path: Path, browser: object, visit: Visit) -> None:
    from tests.e2e.conftest import with_bill

    with with_bill(tmp_path, browser, rows("2026-10", range(1, 32))) as billed:  # type: ignore[arg-type]
        expect(visit(f"{billed.url}/savings").get_by_text("Nothing has been judged yet")).to_be_visible()
        page = visit(f"{billed.url}/resources")
        expect(page.get_by_text("No resources have been collected yet")).to_be_visible()
        shot(page, "resources-bill-alone")


def test_filters_that_leave_nothing_offer_the_way_back(filled: Server, visit: Visit) -> None:
    page = visit(f"{filled.url}/savings?service=Lambda")
    expect(page.get_by_text("Nothing can be saved here that is known")).to_be_visible()
    shot(page, "savings-nothing-found")
    page.get_by_role("button", name="Reset filters").click()
    settled(page)
    assert metric(page, "Can be saved a month") == "$189.50"
    expect(
        visit(f"{filled.url}/resources?service=Lambda&region=eu-west-1").get_by_text("No resource matches these filters")
    ).to_be_visible()
