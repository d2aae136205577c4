"""AWS's own recommendations beside ours: what they save at our prices, where both agree, and what became of the instance."""

from decimal import Decimal
from typing import Any

import pytest

from core.checks.ce_rightsizing import CHECK
from core.checks.contract import Answer, Facts, Finding, NotMeasured, Resource
from core.pools import RIGHTSIZING
from tests.core.checks.made import CPU, IN, NASTY, OUT, P99, PRICES, REGION, flat, instance, price
from tests.core.checks.made_commitments import known, subjects

IDLE = {CPU: flat(1.0), IN: flat(1.0), OUT: flat(1.0)}
LOW = {CPU: flat(10.0), P99: flat(20.0)}
BUSY = {CPU: flat(50.0)}
IDENT = "i-0123456789abcdef0"


def said(action: str = "TERMINATE", target: str = "", **more: Any) -> dict[str, Any]:
    base = {"account_id": "111111111111", "region": REGION, "resource_id": IDENT, "action": action, "instance_type": "m9.xlarge"}
    return {**base, "target_type": target, "saving": "140.5", "currency": "USD", "why": ["CPU_OVER_PROVISIONED"], **more}


def held(one: Resource | None, advice: dict[str, Any], **more: Any) -> Facts:
    return known([] if one is None else [one], listed=PRICES, recommended={"rightsizing": [advice]}, **more)


def asked(one: Resource | None, advice: dict[str, Any]) -> Answer:
    facts = held(one, advice)
    (subject,) = subjects(RIGHTSIZING, facts)
    return CHECK.find(subject, facts)


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


_FACTS = held(instance(IDLE, name=NASTY), said())
FOUND = subjects(RIGHTSIZING, _FACTS)[0], _FACTS


def worked_example() -> Finding:
    """m6a.2xlarge with Linux in us-east-1 that AWS would make an m6a.xlarge."""
    listed = tuple(
        price(f"BoxUsage:{kind}/RunInstances", usd, region="us-east-1")
        for kind, usd in (("m6a.2xlarge", "0.3456"), ("m6a.xlarge", "0.1728"))
    )
    one = instance(BUSY, "m6a.2xlarge", region="us-east-1")
    facts = known([one], listed=listed, recommended={"rightsizing": [said("MODIFY", "m6a.xlarge", instance_type="m6a.2xlarge")]})
    (subject,) = subjects(RIGHTSIZING, facts)
    return found(CHECK.find(subject, facts))


def test_ending_it_saves_all_at_our_own_price_and_agrees_with_idle() -> None:
    finding = found(asked(instance(IDLE), said()))
    assert finding.monthly_savings == Decimal("146.0")  # 730 × 0.2
    assert finding.confidence == 0.9
    assert finding.evidence["values"]["agrees_with_ours"] is True
    assert finding.evidence["values"]["aws_estimated_monthly_savings"] == "140.5"
    assert "AWS reckons $140.50 a month" in finding.reason
    assert finding.fix == f"aws ec2 stop-instances --instance-ids {IDENT} --region {REGION}"


def test_a_smaller_type_saves_the_difference_and_agrees_where_ours_names_the_same() -> None:
    finding = found(asked(instance(LOW), said("MODIFY", "m9.large")))
    assert finding.monthly_savings == Decimal("73.0")  # 730 × (0.2 − 0.1)
    assert finding.reason.endswith("Agrees with ours: m9.large is enough.")
    assert "modify-instance-attribute" in finding.fix


@pytest.mark.parametrize(
    ("use", "advice", "says"),
    [
        (IDLE, said("MODIFY", "m9.large"), "Ours goes further: it is idle"),
        (LOW, said(), "Ours says m9.large"),
        (BUSY, said("MODIFY", "m9.large"), "Ours finds nothing here"),
        ({}, said("MODIFY", "m9.large"), "Ours can't measure it"),
    ],
)
def test_where_ours_says_something_else(use: dict[Any, Any], advice: dict[str, Any], says: str) -> None:
    finding = found(asked(instance(use), advice))
    assert finding.reason.endswith(f"{says}.")
    assert finding.confidence == 0.6
    assert finding.evidence["values"]["agrees_with_ours"] is False


@pytest.mark.parametrize(
    ("one", "advice"),
    [
        (instance(IDLE, state="stopped"), said()),
        (instance(BUSY, "m9.2xlarge"), said()),  # it was resized since
        (instance(BUSY), said("MODIFY", "m9.xlarge")),
        (instance(BUSY), said("MODIFY", "m9.2xlarge")),  # costs more
        (instance(BUSY), said("MODIFY", "$(id)")),
        (instance(BUSY), said("MODIFY", "")),
        (instance(BUSY), said("WAIT")),
    ],
)
def test_what_is_out_of_date_or_saves_nothing(one: Resource, advice: dict[str, Any]) -> None:
    assert asked(one, advice) is None


def test_an_instance_that_isn_t_in_the_inventory_is_not_measured() -> None:
    answer = asked(None, said())
    assert isinstance(answer, NotMeasured)
    assert "isn't in the inventory" in answer.reason


def test_a_target_without_a_price_has_no_amount_of_ours() -> None:
    finding = found(asked(instance(BUSY), said("MODIFY", "m9.medium", saving=None)))
    assert finding.monthly_savings is None
    assert "AWS names no amount" in finding.reason
    assert "no price for BoxUsage:m9.medium" in finding.reason


def test_an_amount_that_can_t_be_read_is_said_to_be_so() -> None:
    assert "an amount that can't be read" in found(asked(instance(IDLE), said(saving="lots"))).reason


def test_in_an_auto_scaling_group_the_template_has_to_change() -> None:
    grouped = instance(IDLE, tags={"aws:autoscaling:groupName": "web"})
    assert found(asked(grouped, said())).fix.startswith("aws autoscaling describe-auto-scaling-instances")
