"""What a saving is worth where reservations and Savings Plans cover part of the use: a first, cautious version.

Stopping covered use frees its commitment for other use. Within the family of types in a region, what that can take is what runs there on
demand. So the findings of such a pool together save at most what the pool's use on demand costs. A Compute Savings Plan may
float further, to other families and regions; that isn't counted. It is pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.instance_types import family_of

TOLERANCE = Decimal("0.01")
"""USD; Cost Explorer rounds its amounts."""

UNKNOWN_CONFIDENCE = 0.8
"""What confidence is multiplied by where it isn't known what is covered."""


@dataclass(frozen=True)
class Pool:
    """A family of types in a region, or "total": what its use on demand costs in a month, USD, and its hours in the week looked at."""

    on_demand_usd: Decimal
    on_demand_hours: float
    covered_hours: float


@dataclass(frozen=True)
class Claim:
    """A saving at on-demand prices, in a pool. Those that the total counts take from the pool before the others."""

    pool: str
    usd: Decimal
    counted: bool
    key: str


@dataclass(frozen=True)
class Net:
    """What is left of a claim, why, and by how much confidence falls."""

    usd: Decimal
    said: str
    confidence: float = 1.0


def pool_of(region: str, instance_type: str) -> str:
    """The pool of an instance."""
    return f"{region}/{family_of(instance_type)}"


def net(claims: Sequence[Claim], pools: Mapping[str, Pool]) -> dict[str, Net]:
    """What each claim is worth, by its key: of a pool's claims the counted and larger ones come first; the uncounted stand alone."""
    left = {name: pool.on_demand_usd for name, pool in pools.items()}
    found: dict[str, Net] = {}
    for claim in sorted(claims, key=lambda claim: (not claim.counted, -claim.usd, claim.key)):
        pool = pools.get(claim.pool)
        found[claim.key] = _net(claim, pool, left.get(claim.pool, Decimal(0)))
        if claim.counted and pool:
            left[claim.pool] = max(Decimal(0), left[claim.pool] - found[claim.key].usd)
    return found


def _net(claim: Claim, pool: Pool | None, left: Decimal) -> Net:
    family = claim.pool.replace("/", " ")
    if pool is None:
        said = "It isn't known whether a reservation or Savings Plan covers it; the saving is at the on-demand price."
        return Net(claim.usd, said, UNKNOWN_CONFIDENCE)
    if not pool.covered_hours:
        return Net(claim.usd, f"No reservation or Savings Plan covered any use of {family} in the week looked at.")
    share = pool.covered_hours / (pool.covered_hours + pool.on_demand_hours)
    worth = claim.usd if claim.usd <= left + TOLERANCE else left
    return Net(
        worth,
        f"Commitments cover {share:.0%} of the use of {family}. What is stopped frees them for the rest, which costs "
        f"${pool.on_demand_usd:.2f} a month on demand; ${worth:.2f} of ${claim.usd:.2f} can be saved with what other findings leave of it.",
    )
