"""An EC2 instance or volume: what DescribeInstances and DescribeVolumes say of it, what it is charged for, and what CloudWatch keeps.

Ids depend on the seed and the name only. In charges an instance or volume stands by its id.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from core.demo import noise, prices
from core.demo.fleets import ACCOUNTS, REGIONS
from core.demo.model import Resource
from core.demo.parts import Line, Metric, Part, Signal
from core.demo.world import EC2, Mark, World, arn, marks, monthly

_EBS_USAGE = {"io1": "piops", "io2": "io2"}


class Disk(NamedTuple):
    """A volume of an instance: its type, GiB, provisioned IOPS where it has any, and what it was planted for."""

    kind: str
    size: int
    iops: int = 0
    planted: tuple[Mark, ...] = ()


def is_arm(instance_type: str) -> bool:
    """Whether a type has a Graviton processor."""
    return bool(re.match(r"(a1|[a-z]+\d+[a-z]*g)", instance_type.split(".")[0]))


@dataclass(frozen=True)
class Use:
    """How an instance is used; None where CloudWatch has nothing."""

    cpu: Signal | None
    network: Signal | None
    memory: Signal | None = None
    credits: Signal | None = None


def instance(
    world: World,
    account: str,
    region: str,
    instance_type: str,
    name: str,
    created: datetime,
    use: Use,
    *,
    labels: Mapping[str, str],
    system: str = "Linux",
    group: str = "",
    cover: str = "",
    hours: str = "always",
    stopped: datetime | None = None,
    disks: Sequence[Disk] = (Disk("gp3", 60),),
    planted: Sequence[Mark] = (),
) -> list[Part]:
    """An EC2 instance and its volumes, the root first."""
    owner = ACCOUNTS[account].id
    ident = world.id("i", owner, region, name)
    zone = region + "abc"[noise.key(ident) % 3]
    labels = {**labels, **({"aws:autoscaling:groupName": group} if group else {})}
    volumes = [
        volume(
            world,
            account,
            region,
            f"{name}-{'root' if n == 0 else f'data-{n}'}",
            disk.kind,
            disk.size,
            created,
            labels=labels,
            zone=zone,
            attached=ident,
            device="/dev/xvda" if n == 0 else f"/dev/sd{'fghi'[n - 1]}",
            idle=stopped is not None,
            iops=disk.iops,
            planted=disk.planted,
        )
        for n, disk in enumerate(disks)
    ]
    attributes = _described(instance_type, system, created, zone, stopped, volumes)
    if cover == "spot":
        attributes["InstanceLifecycle"] = "spot"
    usage = f"{'SpotUsage' if cover == 'spot' else 'BoxUsage'}:{instance_type}"
    line = Line(
        owner,
        region,
        EC2,
        REGIONS[region].prefix + usage,
        attributes["UsageOperation"],
        "Hrs",
        price=prices.ec2_hour(instance_type, region, system),
        quantity=24,
        resource_id=ident,
        instance_type=instance_type,
        tags=labels,
        rhythm="office" if hours == "office" else "steady",
        first=created,
        last=stopped,
        commitment=cover,
        zone=zone,
    )
    where = arn("ec2", region, owner, f"instance/{ident}")
    machine = Resource("ec2:instance", ident, where, owner, region, name, created, labels, attributes)
    return [Part(machine, (line,), _measured(use, ident), marks(ident, planted), stopped), *volumes]


def _described(
    instance_type: str, system: str, created: datetime, zone: str, stopped: datetime | None, volumes: Sequence[Part]
) -> dict[str, Any]:
    """What DescribeInstances says."""
    windows = system == "Windows"
    devices = [(part.resource.attributes["Attachments"][0]["Device"], part.resource.id) for part in volumes]
    return {
        "InstanceType": instance_type,
        "State": {"Code": 80, "Name": "stopped"} if stopped else {"Code": 16, "Name": "running"},
        "StateTransitionReason": f"User initiated ({stopped:%Y-%m-%d %H:%M:%S} GMT)" if stopped else "",
        "LaunchTime": created,
        "Architecture": "arm64" if is_arm(instance_type) else "x86_64",
        "PlatformDetails": "Windows" if windows else "Linux/UNIX",
        "UsageOperation": "RunInstances:0002" if windows else "RunInstances",
        "Placement": {"AvailabilityZone": zone, "Tenancy": "default"},
        "Monitoring": {"State": "disabled"},
        "EbsOptimized": True,
        "RootDeviceType": "ebs",
        "BlockDeviceMappings": [{"DeviceName": device, "Ebs": {"VolumeId": disk, "Status": "attached"}} for device, disk in devices],
        **({"Platform": "windows"} if windows else {}),
    }


def _measured(use: Use, ident: str) -> tuple[Metric, ...]:
    named = (
        ("AWS/EC2", "CPUUtilization", use.cpu),
        ("AWS/EC2", "NetworkIn", use.network),
        ("AWS/EC2", "NetworkOut", use.network),
        ("CWAgent", "mem_used_percent", use.memory),
        ("AWS/EC2", "CPUCreditBalance", use.credits),
    )
    return tuple(Metric(space, metric, {"InstanceId": ident}, signal) for space, metric, signal in named if signal)


def volume(
    world: World,
    account: str,
    region: str,
    name: str,
    kind: str,
    size: int,
    created: datetime,
    *,
    labels: Mapping[str, str],
    zone: str = "",
    attached: str = "",
    device: str = "/dev/sdf",
    idle: bool = False,
    iops: int = 0,
    throughput: int = 125,
    planted: Sequence[Mark] = (),
) -> Part:
    """An EBS volume of so many GiB; `idle` where its instance is stopped. One that isn't attached has no metrics."""
    owner, place = ACCOUNTS[account].id, REGIONS[region]
    ident = world.id("vol", owner, region, name)
    attributes: dict[str, Any] = {
        "VolumeType": kind,
        "Size": size,
        "State": "in-use" if attached else "available",
        "CreateTime": created,
        "AvailabilityZone": zone or region + "a",
        "Encrypted": True,
        "Attachments": [],
    }
    if attached:
        attributes["Attachments"] = [
            {
                "InstanceId": attached,
                "VolumeId": ident,
                "Device": device,
                "State": "attached",
                "AttachTime": created,
                "DeleteOnTermination": False,
            }
        ]
    own = _EBS_USAGE.get(kind, kind)
    usage = "EBS:VolumeUsage" if kind == "standard" else f"EBS:VolumeUsage.{own}"
    lines = [
        monthly(owner, region, usage, f"CreateVolume-{kind.title()}", "GB-Mo", prices.EBS_GB_MONTH[kind], size, ident, labels, created)
    ]
    if kind == "gp3":
        attributes |= {"Iops": iops or 3000, "Throughput": throughput}
        if throughput > 125:
            extra = (throughput - 125) / 1024
            price = prices.GP3_THROUGHPUT_MONTH * 1024
            lines.append(monthly(owner, region, "EBS:VolumeP-Throughput.gp3", "", "GiBps-Mo", price, extra, ident, labels, created))
    elif kind == "gp2":
        attributes["Iops"] = min(16000, max(100, 3 * size))
    elif kind in ("io1", "io2"):
        attributes["Iops"] = iops
    paid = max(0, iops - 3000) if kind == "gp3" else iops if kind in ("io1", "io2") else 0
    if paid:
        price = prices.EBS_IOPS_MONTH[kind]
        lines.append(monthly(owner, region, f"EBS:VolumeP-IOPS.{own}", "", "IOPS-Mo", price, paid, ident, labels, created))
    metrics: tuple[Metric, ...] = ()
    if attached and not idle:
        work = Signal(mean=4000 + 30000 * noise.fraction("io", ident), noise=0.2, rhythm="traffic", total=True)
        metrics = tuple(Metric("AWS/EBS", metric, {"VolumeId": ident}, work) for metric in ("VolumeReadOps", "VolumeWriteOps"))
    where = arn("ec2", region, owner, f"volume/{ident}")
    resource = Resource("ec2:volume", ident, where, owner, place.code, name, created, {**labels, "Name": name}, attributes)
    return Part(resource, tuple(lines), metrics, marks(ident, planted))
