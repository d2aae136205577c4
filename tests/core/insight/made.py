"""Anomalies made by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

from core.analysis.scopes import Scope
from core.insight import Anomaly

EC2: Scope = (("service", "EC2"),)
PLACE: Scope = (("account", "111111111111"), ("service", "EC2"), ("region", "eu-west-1"))


def anomaly(first: str, last: str, impact: str, scope: Scope = EC2, where: Scope = PLACE, **other: Any) -> Anomaly:
    """An event from its first to its last day; a hundred a day was expected."""
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    expected = Decimal(100) * ((ends - begins).days + 1)
    sums = {"expected": expected, "actual": expected + Decimal(impact), "impact": Decimal(impact), "where_impact": Decimal(impact)}
    service = dict(scope).get("service", "")
    ident = other.pop("id", f"anomaly:{service or 'total'}:{first}")
    told = {"severity": "high", "score": 3.0, "currency": "USD", "gradual": False, "ongoing": False, "open": True, "alerts": (ident,)}
    percent = float(100 * Decimal(impact) / expected)
    return Anomaly(
        id=ident, service=service, first=begins, last=ends, percent=percent, scope=scope, where=where, **sums, **{**told, **other}
    )
