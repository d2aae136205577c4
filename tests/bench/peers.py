"""What others would take instead: Prophet and statsforecast's AutoETS, installed for a bench alone, in an environment that goes with it."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

PACKAGES = ("prophet==1.5.0", "statsforecast==2.1.1")
METHODS = ("Prophet", "AutoETS")
PATIENCE = 240
"""Seconds that installing them may take, and answering."""

WORKER = Path(__file__).with_name("peers_worker.py")

Task = tuple["pd.Series[float]", int]
"""A history and how many days after it are asked for."""


@contextmanager
def installed() -> Iterator[Path | None]:
    """The Python that has them; None, with the reason printed, where they can't be installed."""
    with tempfile.TemporaryDirectory(prefix="spendscope-peers-") as name:
        python = Path(name) / "bin" / "python"
        steps = [
            [sys.executable, "-m", "venv", name],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
        ]
        yield python if all(_ran("installing them", step) is not None for step in steps) else None


def ask(python: Path, method: str, tasks: Sequence[Task], levels: Sequence[int]) -> tuple[float, list[Mapping[str, Any]]] | None:
    """Seconds and, for each task, mean and bounds by day; None, with the reason printed, where it fails. In one process."""
    given = [{"start": str(own.index[0].date()), "values": own.tolist(), "horizon": horizon} for own, horizon in tasks]
    said = _ran(method, [str(python), str(WORKER)], json.dumps({"method": method, "tasks": given, "levels": list(levels)}))
    if said is None:
        return None
    answer = json.loads(said)
    return answer["seconds"], answer["said"]


def _ran(what: str, command: Sequence[str], given: str = "") -> str | None:
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"The peers aren't measured: {what} failed: {error}")
        return None
    if done.returncode:
        told = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        print(f"The peers aren't measured: {what} failed: {told[-1]}")
        return None
    return done.stdout
