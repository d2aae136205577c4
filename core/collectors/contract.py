"""What a collector is, and what it is told before anything is asked of AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.aws.permissions import Permission
from core.collection import Collection
from core.settings import Settings
from core.store.client import Store


@dataclass(frozen=True)
class EstimateLine:
    """What one collector is expected to ask: requests, metrics (CloudWatch bills by them), USD, and what that rests on."""

    label: str
    requests: int
    metrics: int
    usd: Decimal
    basis: str


@dataclass(frozen=True)
class Outlook:
    """What is known before a collection: nothing is asked of AWS for it. `whole` reads all 13 months anew."""

    store: Store
    config: Settings
    as_of: date
    whole: bool


@dataclass(frozen=True)
class Collector:
    """One AWS service's facts.

    `resource_types` are the rows of `resource_metrics` that it keeps, which are carried over from the last run where this one fails.
    `service` is the label of the service whose resources it lists account by account and region by region, which a scope can leave out;
    "" for one that is about something else and always runs.
    `reads` are rows that others keep and this one looks at in the run's own inventory, so it comes after all that read none.
    `collect` records a slice for each account and region; it raises only what ends the whole collection.
    """

    name: str
    title: str
    permissions: tuple[Permission, ...]
    estimate: Callable[[Outlook], EstimateLine]
    collect: Callable[[Collection], None]
    resource_types: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    service: str = ""
