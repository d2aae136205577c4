"""Looking prices up: what AWS asks on demand for a unit of something in a region.

A price stands under the service's code, the region and a key: the usage type without its region's prefix and, for instances, the
operation, as a bill names them: "BoxUsage:m5.large/RunInstances". A price that the Pricing API gave wins over the dated snapshot in
the repository, which knows us-east-1 only. There is no other: a price of another region, system or tenancy is never taken.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

EC2 = "AmazonEC2"
API, SPOT = "Pricing API", "Spot price history"
RESERVED = "#1yr-no-upfront"
"""What the key of an hour ends in where the price is that of a standard reservation for one year without upfront, USD an hour."""
SNAPSHOT_DAY = date(2026, 7, 20)
SNAPSHOT = f"snapshot {SNAPSHOT_DAY.isoformat()}"
HOURS_A_MONTH = 730

LINUX = "RunInstances"
# PlatformDetails and the operation that a bill has for it.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
OPERATIONS = {
    "Linux/UNIX": LINUX,
    "Red Hat Enterprise Linux": "RunInstances:0010",
    "SUSE Linux": "RunInstances:000g",
    "Ubuntu Pro": "RunInstances:0g00",
    "Windows": "RunInstances:0002",
    "Windows BYOL": "RunInstances:0800",
}
_USAGE = {"default": "BoxUsage", "dedicated": "DedicatedUsage"}
_LISTS = Path(__file__).parent / "price_list"
# Which file has which service's prices, under their keys.
_SNAPSHOTS = {
    "ebs_us_east_1.csv": EC2,
    "lambda_us_east_1.csv": "AWSLambda",
    "s3_us_east_1.csv": "AmazonS3",
    "rds_us_east_1.csv": "AmazonRDS",
}


@dataclass(frozen=True)
class Price:
    """USD for one unit, and who said so on which day; `sku` is AWS's own, "" in the snapshot."""

    service_code: str
    region: str
    key: str
    unit: str
    usd: Decimal
    sku: str
    source: str
    as_of: date

    @property
    def confidence(self) -> float:
        """How far it can be trusted: a snapshot may have gone out of date."""
        return 0.8 if self.source == SNAPSHOT else 1.0


class PriceList:
    """The prices that are known: AWS's own, which are given, and the snapshot."""

    def __init__(self, prices: Iterable[Price] = ()) -> None:
        self._prices = {(price.service_code, price.region, price.key): price for price in prices}

    def known(self) -> tuple[Price, ...]:
        """AWS's own."""
        return tuple(self._prices.values())

    def find(self, service_code: str, region: str, key: str) -> Price | None:
        """The price of exactly this, or None."""
        at = (service_code, region, key)
        return self._prices.get(at) or snapshot().get(at)


def instance_key(instance_type: str, operation: str, tenancy: str = "default") -> str | None:
    """The key of an instance's hour; None for a Dedicated Host, which is billed as a whole."""
    usage = _USAGE.get(tenancy)
    return f"{usage}:{instance_type}/{operation}" if usage else None


@cache
def snapshot() -> Mapping[tuple[str, str, str], Price]:
    """The dated price list of the repository, for when the Pricing API can't be asked."""
    return {(price.service_code, price.region, price.key): price for price in _snapshot()}


def _snapshot() -> Iterator[Price]:
    for name, usd in _table("ec2_linux_us_east_1.csv"):
        yield _dated(EC2, f"BoxUsage:{name}/{LINUX}", "Hrs", usd)
    for file, service_code in _SNAPSHOTS.items():
        for key, unit, usd in _table(file):
            yield _dated(service_code, key, unit, usd)


def _dated(service_code: str, key: str, unit: str, usd: str) -> Price:
    return Price(service_code, "us-east-1", key, unit, Decimal(usd), "", SNAPSHOT, SNAPSHOT_DAY)


def _table(name: str) -> Iterator[list[str]]:
    with (_LISTS / name).open(encoding="utf-8") as source:
        rows = csv.reader(line for line in source if not line.startswith("#"))
        next(rows)
        yield from rows
