"""What the resources page says: the types, their words, and the rows of its tables and exports. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from app import format as fmt
from app.charts_savings import Held
from core.insight.resources import PARTS
from core.store.resource_costs import KINDS, Sum

LABELS = {
    "ec2:instance": "EC2 instances",
    "ec2:volume": "EBS volumes",
    "rds:db": "RDS databases",
    "lambda:function": "Lambda functions",
    "s3:bucket": "S3 buckets",
}
ONE = {
    "ec2:instance": "EC2 instance",
    "ec2:volume": "EBS volume",
    "rds:db": "RDS database",
    "lambda:function": "Lambda function",
    "s3:bucket": "S3 bucket",
}
SERVICES = {"EC2": "ec2:instance", "EBS": "ec2:volume", "RDS": "rds:db", "Lambda": "lambda:function", "S3": "s3:bucket"}
"""The service that bills a type, as the filter bar has it."""

PART_LABELS = {
    "compute": "Compute",
    "storage": "Storage",
    "iops": "IOPS",
    "throughput": "Throughput",
    "requests": "Requests",
    "other": "Other",
}
SORTS = {"cost": "Cost", "name": "Name", "kind": "Type", "account": "Account", "region": "Region", "state": "State"}
UNKNOWN = "not known"

_EXPORTED = ("resource_type", "resource_id", "name", "account_id", "account_name", "region", "state", "what", "created_at", "collected_at")


def kinds_of(services: Sequence[str]) -> tuple[str, ...]:
    """The types that the filter bar's services leave; all of them without a choice, none where no such service has any here."""
    return tuple(SERVICES[name] for name in services if name in SERVICES) if services else KINDS


def total(sums: Mapping[str, Sum]) -> Sum:
    """All types together."""
    return Sum(
        sum(one.found for one in sums.values()),
        sum(one.known for one in sums.values()),
        sum((one.usd for one in sums.values()), Decimal(0)),
    )


def headline(sums: Mapping[str, Sum]) -> str:
    """What resources cost and which type costs most, in one sentence."""
    whole = total(sums)
    if not whole.found:
        return "No resources under these filters"
    if not whole.known:
        return f"{fmt.count(whole.found, 'resource')}, and of none is the cost known"
    said = f"{fmt.count(whole.known, 'resource')} cost {fmt.short(whole.usd)} a month on demand"
    largest = max(sums, key=lambda kind: sums[kind].usd)
    if len(sums) > 1 and whole.usd:
        said += f", {LABELS[largest]} {fmt.share(sums[largest].usd, whole.usd)} of it"
    missing = whole.found - whole.known
    return f"{said}; the cost of {missing:,} isn't known" if missing else said


def together(whole: Sum) -> str:
    """The sum under the table."""
    count, missing = fmt.count(whole.found, "resource"), whole.found - whole.known
    if not whole.known:
        return f"{count}, and of none is the cost known."
    said = f"{count}, together {fmt.exact(whole.usd)} a month on demand"
    return f"{said}, without the {missing:,} whose cost isn't known." if missing else f"{said}."


def rows(listed: pd.DataFrame) -> pd.DataFrame:
    """The table's columns: what isn't known is empty, and says why."""
    return pd.DataFrame(
        {
            "resource": [f"{name} ({ident})" if name and name != ident else ident for name, ident in _pairs(listed, "name", "resource_id")],
            "kind": [ONE.get(kind, kind) for kind in listed["resource_type"]],
            "what": listed["what"],
            "cost": _floats(listed["cost"]),
            **{part: [value or None for value in _floats(listed[part])] for part in PARTS},
            "gib": listed["gib"].astype(float),
            "account": [name or ident for name, ident in _pairs(listed, "account_name", "account_id")],
            "region": listed["region"],
            "state": listed["state"].str.capitalize(),
            "lacking": [f"{reason[0].upper()}{reason[1:]}" if reason else "" for reason in listed["lacking"]],
        }
    )


def exported(listed: pd.DataFrame) -> pd.DataFrame:
    """A row for each resource with a column for each part of its cost, under the names of exports."""
    places = listed[list(_EXPORTED)].copy()
    amounts = {"monthly_cost_usd": listed["cost"], **{f"{part}_usd": listed[part] for part in PARTS}, "storage_gib": listed["gib"]}
    return places.assign(**amounts, not_known_because=listed["lacking"])


def exported_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """A row for each line of each cost."""
    return lines.rename(columns={"usd": "monthly_cost_usd", "source": "price_source", "source_date": "price_date"})


def storage(apart: pd.DataFrame) -> list[Held]:
    """The classes of storage, the dearest first."""
    held = apart[apart["part"] == "storage"]
    return [Held(*one) for one in zip(held["of"], held["quantity"].astype(float), held["usd"], strict=True)]


def lines(apart: pd.DataFrame) -> pd.DataFrame:
    """What everything is made of, for a table."""
    return pd.DataFrame(
        {
            "kind": [LABELS.get(kind, kind) for kind in apart["resource_type"]],
            "part": [PART_LABELS.get(part, part) for part in apart["part"]],
            "of": apart["of"],
            "resources": apart["resources"],
            "quantity": apart["quantity"].astype(float),
            "unit": apart["unit"],
            "usd": _floats(apart["usd"]),
        },
        columns=["kind", "part", "of", "resources", "quantity", "unit", "usd"],
    )


METHOD = (
    "Each cost is what the resource as it was last seen costs in 730 hours at AWS's on-demand price for its own region, system and class.",
    "It is before reservations, Savings Plans, negotiated discounts, credits and free tiers, and isn't the bill; the Cost page has that.",
    "Prices are the Pricing API's, or else those of a dated list for us-east-1. Of tiered prices the first tier is taken.",
    "Requests and computing of functions are those of the days that were measured, taken to a month.",
    "Data transfer, snapshots, backups and requests to S3 aren't in it.",
    "Where a price or a measurement is missing, the cost is not known, and not zero; the reason stands beside it.",
    "A stopped instance has no hours, so it costs nothing; its volumes do.",
)


def _pairs(frame: pd.DataFrame, one: str, other: str) -> list[tuple[str, str]]:
    return list(zip(frame[one], frame[other], strict=True))


def _floats(values: Iterable[Any]) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]
