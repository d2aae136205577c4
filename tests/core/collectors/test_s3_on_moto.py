"""Buckets of plain moto: its listing doesn't say where they are, and its uploads have parts that were really sent."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from core.aws.access import Access
from core.aws.meter import Meter
from core.collection import Place
from core.collectors import s3
from core.collectors.s3 import Bucket, described, listed
from core.errors import AccessDenied, AwsError
from tests.core.aws.conftest import Body
from tests.core.demo import tiny


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Access]:
    """An emulation whose listing doesn't say where buckets are."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield Access(boto3.Session(region_name="us-east-1"), Meter(Decimal(1)))


def made(access: Access) -> Any:
    client = access.client("s3")
    client.create_bucket(Bucket="here")
    for name, region in (("there", "eu-central-1"), ("far", "ap-southeast-2")):
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    return client


def test_where_the_listing_says_no_region_each_bucket_is_asked(moto: Access) -> None:
    made(moto)
    failures: list[AwsError] = []
    found = {bucket.name: bucket.region for bucket in listed(moto, "", failures)}
    assert found == {"here": "us-east-1", "there": "eu-central-1", "far": "ap-southeast-2"}
    assert failures == []


def test_a_bucket_whose_region_is_refused_is_told_and_the_others_kept(moto: Access) -> None:
    made(moto).meta.events.register_first("before-send.s3.GetBucketLocation", _refused_for("there"))
    failures: list[AwsError] = []
    assert {bucket.name for bucket in listed(moto, "", failures)} == {"here", "far"}
    (failure,) = failures
    assert isinstance(failure, AccessDenied)
    assert "s3:GetBucketLocation" in failure.message


def _refused_for(name: str) -> Callable[..., AWSResponse | None]:
    said = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        return AWSResponse(request.url, 403, {"x-amzn-RequestId": "1"}, Body(said)) if name in request.url else None

    return answer


def test_an_empty_bucket_of_plain_moto_has_no_rules_no_tags_and_no_uploads(moto: Access) -> None:
    client = made(moto)
    found = described(client, Place("123456789012", "us-east-1"), Bucket("here", "us-east-1"), tiny.AS_OF)
    assert (found.attributes, found.tags, found.failures) == ({"LifecycleRules": [], "MultipartUploads": []}, {}, [])


def test_uploads_are_read_over_all_pages_and_a_bucket_that_is_gone_is_left_out(moto: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    client = made(moto)
    monkeypatch.setattr(s3, "MOST_SIZED", 2)
    for n in range(3):
        begun = client.create_multipart_upload(Bucket="here", Key=f"part {n}")
        client.upload_part(Bucket="here", Key=f"part {n}", PartNumber=1, UploadId=begun["UploadId"], Body=b"x" * (n + 1))
    place = Place("123456789012", "us-east-1")
    found = described(client, place, Bucket("here", "us-east-1"), tiny.AS_OF)
    assert [each["Bytes"] for each in found.attributes["MultipartUploads"]] == [1, 2]
    assert found.attributes["UploadsLeftOut"] == 1
    assert described(client, place, Bucket("deleted", "us-east-1"), tiny.AS_OF).gone
