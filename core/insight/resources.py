"""What resources cost a month, taken apart: computing, storage by class, requests; and why a cost isn't known."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from core import reckoning
from core.models import Snapshot
from core.prices import PriceList
from core.store import facts, resource_costs
from core.store.client import Store
from core.store.resource_costs import Selection

PARTS = ("compute", "storage", "iops", "throughput", "requests", "other")
"""What a line of a cost is for."""

_GIB = ("gb-mo", "gib-mo", "gb-month")
# In a line's key or unit, in lower case; the first that is there decides.
_PARTS = (
    ("iops", "iops"),
    ("throughput", "throughput"),
    ("bps-mo", "throughput"),
    *((unit, "storage") for unit in _GIB),
    ("request", "requests"),
    ("objects", "requests"),
    ("hrs", "compute"),
    ("hour", "compute"),
    ("second", "compute"),
)
_EBS = {"": "magnetic", ".piops": "io1"}
# Part of a usage type of S3, and the class that it bills. https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html
_S3 = (
    ("INT-FA", "Intelligent-Tiering, frequent"),
    ("INT-IA", "Intelligent-Tiering, infrequent"),
    ("INT-AIA", "Intelligent-Tiering, archive instant"),
    ("INT-AA", "Intelligent-Tiering, archive"),
    ("INT-DAA", "Intelligent-Tiering, deep archive"),
    ("INT", "Intelligent-Tiering"),
    ("SIA", "Standard-IA"),
    ("ZIA", "One Zone-IA"),
    ("XZ", "Express One Zone"),
    ("GIR", "Glacier Instant Retrieval"),
    ("GDA", "Glacier Deep Archive"),
    ("Glacier", "Glacier Flexible Retrieval"),
    ("RRS", "Reduced Redundancy"),
    ("TimedStorage-ByteHrs", "Standard"),
)
_RDS = (
    (r"GP3", "gp3"),
    (r"GP2", "gp2"),
    (r"IO2", "io2"),
    (r"PIOPS", "io1"),
    (r"Aurora", "Aurora"),
    (r"StorageUsage", "magnetic"),
)
_FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reckoning raises over attributes that aren't as AWS documents them."""


def part_of(key: str, unit: str) -> str:
    """Which of PARTS a line of this key and unit is for."""
    told = f"{unit} {key}".lower()
    by_unit = next((part for mark, part in _PARTS if mark in unit.lower()), None)
    return by_unit or next((part for mark, part in _PARTS if mark in told), "other")


def class_of(kind: str, key: str) -> str:
    """What a line is of, under the name that people know: "EBS gp3", "S3 Standard-IA", "Lambda arm64"; else the price list's own key."""
    if kind == "ec2:volume":
        own = re.search(r"EBS:Volume(?:Usage|P-IOPS|P-Throughput|IOUsage)(\.\w+)?", key)
        name = (own.group(1) or "") if own else None
        return key if name is None else f"EBS {_EBS.get(name, name.removeprefix('.'))}"
    if kind == "rds:db":
        name = next((name for mark, name in _RDS if re.search(mark, key, re.IGNORECASE)), "")
        return f"RDS {name}{', Multi-AZ' if re.search('Multi-?AZ', key, re.IGNORECASE) else ''}" if name else key
    if kind == "s3:bucket":
        name = next((name for mark, name in _S3 if mark.lower() in key.lower()), "")
        return f"S3 {name}" if name else f"S3 {key}"
    if kind == "lambda:function":
        return f"Lambda {'arm64' if 'arm' in key.lower() else 'x86_64'}{', ephemeral storage' if 'storage' in key.lower() else ''}"
    return key


def apart(lines: pd.DataFrame) -> pd.DataFrame:
    """Summed lines (`core.store.resource_costs.lines`) by type, part and class, the dearest first.

    Columns: resource_type, part, of, resources (the most that any of its lines is of), quantity (float), unit, usd (Decimal).
    Instances, of which each type is a line of its own, are one class each of EC2 and RDS.
    """
    held: dict[tuple[str, str, str, str], tuple[int, float, Decimal]] = {}
    columns = (lines[name] for name in ("resource_type", "key", "unit", "resources", "quantity", "usd"))
    for kind, key, unit, resources, quantity, usd in zip(*columns, strict=True):
        part = part_of(key, unit)
        where = (kind, part, _class(kind, part, key), unit)
        before, so_much, so_dear = held.get(where, (0, 0.0, Decimal(0)))
        together = before + resources if _each_once(kind, part) else max(before, resources)
        held[where] = together, so_much + quantity, so_dear + usd
    found = [
        {"resource_type": kind, "part": part, "of": of, "resources": resources, "quantity": quantity, "unit": unit, "usd": usd}
        for (kind, part, of, unit), (resources, quantity, usd) in held.items()
    ]
    frame = pd.DataFrame(found, columns=["resource_type", "part", "of", "resources", "quantity", "unit", "usd"])
    return frame.sort_values(["usd", "of"], ascending=[False, True], kind="stable", ignore_index=True) if len(frame) else frame


def listed(
    store: Store,
    snap: Snapshot,
    selected: Selection,
    limit: int | None = None,
    offset: int = 0,
    sort: str = "cost",
    *,
    descending: bool = True,
) -> pd.DataFrame:
    """A page of resources (`core.store.resource_costs.page`) with more columns.

    They are each of PARTS (Decimal; None where the cost isn't known), `gib` of storage, `what` it is in few words, and `lacking`, the
    reason why its cost isn't known.
    """
    rows = resource_costs.page(store, snap, selected, limit, offset, sort, descending=descending)
    attributes = [_read(text) for text in rows["attributes"]]
    held = [_parts(basis) for basis in rows["cost_basis"]]
    parts = {part: [one.get(part, Decimal(0)) if one is not None else None for one in held] for part in PARTS}
    gib = [_gib(basis) for basis in rows["cost_basis"]]
    what = [described(kind, one) for kind, one in zip(rows["resource_type"], attributes, strict=True)]
    more = {**parts, "gib": gib, "what": what, "lacking": _reasons(store, rows, attributes)}
    return pd.concat([rows, pd.DataFrame(more, index=rows.index, dtype=object)], axis=1)


def cost_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """The lines of listed resources, one row each, with the resource's place; those whose cost isn't known have none."""
    place = ["resource_type", "resource_id", "name", "account_id", "account_name", "region"]
    found = [
        {**{name: row[name] for name in place}, "part": part_of(line["key"], line["unit"]), **_line(line)}
        for row in rows.to_dict("records")
        for line in _lines(row["cost_basis"])
    ]
    return pd.DataFrame(found, columns=[*place, "part", *_LINE])


_LINE = ("label", "key", "quantity", "unit", "unit_price", "usd", "source", "source_date", "sku")


def working(basis: str) -> list[dict[str, Any]]:
    """The lines of one cost for a table: amounts as numbers."""
    return [{**_line(line), **{name: float(line[name]) for name in ("quantity", "unit_price", "usd")}} for line in _lines(basis)]


def described(kind: str, attributes: Mapping[str, Any]) -> str:
    """What a resource is, in few words: "m5.large", "gp3, 100 GiB", "db.r5.large, postgres, Multi-AZ"."""
    told: Sequence[object]
    match kind:
        case "ec2:instance":
            told = (attributes.get("InstanceType"), attributes.get("InstanceLifecycle"))
        case "ec2:volume":
            size = attributes.get("Size")
            told = (attributes.get("VolumeType"), f"{size} GiB" if size else None)
        case "rds:db":
            zones = "Multi-AZ" if attributes.get("MultiAZ") else None
            told = (attributes.get("DBInstanceClass"), attributes.get("Engine"), zones)
        case "lambda:function":
            size, archs = attributes.get("MemorySize"), attributes.get("Architectures")
            told = (f"{size} MB" if size else None, *(archs if isinstance(archs, list) else ()), attributes.get("Runtime"))
        case _:
            told = ()
    return ", ".join(str(word) for word in told if word)


def _class(kind: str, part: str, key: str) -> str:
    if part == "compute" and kind in ("ec2:instance", "rds:db"):
        return {"ec2:instance": "EC2 instances", "rds:db": "RDS instances"}[kind]
    return class_of(kind, key)


def _each_once(kind: str, part: str) -> bool:
    """Whether a resource has one line of the class only, so that those of several keys add up."""
    return part == "compute" and kind in ("ec2:instance", "rds:db")


def _parts(basis: str) -> dict[str, Decimal] | None:
    """What each part comes to; None where the cost isn't known."""
    if not basis:
        return None
    found: dict[str, Decimal] = {}
    for line in _lines(basis):
        part = part_of(line["key"], line["unit"])
        found[part] = found.get(part, Decimal(0)) + Decimal(line["usd"])
    return found


def _gib(basis: str) -> float | None:
    """The GiB that are paid for; None where there are none or it isn't known."""
    held = [float(line["quantity"]) for line in _lines(basis) if part_of(line["key"], line["unit"]) == "storage"]
    return sum(held) if held else None


def _lines(basis: str) -> Iterable[dict[str, str]]:
    lines = _read(basis).get("lines")
    return lines if isinstance(lines, list) else ()


def _line(line: Mapping[str, str]) -> dict[str, str]:
    return {name: line.get(name, "") for name in _LINE}


def _read(text: str) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _reasons(store: Store, rows: pd.DataFrame, attributes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why the cost of each isn't known, by the prices that there are now; "" where it is."""
    if rows["cost"].notna().all():
        return [""] * len(rows)
    prices = PriceList(facts.prices(store))
    return [_reason(row, own, prices) if pd.isna(row["cost"]) else "" for row, own in zip(rows.to_dict("records"), attributes, strict=True)]


def _reason(row: Mapping[Any, Any], attributes: Mapping[str, Any], prices: PriceList) -> str:
    measured = {name: value for name, value in row["utilisation"].items() if value is not None}
    try:
        found = reckoning.cost_of(row["resource_type"], row["region"], row["state"], attributes, measured, prices)
    except _FAILURES as error:
        return f"its attributes aren't as documented ({type(error).__name__})"
    if found is None:
        return "what such resources cost isn't worked out"
    return found.lacking or "it hasn't been judged since its price is known; the next collection does that"
