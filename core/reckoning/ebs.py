"""What an EBS volume costs: its GiB, and the IOPS and throughput that are paid for."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from core.instance_types import InstanceType
from core.prices import EC2, PriceList
from core.reckoning import Attributes, Question, Reckoning, summed

RESOURCE_TYPE, SERVICE_CODE = "ec2:volume", EC2

# What gp3 has without extra charge, and up to where io2's IOPS have which price.
GP3_IOPS, GP3_MIBPS = 3000, 125
IO2_TIERS = ((32_000, ""), (64_000, ".tier2"), (None, ".tier3"))
_OWN_NAME = {"io1": ".piops", "standard": ""}
_FAMILIES = ("Storage", "System Operation", "Provisioned Throughput")
"""The price list's families of what EBS bills."""


def cost(prices: PriceList, region: str, state: str, attributes: Attributes, utilisation: Mapping[str, float]) -> Reckoning:
    """What it costs, attached or not."""
    return volume(prices, region, attributes)


def volume(prices: PriceList, region: str, attributes: Attributes) -> Reckoning:
    """What a volume of these attributes costs."""
    kind, size = str(attributes.get("VolumeType", "")), Decimal(attributes.get("Size") or 0)
    iops, mibps = int(attributes.get("Iops") or 0), int(attributes.get("Throughput") or 0)
    if not size:
        return Reckoning(lacking="no price, since AWS doesn't say how large it is")
    own = _OWN_NAME.get(kind, f".{kind}")
    wanted = [(f"{size} GiB of {kind}", size, f"EBS:VolumeUsage{own}")]
    if kind == "gp3":
        wanted += [
            ("IOPS above 3,000", Decimal(max(0, iops - GP3_IOPS)), "EBS:VolumeP-IOPS.gp3"),
            ("MiB/s above 125, in GiB/s", Decimal(max(0, mibps - GP3_MIBPS)) / 1024, "EBS:VolumeP-Throughput.gp3"),
        ]
    elif kind == "io1":
        wanted.append(("provisioned IOPS", Decimal(iops), "EBS:VolumeP-IOPS.piops"))
    elif kind == "io2":
        wanted += _io2(iops)
    return summed(prices, EC2, region, [line for line in wanted if line[1]])


def _io2(iops: int) -> list[tuple[str, Decimal, str]]:
    lines, done = [], 0
    for limit, tier in IO2_TIERS:
        upto = iops if limit is None else min(iops, limit)
        lines.append((f"provisioned IOPS from {done:,}", Decimal(max(0, upto - done)), f"EBS:VolumeP-IOPS.io2{tier}"))
        done = upto
    return lines


def questions(region: str, attributes: Attributes, types: Mapping[str, InstanceType]) -> Iterator[Question]:
    """Three for each region with volumes."""
    for family in _FAMILIES:
        yield Question(f"EBS/{family}", (("regionCode", region), ("productFamily", family)))


def key_of(attributes: Mapping[str, str]) -> str | None:
    """The key of what a volume bills: its usage type without the region's prefix."""
    usage = attributes.get("usagetype", "")
    return usage[usage.index("EBS:Volume") :] if "EBS:Volume" in usage else None
