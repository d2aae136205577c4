"""What a Lambda function costs: its requests, its GB-seconds by architecture, and ephemeral storage above what is included.

How often it was invoked and for how long comes from CloudWatch. AWS's monthly free tier is the whole organisation's, so it isn't taken
off; neither are Provisioned Concurrency, SnapStart and Lambda@Edge added. https://aws.amazon.com/lambda/pricing/
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from core.instance_types import InstanceType
from core.prices import PriceList
from core.reckoning import Attributes, Question, Reckoning, summed

RESOURCE_TYPE, SERVICE_CODE = "lambda:function", "AWSLambda"
X86, ARM = "x86_64", "arm64"

INVOCATIONS, GB_SECONDS = "invocations_month", "gb_seconds_month"
"""What its collector makes of its metrics: a month's invocations, and a month's GB-seconds at the memory that it has."""

INCLUDED_STORAGE_MB = 512
MB_A_GB = 1024
_SUFFIXES = {X86: "", ARM: "-ARM"}
_USAGE = re.compile(r"(?:[A-Z]{2,4}\d?-)?((?:Request|Lambda-GB-Second|Lambda-Storage-GB-Second)(?:-ARM)?)")


def cost(prices: PriceList, region: str, state: str, attributes: Attributes, utilisation: Mapping[str, float]) -> Reckoning:
    """What it costs as it is."""
    return function(prices, region, attributes, utilisation)


def function(
    prices: PriceList, region: str, attributes: Attributes, utilisation: Mapping[str, float], *, memory: int = 0, architecture: str = ""
) -> Reckoning:
    """What it costs as it is, or would with so many MB of memory or on another architecture, if it were invoked as often and as long."""
    has, runs_on = memory_of(attributes), architecture or architecture_of(attributes)
    if lacking := _lacking(attributes, utilisation, has, runs_on):
        return Reckoning(lacking=lacking)
    then, suffix = memory or has, _SUFFIXES[runs_on]
    seconds = _exact(utilisation[GB_SECONDS]) * MB_A_GB / has
    wanted = [
        ("requests", _exact(utilisation[INVOCATIONS]), f"Request{suffix}"),
        (f"GB-seconds with {then} MB on {runs_on}", round(seconds * then / MB_A_GB, 3), f"Lambda-GB-Second{suffix}"),
    ]
    key = f"Lambda-Storage-GB-Second{suffix}"
    extra = Decimal(max(0, storage_of(attributes) - INCLUDED_STORAGE_MB)) / MB_A_GB
    if extra and prices.find(SERVICE_CODE, region, key):
        wanted.append((f"GB-seconds of ephemeral storage above {INCLUDED_STORAGE_MB} MB", round(extra * seconds, 3), key))
    return summed(prices, SERVICE_CODE, region, wanted)


def _lacking(attributes: Attributes, utilisation: Mapping[str, float], memory: int, architecture: str) -> str:
    if attributes.get("CapacityProviderConfig"):
        return "no cost, since it runs on instances of its own, which are billed as such"
    if not memory or architecture not in _SUFFIXES:
        return "no cost, since AWS doesn't say how much memory it has or on which architecture it runs"
    if INVOCATIONS not in utilisation:
        return "no cost, since CloudWatch has no invocations of the last 14 days"
    if GB_SECONDS not in utilisation:
        return "no cost, since CloudWatch has invocations of the last 14 days without their duration"
    return ""


def _exact(value: float) -> Decimal:
    """Without the noise of floating point."""
    return Decimal(str(round(value, 3)))


def memory_of(attributes: Attributes) -> int:
    """MB; 0 where AWS doesn't say."""
    return int(attributes.get("MemorySize") or 0)


def storage_of(attributes: Attributes) -> int:
    """MB of ephemeral storage."""
    return int((attributes.get("EphemeralStorage") or {}).get("Size") or INCLUDED_STORAGE_MB)


def architecture_of(attributes: Attributes) -> str:
    """x86_64 or arm64; "" where AWS doesn't say. A function has exactly one."""
    return str(next(iter(attributes.get("Architectures") or ()), ""))


def questions(region: str, attributes: Attributes, types: Mapping[str, InstanceType]) -> Iterator[Question]:
    """One for each region with functions."""
    yield Question("Lambda/Serverless", (("regionCode", region), ("productFamily", "Serverless")))


def key_of(attributes: Mapping[str, str]) -> str | None:
    """The key of what a function bills: its usage type without the region's prefix."""
    found = _USAGE.fullmatch(attributes.get("usagetype", ""))
    return found[1] if found else None
