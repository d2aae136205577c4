"""Anomalies and the forecast in the browser, on one bill whose figures are worked out by hand."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bills import HEADER, rows
from tests.e2e.conftest import Server, choose, metric, saved, settled, shot, with_bill

Visit = Callable[..., Page]
TOTAL = "1 open anomaly: EC2 cost $300.00 more than expected on 10 – 12 Sep 2026"


def planted() -> list[list[object]]:
    """July to September 2026: 36 a day. EC2 in eu-west-1 costs 110 instead of 10 from 10 to 12 September. Euros on five days only."""
    lines = [row for month, days in (("2026-07", 31), ("2026-08", 31), ("2026-09", 30)) for row in rows(month, range(1, days + 1))]
    cost, service, region, day = (HEADER.index(name) for name in ("BilledCost", "x_UsageType", "RegionId", "ChargePeriodStart"))
    for line in lines:
        if line[service] == "EUW1-BoxUsage:m6i.large" and line[region] == "eu-west-1" and str(line[day])[:10] in DAYS:
            line[cost] = 110
    return [*lines, *rows("2026-09", range(26, 31), currency="EUR")]


DAYS = ("2026-09-10", "2026-09-11", "2026-09-12")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Server]:
    """A dashboard with that bill."""
    with with_bill(tmp_path_factory.mktemp("judged"), browser, planted()) as server:
        yield server


def title(page: Page) -> str:
    return page.locator("[data-testid=stHeading] h1").inner_text()


def test_the_finding_follows_the_filters_and_the_export_is_what_is_shown(judged: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{judged.url}/anomalies")
    assert title(page) == TOTAL
    assert metric(page, "Open anomalies") == "1"
    assert metric(page, "Impact in these days") == "+$300.00"
    assert metric(page, "Judged up to") == "30 Sep 2026"
    shot(page, "anomalies-1440-light")
    (event,) = saved(page, "Export events (CSV)", tmp_path)
    assert (event["service"], event["began"], event["ended"], event["severity"]) == ("EC2", "2026-09-10", "2026-09-12", "High")
    assert [Decimal(event[name]) for name in ("expected", "actual", "impact")] == [90, 390, 300]
    page.get_by_role("button", name="Low", exact=True).click()
    settled(page)
    expect(page.get_by_text("No event of this severity and state in these days")).to_be_visible()
    assert "severity=low" in page.url
    choose(page, "Service", "S3")
    assert title(page) == "No anomaly was found up to 30 Sep 2026"


def test_a_row_opens_the_card_which_leads_to_the_cost_of_those_days(judged: Server, visit: Visit) -> None:
    page = visit(f"{judged.url}/anomalies")
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 17, box["y"] + 53)
    card = page.get_by_role("dialog")
    expect(card.get_by_text("Where it came from")).to_be_visible()
    settled(page)
    assert "anomaly=anomaly" in page.url
    assert metric(page.get_by_role("dialog"), "Impact") == "+$300.00"
    card.get_by_role("tab", name="By region").click()
    expect(card.locator("[role=gridcell]", has_text="eu-west-1")).to_be_attached()
    expect(card.locator("[role=gridcell]", has_text="us-east-1")).to_have_count(0)
    shot(page, "anomalies-card")
    card.get_by_role("link", name="See the cost of these days").click()
    page.wait_for_url(re.compile("/cost"))
    page.wait_for_selector("[data-testid=stMetric]")
    settled(page)
    assert metric(page, "Billed (unblended) cost") == "$390.00"


def test_a_mark_opens_the_card_too_and_a_link_shows_it_again(judged: Server, visit: Visit) -> None:
    page = visit(f"{judged.url}/anomalies")
    mark = page.locator("[data-testid=stPlotlyChart] .scatterlayer path.plotly-customdata").first  # no other point has any
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("dialog").get_by_text("Where it came from")).to_be_visible()
    settled(page)
    copied = page.url
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    settled(page)
    assert "anomaly=" not in page.url
    expect(page.get_by_role("dialog")).to_have_count(0)
    other = visit(copied)
    expect(other.get_by_role("dialog").get_by_text("Where it came from")).to_be_visible()


def test_the_forecast_of_a_steady_service_is_its_days_and_adds_up(judged: Server, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{judged.url}/forecast?service=Lambda")
    assert title(page).startswith("October is expected to be $31.00, between $")
    assert title(page).endswith(" (80 %), 3.3 % above September")
    assert metric(page, "October 2026, expected") == "$31.00"
    assert metric(page, "November 2026, expected") == "$30.00"
    assert metric(page, "Q4 2026, expected") == "$92.00"
    months = saved(page, "Export months (CSV)", tmp_path)
    assert [(row["month"], round(Decimal(row["mean"]), 2)) for row in months] == [("2026-10", 31), ("2026-11", 30), ("2026-Q4", 92)]
    shot(page, "forecast-1440-light")
    page = visit(page.url)  # a second download of one page would need a click of its own within five seconds
    page.get_by_text("By day (61)").click()
    days = saved(page, "Export days (CSV)", tmp_path)
    assert round(sum(Decimal(row["mean"]) for row in days), 2) == 61


def test_a_past_too_short_says_so_and_what_is_not_known_is_not_forecast(judged: Server, visit: Visit) -> None:
    page = visit(f"{judged.url}/forecast?currency=EUR")
    assert title(page).startswith("October is expected to be €1,116")
    expect(page.get_by_text("There are only 5 settled days to learn from")).to_be_visible()
    page = visit(f"{judged.url}/anomalies?currency=EUR")
    assert title(page) == "None of these days could be judged"
    expect(page.get_by_text("A verdict needs 21 days of history")).to_be_visible()
    page = visit(f"{judged.url}/forecast?service=Lambda&region=us-east-1")
    assert title(page) == "There is nothing to forecast"
    expect(page.get_by_text("No cost matches these filters")).to_be_visible()
    shot(page, "forecast-nothing-found")
    page.get_by_role("button", name="Reset filters").click()
    settled(page)
    assert title(page).startswith("October is expected to be $1,1")
