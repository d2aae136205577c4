"""Budgets in words and rows: what the budgets page says, lists and exports. Pure."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from app import format as fmt
from app.view import NONE
from core.analysis.budgets import AT_RISK, INCOMPLETE, OVER, UNDER, UNKNOWN
from core.insight.budgets import Standing
from core.models import DIMENSIONS, TAG_PREFIX
from core.store.budgets import ACTUAL, Alert, Budget

LABELS = {
    OVER: "Over",
    AT_RISK: "At risk by the forecast",
    UNDER: "Under",
    INCOMPLETE: "Not known in full",
    UNKNOWN: "Not known yet",
}
"""How a state is told."""

EVERY = {"monthly": "a month", "quarterly": "a quarter", "yearly": "a year"}
_ORDER = tuple(LABELS)
_MOST_VALUES = 3


def worst_first(standings: Sequence[Standing]) -> list[Standing]:
    """Those over first, then those at risk; within a state the larger amount first."""
    return sorted(standings, key=lambda one: (_ORDER.index(one.state), -one.budget.amount, one.budget.name))


def headline(standings: Sequence[Standing]) -> str:
    """The finding in words: how many budgets are over or expected to be, and the worst of them."""
    if not standings:
        return "No budget has been set yet"
    worst = worst_first(standings)[0]
    if len(standings) == 1:
        return sentence(worst)
    over, risk = (sum(one.state == state for one in standings) for state in (OVER, AT_RISK))
    if not over and not risk:
        unsure = sum(one.state in (INCOMPLETE, UNKNOWN) for one in standings)
        return f"None of {len(standings)} budgets is over or expected to be" + (f"; {unsure} can't be told in full" if unsure else "")
    said = [f"{over} of {len(standings)} budgets {'is' if over == 1 else 'are'} over"] if over else []
    if risk:
        said.append(f"{risk} {'is' if risk == 1 else 'are'} expected to be" if over else f"{risk} of {len(standings)} budgets at risk")
    return f"{', '.join(said)}; {sentence(worst)}"


def sentence(one: Standing) -> str:
    """Where one budget stands, with its figures."""
    budget, name, amount = one.budget, one.budget.name, fmt.short(one.budget.amount, one.budget.currency)
    if one.state == OVER and one.actual is not None:
        return f"{name} is {fmt.short(one.actual - budget.amount, budget.currency)} over its {amount}"
    if one.expected is not None and one.state in (AT_RISK, UNDER):
        side = "above" if one.state == AT_RISK else "of"
        return f"{name} is expected to be {fmt.short(one.expected, budget.currency)} {side} {_its(one)} {amount}"
    if one.actual is not None:
        return f"{name} has spent {fmt.short(one.actual, budget.currency)} of its {amount}, as far as that is known"
    return f"{name}: nothing is known of its {amount} yet"


def _its(one: Standing) -> str:
    return "its" if one.is_open else "the"


def period(one: Standing) -> str:
    """The days of a period: "1 – 30 Nov 2026"."""
    return fmt.period(one.first, one.last)


def filters(budget: Budget, accounts: Mapping[str, str]) -> str:
    """What a budget is of: "Service EC2, S3 · Account Production"."""
    told = []
    for key, values in budget.selected.items():
        label = f"Tag {key.removeprefix(TAG_PREFIX)}" if key.startswith(TAG_PREFIX) else DIMENSIONS[key].label
        named = [(accounts.get(value, value) if key == "account" else value) or NONE for value in values]
        rest = f" and {len(named) - _MOST_VALUES} more" if len(named) > _MOST_VALUES else ""
        told.append(f"{label} {', '.join(named[:_MOST_VALUES])}{rest}")
    return " · ".join(told) or "All costs"


def rows(standings: Sequence[Standing], accounts: Mapping[str, str]) -> pd.DataFrame:
    """The list: name, state, amount, spent, used (percent), expected, chance (percent), variance, period, days, filters, currency and
    cost_type."""
    return pd.DataFrame(
        {
            "name": [one.budget.name for one in standings],
            "state": [LABELS[one.state] for one in standings],
            "amount": [float(one.budget.amount) for one in standings],
            "spent": [_float(one.actual) for one in standings],
            "used": [_percent(one.actual, one.budget.amount) for one in standings],
            "expected": [_float(one.expected) for one in standings],
            "chance": [None if one.chance is None else 100 * one.chance for one in standings],
            "variance": [_float(one.variance) for one in standings],
            "period": [EVERY[one.budget.period].removeprefix("a ").capitalize() for one in standings],
            "days": [period(one) for one in standings],
            "filters": [filters(one.budget, accounts) for one in standings],
            "currency": [one.budget.currency for one in standings],
            "cost_type": [one.budget.cost_type.value for one in standings],
        }
    )


def alerts(fired: Sequence[Alert], names: Mapping[str, str]) -> pd.DataFrame:
    """Columns: fired (UTC), budget, what, threshold (percent), amount, budgeted, period (its first day), run."""
    return pd.DataFrame(
        {
            "fired": [alert.fired_at for alert in fired],
            "budget": [names.get(alert.budget, "deleted") for alert in fired],
            "what": ["Spent" if alert.kind == ACTUAL else "Forecast" for alert in fired],
            "threshold": [float(alert.threshold) for alert in fired],
            "amount": [float(alert.amount) for alert in fired],
            "budgeted": [float(alert.details.get("budgeted", "nan")) for alert in fired],
            "period": [alert.period_start for alert in fired],
            "run": [alert.run_id for alert in fired],
        }
    )


def chance(one: Standing) -> str:
    """The probability of passing the amount, in words that don't feign certainty."""
    if one.chance is None:
        return "Not known"
    if one.state == OVER:
        return "Passed"
    percent = 100 * one.chance
    return "Under 1 %" if percent < 1 else "Over 99 %" if percent > 99 else f"{percent:.0f} %"


def theirs(found: pd.DataFrame, accounts: Mapping[str, str]) -> pd.DataFrame:
    """AWS's own budgets as rows: name, kind, limit, spent, used (percent), forecast, unit, period, filters. What isn't said is empty."""
    told = [json.loads(details or "{}") for details in found["details"]]
    limits = [_limit(one) for one in told]
    return pd.DataFrame(
        {
            "name": list(found["subject"]),
            "kind": [str(one.get("BudgetType", "")).replace("_", " ").capitalize() for one in told],
            "limit": limits,
            "spent": list(found["value"].astype(float)),
            "used": [100 * value / limit if limit else None for value, limit in zip(found["value"].astype(float), limits, strict=True)],
            "forecast": list(found["upper"].astype(float)),
            "unit": list(found["currency"]),
            "period": [fmt.period(day, last) for day, last in zip(found["day"], found["last_day"], strict=True)],
            "filters": [_their_filters(one, accounts) for one in told],
        }
    )


def _limit(told: Mapping[str, Mapping[str, str]]) -> float | None:
    amount = (told.get("BudgetLimit") or {}).get("Amount")
    return float(amount) if amount is not None else None


def _their_filters(told: Mapping[str, Mapping[str, Sequence[str]]], accounts: Mapping[str, str]) -> str:
    return " · ".join(f"{key} {', '.join(accounts.get(v, v) for v in values)}" for key, values in (told.get("CostFilters") or {}).items())


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _percent(part: Decimal | None, whole: Decimal) -> float | None:
    return None if part is None else float(part / whole * 100)
