"""Databases whose storage is larger, or of a dearer type, than what they use asks for."""

import math
import shlex
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.rds_metrics import DATABASE, FREE_SPACE, command, described, replica_source, unknown, with_rest
from core.checks.windows import WINDOW_DAYS, Window, window
from core.reckoning import Reckoning, rds

TIMES_USED = Threshold("times_used", 2.0, "times", "How often what is used has to fit into what is allocated, for that to be too much")
USED_PERCENT = Threshold("used_percent", 70.0, "%", "How much of the smaller size may be used at most")
GIB = 2**30

# GiB that a type of storage has at least, and IOPS for each GiB that can be provisioned at most.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
_LEAST_GIB = {"gp2": 20, "gp3": 20, "io1": 100, "io2": 100, "standard": 5}
_IOPS_A_GIB = {"io1": 50, "io2": 50, "gp3": 500}

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments-overview.html
_BLUE_GREEN = ("postgres", "mysql", "mariadb")
SHRUNK, RETYPED = 0.8, 0.9
"""Confidence where it becomes smaller, and where only its type changes."""


class Room(NamedTuple):
    """What of the storage was used at most, and the size that would do, in GiB."""

    used: float
    target: int
    free: Window


class Storage(NamedTuple):
    """A size, a type, and what they cost a month."""

    gib: int
    kind: str
    cost: Reckoning

    @property
    def usd(self) -> Decimal | None:
        """USD a month, None where it isn't known."""
        return self.cost.usd


def find(resource: Resource, facts: Facts) -> Answer:
    """Too large, or gp2 where gp3 costs less. Aurora's storage is billed by use."""
    said = resource.attributes
    if resource.state in rds.NOTHING or rds.is_aurora(said) or rds.in_multi_az_cluster(said):
        return None
    gib, kind = int(said.get("AllocatedStorage") or 0), str(said.get("StorageType") or "")
    if not gib or not kind:
        return NotMeasured("AWS doesn't say how much storage of which type it has.")
    now = _storage(resource, facts, gib, kind)
    room = _room(resource, facts, gib, kind)
    size = room.target if isinstance(room, Room) else gib
    then = _cheaper(_storage(resource, facts, size, kind), _storage(resource, facts, size, "gp3"))
    if (then.gib, then.kind) == (gib, kind):
        return room if isinstance(room, NotMeasured) else None
    if now.usd is not None and then.usd is not None and then.usd >= now.usd:
        return None
    return _finding(resource, facts, now, then, room if isinstance(room, Room) else None)


def _storage(resource: Resource, facts: Facts, gib: int, kind: str) -> Storage:
    return Storage(gib, kind, rds.storage(facts.prices, resource.region, resource.attributes, kind=kind, gib=gib))


def _cheaper(same: Storage, gp3: Storage) -> Storage:
    """gp3 in place of gp2, where it is known to cost less."""
    if same.kind != "gp2" or same.usd is None or gp3.usd is None:
        return same
    return gp3 if gp3.usd < same.usd else same


def _room(resource: Resource, facts: Facts, gib: int, kind: str) -> Room | NotMeasured | None:
    """How much of it is used, where that is little enough; None where it isn't, or where no smaller size can be had."""
    limits, held = facts.thresholds[CHECK.id], window(resource, FREE_SPACE, facts)
    used = figure(gib - held.lowest / GIB) if held.values else 0.0
    if used < 0:
        return NotMeasured(f"CloudWatch has more free storage than the {gib} GiB that are allocated.")
    if held.values and gib <= limits[TIMES_USED.name] * used:
        return None
    if lacking := unknown(resource, held, facts, "free storage"):
        return lacking
    target = max(math.ceil(figure(used / (limits[USED_PERCENT.name] / 100))), _least(resource.attributes, kind))
    return Room(used, target, held) if target < gib else None


def _least(attributes: Mapping[str, Any], kind: str) -> int:
    """The smallest size that keeps type, IOPS and throughput."""
    iops, mibps = rds.above_included(attributes, kind, int(attributes["AllocatedStorage"]))
    least = _LEAST_GIB.get(kind, 20)
    if iops:
        least = max(least, math.ceil(int(attributes.get("Iops") or 0) / _IOPS_A_GIB.get(kind, 50)))
    if kind == "gp3" and (iops or mibps):
        least = max(least, rds.gp3_striped_from(rds.engine_of(attributes)) or 0)
    return least


def _finding(resource: Resource, facts: Facts, now: Storage, then: Storage, room: Room | None) -> Finding:
    limits = facts.thresholds[CHECK.id]
    hours = Reckoning() if resource.state in rds.STORAGE_ONLY else rds.compute(facts.prices, resource.region, resource.attributes)
    used = f" and used {quantity(room.used)} GiB of it at most over the last {WINDOW_DAYS} days" if room else ""
    saved = None if now.usd is None or then.usd is None else now.usd - then.usd
    return Finding(
        reason=(
            f"{described(resource)} has {now.gib} GiB of {now.kind}{used}. Now: {now.cost.in_words()}. "
            f"With {then.gib} GiB of {then.kind}: {then.cost.in_words()}."
        ),
        fix=_fix(resource, now, then),
        cost=with_rest(now.cost, hours),
        after=with_rest(then.cost, hours),
        confidence=(SHRUNK if room else RETYPED) * min(now.cost.confidence, then.cost.confidence),
        effort="low" if not room else "medium" if _can_copy(resource) else "high",
        risk="medium" if room else "low",
        evidence={
            "rule": f"allocated is more than {quantity(limits[TIMES_USED.name])} times what is used, or gp2 where gp3 costs less",
            "window_days": WINDOW_DAYS,
            "thresholds": dict(limits),
            "values": _values(now, then, room),
            "series": [room.free.as_json(*FREE_SPACE, "Bytes", threshold=_free_limit(now, limits))] if room else [],
            "notes": _notes(resource, now, then),
        },
        parts={} if saved is None else {"storage": saved},
    )


def _values(now: Storage, then: Storage, room: Room | None) -> dict[str, Any]:
    known = {"allocated_gib": now.gib, "target_gib": then.gib, "storage_type": now.kind, "target_type": then.kind}
    return {**known, "used_gib": room.used, "target_used_percent": figure(100 * room.used / then.gib)} if room else known


def _free_limit(now: Storage, limits: Mapping[str, float]) -> float:
    """The bytes that have to be free all the time for it to be too large."""
    return now.gib * GIB * (1 - 1 / limits[TIMES_USED.name]) if limits[TIMES_USED.name] else 0.0


def _can_copy(resource: Resource) -> bool:
    """Whether a blue/green deployment can make it smaller."""
    return rds.engine_of(resource.attributes) in _BLUE_GREEN and not replica_source(resource)


def _fix(resource: Resource, now: Storage, then: Storage) -> str:
    """A smaller size needs a copy, another type alone does not. Where no copy can be made, the line shows what there is."""
    if then.gib != now.gib and _can_copy(resource):
        ident, said = resource.resource_id, resource.attributes
        arn = said.get("DBInstanceArn") or f"arn:aws:rds:{resource.region}:{resource.account_id}:db:{ident}"
        kind = ["--target-storage-type", then.kind] if then.kind != now.kind else []
        options = ["--source", str(arn), "--target-allocated-storage", str(then.gib), *kind, "--region", resource.region]
        return shlex.join(["aws", "rds", "create-blue-green-deployment", "--blue-green-deployment-name", ident[:60].rstrip("-"), *options])
    if then.kind != now.kind:
        return command("modify-db-instance", resource, "--storage-type", then.kind, "--apply-immediately")
    return command("describe-db-instances", resource)


def _notes(resource: Resource, now: Storage, then: Storage) -> list[str]:
    said, notes = resource.attributes, []
    if then.gib != now.gib:
        if _can_copy(resource):
            notes.append("Storage can't shrink in place: the deployment makes a smaller copy, to which you switch over when it is in step.")
        elif replica_source(resource):
            notes.append("A read replica takes its size from its source: shrink that, or make the replica anew from a smaller one.")
        else:
            notes.append("Storage can't shrink in place, and its engine has no blue/green deployments: move the data to a new one.")
    if most := said.get("MaxAllocatedStorage"):
        notes.append(f"Storage autoscaling may enlarge it up to {most} GiB by itself.")
    engine = rds.engine_of(said)
    if "gp3" in (now.kind, then.kind) and rds.gp3_included(engine, then.gib) != rds.gp3_included(engine, now.gib):
        less = rds.gp3_included(engine, then.gib)
        notes.append(f"gp3 of {then.gib} GiB has {less.iops:,} IOPS and {less.mibps} MiB/s; larger volumes are striped and have more.")
    if now.kind == "gp2" and then.kind == "gp3":
        notes.append("gp2 bursts, and large ones reach 1,000 MiB/s: look at the throughput that it uses before its type changes.")
    return notes


CHECK = Check(
    id="rds_storage",
    title="Are there databases with more or dearer storage than they use?",
    label="Oversized database storage",
    type="storage_optimization",
    service="RDS",
    resource_types=(DATABASE,),
    rule=(
        "Over the last 14 whole days what is allocated was more than so many times what was used at any time, or it is gp2 and gp3 of the "
        "same size and IOPS costs less."
    ),
    price="Its storage, IOPS and throughput less those of the smallest size that leaves enough free, or of gp3.",
    find=find,
    thresholds=(TIMES_USED, USED_PERCENT),
    remarks=(
        "Used is what is allocated less the least FreeStorageSpace, in 2^30 bytes. Fewer than 14 days with data: not measured, unless one "
        "of them already shows that it is used.",
        "The smaller size keeps the type's minimum and the IOPS and throughput that are paid for.",
        "Storage can't shrink in place: the fix is a blue/green deployment, for PostgreSQL, MySQL and MariaDB. "
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments-overview.html",
        "Aurora is left alone: its storage is billed by use.",
    ),
)
