"""Volumes that are attached to nothing."""

from datetime import UTC, datetime, time, timedelta
from shlex import quote
from typing import NamedTuple

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.reckoning import ebs

VOLUME = "ec2:volume"
READS = ("VolumeReadOps", "Sum")
DAYS = Threshold("days", 1.0, "days", "Days on nothing after which a volume counts")


class Since(NamedTuple):
    """Since when a volume is known to be on nothing, how that is known, and how sure it is."""

    moment: datetime
    how: str
    confidence: float


def find(resource: Resource, facts: Facts) -> Answer:
    """Unattached for longer than the threshold, as far as can be known: DescribeVolumes doesn't say when a volume was detached."""
    if resource.state != "available":
        return None
    if resource.created_at is None:
        return NotMeasured("AWS doesn't say when it was created.")
    limits = facts.thresholds[CHECK.id]
    since = _since(resource, facts)
    days = figure((facts.now - since.moment) / timedelta(days=1))
    if days <= limits[DAYS.name]:
        return None
    cost = ebs.volume(facts.prices, resource.region, resource.attributes)
    kind, size = resource.attributes.get("VolumeType"), resource.attributes.get("Size")
    return Finding(
        reason=(
            f"Volume {resource.named}, {size} GiB of {kind} in {resource.region}, is attached to nothing, for {quantity(days)} days by "
            f"what is known: {since.how}. Keeping it: {cost.in_words()}."
        ),
        fix=f"aws ec2 delete-volume --volume-id {quote(resource.resource_id)} --region {resource.region}",
        cost=cost,
        confidence=since.confidence * cost.confidence,
        effort="low",
        risk="medium",
        evidence={
            "rule": f"in state available for more than {quantity(limits['days'])} days",
            "thresholds": dict(limits),
            "values": {"days": days},
            "since": since.moment.isoformat(),
            "since_how": since.how,
            "series": [],
            "notes": ["Deleting can't be undone. A snapshot of it first costs less to keep."],
        },
    )


def _since(resource: Resource, facts: Facts) -> Since:
    """The latest of its creation, the end of the last day on which a running instance had it, and its last being seen attached."""
    created = _utc(resource.created_at or facts.now)
    asked = resource.series.get(READS, {})
    whole_days = [facts.as_of - timedelta(days=1), facts.as_of - timedelta(days=2)]
    used = [datetime.combine(day, time(), UTC) + timedelta(days=1) for day, value in asked.items() if value is not None]
    known = [Since(created, f"created on {created:%d %B %Y}", 0.95)]
    if used:
        known.append(Since(max(used), f"CloudWatch has its last data on {max(used) - timedelta(days=1):%d %B %Y}", 0.95))
    if (seen := resource.seen.get("in-use")) is not None:
        known.append(Since(_utc(seen), f"last seen attached on {_utc(seen):%d %B %Y}", 0.95))
    latest = max(known, key=lambda since: since.moment)
    if used or all(day in asked for day in whole_days):
        quiet = "CloudWatch has no data of it since, and has some whenever a running instance holds a volume"
        return latest._replace(how=f"{latest.how}, and {quiet}" if latest is known[0] else latest.how)
    # Without CloudWatch it may have been detached at any time after that.
    return Since(latest.moment, f"{latest.how}; CloudWatch wasn't asked whether it was in use since", 0.6)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


CHECK = Check(
    id="ebs_unattached",
    title="Are there EBS volumes that are attached to nothing?",
    label="Unattached EBS volume",
    type="idle_resources",
    service="EBS",
    resource_types=(VOLUME,),
    rule="Its state has been available for more than the threshold.",
    price="Its gibibytes, and the IOPS and throughput that are paid for, by the month in its region.",
    find=find,
    thresholds=(DAYS,),
    remarks=(
        "DescribeVolumes doesn't say when a volume was detached. The latest counts of its creation, the last day on which CloudWatch has "
        "data of it, and an earlier inventory that saw it attached.",
        "CloudWatch has data of a volume only while a running instance has it. Where it couldn't be asked, confidence is 0.6 at most.",
        "Deleting can't be undone. Take a snapshot first where the data may matter.",
    ),
)
