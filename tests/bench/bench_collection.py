"""Collecting: seconds to the demo's figures, calls for a thousand instances, and a dashboard that stays usable while AWS is slow."""

import statistics
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from core import refresh, runs, settings
from core.aws.access import demo_access
from core.collectors.ec2 import INSTANCE_TYPE
from core.demo.process import DemoProcess
from core.store import ledger, resources
from core.store.client import Store
from core.store.migrations import migrate
from tests.bench.bench_dashboard import FIRST_CHART, milliseconds, opened
from tests.e2e.conftest import chromium, settled, start

AS_OF = date(2026, 11, 23)
LATENCY_MS = 200
REFRESHES = 3
SERVICES = ["EC2", "S3", "RDS", "EBS", "Lambda", "CloudWatch", "Redshift", "Bedrock"]


def demo_starts(browser: Browser, folder: Path) -> None:
    """From the start of the server to the demo's first chart: with nothing there, and again."""
    for when in ("first start without credentials", "later start"):
        started = time.perf_counter()
        server = start(folder, SPENDSCOPE_DEMO="auto")
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(server.url)
        page.wait_for_selector(FIRST_CHART, timeout=180_000)
        print(f"{when} to the demo's first chart: {time.perf_counter() - started:.1f} s")
        page.close()
        server.stop()


def thousand_instances(folder: Path) -> None:
    """What two collections of a four times larger organisation ask, from the ledger."""
    config = settings.load(clickhouse_dsn=f"chdb://{folder}")
    store = Store(config)
    migrate(store, runs.utc_now())
    with DemoProcess.start(AS_OF, scale=4) as demo:
        for when in ("first collection", "second collection"):
            access = demo_access(demo.endpoint, refresh.metered(store, config, demo=True))
            result = refresh.refresh(store, access, config, AS_OF)
            calls = ledger.calls(store, result.run_id)
            costs = sum(call.requests for call in calls if call.operation == "GetCostAndUsage")
            print(
                f"{when}: {result.seconds:.1f} s, {result.requests} requests, ${result.usd:.2f}; {costs} Cost Explorer requests for costs"
            )
            metrics = [call for call in calls if call.operation == "GetMetricData"]
            by_request = Counter(call.requests for call in metrics)
            asked, measured = sum(call.requests for call in metrics), sum(call.metrics for call in metrics)
            print(f"  GetMetricData: {asked} requests for {measured} metrics; ", end="")
            print("; ".join(f"{count} accounts and regions with {number}" for number, count in sorted(by_request.items())) or "none")
    known = resources.count(store, INSTANCE_TYPE)
    print(f"  for {known:,} instances; Cloud Custodian asks once for each: 1,003 calls for 1,000 on this emulator")


def slow_aws(browser: Browser, folder: Path) -> None:
    """With every call held back, a refresh of everything in one page and filter clicks in another."""
    credentials = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_ROLE_NAME": "SpendscopeReader"}
    with DemoProcess.start(datetime.now(UTC).date(), latency_ms=LATENCY_MS) as demo:
        server = start(folder, AWS_ENDPOINT_URL=demo.endpoint, **credentials)
        refreshing = browser.new_page(viewport={"width": 1440, "height": 1000})
        refreshing.goto(server.url)
        begin(refreshing)
        refreshing.wait_for_selector(FIRST_CHART, timeout=180_000)
        cancel(refreshing).wait_for(state="detached", timeout=180_000)
        looking = opened(browser, f"{server.url}/cost")
        milliseconds(looking, SERVICES)
        seen, took = set[str](), list[float]()
        for _ in range(REFRESHES):
            begin(refreshing, whole=True)
            cancel(refreshing).wait_for()
            while cancel(refreshing).count():
                seen.add(sidebar(refreshing))
                if len(took) % len(SERVICES) == 0:
                    looking.get_by_role("button", name="Reset", exact=True).click()
                    looking.wait_for_function("!document.location.search.includes('service=')")
                    settled(looking)
                took += milliseconds(looking, [SERVICES[len(took) % len(SERVICES)]])
        print(f"every call held back {LATENCY_MS} ms: {len(seen)} different states of progress seen in the sidebar")
        middle, worst = statistics.median(took), statistics.quantiles(took, n=20)[-1]
        print(f"filter click to changed chart while collecting, {len(took)} clicks: median {middle:.0f} ms, p95 {worst:.0f} ms")
        print("  " + " ".join(f"{ms:.0f}" for ms in took))
        cancelled(refreshing)
        server.stop()


def begin(page: Page, *, whole: bool = False) -> None:
    """Press "Refresh collection" and agree."""
    page.get_by_test_id("stSidebar").get_by_role("button", name="Refresh collection").click(timeout=60_000)
    dialog = page.get_by_role("dialog")
    if whole:
        dialog.get_by_text("Re-read all 13 months").click()
    dialog.get_by_role("button", name="Refresh collection").click()


def cancel(page: Page) -> Locator:
    """The button, there while a collection runs."""
    return page.get_by_test_id("stSidebar").get_by_role("button", name="Cancel")


def sidebar(page: Page) -> str:
    return page.get_by_test_id("stSidebar").inner_text()


def cancelled(page: Page) -> None:
    """How long from Cancel to the end of the run."""
    if not cancel(page).count():
        begin(page, whole=True)
        cancel(page).wait_for()
        page.wait_for_timeout(1500)
    pressed = time.perf_counter()
    cancel(page).click()
    expect(page.get_by_test_id("stSidebar").get_by_text("cancelled", exact=False)).to_be_visible(timeout=60_000)
    print(f"from Cancel to the run's end: {time.perf_counter() - pressed:.1f} s")


def main() -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="spendscope-bench-") as name:
        browser = chromium(playwright)
        for part in ("starts", "slow"):
            (Path(name) / part).mkdir()
        demo_starts(browser, Path(name) / "starts")
        thousand_instances(Path(name) / "thousand")
        slow_aws(browser, Path(name) / "slow")
        browser.close()


if __name__ == "__main__":
    main()
