"""What was unusual, in words and rows: what the anomalies page shows and exports. Pure."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from app import format as fmt
from app.charts_judged import Mark
from app.view import NONE
from core.insight import Anomaly
from core.services import service

TOTAL = "All services"
DAYS_BEFORE = 7
"""What an event is held against, to see where it came from."""


def name(anomaly: Anomaly) -> str:
    """The service, or that it is the total's own."""
    return anomaly.service or TOTAL


def sentence(anomaly: Anomaly) -> str:
    """ "EC2 cost $1,200 more than expected on 3 – 9 Nov 2026"."""
    size = fmt.money(abs(anomaly.impact), anomaly.currency)
    return f"{name(anomaly)} cost {size} {_side(anomaly)} than expected on {fmt.period(anomaly.first, anomaly.last)}"


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
    """What services cost beyond what was expected, and what they cost less. The total's own events are the same money again."""
    own = [anomaly.impact for anomaly in found if anomaly.service] or [anomaly.impact for anomaly in found]
    return sum((i for i in own if i > 0), Decimal(0)), sum((i for i in own if i < 0), Decimal(0))


def marks(found: Sequence[Anomaly], start: date) -> list[Mark]:
    """A mark on the first day of each event, or on the first day shown where it began before."""
    return [Mark(anomaly.id, max(anomaly.first, start), anomaly.severity, _told(anomaly)) for anomaly in found]


def rows(found: Sequence[Anomaly]) -> pd.DataFrame:
    """The table: service, impact, percent, began, ended, ongoing, severity, expected, actual (sums over the event's days)."""
    return pd.DataFrame(
        {
            "service": [name(anomaly) for anomaly in found],
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


def drivers(daily: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Where an event came from: the mean cost a day during it beside the 7 days before, the largest change first.

    `daily` has day, name, cost. Columns: name, before, during, change (floats); those that didn't change by half a cent are left out.
    """
    start = pd.Timestamp(first)
    costs = daily.assign(cost=daily["cost"].astype(float))
    earlier = costs["day"].between(start - timedelta(days=DAYS_BEFORE), start - timedelta(days=1))
    within = costs["day"].between(start, pd.Timestamp(last))
    means = pd.DataFrame(
        {
            "before": costs[earlier].groupby("name")["cost"].sum() / DAYS_BEFORE,
            "during": costs[within].groupby("name")["cost"].sum() / ((last - first).days + 1),
        }
    ).fillna(0.0)
    means["change"] = means["during"] - means["before"]
    changed = means[means["change"].abs() >= 0.005]
    order = changed["change"].abs().sort_values(ascending=False, kind="stable").index
    return changed.loc[order].rename_axis("name").reset_index()


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
