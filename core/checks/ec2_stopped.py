"""Instances that have stood still for long, while their volumes bill on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from shlex import quote
from typing import NamedTuple

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.ec2_metrics import INSTANCE
from core.reckoning import Reckoning, ebs

VOLUME = "ec2:volume"
DAYS = Threshold("days", 30.0, "days", "Days of standing still after which an instance counts")

# "User initiated (2026-10-01 12:00:00 GMT)"; emulators write UTC.
_STOPPED = re.compile(r"\((\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) (?:GMT|UTC)\)")


class Since(NamedTuple):
    """Since when an instance is known to stand still, how that is known, and how sure it is."""

    moment: datetime
    how: str
    confidence: float


@dataclass(frozen=True)
class Disks:
    """The volumes of an instance that are its alone, with what each costs; and what is to be said of others."""

    costs: Mapping[str, Reckoning]
    kept: Sequence[str]
    notes: Sequence[str]

    @property
    def savings(self) -> dict[str, Decimal]:
        """USD a month by volume, where that is known."""
        return {ident: cost.usd for ident, cost in self.costs.items() if cost.usd}

    @property
    def cost(self) -> Reckoning:
        """The sum of those whose price is known; lacking where none is."""
        priced = {ident: self.costs[ident] for ident in self.savings}
        if not priced:
            return next(iter(self.costs.values()))
        return Reckoning(tuple(replace(line, label=f"{ident}: {line.label}") for ident, each in priced.items() for line in each.lines))


def find(resource: Resource, facts: Facts) -> Answer:
    """Stopped for longer than the threshold, and it has volumes."""
    if resource.state != "stopped":
        return None
    limits = facts.thresholds[CHECK.id]
    since = _since(resource)
    if since is None:
        return _undated(resource, facts)
    days = figure((facts.now - since.moment) / timedelta(days=1))
    if days <= limits[DAYS.name]:
        return None
    disks = _disks(resource, facts)
    if disks is None or isinstance(disks, NotMeasured):
        return disks
    return _finding(resource, facts, since, days, disks)


def _since(resource: Resource) -> Since | None:
    """When it was stopped, as AWS says; else when an inventory saw it running last."""
    if said := _STOPPED.search(str(resource.attributes.get("StateTransitionReason") or "")):
        moment = _read(said[1])
        return None if moment is None else Since(moment, f"AWS says that it was stopped on {moment:%d %B %Y}", 0.95)
    if seen := resource.seen.get("running"):
        latest = max(_utc(seen), _utc(resource.created_at or seen))
        return Since(latest, f"AWS doesn't say when it was stopped; it was last seen running on {latest:%d %B %Y}", 0.6)
    return None


def _read(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _undated(resource: Resource, facts: Facts) -> NotMeasured | None:
    """One that was started a short while ago can't have stood still for long."""
    started, limit = resource.created_at, facts.thresholds[CHECK.id][DAYS.name]
    if started and figure((facts.now - _utc(started)) / timedelta(days=1)) <= limit:
        return None
    return NotMeasured("AWS doesn't say since when it is stopped, and no inventory that is kept saw it running.")


def _disks(resource: Resource, facts: Facts) -> Disks | NotMeasured | None:
    """Its volumes; None where it has none of its own."""
    named = resource.attributes.get("VolumeIds")
    if named is None:
        return NotMeasured("AWS doesn't say which volumes it has.")
    found = {ident: facts.one(VOLUME, resource.account_id, resource.region, ident) for ident in named}
    known = [volume for volume in found.values() if volume]
    if named and not known:
        return NotMeasured("Its volumes aren't in the inventory, so what they cost isn't known.")
    own = [volume for volume in known if set(volume.attributes.get("InstanceIds") or ()) <= {resource.resource_id}]
    if not own:
        return None
    costs = {volume.resource_id: ebs.volume(facts.prices, volume.region, volume.attributes) for volume in own}
    kept = [volume.resource_id for volume in own if volume.attributes.get("DeleteOnTermination") is False]
    said = (
        ([ident for ident, volume in found.items() if volume is None], "in no inventory"),
        ([volume.resource_id for volume in known if volume not in own], "on another instance too"),
        ([ident for ident, cost in costs.items() if not cost.usd], "without a price"),
    )
    notes = [f"Left out of the sum, {why}: {', '.join(idents)}." for idents, why in said if idents and len(idents) < len(found)]
    return Disks(costs, kept, notes)


def _finding(resource: Resource, facts: Facts, since: Since, days: float, disks: Disks) -> Finding:
    cost, limits = disks.cost, facts.thresholds[CHECK.id]
    count = f"{len(disks.costs)} volumes bill" if len(disks.costs) > 1 else "volume bills"
    return Finding(
        reason=(
            f"Instance {resource.named}, {resource.attributes.get('InstanceType')} in {resource.region}, has stood still for "
            f"{quantity(days)} days: {since.how}. Its {count} on: {cost.in_words()}."
        ),
        fix=_fix(resource, disks),
        cost=cost,
        elsewhere=disks.savings,
        confidence=since.confidence * cost.confidence,
        effort="medium",
        risk="medium",
        evidence={
            "rule": f"stopped for more than {quantity(limits[DAYS.name])} days, with volumes",
            "thresholds": dict(limits),
            "values": {"days": days, "volumes": len(disks.costs)},
            "since": since.moment.isoformat(),
            "since_how": since.how,
            "series": [],
            "notes": [
                "Ending it deletes what is on its volumes for good. An image first (aws ec2 create-image) keeps that as snapshots, which "
                "cost less; wait until it is available.",
                "An Elastic IP address on it bills on until it is released.",
                *disks.notes,
            ],
        },
    )


def _fix(resource: Resource, disks: Disks) -> str:
    """End it, which deletes most volumes, then delete those that would stay."""
    ident, where = quote(resource.resource_id), f"--region {resource.region}"
    steps = [f"aws ec2 terminate-instances --instance-ids {ident} {where}"]
    if disks.kept:
        steps.append(f"aws ec2 wait instance-terminated --instance-ids {ident} {where}")
        steps += [f"aws ec2 delete-volume --volume-id {quote(volume)} {where}" for volume in disks.kept]
    return " && ".join(steps)


CHECK = Check(
    id="ec2_stopped",
    title="Are there EC2 instances that have been stopped for long, while their volumes bill on?",
    label="Stopped EC2 instance with volumes",
    type="idle_resources",
    service="EC2",
    resource_types=(INSTANCE,),
    rule="It has been stopped for more than the threshold, and it has EBS volumes.",
    price="What its volumes cost: their gibibytes, and the IOPS and throughput that are paid for, by the month in its region.",
    find=find,
    thresholds=(DAYS,),
    remarks=(
        "When it was stopped stands in StateTransitionReason. Where it doesn't, the last inventory that saw it running counts, with "
        "confidence 0.6 at most; without one: not measured.",
        "The saving is the volumes': their own findings aren't counted beside it. A volume that another instance has too is left out.",
        "The fix ends the instance and deletes its volumes, which can't be undone. Make an image first where the data may matter.",
    ),
)
