"""Volumes on nothing: for how long is only partly known, and it is said how."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.ebs_unattached import CHECK
from tests.core.checks.made import AS_OF, DAYS, NASTY, NOW, READS, facts, price, volume

FOUND = volume(30, name=NASTY), facts()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """io1 in us-east-1, 50 GiB with 1,000 IOPS."""
    here = "us-east-1"
    prices = (
        price("EBS:VolumeUsage.piops", "0.125", "GB-Mo", region=here),
        price("EBS:VolumeP-IOPS.piops", "0.065", "IOPS-Mo", region=here),
    )
    return found(CHECK.find(volume(30, "io1", 50, Iops=1000, region=here), facts(prices)))


def test_it_saves_what_the_volume_costs() -> None:
    finding = found(CHECK.find(volume(30), facts()))
    assert finding.monthly_savings == Decimal("16.00")  # 200 × 0.08
    assert "vol-0123456789abcdef0 (old), 200 GiB of gp3" in finding.reason
    assert "created on 16 May 2026" in finding.reason
    assert finding.fix == "aws ec2 delete-volume --volume-id vol-0123456789abcdef0 --region eu-north-1"
    assert finding.confidence == 0.95


@pytest.mark.parametrize(("days", "finds"), [(1.0, False), (1.0001, True), (0.5, False), (400, True)])
def test_more_than_a_day_is_meant_strictly(days: float, finds: bool) -> None:
    assert isinstance(CHECK.find(volume(days), facts()), Finding) == finds


def test_iops_and_throughput_that_are_paid_for_count() -> None:
    fast = volume(30, Iops=5000, Throughput=637)
    # 200 × 0.08 + 2,000 × 0.005 + (637 − 125) ÷ 1,024 × 40.96
    assert found(CHECK.find(fast, facts())).monthly_savings == Decimal("46.48")
    # 50 × 0.125 + 1,000 × 0.065
    assert found(CHECK.find(volume(30, "io1", 50, Iops=1000), facts())).monthly_savings == Decimal("71.25")
    # What gp3 has without charge costs nothing.
    assert found(CHECK.find(volume(30, Iops=3000, Throughput=125), facts())).monthly_savings == Decimal("16.00")


def used_on(*days: date) -> dict[tuple[str, str], dict[date, float | None]]:
    return {READS: {day: 5.0 if day in days else None for day in DAYS}}


def test_a_volume_that_a_running_instance_had_lately_is_left_alone() -> None:
    assert CHECK.find(volume(300, series=used_on(AS_OF - timedelta(days=1))), facts()) is None
    # Last in use two days ago: on nothing since the end of that day at the latest, which is one day, and not more.
    assert CHECK.find(volume(300, series=used_on(AS_OF - timedelta(days=2))), facts()) is None
    finding = found(CHECK.find(volume(300, series=used_on(AS_OF - timedelta(days=3))), facts()))
    assert finding.evidence["values"] == {"days": 2.0}
    assert "last data on 12 June 2026" in finding.reason


def test_a_volume_that_an_inventory_saw_attached_lately_is_left_alone() -> None:
    assert CHECK.find(volume(300, seen={"in-use": NOW - timedelta(hours=20)}), facts()) is None
    finding = found(CHECK.find(volume(300, seen={"in-use": NOW - timedelta(days=4)}), facts()))
    assert finding.evidence["values"] == {"days": 4.0}
    assert "last seen attached on 11 June 2026" in finding.reason


def test_where_cloudwatch_was_not_asked_it_is_less_sure_and_says_so() -> None:
    finding = found(CHECK.find(volume(300, series={}), facts()))
    assert finding.confidence == 0.6
    assert "CloudWatch wasn't asked" in finding.reason


def test_an_attached_volume_is_left_alone() -> None:
    assert CHECK.find(volume(300, state="in-use"), facts()) is None


def test_without_a_creation_time_it_is_not_measured() -> None:
    nameless = volume(300)
    object.__setattr__(nameless, "created_at", None)
    assert isinstance(CHECK.find(nameless, facts()), NotMeasured)


def test_without_a_price_nothing_is_guessed() -> None:
    finding = found(CHECK.find(volume(30, "st1"), facts()))
    assert finding.monthly_savings is None
    assert "no price for EBS:VolumeUsage.st1 in eu-north-1" in finding.reason
    elsewhere = found(CHECK.find(volume(30, region="eu-south-2"), facts()))
    assert elsewhere.monthly_savings is None


def test_a_volume_of_a_type_or_size_that_is_not_known_is_found_without_a_price() -> None:
    assert "no price for EBS:VolumeUsage.gp9" in found(CHECK.find(volume(30, "gp9"), facts())).reason
    assert "doesn't say how large" in found(CHECK.find(volume(30, size=0), facts())).reason
