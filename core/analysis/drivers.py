"""Why a cost changed from one period to another: the difference, split by what drove it. Pure, and exact to the last digit.

Charges that stand for something of their own (credits, taxes, purchases, what is new or gone) are their own difference. What is left is
usage of the same thing in both periods, and that is split by price and quantity. With cost C and quantity Q, on demand (o) or covered by
a commitment (c), before (0) and after (1), and prices p = C / Q:

    usage     C0 * (Q1 - Q0) / Q0                  the change of quantity, at the old rate
    coverage  (Qc1 - Q1 * Qc0 / Q0) * (pc0 - po0)  what moved between on demand and covered, at the old rates
    rate      the rest                             what the new quantity costs more at its new prices

A price that there wasn't before is taken from after. Nothing is divided by zero: without a quantity there is no price, and the difference
isn't split. Quantities of two units are never added.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple

import pandas as pd

DIMENSIONS = ("service", "account", "region")
LINE = ("account", "region", "service", "item", "operation")
"""What one line of usage is told apart by, beside its unit."""

_ZERO = Decimal(0)
_EXACT = 76  # twice the store's digits: a product of two amounts keeps all of them
_DIGITS = Decimal(1).scaleb(-18)
_NO_CHANGE = Decimal(1).scaleb(-6)
"""What division and providers' own rounding leave over is below this: such a rest is no change of a rate, and goes to usage."""


class Driver(StrEnum):
    """What a part of a difference comes from, in the order of the waterfall."""

    NEW_RESOURCES = "new_resources"
    GONE_RESOURCES = "gone_resources"
    NEW_PLACES = "new_places"
    GONE_PLACES = "gone_places"
    USAGE = "usage"
    RATE = "rate"
    COVERAGE = "coverage"
    COMMITMENT_FEES = "commitment_fees"
    CREDITS = "credits"
    TAXES_FEES = "taxes_fees"
    ONE_OFF = "one_off"
    NOT_SPLIT = "not_split"

    @property
    def label(self) -> str:
        """The name on screen."""
        return _SAID[self][0]

    @property
    def meaning(self) -> str:
        """What it holds, in a sentence."""
        return _SAID[self][1]


_SAID = {
    Driver.NEW_RESOURCES: ("New resources", "Usage of resources that had none in the earlier period."),
    Driver.GONE_RESOURCES: ("Gone resources", "Usage of resources that have none in the later period."),
    Driver.NEW_PLACES: (
        "New in an account and region",
        "Usage without a known resource, of a service that an account didn't use in a region in the earlier period.",
    ),
    Driver.GONE_PLACES: (
        "Gone from an account and region",
        "Usage without a known resource, of a service that an account doesn't use in a region in the later period any more.",
    ),
    Driver.USAGE: ("Usage", "More or less of the same usage type, at the earlier rate."),
    Driver.RATE: ("Rate", "What the later quantity costs more or less because its price per unit changed, discounts included."),
    Driver.COVERAGE: ("Commitment coverage", "Usage that moved between on demand and covered, at the rates of the two."),
    Driver.COMMITMENT_FEES: ("Commitment fees", "Recurring fees of reservations and Savings Plans, and what of them went unused."),
    Driver.CREDITS: ("Credits and refunds", "Credits, refunds, adjustments and corrections."),
    Driver.TAXES_FEES: ("Taxes and fees", "Taxes, and fees that recur and belong to no commitment."),
    Driver.ONE_OFF: ("Purchases and one-off", "What is charged once, upfront fees included, and purchases of which nothing more is known."),
    Driver.NOT_SPLIT: ("Not split", "Usage of which no quantity in one unit is known, so that usage and rate can't be told apart."),
}

OWN_DIFFERENCE: Mapping[str, Driver] = {
    "commitment_fee": Driver.COMMITMENT_FEES,
    "credit": Driver.CREDITS,
    "tax_fee": Driver.TAXES_FEES,
    "one_off": Driver.ONE_OFF,
}
"""Charges whose difference is one driver's, by the row's `charge`; the others are usage (`usage`, and `adjunct` without a quantity)."""

PRESENCE: Mapping[str, Driver] = {
    "new_resource": Driver.NEW_RESOURCES,
    "gone_resource": Driver.GONE_RESOURCES,
    "new_place": Driver.NEW_PLACES,
    "gone_place": Driver.GONE_PLACES,
}
"""Usage that only one of the periods has, by the row's `presence`; all else is `kept`."""

MOVES = (*LINE, "driver", "amount", "before", "after", "quantity_before", "quantity_after", "unit")


class _Amounts(NamedTuple):
    """Cost and quantity of the two periods."""

    before: Decimal = _ZERO
    after: Decimal = _ZERO
    quantity_before: Decimal = _ZERO
    quantity_after: Decimal = _ZERO

    def plus(self, other: "_Amounts") -> "_Amounts":
        return _Amounts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def price(self) -> Decimal:
        """Before, or after where there wasn't one before."""
        return self.before / self.quantity_before if self.quantity_before else self.after / self.quantity_after


_NOTHING = _Amounts()
_Key = tuple[str, ...]
_Part = tuple[Driver, Decimal]


@dataclass
class _Usage:
    """One line of usage: what is measured by unit and by whether it's covered, what belongs to it and has no quantity, and the rest."""

    measured: dict[str, dict[bool, _Amounts]] = field(default_factory=dict)
    adjunct: dict[bool, _Amounts] = field(default_factory=dict)
    unmeasured: _Amounts = _NOTHING

    def add(self, charge: str, unit: str, amounts: _Amounts, *, covered: bool) -> None:
        """Take one row up."""
        if charge == "adjunct":
            self.adjunct[covered] = self.adjunct.get(covered, _NOTHING).plus(amounts._replace(quantity_before=_ZERO, quantity_after=_ZERO))
        elif unit:
            sides = self.measured.setdefault(unit, {})
            sides[covered] = sides.get(covered, _NOTHING).plus(amounts)
        else:
            self.unmeasured = self.unmeasured.plus(amounts._replace(quantity_before=_ZERO, quantity_after=_ZERO))

    def settled(self) -> Iterator[tuple[str, _Amounts, _Amounts]]:
        """The unit, what is on demand and what is covered; the unit is empty where no quantity is known.

        Discounts and negations belong to the quantity beside them, where that has one unit.
        """
        alone = len(self.measured) == 1
        for unit, sides in self.measured.items():
            both = (
                sides.get(covered, _NOTHING).plus(self.adjunct.get(covered, _NOTHING) if alone else _NOTHING) for covered in (False, True)
            )
            yield unit, *_where_the_quantity_is(*both)
        rest = self.unmeasured
        for amounts in () if alone else self.adjunct.values():
            rest = rest.plus(amounts)
        yield "", rest, _NOTHING


def split(rows: pd.DataFrame) -> pd.DataFrame:
    """The parts of the difference between two periods; `amount` adds up to `after` less `before` of the rows, to the last digit.

    `rows` has account, region, service, item (usage type, or what the charge is called), operation, charge, presence, covered (bool), unit
    ("" where the quantity isn't known), before and after (cost, Decimal), quantity_before and quantity_after (Decimal); see OWN_DIFFERENCE
    and PRESENCE. Columns of the parts are MOVES: before, after and the quantities are the whole line's, repeated with each of its parts.
    """
    usage: dict[_Key, _Usage] = defaultdict(_Usage)
    own: dict[tuple[_Key, Driver], _Amounts] = defaultdict(_Amounts)
    with localcontext(prec=_EXACT):
        for row in rows.to_dict("records"):
            key = tuple(str(row[name]) for name in LINE)
            amounts = _Amounts(row["before"], row["after"], row["quantity_before"], row["quantity_after"])
            driver = OWN_DIFFERENCE.get(row["charge"]) or PRESENCE.get(row["presence"])
            if driver:
                own[key, driver] = own[key, driver].plus(amounts._replace(quantity_before=_ZERO, quantity_after=_ZERO))
            else:
                usage[key].add(row["charge"], row["unit"], amounts, covered=bool(row["covered"]))
        found = [_move(key, "", amounts, (driver, amounts.difference)) for (key, driver), amounts in own.items()]
        found += [
            _move(key, unit, demand.plus(covered), part)
            for key, line in usage.items()
            for unit, demand, covered in line.settled()
            for part in _parts(unit, demand, covered)
        ]
    return pd.DataFrame([move for move in found if move[len(LINE) + 1]], columns=list(MOVES), dtype=object)


def per_day(rows: pd.DataFrame, days_before: int, days_after: int) -> pd.DataFrame:
    """The rows with costs and quantities of an average day, to 18 decimals."""
    days = {"before": days_before, "quantity_before": days_before, "after": days_after, "quantity_after": days_after}
    with localcontext(prec=_EXACT):
        return rows.assign(
            **{name: pd.Series([(value / by).quantize(_DIGITS) for value in rows[name]], rows.index, object) for name, by in days.items()}
        )


def by_driver(moves: pd.DataFrame) -> dict[Driver, Decimal]:
    """What each driver comes to, in their order; one without any part isn't there."""
    sums = {Driver(str(name)): total(group) for name, group in moves.groupby("driver")["amount"]}
    return {driver: sums[driver] for driver in Driver if driver in sums}


def by_dimension(moves: pd.DataFrame, dimension: str) -> dict[str, dict[Driver, Decimal]]:
    """The same for each value of one of DIMENSIONS, the largest difference of either sign first."""
    parts = {str(value): by_driver(group) for value, group in moves.groupby(dimension, sort=True)}
    return dict(sorted(parts.items(), key=lambda item: -abs(total(item[1].values()))))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """A sum of which no digit is lost."""
    with localcontext(prec=_EXACT):
        return sum(amounts, _ZERO)


def _move(key: _Key, unit: str, line: _Amounts, part: _Part) -> tuple[object, ...]:
    quantities = (line.quantity_before, line.quantity_after) if unit else (None, None)
    return (*key, *part, line.before, line.after, *quantities, unit)


def _where_the_quantity_is(demand: _Amounts, covered: _Amounts) -> tuple[_Amounts, _Amounts]:
    """A cost beside no quantity of its own kind in a period belongs to the other kind's, where that has one: it is a part of its price."""
    for cost, quantity in (("before", "quantity_before"), ("after", "quantity_after")):
        one, other = getattr(demand, quantity), getattr(covered, quantity)
        together = getattr(demand, cost) + getattr(covered, cost)
        if one and not other:
            demand, covered = demand._replace(**{cost: together}), covered._replace(**{cost: _ZERO})
        elif other and not one:
            demand, covered = demand._replace(**{cost: _ZERO}), covered._replace(**{cost: together})
    return demand, covered


def _parts(unit: str, demand: _Amounts, covered: _Amounts) -> Iterator[_Part]:
    """One line's difference by driver."""
    whole = demand.plus(covered)
    negative = any(amounts.quantity_before < 0 or amounts.quantity_after < 0 for amounts in (demand, covered))
    unpriced = (whole.before and not whole.quantity_before) or (whole.after and not whole.quantity_after)
    if not unit or negative or unpriced:
        yield Driver.NOT_SPLIT, whole.difference
        return
    if not whole.quantity_before or not whole.quantity_after:
        yield Driver.USAGE, whole.difference
        return
    usage = (whole.before * (whole.quantity_after - whole.quantity_before) / whole.quantity_before).quantize(_DIGITS)
    coverage = _coverage(whole, demand, covered)
    rate = whole.difference - usage - coverage
    if abs(rate) < _NO_CHANGE:
        usage, rate = usage + rate, _ZERO
    yield from ((Driver.USAGE, usage), (Driver.RATE, rate), (Driver.COVERAGE, coverage))


def _coverage(whole: _Amounts, demand: _Amounts, covered: _Amounts) -> Decimal:
    moved = covered.quantity_after - whole.quantity_after * covered.quantity_before / whole.quantity_before
    if not all(amounts.quantity_before or amounts.quantity_after for amounts in (demand, covered)):
        return _ZERO  # all of it is of one kind in both periods
    return (moved * (covered.price - demand.price)).quantize(_DIGITS)
