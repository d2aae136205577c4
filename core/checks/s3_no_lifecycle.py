"""Buckets without lifecycle rules that keep everything in Standard."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.s3_lifecycle import ABORT_DAYS, ABORT_RULE, BUCKET, enabled, get, put
from core.checks.windows import WINDOW_DAYS, window
from core.reckoning import Reckoning, s3
from core.reckoning.s3 import Tiering

STANDARD_GIB = Threshold("standard_gib", 1.0, "GiB", "How much a bucket may keep in Standard without a rule")
OBJECT_KIB = Threshold("object_kib", 128.0, "KiB", "Mean size of objects under which moving them isn't worth it")
LOW_PERCENT = Threshold("low_percent", 20.0, "%", "Share of the data that nobody reads for 30 days, at the least")
EXPECTED_PERCENT = Threshold("expected_percent", 40.0, "%", "The same, as the saving is reckoned")
HIGH_PERCENT = Threshold("high_percent", 80.0, "%", "The same, at the most")
MONTHS = Threshold("months", 12.0, "months", "Over how many months the requests that move objects once are spread")
ASSUMED_KIB = Threshold("assumed_kib", 1024.0, "KiB", "Mean size of objects that is taken where CloudWatch doesn't know their number")

SIZE, OBJECTS = ("BucketSizeBytes", "Average"), ("NumberOfObjects", "Average")
CONFIDENCE = 0.5
KIB_A_GIB = 2**20

SMALLEST_BYTES = 128 * 1024
"""Objects under 128 KB are neither moved nor watched.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

TIERING_RULE: Mapping[str, Any] = {
    "ID": "intelligent-tiering",
    "Status": "Enabled",
    "Filter": {"ObjectSizeGreaterThan": SMALLEST_BYTES - 1},
    "Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}],
}


@dataclass(frozen=True)
class Held:
    """What a bucket has in Standard, and what of it can be moved, in GiB; how many objects that is, and whether their number is assumed."""

    standard: Decimal
    movable: Decimal
    objects: int
    assumed: bool


@dataclass(frozen=True)
class Range:
    """What the bucket costs with few, an expected share, or most of the data read seldom."""

    low: Reckoning
    expected: Reckoning
    high: Reckoning

    def savings(self, cost: Reckoning) -> dict[str, str]:
        """USD a month of each, to the cent; without those that aren't known."""
        found = {"low": self.low.usd, "expected": self.expected.usd, "high": self.high.usd}
        return {name: f"{cost.usd - usd:.2f}" for name, usd in found.items() if usd is not None and cost.usd is not None}


def find(resource: Resource, facts: Facts) -> Answer:
    """No rule, more in Standard than the threshold, and Intelligent-Tiering would cost less with the share that is expected."""
    rules, stored = resource.attributes.get("LifecycleRules"), s3.stored(resource.attributes)
    if rules is None:
        return NotMeasured("S3 didn't tell its lifecycle rules.")
    if enabled(rules):
        return None
    if stored is None:
        return NotMeasured("CloudWatch has no size of it in the last 14 days.")
    limits = facts.thresholds[CHECK.id]
    if figure(float(stored.get(s3.STANDARD, 0))) <= limits[STANDARD_GIB.name]:
        return None
    held = _held(resource, stored, limits)
    if held is None:
        return None
    cost, then = s3.bucket(facts.prices, resource.region, resource.attributes), _range(resource, facts, held)
    if cost.usd is not None and then.expected.usd is not None and then.expected.usd >= cost.usd:
        return None
    return _finding(resource, facts, held, cost, then)


def _held(resource: Resource, stored: Mapping[str, Decimal], limits: Mapping[str, float]) -> Held | None:
    """None where nothing can be moved, or objects are too small on average."""
    standard, known = stored[s3.STANDARD], int(resource.attributes.get("NumberOfObjects") or 0)
    if known and figure(float(sum(stored.values())) * KIB_A_GIB / known) < limits[OBJECT_KIB.name]:
        return None
    # Parts of unfinished uploads are in Standard's size and can't be moved.
    movable = standard - s3.gib_of(sum(_parts(resource.attributes)))
    if movable <= 0:
        return None
    objects = known or round(float(movable) * KIB_A_GIB / limits[ASSUMED_KIB.name])
    return Held(standard, movable, max(1, min(objects, int(movable * s3.GIB / SMALLEST_BYTES))), not known)


def _parts(attributes: Mapping[str, Any]) -> list[int]:
    uploads = attributes.get("MultipartUploads") or ()
    return [int(upload.get("Bytes") or 0) for upload in uploads if (upload.get("StorageClass") or "STANDARD") == "STANDARD"]


def _range(resource: Resource, facts: Facts, held: Held) -> Range:
    limits = facts.thresholds[CHECK.id]

    def at(share: Threshold) -> Reckoning:
        seldom = Decimal(str(limits[share.name])) / 100
        moved = Tiering(held.movable, seldom, held.objects, max(1, int(limits[MONTHS.name])))
        return s3.bucket(facts.prices, resource.region, resource.attributes, moved)

    return Range(at(LOW_PERCENT), at(EXPECTED_PERCENT), at(HIGH_PERCENT))


def _finding(resource: Resource, facts: Facts, held: Held, cost: Reckoning, then: Range) -> Finding:
    limits, savings = facts.thresholds[CHECK.id], then.savings(cost)
    saved = cost.usd - then.expected.usd if cost.usd is not None and then.expected.usd is not None else None
    between = f", between {_dollars(savings['low'])} and {_dollars(savings['high'])} a month saved" if savings else ""
    return Finding(
        reason=(
            f"Bucket {resource.named} in {resource.region} has no lifecycle rule and keeps {quantity(float(held.standard))} GiB in "
            f"Standard. In Intelligent-Tiering with {quantity(limits[EXPECTED_PERCENT.name])} % of it unread for 30 days{between}. "
            f"Now: {cost.in_words()}. Then: {then.expected.in_words()}."
        ),
        fix=put(resource, [TIERING_RULE, ABORT_RULE]) if resource.attributes["LifecycleRules"] == [] else get(resource),
        cost=cost,
        after=then.expected,
        confidence=CONFIDENCE * min(cost.confidence, then.expected.confidence) * (0.5 if held.assumed else 1.0),
        effort="low",
        risk="low",
        parts={"standard": saved} if saved else {},
        evidence={
            "rule": f"no lifecycle rule that is switched on, and more than {quantity(limits[STANDARD_GIB.name])} GiB in Standard",
            "window_days": WINDOW_DAYS,
            "thresholds": dict(limits),
            "values": _values(resource, held),
            "range_usd": savings,
            "series": _series(resource, facts),
            "notes": _notes(resource, held, limits),
        },
    )


def _dollars(amount: str) -> str:
    """With the sign before the dollar: where next to nothing is read seldom, watching costs more than it saves."""
    return f"−${amount[1:]}" if amount.startswith("-") else f"${amount}"


def _values(resource: Resource, held: Held) -> dict[str, Any]:
    stored = s3.stored(resource.attributes) or {}
    return {
        "standard_gib": float(held.standard),
        "movable_gib": float(held.movable),
        "objects": held.objects,
        "measured_on": str(resource.attributes.get("MeasuredOn", "")),
        "gib_by_storage_type": {name: float(gib) for name, gib in stored.items()},
    }


def _series(resource: Resource, facts: Facts) -> list[dict[str, Any]]:
    limit = facts.thresholds[CHECK.id][STANDARD_GIB.name] * s3.GIB
    size, objects = window(resource, SIZE, facts), window(resource, OBJECTS, facts)
    drawn = [(size, SIZE, "Bytes", limit), (objects, OBJECTS, "Count", None)]
    return [each.as_json(*metric, unit, threshold) for each, metric, unit, threshold in drawn if each.values]


def _notes(resource: Resource, held: Held, limits: Mapping[str, float]) -> list[str]:
    low, high = limits[LOW_PERCENT.name], limits[HIGH_PERCENT.name]
    notes = [
        f"Nobody measures which objects are read, so the range is what {quantity(low)} to {quantity(high)} % unread for 30 days would "
        "save; the saving counts the share between them. S3 Storage Lens or storage class analysis would tell.",
        f"Counted are the fee for watching each object and the request that moves it, once, spread over {quantity(limits[MONTHS.name])} "
        "months. Reading costs nothing extra, and there is no least time to stay.",
        "Objects under 128 KB stay in Standard. What isn't read for 90 days costs less still, which isn't counted.",
        "Data known to be read seldom costs as little in Standard-IA and less in Glacier Instant Retrieval without the fee for watching, "
        "but reading it costs extra, and it has to stay for 30 or 90 days.",
    ]
    if held.assumed:
        notes.append(
            f"CloudWatch doesn't know the number of objects; they are taken to have {quantity(limits[ASSUMED_KIB.name])} KiB each."
        )
    if held.movable < held.standard:
        notes.append("Parts of unfinished uploads stay where they are and aren't counted in.")
    if resource.attributes["LifecycleRules"]:
        notes.append(
            "It has rules that are switched off, which setting others would replace: add the new one to those that the line shows."
        )
    else:
        notes.append(f"The line also sets a rule that ends uploads that aren't finished after {ABORT_DAYS} days.")
    return notes


CHECK = Check(
    id="s3_no_lifecycle",
    title="Are there S3 buckets that keep everything in Standard without a lifecycle rule?",
    label="S3 bucket without lifecycle rules",
    type="storage_optimization",
    service="S3",
    resource_types=(BUCKET,),
    rule="It has no lifecycle rule that is switched on, and more in Standard than the threshold.",
    price=(
        "What it costs now less what it would cost with Standard's data in Intelligent-Tiering, an expected share of it at the price of "
        "infrequent access, net of the fee for watching objects and of the requests that move them."
    ),
    find=find,
    thresholds=(STANDARD_GIB, OBJECT_KIB, LOW_PERCENT, EXPECTED_PERCENT, HIGH_PERCENT, MONTHS, ASSUMED_KIB),
    remarks=(
        "Which objects are read isn't known, so the evidence has a range; the saving is at the expected share, and confidence 0.5.",
        "Where objects are under 128 KB on average, or the fee for watching eats the saving up, there is no finding.",
        "The size is the newest that CloudWatch has, which is a day or two old; the evidence says of which day.",
        "A bucket whose rules S3 doesn't tell isn't measured.",
    ),
)
