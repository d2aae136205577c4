"""Anomalies in words and rows, and where an event came from."""

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from app import anomalies
from core.analysis.causes import Causes, Drill, Part
from core.insight import Anomaly

SETTLED = date(2026, 8, 20)


def anomaly(service: str, first: int, last: int, expected: str, actual: str, **other: Any) -> Anomaly:
    """An event of August 2026, by its days."""
    impact = Decimal(actual) - Decimal(expected)
    days = {"id": f"anomaly:{service or 'total'}:2026-08-{first:02}", "first": date(2026, 8, first), "last": date(2026, 8, last)}
    sums = {"expected": Decimal(expected), "actual": Decimal(actual), "impact": impact, "percent": float(100 * impact / Decimal(expected))}
    told = {"severity": "high", "score": 3.0, "currency": "USD", "gradual": False, "ongoing": last == SETTLED.day, "open": True}
    scope = (("service", service),) if service else ()
    return Anomaly(service=service, scope=scope, where=scope, **days, **sums, **{**told, **other})


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
        "cause": "",
        "state": "Open",
        "began": date(2026, 8, 18),
        "ended": date(2026, 8, 20),
        "ongoing": True,
        "severity": "High",
        "impact": 1200.0,
        "percent": 400.0,
        "expected": 300.0,
        "actual": 1500.0,
    }


NAMES = {"111111111111": "web"}
PLACE = (("account", "111111111111"), ("service", "EC2"), ("region", "eu-west-1"))


def test_a_cause_is_the_place_without_what_the_event_is_named_after() -> None:
    told = replace(EC2, where=PLACE, where_impact=Decimal(1188))
    assert anomalies.cause(told, NAMES) == "99.0 % in web, eu-west-1"
    assert anomalies.cause(EC2, NAMES) == ""


def test_what_is_no_services_is_named_after_what_it_is() -> None:
    account = replace(anomaly("", 18, 20, "300", "1500"), scope=(("account", "111111111111"),))
    assert (anomalies.name(account, NAMES), anomalies.name(account)) == ("web", "111111111111")
    assert anomalies.name(anomaly("", 18, 20, "300", "1500")) == "All services"


def test_where_it_stands_is_a_sentence() -> None:
    said = {"state": "expected", "state_by": "Ana", "state_at": datetime(2026, 8, 21, 9), "state_reason": "Load test"}
    assert (anomalies.state(EC2), anomalies.standing(EC2)) == ("Open", "Open")
    assert anomalies.standing(replace(EC2, **said)) == "Expected, by Ana on 21 Aug 2026: Load test"
    learned = replace(EC2, **said, taught_by="anomaly:EC2:2026-07-18")
    assert anomalies.state(learned) == "Expected (learned)"
    assert anomalies.standing(learned) == ("Expected, as one like it was called before (EC2:2026-07-18, by Ana on 21 Aug 2026: Load test)")


def test_causes_are_rows_that_add_up_with_other_and_offsetting() -> None:
    sizes = {("web", "eu"): (100, 900), ("data", "eu"): (50, 80), ("data", "us"): (40, 60), ("old", "us"): (60, 10), ("old", "eu"): (9, 9)}
    parts = tuple(Part(values, Decimal(expected), Decimal(actual)) for values, (expected, actual) in sizes.items())
    causes = Causes(("account", "region"), parts, (Drill("region", ("eu",), 0.94, 0.1), Drill("account", ("web",), 1.0, 0.05)))
    rows = anomalies.cause_rows(causes, [{"web": "Web shop"}, {}], 2)
    assert list(rows["account"]) == ["Web shop", "data", "Other", "Other, offsetting"]
    assert list(rows["contribution"]) == [800, 30, 20, -50]
    assert rows["contribution"].sum() == causes.impact == 800
    assert list(rows["share"]) == [1, 0.0375, 0.025, -0.0625]
    assert anomalies.telling(causes, {"account": {"web": "Web shop"}}) == "Region eu makes 94 % of it; account Web shop makes 100 %."


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
