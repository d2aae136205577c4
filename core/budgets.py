"""Setting budgets: what can be taken and what can't, each thing named. Nothing is ever changed or removed; the newest version holds."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from core.analysis.budgets import MONTHS
from core.errors import BudgetRefused, UnknownBudget
from core.models import DIMENSIONS, FILTER_BAR, TAG_PREFIX, CostType
from core.store import budgets, publish, queries
from core.store.budgets import Budget
from core.store.client import Store

ACTUAL_THRESHOLDS = (Decimal(50), Decimal(80), Decimal(100))
FORECAST_THRESHOLDS = (Decimal(100),)
"""Percent of the amount, where nothing else is asked for."""

_LONGEST = 100
_MOST_THRESHOLDS = 10
_HIGHEST_THRESHOLD = 1000
_LARGEST = Decimal(10) ** 15
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Draft:
    """A budget as somebody wants it; amount and thresholds may be text. See `core.store.budgets.Budget`."""

    name: str
    amount: Decimal | str
    start: date
    currency: str
    selected: Mapping[str, Sequence[str]]
    cost_type: str = CostType.UNBLENDED.value
    period: str = "monthly"
    actual: Sequence[Decimal | str] = ACTUAL_THRESHOLDS
    forecast: Sequence[Decimal | str] = FORECAST_THRESHOLDS


def save(store: Store, draft: Draft, *, who: str, at: datetime, ident: str = "") -> Budget:
    """Make a budget, or change the one with an id; returns it as it is kept. `at` is UTC.

    Raises BudgetRefused, which names everything that is wrong, UnknownBudget and StoreError.
    """
    held = budgets.listed(store)
    before = _known(held, ident) if ident else None
    others = {budget.name.lower() for budget in held if budget.id != ident}
    if problems := [*_problems(draft, who, others), *_foreign(store, draft)]:
        raise BudgetRefused(problems)
    moment = _utc(at)
    made = Budget(
        id=before.id if before else f"budget-{secrets.token_hex(6)}",
        name=draft.name.strip(),
        selected={key: tuple(dict.fromkeys(values)) for key, values in draft.selected.items() if values},
        cost_type=CostType(draft.cost_type),
        currency=draft.currency,
        period=draft.period,
        amount=_number(draft.amount) or Decimal(0),
        actual=_sorted(draft.actual),
        forecast=_sorted(draft.forecast),
        start=draft.start,
        who=who.strip(),
        at=max(moment, before.at.replace(tzinfo=None) + timedelta(milliseconds=1)) if before else moment,
        made_at=before.made_at if before else moment,
    )
    budgets.keep(store, made)
    return made


def delete(store: Store, ident: str, *, who: str, at: datetime) -> Budget:
    """Take a budget off the list; what it fired stays. Returns it. Raises UnknownBudget, BudgetRefused and StoreError."""
    held = _known(budgets.listed(store), ident)
    if problems := list(_of_text("Your name", who, "say who you are; it is kept with the budget")):
        raise BudgetRefused(problems)
    moment = max(_utc(at), held.at.replace(tzinfo=None) + timedelta(milliseconds=1))
    budgets.keep(store, Budget(**{**vars(held), "who": who.strip(), "at": moment}), deleted=True)
    return held


def _known(held: Sequence[Budget], ident: str) -> Budget:
    found = next((budget for budget in held if budget.id == ident), None)
    if found is None:
        plain = "".join(sign if sign.isprintable() else "?" for sign in ident)[:60]
        raise UnknownBudget(f"There is no budget {plain}.", "It may have been deleted; the budgets page lists those that there are.")
    return found


def _problems(draft: Draft, who: str, others: Collection[str]) -> Iterator[str]:
    """What can be told from the draft itself."""
    yield from _of_text("The name", draft.name, "say what the budget is for")
    if draft.name.strip().lower() in others:
        yield f"There is a budget called {draft.name.strip()} already; choose another name."
    yield from _of_amount(draft.amount)
    if draft.period not in MONTHS:
        yield f"The period can't be {draft.period[:40]!r}; it is one of {', '.join(MONTHS)}."
    if draft.start.day != 1 or not 2000 <= draft.start.year < 2100:
        yield f"The start can't be {draft.start}; it is the first day of a month, from 2000 to 2099."
    if draft.cost_type not in {cost_type.value for cost_type in CostType}:
        yield f"The cost type can't be {draft.cost_type[:40]!r}; it is one of {', '.join(CostType)}."
    yield from _of_thresholds("A threshold of actual cost", draft.actual)
    yield from _of_thresholds("A threshold of the forecast", draft.forecast)
    for key in draft.selected:
        if key not in DIMENSIONS and not (key.startswith(TAG_PREFIX) and len(key) > len(TAG_PREFIX)):
            yield f"Costs can't be filtered by {key[:40]!r}; they can by {', '.join(DIMENSIONS)} and tag:KEY."
    yield from _of_text("Your name", who, "say who you are; it is kept with the budget")


def _foreign(store: Store, draft: Draft) -> Iterator[str]:
    """What no figures have: a currency, or a value of the filter bar. Without any figures there is nothing to tell it by."""
    snap = publish.snapshot(store)
    span = queries.coverage(store, snap)
    if span is None:
        return
    if draft.currency not in span.currencies:
        yield f"There are no costs in {draft.currency[:10]!r}; there are some in {', '.join(span.currencies)}."
        return
    known = queries.facets(store, snap, span.first, span.last, draft.currency)
    for dimension in FILTER_BAR:
        for value in draft.selected.get(dimension.key, ()):
            if value not in set(known[dimension.key]):
                yield f"No figures have the {dimension.label.lower()} {value[:60]!r}."


def _of_text(what: str, text: str, hint: str) -> Iterator[str]:
    kept = text.strip()
    if not kept:
        yield f"{what} is empty; {hint}."
    elif len(kept) > _LONGEST:
        yield f"{what} has {len(kept)} characters; keep to {_LONGEST}."
    elif not kept.isprintable():
        yield f"{what} holds a character that can't be shown; type it anew."


def _of_amount(amount: Decimal | str) -> Iterator[str]:
    number = _number(amount)
    if number is None:
        yield f"The amount {str(amount)[:40]!r} is no number; write it as 12000 or 12000.50."
    elif not 0 < number < _LARGEST:
        yield "The amount has to be above 0, and below a thousand million million."
    elif number != number.quantize(_CENT):
        yield f"The amount {number:f} has more than two decimals."


def _of_thresholds(what: str, thresholds: Sequence[Decimal | str]) -> Iterator[str]:
    if len(thresholds) > _MOST_THRESHOLDS:
        yield f"{what}: {len(thresholds)} are too many; keep to {_MOST_THRESHOLDS}."
    for threshold in thresholds:
        number = _number(threshold)
        if number is None:
            yield f"{what} is {str(threshold)[:40]!r}, which is no number; write percents such as 80, 100."
        elif not 0 < number <= _HIGHEST_THRESHOLD or number != number.quantize(Decimal("0.001")):
            yield f"{what} is {str(threshold)[:40]} %; it has to be above 0 and at most {_HIGHEST_THRESHOLD}, with three decimals at most."


def _number(given: Decimal | str) -> Decimal | None:
    """The number in a text, thousands separators left out; None where there is none."""
    try:
        number = Decimal(str(given).replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _sorted(thresholds: Sequence[Decimal | str]) -> tuple[Decimal, ...]:
    return tuple(sorted({number for threshold in thresholds if (number := _number(threshold)) is not None}))


def _utc(at: datetime) -> datetime:
    """A moment without its zone, in UTC, to the millisecond."""
    plain = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return plain.replace(microsecond=plain.microsecond // 1000 * 1000)
