"""Instances that run and do nothing."""

from shlex import quote

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.ec2_metrics import CPU, INSTANCE, NETWORK_IN, NETWORK_OUT
from core.checks.windows import WINDOW_DAYS, unmeasured, window
from core.reckoning import ec2

CPU_PERCENT = Threshold("cpu_percent", 5.0, "%", "Mean CPU under which an instance can be idle", setting="aws_idle_cpu_threshold")
NETWORK_MB = Threshold("network_mb_per_day", 1.0, "MB/day", "Network in and out under which an instance can be idle")
MEGABYTE = 1_000_000
GROUP_TAG = "aws:autoscaling:groupName"


def find(resource: Resource, facts: Facts) -> Answer:
    """Idle: over 14 whole days the mean of CPU and that of network in and out are both under their thresholds."""
    if resource.state != "running":
        return None
    limits = facts.thresholds[CHECK.id]
    cpu = window(resource, CPU, facts)
    if cpu.floor >= limits[CPU_PERCENT.name]:
        return None
    if lacking := unmeasured(resource, cpu, facts, "CPU"):
        return lacking
    coming, going = window(resource, NETWORK_IN, facts), window(resource, NETWORK_OUT, facts)
    if figure((coming.floor + going.floor) / MEGABYTE) >= limits[NETWORK_MB.name]:
        return None
    if not (coming.is_whole and going.is_whole):
        return NotMeasured(f"CPU is {quantity(cpu.mean)} % on average, but network traffic isn't known for all of the last 14 days.")
    traffic = figure((coming.mean + going.mean) / MEGABYTE)
    cost = ec2.instance(facts.prices, resource.region, resource.attributes)
    return Finding(
        reason=(
            f"Instance {resource.named}, {resource.attributes.get('InstanceType')} in {resource.region}, used {quantity(cpu.mean)} % of "
            f"its CPU and moved {quantity(traffic)} MB a day on average over the last {WINDOW_DAYS} days. "
            f"Running it: {cost.in_words()}."
        ),
        fix=_fix(resource),
        cost=cost,
        confidence=0.95 * cost.confidence,
        effort="low",
        risk="medium",
        evidence={
            "rule": f"mean CPU under {quantity(limits['cpu_percent'])} % and network in and out under "
            f"{quantity(limits['network_mb_per_day'])} MB a day",
            "window_days": WINDOW_DAYS,
            "thresholds": dict(limits),
            "values": {"cpu_percent": cpu.mean, "network_mb_per_day": traffic},
            "series": [
                cpu.as_json(*CPU, "Percent", limits[CPU_PERCENT.name]),
                coming.as_json(*NETWORK_IN, "Bytes"),
                going.as_json(*NETWORK_OUT, "Bytes"),
            ],
            "notes": _notes(resource),
        },
    )


def _fix(resource: Resource) -> str:
    """Stopping can be undone; in an Auto Scaling group it would only bring another instance."""
    ident, where = quote(resource.resource_id), f"--region {resource.region}"
    if GROUP_TAG in resource.tags:
        return f"aws autoscaling terminate-instance-in-auto-scaling-group --instance-id {ident} --should-decrement-desired-capacity {where}"
    if resource.attributes.get("InstanceLifecycle") == "spot":
        return f"aws ec2 terminate-instances --instance-ids {ident} {where}"
    return f"aws ec2 stop-instances --instance-ids {ident} {where}"


def _notes(resource: Resource) -> list[str]:
    notes = ["Its volumes and its public addresses bill on while it is stopped."]
    if GROUP_TAG in resource.tags:
        notes = ["The line ends it and lowers its group's desired capacity. Where that is the group's minimum, lower the minimum first."]
    if reservation := resource.attributes.get("CapacityReservationId"):
        notes.append(f"It runs in the capacity reservation {reservation}, which bills until it is cancelled too.")
    return notes


CHECK = Check(
    id="ec2_idle",
    title="Are there EC2 instances that run and do nothing?",
    label="Idle EC2 instance",
    type="idle_resources",
    service="EC2",
    resource_types=(INSTANCE,),
    rule="Over the last 14 whole days mean CPU and mean network in and out are both under their thresholds.",
    price="The hour on demand of its type, system and tenancy in its region, 730 times.",
    find=find,
    thresholds=(CPU_PERCENT, NETWORK_MB),
    remarks=(
        "Fewer than 14 days with data: not measured, unless the days that are there already show that it is used.",
        "The fix stops it, which can be undone. Its volumes and public addresses bill on.",
        "In an Auto Scaling group the fix ends it and lowers the group's desired capacity.",
    ),
)
