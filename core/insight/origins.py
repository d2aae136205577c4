"""Where an anomaly's money came from: read from the store for its days, and worked out by `core.analysis.causes`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from core.analysis.causes import BEFORE, Causes, explain
from core.analysis.scopes import DIMENSIONS, Scope
from core.insight.anomaly import Anomaly
from core.models import RESOURCE, TAG_PREFIX, USAGE_CATEGORY, Filters, Snapshot
from core.store import queries
from core.store.client import Store

TAG_KEYS = 6  # the most used ones on its days are looked at


@dataclass(frozen=True)
class Origins:
    """An anomaly's causes by account, service, region and usage type; by resource and by tag where the bill has line items.

    Each adds up to the impact to the cent. `tags` has the keys under which something differs.
    """

    causes: Causes
    resources: Causes | None
    tags: Mapping[str, Causes]


def judged(filters: Filters) -> Filters:
    """The part of a view that anomalies are looked for in: usage, unless charge categories are chosen.

    Purchases, taxes, credits and refunds come by contract and calendar.
    """
    return filters if filters.selected.get("category") else filters.only("category", USAGE_CATEGORY)


def within(filters: Filters, scope: Scope, first: date, last: date) -> Filters:
    """A scope under a view's selection, with the days before its first one that its expectation is made of."""
    view = replace(judged(filters), start=first - timedelta(days=BEFORE), end=last)
    for key, value in scope:
        view = view.only(key, value)
    return view


def cube(store: Store, snap: Snapshot, filters: Filters, scope: Scope, first: date, last: date) -> pd.DataFrame:
    """The costs of a scope under a view, from 28 days before its first day to its last, by the dimensions of scopes and day."""
    return queries.cost_cube(store, snap, within(filters, scope, first, last), DIMENSIONS)


def causes_in(costs: pd.DataFrame, anomaly: Anomaly, others: Iterable[tuple[Anomaly, Causes]] = ()) -> Causes:
    """The causes of an anomaly in a cube of its scope; what `others` of the same scope brought to its days is expected of it."""
    known: dict[tuple[str, ...], float] = {}
    for other, causes in others:
        days = (min(anomaly.last, other.last) - max(anomaly.first, other.first)).days + 1
        if other.scope == anomaly.scope and other.first > anomaly.first and days > 0:
            for part in causes.parts:
                known[part.values] = known.get(part.values, 0.0) + float(part.contribution) * days / other.days
    return explain(costs, DIMENSIONS, anomaly.first, anomaly.last, anomaly.expected, anomaly.actual, known)


def origins(store: Store, snap: Snapshot, filters: Filters, anomaly: Anomaly, found: Sequence[Anomaly] = ()) -> Origins:
    """Where an anomaly of a view came from; `found` are those that it was found with."""
    view = within(filters, anomaly.scope, anomaly.first, anomaly.last)
    others = [
        (other, causes_in(cube(store, snap, filters, other.scope, other.first, other.last), other))
        for other in found
        if other.scope == anomaly.scope and anomaly.first < other.first <= anomaly.last
    ]
    causes = causes_in(queries.cost_cube(store, snap, view, DIMENSIONS), anomaly, others)
    if not queries.line_count(store, snap, replace(view, start=anomaly.first)):
        return Origins(causes, None, {})

    def by(key: str) -> Causes:
        costs = queries.cost_cube(store, snap, view, [key])
        return explain(costs, [key], anomaly.first, anomaly.last, anomaly.expected, anomaly.actual)

    keys = queries.tag_keys(store, snap, view.start, view.end, view.currency)[:TAG_KEYS]
    tags = {key: by(TAG_PREFIX + key) for key in keys}
    return Origins(causes, by(RESOURCE.key), {key: told for key, told in tags.items() if len(told.parts) > 1})
