"""Budgets as somebody set them, and the alerts that they fired.

A budget is never changed in place: each saving is a version more, and the newest holds. An alert is read once however often its row was
written, so that two processes that judge at the same time tell of it once.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.models import CostType
from core.store import writes
from core.store.client import Store

ACTUAL, FORECAST = "actual", "forecast"
"""What a threshold is of: what settled days cost, or what the whole period is expected to."""


@dataclass(frozen=True)
class Budget:
    """An amount for each period of a selection of costs.

    `selected` is a view's selection (dimension or `tag:<key>` to values), `period` one of monthly, quarterly and yearly, counted from
    `start`, the first of a month. `actual` and `forecast` are thresholds in percent of the amount. `who` saved this version `at` (UTC), and
    `made_at` is when the first was.
    """

    id: str
    name: str
    selected: Mapping[str, tuple[str, ...]]
    cost_type: CostType
    currency: str
    period: str
    amount: Decimal
    actual: tuple[Decimal, ...]
    forecast: tuple[Decimal, ...]
    start: date
    who: str
    at: datetime
    made_at: datetime

    @property
    def terms(self) -> str:
        """What its alerts rest on, as text: with another amount or other costs they are others."""
        selected = sorted((key, sorted(values)) for key, values in self.selected.items())
        return json.dumps([selected, self.cost_type, self.currency, self.period, f"{self.amount.normalize():f}", str(self.start)])


@dataclass(frozen=True)
class Alert:
    """A threshold that was reached: of which budget and period, of which kind, in percent of the amount.

    `amount` is what was seen (settled cost, or the forecast of the whole period) when it fired, by `run_id`; `terms` are the budget's then.
    `details` has budgeted, currency, settled, and the bounds of a forecast.
    """

    budget: str
    period_start: date
    kind: str
    threshold: Decimal
    terms: str
    fired_at: datetime
    run_id: str
    amount: Decimal
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, date, str, Decimal, str]:
        """What fires once."""
        return self.budget, self.period_start, self.kind, self.threshold, self.terms


_VERSION = "tuple(name, filters, cost_type, currency, period, amount, actual_thresholds, forecast_thresholds, start, who, at, deleted)"


def listed(store: Store) -> list[Budget]:
    """The budgets that there are, by name."""
    rows = store.rows(f"SELECT id, argMax({_VERSION}, at) AS newest, min(at) FROM budgets GROUP BY id HAVING NOT newest.12")
    found = [_budget(ident, newest, made_at) for ident, newest, made_at in rows]
    return sorted(found, key=lambda budget: (budget.name.lower(), budget.id))


def ever(store: Store) -> bool:
    """Whether a budget was ever made."""
    return bool(store.rows("SELECT count() FROM budgets")[0][0])


def alerts(store: Store, budget: str = "") -> list[Alert]:
    """What fired, of one budget or of all, the newest first. A threshold is told once, as it fired first."""
    rows = store.rows(
        """SELECT budget, period_start, kind, threshold, terms, argMin(tuple(fired_at, run_id, amount, details), fired_at) AS first
        FROM budget_alerts WHERE {budget:String} IN ('', budget)
        GROUP BY budget, period_start, kind, threshold, terms ORDER BY first.1 DESC, period_start DESC, kind, threshold DESC, budget""",
        {"budget": budget},
    )
    return [
        Alert(ident, period_start, kind, threshold, terms, fired_at, run_id, amount, json.loads(details))
        for ident, period_start, kind, threshold, terms, (fired_at, run_id, amount, details) in rows
    ]


def version(store: Store) -> int:
    """A number that changes with each version of a budget and each alert."""
    return int(store.rows("SELECT (SELECT count() FROM budgets) + (SELECT count() FROM budget_alerts)")[0][0])


def keep(store: Store, budget: Budget, *, deleted: bool = False) -> None:
    """Add a version of a budget; a deleted one isn't listed any more, and its alerts stay."""
    row = {
        **{name: getattr(budget, name) for name in ("id", "name", "currency", "period", "amount", "start", "who")},
        "filters": json.dumps({key: list(values) for key, values in budget.selected.items()}),
        "cost_type": budget.cost_type.value,
        "actual_thresholds": [str(threshold) for threshold in budget.actual],
        "forecast_thresholds": [str(threshold) for threshold in budget.forecast],
        "at": _stamp(budget.at),
        "deleted": deleted,
    }
    writes.insert_rows(store, "budgets", [row])


def keep_alerts(store: Store, fired: Iterable[Alert]) -> int:
    """Keep alerts; returns how many."""
    names = ("budget", "period_start", "kind", "threshold", "terms", "run_id", "amount")
    rows = (
        {name: getattr(alert, name) for name in names}
        | {"fired_at": _stamp(alert.fired_at), "details": json.dumps(dict(alert.details), default=str)}
        for alert in fired
    )
    return writes.insert_rows(store, "budget_alerts", rows)


def _budget(ident: str, newest: tuple[Any, ...], made_at: datetime) -> Budget:
    name, filters, cost_type, currency, period, amount, actual, forecast, start, who, at, _ = newest
    selected = {key: tuple(values) for key, values in json.loads(filters).items()}
    held = Budget(ident, name, selected, CostType(cost_type), currency, period, amount, (), (), start, who, at, made_at)
    return replace(held, actual=tuple(map(Decimal, actual)), forecast=tuple(map(Decimal, forecast)))


def _stamp(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="milliseconds")
