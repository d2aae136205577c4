"""A made-up bill of thirteen whole months and the current one, as a FOCUS 1.2 file: something to look around with.

The same date and seed give the same file. What is bought stands in the catalogue; here it becomes daily rows.
"""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from pathlib import Path

from core.demo.catalogue import (
    ACCOUNTS,
    COMMITMENTS,
    EVENTS,
    FEES,
    FLEETS,
    PRODUCTS,
    REGIONS,
    RESOURCE_IDS,
    RHYTHMS,
    Account,
    Commitment,
    Event,
    Fee,
    Fleet,
    Product,
    Region,
)

WHOLE_MONTHS = 13
CURRENCY = "USD"
_UNTAGGED_EVERY = 7  # every so many resources, somebody forgot the tags
_ROUNDING = 1e-9
_CALM = Event(0, 0, 1.0)

# FOCUS's own order, which is the alphabet's; columns that Spendscope doesn't read are left out.
COLUMNS = (
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "Tags",
    "x_Operation",
    "x_UsageType",
)

Row = dict[str, str]


def write_sample_bill(path: Path, as_of: date, seed: int = 7) -> int:
    """Write the bill up to the day before `as_of` to a CSV file; returns how many rows it has."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for row in sample_rows(as_of, seed):
            writer.writerow(row)
            count += 1
    return count


def sample_rows(as_of: date, seed: int = 7) -> Iterator[Row]:
    """The bill's rows, month by month and day by day."""
    first = _months_after(as_of.replace(day=1), -WHOLE_MONTHS)
    lines = [line for fleet in FLEETS for line in _lines(fleet, first, as_of, seed)]
    for index in range(WHOLE_MONTHS + 1):
        month = _Month(first, index, as_of)
        for day in takewhile(lambda day: day < as_of, month.days):
            if day == month.start:
                yield from _month_start(month, lines)
            used = dict.fromkeys(COMMITMENTS, 0.0)
            for line in lines:
                if line.born <= day:
                    yield line.row(day, month, used)
            for key, amount in used.items():
                if (unused := _committed_a_day(key, lines) - amount) > _ROUNDING:
                    yield _unused(COMMITMENTS[key], unused, day, month)


class _Month:
    """A billing period: its days, its place in the bill, and its invoices."""

    def __init__(self, first: date, index: int, as_of: date) -> None:
        self.index = index
        self.start = _months_after(first, index)
        self.end = _months_after(first, index + 1)
        self.days = [self.start + timedelta(days=n) for n in range((self.end - self.start).days)]
        self.closed = self.end <= as_of

    def cells(self, account: Account) -> Row:
        """What every row of an account has in this month."""
        number = f"{account.payer_id[-4:]}-{self.start:%Y%m}" if self.closed else ""
        return {
            "BillingPeriodStart": _moment(self.start),
            "BillingPeriodEnd": _moment(self.end),
            "InvoiceId": number,
        }


@dataclass(frozen=True)
class _Line:
    """One resource's daily charge: the cells that stay, and what the ones that vary depend on."""

    fleet: Fleet
    product: Product
    account: Account
    born: date
    commitment: str
    price: float
    fixed: Row
    chance: random.Random
    event: Event
    end: date

    def row(self, day: date, month: _Month, used: dict[str, float]) -> Row:
        """The day's row; adds what it takes from a commitment to `used`."""
        quantity = self._quantity(day, month)
        full = quantity * self.price
        contracted = full * (1 - self.account.provider.discount)
        billed = effective = contracted
        if self.commitment:
            billed, effective = 0.0, full * COMMITMENTS[self.commitment].rate
            used[self.commitment] += effective
        amount = f"{quantity:.10f}"
        return {
            **self.fixed,
            **month.cells(self.account),
            "ChargePeriodStart": _moment(day),
            "ChargePeriodEnd": _moment(day + timedelta(days=1)),
            "BilledCost": _money(billed),
            "EffectiveCost": _money(effective),
            "ListCost": _money(full),
            "ContractedCost": _money(contracted),
            "ConsumedQuantity": amount,
            "PricingQuantity": amount,
        }

    def _quantity(self, day: date, month: _Month) -> float:
        rhythm = RHYTHMS[self.fleet.rhythm]
        varied = self.fleet.each * rhythm.week[day.weekday()]
        if rhythm.noise:
            varied *= self.chance.gauss(1, rhythm.noise)
        if self.event.first >= (self.end - day).days >= self.event.last:
            varied *= self.event.factor
        if self.product.unit == "Hours" and self.product.resource_type:
            return min(varied, 24.0)
        grown: float = varied * (1 + rhythm.growth) ** (month.index + day.day / 31 - WHOLE_MONTHS / 2)
        return grown / len(month.days) if self.product.unit.endswith("-Mo") else grown


def _lines(fleet: Fleet, first: date, as_of: date, seed: int) -> Iterator[_Line]:
    account, region, product = ACCOUNTS[fleet.account], REGIONS[fleet.region], PRODUCTS[fleet.product]
    price = product.price * region.factor
    end = as_of - timedelta(days=1)
    for number in range(fleet.size):
        name = fleet.name if fleet.size == 1 else f"{fleet.name}-{number + 1:02}"
        chance = random.Random(f"{seed} {fleet.account} {fleet.product} {name}")  # noqa: S311  # figures to look at, no secrets
        commitment = fleet.commitment if number < fleet.covered else ""
        yield _Line(
            fleet=fleet,
            product=product,
            account=account,
            born=end - timedelta(days=fleet.since) if fleet.since else _born(fleet, number, first, as_of),
            commitment=commitment,
            price=price,
            fixed={
                **_account_cells(account),
                **_product_cells(product, region, price, account.provider.discount),
                **(_commitment_cells(COMMITMENTS[commitment], "Used") if commitment else {}),
                **_resource_cells(fleet, product, region, account, name, number, seed),
            },
            chance=chance,
            event=EVENTS.get(fleet.name, _CALM),
            end=end,
        )


def _born(fleet: Fleet, number: int, first: date, as_of: date) -> date:
    """Machines can't run more than 24 hours a day, so fleets grow by the last fifth of their machines."""
    late = number + 1 - round(fleet.size * 0.8)
    if late <= 0 or fleet.size < 4 or number < fleet.covered:
        return first
    return first + (as_of - first) * late / (fleet.size - round(fleet.size * 0.8) + 1)


def _month_start(month: _Month, lines: list[_Line]) -> Iterator[Row]:
    for fee in FEES:
        if fee.month is None or fee.month == WHOLE_MONTHS - month.index:
            yield _fee_row(fee, month)
    for key, commitment in COMMITMENTS.items():
        amount = _committed_a_day(key, lines) * len(month.days)
        what = f"{commitment.type} recurring fee, no upfront, {month.start:%B %Y}"
        fee = Fee("management", commitment.service, commitment.service_category, "Purchase", what, amount, growth=0.0)
        yield {**_fee_row(fee, month), **_commitment_cells(commitment, ""), "EffectiveCost": _money(0), "ChargeFrequency": "Recurring"}


def _fee_row(fee: Fee, month: _Month) -> Row:
    account = ACCOUNTS[fee.account]
    amount = _money(fee.amount * (1 + fee.growth) ** (month.index - WHOLE_MONTHS / 2))
    return {
        **_account_cells(account),
        **month.cells(account),
        "ChargePeriodStart": _moment(month.start),
        "ChargePeriodEnd": _moment(month.end),
        "ChargeCategory": fee.charge,
        "ChargeClass": "Correction" if fee.charge == "Adjustment" else "",
        "ChargeDescription": fee.description,
        "ChargeFrequency": "Recurring" if fee.charge == "Purchase" else "One-Time",
        "PricingCategory": "Standard" if fee.charge == "Purchase" else "",
        "BilledCost": amount,
        "EffectiveCost": amount,
        "ListCost": amount,
        "ContractedCost": amount,
        "PublisherName": fee.publisher or account.provider.issuer,
        "ServiceName": fee.service,
        "ServiceCategory": fee.category,
    }


def _unused(commitment: Commitment, amount: float, day: date, month: _Month) -> Row:
    account = ACCOUNTS["management"]
    return {
        **_account_cells(account),
        **month.cells(account),
        **_commitment_cells(commitment, "Unused"),
        "ChargePeriodStart": _moment(day),
        "ChargePeriodEnd": _moment(day + timedelta(days=1)),
        "ChargeCategory": "Usage",
        "ChargeDescription": f"Unused part of the {commitment.type}",
        "ChargeFrequency": "Usage-Based",
        "BilledCost": _money(0),
        "EffectiveCost": _money(amount),
        "ListCost": _money(0),
        "ContractedCost": _money(0),
        "ServiceName": commitment.service,
        "ServiceCategory": commitment.service_category,
    }


def _committed_a_day(key: str, lines: list[_Line]) -> float:
    commitment = COMMITMENTS[key]
    return sum(24 * line.price for line in lines if line.commitment == key) * commitment.rate * (1 + commitment.spare)


def _account_cells(account: Account) -> Row:
    return {
        "BillingAccountId": account.payer_id,
        "BillingAccountName": account.payer_name,
        "BillingCurrency": CURRENCY,
        "SubAccountId": account.id,
        "SubAccountName": account.name,
        "ProviderName": account.provider.name,
        "PublisherName": account.provider.issuer,
        "InvoiceIssuerName": account.provider.issuer,
    }


def _product_cells(product: Product, region: Region, price: float, discount: float) -> Row:
    sku = f"{random.Random(f'{product.service} {product.usage_type} {region.id}').getrandbits(60):016X}"  # noqa: S311  # a stable made-up id
    return {
        "ChargeCategory": "Usage",
        "ChargeDescription": f"${price:.10g} per {product.what}",
        "ChargeFrequency": "Usage-Based",
        "ConsumedUnit": product.unit,
        "PricingUnit": product.unit,
        "PricingCategory": "Dynamic" if product.usage_type.startswith("SpotUsage") else "Standard",
        "ListUnitPrice": f"{price:.10f}",
        "ContractedUnitPrice": f"{price * (1 - discount):.10f}",
        "RegionId": region.id,
        "RegionName": region.name,
        "ServiceCategory": product.category,
        "ServiceName": product.service,
        "SkuId": sku,
        "SkuPriceId": f"{sku}.JRTCKXETXF",
        "x_Operation": product.operation,
        "x_UsageType": f"{region.prefix}{product.usage_type}",
    }


def _commitment_cells(commitment: Commitment, status: str) -> Row:
    return {
        "CommitmentDiscountCategory": commitment.category,
        "CommitmentDiscountId": commitment.id,
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountType": commitment.type,
        "PricingCategory": "Committed" if status else "Standard",
    }


def _resource_cells(fleet: Fleet, product: Product, region: Region, account: Account, name: str, number: int, seed: int) -> Row:
    tagged = fleet.team and (number + 1) % _UNTAGGED_EVERY
    tags = json.dumps({"team": fleet.team, "env": fleet.env, "app": fleet.name}) if tagged else ""
    if not product.resource_type:
        return {"Tags": tags}
    # Charges of one resource, such as a gateway's hours and bytes, share its id.
    ident = f"{random.Random(f'{seed} {account.id} {product.resource_type} {name}').getrandbits(68):017x}"  # noqa: S311  # a made-up id
    return {
        "Tags": tags,
        "ResourceId": RESOURCE_IDS[product.resource_type].format(region=region.id, account=account.id, name=name, id=ident),
        "ResourceName": name,
        "ResourceType": product.resource_type,
    }


def _months_after(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _money(amount: float) -> str:
    return f"{amount:.10f}"
