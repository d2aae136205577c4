"""Where an event's money came from: what each part cost beside what was expected of it, in cents that add up to the event's impact.

A part is a combination of dimensions (account, service, region, and what else is known). Its own expectation is the mean of the same
weekdays in the 28 days before the event. Together the parts' rarely come to what the event's own expectation is; the difference goes to
the parts by how unsteady they were (variance), as in a reconciled forecast, so that a steady part stays as it is.

Which dimension says most is told as in Adtributor (Bhagwan et al., NSDI 2014): explanatory power is the share of the impact that a value
makes, surprise how much its share of what was spent differs from its share of what was expected (Jensen-Shannon divergence).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.analysis.scopes import Scope, scope

Floats = NDArray[np.float64]

BEFORE = 28  # days before the event that a part's expectation is made of: four of each weekday
ENOUGH = 2 / 3  # of the impact: values that make as much of it explain it
LEAST = 0.1  # of the impact: a value that makes less isn't named
SCOPE = 0.8  # of the impact: one value that makes as much of it is where the event is
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """A combination of values (in the order of the causes' keys): what was expected of it and what it cost, to the cent."""

    values: tuple[str, ...]
    expected: Decimal
    actual: Decimal

    @property
    def contribution(self) -> Decimal:
        """What it adds to the event's impact; of the other sign where it offsets it."""
        return self.actual - self.expected


@dataclass(frozen=True)
class Drill:
    """A dimension: the fewest values that make two thirds of the impact, what share they make, and how surprising they are in all."""

    key: str
    values: tuple[str, ...]
    power: float
    surprise: float


@dataclass(frozen=True)
class Causes:
    """The parts of an event, the largest of either sign first; they add up to its impact exactly. `drills` has what says most first."""

    keys: tuple[str, ...]
    parts: tuple[Part, ...]
    drills: tuple[Drill, ...]

    @property
    def impact(self) -> Decimal:
        """What the parts add up to."""
        return sum((part.contribution for part in self.parts), Decimal(0))

    def where(self, within: Scope = ()) -> Scope:
        """The smallest scope that makes four fifths of the impact, inside the event's own."""
        parts, found = list(self.parts), dict(within)
        for key in (drill.key for drill in self.drills):
            place = self.keys.index(key)
            value, held = max(_by_value(parts, place).items(), key=lambda item: abs(item[1]))
            if held * self.impact > 0 and abs(held) >= Decimal(repr(SCOPE)) * abs(self.impact):
                parts = [part for part in parts if part.values[place] == value]
                found[key] = value
        return scope({key: value for key, value in found.items() if value or key == "region"})

    def summed(self, most: int) -> "tuple[tuple[Part, ...], Part | None, Part | None]":
        """The first `most` parts, the others that add to the impact as one, and those that offset it as one; None where there are none.

        Parts that add nothing are among the others.
        """
        shown = tuple(part for part in self.parts[:most] if part.contribution)
        rest = self.parts[len(shown) :]
        adds = [part for part in rest if part.contribution * self.impact >= 0]
        offsets = [part for part in rest if part.contribution * self.impact < 0]
        return shown, _as_one(adds), _as_one(offsets)

    def inside(self, where: Scope) -> Part:
        """All parts inside a scope as one."""
        wanted = {self.keys.index(key): value for key, value in where if key in self.keys}
        inside = [part for part in self.parts if all(part.values[place] == value for place, value in wanted.items())]
        return _as_one(inside) or Part((), Decimal(0), Decimal(0))

    def by(self, key: str) -> "Causes":
        """The same by one dimension alone."""
        place = self.keys.index(key)
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for part in self.parts:
            expected, actual = sums.get(part.values[place], (Decimal(0), Decimal(0)))
            sums[part.values[place]] = expected + part.expected, actual + part.actual
        parts = _ranked([Part((value,), expected, actual) for value, (expected, actual) in sums.items()])
        return Causes((key,), tuple(parts), tuple(drill for drill in self.drills if drill.key == key))


def explain(
    cube: pd.DataFrame,
    keys: Sequence[str],
    first: date,
    last: date,
    expected: Decimal,
    actual: Decimal,
    known: Mapping[tuple[str, ...], float] | None = None,
) -> Causes:
    """The causes of an event from `first` to `last` that cost `actual` where `expected` was expected, both to the cent.

    `cube` has a column for each of `keys`, day (datetime64) and cost (float), from 28 days before the first day on; a day that isn't
    there cost nothing. `known` is what is expected of combinations beyond what they used to cost, because another event brings it.
    """
    table = _table(cube, keys, first, last)
    values = [tuple(map(str, row if len(keys) > 1 else (row,))) for row in table.index] or [("",) * len(keys)]
    own = table["expected"].to_numpy(float) if len(table) else np.zeros(1)
    own = own + np.array([(known or {}).get(value, 0.0) for value in values])
    unsteady = table["variance"].to_numpy(float) if len(table) else np.zeros(1)
    cost = table["actual"].to_numpy(float) if len(table) else np.zeros(1)
    usual = reconciled(own, unsteady, float(expected))
    # What the store has in the window is what the event cost; a difference can only be a rounding's.
    spent = reconciled(cost, np.abs(cost), float(actual))
    parts = [Part(*row) for row in zip(values, apportioned(usual, expected), apportioned(spent, actual), strict=True)]
    ranked = _ranked([part for part in parts if part.expected or part.actual] or parts[:1])
    return Causes(tuple(keys), tuple(ranked), tuple(_drills(ranked, keys, actual - expected)))


def reconciled(own: Floats, unsteady: Floats, total: float) -> Floats:
    """Amounts that add up to a total: the difference goes to the parts by their variance, in proportion where that would turn a sign."""
    gap = total - float(own.sum())
    if not gap:
        return own
    weights = unsteady if unsteady.sum() > 0 else np.abs(own) if np.abs(own).sum() > 0 else np.ones(len(own))
    moved = own + gap * (weights / weights.sum())
    if own.sum() * total > 0 and ((own >= 0).all() or (own <= 0).all()) and (moved * np.sign(total) < 0).any():
        return np.asarray(own / own.sum() * total, dtype=np.float64)
    return np.asarray(moved, dtype=np.float64)


def apportioned(amounts: Floats, total: Decimal) -> list[Decimal]:
    """The amounts in cents that add up to the total to the cent; what rounding leaves goes where it changes least."""
    cents = [int((Decimal(repr(float(amount))) * 100).to_integral_value(ROUND_HALF_EVEN)) for amount in amounts]
    left = int(total * 100) - sum(cents)
    step = 1 if left > 0 else -1
    order = sorted(range(len(cents)), key=lambda place: (step * (cents[place] - 100 * float(amounts[place])), place))
    whole, rest = divmod(abs(left), len(cents))
    for rank, place in enumerate(order):
        cents[place] += step * (whole + (rank < rest))
    return [Decimal(cent) * _CENT for cent in cents]


def _table(cube: pd.DataFrame, keys: Sequence[str], first: date, last: date) -> pd.DataFrame:
    """By combination: expected (own, of the whole window), actual, variance (of the window's sum)."""
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    days = pd.date_range(start - timedelta(days=BEFORE), end)
    wide = cube.pivot_table(index=list(keys), columns="day", values="cost", aggfunc="sum", observed=True, dropna=False)
    wide = wide.reindex(columns=days).fillna(0.0)
    wide = wide[(wide != 0).any(axis=1)]
    costs = wide.to_numpy(float)
    before, during = costs[:, :BEFORE], costs[:, BEFORE:]
    weeks = before.reshape(len(costs), 4, 7)  # day 0 of each is the weekday of the first day
    means, spread = weeks.mean(axis=1), weeks.var(axis=1)
    places = np.arange(during.shape[1]) % 7
    expected = means[:, places].sum(axis=1)
    return pd.DataFrame({"expected": expected, "actual": during.sum(axis=1), "variance": spread[:, places].sum(axis=1)}, index=wide.index)


def _drills(parts: Sequence[Part], keys: Sequence[str], impact: Decimal) -> list[Drill]:
    found = [_drill(parts, place, key, impact) for place, key in enumerate(keys)]
    told = [drill for drill in found if drill.values and any(part.values[keys.index(drill.key)] for part in parts)]
    return sorted(told, key=lambda drill: (len(drill.values), -drill.surprise, -drill.power))


def _drill(parts: Sequence[Part], place: int, key: str, impact: Decimal) -> Drill:
    """The fewest values of one dimension that explain the impact, the most surprising ones of those that make a tenth of it."""
    sums: dict[str, list[Decimal]] = {}
    for part in parts:
        held = sums.setdefault(part.values[place], [Decimal(0), Decimal(0)])
        held[0], held[1] = held[0] + part.expected, held[1] + part.actual
    if not impact:
        return Drill(key, (), 0.0, 0.0)
    expected, actual = (float(sum(abs(held[side]) for held in sums.values())) for side in (0, 1))
    powers = {value: float((spent - usual) / impact) for value, (usual, spent) in sums.items()}
    surprises = {value: surprise(_of(usual, expected), _of(spent, actual)) for value, (usual, spent) in sums.items()}
    named: list[str] = []
    for value in sorted((v for v in powers if powers[v] >= LEAST), key=lambda v: (-surprises[v], -powers[v], v)):
        if sum(powers[name] for name in named) >= ENOUGH:
            break
        named.append(value)
    return Drill(key, tuple(named), sum(powers[name] for name in named), sum(surprises[name] for name in named))


def _as_one(parts: Sequence[Part]) -> Part | None:
    expected, actual = (sum((getattr(part, side) for part in parts), Decimal(0)) for side in ("expected", "actual"))
    return Part((), expected, actual) if parts else None


def _of(part: Decimal, whole: float) -> float:
    return abs(float(part)) / whole if whole else 0.0


def surprise(expected: float, actual: float) -> float:
    """How much a share of what was spent differs from the share of what was expected; 0 where they are the same."""
    middle = (expected + actual) / 2
    return 0.5 * sum(share * float(np.log(share / middle)) for share in (expected, actual) if share > 0)


def _by_value(parts: Sequence[Part], place: int) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for part in parts:
        sums[part.values[place]] = sums.get(part.values[place], Decimal(0)) + part.contribution
    return sums


def _ranked(parts: Sequence[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: (-abs(part.contribution), part.values))
