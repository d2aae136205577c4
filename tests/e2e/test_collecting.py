"""Collecting in the browser: the demo that opens by itself, a refresh from estimate to ledger, and credentials that lack something."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.navigation import entries
from core.demo.process import DemoProcess
from tests.e2e.conftest import MINUTE, Server, fits, metric, running, saved, settled, shot, sidebar, with_figures
from tests.processes import demo_process

Visit = Callable[..., Page]
ADDED_UP = re.compile(r"counted: \$")
"""The sentence below the findings."""


@pytest.fixture(scope="module")
def organisation() -> Iterator[DemoProcess]:
    """The emulated organisation by itself, to be reached with credentials."""
    with demo_process(datetime.now(UTC).date()) as process:
        yield process


@pytest.fixture
def connected(tmp_path: Path, organisation: DemoProcess) -> Iterator[Server]:
    """A dashboard with credentials to that organisation, in two regions."""
    faults(organisation, [])
    credentials = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_ROLE_NAME": "SpendscopeReader"}
    places = {"AWS_ENDPOINT_URL": organisation.endpoint, "AWS_REGIONS": "us-east-1,eu-west-1"}
    with running(tmp_path, SPENDSCOPE_DEMO="auto", **places, **credentials) as server:
        yield server


def faults(organisation: DemoProcess, rules: list[dict[str, object]]) -> None:
    """Have the organisation fail in these ways, and in no others."""
    for method, body in (("DELETE", None), ("POST", json.dumps(rules).encode())):
        request = urllib.request.Request(f"{organisation.endpoint}/demo/faults", data=body, method=method)
        urllib.request.urlopen(request).close()


def refresh(page: Page) -> str:
    """Ask for a refresh and agree to what it costs; returns what the dialog said."""
    sidebar(page).get_by_role("button", name="Refresh collection").click()
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Refresh collection")
    button.wait_for()
    said = dialog.inner_text()
    button.click()
    sidebar(page).get_by_role("button", name="Cancel").wait_for()
    return said


def outcome(page: Page) -> str:
    """How the collection ended, as the sidebar says it."""
    ended = sidebar(page).locator(".st-key-collected")
    ended.wait_for(timeout=3 * MINUTE)
    settled(page)
    return ended.inner_text()


def cells(page: Page) -> list[str]:
    """The cells of every table on the page, as they are told to a screen reader; a table out of sight has none yet."""
    page.set_viewport_size({"width": 1440, "height": 3200})
    page.locator("[role=gridcell]").first.wait_for(state="attached")
    settled(page)
    page.wait_for_timeout(500)
    return page.locator("[role=gridcell]").all_text_contents()


def test_the_demo_opens_by_itself_and_says_what_it_is(demo: Server, visit: Visit) -> None:
    page = visit(demo.url)
    expect(page.get_by_text("Building the demo organisation").first).to_be_visible()
    shot(page, "overview-demo-building")
    with_figures(page)
    assert metric(page, "to date").startswith("$")
    expect(page.get_by_text("The figures of a made-up organisation")).to_be_visible()
    for name in [entry.name for entry in entries()]:
        shown = visit(f"{demo.url}/{name}")
        expect(shown.get_by_text("The figures of a made-up organisation")).to_be_visible()
        assert fits(shown), f"{name} when wide"
        shot(shown, f"demo-{name}-1440-light")
        shown.set_viewport_size({"width": 800, "height": 1000})
        shown.emulate_media(color_scheme="dark")
        settled(shown)
        assert fits(shown), f"{name} when narrow"
        shot(shown, f"demo-{name}-800-dark")
        shown.close()


def test_the_exported_findings_add_up_to_the_page_and_a_row_opens_its_evidence(demo: Server, visit: Visit, tmp_path: Path) -> None:
    with_figures(visit(demo.url))
    page = visit(f"{demo.url}/opportunities")
    found = saved(page, "Export findings (CSV)", tmp_path)
    counted = [Decimal(row["monthly_savings_usd"]) for row in found if row["counted"] == "True"]
    assert metric(page, "Saves a month") == f"${sum(counted):,.0f}"
    assert metric(page, "Findings") == str(len(found))
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table
    page.mouse.move(table["x"] + 300, table["y"] + 50)  # a table hears a click where it knows the mouse to be
    page.wait_for_timeout(300)
    page.mouse.click(table["x"] + 300, table["y"] + 53)
    card = page.get_by_role("dialog")
    expect(card.get_by_text("The fix")).to_be_visible()
    first = max(found, key=lambda row: Decimal(row["monthly_savings_usd"]))
    expect(card.get_by_text(first["fix"])).to_be_visible()
    shot(page, "opportunities-evidence")


def test_type_and_priority_are_in_the_link_and_outlast_another_page(demo: Server, visit: Visit) -> None:
    with_figures(visit(demo.url))
    page = visit(f"{demo.url}/opportunities?type=rightsizing&priority=dire")
    expect(page.get_by_test_id("stAlert")).to_contain_text("“dire” isn't one of high, medium, low; it is left out.")
    told = page.get_by_text(ADDED_UP)
    every = told.inner_text()
    page.get_by_role("button", name="High", exact=True).click()
    page.wait_for_url(re.compile("type=rightsizing.*priority=high"))
    settled(page)
    copied, some = page.url, told.inner_text()
    assert some != every
    page.go_back()
    settled(page)
    assert told.inner_text() == every
    page.go_forward()
    settled(page)
    assert told.inner_text() == some
    go_to(page, "Cost")
    assert "priority" not in page.url
    go_to(page, "Opportunities")
    assert (page.url, told.inner_text()) == (copied, some)
    assert visit(copied).get_by_text(ADDED_UP).inner_text() == some


def go_to(page: Page, name: str) -> None:
    """Another page, by the sidebar."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    page.wait_for_url(re.compile(f"/{name.lower()}[?]"))
    settled(page)


def test_a_refresh_says_what_it_costs_and_survives_a_reload(demo: Server, visit: Visit) -> None:
    page, other = with_figures(visit(demo.url)), visit(f"{demo.url}/data")
    said = refresh(page)
    assert "Nothing is charged" in said
    assert "Cost Explorer" in said
    page.reload()
    expect(sidebar(page).get_by_role("button", name="Refresh collection")).to_be_disabled()
    expect(sidebar(page).get_by_text("Collecting from the demo organisation")).to_be_visible()
    shot(page, "overview-collecting")
    assert "requests, " in outcome(page)
    assert "requests, " in outcome(other)  # another open page hears of it too
    expect(other.get_by_text("requests ·").first).to_be_visible()
    assert cells(other).count("Collection") == 2  # the demo's opening, and this one
    sidebar(page).get_by_role("button", name="Dismiss").click()
    expect(sidebar(page).locator(".st-key-collected")).to_have_count(0)


def test_a_cancelled_refresh_changes_nothing(demo: Server, visit: Visit) -> None:
    page = with_figures(visit(f"{demo.url}/cost"))
    total = metric(page, "Billed (unblended) cost")
    refresh(page)
    sidebar(page).get_by_role("button", name="Cancel").click()
    assert "Cancelled" in outcome(page)
    assert metric(page, "Billed (unblended) cost") == total
    page.goto(f"{demo.url}/data")
    expect(page.get_by_text("was cancelled").first).to_be_visible()


def test_what_cost_explorer_does_not_know_is_said(demo: Server, visit: Visit) -> None:
    with_figures(visit(demo.url))
    page = visit(f"{demo.url}/cost?group=resource")
    expect(page.get_by_text("Cost Explorer doesn't know resources")).to_be_visible()
    shot(page, "cost-unknown-resources")
    page.get_by_role("button", name="Group by service").click()
    page.wait_for_selector("[data-testid=stMetric]")


def test_refused_credentials_fail_with_a_sentence(connected: Server, organisation: DemoProcess, visit: Visit) -> None:
    faults(organisation, [{"service": "*", "kind": "invalid"}])
    page = visit(connected.url)
    expect(page.get_by_text("Nothing has been collected yet")).to_be_visible()
    shot(page, "overview-not-collected")
    refresh(page)
    said = outcome(page)
    assert "GetCallerIdentity" in said
    assert "demo" not in said  # no key, no secret
    expect(page.get_by_text("Nothing has been collected yet")).to_be_visible()
    page.goto(f"{connected.url}/data")
    page.get_by_text("AWS access").click()
    page.get_by_role("button", name="Check access").click()
    expect(page.get_by_text("1 of 1 permissions are missing")).to_be_visible()


def test_what_is_missing_is_named_with_its_reason(connected: Server, organisation: DemoProcess, visit: Visit) -> None:
    linked = linked_account(organisation)
    faults(
        organisation,
        [
            {"service": "ec2", "action": "DescribeInstances", "account": linked, "kind": "denied"},
            {"service": "ec2", "region": "eu-west-1", "kind": "unreachable"},
        ],
    )
    page = visit(connected.url)
    said = refresh(page)
    assert "AWS charges about" in said
    assert "incomplete" in outcome(page)
    page.wait_for_selector("[data-testid=stMetric]")
    expect(page.get_by_text("of the last collection incomplete")).to_be_visible()
    shot(page, "overview-incomplete")
    page.goto(f"{connected.url}/data")
    expect(page.get_by_text("of it incomplete.")).to_be_visible()
    settled(page)
    shot(page, "data-incomplete")
    said = " ".join(cells(page))
    assert "ec2:DescribeInstances" in said
    assert linked in said
    assert "eu-west-1" in said


def linked_account(organisation: DemoProcess) -> str:
    """An account of the organisation other than the management account."""
    with urllib.request.urlopen(f"{organisation.endpoint}/demo/sums?group=LINKED_ACCOUNT&granularity=MONTHLY") as answer:
        accounts = sorted({row["key"] for row in json.load(answer)})
    return accounts[-1]
