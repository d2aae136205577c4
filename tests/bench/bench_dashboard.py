"""Seconds from start to the first chart, and milliseconds from a filter click to the changed chart beside a one-chart app."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright
from playwright.sync_api import TimeoutError as Unanswered

from core.collectors.billing.importer import import_files
from core.runs import heal, utc_now
from core.settings import load
from core.store.client import Store
from core.store.migrations import migrate
from tests.demo_bill import write_demo_bill
from tests.e2e.conftest import ROOT, chromium, settled, start

CLICKS = 8
AS_OF = date(2026, 9, 1)
FIRST_CHART = "[data-testid=stPlotlyChart] .main-svg >> nth=0"
"""Any chart that is drawn."""

# Notes the time of each press of a pointer, and of the frame in which the first chart has other bars than then.
WATCH = """() => {
    const bars = () => {
        const chart = document.querySelector('[data-testid=stPlotlyChart]');
        return [...(chart?.querySelectorAll('.barlayer .point path') ?? [])].map(path => path.getAttribute('d')).join();
    };
    window.clickedAt = 0; window.changedAt = 0; window.barsThen = '';
    const pressed = () => { window.clickedAt = performance.now(); window.changedAt = 0; window.barsThen = bars(); };
    document.addEventListener('pointerdown', pressed, true);
    const look = () => {
        const now = window.clickedAt && !window.changedAt ? bars() : '';
        if (now && now !== window.barsThen) window.changedAt = performance.now();
        requestAnimationFrame(look);
    };
    look();
}"""


def milliseconds(page: Page, options: list[str]) -> list[float]:
    """From each press on an option of the Service box to the changed chart."""
    page.evaluate(WATCH)
    found = []
    for option in options:
        press(page, option)
        page.wait_for_function("window.changedAt > 0")
        found.append(page.evaluate("window.changedAt - window.clickedAt"))
        page.keyboard.press("Escape")
        settled(page)
        page.wait_for_timeout(300)
    return found


def press(page: Page, option: str) -> None:
    """Choose an option of the Service box; where the page is drawn anew meanwhile, as at a collection's end, choose again."""
    choice = page.get_by_role("option", name=option, exact=True)
    while True:
        page.get_by_role("combobox", name="Service").first.fill(option)
        choice.wait_for()
        page.wait_for_timeout(300)
        try:
            return choice.click(timeout=2000)
        except Unanswered:
            settled(page)


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(url)
    page.wait_for_selector("[data-testid=stPlotlyChart] .barlayer .point path")
    settled(page)
    page.wait_for_timeout(1500)
    return page


def import_sample(folder: Path) -> None:
    """A data folder that holds a bill of 14 months, as after an import."""
    store = Store(load(clickhouse_dsn=f"chdb://{folder / 'data'}"))
    migrate(store, utc_now())
    heal(store)
    bill = folder / "bill.csv"
    rows = write_demo_bill(bill, AS_OF)
    import_files(store, [bill], AS_OF)
    print(f"bill: {rows:,} rows")


def first_chart(browser: Browser, folder: Path) -> tuple[float, Callable[[], None], str]:
    started = time.perf_counter()
    server = start(folder)
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(server.url)
    page.wait_for_selector(FIRST_CHART)
    seconds = time.perf_counter() - started
    page.close()
    return seconds, server.stop, server.url


def one_chart_app(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(Path(__file__).with_name("one_chart_app.py")), f"--server.port={port}"]
    log = (folder / "yardstick.log").open("wb")
    return subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=log, stderr=log), f"http://127.0.0.1:{port}"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="spendscope-bench-") as name, sync_playwright() as playwright:
        folder = Path(name)
        # The engine lets go of its folder only when its process ends.
        subprocess.run([sys.executable, __file__, "import", name], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
        browser = chromium(playwright)
        seconds, stop, url = first_chart(browser, folder)
        print(f"start to first chart: {seconds:.1f} s (server, browser page, figures of 14 months in the store)")
        yardstick, other_url = one_chart_app(folder)
        try:
            ours, theirs = opened(browser, f"{url}/cost"), opened(browser, retried(browser, other_url))
            ours_ms, theirs_ms = [], []
            for number in range(CLICKS):  # in turn, so that both see the same machine
                ours_ms += milliseconds(ours, [["EC2", "S3", "RDS", "EBS", "Lambda", "CloudWatch", "Redshift", "Bedrock"][number]])
                theirs_ms += milliseconds(theirs, [f"Service {number}"])
        finally:
            yardstick.terminate()
            stop()
        a, b = statistics.median(ours_ms), statistics.median(theirs_ms)
        print(f"filter click to changed chart, medians of {CLICKS}: ours {a:.0f} ms, one-chart app {b:.0f} ms")
        print(f"ratio {a / b:.2f} (goal: under 2)")
        print(f"  ours   {' '.join(f'{ms:.0f}' for ms in ours_ms)}\n  theirs {' '.join(f'{ms:.0f}' for ms in theirs_ms)}")
        browser.close()


def retried(browser: Browser, url: str) -> str:
    """Wait for a server that has no health check of ours."""
    page = browser.new_page()
    for _ in range(100):
        try:
            page.goto(url)
            break
        except Error as error:
            if "ERR_CONNECTION_REFUSED" not in str(error):
                raise
            time.sleep(0.1)
    page.close()
    return url


if __name__ == "__main__":
    if sys.argv[1:2] == ["import"]:
        import_sample(Path(sys.argv[2]))
    else:
        main()
