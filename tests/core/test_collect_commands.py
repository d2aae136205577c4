"""`python -m core collect`, `check-access` and `demo-server`, as a user starts them."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from core.demo.process import DemoProcess
from core.settings import ROOT
from tests.core.demo import tiny
from tests.processes import MEASURING, demo_process

AS_OF = "2026-11-23"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoProcess]:
    with demo_process(date.fromisoformat(AS_OF)) as process:
        yield process


@pytest.fixture(scope="module")
def small() -> Iterator[tiny.Served]:
    """An organisation that is collected in no time, for what doesn't need a whole one."""
    with tiny.served() as served:
        yield served


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on a data folder of the test's own, without any AWS configuration but what is given."""

    def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        env = clean_environment(tmp_path) | environment
        return subprocess.run([sys.executable, "-m", "core", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    return command


def clean_environment(folder: Path) -> dict[str, str]:
    """Nothing of AWS's or ours, and coverage isn't measured, which would double the time of a whole collection."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SPENDSCOPE_", MEASURING))}
    files = {"AWS_CONFIG_FILE": str(folder / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials")}
    return {**kept, **files, "AWS_EC2_METADATA_DISABLED": "true", "CLICKHOUSE_DSN": f"chdb://{folder / 'data'}"}


def credentials(demo: DemoProcess | tiny.Served, **more: str) -> dict[str, str]:
    given = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_ROLE_NAME": "SpendscopeReader", "AWS_REGIONS": "us-east-1"}
    return {**given, "AWS_ENDPOINT_URL": demo.endpoint, **more}


def faults(demo: DemoProcess | tiny.Served, *rules: dict[str, object]) -> None:
    for method, body in (("DELETE", None), ("POST", json.dumps(rules).encode())):
        urllib.request.urlopen(urllib.request.Request(f"{demo.endpoint}/demo/faults", body, method=method)).close()


def test_collecting_says_what_it_will_cost_then_what_came(run: Run, demo: DemoProcess) -> None:
    faults(demo)
    done = run("collect", "--as-of", AS_OF, **credentials(demo))
    assert done.returncode == 0, done.stderr
    assert "about" in done.stderr.splitlines()[0]
    assert "14 months of costs" in done.stdout
    assert "it stops at $5.00" in done.stderr
    found = json.loads(run("export", "opportunities", "--region", "us-east-1", "--format", "json", **credentials(demo)).stdout)
    assert {row["region"] for row in found} == {"us-east-1"}
    needed = {
        "id", "check", "type", "service", "account_id", "region", "resource_id", "resource_name", "monthly_savings_usd", "confidence",
        "priority", "effort", "risk", "title", "reason", "evidence", "fix", "counted", "state",
    }  # fmt: skip
    assert needed <= set(found[0])
    assert isinstance(found[0]["evidence"], dict)
    dismissed = run("export", "opportunities", "--state", "dismissed", "--format", "json", **credentials(demo))
    assert json.loads(dismissed.stdout) == []
    assert all(isinstance(row["monthly_savings_usd"], float) for row in found)


def test_an_estimate_alone_asks_nothing(run: Run, demo: DemoProcess) -> None:
    urllib.request.urlopen(urllib.request.Request(f"{demo.endpoint}/demo/calls", method="DELETE")).close()
    done = run("collect", "--estimate", "--as-of", AS_OF, **credentials(demo))
    assert done.returncode == 0
    with urllib.request.urlopen(f"{demo.endpoint}/demo/calls") as answer:
        assert json.load(answer) == []


def test_what_is_incomplete_is_named_and_fails_the_command(run: Run, small: tiny.Served) -> None:
    faults(small, {"service": "ec2", "action": "DescribeInstances", "account": tiny.ALPHA, "kind": "denied", "times": -1})
    done = run("collect", "--as-of", tiny.AS_OF.isoformat(), **credentials(small))
    faults(small)
    assert done.returncode == 1
    assert f"incomplete: EC2 instances {tiny.ALPHA} us-east-1: " in done.stdout
    assert "ec2:DescribeInstances" in done.stdout


def test_without_credentials_it_says_what_to_do(run: Run) -> None:
    done = run("collect", "--as-of", AS_OF)
    assert done.returncode == 2
    assert "credentials" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_cap_stops_the_run_before_the_request_that_would_pass_it(run: Run, small: tiny.Served) -> None:
    faults(small)
    done = run("collect", "--as-of", tiny.AS_OF.isoformat(), **credentials(small, SPENDSCOPE_COST_CAP_USD="0.05"))
    assert done.returncode == 1
    assert "cap of $0.05" in done.stdout
    assert "$0.05." in done.stdout.splitlines()[0]


def test_check_access_names_what_is_missing_and_what_that_costs(run: Run, demo: DemoProcess) -> None:
    faults(demo, {"service": "ec2", "action": "DescribeVolumes", "account": "333344445555", "kind": "denied", "times": -1})
    done = run("check-access", "--as-of", AS_OF, **credentials(demo))
    faults(demo)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    missing = [number for number, line in enumerate(lines) if line.startswith("missing")]
    assert [lines[number].split() for number in missing] == [["missing", "ec2:DescribeVolumes", "333344445555"]]
    assert "Unattached and oversized volumes aren't found." in lines[missing[0] + 1]
    assert run("check-access", "--as-of", AS_OF, **credentials(demo)).returncode == 0


def test_the_demo_server_says_where_it_answers_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "core", "demo-server", "--as-of", AS_OF]
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment(tmp_path), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        address = server.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/demo/health") as answer:
            assert json.load(answer)["as_of"] == AS_OF
        server.terminate()
        assert server.wait(10) in (0, -signal.SIGTERM)
