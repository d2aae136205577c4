"""What a check is, what it is given, and what it says."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.instance_types import InstanceType
from core.prices import PriceList
from core.reckoning import Reckoning

if TYPE_CHECKING:
    from core.commitments import Pool, Utilisation

TYPES = (
    *("idle_resources", "rightsizing", "spot_migration", "storage_optimization", "multi_az_conversion"),
    *("reserved_instances", "savings_plans", "commitments"),
)
"""What an opportunity is about. Of findings that save the same the one of the earlier type counts."""

PURCHASES = ("reserved_instances", "savings_plans")
"""Types of findings that buy a commitment: reckoned on what all the others leave."""

LEVELS = ("low", "medium", "high")
_DECIMALS = 6  # CloudWatch's averages carry the noise of floating point; 5 % is 5 %

Metric = tuple[str, str]
"""A metric's name and statistic."""


@dataclass(frozen=True)
class Resource:
    """A resource as last seen. `series` holds the daily values of the days that were asked for, None for one without a datapoint.

    `seen` says when the inventories that are kept saw it last in which state, `utilisation` what its collector made of its metrics.
    """

    resource_type: str
    resource_id: str
    account_id: str
    region: str
    state: str = ""
    name: str = ""
    account_name: str = ""
    created_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    series: Mapping[Metric, Mapping[date, float | None]] = field(default_factory=dict)
    seen: Mapping[str, datetime] = field(default_factory=dict)
    utilisation: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """Account, region and id: findings with the same are about one resource."""
        return self.account_id, self.region, self.resource_id

    @property
    def named(self) -> str:
        """Its id, and its name where it has one, on one line."""
        name = " ".join(self.name.split())
        return f"{self.resource_id} ({name})" if name else self.resource_id


@dataclass(frozen=True)
class Facts:
    """What is known beside the resource. `thresholds` are by check and name, `resources` is the whole inventory by type.

    `pools` says by name what reservations and Savings Plans cover, None where that isn't known; `utilisation` is of each of them by its id.
    `recommended` is what AWS itself recommends by kind, as core/collectors/cost_explorer_recommendations.py keeps it.
    """

    as_of: date
    prices: PriceList
    thresholds: Mapping[str, Mapping[str, float]]
    instance_types: Mapping[str, InstanceType] = field(default_factory=dict)
    resources: Mapping[str, Sequence[Resource]] = field(default_factory=dict)
    pools: "Mapping[str, Pool] | None" = None
    utilisation: "Mapping[str, Utilisation]" = field(default_factory=dict)
    recommended: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The first moment of `as_of`, UTC: nothing later is known."""
        return datetime.combine(self.as_of, time(), UTC)

    def days(self, count: int) -> list[date]:
        """So many whole days before `as_of`, the oldest first."""
        return [self.as_of - timedelta(days=back) for back in range(count, 0, -1)]

    def one(self, resource_type: str, account_id: str, region: str, resource_id: str) -> Resource | None:
        """A resource of the inventory; None where there is no such."""
        return self._by_key.get((resource_type, account_id, region, resource_id))

    @cached_property
    def _by_key(self) -> dict[tuple[str, str, str, str], Resource]:
        return {(kind, *resource.key): resource for kind, some in self.resources.items() for resource in some}


@dataclass(frozen=True)
class Finding:
    """What can be saved on a resource, before commitments. `after` is what it costs then; None: nothing.

    `evidence` takes what JSON takes: the rule in words, the window, thresholds and values. What it saves of which parts of the resource's
    cost stands in `parts` ("compute", "storage", ...), USD a month; without any it is about all of it. Findings on one resource exclude one
    another where they share a part. A saving on other resources of the account and region stands in `elsewhere`, by their ids; then it
    saves nothing on its own. `base` is a purchase's: the USD a month on demand that it would cover, by pool, or by "" of the resource.
    """

    reason: str
    fix: str
    cost: Reckoning
    confidence: float
    effort: str
    risk: str
    evidence: Mapping[str, Any]
    after: Reckoning | None = None
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    elsewhere: Mapping[str, Decimal] = field(default_factory=dict)
    base: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1 or self.effort not in LEVELS or self.risk not in LEVELS:
            raise ValueError(f"confidence {self.confidence}, effort {self.effort} or risk {self.risk} can't be")

    @property
    def monthly_savings(self) -> Decimal | None:
        """USD a month at on-demand prices; None where a price is missing."""
        if self.cost.usd is None:
            return None
        if self.after is None:
            return self.cost.usd
        return None if self.after.usd is None else self.cost.usd - self.after.usd

    @property
    def price(self) -> dict[str, Any]:
        """The sum worked out line by line."""
        return {
            "now": self.cost.as_json(),
            "after": self.after.as_json() if self.after else None,
            "monthly_savings": None if self.monthly_savings is None else str(self.monthly_savings),
        }


@dataclass(frozen=True)
class NotMeasured:
    """Why a resource can't be judged."""

    reason: str


Answer = Finding | NotMeasured | None
"""None: there is nothing to save here."""


@dataclass(frozen=True)
class Threshold:
    """A number of a rule, and the setting that overrides its default."""

    name: str
    default: float
    unit: str
    description: str
    setting: str = ""


@dataclass(frozen=True)
class Check:
    """One question asked of every resource of some types. `label` names a finding, `rule` says when there is one, `price` what it saves.

    `remarks` are what somebody who acts on a finding should know, a sentence each.
    """

    id: str
    title: str
    label: str
    type: str
    service: str
    resource_types: Sequence[str]
    rule: str
    price: str
    find: Callable[[Resource, Facts], Answer]
    thresholds: Sequence[Threshold] = ()
    remarks: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Raises ValueError where the metadata can't be right."""
        names = {each.name for each in self.thresholds}
        asked = (
            (re.fullmatch(r"[a-z][a-z0-9_]+", self.id), "an id is lower case with underscores"),
            (self.title.endswith("?"), "a title is a question"),
            (self.type in TYPES, f"a type is one of {', '.join(TYPES)}"),
            (
                all((self.label, self.service, self.resource_types, self.price)),
                "a label, a service, resource types and a price are there",
            ),
            (self.rule.endswith("."), "a rule is a sentence"),
            (all(each.unit and each.description for each in self.thresholds), "a threshold has a unit and a description"),
            (len(names) == len(self.thresholds), "a threshold stands once"),
        )
        wrong = [said for right, said in asked if not right]
        if wrong:
            raise ValueError(f"The check {self.id} can't be used: {'; '.join(wrong)}.")


def figure(value: float) -> float:
    """A measured figure without floating point's noise, to be held against a threshold."""
    return round(value, _DECIMALS)


def priority(savings: Decimal, confidence: float) -> str:
    """By the dollars to be expected: high from $100 a month, medium from $10."""
    expected = float(savings) * confidence
    return "high" if expected >= 100 else "medium" if expected >= 10 else "low"


def quantity(value: float) -> str:
    """A figure in a sentence: two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
