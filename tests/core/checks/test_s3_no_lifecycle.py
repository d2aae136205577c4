"""Buckets without rules: the saving is net of watching and moving, and a range, since nobody measures what is read."""

from decimal import Decimal

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.s3_no_lifecycle import CHECK
from tests.core.checks.aws_command import commands, valid
from tests.core.checks.made import NASTY
from tests.core.checks.made_s3 import ABORTS, GIB, OFF, RULE, bucket, facts, upload

FOUND = bucket(name=NASTY), facts()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """1,000 GiB in Standard, in 600,000 objects."""
    return found(CHECK.find(bucket(1000.0, 600_000), facts()))


def test_it_saves_the_difference_net_of_watching_and_moving() -> None:
    finding = worked_example()
    # 400 GiB × (0.023 − 0.0125) − 600,000 × 0.0000025 − 600,000 ÷ 12 × 0.00001
    assert finding.monthly_savings == Decimal("4.2") - Decimal("1.5") - Decimal("0.5")
    assert finding.cost.usd == 23
    assert finding.parts == {"standard": Decimal("2.2")}
    assert finding.evidence["range_usd"] == {"low": "0.10", "expected": "2.20", "high": "6.40"}
    assert "has no lifecycle rule and keeps 1000 GiB in Standard" in finding.reason
    assert "40 % of it unread for 30 days, between $0.10 and $6.40 a month saved" in finding.reason
    assert finding.confidence == 0.5
    assert finding.evidence["values"]["measured_on"] == "2026-06-13"
    assert [series["metric"] for series in finding.evidence["series"]] == ["BucketSizeBytes", "NumberOfObjects"]


def test_the_fix_moves_what_is_large_enough_and_ends_uploads() -> None:
    (words,) = commands(worked_example().fix)
    moves, ends = valid(words)["LifecycleConfiguration"]["Rules"]
    assert moves["Filter"] == {"ObjectSizeGreaterThan": 131071}
    assert moves["Transitions"] == [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}]
    assert ends["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


@pytest.mark.parametrize(("gib", "finds"), [(0.5, False), (1.0, False), (1.001, True), (2.0, True)])
def test_more_than_a_gibibyte_is_meant_strictly(gib: float, finds: bool) -> None:
    answer = CHECK.find(bucket(gib, 200), facts())
    assert isinstance(answer, Finding) == finds
    assert finds or answer is None


def test_a_rule_that_is_on_is_enough() -> None:
    assert CHECK.find(bucket(LifecycleRules=[RULE]), facts()) is None
    assert CHECK.find(bucket(LifecycleRules=[OFF, ABORTS]), facts()) is None


def test_rules_that_are_off_are_none_and_are_not_replaced() -> None:
    finding = found(CHECK.find(bucket(LifecycleRules=[OFF]), facts()))
    assert finding.fix == "aws s3api get-bucket-lifecycle-configuration --bucket shop-archive --region eu-north-1"
    assert "switched off" in " ".join(finding.evidence["notes"])


def test_only_standard_counts() -> None:
    tiered = bucket(StorageBytes={"IntelligentTieringFAStorage": 3000.0 * GIB})
    assert CHECK.find(tiered, facts()) is None
    split = bucket(StorageBytes={"StandardStorage": 1000.0 * GIB, "GlacierStorage": 9000.0 * GIB}, NumberOfObjects=600_000)
    finding = found(CHECK.find(split, facts()))
    assert finding.cost.usd == Decimal("23") + Decimal("32.4")
    assert finding.monthly_savings == Decimal("2.2")


@pytest.mark.parametrize(("objects", "finds"), [(8192, True), (8193, False), (80_000, False)])
def test_objects_under_128_kib_on_average_are_left_alone(objects: int, finds: bool) -> None:
    # 1 GiB has 8,192 objects of 128 KiB; without fees the saving stands.
    free = tuple(price for price in facts().prices.known() if price.unit == "GB-Mo")
    others = tuple(price.__class__(**{**price.__dict__, "usd": Decimal(0)}) for price in facts().prices.known() if price.unit != "GB-Mo")
    known = facts((*free, *others), s3_no_lifecycle={"standard_gib": 0.5})
    answer = CHECK.find(bucket(1.0, objects), known)
    assert isinstance(answer, Finding) == finds
    assert finds or answer is None


def test_where_watching_costs_more_than_it_saves_there_is_nothing() -> None:
    # 2.1 million objects of 500 KiB: 4.2 − 5.25 − 1.75 USD a month.
    assert CHECK.find(bucket(1000.0, 2_100_000), facts()) is None
    assert CHECK.find(bucket(1000.0, 1_260_000), facts()) is None  # 4.2 − 3.15 − 1.05 is nothing, which isn't more than nothing
    assert isinstance(CHECK.find(bucket(1000.0, 1_250_000), facts()), Finding)


def test_the_lower_end_can_be_a_loss() -> None:
    finding = found(CHECK.find(bucket(1000.0, 1_000_000), facts()))
    assert finding.evidence["range_usd"] == {"low": "-1.23", "expected": "0.87", "high": "5.07"}
    assert "between −$1.23 and $5.07 a month saved" in finding.reason


def test_no_more_objects_are_watched_than_can_be_of_128_kib() -> None:
    split = bucket(StorageBytes={"StandardStorage": 2.0 * GIB, "GlacierStorage": 9000.0 * GIB}, NumberOfObjects=9_000_000)
    known = facts(tuple(each for each in facts().prices.known() if each.key != "Monitoring-Automation-INT"))
    finding = found(CHECK.find(split, known))
    assert finding.evidence["values"]["objects"] == 16_384


def test_without_a_number_of_objects_it_is_assumed_and_half_as_sure() -> None:
    finding = found(CHECK.find(bucket(1000.0, None), facts()))
    # 1,024,000 objects of 1 MiB: 4.2 − 2.56 − 0.853333 USD a month.
    assert finding.monthly_savings == pytest.approx(Decimal("0.786667"), abs=Decimal("0.000001"))
    assert finding.confidence == 0.25
    assert "taken to have 1024 KiB each" in " ".join(finding.evidence["notes"])


def test_parts_of_unfinished_uploads_cannot_be_moved_and_are_saved_by_another_finding() -> None:
    uploads = [upload(30, 400.0), upload(30, 100.0, StorageClass="GLACIER")]
    finding = found(CHECK.find(bucket(1000.0, 100_000, MultipartUploads=uploads), facts()))
    # 600 GiB are left: 240 × 0.0105 − 0.25 − 0.083333.
    assert finding.evidence["values"]["movable_gib"] == 600.0
    assert finding.monthly_savings == pytest.approx(Decimal("2.186667"), abs=Decimal("0.000001"))
    assert CHECK.find(bucket(1000.0, 100_000, MultipartUploads=[upload(30, 1000.0)]), facts()) is None


def test_shares_are_settings() -> None:
    finding = found(CHECK.find(bucket(1000.0, 600_000), facts(s3_no_lifecycle={"expected_percent": 60.0, "months": 24.0})))
    assert finding.monthly_savings == Decimal("6.3") - Decimal("1.5") - Decimal("0.25")


def test_what_is_not_known_is_not_measured() -> None:
    for lacking in (bucket(LifecycleRules=None), bucket(None), bucket(0.5, LifecycleRules=None)):
        assert isinstance(CHECK.find(lacking, facts()), NotMeasured)


def test_without_a_price_nothing_is_guessed() -> None:
    finding = found(CHECK.find(bucket(), facts(prices=())))
    assert finding.monthly_savings is None
    assert finding.parts == {}
    assert "no price for TimedStorage-ByteHrs in eu-north-1" in finding.reason
