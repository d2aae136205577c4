"""What checks of purchases share: which instances run on demand around the clock, so that a commitment would be used every hour."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from core.checks.contract import Facts, Resource, figure
from core.checks.ec2_metrics import CPU
from core.checks.windows import WINDOW_DAYS, window
from core.commitments import Pool
from core.pools import INSTANCE
from core.prices import EC2, HOURS_A_MONTH, Price, instance_key
from core.reckoning.ec2 import operation_of

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Steady:
    """Instances of one type that run all the time: how many there are, and how many of them were on demand nearly all the time.

    `unmeasured` are those of them that CloudWatch knows nothing of, which are taken to run since their launch.
    """

    instance_type: str
    running: int
    unmeasured: int
    on_demand: float
    price: Price | None
    key: str

    @property
    def count(self) -> int:
        """How many a commitment would be for: whole ones."""
        return min(self.running, int(self.on_demand))

    @property
    def hours(self) -> Decimal:
        """Their hours in a month."""
        return Decimal(self.count * HOURS_A_MONTH)


def steady(pool: Pool, region: str, members: Sequence[Key], facts: Facts, days: float, percent: float) -> Iterator[Steady]:
    """The types of a pool of which at least one runs for more than so many days and is on demand but for `percent` of them.

    Cost Explorer says how many hours each type was on demand on each day. That day in the lower part of them bounds the number.
    """
    for name, some in sorted(running(members, facts, days).items()):
        price_key = instance_key(name, operation_of(some[0].attributes) or "") or ""
        unmeasured = sum(not window(one, CPU, facts).values for one in some)
        on_demand, price = lower(instances(pool, name), percent), facts.prices.find(EC2, region, price_key)
        found = Steady(name, len(some), unmeasured, on_demand, price, price_key)
        if found.count:
            yield found


def running(members: Sequence[Key], facts: Facts, days: float) -> dict[str, list[Resource]]:
    """The instances by type that run for more than so many days, with CPU on every day of the window, or on none."""
    by_type: dict[str, list[Resource]] = {}
    for key in members:
        one = facts.one(INSTANCE, *key)
        if one is not None and _has_run(one, facts, days):
            by_type.setdefault(str(one.attributes.get("InstanceType")), []).append(one)
    return by_type


def _has_run(one: Resource, facts: Facts, days: float) -> bool:
    """Old enough, of shared tenancy, and with CPU on every day of the window, or on none."""
    if one.created_at is None or str(one.attributes.get("Tenancy") or "default") != "default":
        return False
    created = one.created_at if one.created_at.tzinfo else one.created_at.replace(tzinfo=UTC)
    cpu = window(one, CPU, facts)
    return figure(_days_since(created, facts)) > days and len(cpu.values) in (0, WINDOW_DAYS)


def _days_since(moment: datetime, facts: Facts) -> float:
    return (facts.now - moment) / timedelta(days=1)


def instances(pool: Pool, instance_type: str) -> dict[date, float]:
    """How many of a type were on demand on each day, on average over its hours; a day without any is a day of none."""
    held: Mapping[date, float] = pool.types.get(instance_type, {})
    return {day: figure(held.get(day, 0.0) / 24) for day in pool.span}


def lower(values: Mapping[date, float], percent: float) -> float:
    """The value that so many per cent of the days stay under at most; 0 without days."""
    held = sorted(values.values())
    return held[int(figure((len(held) - 1) * percent / 100))] if held else 0.0
