"""The demo organisation: accounts, regions, resources, charges, utilisation, and what was planted in it.

Built in memory from the tables beside it; the server answers AWS's questions from it, and nothing else reads it.
"""

from datetime import date

from core.demo.bill import charges
from core.demo.estate import parts
from core.demo.fleets import ACCOUNTS, BUDGETS, MANAGEMENT, REGIONS
from core.demo.model import (
    PICODOLLAR,
    Account,
    AwsBudget,
    MetricRef,
    Organisation,
    Planted,
    PlantedAnomaly,
    Region,
    Resource,
    Series,
)
from core.demo.planted import pools
from core.demo.utilisation import Utilisation
from core.demo.world import World

__all__ = [
    "PICODOLLAR",
    "Account",
    "AwsBudget",
    "MetricRef",
    "Organisation",
    "Planted",
    "PlantedAnomaly",
    "Region",
    "Resource",
    "Series",
    "build",
]


def build(as_of: date, seed: int = 7, scale: int = 1) -> Organisation:
    """The organisation as it is when `as_of` begins (UTC). `scale` multiplies the EC2 fleet with plain instances."""
    world = World(as_of, seed)
    built = parts(world, scale)
    lines, anomalies = charges(built, world)
    return Organisation(
        as_of=as_of,
        seed=seed,
        management=MANAGEMENT,
        accounts=tuple(ACCOUNTS.values()),
        regions=tuple(REGIONS.values()),
        resources=tuple(part.resource for part in built),
        charges=lines,
        series=Utilisation(built, as_of, seed).series,
        anomalies=anomalies,
        planted=(*(row for part in built for row in part.planted), *pools(world, built)),
        budgets=BUDGETS,
    )
