"""A server of its own on a free port with an empty data folder and no AWS credentials, and a headless Chromium."""

import csv
import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright
from playwright.sync_api import TimeoutError as Unanswered

from tests.bills import write
from tests.processes import MEASURING

ROOT = Path(__file__).resolve().parents[2]
MINUTE = 60_000
ARTIFACTS = ROOT / "tests" / "artifacts"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


@dataclass
class Server:
    """A running dashboard."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def without_credentials(folder: Path) -> dict[str, str]:
    """The environment, in which boto3 finds nothing and coverage isn't measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name != MEASURING}
    nowhere = str(folder / "nowhere")
    return {**kept, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere}


def start(folder: Path, **environment: str) -> Server:
    """Start the dashboard on a free port and wait until it answers; without the demo unless SPENDSCOPE_DEMO says otherwise."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {"PORT": str(port), "CLICKHOUSE_DSN": f"chdb://{folder / 'data'}", "PYTHONUNBUFFERED": "1", "SPENDSCOPE_DEMO": "off"}
    env = {**without_credentials(folder), **own, **environment}
    log = folder / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "app.server"], cwd=ROOT, env=env, stdout=out, stderr=out, text=True)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return Server(url, process, log)
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server didn't answer in a minute:\n{log.read_text()}")


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Server]:
    """A dashboard; it's an error if a page failed behind a test's back."""
    server = start(folder, **environment)
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An empty dashboard."""
    with running(tmp_path) as started:
        yield started


def chromium(playwright: Playwright) -> Browser:
    """Debian's Chromium when it's there, else Playwright's own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=found, args=ARGUMENTS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)  # other tests run beside these
    with sync_playwright() as playwright:
        running = chromium(playwright)
        yield running
        running.close()


@contextmanager
def with_bill(folder: Path, browser: Browser, lines: Sequence[Sequence[object]]) -> Iterator[Server]:
    """A dashboard that this bill was uploaded to."""
    with running(folder) as server:
        page = browser.new_page()
        upload(page, server, write(folder / "bill.csv", lines))
        page.close()
        yield server


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard that was started without credentials, and shows the demo. Its organisation is collected once for all tests."""
    with running(tmp_path_factory.mktemp("demo"), SPENDSCOPE_DEMO="auto") as server:
        yield server


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile for all: the dashboard keeps nothing in it but its own files, which need not be read anew for each page."""
    with browser.new_context(accept_downloads=True) as context:
        yield context


@pytest.fixture
def visit(profile: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open an address in a page of its own; what pages download can be saved."""
    pages: list[Page] = []
    foreign: list[str] = []

    def opened(url: str, *, width: int = 1440, dark: bool = False) -> Page:
        page = profile.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 1000})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("request", lambda request: foreign.append(request.url) if "//127.0.0.1:" not in request.url else None)
        page.set_default_timeout(30_000)
        page.goto(url)
        page.wait_for_selector("[data-testid=stHeading]")
        settled(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert [url for url in foreign if not url.startswith(("data:", "blob:"))] == [], "pages ask nobody but their server"


SETTLED = """call => {
    const now = performance.now();
    if (window.waiting?.call !== call) window.waiting = {call, since: now, quietSince: now};
    const running = document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') !== 'notRunning';
    if (running || document.querySelector('[data-stale=true], [data-testid=stSkeleton]')) window.waiting.quietSince = now;
    return now - window.waiting.since >= 300 && now - window.waiting.quietSince >= 100;
}"""
"""A script starts within 300 ms of what causes it; from one to a next that it causes are less than 100."""

_calls = itertools.count()


def settled(page: Page) -> None:
    """Wait until the script has run to its end and nothing on the page is stale."""
    page.wait_for_function(SETTLED, arg=next(_calls))


def sidebar(page: Page) -> Locator:
    """What stands on every page."""
    return page.get_by_test_id("stSidebar")


def with_figures(page: Page) -> Page:
    """The page once the demo's first collection has come to its end."""
    page.wait_for_selector("[data-testid=stMetric]", timeout=3 * MINUTE)
    expect(sidebar(page).get_by_role("button", name="Refresh collection")).to_be_enabled(timeout=MINUTE)
    settled(page)
    return page


def upload(page: Page, server: Server, *files: Path) -> None:
    """Import files on the data page and wait for the end."""
    page.goto(f"{server.url}/data")
    page.wait_for_selector("[data-testid=stHeading]")
    settled(page)
    box = page.get_by_text("Import a bill", exact=True)
    if not page.locator("input[type=file]").is_visible() and not page.get_by_role("radio").first.is_visible():
        box.click()
    if page.locator(".st-key-outcome").count():
        page.get_by_role("button", name="Dismiss").click()
        settled(page)
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator(".st-key-outcome").wait_for()
    settled(page)


def choose(page: Page, box: str, value: str) -> None:
    """Pick another value in one of the filter bar's boxes; the address says when the page has taken it up."""
    before = page.url
    page.get_by_role("combobox", name=re.compile(box)).first.click()
    page.get_by_role("option", name=value, exact=True).click()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: url != before)
    settled(page)


def saved(page: Page, button: str, folder: Path) -> list[dict[str, str]]:
    """The rows of a CSV that a button downloads. Chromium drops one that comes over five seconds after its click; then click again."""
    for left in (1, 0):
        try:
            with page.expect_download(timeout=15_000) as waiting:
                page.get_by_role("button", name=button).click()
            break
        except Unanswered:
            assert left, f"nothing came of {button}"
    waiting.value.save_as(folder / waiting.value.suggested_filename)
    with (folder / waiting.value.suggested_filename).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def metric(page: Page, label: str) -> str:
    """The value of a KPI."""
    return page.locator("[data-testid=stMetric]", has_text=label).first.locator("[data-testid=stMetricValue]").inner_text().strip()


def fits(page: Page) -> bool:
    """Whether nothing on the page is wider than its window."""
    return bool(page.evaluate("(main => main.scrollWidth <= main.clientWidth)(document.querySelector('[data-testid=stMain]'))"))


def shot(page: Page, name: str) -> None:
    """Keep a picture of the whole page where PICTURES is set: drawing all of it takes longer than most tests."""
    if not os.environ.get("PICTURES"):
        return
    ARTIFACTS.mkdir(exist_ok=True)
    before = page.viewport_size
    height = page.evaluate("Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map(e => e.scrollHeight))")
    page.set_viewport_size({"width": before["width"], "height": min(height + 20, 3200)})
    settled(page)
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    page.set_viewport_size(before)
