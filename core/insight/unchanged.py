"""Figures that are as they were when a run before judged them: what it said holds, and needn't be worked out again."""

import hashlib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import core.analysis
from core.insight import ahead, kept, unusual
from core.insight.anomaly import Rules
from core.models import Filters, Snapshot
from core.store import analyses
from core.store.client import Store

KINDS = (unusual.RULES, unusual.KIND, ahead.DAY, ahead.MONTH, ahead.QUARTER, ahead.METHOD)
"""The kinds of rows that follow from a view's figures alone."""


def content(store: Store, snap: Snapshot, view: Filters, rules: Rules) -> str:
    """Stands for all that a judgement of the view follows from: its figures, the rules, and the code that judges."""
    held = f"{analyses.content(store, snap, view)} {sorted(asdict(rules).items())} {_code()}"
    return hashlib.sha256(held.encode()).hexdigest()[:16]


def said_before(store: Store, snap: Snapshot, currency: str, told: str) -> list[dict[str, Any]] | None:
    """The rows of the last published judgement, to be kept again; None where it was of another content than `told`."""
    bases = analyses.rows(store, snap, kept.BASIS, currency)
    if not any(basis.details.get("content") == told for basis in bases):
        return None
    return [{"kind": kind, **vars(row)} for kind in KINDS for row in analyses.rows(store, snap, kind, currency)]


@cache
def _code() -> str:
    """Stands for the code that judges, so that a release that judges otherwise copies nothing."""
    files = [file for module in (core.analysis, kept) for file in sorted(Path(str(module.__file__)).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
