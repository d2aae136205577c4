"""Anomalies in words and rows, and where an event came from."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from app import anomalies
from core.insight import Anomaly

SETTLED = date(2026, 8, 20)


def anomaly(service: str, first: int, last: int, expected: str, actual: str, **other: Any) -> Anomaly:
    """An event of August 2026, by its days."""
    impact = Decimal(actual) - Decimal(expected)
    days = {"id": f"anomaly:{service or 'total'}:2026-08-{first:02}", "first": date(2026, 8, first), "last": date(2026, 8, last)}
    sums = {"expected": Decimal(expected), "actual": Decimal(actual), "impact": impact, "percent": float(100 * impact / Decimal(expected))}
    told = {"severity": "high", "score": 3.0, "currency": "USD", "gradual": False, "ongoing": last == SETTLED.day, "open": True}
    return Anomaly(service=service, **days, **sums, **{**told, **other})


EC2 = anomaly("EC2", 18, 20, "300", "1500")
S3 = anomaly("S3", 5, 5, "100", "40", severity="medium", open=False)
LOGS = anomaly("CloudWatch", 7, 9, "30", "90", severity="low")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "No anomaly was found up to 20 Aug 2026"),
        ([EC2], "1 open anomaly: EC2 cost $1,200 more than expected on 18 – 20 Aug 2026"),
        ([LOGS, S3, EC2], "2 open anomalies; the largest: EC2 cost $1,200 more than expected on 18 – 20 Aug 2026"),
        ([S3], "No open anomalies; the largest in these days: S3 cost $60.00 less than expected on 5 Aug 2026"),
    ],
)
def test_the_finding_in_words(found: list[Anomaly], said: str) -> None:
    assert anomalies.headline(found, SETTLED) == said


def test_without_a_settled_day_nothing_was_judged() -> None:
    assert anomalies.headline([], None) == "No day has settled yet, so none was judged"
    assert anomalies.headline([], SETTLED, judged=False) == "None of these days could be judged"


def test_impacts_are_apart_by_sign_and_the_total_does_not_count_twice() -> None:
    total = anomaly("", 18, 20, "1000", "2200")
    assert anomalies.impacts([EC2, S3, LOGS, total]) == (Decimal(1260), Decimal(-60))
    assert anomalies.impacts([total]) == (Decimal(1200), Decimal(0))
    assert anomalies.impacts([]) == (Decimal(0), Decimal(0))


def test_an_event_from_before_the_days_shown_is_marked_on_their_first() -> None:
    marks = anomalies.marks([EC2, S3], date(2026, 8, 19))
    assert [(mark.id, mark.day.day, mark.severity) for mark in marks] == [
        ("anomaly:EC2:2026-08-18", 19, "high"),
        ("anomaly:S3:2026-08-05", 19, "medium"),
    ]
    assert marks[0].told == "EC2, 18 – 20 Aug 2026, ongoing<br><b>+$1,200 (+400.0 %)</b><br>high severity"


def test_a_row_for_each_event() -> None:
    rows = anomalies.rows([EC2, anomaly("", 5, 5, "100", "40")])
    assert list(rows["service"]) == ["EC2", "All services"]
    assert rows.iloc[0].to_dict() == {
        "service": "EC2",
        "began": date(2026, 8, 18),
        "ended": date(2026, 8, 20),
        "ongoing": True,
        "severity": "High",
        "impact": 1200.0,
        "percent": 400.0,
        "expected": 300.0,
        "actual": 1500.0,
    }


def daily(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame([(pd.Timestamp(2026, 8, day), name, Decimal(cost)) for day, name, cost in rows], columns=["day", "name", "cost"])


def test_drivers_are_means_a_day_beside_the_seven_days_before() -> None:
    before = [(day, "web", "10") for day in range(11, 18)] + [(day, "data", "4") for day in range(11, 18)]
    during = [(18, "web", "10"), (19, "web", "10"), (18, "data", "4"), (19, "data", "24"), (18, "new", "3")]
    too_early = [(10, "web", "1000"), (10, "data", "1000")]
    found = anomalies.drivers(daily(*too_early, *before, *during), date(2026, 8, 18), date(2026, 8, 19))
    assert found.to_dict("records") == [
        {"name": "data", "before": 4.0, "during": 14.0, "change": 10.0},
        {"name": "new", "before": 0.0, "during": 1.5, "change": 1.5},
    ]


def test_nothing_changed_where_there_are_no_costs() -> None:
    assert anomalies.drivers(daily(), date(2026, 8, 18), date(2026, 8, 19)).empty


def aws(*found: tuple[int, int, float, dict[str, Any]]) -> pd.DataFrame:
    rows = [(pd.Timestamp(2026, 8, first), pd.Timestamp(2026, 8, last), value, json.dumps(told)) for first, last, value, told in found]
    return pd.DataFrame(rows, columns=["day", "last_day", "value", "details"])


def test_aws_s_own_stand_beside_ours_of_the_same_service_and_days() -> None:
    compute = {
        "DimensionValue": "Amazon Elastic Compute Cloud - Compute",
        "RootCauses": [{"LinkedAccount": "111111111111", "Region": "eu-west-1", "UsageType": "EU-BoxUsage:m6a.large"}],
    }
    nat = {"DimensionValue": "EC2 - Other", "RootCauses": [{"UsageType": "NatGateway-Bytes"}]}
    rows = anomalies.theirs(aws((19, 22, 900.0, compute), (1, 4, 5.0, nat), (1, 17, 7.0, compute)), {"111111111111": "web"})
    assert list(rows["service"]) == ["EC2", "NAT Gateway", "EC2"]
    assert rows["cause"][0] == "web, eu-west-1, EU-BoxUsage:m6a.large"
    assert list(anomalies.beside(rows, EC2)["impact"]) == [900.0]
    assert anomalies.beside(rows, LOGS).empty
