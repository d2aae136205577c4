"""The overview in the browser, on one bill whose figures are worked out by hand."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bills import rows
from tests.e2e.conftest import Server, metric, saved, settled, shot, with_bill

Visit = Callable[..., Page]


def half_more() -> list[list[object]]:
    """36 a day in July and August 2026, 54 from 1 to 20 September; euros from 11 to 20 September only."""
    earlier = [row for month in ("2026-07", "2026-08") for row in rows(month, range(1, 32))]
    return [*earlier, *rows("2026-09", range(1, 21), factor=1.5), *rows("2026-09", range(11, 21), currency="EUR")]


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """A dashboard with that bill; nobody looked for anything to save."""
    with with_bill(tmp_path_factory.mktemp("overview"), browser, half_more()) as server:
        yield server


def drawn(page: Page) -> Page:
    """The page once all of it is there; what is worked out comes last."""
    page.get_by_text("Largest opportunities").wait_for()
    settled(page)
    return page


def test_its_figures_are_those_of_the_pages_that_they_come_from(dashboard: Server, visit: Visit) -> None:
    page = drawn(visit(dashboard.url))
    assert page.locator("h1").inner_text() == "1 – 20 Sep 2026 is $1,080, 50.0 % above 1 – 20 Aug 2026; EC2 explains 83 % of it"
    card = page.get_by_test_id("stMetric").filter(has_text="September 2026 to date")
    assert "+$360.00 (+50.0 %)" in card.inner_text()
    shown = {label: metric(page, label) for label in ("September 2026 to date", "September 2026, expected", "Open anomalies")}
    assert shown["September 2026 to date"] == "$1,080"
    assert shown["September 2026, expected"] == "$1,620"  # and ten days at 54
    page.goto(f"{dashboard.url}/forecast")
    page.get_by_text("By month").wait_for()
    assert metric(page, "September 2026, expected") == shown["September 2026, expected"]
    page.goto(f"{dashboard.url}/anomalies")
    page.get_by_text("Judged up to").wait_for()
    assert metric(page, "Open anomalies") == shown["Open anomalies"]
    page.goto(f"{dashboard.url}/cost?from=2026-09-01&to=2026-09-20")
    page.get_by_test_id("stMetric").first.wait_for()
    assert metric(page, "Billed (unblended) cost") == shown["September 2026 to date"]


def test_everything_follows_the_filters_and_the_exports_are_what_is_shown(dashboard: Server, visit: Visit, tmp_path: Path) -> None:
    page = drawn(visit(f"{dashboard.url}/?service=S3"))
    assert metric(page, "September 2026 to date") == "$150.00"
    days = {row["day_of_month"]: row for row in saved(page, "Export days (CSV)", tmp_path)}
    assert Decimal(days["20"]["to_date"]) == 150  # 7.50 a day
    assert Decimal(days["31"]["month_before"]) == 155
    assert Decimal(days["30"]["mean"]) == 225
    expect(page.get_by_text("No service's cost changed.")).to_be_visible()  # of the last 14 days
    (mover,) = saved(page, "Export all 1 (CSV)", tmp_path)
    # 22 August to 20 September: 10 days at 5 and 20 at 7.50, after 30 at 5.
    assert [Decimal(mover[name]) for name in ("cost", "before", "change")] == [200, 150, 50]
    expect(page.get_by_text("Fastest growing: S3 +33.3 % (+$50.00).")).to_be_visible()


def test_a_month_that_is_over_has_its_total_and_no_forecast(dashboard: Server, visit: Visit) -> None:
    page = drawn(visit(f"{dashboard.url}/?from=2026-08-01&to=2026-08-15"))
    assert metric(page, "August 2026 to date") == "$540.00"
    assert metric(page, "August 2026, whole month") == "$1,116"
    expect(page.get_by_text("80 %")).to_have_count(0)


def test_what_is_not_known_is_said_in_its_place(dashboard: Server, visit: Visit) -> None:
    page = drawn(visit(f"{dashboard.url}/?currency=EUR"))
    assert metric(page, "September 2026 to date") == "€360.00"
    expect(page.get_by_text("1 – 20 Aug 2026 isn't known")).to_be_visible()
    assert metric(page, "Waste found") == "Not judged"
    assert metric(page, "Open anomalies") == "Not judged"
    shot(page, "overview-short-history")
    page.goto(f"{dashboard.url}/?from=2025-01-01&to=2025-01-31")
    page.get_by_text("No cost matches these filters").wait_for()
    page.get_by_role("button", name="Reset filters").click()
    drawn(page)
    assert metric(page, "September 2026 to date") == "$1,080"


def test_an_anomaly_leads_to_its_card(dashboard: Server, visit: Visit) -> None:
    page = drawn(visit(dashboard.url))
    page.get_by_role("link", name=re.compile("EC2 cost .* more than expected")).first.click()
    page.wait_for_url(re.compile("/anomalies.*anomaly="))
    expect(page.get_by_role("dialog").get_by_text("Where it came from")).to_be_visible()
