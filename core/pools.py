"""Subjects of checks that aren't resources of the inventory: pools of like instances, the organization, and what AWS recommends.

A pool is what a reservation is for: the instances of a family in a region under one operating system, whoever owns them, since an
organization shares its reservations. It is pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.checks.contract import Facts, Resource
from core.commitments import pool_of, system_of

INSTANCE = "ec2:instance"
POOL, ORGANISATION, RIGHTSIZING = "ec2:pool", "aws:organization", "ce:rightsizing"
MEMBERS, POOLS, RECOMMENDATION = "Members", "Pools", "Recommendation"
"""Attributes: the keys of a pool's instances, those of each pool by name, and what AWS says of an instance."""


def derived(inventory: Sequence[Resource], facts: Facts, payer: str) -> list[Resource]:
    """Pools under "region/family/system", the organization under its billing account, recommendations under their instance's id."""
    instances = [resource for resource in inventory if resource.resource_type == INSTANCE]
    members = _members(instances)
    pools = [Resource(POOL, name, payer, name.split("/", 1)[0], attributes={MEMBERS: keys}) for name, keys in members.items()]
    organisation = Resource(ORGANISATION, payer, payer, "", attributes={POOLS: members})
    return [*pools, organisation, *_recommended(instances, facts)]


def _members(instances: Sequence[Resource]) -> dict[str, list[tuple[str, str, str]]]:
    """The keys of the instances that run on demand, by pool."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in instances:
        kind = one.attributes.get("InstanceType")
        if kind and one.state == "running" and not one.attributes.get("InstanceLifecycle"):
            found.setdefault(pool_of(one.region, str(kind), system_of(one.attributes)), []).append(one.key)
    return dict(sorted(found.items()))


def _recommended(instances: Sequence[Resource], facts: Facts) -> Iterator[Resource]:
    """What AWS recommends of instances. Their ids are unique; of one that isn't in the inventory only AWS's own words are known."""
    by_id = {one.resource_id: one for one in instances}
    for said in facts.recommended.get("rightsizing", ()):
        if ident := str(said.get("resource_id", "")):
            yield _recommendation(ident, said, by_id.get(ident))


def _recommendation(ident: str, said: Mapping[str, Any], one: Resource | None) -> Resource:
    if one is None:
        attributes = {"InstanceType": said.get("instance_type"), RECOMMENDATION: said}
        return Resource(RIGHTSIZING, ident, str(said.get("account_id", "")), str(said.get("region", "")), attributes=attributes)
    return Resource(
        RIGHTSIZING,
        ident,
        one.account_id,
        one.region,
        one.state,
        one.name,
        one.account_name,
        one.created_at,
        one.tags,
        {**one.attributes, RECOMMENDATION: said},
    )
