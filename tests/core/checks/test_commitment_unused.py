"""Commitments that go unused: what share, of which cost, and until when they count."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.checks.commitment_unused import CHECK
from core.checks.contract import Answer, Finding, NotMeasured, Resource
from tests.core.checks.made_commitments import known, plan, reserved

DATABASE = {
    "DBInstanceClass": "db.m5.large",
    "DBInstanceCount": 4,
    "Duration": 31_536_000,
    "FixedPrice": 876.0,
    "RecurringCharges": [{"RecurringChargeAmount": 0.1, "RecurringChargeFrequency": "Hourly"}],
    "StartTime": "2026-01-09 00:00:00",
}
FOUND = reserved(), known(used={reserved().resource_id: "0.6"})


def database(ident: str = "ri-wiki", **more: Any) -> Resource:
    return Resource("rds:reserved", ident, "111111111111", "us-west-2", "active", attributes={**DATABASE, **more})


def asked(resource: Resource, used: str | None = "0.6") -> Answer:
    return CHECK.find(resource, known(used={} if used is None else {resource.resource_id: used}))


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """A Savings Plan of $3.939 an hour, 80 % of it used."""
    return found(asked(plan(), "0.8"))


def test_it_saves_the_unused_share_of_what_a_reservation_costs() -> None:
    finding = found(asked(reserved()))
    assert finding.monthly_savings == Decimal("292.00")  # 5 × 730 × 0.2 × 40 %
    assert finding.evidence["values"] == {"used_percent": 60.0, "unused_percent": 40.0}
    assert "5 × c5.2xlarge in eu-north-1, was used to 60 % from 14 May 2026 to 12 June 2026" in finding.reason
    assert finding.fix.startswith("aws ec2 describe-reserved-instances --reserved-instances-ids 5108873d-")


def test_an_upfront_fee_is_spread_over_the_term() -> None:
    finding = found(asked(database(), "0.75"))
    # $876 over 8,760 hours is as much as recurs.
    assert finding.monthly_savings == Decimal("146.000")  # 4 × 730 × (0.1 + 0.1) × 25 %
    assert finding.fix == "aws rds describe-reserved-db-instances --reserved-db-instance-id ri-wiki --region us-west-2"


def test_a_plan_s_commitment_holds_its_upfront_part_already() -> None:
    finding = found(asked(plan(), "0.8"))
    assert finding.monthly_savings == Decimal("575.094")  # 730 × 3.939 × 20 %
    assert "EC2Instance of g5 us-west-2" in finding.reason


@pytest.mark.parametrize("used", ["0.95", "0.949999999999", "1", "0.96"])
def test_under_95_percent_is_meant_strictly_and_without_floating_point_s_noise(used: str) -> None:
    assert asked(reserved(), used) is None


def test_just_under_it_is_found() -> None:
    assert found(asked(reserved(), "0.9499")).monthly_savings == Decimal("36.57300")  # 730 × 5.01 %


@pytest.mark.parametrize(
    "over",
    [
        reserved(state="retired"),
        reserved(state="payment-pending"),
        reserved(End="2026-06-15 00:00:00"),
        plan(end="2026-06-14T23:59:59.000Z"),
        database(StartTime="2025-06-15 00:00:00"),
    ],
)
def test_what_has_ended_or_not_begun_is_silent(over: Resource) -> None:
    assert asked(over, "0") is None


def test_unknown_use_is_not_unused() -> None:
    answer = asked(reserved(), None)
    assert isinstance(answer, NotMeasured)
    assert "doesn't say how much of it was used" in answer.reason


def test_a_database_s_reservation_is_known_by_its_lease_too() -> None:
    held = known(used={"lease-1": "0.5"})
    assert isinstance(CHECK.find(database(LeaseId="lease-1"), held), Finding)


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (reserved(CurrencyCode="CNY"), "billed in CNY"),
        (reserved(RecurringCharges=[{"Amount": 1.0, "Frequency": "Monthly"}]), "doesn't say what it costs"),
        (reserved(RecurringCharges=[]), "doesn't say what it costs"),
        (reserved(InstanceCount=None), "doesn't say what it costs"),
        (plan(commitment=None), "doesn't say what it costs"),
        (plan(commitment="much"), "doesn't say what it costs"),
    ],
)
def test_a_cost_that_isn_t_known_is_not_guessed(lacking: Resource, said: str) -> None:
    finding = found(asked(lacking))
    assert finding.monthly_savings is None
    assert said in finding.reason


def test_a_convertible_one_can_be_exchanged_and_an_odd_id_stays_one_word() -> None:
    assert "get-reserved-instances-exchange-quote" in found(asked(reserved(OfferingClass="convertible"))).fix
    odd = database("ri $(id)")
    assert "--reserved-db-instance-id 'ri $(id)' --region" in found(asked(odd)).fix


def test_times_that_can_t_be_read_are_no_end() -> None:
    assert isinstance(asked(reserved(End="soon")), Finding)
    assert isinstance(asked(replace(reserved(), attributes={**reserved().attributes, "End": None})), Finding)
