"""SIGKILL at any moment of an import that replaces a month leaves the old figures or the new ones, and the next start heals."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from core.settings import ROOT
from tests.exports import focus, write

KILLS = 20
SEED = 20261122
# Lines and billed sum of each bill.
OLD, NEW = (5001, 5001), (10000, 20000)

Processes = subprocess.Popen[str]
"""What starts a process for each line it is sent."""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Processes that import either bill into a folder."""
    old = write(tmp_path / "old.csv", [focus(ResourceId=f"r{n}") for n in range(OLD[0])])
    new = write(tmp_path / "new.csv", [focus(ResourceId=f"r{n}", BilledCost="2") for n in range(NEW[0])])
    command = [sys.executable, "-m", "tests.killable", tmp_path / "data", old, new]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as starter:
        yield starter


def started(processes: Processes) -> dict[str, Any]:
    """What a process found that has just begun its import."""
    assert processes.stdin
    assert processes.stdout
    print(file=processes.stdin, flush=True)
    return json.loads(processes.stdout.readline())


def killed(processes: Processes, found: dict[str, Any]) -> None:
    """Kill the process that found this, and wait until it is gone."""
    assert processes.stdout
    with suppress(ProcessLookupError):  # it may have come to its end by itself
        os.kill(found["process"], signal.SIGKILL)
    assert "ended\n" in processes.stdout


def whole(processes: Processes) -> tuple[float, dict[str, Any]]:
    """Let an import end; returns its seconds and what was found before it."""
    found = started(processes)
    begun = time.monotonic()
    assert processes.stdout
    assert processes.stdout.readline() == "done\n"
    seconds = time.monotonic() - begun
    assert processes.stdout.readline() == "ended\n"
    return seconds, found


def sound(found: dict[str, Any]) -> bool:
    """Whether a process found one of the two bills whole, and nothing else lying about."""
    clean = not (found["gaps"] or found["leftovers"] or found["running"])
    figures = found["lines"], float(found["billed"])
    return clean and figures in (OLD, NEW) and float(found["line_items"]) == figures[1]


def test_twenty_kills(processes: Processes) -> None:
    whole(processes)
    seconds, found = whole(processes)
    assert found["lines"] == OLD[0]
    moments = random.Random(SEED)
    seen = []
    for _ in range(KILLS):
        seen.append(started(processes))
        time.sleep(moments.random() * seconds)
        killed(processes, seen[-1])
    seen.append(started(processes))
    killed(processes, seen[-1])
    assert [found for found in seen if not sound(found)] == []
    assert any(found["healed"] for found in seen), "kills hit runs under way"
