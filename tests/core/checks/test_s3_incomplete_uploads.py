"""Parts of uploads that nobody finished: by when they began, and what S3 told of their size."""

from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.s3_incomplete_uploads import CHECK
from tests.core.checks.aws_command import commands, valid
from tests.core.checks.made import NASTY
from tests.core.checks.made_s3 import ABORTS, OFF, RULE, bucket, facts, upload

FOUND = bucket(name=NASTY, MultipartUploads=[upload(30, 50.0)]), facts()


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """80 and 120 GiB, begun 30 and 200 days ago; one of yesterday isn't counted."""
    uploads = [upload(30, 80.0), upload(200, 120.0), upload(1, 500.0)]
    return found(CHECK.find(bucket(MultipartUploads=uploads), facts()))


def with_rules(rules: list[dict[str, Any]] | None, *uploads: dict[str, Any]) -> Finding:
    return found(CHECK.find(bucket(LifecycleRules=rules, MultipartUploads=list(uploads)), facts()))


def test_it_saves_what_the_parts_cost() -> None:
    finding = worked_example()
    assert finding.monthly_savings == Decimal(200) * Decimal("0.023")
    assert finding.parts == {"uploads": finding.monthly_savings}
    assert finding.evidence["values"] == {"uploads": 2, "bytes": 200 * 2**30, "oldest_days": 200.0}
    assert (
        "holds 200 GiB of 2 multipart uploads that were begun over 7 days ago and not finished; the oldest is 200 days old"
        in finding.reason
    )
    assert finding.confidence == 0.95


@pytest.mark.parametrize(("days", "finds"), [(6.99, False), (7.0, False), (7.0001, True), (400, True)])
def test_more_than_seven_days_is_meant_strictly(days: float, finds: bool) -> None:
    answer = CHECK.find(bucket(MultipartUploads=[upload(days)]), facts())
    assert isinstance(answer, Finding) == finds
    assert finds or answer is None


def test_the_days_are_a_setting() -> None:
    few = facts(s3_incomplete_uploads={"days": 3.0})
    assert isinstance(CHECK.find(bucket(MultipartUploads=[upload(3.5)]), few), Finding)
    assert CHECK.find(bucket(MultipartUploads=[upload(3.0)]), few) is None


def test_parts_bill_as_the_class_of_the_upload_does() -> None:
    seldom = found(CHECK.find(bucket(MultipartUploads=[upload(9, 100.0, StorageClass="STANDARD_IA")]), facts()))
    assert seldom.monthly_savings == Decimal("1.25")
    archived = found(CHECK.find(bucket(MultipartUploads=[upload(9, 100.0, StorageClass="DEEP_ARCHIVE"), upload(8, 100.0)]), facts()))
    assert archived.monthly_savings == Decimal("4.6")  # both at Standard's price
    assert len(archived.cost.lines) == 1


def test_without_rules_the_fix_sets_one() -> None:
    (words,) = commands(with_rules([], upload(30)).fix)
    rules = valid(words)["LifecycleConfiguration"]["Rules"]
    assert [rule["AbortIncompleteMultipartUpload"] for rule in rules] == [{"DaysAfterInitiation": 7}]


@pytest.mark.parametrize("rules", [[RULE], [OFF], [ABORTS], None])
def test_with_rules_or_unknown_ones_the_fix_ends_each_upload_and_replaces_nothing(rules: list[dict[str, Any]] | None) -> None:
    finding = with_rules(rules, upload(30, 1.0, "a.tar", "u1"), upload(40, 2.0, "b.tar", "u2"), upload(2, 9.0, "new", "u3"))
    assert [valid(words) for words in commands(finding.fix)] == [
        {"Bucket": "shop-archive", "Key": "b.tar", "UploadId": "u2"},
        {"Bucket": "shop-archive", "Key": "a.tar", "UploadId": "u1"},
    ]


def test_keys_that_try_to_break_out_stay_in_their_place() -> None:
    finding = with_rules([RULE], upload(30, 1.0, "x'; rm -rf $HOME #", "u1"), upload(30, 1.0, "two\nlines", "u2"))
    assert [valid(words) for words in commands(finding.fix)] == [{"Bucket": "shop-archive", "Key": "x'; rm -rf $HOME #", "UploadId": "u1"}]
    assert "The line ends 1 of the 2 uploads." in finding.evidence["notes"]
    (words,) = commands(with_rules([RULE], upload(30, 1.0, "two\nlines")).fix)
    assert words[2] == "list-multipart-uploads"


def test_many_uploads_make_no_endless_line() -> None:
    finding = with_rules([RULE], *(upload(30, 1.0, f"part {n}", f"u{n}") for n in range(40)))
    assert len(commands(finding.fix)) == len(finding.evidence["uploads"]) == 10
    assert "The line ends 10 of the 40 uploads." in finding.evidence["notes"]
    assert finding.monthly_savings == Decimal(40) * Decimal("0.023")


def test_a_rule_that_ends_uploads_is_told() -> None:
    said = " ".join(with_rules([ABORTS], upload(30)).evidence["notes"])
    assert "ends uploads after 30 days already" in said
    assert "none of which ends uploads" in " ".join(with_rules([RULE], upload(30)).evidence["notes"])


def test_what_was_not_looked_into_is_told_and_not_counted() -> None:
    finding = with_rules([], upload(30, 10.0), upload(60, None))
    assert finding.monthly_savings == Decimal("0.23")
    assert "How large 1 more old uploads are isn't known" in " ".join(finding.evidence["notes"])
    more = found(CHECK.find(bucket(MultipartUploads=[upload(30)], UploadsLeftOut=17), facts()))
    assert "How large 17 more old uploads are isn't known" in " ".join(more.evidence["notes"])


def test_uploads_without_parts_cost_nothing() -> None:
    assert CHECK.find(bucket(MultipartUploads=[upload(30, 0.0)]), facts()) is None
    assert CHECK.find(bucket(MultipartUploads=[]), facts()) is None


def test_what_s3_refused_to_tell_is_not_measured() -> None:
    for lacking in (
        bucket(MultipartUploads=None),
        bucket(MultipartUploads=[upload(30, None)]),
        bucket(MultipartUploads=[upload(2)], UploadsUnlisted=True),
    ):
        assert isinstance(CHECK.find(lacking, facts()), NotMeasured)


def test_an_empty_or_unmeasured_bucket_can_hold_uploads_all_the_same() -> None:
    assert found(CHECK.find(bucket(None, None, MultipartUploads=[upload(30, 100.0)]), facts())).monthly_savings == Decimal("2.3")
