"""gp2 volumes: what gp3 needs to be as fast, and only where that costs less."""

from decimal import Decimal

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.ebs_gp2_to_gp3 import CHECK, needed
from tests.core.checks.made import NASTY, PRICES, facts, price, volume

FOUND = volume(30, "gp2", 100, name=NASTY), facts()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """2,000 GiB of gp2 in us-east-1."""
    here = "us-east-1"
    prices = (
        price("EBS:VolumeUsage.gp2", "0.1", "GB-Mo", region=here),
        price("EBS:VolumeUsage.gp3", "0.08", "GB-Mo", region=here),
        price("EBS:VolumeP-IOPS.gp3", "0.005", "IOPS-Mo", region=here),
        price("EBS:VolumeP-Throughput.gp3", "40.96", "GiBps-mo", region=here),
    )
    return found(CHECK.find(volume(30, "gp2", 2000, region=here), facts(prices)))


def test_it_saves_the_difference_to_gp3_of_the_same_speed() -> None:
    finding = found(CHECK.find(volume(30, "gp2", 100, state="in-use", Iops=300), facts()))
    assert finding.monthly_savings == Decimal("1.88")  # 100 × (0.1 − 0.08) − 3 ÷ 1,024 × 40.96
    assert "100 GiB of gp2 in eu-north-1, would be as fast as gp3 with 3,000 IOPS and 128 MiB/s, for less" in finding.reason
    assert finding.fix == (
        "aws ec2 modify-volume --volume-id vol-0123456789abcdef0 --volume-type gp3 --iops 3000 --throughput 128 --region eu-north-1"
    )
    assert finding.confidence == 0.95
    assert finding.evidence["values"] == {"gib": 100, "gp3_iops": 3000, "gp3_mibps": 128}


@pytest.mark.parametrize(
    ("size", "iops", "mibps"),
    [
        (1, 3000, 128),
        (170, 3000, 128),
        (171, 3000, 250),
        (334, 3000, 250),
        (1000, 3000, 250),
        (1001, 3003, 250),
        (5334, 16_000, 250),
        (16_384, 16_000, 250),
    ],
)
def test_what_gp3_needs_to_be_as_fast(size: int, iops: int, mibps: int) -> None:
    assert needed(size) == (iops, mibps)


@pytest.mark.parametrize(("size", "usd"), [(6, None), (7, "0.02"), (250, None), (251, "0.02"), (1000, "15"), (2000, "20"), (6000, "50")])
def test_only_where_gp3_costs_less(size: int, usd: str | None) -> None:
    # At 6 GiB the further 3 MiB/s cost 0.12 and the gigabytes save 0.12; at 250 GiB the further 125 MiB/s cost 5 and they save 5.
    answer = CHECK.find(volume(30, "gp2", size), facts())
    if usd is None:
        assert answer is None
    else:
        assert found(answer).monthly_savings == Decimal(usd)


def test_the_least_saving_is_a_threshold() -> None:
    assert CHECK.find(volume(30, "gp2", 100), facts(ebs_gp2_to_gp3={"least_saving_usd": 1.88})) is None
    assert found(CHECK.find(volume(30, "gp2", 100), facts(ebs_gp2_to_gp3={"least_saving_usd": 1.87})))


@pytest.mark.parametrize("kind", ["gp3", "io1", "io2", "st1", "sc1", "standard", ""])
def test_other_types_are_left_alone(kind: str) -> None:
    assert CHECK.find(volume(30, kind, 500), facts()) is None


@pytest.mark.parametrize(
    ("state", "finds"), [("available", True), ("in-use", True), ("creating", True), ("deleting", False), ("error", False)]
)
def test_whether_it_is_attached_does_not_matter_but_that_it_is_there(state: str, finds: bool) -> None:
    assert isinstance(CHECK.find(volume(30, "gp2", 100, state=state), facts()), Finding) == finds


def test_without_a_size_or_a_price_it_is_not_measured() -> None:
    assert CHECK.find(volume(30, "gp2", 0), facts()) == NotMeasured("AWS doesn't say how large it is.")
    no_gp3 = tuple(each for each in PRICES if each.key != "EBS:VolumeP-Throughput.gp3")
    for prices in ((), no_gp3):
        answer = CHECK.find(volume(30, "gp2", 500), facts(prices))
        assert isinstance(answer, NotMeasured)
        assert answer.reason.startswith("Whether gp3 costs less isn't known: no price for EBS:Volume")
