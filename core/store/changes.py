"""Reads for what changed between two periods: each line of the bill with its cost and quantity in both, and resources that came or went.

Billing exports are read from `line_items`, Cost Explorer's months from `cost_metrics`; a charge is in one of them only.
"""

from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from core.models import ACCOUNT, COST_EXPLORER, TAG_PREFIX, Days, Filters, Snapshot
from core.store import queries
from core.store.client import Params, Store
from core.store.publish import CURRENT

_TEXTS = ("book", "account", "region", "service", "item", "operation", "charge", "presence", "unit")
_NUMBERS = ("before", "after", "quantity_before", "quantity_after", "unknown")
COLUMNS = (*_TEXTS, "covered", *_NUMBERS)

# Amounts that belong to usage which stands on another line: its quantity must not count twice.
_ADJUNCT = "(x_LineItemType = 'SavingsPlanNegation' OR x_LineItemType LIKE '%Discount')"
_CHARGE_OF_ITEMS = f"""multiIf(
    ChargeCategory IN ('Credit', 'Adjustment') OR ChargeClass = 'Correction', 'credit',
    ChargeCategory = 'Tax', 'tax_fee',
    CommitmentDiscountStatus = 'Unused', 'commitment_fee',
    ChargeCategory = 'Purchase' AND CommitmentDiscountId != '' AND ChargeFrequency = 'Recurring', 'commitment_fee',
    ChargeCategory = 'Purchase' AND (ChargeFrequency IN ('Recurring', 'Usage-Based') OR x_LineItemType = 'FlatRateSubscription'), 'tax_fee',
    ChargeCategory = 'Purchase', 'one_off',
    {_ADJUNCT}, 'adjunct',
    'usage')"""
# Cost Explorer has one category for all fees and purchases.
_CHARGE_OF_METRICS = """transform(toString(charge_category), ['Credit', 'Adjustment', 'Tax', 'Purchase'],
    ['credit', 'credit', 'tax_fee', 'one_off'], 'usage')"""
# A price is one of what is priced: a gigabyte-month costs the same in each month, a gigabyte-hour doesn't.
_PRICED = "isNotNull(PricingQuantity) AND PricingUnit != ''"
_IS_USAGE = "charge IN ('usage', 'adjunct')"
_BETWEEN = " BETWEEN {{{period}_first:Date}} AND {{{period}_last:Date}}"


class _Side(NamedTuple):
    """A table as it's read here: SQL for what a line is told apart by, and whose bills it has."""

    table: str
    day: str
    account: str
    region: str
    service: str
    charge: str
    item: str
    operation: str
    covered: str
    unit: str
    quantity: str
    resource: str
    bills: str


_ITEMS = _Side(
    "line_items",
    day="ChargePeriodStartDate",
    account=ACCOUNT.items,
    region="RegionId",
    service="x_Service",
    charge=_CHARGE_OF_ITEMS,
    item=f"multiIf(x_UsageType != '', toString(x_UsageType), SkuId != '', toString(SkuId), {_IS_USAGE}, '', ChargeDescription)",
    operation="x_Operation",
    covered="CommitmentDiscountId != '' OR CommitmentDiscountStatus = 'Used' OR x_LineItemType = 'SavingsPlanNegation'",
    unit=f"if({_PRICED}, PricingUnit, ConsumedUnit)",
    quantity=f"if({_PRICED}, PricingQuantity, ConsumedQuantity)",
    resource="ResourceId",
    bills=f"NOT startsWith(source, '{COST_EXPLORER}:')",
)
_METRICS = _Side(
    "cost_metrics",
    day="day",
    account="account_id",
    region="region",
    service="service",
    charge=_CHARGE_OF_METRICS,
    item="usage_type",
    operation="''",
    covered="false",
    unit="usage_unit",
    quantity="usage_quantity",
    resource="''",
    bills=f"startsWith(source, '{COST_EXPLORER}:')",
)


def rows(store: Store, snap: Snapshot, filters: Filters, before: Days, after: Days) -> pd.DataFrame:
    """Every charge of the view's selection, currency and cost type in the two periods, summed by line. Columns are COLUMNS.

    `book` is the provider and billing account; before, after and the quantities are Decimal, 0 where there is nothing; unknown counts
    charges without the cost type's amount, which are left out. For the others see `core.analysis.drivers.split`. What is new or gone is so
    in all of the bill, whatever the selection. Of a view by resource or tag, Cost Explorer's months have nothing.
    """
    sides = [_ITEMS] if by_resource_or_tag(filters) else [_ITEMS, _METRICS]
    frames = [_lines(store, side, snap, filters, before, after) for side in sides]
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def by_resource_or_tag(filters: Filters) -> bool:
    """Whether the view selects by a resource or a tag, which Cost Explorer doesn't know."""
    return any(key == "resource" or key.startswith(TAG_PREFIX) for key, values in filters.selected.items() if values)


def resources(store: Store, snap: Snapshot, filters: Filters, before: Days, after: Days, presence: str, limit: int = 200) -> pd.DataFrame:
    """The resources of the view that are a "new_resource" or a "gone_resource", the dearest first.

    Columns: resource, service, account, region, cost (Decimal, of the period that has it).
    """
    relation, params = _charges(_ITEMS, snap, filters, before, after)
    return store.frame(
        f"""SELECT resource, toString(any(used)) AS service, toString(account) AS account, toString(any(place)) AS region,
            sum(ifNull(cost, toDecimal128(0, 18))) AS cost
        FROM (SELECT account, resource, service AS used, region AS place, cost FROM ({relation})
            WHERE {_IS_USAGE} AND resource != '' AND {_presence(_ITEMS)} = {{presence:String}})
        GROUP BY account, resource ORDER BY abs(cost) DESC, resource LIMIT {{limit:UInt32}}""",
        {**params, "presence": presence, "limit": limit},
    )


def _lines(store: Store, side: _Side, snap: Snapshot, filters: Filters, before: Days, after: Days) -> pd.DataFrame:
    """What is new or gone with its resource isn't told apart further: its resources can be listed."""
    relation, params = _charges(side, snap, filters, before, after)
    sums = ", ".join(
        f"sumIf(ifNull({value}, toDecimal128(0, 18)), in_{period}) AS {name}{period}"
        for value, name in (("cost", ""), ("quantity", "quantity_"))
        for period in ("before", "after")
    )
    texts = ", ".join(f"toString({name}) AS {name}" for name in _TEXTS)
    return store.frame(
        f"""SELECT {texts}, covered, {", ".join(_NUMBERS)} FROM (
            SELECT book, account, region, service, if(whole, '', named) AS item, if(whole, '', done) AS operation, charge, presence,
                NOT whole AND by_commitment AS covered, unit, {sums}, countIf(isNull(cost)) AS unknown FROM (
                SELECT *, if({_IS_USAGE}, {_presence(side)}, 'kept') AS presence, endsWith(presence, '_resource') AS whole,
                    if(whole OR charge != 'usage' OR named = '' OR isNull(cost) OR isNull(amount), '', measured_in) AS unit,
                    if(unit = '', NULL, amount) AS quantity
                FROM ({relation}))
            GROUP BY book, account, region, service, item, operation, charge, presence, covered, unit)
        ORDER BY {", ".join(_TEXTS)}, covered""",
        params,
    )


def _charges(side: _Side, snap: Snapshot, filters: Filters, before: Days, after: Days) -> tuple[str, Params]:
    """SQL for the charges of the view in either period, each with what it is, and the parameters of that and of `_presence`."""
    span = replace(filters, start=min(before.first, after.first), end=max(before.last, after.last))
    where, params, cost = queries.narrowed(side.table, snap, span)
    inside = {period: side.day + _BETWEEN.format(period=period) for period in ("before", "after")}
    columns = {
        "book": "substring(source, position(source, ':') + 1)",
        **{name: getattr(side, name) for name in ("account", "region", "service", "charge", "resource")},
        "named": side.item,
        "done": side.operation,
        "by_commitment": side.covered,
        "measured_in": side.unit,
        "amount": side.quantity,
        "cost": cost,
        **{f"in_{period}": condition for period, condition in inside.items()},
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    days = {f"{period}_{end}": getattr(span, end) for period, span in (("before", before), ("after", after)) for end in ("first", "last")}
    return f"SELECT {listed} FROM {side.table} WHERE {where} AND {side.bills} AND ({' OR '.join(inside.values())})", {**params, **days}


def _presence(side: _Side) -> str:
    """SQL for whether usage is of something that both periods have: the resource, or without one the service in the account and region.

    What a period has is so whatever the view selects.
    """
    places = "SELECT account_id, region, service FROM cost_metrics WHERE charge_category = 'Usage' AND day"
    place = _both(side, "account, region, service", places, "new_place", "gone_place")
    if side is _METRICS:
        return place
    used = "ResourceId != '' AND ChargeCategory = 'Usage' AND ChargeClass != 'Correction' AND CommitmentDiscountStatus != 'Unused'"
    resources = f"SELECT {side.account}, ResourceId FROM line_items WHERE {used} AND ChargePeriodStartDate"
    return f"if(resource != '', {_both(side, 'account, resource', resources, 'new_resource', 'gone_resource')}, {place})"


def _both(side: _Side, names: str, seen: str, new: str, gone: str) -> str:
    own = f"AND {CURRENT} AND {side.bills}"
    first, second = (f"({names}) GLOBAL IN ({seen}{_BETWEEN.format(period=period)} {own})" for period in ("before", "after"))
    return f"multiIf(NOT {first}, '{new}', NOT {second}, '{gone}', 'kept')"
