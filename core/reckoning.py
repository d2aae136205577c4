"""What a resource costs a month on demand, line by line: a price, a quantity, and what they come to.

It is pure: resources and prices come in. A month is 730 hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.prices import EC2, HOURS_A_MONTH, OPERATIONS, Price, PriceList, instance_key

# What gp3 has without extra charge, and up to where io2's IOPS have which price.
GP3_IOPS, GP3_MIBPS = 3000, 125
IO2_TIERS = ((32_000, ""), (64_000, ".tier2"), (None, ".tier3"))
_OWN_NAME = {"io1": ".piops", "standard": ""}


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


def operation_of(attributes: Mapping[str, Any]) -> str | None:
    """What a bill has for an instance's system; None for one that isn't known here."""
    if said := attributes.get("UsageOperation"):
        return str(said)
    platform = attributes.get("PlatformDetails") or ("Windows" if attributes.get("Platform") == "windows" else "Linux/UNIX")
    return OPERATIONS.get(str(platform))


def instance(prices: PriceList, region: str, attributes: Mapping[str, Any], instance_type: str = "") -> Reckoning:
    """What an instance costs when it runs all month, or what another type would in its place."""
    name = instance_type or str(attributes.get("InstanceType", ""))
    if attributes.get("InstanceLifecycle"):
        return Reckoning(lacking=f"no price, since it is billed as {attributes['InstanceLifecycle']} and not on demand")
    operation, tenancy = operation_of(attributes), str(attributes.get("Tenancy") or "default")
    if operation is None:
        return Reckoning(lacking=f"no price, since its system, {attributes.get('PlatformDetails')}, isn't known")
    key = instance_key(name, operation, tenancy)
    if key is None:
        return Reckoning(lacking="no price, since a Dedicated Host is billed as a whole")
    return _sum(prices, region, [(f"{name} on demand", Decimal(HOURS_A_MONTH), key)])


def volume(prices: PriceList, region: str, attributes: Mapping[str, Any]) -> Reckoning:
    """What a volume costs: its GiB, and the IOPS and throughput that are paid for."""
    kind, size = str(attributes.get("VolumeType", "")), Decimal(attributes.get("Size") or 0)
    iops, mibps = int(attributes.get("Iops") or 0), int(attributes.get("Throughput") or 0)
    if not size:
        return Reckoning(lacking="no price, since AWS doesn't say how large it is")
    own = _OWN_NAME.get(kind, f".{kind}")
    wanted = [(f"{size} GiB of {kind}", size, f"EBS:VolumeUsage{own}")]
    if kind == "gp3":
        wanted += [
            ("IOPS above 3,000", Decimal(max(0, iops - GP3_IOPS)), "EBS:VolumeP-IOPS.gp3"),
            ("MiB/s above 125, in GiB/s", Decimal(max(0, mibps - GP3_MIBPS)) / 1024, "EBS:VolumeP-Throughput.gp3"),
        ]
    elif kind == "io1":
        wanted.append(("provisioned IOPS", Decimal(iops), "EBS:VolumeP-IOPS.piops"))
    elif kind == "io2":
        wanted += _io2(iops)
    return _sum(prices, region, [line for line in wanted if line[1]])


def _io2(iops: int) -> list[tuple[str, Decimal, str]]:
    lines, done = [], 0
    for limit, tier in IO2_TIERS:
        upto = iops if limit is None else min(iops, limit)
        lines.append((f"provisioned IOPS from {done:,}", Decimal(max(0, upto - done)), f"EBS:VolumeP-IOPS.io2{tier}"))
        done = upto
    return lines


def _sum(prices: PriceList, region: str, wanted: Sequence[tuple[str, Decimal, str]]) -> Reckoning:
    lines = []
    for label, quantity, key in wanted:
        price = prices.find(EC2, region, key)
        if price is None:
            return Reckoning(lacking=f"no price for {key} in {region}, since the Pricing API gave none and the snapshot has none")
        lines.append(CostLine(label, quantity, price))
    return Reckoning(tuple(lines))
