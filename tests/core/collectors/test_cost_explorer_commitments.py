"""How far commitments are used, from answers made by hand: every page, every name, and what isn't said."""

import json
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest

from core.aws.access import Access
from core.collectors.cost_explorer_commitments import plans, reservations
from core.errors import AwsError
from core.models import NO_MONTH
from core.store import facts, writes
from core.store.client import Store
from core.weekly import METHOD
from tests.core.collectors.made_ce import Answers

FIRST, LAST = date(2026, 10, 22), date(2026, 11, 21)
RI = "987e7ed1-58f4-e868-aac6-735e949892de"
ARN = f"arn:aws:ec2:us-east-1:222233334444:reserved-instances/{RI}"


def group(value: str, used: dict[str, str], **attributes: str) -> dict[str, Any]:
    return {"Key": "SUBSCRIPTION_ID", "Value": value, "Attributes": attributes, "Utilization": used}


def page(*groups: dict[str, Any], **more: str) -> dict[str, Any]:
    return {"UtilizationsByTime": [{"Groups": list(groups)}], **more}


def asked(answers: Answers) -> list[dict[str, Any]]:
    return list(reservations(cast(Access, answers), "Amazon Elastic Compute Cloud - Compute", FIRST, LAST))


def test_the_share_used_is_exact_and_the_reservation_is_known_by_every_name() -> None:
    hours = {"TotalActualHours": "13680", "PurchasedHours": "14400", "UtilizationPercentage": "94.99"}
    (found,) = asked(Answers(get_reservation_utilization=[page(group("1187", hours, leaseId="lease-1", reservationARN=ARN))]))
    details = json.loads(found["details"])
    assert details == {"used": "0.95", "names": ["lease-1", ARN, RI], "said_by": "GetReservationUtilization"}
    assert (found["subject"], found["day"], found["last_day"]) == ("1187", FIRST, date(2026, 11, 20))


def test_attributes_may_be_spelled_in_any_case() -> None:
    hours = {"TotalActualHours": "1", "PurchasedHours": "2"}
    (found,) = asked(Answers(get_reservation_utilization=[page(group("1", hours, LeaseId="x", ReservationARN="arn:aws:rds:r:1:ri:mine"))]))
    assert json.loads(found["details"])["names"] == ["x", "arn:aws:rds:r:1:ri:mine", "mine"]


@pytest.mark.parametrize(
    ("said", "used"),
    [
        ({"UtilizationPercentage": "80"}, "0.8"),
        ({"PurchasedHours": "0", "TotalActualHours": "0"}, None),
        ({"PurchasedHours": "lots"}, None),
        ({}, None),
    ],
)
def test_what_isn_t_said_is_not_zero(said: dict[str, str], used: str | None) -> None:
    found = asked(Answers(get_reservation_utilization=[page(group("1", said))]))
    assert [json.loads(row["details"])["used"] for row in found] == ([used] if used else [])


def test_every_page_is_read_and_grouped_by_subscription() -> None:
    hours = {"TotalActualHours": "1", "PurchasedHours": "1"}
    answers = Answers(get_reservation_utilization=[page(group("1", hours), NextPageToken="more"), page(group("2", hours))])
    assert [row["subject"] for row in asked(answers)] == ["1", "2"]
    first, second = answers.asked
    assert second["NextPageToken"] == "more"
    assert first["GroupBy"] == [{"Type": "DIMENSION", "Key": "SUBSCRIPTION_ID"}]
    assert "Granularity" not in first


def test_savings_plans_page_by_page() -> None:
    arn = "arn:aws:savingsplans::444455556666:savingsplan/7bbae276"
    used = {"UsedCommitment": "2268.864", "TotalCommitment": "2836.08"}
    answers = Answers(
        get_savings_plans_utilization_details=[
            {"SavingsPlansUtilizationDetails": [{"SavingsPlanArn": arn, "Utilization": used}], "NextToken": "more"},
            {"SavingsPlansUtilizationDetails": [{"SavingsPlanArn": arn}]},
        ]
    )
    (found,) = plans(cast(Access, answers), FIRST, LAST)
    assert json.loads(found["details"]) == {"used": "0.8", "names": ["7bbae276"], "said_by": "GetSavingsPlansUtilizationDetails"}
    assert answers.asked[1]["NextToken"] == "more"


def test_a_refusal_names_the_action() -> None:
    with pytest.raises(AwsError, match="ce:GetReservationUtilization"):
        asked(Answers(get_reservation_utilization="AccessDeniedException"))


def test_checks_get_it_by_every_name(store: Store) -> None:
    hours = {"TotalActualHours": "3", "PurchasedHours": "4"}
    rows = asked(Answers(get_reservation_utilization=[page(group("1187", hours, leaseId="lease-1", reservationARN=ARN))]))
    own = {
        "run_id": "r",
        "source": "aws-utilisation-ec2:AWS:1",
        "month": NO_MONTH,
        "kind": "utilisation-ec2",
        "method": METHOD,
        "as_of": LAST,
    }
    marker = {"subject": "", "day": LAST, "last_day": LAST}
    writes.insert_rows(store, "analysis_results", ({**own, **row} for row in (marker, *rows)))
    found = facts.utilisation(store, "r")
    assert found.keys() == {"1187", "lease-1", ARN, RI}
    assert (found[RI].used, found[RI].first, found[RI].last) == (Decimal("0.75"), FIRST, date(2026, 11, 20))
