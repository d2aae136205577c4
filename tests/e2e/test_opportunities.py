"""Findings in the browser: their evidence, what is said of them and lasts, other thresholds, and what isn't known."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import MINUTE, Server, metric, saved, settled, shot, with_figures

Visit = Callable[..., Page]
ADDED_UP = re.compile(r"counted: \$")


@pytest.fixture
def opened(demo: Server, visit: Visit) -> Callable[..., Page]:
    """The opportunities page, once there are any; `query` is what a link has."""

    def at(query: str = "", **how: object) -> Page:
        return with_figures(visit(f"{demo.url}/opportunities{query}", **how))

    return at


def row(page: Page, number: int, across: int) -> None:
    """Click on a row of the findings so many pixels from the left; the first 35 are its box to tick."""
    table = page.locator("[class*=st-key-opportunities-]").get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.move(box["x"] + across, box["y"] + 50 + 35 * number)  # a table hears a click where it knows the mouse to be
    page.wait_for_timeout(300)
    page.mouse.click(box["x"] + across, box["y"] + 53 + 35 * number)
    settled(page)


def tick(page: Page, number: int) -> None:
    row(page, number, 17)


def act(page: Page, name: str) -> Locator:
    """Ask for something to be done with what is ticked; returns the dialog."""
    page.locator(".st-key-finding-actions").get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Your name").wait_for()
    settled(page)
    return dialog


def say(page: Page, dialog: Locator, **fields: str) -> None:
    """Fill in fields of a dialog by their labels' first word."""
    for label, text in fields.items():
        dialog.get_by_role("textbox", name=re.compile(f"^{label.replace('_', ' ')}", re.IGNORECASE)).fill(text)
        page.keyboard.press("Tab")
        settled(page)


def told(page: Page, text: str) -> None:
    """Wait for what is said in passing."""
    expect(page.get_by_test_id("stToast").filter(has_text=text).first).to_be_visible(timeout=MINUTE)
    settled(page)


def figures(page: Page, folder: Path) -> list[dict[str, str]]:
    return saved(page, "Export findings (CSV)", folder)


def test_a_click_on_a_finding_opens_its_evidence_and_a_link_shows_it_again(opened: Callable[..., Page], visit: Visit) -> None:
    page = opened("?check=ec2_idle")
    row(page, 0, 300)
    card = page.get_by_role("dialog")
    expect(card.get_by_text("The fix")).to_be_visible()
    expect(card.get_by_text("threshold 5", exact=True).first).to_be_attached()  # drawn into the chart of mean CPU
    expect(card.get_by_text("Counted in the total")).to_be_visible()
    expect(card.get_by_text(re.compile("^aws ec2 stop-instances"))).to_be_visible()
    expect(card.get_by_role("link", name="Open in the AWS console")).to_have_attribute("href", re.compile("instanceId=i-"))
    card.get_by_text("How is this worked out?").click()
    expect(card.get_by_text(re.compile("Threshold.*: 5 %"))).to_be_visible()
    shot(page, "opportunities-card")
    copied = page.url
    assert "finding=ec2_idle" in copied
    card.get_by_role("button", name="Close").click()
    settled(page)
    assert "finding=" not in page.url
    expect(visit(copied).get_by_role("dialog").get_by_text("The fix")).to_be_visible()


def test_a_bubble_narrows_the_table_to_its_check(opened: Callable[..., Page]) -> None:
    page = opened()
    every = page.get_by_text(ADDED_UP).inner_text()
    bubble = page.locator("[data-testid=stPlotlyChart] .scatterlayer path.point").first
    bubble.scroll_into_view_if_needed()
    box = bubble.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile("check="))
    settled(page)
    assert page.get_by_text(ADDED_UP).inner_text() != every


def test_a_refusal_loses_nothing_and_what_is_accepted_has_owner_and_ticket(opened: Callable[..., Page], tmp_path: Path) -> None:
    page = opened("?check=ebs_unattached")
    before = metric(page, "Saves a month")
    tick(page, 0)
    tick(page, 1)
    expect(page.get_by_text(re.compile(r"2 selected: \$"))).to_be_visible()
    dialog = act(page, "Accept")
    say(page, dialog, owner="Platform team", ticket="not a ticket", your_name="Ada")
    dialog.get_by_role("button", name="Accept 2 findings").click()
    expect(dialog.get_by_text("The ticket can't be used.")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="Owner")).to_have_value("Platform team")
    say(page, dialog, ticket="https://tickets.example/OPS-7")
    dialog.get_by_role("button", name="Accept 2 findings").click()
    told(page, "2 findings accepted.")
    assert metric(page, "Saves a month") == before  # it counts until it is done
    assert metric(page, "Accepted, not yet done").startswith("$")
    found = [row for row in figures(page, tmp_path) if row["state"] == "accepted"]
    assert [(row["owner"], row["ticket"], row["state_by"]) for row in found] == [
        ("Platform team", "https://tickets.example/OPS-7", "Ada")
    ] * 2
    shot(page, "opportunities-accepted")


def test_what_is_dismissed_stays_dismissed_and_is_in_the_export(opened: Callable[..., Page], tmp_path: Path) -> None:
    page = opened("?check=ec2_idle")
    first = figures(page, tmp_path)[0]
    before = metric(page, "Saves a month")
    tick(page, 0)
    dialog = act(page, "Dismiss")
    say(page, dialog, your_name="Ada")
    dialog.get_by_role("button", name="Dismiss 1 finding").click()
    expect(dialog.get_by_text("A dismissal needs a reason.")).to_be_visible()
    say(page, dialog, reason="Kept for the *audit*")
    dialog.get_by_role("button", name="Dismiss 1 finding").click()
    told(page, "1 finding dismissed.")
    assert metric(page, "Saves a month") != before
    after = metric(page, "Saves a month")

    page.get_by_test_id("stSidebar").get_by_role("button", name="Refresh collection").click()
    page.get_by_role("dialog").get_by_role("button", name="Refresh collection").click()
    page.get_by_test_id("stSidebar").locator(".st-key-collected").wait_for(timeout=3 * MINUTE)
    settled(page)
    assert metric(page, "Saves a month") == after

    page = opened("?state=dismissed")
    (kept,) = figures(page, tmp_path)
    assert (kept["id"], kept["state"], kept["state_by"]) == (first["id"], "dismissed", "Ada")
    assert (kept["state_reason"], kept["counted"]) == ("Kept for the *audit*", "False")
    row(page, 0, 300)
    card = page.get_by_role("dialog")
    expect(card.get_by_text("Kept for the *audit*").first).to_be_visible()
    card.get_by_text("History (1)").click()
    expect(card.get_by_text(re.compile("Ada dismissed it: Kept for the"))).to_be_visible()
    card.get_by_role("button", name="Reopen", exact=True).click()
    settled(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Your name").wait_for()
    say(page, dialog, your_name="Ben")
    dialog.get_by_role("button", name="Reopen 1 finding").click()
    told(page, "1 finding reopened.")
    assert metric(page, "Saves a month") == before


def test_other_thresholds_show_at_once_and_hold_when_they_are_saved(opened: Callable[..., Page]) -> None:
    page = opened("?check=ebs_unattached")
    found = int(metric(page, "Findings").replace(",", ""))
    page.get_by_text("Try other thresholds").click()
    settled(page)
    page.locator(".st-key-sandbox-check").get_by_role("combobox").fill("Unattached")
    page.get_by_role("option", name="Unattached EBS volume").click()
    settled(page)
    days = page.locator(".st-key-sandbox-fields").get_by_role("spinbutton").first
    days.fill("100000")
    page.keyboard.press("Enter")
    settled(page)
    assert metric(page, "Findings of this check") == "0"
    expect(page.get_by_text(re.compile(r"0 come in, \d+ go out"))).to_be_visible()
    shot(page, "opportunities-sandbox")
    assert int(metric(page, "Findings").replace(",", "")) == found  # nothing is kept yet

    page.get_by_role("button", name="Drop", exact=True).click()
    settled(page)
    assert metric(page, "Findings of this check") != "0"

    days.fill("100000")
    page.keyboard.press("Enter")
    settled(page)
    page.get_by_role("button", name="Save thresholds").click()
    expect(page.get_by_text("Nobody is named.")).to_be_visible()
    page.locator(".st-key-sandbox-decide").get_by_role("textbox", name="Your name").fill("Ada")
    page.keyboard.press("Tab")
    settled(page)
    page.get_by_role("button", name="Save thresholds").click()
    told(page, "saved")
    assert int(metric(page, "Findings").replace(",", "")) < found
    expect(page.get_by_text(re.compile("In force: 100000, saved here|In force: 1e\\+05, saved here"))).to_be_visible()

    page.get_by_role("button", name="Back to the defaults").click()
    shown = page.locator("[data-testid=stMetric]", has_text="Findings").first.locator("[data-testid=stMetricValue]")
    expect(shown).to_have_text(f"{found:,}", timeout=MINUTE)


def test_what_is_not_measured_is_apart_with_its_reasons(opened: Callable[..., Page]) -> None:
    page = opened()
    assert int(metric(page, "Not measured")) > 0
    page.get_by_text(re.compile(r"^Not measured \(")).click()
    settled(page)
    expect(page.get_by_text(re.compile("doesn't mean that it is idle")).first).to_be_visible()
    shot(page, "opportunities-not-measured")


def test_nothing_under_the_filters_says_so_and_offers_the_way_back(opened: Callable[..., Page]) -> None:
    page = opened("?search=nothing-is-called-this")
    expect(page.get_by_text("No finding is open or accepted under these filters.")).to_be_visible()
    shot(page, "opportunities-none")
    page.get_by_role("button", name="Show every finding").click()
    settled(page)
    expect(page.get_by_text(ADDED_UP)).to_be_visible()
    assert "search=" not in page.url
