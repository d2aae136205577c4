"""Days that were unusual: in the total and by account, service, region and usage type, folded into one event each."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache

import pandas as pd

from core.analysis.causes import Causes
from core.analysis.events import Event
from core.analysis.folding import SHARE_OF_ALL, Alert, Folded, fold, worth_it
from core.analysis.scopes import DIMENSIONS, EVERYTHING, Scope
from core.insight import judging, kept, origins, standing
from core.insight.anomaly import DAY_BEFORE, OPEN_DAYS, Anomaly, Rules, anomaly, placed, read
from core.insight.origins import judged
from core.models import Filters, Snapshot
from core.store import queries, series
from core.store.analyses import Row
from core.store.client import Store

__all__ = ["KIND", "OPEN_DAYS", "RULES", "Anomaly", "Rules", "anomalies", "expected", "found_in", "judged"]

KIND, RULES = "anomaly", "anomaly-rules"
"""The kinds of rows that anomalies, and the rules by which they were found, are kept as."""

_EXPLAINED = 0.5  # of the total's day: services that moved by as much to the same side explain it
_COLUMNS = ("date", "actual", "expected", "lower", "upper", "is_anomaly", "score")


def anomalies(store: Store, snap: Snapshot, filters: Filters, settled_days: int, rules: Rules | None = None) -> list[Anomaly]:
    """The anomalies that touch the view's days, the newest first, the larger of a day first, and where each stands.

    Earlier days are learnt from all the same. Without `rules` those count by which the last run judged.
    """
    last = series.settled(store, snap, settled_days)
    if last is None:
        return []
    every = _every(store, snap, filters, last, rules)
    services = filters.selected.get("service", ())
    shown = [a for a in every if a.last >= filters.start and a.first <= filters.end and (not services or a.service in services)]
    return sorted(standing.stood(store, shown, every), key=lambda one: (one.first, abs(one.impact)), reverse=True)


def expected(store: Store, snap: Snapshot, filters: Filters, settled_days: int, rules: Rules | None = None) -> pd.DataFrame:
    """What the view's usage cost and what was expected, by settled day of its days.

    Columns: date, actual, expected, lower, upper (the usual range), is_anomaly, score; see `core.analysis.anomalies.detect`.
    """
    last = series.settled(store, snap, settled_days)
    whole = series.everything(store, snap, judged(filters), last) if last else None
    if whole is None:
        return pd.DataFrame(columns=_COLUMNS)
    actual = series.daily(store, snap, whole)
    verdicts = judging.verdicts(actual, rules or _kept_rules(store, snap, filters)).assign(actual=actual.to_numpy())
    return verdicts[verdicts["date"].between(pd.Timestamp(filters.start), pd.Timestamp(filters.end))][[*_COLUMNS]].reset_index(drop=True)


def _every(store: Store, snap: Snapshot, filters: Filters, last: date, rules: Rules | None) -> list[Anomaly]:
    """All anomalies of a view's selection, as a run kept them where it judged the same by the same rules."""
    held = kept.read(store, snap, filters, last, KIND, also=("service",))
    by = _rules_of(kept.read(store, snap, filters, last, RULES, also=("service",)))
    if held is not None and by is not None and rules in (None, by):
        return [read(row.details) for row in held]
    return found_in(store, snap, filters, last, rules or by or _kept_rules(store, snap, filters))


def _kept_rules(store: Store, snap: Snapshot, filters: Filters) -> Rules:
    """The rules by which the last run judged, or the usual ones."""
    return _rules_of(kept.newest(store, snap, RULES, filters.currency)) or Rules()


def _rules_of(rows: list[Row] | None) -> Rules | None:
    told = rows[0].details if rows else {}
    return Rules(**told) if told.keys() == asdict(Rules()).keys() else None


def found_in(store: Store, snap: Snapshot, filters: Filters, last: date, rules: Rules | None = None) -> list[Anomaly]:
    """All anomalies of a view's selection up to the last settled day, worked out now."""
    whole, rules = series.everything(store, snap, judged(filters), last), rules or Rules()
    if whole is None:
        return []
    total = series.daily(store, snap, whole)
    alerts = [alert for alert in judging.alerts(_series(store, snap, whole, total, rules), rules) if worth_it(alert.event, total)]
    cube = _cubes(store, snap, filters)
    folded = _by_day(alerts) if rules.mode == DAY_BEFORE else fold(alerts, cube)
    found = [(one.lead, anomaly(one, last, filters.currency, judging.severity(one.lead.event, rules))) for one in folded]
    if rules.mode == DAY_BEFORE:
        return [one for _, one in found]  # each is a day of a service; its causes are read with its card
    return _with_causes(found, cube)


def _series(store: Store, snap: Snapshot, whole: Filters, total: "pd.Series[float]", rules: Rules) -> Mapping[Scope, "pd.Series[float]"]:
    """The series to judge: the total and, by each dimension that the view doesn't narrow to one value, those that could matter.

    The simple rule looks at services and the total only. Charges whose usage type isn't known are none.
    """
    keys = ("service",) if rules.mode == DAY_BEFORE else DIMENSIONS
    least = SHARE_OF_ALL * float(total.abs().median()) if total.notna().any() else 0.0
    found: dict[Scope, pd.Series[float]] = {}
    for key in keys:
        if key != "service" and len(whole.selected.get(key, ())) == 1:
            continue
        costs = queries.cost_cube(store, snap, whole, [key])
        wide = costs.pivot_table(index="day", columns=key, values="cost", aggfunc="sum").reindex(total.index).fillna(0.0)
        for value in sorted(wide.columns):
            own = wide[value].where(total.notna())
            if (value or key != "usage_type") and float(own.abs().max()) >= least:
                found[((key, value),)] = own
    if not whole.selected.get("service"):
        found[EVERYTHING] = total
    return found


def _cubes(store: Store, snap: Snapshot, filters: Filters) -> Callable[[Alert], pd.DataFrame]:
    @lru_cache(None)
    def cube(scope: Scope, first: date, last: date) -> pd.DataFrame:
        return origins.cube(store, snap, filters, scope, first, last)

    return lambda alert: cube(alert.scope, alert.event.first, alert.event.last)


def _with_causes(found: list[tuple[Alert, Anomaly]], cube: Callable[[Alert], pd.DataFrame]) -> list[Anomaly]:
    """The anomalies with the smallest part of their scope that explains them, in their order."""
    told: list[tuple[Anomaly, Causes]] = []
    for alert, one in sorted(found, key=lambda pair: pair[1].first, reverse=True):
        told.append((one, origins.causes_in(cube(alert), one, told)))
    return [placed(one, causes) for one, causes in told[::-1]]


def _by_day(alerts: list[Alert]) -> list[Folded]:
    """Each alert for itself, but for the total's that services' of about the same days explain."""
    of_services = [alert.event for alert in alerts if alert.scope]
    return [Folded(alert, (alert,)) for alert in alerts if alert.scope or not _is_explained(alert.event, of_services)]


def _is_explained(event: Event, others: list[Event]) -> bool:
    beside = [other.impact for other in others if other.first <= event.last and other.last >= event.first]
    return sum(impact for impact in beside if impact * event.impact > 0) / event.impact >= _EXPLAINED if event.impact else True
