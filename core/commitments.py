"""What a saving is worth where reservations and Savings Plans cover part of the use.

Instances and databases of one family of types, region and system (operating system, or database engine) form a pool. What is stopped
ends use on demand, or else frees what covered it for other use on demand. A reservation stays in its pool. An EC2 Instance Savings Plan
stays in its family and region. A Compute Savings Plan moves on to any use on demand, and there it can cover each dollar once only. So the
findings of a pool together save what its use on demand costs, and beyond that what a Savings Plan that is freed covers elsewhere. It is
pure.

https://docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.instance_types import family_of

if TYPE_CHECKING:
    from core.checks.contract import Resource

TOTAL = "total"
"""The name under which all pools together stand."""

TOLERANCE = Decimal("0.001")
"""USD; what is lost where amounts are kept as binary fractions."""

UNKNOWN_CONFIDENCE = 0.8
"""What confidence is multiplied by where it isn't known what is covered."""

STAYS, FAMILY, ANYWHERE = "", "family", "anywhere"
"""How far what is freed of a pool's Savings Plans reaches: nowhere else, the family and region, or every pool of its service."""

# The types of DescribeSavingsPlans.
INSTANCE_PLAN, _COMPUTE_PLAN, _DATABASE_PLAN = "EC2Instance", "Compute", "Database"

ZERO = Decimal(0)

# What a bill has for a system, and PlatformDetails of DescribeInstances.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
_PLATFORMS = {
    "RunInstances": "Linux/UNIX",
    "RunInstances:00g0": "Red Hat BYOL Linux",
    "RunInstances:0010": "Red Hat Enterprise Linux",
    "RunInstances:1010": "Red Hat Enterprise Linux with HA",
    "RunInstances:0014": "RHEL with SQL Server Standard",
    "RunInstances:1014": "RHEL with SQL Server Standard and HA",
    "RunInstances:0110": "RHEL with SQL Server Enterprise",
    "RunInstances:1110": "RHEL with SQL Server Enterprise and HA",
    "RunInstances:0210": "RHEL with SQL Server Web",
    "RunInstances:0100": "SQL Server Enterprise",
    "RunInstances:0004": "SQL Server Standard",
    "RunInstances:0200": "SQL Server Web",
    "RunInstances:000g": "SUSE Linux",
    "RunInstances:0g00": "Ubuntu Pro",
    "RunInstances:0002": "Windows",
    "RunInstances:0800": "Windows BYOL",
    "RunInstances:0102": "Windows with SQL Server Enterprise",
    "RunInstances:0006": "Windows with SQL Server Standard",
    "RunInstances:0202": "Windows with SQL Server Web",
}
_SHORT = {"Linux/UNIX": "Linux"}

# The engines of DescribeDBInstances, and what a bill's operation ends in for each.
_ENGINES = {
    "mysql": ("MySQL", "0002"),
    "oracle-ee": ("Oracle EE", "0005"),
    "oracle-se2": ("Oracle SE2", "0019", "0020"),
    "sqlserver-ex": ("SQL Server Express", "0010"),
    "sqlserver-web": ("SQL Server Web", "0011"),
    "sqlserver-se": ("SQL Server SE", "0008", "0012"),
    "sqlserver-ee": ("SQL Server EE", "0009", "0015"),
    "postgres": ("PostgreSQL", "0014"),
    "postgresql": ("PostgreSQL",),  # what DescribeReservedDBInstances calls it
    "aurora": ("Aurora MySQL",),
    "aurora-mysql": ("Aurora MySQL", "0016"),
    "mariadb": ("MariaDB", "0018"),
    "aurora-postgresql": ("Aurora PostgreSQL", "0021"),
}
_ENGINE_CODES = {f"CreateDBInstance:{code}": name for name, *codes in _ENGINES.values() for code in codes}


@dataclass(frozen=True)
class Pool:
    """The use of a family of types in a region under a system. Amounts are USD a month, hours those of the week looked at.

    `plan_usd` is what the use that Savings Plans cover would cost on demand, and `reach` how far they go when it ends. By day `days` has
    what use on demand cost, USD, and `types` the hours on demand of each type: "m5.large", and of dedicated tenancy or in several zones
    "m5.large/DedicatedUsage", "db.m5.large/Multi-AZUsage"; `span` is every day that was looked at, also those on which there was nothing.
    """

    on_demand_usd: Decimal = ZERO
    on_demand_hours: float = 0.0
    covered_hours: float = 0.0
    plan_hours: float = 0.0
    plan_usd: Decimal = ZERO
    reach: str = STAYS
    days: Mapping[date, Decimal] = field(default_factory=dict)
    types: Mapping[str, Mapping[date, float]] = field(default_factory=dict)
    span: Sequence[date] = ()


@dataclass(frozen=True)
class Utilisation:
    """How much of a reservation or Savings Plan was used, a share of 1, from the first day to the last; `said_by` is the action."""

    used: Decimal
    first: date
    last: date
    said_by: str


@dataclass(frozen=True)
class Claim:
    """A saving at on-demand prices, in a pool. Those that the total counts share the pool; each of the others stands alone."""

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


def pool_of(region: str, instance_type: str, system: str) -> str:
    """The pool of an instance or database: "us-east-1/m5/Linux", "us-east-1/db.m5/PostgreSQL"."""
    prefix, kind = ("db.", instance_type[3:]) if instance_type.startswith("db.") else ("", instance_type)
    return f"{region}/{prefix}{family_of(kind)}/{system}"


def pool_of_resource(resource: "Resource") -> str:
    """The pool of an instance or a database of the inventory; "" for anything else."""
    kind = resource.attributes.get("DBInstanceClass") or resource.attributes.get("InstanceType")
    return pool_of(resource.region, str(kind), system_of(resource.attributes)) if kind else ""


def system_of(attributes: Mapping[str, Any]) -> str:
    """The operating system of an instance or the engine of a database, as pools are named; AWS's own words where they aren't known here."""
    if engine := attributes.get("Engine"):
        return _ENGINES.get(str(engine), (str(engine),))[0]
    if operation := attributes.get("UsageOperation"):
        return system_of_operation(str(operation))
    platform = str(attributes.get("PlatformDetails") or ("Windows" if attributes.get("Platform") == "windows" else "Linux/UNIX"))
    return _SHORT.get(platform, platform)


def system_of_operation(operation: str) -> str:
    """The same from what a bill calls the operation."""
    platform = _PLATFORMS.get(operation) or _ENGINE_CODES.get(operation) or operation
    return _SHORT.get(platform, platform)


def reach_of(pool: str, plans: Collection[tuple[str, str]]) -> str:
    """How far the Savings Plans reach that cover a pool: of each active plan its type, and "region/family" where it is bound to one.

    What can't be told is taken for the narrower: it stays.
    """
    family = pool.rsplit("/", 1)[0]
    if (INSTANCE_PLAN, family) in plans:
        return FAMILY
    return ANYWHERE if any(kind == (_DATABASE_PLAN if _is_database(pool) else _COMPUTE_PLAN) for kind, _ in plans) else STAYS


def net(claims: Sequence[Claim], pools: Mapping[str, Pool] | None) -> dict[str, Net]:
    """What each claim is worth, by its key: of those that are counted the larger come first. `pools` is None where nothing is known."""
    known = pools or {}
    shared = _Ledger(known)
    counted = sorted((claim for claim in claims if claim.counted), key=lambda claim: (-claim.usd, claim.key))
    at_home = {claim.key: shared.at_home(claim) for claim in counted}
    found = {}
    for claim in counted:
        found[claim.key] = _said(claim, known.get(claim.pool), at_home[claim.key], shared.elsewhere(claim, at_home[claim.key]))
    for claim in claims:
        if not claim.counted:
            found[claim.key] = _alone(claim, known)
    return found


def _alone(claim: Claim, pools: Mapping[str, Pool]) -> Net:
    """What a claim is worth if there is no other."""
    pool = pools.get(claim.pool)
    if pool is None or not pool.covered_hours or claim.usd <= pool.on_demand_usd:
        return _said(claim, pool, claim.usd, ZERO)
    ledger = _Ledger(pools)
    here = ledger.at_home(claim)
    return _said(claim, pool, here, ledger.elsewhere(claim, here))


class _Ledger:
    """What is left on demand in each pool, and of what its Savings Plans could cover elsewhere, while claims take from it."""

    def __init__(self, pools: Mapping[str, Pool]) -> None:
        self.pools = pools
        self.left = {name: pool.on_demand_usd for name, pool in pools.items() if name != TOTAL}
        self.freed = {name: pool.plan_usd for name, pool in pools.items() if pool.reach}
        if TOTAL in pools:
            # Use that stands in no pool of its own.
            self.left[TOTAL] = max(ZERO, pools[TOTAL].on_demand_usd - sum(self.left.values(), ZERO))

    def at_home(self, claim: Claim) -> Decimal:
        """What it ends on demand in its own pool, taken from there. Where nothing is covered, or nothing known, that is all of it."""
        pool = self.pools.get(claim.pool)
        if pool is None:
            return claim.usd
        left = self.left[claim.pool]
        here = claim.usd if not pool.covered_hours or claim.usd <= left + TOLERANCE else left
        self.left[claim.pool] = max(ZERO, self.left[claim.pool] - here)
        return here

    def elsewhere(self, claim: Claim, here: Decimal) -> Decimal:
        """What the rest of it frees of Savings Plans that cover use on demand elsewhere, taken from there."""
        rest = min(claim.usd - here, self.freed.get(claim.pool, ZERO))
        moved = ZERO
        for name in self._reached(claim.pool) if rest > 0 else ():
            taken = min(rest - moved, self.left[name])
            self.left[name] -= taken
            moved += taken
        if moved:
            self.freed[claim.pool] -= moved
        return moved

    def _reached(self, name: str) -> Iterable[str]:
        """The pools that a Savings Plan of a pool can move to, the costliest first."""
        reach = self.pools[name].reach
        others = [other for other in self.left if other != name and _is_database(other) == _is_database(name)]
        if reach == FAMILY:
            others = [other for other in others if other.rsplit("/", 1)[0] == name.rsplit("/", 1)[0]]
        return sorted(others, key=lambda other: (-self.left[other], other))


def _is_database(pool: str) -> bool:
    return "/db." in pool


def _said(claim: Claim, pool: Pool | None, here: Decimal, elsewhere: Decimal) -> Net:
    if pool is None:
        said = "It isn't known whether a reservation or Savings Plan covers it; the saving is at the on-demand price."
        return Net(claim.usd, said, UNKNOWN_CONFIDENCE)
    name = claim.pool.replace("/", " ")
    if not pool.covered_hours:
        return Net(claim.usd, f"No reservation or Savings Plan covered any use of {name} in the week looked at.")
    share = pool.covered_hours / (pool.covered_hours + pool.on_demand_hours)
    worth = min(claim.usd, here + elsewhere)
    parts = [
        f"Commitments cover {share:.0%} of the use of {name}. What is stopped frees them for the rest, which costs "
        f"${pool.on_demand_usd:.2f} a month on demand; ${min(here, claim.usd):.2f} of ${claim.usd:.2f} can be saved with what other "
        "findings leave of it."
    ]
    if elsewhere:
        parts.append(f"A Savings Plan that is freed covers another ${elsewhere:.2f} of use on demand elsewhere.")
    return Net(worth, " ".join(parts))
