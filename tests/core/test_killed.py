"""SIGKILL at any moment of an import that replaces a month leaves the old figures or the new ones, and the next start heals."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.settings import ROOT
from tests.exports import focus, write

KILLS = 20
SEED = 20261122
# Lines and billed sum of each bill.
OLD, NEW = (5001, 5001), (10000, 20000)


def started(arguments: Sequence[str]) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """A process that has just begun its import, and what it found before."""
    process = subprocess.Popen([sys.executable, "-m", "tests.killable", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, json.loads(process.stdout.readline())


def whole(arguments: Sequence[str]) -> tuple[float, dict[str, Any]]:
    """Let an import end; returns its seconds and what was found before it."""
    process, found = started(arguments)
    begun = time.monotonic()
    assert process.stdout
    assert process.stdout.readline() == "done\n"
    seconds = time.monotonic() - begun
    process.communicate()
    return seconds, found


def sound(found: dict[str, Any]) -> bool:
    """Whether a process found one of the two bills whole, and nothing else lying about."""
    clean = not (found["gaps"] or found["leftovers"] or found["running"])
    figures = found["lines"], float(found["billed"])
    return clean and figures in (OLD, NEW) and float(found["line_items"]) == figures[1]


def test_twenty_kills(tmp_path: Path) -> None:
    old = write(tmp_path / "old.csv", [focus(ResourceId=f"r{n}") for n in range(OLD[0])])
    new = write(tmp_path / "new.csv", [focus(ResourceId=f"r{n}", BilledCost="2") for n in range(NEW[0])])
    arguments = [str(tmp_path / "data"), str(old), str(new)]
    whole(arguments)
    seconds, found = whole(arguments)
    assert found["lines"] == OLD[0]
    moments = random.Random(SEED)
    seen = []
    for _ in range(KILLS):
        process, found = started(arguments)
        seen.append(found)
        time.sleep(moments.random() * seconds)
        process.kill()
        process.communicate()
    process, found = started(arguments)
    process.kill()
    process.communicate()
    seen.append(found)
    assert [found for found in seen if not sound(found)] == []
    assert any(found["healed"] for found in seen), "kills hit runs under way"
