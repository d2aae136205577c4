"""`python -m core`, each command in a process of its own as a user starts it."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.bills import rows, write

ROOT = Path(__file__).resolve().parents[2]


Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line on a data folder of the test's own."""

    def command(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
        env = {**os.environ, "CLICKHOUSE_DSN": f"chdb://{tmp_path / 'data'}", **environment}
        return subprocess.run([sys.executable, "-m", "core", *map(str, arguments)], cwd=ROOT, env=env, capture_output=True, check=False)

    return command


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    """August 2026: 36 a day, 1,116 in all."""
    return write(tmp_path / "bill.csv", rows("2026-08", range(1, 32)))


def exported(output: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output.decode())))


def test_import_then_export_gives_every_row_with_its_terms(run: Run, bill: Path) -> None:
    imported = run("import-billing", bill, "--as-of", "2026-09-03")
    assert imported.returncode == 0, imported.stderr
    assert b"124 rows" in imported.stdout
    assert b"1116 USD" in imported.stdout
    found = exported(run("export", "costs", "--as-of", "2026-09-03").stdout)
    assert sum(Decimal(row["unblended"]) for row in found) == Decimal(1116)
    assert sum(Decimal(row["amortized"]) for row in found) == Decimal("1004.4")
    needed = {
        "date", "account_id", "region", "service", "charge_category", "unblended", "amortized", "net_unblended",
        "currency", "estimated", "source", "cost_type", "as_of", "run",
    }  # fmt: skip
    assert needed <= set(found[0])
    assert {row["as_of"] for row in found} == {"2026-09-03"}
    assert {row["contracted"] for row in found if row["service"] == "Lambda"} == {"1"}


def test_export_filters_and_formats(run: Run, bill: Path, tmp_path: Path) -> None:
    run("import-billing", bill)
    days = ("--start", "2026-08-10", "--end", "2026-08-11")
    filtered = run("export", "costs", "--service", "EC2", "--service", "S3", "--region", "us-east-1", *days)
    assert sum(Decimal(row["cost"]) for row in exported(filtered.stdout)) == Decimal(50)
    last_day = json.loads(run("export", "costs", "--format", "json", "--start", "2026-08-31").stdout)
    assert sum(row["unblended"] for row in last_day) == 36
    target = tmp_path / "costs.parquet"
    assert run("export", "costs", "--format", "parquet", "--output", target).returncode == 0
    assert sum(pyarrow.parquet.read_table(target)["unblended"].to_pylist()) == Decimal(1116)


def test_export_what_drove_a_change(run: Run, tmp_path: Path) -> None:
    days = [*rows("2026-08", range(1, 11)), *rows("2026-08", range(11, 21), factor=2)]
    run("import-billing", write(tmp_path / "bill.csv", days), "--as-of", "2026-09-03")
    found = exported(run("export", "drivers", "--start", "2026-08-11", "--region", "eu-west-1", "--as-of", "2026-09-03").stdout)
    assert sum(Decimal(row["amount"]) for row in found) == Decimal(110)  # ten days at 11 more
    assert {row["driver"] for row in found} == {"not_split"}  # this bill has no quantities
    terms = ("before_first_day", "before_last_day", "first_day", "last_day", "filters", "currency")
    assert [found[0][name] for name in terms] == ["2026-08-01", "2026-08-10", "2026-08-11", "2026-08-20", "region=eu-west-1", "USD"]
    refused = run("export", "drivers", "--start", "2026-08-11", "--against", "year")
    assert refused.returncode == 2
    assert b"2025-08-11 to 2025-08-20" in refused.stderr


def test_analyze_then_export_what_it_says(run: Run, bill: Path) -> None:
    run("import-billing", bill, "--as-of", "2026-08-24")
    analyzed = run("analyze", "--as-of", "2026-08-24")
    assert analyzed.returncode == 0, analyzed.stderr
    assert b"judged up to 2026-08-21" in analyzed.stdout
    forecast = json.loads(run("export", "forecast", "--service", "S3", "--format", "json", "--as-of", "2026-08-24").stdout)
    assert [forecast[0]["date"], forecast[-1]["date"], len(forecast)] == ["2026-08-22", "2026-09-30", 40]
    assert {round(row["mean"], 6) for row in forecast} == {5}
    assert (forecast[0]["filters"], forecast[0]["settled"], forecast[0]["cost_type"]) == ("service=S3", "2026-08-21", "unblended")
    parts = exported(run("export", "forecast", "--by", "service").stdout)
    assert [(row["date"], row["service"], row["mean"]) for row in parts[:3]] == [
        ("2026-08-22", "EC2", "30.00"),
        ("2026-08-22", "S3", "5.00"),
        ("2026-08-22", "Lambda", "1.00"),
    ]
    anomalies = run("export", "anomalies")
    assert anomalies.stdout.startswith(b"id,service,first,last,expected,actual,impact,")
    assert exported(anomalies.stdout) == []  # every day costs the same


def test_a_refusal_is_one_sentence_and_a_status(run: Run, tmp_path: Path) -> None:
    for arguments, named in [
        (("import-billing", tmp_path / "missing.csv"), b"missing.csv"),
        (("export", "costs"), b"no costs to export"),
        (("analyze",), b"nothing to analyse"),
        (("export", "costs", "--start", "someday"), b"someday"),
    ]:
        refused = run(*arguments)
        assert refused.returncode == 2
        assert named in refused.stderr
        assert b"Traceback" not in refused.stderr
        assert refused.stdout == b""


def test_a_bad_setting_stops_the_start_with_its_name(run: Run) -> None:
    for name, value in [("CLICKHOUSE_DSN", "mysql://here"), ("SPENDSCOPE_MEMORY_LIMIT_GIB", "lots"), ("SPENDSCOPE_SETTLED_DAYS", "-1")]:
        refused = run("export", "costs", **{name: value})
        assert refused.returncode == 2
        assert name.encode() in refused.stderr
        assert len(refused.stderr.decode().strip().splitlines()) == 1


def test_the_server_refuses_a_bad_port_in_one_line() -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "app.server"], cwd=ROOT, env={**os.environ, "PORT": "eighty"}, capture_output=True, check=False
    )
    assert refused.returncode == 2
    assert b"PORT" in refused.stderr
    assert b"Traceback" not in refused.stderr


def test_help_stands_at_every_command(run: Run) -> None:
    for arguments in (["--help"], ["import-billing", "--help"], ["export", "--help"], ["export", "costs", "--help"]):
        shown = run(*arguments)
        assert shown.returncode == 0
        assert b"usage: python -m core" in shown.stdout
