"""Functions that have far more memory than they use."""

from collections.abc import Mapping
from math import ceil
from shlex import quote
from typing import Any

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.lambda_metrics import FUNCTION, INVOCATIONS, USED_MEMORY, unmeasured_days
from core.checks.windows import WINDOW_DAYS, Window, window
from core.reckoning import Reckoning, lambda_

USED_PERCENT = Threshold("used_percent", 50.0, "%", "Highest use of memory under which a function has too much of it")
FILLED_PERCENT = Threshold("filled_percent", 80.0, "%", "How full the smaller memory may be at the highest use")
STEP_MB = Threshold("step_mb", 64.0, "MB", "The smaller memory is a multiple of this")
MEASURED_DAYS = Threshold("measured_days", 7.0, "days", "Days with Lambda Insights' data that are needed at least")

LEAST_MB = 128
"""The least memory that a function can have. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""

CONFIDENCE = 0.6


def find(resource: Resource, facts: Facts) -> Answer:
    """Over 14 days its highest use of memory stays under the threshold, and a smaller memory holds it."""
    memory = lambda_.memory_of(resource.attributes)
    if not memory:
        return NotMeasured("AWS doesn't say how much memory it has.")
    if memory <= LEAST_MB:
        return None
    limits, used = facts.thresholds[CHECK.id], window(resource, USED_MEMORY, facts)
    if used.values and figure(used.highest / memory * 100) >= limits[USED_PERCENT.name]:
        return None
    if lacking := _unmeasured(resource, used, facts):
        return lacking
    target = _target(used.highest, limits)
    return _finding(resource, facts, memory, used, target) if target < memory else None


def _unmeasured(resource: Resource, used: Window, facts: Facts) -> NotMeasured | None:
    """Why its use of memory isn't known well enough; None when it is."""
    days, needed = len(used.values), facts.thresholds[CHECK.id][MEASURED_DAYS.name]
    if not days:
        return NotMeasured(_silence(resource, facts))
    if unknown := unmeasured_days(resource, used, facts):
        return NotMeasured(f"Lambda Insights has its memory on {days} of the last {used.days} days, and it may have run on {unknown} more.")
    if days < needed:
        return NotMeasured(f"It ran on {days} of the last {used.days} days only; {quantity(needed)} are needed.")
    return None


def _silence(resource: Resource, facts: Facts) -> str:
    if USED_MEMORY not in resource.series:
        return "CloudWatch couldn't be asked how much memory it uses."
    if window(resource, INVOCATIONS, facts).values:
        return "Lambda Insights is off: CloudWatch has no used memory of the last 14 days."
    return "Lambda Insights is off, or it wasn't invoked: CloudWatch has neither used memory nor invocations of the last 14 days."


def _target(highest: float, limits: Mapping[str, float]) -> int:
    """The next step at which the highest use leaves enough free."""
    step = limits[STEP_MB.name]
    return max(LEAST_MB, ceil(figure(highest * 100 / limits[FILLED_PERCENT.name] / step)) * int(step))


def _finding(resource: Resource, facts: Facts, memory: int, used: Window, target: int) -> Finding:
    limits, percent = facts.thresholds[CHECK.id], figure(used.highest / memory * 100)
    cost, after = _cost(resource, facts), _cost(resource, facts, target)
    return Finding(
        reason=(
            f"Function {resource.named} in {resource.region} used at most {quantity(used.highest)} of its {memory} MB in {WINDOW_DAYS} "
            f"days, {quantity(percent)} %. {target} MB would be {quantity(used.highest / target * 100)} % full. "
            f"Now: {cost.in_words()}. Then: {after.in_words()}."
        ),
        fix=(
            f"aws lambda update-function-configuration --function-name {quote(resource.resource_id)} --memory-size {target} "
            f"--region {resource.region}"
        ),
        cost=cost,
        after=after,
        confidence=CONFIDENCE * min(cost.confidence, after.confidence),
        effort="low",
        risk="medium",
        evidence={
            "rule": f"at most {quantity(limits['used_percent'])} % of its memory used at any time, not included, and it has more than "
            f"{LEAST_MB} MB",
            "window_days": WINDOW_DAYS,
            "thresholds": dict(limits),
            "values": _values(resource, memory, used, target),
            "series": [
                used.as_json(*USED_MEMORY, "Megabytes", memory * limits[USED_PERCENT.name] / 100),
                window(resource, INVOCATIONS, facts).as_json(*INVOCATIONS, "Count"),
            ],
            "notes": _notes(resource, facts),
        },
    )


def _cost(resource: Resource, facts: Facts, memory: int = 0) -> Reckoning:
    return lambda_.function(facts.prices, resource.region, resource.attributes, resource.utilisation, memory=memory)


def _values(resource: Resource, memory: int, used: Window, target: int) -> dict[str, Any]:
    month = {name: resource.utilisation[name] for name in (lambda_.INVOCATIONS, lambda_.GB_SECONDS) if name in resource.utilisation}
    return {
        "memory_mb": memory,
        "used_memory_max_mb": used.highest,
        "used_percent": figure(used.highest / memory * 100),
        "days_measured": len(used.values),
        "target_memory_mb": target,
        **month,
    }


def _notes(resource: Resource, facts: Facts) -> list[str]:
    notes = [
        "CPU comes in proportion to memory: code that is bound by it takes longer with less, which the saving doesn't count. Watch its "
        "duration after the change, and its time-out.",
        "AWS's free tier isn't taken off, and neither is what a Compute Savings Plan covers of Lambda.",
    ]
    changed = str(resource.attributes.get("LastModified") or "")[:10]
    if changed >= facts.days(WINDOW_DAYS)[0].isoformat():
        notes.append(f"It was last changed on {changed}: days before that may be those of other code.")
    return notes


CHECK = Check(
    id="lambda_overprovisioned",
    title="Are there Lambda functions that have far more memory than they use?",
    label="Oversized Lambda function",
    type="rightsizing",
    service="Lambda",
    resource_types=(FUNCTION,),
    rule=(
        "Over the last 14 whole days the most memory that it used, as Lambda Insights measures it, is under its threshold, and it has more "
        "than the 128 MB that are the least."
    ),
    price="Its GB-seconds of a month times the share of memory that goes, at the price of its architecture in its region.",
    find=find,
    thresholds=(USED_PERCENT, FILLED_PERCENT, STEP_MB, MEASURED_DAYS),
    remarks=(
        "Without Lambda Insights the use of memory isn't known: not measured. How long a function takes says nothing about it.",
        "A day on which it wasn't invoked has no data and isn't missing. A day on which it ran without Lambda Insights is: not measured.",
        "Requests cost the same with any memory. Duration is taken to stay as it is, though CPU comes with memory; so confidence is 0.6.",
    ),
)
