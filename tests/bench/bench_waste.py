"""Finding waste in a large organisation: what the collectors ask for it, what that costs, and what Cloud Custodian asks beside it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from urllib.request import Request, urlopen

from core import refresh, runs, settings
from core.aws import cloudwatch
from core.aws.access import demo_access
from core.aws.meter import ApiCall
from core.demo.process import DemoProcess
from core.store import ledger, opportunities, publish
from core.store.client import Store
from core.store.migrations import migrate
from tests.bench import large

CUSTODIAN = "c7n==0.9.53"
QUESTION = {
    "policies": [
        {
            "name": "idle",
            "resource": "aws.ec2",
            "filters": [
                {"State.Name": "running"},
                {"type": "metrics", "name": "CPUUtilization", "statistics": "Average", "days": 14, "value": 5, "op": "less-than"},
            ],
        }
    ]
}
PATIENCE = 120
"""Seconds that the peer may take to be installed, and to answer."""


def collected(folder: Path, demo: DemoProcess) -> bool:
    """Collect the whole once and print what it took; False where CloudWatch was asked more often than its batches need."""
    config = settings.load(clickhouse_dsn=f"chdb://{folder}")
    store = Store(config)
    migrate(store, runs.utc_now())
    access = demo_access(demo.endpoint, refresh.metered(store, config, demo=True))
    today = runs.utc_now().date()
    result = refresh.refresh(store, access, config, today)
    calls = ledger.calls(store, result.run_id)
    print(f"collected and judged in {result.seconds:.1f} s: {result.requests:,} requests, ${result.usd:.2f}")
    for slice_ in result.incomplete:
        print(f"  incomplete: {slice_.collector} {slice_.account_id} {slice_.region}: {slice_.reason}")
    _by_operation(calls)
    found = opportunities.totals(store, publish.snapshot(store), {}, as_of=runs.utc_now().date())
    print(f"{found.found:,} findings, {found.counted:,} counted, ${found.savings:,.2f} a month")
    return _batched(calls)


def _by_operation(calls: Iterable[ApiCall]) -> None:
    """A row for each service and one for each of its operations: calls, dollars, seconds (waits of all threads added up)."""
    print(f"{'service':<16}{'operation':<36}{'calls':>8}{'USD':>9}{'seconds':>9}")
    held = sorted(calls, key=lambda call: (call.service, call.operation))
    for service in dict.fromkeys(call.service for call in held):
        own = [call for call in held if call.service == service]
        _row(service, "", own)
        for operation in dict.fromkeys(call.operation for call in own):
            _row("", operation, [call for call in own if call.operation == operation])


def _row(service: str, operation: str, calls: Iterable[ApiCall]) -> None:
    requests, usd, seconds = (sum(values) for values in zip(*((call.requests, call.usd, call.seconds) for call in calls), strict=True))
    print(f"{service:<16}{operation:<36}{requests:>8,}{usd or Decimal(0):>9.4f}{seconds:>9.1f}")


def _batched(calls: Iterable[ApiCall]) -> bool:
    """Whether each account and region was asked for its metrics in as few requests as 500 queries in each allow."""
    print("GetMetricData by account and region: requests, and queries / 500, rounded up")
    right = True
    for call in sorted((call for call in calls if call.operation == "GetMetricData"), key=lambda call: (call.account, call.region)):
        expected = -(-call.metrics // cloudwatch.QUERIES_PER_CALL)
        right &= call.requests == expected
        counts = f"{call.requests:>4}  ceil({call.metrics:,} / 500) = {expected}"
        print(f"  {call.account} {call.region:<16}{counts}{'' if call.requests == expected else '  MISMATCH'}")
    return right


def custodian(folder: Path, demo: DemoProcess) -> None:
    """The same question of EC2 put to Cloud Custodian, installed for this alone; its calls are counted where they arrive."""
    python = folder / "bin" / "python"
    installed = _quietly("installing it", [sys.executable, "-m", "venv", str(folder)]) and _quietly(
        "installing it", [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", CUSTODIAN]
    )
    if not installed:
        return
    policy = folder / "policy.json"
    policy.write_text(json.dumps(QUESTION), encoding="utf-8")
    regions = [option for region in large.REGIONS for option in ("--region", region)]
    output = folder / "output"
    role = f"arn:aws:iam::{large.ACCOUNTS[large.OWNER].id}:role/SpendscopeReader"
    command = [str(folder / "bin" / "custodian"), "run", "--cache-period", "0", "--assume", role, *regions, "-s", str(output), str(policy)]
    _told(demo, "DELETE")
    started = time.perf_counter()
    if not _quietly("running it", command, _asking(demo)):
        return
    seconds, log = time.perf_counter() - started, _told(demo)
    matched = sum(len(json.loads(file.read_text(encoding="utf-8"))) for file in output.rglob("resources.json"))
    counts = Counter(f"{call['service']}:{call['action']}" for call in log)
    failed = sum(call["status"] != 200 for call in log)
    took = f"{len(log):,} calls, of which {failed} failed, {seconds:.1f} s"
    print(f"Cloud Custodian ({CUSTODIAN}) for EC2 under 5 % CPU alone, in the same account and regions: {took}")
    print("  " + ", ".join(f"{name} {count:,}" for name, count in counts.most_common()) + f"; {matched} instances matched")


def _asking(demo: DemoProcess) -> Mapping[str, str]:
    """The peer's environment: the emulator as AWS, and nothing of this machine's own AWS settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and not name.lower().endswith("_proxy")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    keys = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": "us-east-1"}
    return kept | nowhere | keys | {"AWS_ENDPOINT_URL": demo.endpoint}


def _quietly(what: str, command: list[str], environment: Mapping[str, str] | None = None) -> bool:
    """Run a command; where it fails, print what it said last, so that nothing is taken for a measurement."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"Cloud Custodian isn't measured: {what} failed: {error}")
        return False
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        print(f"Cloud Custodian isn't measured: {what} failed: {said[-1]}")
    return done.returncode == 0


def _told(demo: DemoProcess, method: str = "GET") -> list[dict[str, object]]:
    """The emulator's log of calls; DELETE empties it."""
    with urlopen(Request(f"{demo.endpoint}/demo/calls", method=method), timeout=30) as answer:
        return list(json.load(answer))


def main() -> None:
    """All of it; ends with 1 where CloudWatch was asked more often than need be."""
    steps: list[Callable[[Path, DemoProcess], bool | None]] = [collected, custodian]
    today = runs.utc_now().date()
    with tempfile.TemporaryDirectory(prefix="spendscope-bench-") as name, DemoProcess.start(today, module="tests.bench.large") as demo:
        sizes = (large.INSTANCES, large.DATABASES, large.FUNCTIONS, large.BUCKETS)
        print("{:,} instances, {} databases, {} functions and {} buckets in 4 regions".format(*sizes))
        results = [step(Path(name) / step.__name__, demo) for step in steps]
    sys.exit(False in results)


if __name__ == "__main__":
    main()
