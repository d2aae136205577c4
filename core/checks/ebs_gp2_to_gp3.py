"""gp2 volumes that would cost less as gp3 of the same speed."""

from decimal import Decimal
from shlex import quote
from typing import Any

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, quantity
from core.reckoning import Reckoning, ebs

VOLUME = "ec2:volume"
LEAST_SAVING = Threshold("least_saving_usd", 0.0, "USD a month", "What gp3 of the same speed must save more than")

# What gp2 gives by its size. Up to 170 GiB it moves 128 MiB/s; above, up to 250 MiB/s, some of it for as long as burst credits last.
# https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
IOPS_A_GIB, LEAST_IOPS, MOST_IOPS = 3, 100, 16_000
SMALL_GIB, SMALL_MIBPS, MIBPS = 170, 128, 250
_GONE = ("deleting", "deleted", "error")


def find(resource: Resource, facts: Facts) -> Answer:
    """gp2, and the price of gp3 with its IOPS and throughput is lower. Attached or not."""
    if resource.attributes.get("VolumeType") != "gp2" or resource.state in _GONE:
        return None
    size = int(resource.attributes.get("Size") or 0)
    if not size:
        return NotMeasured("AWS doesn't say how large it is.")
    iops, mibps = needed(size)
    then: dict[str, Any] = {"VolumeType": "gp3", "Size": size, "Iops": iops, "Throughput": mibps}
    cost, after = (ebs.volume(facts.prices, resource.region, each) for each in (resource.attributes, then))
    if cost.usd is None or after.usd is None:
        return NotMeasured(f"Whether gp3 costs less isn't known: {cost.lacking or after.lacking}.")
    limits = facts.thresholds[CHECK.id]
    if cost.usd - after.usd <= Decimal(str(limits[LEAST_SAVING.name])):
        return None
    return _finding(resource, facts, size, cost, after)


def needed(size: int) -> tuple[int, int]:
    """The IOPS and MiB/s that gp3 needs to be as fast as gp2 of so many GiB; less than it has anyway isn't asked for."""
    steady = min(MOST_IOPS, max(LEAST_IOPS, IOPS_A_GIB * size))
    return max(ebs.GP3_IOPS, steady), SMALL_MIBPS if size <= SMALL_GIB else MIBPS


def _finding(resource: Resource, facts: Facts, size: int, cost: Reckoning, after: Reckoning) -> Finding:
    iops, mibps = needed(size)
    limits = facts.thresholds[CHECK.id]
    return Finding(
        reason=(
            f"Volume {resource.named}, {size} GiB of gp2 in {resource.region}, would be as fast as gp3 with {iops:,} IOPS and "
            f"{mibps} MiB/s, for less. Now: {cost.in_words()}. Then: {after.in_words()}."
        ),
        fix=(
            f"aws ec2 modify-volume --volume-id {quote(resource.resource_id)} --volume-type gp3 --iops {iops} --throughput {mibps} "
            f"--region {resource.region}"
        ),
        cost=cost,
        after=after,
        confidence=0.95 * min(cost.confidence, after.confidence),
        effort="low",
        risk="low",
        evidence={
            "rule": f"gp3 with the IOPS and throughput of gp2 saves more than ${quantity(limits[LEAST_SAVING.name])} a month",
            "thresholds": dict(limits),
            "values": {"gib": size, "gp3_iops": iops, "gp3_mibps": mibps},
            "series": [],
            "notes": [
                "The volume stays in use while it changes, which can take hours; it can be changed again after six hours.",
                "If it doesn't need the throughput of gp2, leaving out that option saves more: 125 MiB/s are included.",
            ],
        },
    )


CHECK = Check(
    id="ebs_gp2_to_gp3",
    title="Are there gp2 volumes that would cost less as gp3?",
    label="gp2 volume that could be gp3",
    type="storage_optimization",
    service="EBS",
    resource_types=(VOLUME,),
    rule="It is gp2, and gp3 with the IOPS and throughput that gp2 gives at its size costs less by more than the threshold.",
    price="Its gibibytes as gp2 less those as gp3, with the IOPS above 3,000 and the MiB/s above 125 that gp3 needs to match it.",
    find=find,
    thresholds=(LEAST_SAVING,),
    remarks=(
        "gp2 has 3 IOPS for each GiB, at least 100 and at most 16,000, and bursts to 3,000, which gp3 always has.",
        "gp2 moves 128 MiB/s up to 170 GiB and up to 250 MiB/s above. Between 170 and 334 GiB that needs burst credits; it is matched all "
        "the same.",
        "The change is made while the volume is in use.",
    ),
)
