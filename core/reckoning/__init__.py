"""What a resource costs a month on demand, line by line: a price, a quantity, and what they come to.

A file for each type of resource, found by its being here: what it costs, what the Pricing API has to be asked for that, and the keys of
the answers. All of it is pure: resources and prices come in. A month is 730 hours.
"""

import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from core.instance_types import InstanceType
from core.prices import Price, PriceList

Attributes = Mapping[str, Any]
"""What a service's own Describe call says of a resource."""


class Question(NamedTuple):
    """One request to the Pricing API: what is kept under which key once it was answered, and the filters."""

    key: str
    filters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CostLine:
    """So many units a month at a price."""

    label: str
    quantity: Decimal
    price: Price

    @property
    def usd(self) -> Decimal:
        """USD a month."""
        return self.quantity * self.price.usd


@dataclass(frozen=True)
class Reckoning:
    """A month's cost. Where a price is missing there is no sum, and `lacking` says what."""

    lines: tuple[CostLine, ...] = ()
    lacking: str = ""

    @property
    def usd(self) -> Decimal | None:
        """USD a month; None where it isn't known."""
        return None if self.lacking else sum((line.usd for line in self.lines), Decimal(0))

    @property
    def confidence(self) -> float:
        """That of its least certain price."""
        return min((line.price.confidence for line in self.lines), default=1.0)

    def as_json(self) -> dict[str, Any]:
        """The working, for the evidence card and exports."""
        return {
            "currency": "USD",
            "monthly": None if self.usd is None else str(self.usd),
            "lacking": self.lacking,
            "lines": [_line(line) for line in self.lines],
        }

    def in_words(self) -> str:
        """The sum in a line: "730 Hrs × $0.1728 = $126.14"."""
        if self.usd is None:
            return self.lacking
        parts = " + ".join(f"{_short(line.quantity)} {line.price.unit} × ${_short(line.price.usd)}" for line in self.lines)
        return f"{parts} = ${self.usd:.2f} a month ({', '.join(sorted({line.price.source for line in self.lines}))})"


def _line(line: CostLine) -> dict[str, Any]:
    price = line.price
    return {
        "label": line.label,
        "key": price.key,
        "sku": price.sku,
        "region": price.region,
        "quantity": str(line.quantity),
        "unit": price.unit,
        "unit_price": str(price.usd.normalize()),
        "source": price.source,
        "source_date": price.as_of.isoformat(),
        "usd": str(line.usd),
    }


def _short(number: Decimal) -> str:
    """Without trailing zeros and without an exponent."""
    return f"{number.normalize():f}"


class Kind(Protocol):
    """What the file of a type of resource has; `SERVICE_CODE` is the Pricing API's."""

    RESOURCE_TYPE: str
    SERVICE_CODE: str

    def cost(self, prices: PriceList, region: str, state: str, attributes: Attributes, utilisation: Mapping[str, float], /) -> Reckoning:
        """USD a month on demand, as the resource is now."""

    def questions(self, region: str, attributes: Attributes, types: Mapping[str, InstanceType], /) -> Iterable[Question]:
        """What to ask the Pricing API for one resource; what others ask too is asked once."""

    def key_of(self, attributes: Mapping[str, str], /) -> str | None:
        """The key of a product of the Pricing API, None for one that isn't ours."""


@lru_cache
def kinds() -> Mapping[str, Kind]:
    """Every type of resource whose cost is known, by its name."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {module.RESOURCE_TYPE: cast(Kind, module) for module in modules if hasattr(module, "RESOURCE_TYPE")}


def cost_of(
    resource_type: str, region: str, state: str, attributes: Attributes, utilisation: Mapping[str, float], prices: PriceList
) -> Reckoning | None:
    """What a resource costs a month; None for a type that has no file here."""
    kind = kinds().get(resource_type)
    return kind.cost(prices, region, state, attributes, utilisation) if kind else None


def summed(prices: PriceList, service_code: str, region: str, wanted: Sequence[tuple[str, Decimal, str]]) -> Reckoning:
    """The sum of so much of each key, as (label, quantity, key); lacking where a price is."""
    lines = []
    for label, quantity, key in wanted:
        price = prices.find(service_code, region, key)
        if price is None:
            return Reckoning(lacking=f"no price for {key} in {region}, since the Pricing API gave none and the snapshot has none")
        lines.append(CostLine(label, quantity, price))
    return Reckoning(tuple(lines))
