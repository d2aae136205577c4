"""What an EC2 instance costs: the hours of its type, for its system and tenancy."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from core.instance_types import InstanceType
from core.prices import EC2, HOURS_A_MONTH, OPERATIONS, PriceList, instance_key
from core.reckoning import Attributes, Question, Reckoning, summed

RESOURCE_TYPE, SERVICE_CODE = "ec2:instance", EC2
TENANCIES = {"default": "Shared", "dedicated": "Dedicated"}
"""DescribeInstances' word for a tenancy, and the price list's."""


def cost(prices: PriceList, region: str, state: str, attributes: Attributes, utilisation: Mapping[str, float]) -> Reckoning:
    """What it costs as it is: nothing while it is stopped, which is known and not missing."""
    return instance(prices, region, attributes) if state == "running" else Reckoning()


def instance(prices: PriceList, region: str, attributes: Attributes, instance_type: str = "") -> Reckoning:
    """What an instance costs when it runs all month, or what another type would in its place."""
    name = instance_type or str(attributes.get("InstanceType", ""))
    if attributes.get("InstanceLifecycle"):
        return Reckoning(lacking=f"no price, since it is billed as {attributes['InstanceLifecycle']} and not on demand")
    operation, tenancy = operation_of(attributes), str(attributes.get("Tenancy") or "default")
    if operation is None:
        return Reckoning(lacking=f"no price, since its system, {attributes.get('PlatformDetails')}, isn't known")
    key = instance_key(name, operation, tenancy)
    if key is None:
        return Reckoning(lacking="no price, since a Dedicated Host is billed as a whole")
    return summed(prices, EC2, region, [(f"{name} on demand", Decimal(HOURS_A_MONTH), key)])


def operation_of(attributes: Attributes) -> str | None:
    """What a bill has for an instance's system; None for one that isn't known here."""
    if said := attributes.get("UsageOperation"):
        return str(said)
    platform = attributes.get("PlatformDetails") or ("Windows" if attributes.get("Platform") == "windows" else "Linux/UNIX")
    return OPERATIONS.get(str(platform))


def questions(region: str, attributes: Attributes, types: Mapping[str, InstanceType]) -> Iterator[Question]:
    """One for the type, and one for each smaller type of its family."""
    operation, tenancy = operation_of(attributes), str(attributes.get("Tenancy") or "default")
    if attributes.get("InstanceLifecycle") or operation is None or tenancy not in TENANCIES:
        return
    for name in _with_smaller(str(attributes.get("InstanceType", "")), types):
        asked = {"instanceType": name, "operation": operation, "tenancy": TENANCIES[tenancy], "capacitystatus": "Used"}
        yield Question(instance_key(name, operation, tenancy) or "", (("regionCode", region), *asked.items()))


def _with_smaller(name: str, types: Mapping[str, InstanceType]) -> Iterable[str]:
    if name not in types:
        return [name]
    return [name, *sorted(other.name for other in types.values() if other.is_smaller_than(types[name]))]


def key_of(attributes: Mapping[str, str]) -> str | None:
    """The key of an instance type's hour."""
    if "instanceType" not in attributes:
        return None
    tenancy = next((ours for ours, theirs in TENANCIES.items() if theirs == attributes.get("tenancy")), "")
    return instance_key(attributes["instanceType"], attributes.get("operation", ""), tenancy)
