"""What was unusual, in words and rows: what the anomalies page shows and exports. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from app import format as fmt
from app.charts_judged import Mark
from app.view import NONE
from core.analysis.causes import Causes, Part
from core.analysis.scopes import DIMENSIONS, Scope
from core.insight import Anomaly
from core.services import service

TOTAL = "All services"
OTHER, OFFSETTING = "Other", "Other, offsetting"
STATES = {"open": "Open", "investigating": "Investigating", "expected": "Expected", "resolved": "Resolved"}


def name(anomaly: Anomaly, names: Mapping[str, str] | None = None) -> str:
    """What it is named after: a service, else a usage type, an account (`names` are theirs) or a region, or that it is the total's own."""
    return anomaly.service or place(anomaly.scope, names) or TOTAL


def place(scope: Scope, names: Mapping[str, str] | None = None) -> str:
    """A scope in words: account, service, region and usage type, as far as they are known."""
    shown = [(names or {}).get(value, value) if key == "account" else value or NONE for key, value in scope]
    return ", ".join(shown)


def cause(anomaly: Anomaly, names: Mapping[str, str] | None = None) -> str:
    """ "99.8 % in web, eu-west-1": the share of the place where most of it came from; "" where no one place explains it.

    What the event is named after isn't said again.
    """
    more = tuple(pair for pair in anomaly.where if pair not in anomaly.scope)
    if not more or not anomaly.impact:
        return ""
    return f"{fmt.share(anomaly.where_impact, anomaly.impact)} in {place(more, names)}"


def state(anomaly: Anomaly) -> str:
    """Where it stands, and whether that was learned."""
    return STATES[anomaly.state] + (" (learned)" if anomaly.taught_by else "")


def standing(anomaly: Anomaly) -> str:
    """Where it stands, in a sentence."""
    if anomaly.state_at is None:
        return "Open"
    by = f"by {anomaly.state_by} on {fmt.day(anomaly.state_at.date())}"
    reason = f": {anomaly.state_reason}" if anomaly.state_reason else ""
    if anomaly.taught_by:
        return f"Expected, as one like it was called before ({anomaly.taught_by.removeprefix('anomaly:')}, {by}{reason})"
    return f"{STATES[anomaly.state]}, {by}{reason}"


def sentence(anomaly: Anomaly, names: Mapping[str, str] | None = None) -> str:
    """ "EC2 cost $1,200 more than expected on 3 – 9 Nov 2026"."""
    size = fmt.money(abs(anomaly.impact), anomaly.currency)
    return f"{name(anomaly, names)} cost {size} {_side(anomaly)} than expected on {fmt.period(anomaly.first, anomaly.last)}"


def headline(found: Sequence[Anomaly], settled: date | None, *, judged: bool = True) -> str:
    """The finding in words: how many are open, and the largest; `judged` says whether any day could be."""
    if settled is None:
        return "No day has settled yet, so none was judged"
    if not (found or judged):
        return "None of these days could be judged"
    if not found:
        return f"No anomaly was found up to {fmt.day(settled)}"
    now = [anomaly for anomaly in found if anomaly.open]
    said = "1 open anomaly" if len(now) == 1 else f"{len(now) or 'No'} open anomalies"
    top = largest(now or found)
    if now:
        return f"{said}: {sentence(top)}" if len(now) == 1 else f"{said}; the largest: {sentence(top)}"
    return f"{said}; the largest in these days: {sentence(top)}"


def largest(found: Sequence[Anomaly]) -> Anomaly:
    """The one with the largest impact of either sign; of equals a service's own rather than the total's."""
    return max(found, key=lambda anomaly: (abs(anomaly.impact), bool(anomaly.service)))


def impacts(found: Sequence[Anomaly]) -> tuple[Decimal, Decimal]:
    """What was spent beyond what was expected, and what less. The total's own events are the same money again."""
    own = [anomaly.impact for anomaly in found if anomaly.scope] or [anomaly.impact for anomaly in found]
    return sum((i for i in own if i > 0), Decimal(0)), sum((i for i in own if i < 0), Decimal(0))


def marks(found: Sequence[Anomaly], start: date) -> list[Mark]:
    """A mark on the first day of each event, or on the first day shown where it began before."""
    return [Mark(anomaly.id, max(anomaly.first, start), anomaly.severity, _told(anomaly)) for anomaly in found]


def rows(found: Sequence[Anomaly], names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The table: service (or what else it's named after), cause, state, impact, percent, began, ended, ongoing, severity, expected, actual.

    Amounts are sums over the event's days; `names` are the accounts'.
    """
    return pd.DataFrame(
        {
            "service": [name(anomaly, names) for anomaly in found],
            "cause": [cause(anomaly, names) for anomaly in found],
            "state": [state(anomaly) for anomaly in found],
            "impact": [float(anomaly.impact) for anomaly in found],
            "percent": [anomaly.percent for anomaly in found],
            "began": [anomaly.first for anomaly in found],
            "ended": [anomaly.last for anomaly in found],
            "ongoing": [anomaly.ongoing for anomaly in found],
            "severity": [anomaly.severity.capitalize() for anomaly in found],
            "expected": [float(anomaly.expected) for anomaly in found],
            "actual": [float(anomaly.actual) for anomaly in found],
        }
    )


def cause_rows(causes: Causes, labels: Sequence[Mapping[str, str]], most: int) -> pd.DataFrame:
    """The causes as rows: a column for each key, expected, actual, contribution, share (of the impact, 1 is all), adding up to the impact.

    After the first `most` the rest stands as "Other", and what offsets the impact as "Other, offsetting". `labels` are the values' by key.
    """
    shown, adds, offsets = causes.summed(most)
    rows = [_cause_row(causes, part, [name.get(value, value) for name, value in zip(labels, part.values, strict=True)]) for part in shown]
    for part, name in ((adds, OTHER), (offsets, OFFSETTING)):
        if part:
            rows.append(_cause_row(causes, part, [name, *[""] * (len(causes.keys) - 1)]))
    return pd.DataFrame(rows, columns=[*causes.keys, "expected", "actual", "contribution", "share"])


def _cause_row(causes: Causes, part: Part, values: Sequence[str]) -> dict[str, Any]:
    share = float(part.contribution / causes.impact) if causes.impact else None
    amounts = {"expected": float(part.expected), "actual": float(part.actual), "contribution": float(part.contribution)}
    return {**dict(zip(causes.keys, values, strict=True)), **amounts, "share": share}


def telling(causes: Causes, labels: Mapping[str, Mapping[str, str]]) -> str:
    """Which dimensions say most, in a sentence: "Region ap-southeast-2 makes 100 % of it, account web 99 %"."""
    said = []
    for drill in causes.drills:
        several = len(drill.values) > 1
        names = " and ".join(labels.get(drill.key, {}).get(value, value) or NONE for value in drill.values)
        said.append(f"{_KEYS[drill.key]} {names} {'make' if several else 'makes'} {100 * drill.power:.0f} %")
    if not said:
        return ""
    return f"{said[0][0].upper()}{said[0][1:]} of it" + "".join(f"; {one}" for one in said[1:3]) + "."


_KEYS = dict(zip(DIMENSIONS, ("account", "service", "region", "usage type"), strict=True))


def theirs(found: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """AWS's own anomalies as rows: service, began, ended, impact, cause. `names` are the accounts'."""
    told = [json.loads(details or "{}") for details in found["details"]]
    return pd.DataFrame(
        {
            "service": [_label(one) for one in told],
            "began": list(found["day"]),
            "ended": list(found["last_day"]),
            "impact": [float(value) for value in found["value"]],
            "cause": ["; ".join(_cause(cause, names) for cause in one.get("RootCauses", ())) for one in told],
        }
    )


def beside(rows_of_aws: pd.DataFrame, anomaly: Anomaly) -> pd.DataFrame:
    """Those of AWS's own that are about the same service and touch the same days."""
    same = rows_of_aws["service"] == anomaly.service
    first, last = (pd.to_datetime(rows_of_aws[column]) for column in ("began", "ended"))
    return rows_of_aws[same & (first <= pd.Timestamp(anomaly.last)) & (last >= pd.Timestamp(anomaly.first))]


def _label(anomaly: dict[str, Any]) -> str:
    """The service as this product calls it; what its largest cause used may say more than AWS's name for it."""
    usage_type = next((cause.get("UsageType", "") for cause in anomaly.get("RootCauses", ())), "")
    return service(anomaly.get("DimensionValue", ""), usage_type).label or NONE


def _cause(cause: dict[str, str], names: dict[str, str]) -> str:
    account = cause.get("LinkedAccount", "")
    parts = (names.get(account, account), cause.get("Region", ""), cause.get("UsageType", ""))
    return ", ".join(part for part in parts if part)


def _side(anomaly: Anomaly) -> str:
    return "more" if anomaly.impact > 0 else "less"


def _told(anomaly: Anomaly) -> str:
    """What hovering over its mark says."""
    change = fmt.change(anomaly.actual, anomaly.expected, anomaly.currency)
    days = fmt.period(anomaly.first, anomaly.last)
    return f"{name(anomaly)}, {days}{', ongoing' if anomaly.ongoing else ''}<br><b>{change}</b><br>{anomaly.severity} severity"
