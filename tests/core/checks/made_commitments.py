"""Pools, reservations and Savings Plans made by hand, and what AWS says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.checks.contract import Facts, Resource
from core.commitments import Pool, Utilisation
from core.pools import derived
from core.prices import RESERVED, Price
from tests.core.checks.made import AS_OF, CPU, facts, flat, instance, price

PAYER = "111111111111"
SPAN = [AS_OF - timedelta(days=back) for back in range(32, 2, -1)]
"""The 30 settled days."""

HOURS = {"m5.large": ("0.1", "0.06"), "m5.xlarge": ("0.2", "0.12")}
"""USD an hour on demand and reserved, in the region of all that is made here."""


def prices(of: Mapping[str, tuple[str, str]] = HOURS, **more: Any) -> tuple[Price, ...]:
    """Linux prices of types, on demand and reserved for a year."""
    keys = {f"BoxUsage:{kind}/RunInstances": both for kind, both in of.items()}
    return tuple(price(key + end, usd, **more) for key, both in keys.items() for end, usd in zip(("", RESERVED), both, strict=True))


def machine(number: int, kind: str = "m5.xlarge", *, measured: bool = True, **more: Any) -> Resource:
    """A running instance with CPU data on every day, or on none at all."""
    one = instance({CPU: flat(40.0)} if measured else {}, kind, **more)
    return replace(one, resource_id=f"i-0123456789abcde{number:02}")


def pool(hours: Mapping[str, float | Sequence[float]], usd: float = 100.0, **more: Any) -> Pool:
    """A pool with so many hours a day on demand of each type, which cost so much a day."""
    types = {
        kind: dict(zip(SPAN, [each] * len(SPAN) if isinstance(each, int | float) else each, strict=True)) for kind, each in hours.items()
    }
    days = dict.fromkeys(SPAN, Decimal(str(usd)))
    return Pool(Decimal(str(usd)) * 730 / 24, 168.0, days=days, types=types, span=SPAN, **more)


def known(
    resources: Sequence[Resource] = (),
    pools: Mapping[str, Pool] | None = None,
    *,
    listed: tuple[Price, ...] | None = None,
    used: Mapping[str, str] | None = None,
    recommended: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    **limits: Mapping[str, float],
) -> Facts:
    """What is known beside the subject; `used` are shares of commitments by id."""
    held = facts(prices() if listed is None else listed, resources=resources, pools=pools, **limits)
    first, last = SPAN[0], SPAN[-1]
    said = {ident: Utilisation(Decimal(share), first, last, "GetReservationUtilization") for ident, share in (used or {}).items()}
    return replace(held, utilisation=said, recommended=recommended or {})


def subjects(kind: str, held: Facts) -> list[Resource]:
    """The subjects of one type that are derived from an inventory."""
    inventory = [resource for some in held.resources.values() for resource in some]
    return [subject for subject in derived(inventory, held, PAYER) if subject.resource_type == kind]


def reserved(ident: str = "5108873d-5c8e-069a-9c55-26728c0e9609", **more: Any) -> Resource:
    """An active reservation of five c5.2xlarge at $0.2 an hour without upfront."""
    fields = {name: more.pop(name) for name in ("state", "resource_type", "region") if name in more}
    attributes = {
        "InstanceType": "c5.2xlarge",
        "InstanceCount": 5,
        "OfferingClass": "standard",
        "Duration": 31_536_000,
        "FixedPrice": 0.0,
        "RecurringCharges": [{"Amount": 0.2, "Frequency": "Hourly"}],
        "CurrencyCode": "USD",
        "End": "2027-02-28 00:00:00",
        **more,
    }
    base = Resource("ec2:reserved-instances", ident, PAYER, "eu-north-1", "active", attributes=attributes)
    return replace(base, **fields)


def plan(ident: str = "7bbae276-2811-81ce-ece7-5433734433a8", **more: Any) -> Resource:
    """An active EC2 Instance Savings Plan of $3.939 an hour, half of it paid upfront."""
    attributes = {
        "savingsPlanType": "EC2Instance",
        "commitment": "3.93900000",
        "upfrontPaymentAmount": "17252.82000000",
        "recurringPaymentAmount": "1.96950000",
        "currency": "USD",
        "ec2InstanceFamily": "g5",
        "region": "us-west-2",
        "end": "2027-05-29T00:00:00.000Z",
        **more,
    }
    return Resource("savingsplans:plan", ident, PAYER, "", "active", attributes=attributes)


def day(text: str) -> date:
    """A day from its text."""
    return date.fromisoformat(text)
