"""Instances that a smaller type of the same family could carry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any

from core.checks import ec2_idle
from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.ec2_metrics import CPU, CPU_P99, CREDITS, INSTANCE, MEMORY
from core.checks.windows import WINDOW_DAYS, Window, unmeasured, window
from core.instance_types import InstanceType, family_of
from core.reckoning import Reckoning, ec2

CPU_PERCENT = Threshold(
    "cpu_percent", 20.0, "%", "Mean CPU under which an instance can be too large", setting="aws_underutilized_cpu_threshold"
)
PEAK_PERCENT = Threshold("peak_percent", 80.0, "%", "What the 99th percentile of CPU must stay under on the smaller type")
MEMORY_PERCENT = Threshold("memory_percent", 80.0, "%", "What the highest use of memory must stay under on the smaller type")
KEPT_PERCENT = Threshold(
    "kept_memory_percent", 50.0, "%", "How much of its memory the smaller type must have at least where its use isn't measured all the time"
)
LEAST_CREDITS = Threshold("least_credits", 0.0, "CPU credits", "What the lowest balance of a burstable type must be above")

# Percent of each vCPU that a burstable type earns credits for.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html
_BASELINE = {"nano": 5.0, "micro": 10.0, "small": 20.0, "medium": 20.0, "large": 30.0, "xlarge": 40.0, "2xlarge": 40.0}
_BASELINE_T2 = _BASELINE | {"xlarge": 22.5, "2xlarge": 16.875}
UNMEASURED_CONFIDENCE = 0.5


@dataclass(frozen=True)
class Use:
    """What an instance uses of what it has, in percent; memory None where it isn't measured. Credits are those of burstable types."""

    cpu: Window
    peak: Window
    memory: Window | None
    credits: Window | None

    @property
    def knows_memory(self) -> bool:
        """Whether memory was measured all the time."""
        return self.memory is not None and self.memory.is_whole


@dataclass(frozen=True)
class Target:
    """A smaller type, what it costs, and what the use comes to on it in percent."""

    type: InstanceType
    cost: Reckoning
    cpu: float
    peak: float
    memory: float | None


def find(resource: Resource, facts: Facts) -> Answer:
    """Too large: not idle, and a smaller type of the family holds what it uses."""
    if resource.state != "running":
        return None
    cpu = window(resource, CPU, facts)
    if cpu.floor >= facts.thresholds[CHECK.id][CPU_PERCENT.name]:
        return None
    if lacking := unmeasured(resource, cpu, facts, "CPU"):
        return lacking
    if isinstance(ec2_idle.find(resource, facts), Finding):
        return None
    use = _use(resource, facts, cpu)
    if isinstance(use, NotMeasured):
        return use
    name = str(resource.attributes.get("InstanceType"))
    current = facts.instance_types.get(name)
    if current is None:
        return NotMeasured(f"What {name} offers isn't known, so no smaller type can be proposed.")
    targets = list(_targets(resource, facts, current, use))
    if not targets:
        return None
    return _finding(resource, facts, current, use, min(targets, key=_cheapest))


def _use(resource: Resource, facts: Facts, cpu: Window) -> Use | NotMeasured:
    peak = window(resource, CPU_P99, facts)
    if lacking := unmeasured(resource, peak, facts, "99th percentile of CPU"):
        return lacking
    memory, credits_ = window(resource, MEMORY, facts), window(resource, CREDITS, facts)
    if not _is_burstable(resource):
        return Use(cpu, peak, memory if memory.values else None, None)
    if lacking := unmeasured(resource, credits_, facts, "balance of CPU credits"):
        return lacking
    return Use(cpu, peak, memory if memory.values else None, credits_)


def _is_burstable(resource: Resource) -> bool:
    family = family_of(str(resource.attributes.get("InstanceType")))
    return family[:1] == "t" and family[1:2].isdigit()


def _targets(resource: Resource, facts: Facts, current: InstanceType, use: Use) -> Iterator[Target]:
    """The smaller types that keep the limits and hold the use, and that cost less as far as prices are known."""
    limits = facts.thresholds[CHECK.id]
    if use.credits and use.credits.lowest <= limits[LEAST_CREDITS.name]:
        return  # it was held back, so what it would use isn't known
    cost = ec2.instance(facts.prices, resource.region, resource.attributes)
    for kind in facts.instance_types.values():
        if kind.is_smaller_than(current) and kind.keeps_limits_of(current):
            target = _on(kind, current, use, ec2.instance(facts.prices, resource.region, resource.attributes, kind.name))
            cheaper = cost.usd is None or target.cost.usd is None or target.cost.usd < cost.usd
            if cheaper and _holds(target, current, use, limits):
                yield target


def _on(kind: InstanceType, current: InstanceType, use: Use, cost: Reckoning) -> Target:
    vcpus, memory = current.vcpus / kind.vcpus, current.memory_mib / kind.memory_mib
    used = figure(use.memory.highest * memory) if use.memory else None
    return Target(kind, cost, figure(use.cpu.mean * vcpus), figure(use.peak.highest * vcpus), used)


def _holds(target: Target, current: InstanceType, use: Use, limits: Mapping[str, float]) -> bool:
    if target.peak >= limits[PEAK_PERCENT.name]:
        return False
    if use.credits and target.cpu >= _baseline(target.type):
        return False
    if target.memory is not None and target.memory >= limits[MEMORY_PERCENT.name]:
        return False
    return use.knows_memory or figure(target.type.memory_mib / current.memory_mib * 100) >= limits[KEPT_PERCENT.name]


def _baseline(kind: InstanceType) -> float:
    """The percent of its vCPUs that it earns credits for; 0 where that isn't known."""
    return (_BASELINE_T2 if kind.family == "t2" else _BASELINE).get(kind.name.split(".", 1)[1], 0.0)


def _cheapest(target: Target) -> tuple[bool, float, int]:
    """Priced ones first, by price; of those without the largest, which is the safest."""
    usd = target.cost.usd
    return (usd is None, float(usd or 0), -target.type.vcpus * target.type.memory_mib)


def _finding(resource: Resource, facts: Facts, current: InstanceType, use: Use, target: Target) -> Finding:
    cost = ec2.instance(facts.prices, resource.region, resource.attributes)
    limits = facts.thresholds[CHECK.id]
    prices = min(cost.confidence, target.cost.confidence)
    memory = (
        f"memory peaks at {quantity(use.memory.highest)} % now and {quantity(target.memory)} % there"
        if use.memory and target.memory is not None
        else "memory not measured"
    )
    return Finding(
        reason=(
            f"Instance {resource.named} used {quantity(use.cpu.mean)} % of its CPU on average over the last {WINDOW_DAYS} days. "
            f"{target.type.name} ({_size(target.type)}) in place of {current.name} ({_size(current)}) would be used "
            f"{quantity(target.cpu)} %, its 99th percentile {quantity(target.peak)} %; {memory}. "
            f"Now: {cost.in_words()}. Then: {target.cost.in_words()}."
        ),
        fix=_fix(resource, target.type.name),
        cost=cost,
        after=target.cost,
        confidence=prices * (0.85 if use.knows_memory else UNMEASURED_CONFIDENCE),
        effort="medium",
        risk="medium",
        evidence={
            "rule": f"not idle, mean CPU under {quantity(limits['cpu_percent'])} %, and its 99th percentile under "
            f"{quantity(limits['peak_percent'])} % on the smaller type" + (", which earns the CPU credits for it" if use.credits else ""),
            "window_days": WINDOW_DAYS,
            "thresholds": dict(limits),
            "values": _values(use, target),
            "current_type": current.facts,
            "target_type": target.type.facts,
            "series": _series(use, limits),
            "notes": _notes(resource, use),
        },
    )


def _values(use: Use, target: Target) -> dict[str, float]:
    known = {
        "cpu_percent": use.cpu.mean,
        "peak_percent": use.peak.highest,
        "cpu_percent_on_target": target.cpu,
        "peak_percent_on_target": target.peak,
        "memory_percent": use.memory.highest if use.memory else None,
        "memory_percent_on_target": target.memory,
        "lowest_credit_balance": use.credits.lowest if use.credits else None,
        "earned_percent_on_target": _baseline(target.type) if use.credits else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _series(use: Use, limits: Mapping[str, float]) -> list[dict[str, Any]]:
    held = (
        (use.cpu, CPU, "Percent", limits[CPU_PERCENT.name]),
        (use.peak, CPU_P99, "Percent", None),
        (use.memory, MEMORY, "Percent", None),
        (use.credits, CREDITS, "Count", None),
    )
    return [each.as_json(*metric, unit, limit) for each, metric, unit, limit in held if each]


def _size(kind: InstanceType) -> str:
    return f"{kind.vcpus} vCPUs, {quantity(kind.memory_gib)} GiB"


def _fix(resource: Resource, target: str) -> str:
    """The instance must be stopped first; in an Auto Scaling group its type comes from the group's template."""
    if ec2_idle.GROUP_TAG in resource.tags:
        return f"aws autoscaling describe-auto-scaling-instances --instance-ids {quote(resource.resource_id)} --region {resource.region}"
    ident, where = quote(resource.resource_id), f"--region {resource.region}"
    return (
        f"aws ec2 stop-instances --instance-ids {ident} {where} && aws ec2 wait instance-stopped --instance-ids {ident} {where} && "
        f"aws ec2 modify-instance-attribute --instance-id {ident} --instance-type {target} {where} && "
        f"aws ec2 start-instances --instance-ids {ident} {where}"
    )


def _notes(resource: Resource, use: Use) -> list[str]:
    notes = ["It is stopped for some minutes, and its public address changes unless that is an Elastic IP."]
    if use.memory is None:
        notes.append("Memory not measured: the CloudWatch agent reports none by instance, so confidence is at most 0.5.")
    elif not use.memory.is_whole:
        notes.append(f"Memory is known on {len(use.memory.values)} of the {WINDOW_DAYS} days only, so confidence is at most 0.5.")
    if ec2_idle.GROUP_TAG in resource.tags:
        notes.append("It belongs to an Auto Scaling group: change the type in the launch template that the line shows.")
    return notes


CHECK = Check(
    id="ec2_underutilized",
    title="Are there EC2 instances that a smaller type could carry?",
    label="Oversized EC2 instance",
    type="rightsizing",
    service="EC2",
    resource_types=(INSTANCE,),
    rule=(
        "Over the last 14 whole days mean CPU is under its threshold, it isn't idle, and a smaller type of its family holds its peaks and "
        "keeps architecture, network and EBS limits and instance store."
    ),
    price="The hour on demand of its type less that of the smaller type, for its system and tenancy in its region, 730 times.",
    find=find,
    thresholds=(CPU_PERCENT, PEAK_PERCENT, MEMORY_PERCENT, KEPT_PERCENT, LEAST_CREDITS),
    remarks=(
        "The cheapest type that fits is named. Use on it is the measured use times the ratio of vCPUs, or of memory.",
        "Memory comes from the CloudWatch agent's mem_used_percent, if it is sent by InstanceId alone. Without it confidence is at most "
        "0.5, and no more than half of the memory is given up.",
        "A burstable type must earn credits for the mean on the smaller type and must not have run out of them. Without credit data: not "
        "measured.",
        "The smaller type's highest network and EBS bandwidths, instance store and accelerators are no less.",
    ),
)
