"""What all builders of the estate share: when it is, ids, tags, and how a thing in plain use behaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.demo import noise, prices
from core.demo.fleets import REGIONS
from core.demo.model import Planted
from core.demo.parts import Line, Signal, midnight, months_after

WHOLE_MONTHS = 13
GIB = 2**30
_RECENT_SHARE = 0.2
_MONTHS_TO_LAUNCH = 11
EC2, OTHER = "Amazon Elastic Compute Cloud - Compute", "EC2 - Other"

Mark = tuple[str, bool, str]
"""A check, whether it must find the resource, and why."""


def found(check: str, why: str) -> Mark:
    """A finding that the check must make."""
    return check, True, why


def spared(check: str, why: str) -> Mark:
    """A near miss."""
    return check, False, why


@dataclass(frozen=True)
class World:
    """When it is and which of the possible organisations it is."""

    as_of: date
    seed: int

    @property
    def first(self) -> date:
        """The bill's first day."""
        return months_after(self.as_of, -WHOLE_MONTHS)

    @property
    def now(self) -> datetime:
        """The moment at which everything is looked at."""
        return midnight(self.as_of)

    def id(self, prefix: str, *parts: object) -> str:
        """An id such as i-0f3a…, always the same for the same thing."""
        return f"{prefix}-0{noise.hexadecimal(16, self.seed, prefix, *parts)}"


def marks(resource_id: str, rows: Iterable[Mark]) -> tuple[Planted, ...]:
    """What was planted with a resource."""
    return tuple(Planted(check, resource_id, finding, why) for check, finding, why in rows)


def tags(name: str, team: str = "", env: str = "", app: str = "", **more: str) -> dict[str, str]:
    """Tags without the empty ones."""
    return {key: value for key, value in {"Name": name, "team": team, "env": env, "app": app, **more}.items() if value}


def arn(service: str, region: str, account: str, what: str) -> str:
    """An ARN in the public partition."""
    return f"arn:aws:{service}:{region}:{account}:{what}"


# The usual course of things: far from every threshold.
def busy_cpu(*who: object) -> Signal:
    """A machine in plain use: 32 to 56 % on average."""
    return Signal(mean=34 + 20 * noise.fraction("cpu", *who), swing=6, peak=9, noise=0.08, ceiling=100)


def busy_network(*who: object) -> Signal:
    """Bytes an hour: hundreds of megabytes."""
    return Signal(mean=2e8 + 6e8 * noise.fraction("net", *who), noise=0.2, rhythm="traffic", total=True)


def monthly(
    owner: str,
    region: str,
    usage: str,
    operation: str,
    unit: str,
    price: float,
    quantity: float,
    ident: str,
    labels: Mapping[str, str],
    created: datetime,
    service: str = OTHER,
    rhythm: str = "steady",
) -> Line:
    """A charge by the month, spread over its days."""
    regional = prices.regional(price, region)
    return Line(
        owner,
        region,
        service,
        REGIONS[region].prefix + usage,
        operation,
        unit,
        regional,
        quantity,
        ident,
        "",
        labels,
        rhythm,
        first=created,
    )


def created_at(world: World, number: int, size: int, *who: object) -> datetime:
    """Most things are older than the bill; the last fifth of a fleet arrived one after another."""
    late = number + 1 - round(size * (1 - _RECENT_SHARE))
    newcomers = size - round(size * (1 - _RECENT_SHARE))
    hour = timedelta(hours=7 + noise.key(*who, number) % 12)
    if late <= 0 or size < 4:
        return midnight(world.first) - timedelta(days=20 + noise.key("age", *who, number) % 600) + hour
    return midnight(world.first) + timedelta(days=round(30.4 * _MONTHS_TO_LAUNCH * late / (newcomers + 1))) + hour
