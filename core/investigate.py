"""Asking Cost Explorer for the usage types of one anomaly: one metered request, kept, so that it's asked once.

Cost Explorer's daily figures are collected by account, service and region; by usage type a collection would need many requests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

import pandas as pd

from core import runs
from core.analysis.causes import BEFORE, Causes, Part, explain
from core.analysis.scopes import Scope
from core.aws import costs
from core.aws.access import Access
from core.aws.costs import Answer as Told
from core.aws.costs import Filter, Question, both, one_of
from core.aws.meter import COST_EXPLORER_REQUEST_USD, Meter
from core.collectors.cost_explorer import OTHER_CHARGES, USAGE
from core.errors import ActionRefused
from core.insight.anomaly import Anomaly
from core.insight.origins import origins
from core.models import COST_EXPLORER, USAGE_CATEGORY, Filters, RunStatus, Snapshot, month_after
from core.said import stamp, utc
from core.services import EC2_OTHER_LABELS, names_of
from core.store import anomaly_causes, writes
from core.store.anomaly_causes import Answer
from core.store.client import Store

KIND = "question"
"""The kind of its runs in the ledger."""

USD = COST_EXPLORER_REQUEST_USD

_KEY, _NONE = "usage_type", "NoUsageType"
_ASKED_BY = {"account": "LINKED_ACCOUNT", "region": "REGION", "usage_type": "USAGE_TYPE"}


def can_ask(snap: Snapshot, filters: Filters, anomaly: Anomaly) -> bool:
    """Whether Cost Explorer alone knows an anomaly's days, and its usage type isn't known."""
    first, last = month_after(anomaly.first - timedelta(days=BEFORE)), month_after(anomaly.last)
    kinds = {bill.kind for bill in snap.bills if first <= bill.month <= last}
    known = any(key == _KEY and value for key, value in anomaly.where)
    categories = filters.selected.get("category", (USAGE_CATEGORY,))
    asked = {USAGE_CATEGORY, *OTHER_CHARGES}
    tagged = any(key.startswith("tag:") and values for key, values in filters.selected.items())
    return kinds == {COST_EXPLORER} and not known and filters.cost_type in costs.METRICS and set(categories) <= asked and not tagged


def answer_of(anomaly: Anomaly, answers: Mapping[str, Answer]) -> Answer | None:
    """What was said of an anomaly, also before more days gave it another id."""
    return next((answers[ident] for ident in (anomaly.id, *anomaly.alerts) if ident in answers), None)


def ask(
    store: Store,
    access: Access,
    snap: Snapshot,
    filters: Filters,
    anomaly: Anomaly,
    found: Sequence[Anomaly],
    as_of: date,
    *,
    clock: runs.Clock = runs.utc_now,
) -> Answer:
    """Ask for the usage types of an anomaly's place under a view, keep the answer, and write down what it cost.

    `found` are the anomalies that it was found with. Raises ActionRefused where it can't be asked, RunBusy while another run is going on,
    AwsError, and StoreError.
    """
    if held := answer_of(anomaly, anomaly_causes.answers(store)):
        return held
    if not can_ask(snap, filters, anomaly):
        raise ActionRefused(
            "Cost Explorer can't say more about this anomaly.", "Its usage types are known, or a billing export has its days."
        )
    place = origins(store, snap, filters, anomaly, found).causes.inside(anomaly.where)
    with runs.run(store, KIND, as_of, clock, f"Usage types of {anomaly.id}") as run:
        try:
            told = costs.ask(access.client("ce"), question(filters, anomaly))
        finally:
            _keep_calls(store, run.run_id, access.meter, clock)
        causes = explained(told, filters, anomaly, place)
        run.status, run.line_count = RunStatus.UNCHANGED, len(told.rows)
        answer = _answer(anomaly, filters, place, causes, run.run_id, access.meter, utc(clock()))
        anomaly_causes.add(store, answer, stamp(answer.at))
    return answer


def _keep_calls(store: Store, run_id: str, meter: Meter, clock: runs.Clock) -> None:
    own = {"run_id": run_id, "called_at": f"{clock():%Y-%m-%d %H:%M:%S}"}
    writes.insert_rows(store, "api_calls", ({**own, **asdict(call)} for call in meter.calls()))


def _answer(anomaly: Anomaly, filters: Filters, place: Part, causes: Causes, run_id: str, meter: Meter, at: datetime) -> Answer:
    asked = sum(call.requests for call in meter.calls() if call.service == COST_EXPLORER)
    return Answer(
        anomaly=anomaly.id,
        at=at,
        run_id=run_id,
        first=anomaly.first,
        last=anomaly.last,
        expected=place.expected,
        actual=place.actual,
        currency=anomaly.currency,
        cost_type=filters.cost_type.value,
        requests=asked,
        usd=meter.usd,
        parts=causes.parts,
    )


def question(filters: Filters, anomaly: Anomaly) -> Question:
    """What is asked: the anomaly's place under a view, its days and the 28 before them, by usage type."""
    start, end = anomaly.first - timedelta(days=BEFORE), anomaly.last + timedelta(days=1)
    return Question(start, end, ("USAGE_TYPE",), where=both(*_conditions(filters, anomaly.where)))


def explained(told: Told, filters: Filters, anomaly: Anomaly, place: Part) -> Causes:
    """The answer as causes by usage type that add up to the impact of the anomaly's place to the cent."""
    rows = [(_name(row.keys[0]), row.start, float(row.amounts[filters.cost_type])) for row in told.rows]
    cube = pd.DataFrame(rows, columns=[_KEY, "day", "cost"]).astype({"day": "datetime64[ns]", "cost": float})
    return explain(cube, [_KEY], anomaly.first, anomaly.last, place.expected, place.actual)


def _conditions(filters: Filters, scope: Scope) -> list[Filter]:
    chosen = {**filters.selected, **{key: (value,) for key, value in scope}}
    found: list[Filter] = [_categories(chosen.get("category", (USAGE_CATEGORY,)))]
    for key, name in _ASKED_BY.items():
        if values := chosen.get(key):
            found.append(one_of(name, [value or _no(name) for value in values]))
    if services := chosen.get("service"):
        found.append(one_of("SERVICE", _names(services)))
    return found


def _categories(chosen: Sequence[str]) -> Filter:
    if tuple(chosen) == (USAGE_CATEGORY,):
        return USAGE
    types = [name for category in chosen if category != USAGE_CATEGORY for name in OTHER_CHARGES[category]]
    return {"Or": [USAGE, one_of("RECORD_TYPE", types)]} if USAGE_CATEGORY in chosen else one_of("RECORD_TYPE", types)


def _names(labels: Sequence[str]) -> list[str]:
    """Cost Explorer's names for services: its own among all that are known."""
    return [name for label in labels for name in (("EC2 - Other",) if label in EC2_OTHER_LABELS else names_of(label))]


def _no(name: str) -> str:
    return "NoRegion" if name == "REGION" else _NONE


def _name(usage_type: str) -> str:
    return "" if usage_type == _NONE else usage_type
