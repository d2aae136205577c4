"""What drove a difference, in words and as rows. Pure."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pandas as pd

from app import format as fmt
from app.view import Choice, View
from core.analysis.beside import Against
from core.analysis.drivers import DIMENSIONS, Driver, total
from core.errors import SettingError
from core.insight.drivers import Change
from core.models import Days

AGAINST = Choice("against", tuple(Against), default=Against.BEFORE.value)
SINCE, UNTIL = Choice("against_from"), Choice("against_to")
PER = Choice("against_per", ("period", "day"), default="period")
BY = Choice("against_by", DIMENSIONS, default="service")
CHOICES = (AGAINST, SINCE, UNTIL, PER, BY)

LABELS = {
    Against.BEFORE: "Days just before",
    Against.MONTH: "Month before",
    Against.YEAR: "Last year",
    Against.DAYS: "Other days",
}
NAMED = 3
HALF_A_CENT = Decimal("0.005")


def chosen_days(view: View) -> Days | None:
    """The days that a link or the picker names for Against.DAYS, or None without any. Raises SettingError for what is no date."""
    texts = [next(iter(view.chosen(choice)), "") for choice in (SINCE, UNTIL)]
    if not any(texts):
        return None
    try:
        first, last = (date.fromisoformat(text) for text in texts)
    except ValueError:
        raise SettingError(f"The link's days to compare with are “{texts[0]}” to “{texts[1]}”.", "Choose two days.") from None
    return Days(min(first, last), max(first, last))


def headline(change: Change, currency: str) -> str:
    """What moved, and the largest parts of it."""
    moved, per = change.difference, " a day" if change.per_day else ""
    said = f"{fmt.period(change.after.first, change.after.last)} is {fmt.money(change.total_after, currency)}{per}, "
    earlier = fmt.period(change.before.first, change.before.last)
    if not moved:
        return f"{said}as much as {earlier}"
    percent = fmt.percent_change(change.total_after, change.total_before).lstrip("+" + fmt.MINUS)
    held = f" ({percent})" if percent != "new" else ""
    said += f"{fmt.money(abs(moved), currency)}{held} {'above' if moved > 0 else 'below'} {earlier}"
    parts = {driver: amount for driver, amount in change.by_driver.items() if abs(amount) >= HALF_A_CENT}
    apart = parts.pop(Driver.NOT_SPLIT, None)
    largest = sorted(parts.items(), key=lambda part: -abs(part[1]))[:NAMED]
    named = [f"{driver.label.lower()} {signed(amount, currency)}" for driver, amount in largest]
    named += [] if apart is None else [f"{signed(apart, currency)} not split"]
    return f"{said}: {', '.join(named)}" if named else said


def lengths(change: Change) -> str:
    """Which days are compared, how many, and what it means where there are more of the one."""
    said = (
        f"{fmt.period(change.after.first, change.after.last)} ({fmt.count(change.after.count, 'day')}) beside "
        f"{fmt.period(change.before.first, change.before.last)} ({fmt.count(change.before.count, 'day')}), UTC. "
        f"Settled days only, up to {fmt.day(change.settled)}."
    )
    if change.before.count == change.after.count:
        return said
    return (
        f"{said} The two have different lengths: {'an average day of each is compared' if change.per_day else 'their totals are compared'}."
    )


def table(change: Change, dimension: str, name_of: Callable[[str], str]) -> pd.DataFrame:
    """A row for each value of a dimension, the largest change first, and the sum of all.

    Columns: key (None of the sum), name, before, after, change, and one for each driver that there is, empty where a value doesn't have it.
    """
    parts, costs = change.by(dimension), change.costs(dimension)
    keys = [*parts, *(key for key in costs if key not in parts)]
    rows = [(name_of(key), *costs[key], parts.get(key, {})) for key in keys]
    rows.append(("All", change.total_before, change.total_after, change.by_driver))
    return pd.DataFrame(
        {
            "key": pd.Series([*keys, None], dtype=object),
            "name": [name for name, *_ in rows],
            "before": [float(before) for _, before, _, _ in rows],
            "after": [float(after) for _, _, after, _ in rows],
            "change": [float(total(own.values())) for *_, own in rows],
            **{driver.value: [float(own[driver]) if driver in own else None for *_, own in rows] for driver in change.by_driver},
        }
    )


def lines(change: Change, *, driver: Driver | None = None, dimension: str = "", value: str = "") -> pd.DataFrame:
    """The parts of a driver, or of a value of a dimension, the largest first, without those below half a cent.

    Columns: driver (its label), service, account, region, item, operation, amount, before, after, quantity_before, quantity_after, unit,
    rate_before, rate_after; numbers are floats, None where there is none.
    """
    parts = change.parts
    parts = parts[parts["driver"] == driver] if driver else parts
    parts = parts[parts[dimension] == value] if dimension else parts
    parts = parts[[abs(amount) >= HALF_A_CENT for amount in parts["amount"]]]
    parts = parts.iloc[sorted(range(len(parts)), key=lambda place: -abs(parts["amount"].iloc[place]))]
    numbers = {name: [_number(cell) for cell in parts[name]] for name in ("amount", "before", "after", "quantity_before", "quantity_after")}
    rates = {f"rate_{when}": _rates(numbers[when], numbers[f"quantity_{when}"]) for when in ("before", "after")}
    texts = {name: list(parts[name]) for name in ("service", "account", "region", "item", "operation", "unit")}
    return pd.DataFrame({"driver": [Driver(name).label for name in parts["driver"]], **texts, **numbers, **rates}).replace({"": None})


def signed(amount: Decimal, currency: str) -> str:
    """An amount with its sign."""
    return f"{'+' if amount > 0 else ''}{fmt.money(amount, currency)}"


def _number(cell: Decimal | None) -> float | None:
    return None if cell is None else float(cell)


def _rates(costs: list[float | None], quantities: list[float | None]) -> list[float | None]:
    return [cost / quantity if cost is not None and quantity else None for cost, quantity in zip(costs, quantities, strict=True)]
