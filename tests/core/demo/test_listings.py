"""What an account holds besides EC2: databases, functions, buckets, tags."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from tests.core.demo.tiny import ALPHA, BETA, Served


def test_databases_in_pages(demo: Served) -> None:
    client = demo.client("rds", account=ALPHA)
    pages = [page["DBInstances"] for page in client.get_paginator("describe_db_instances").paginate(PaginationConfig={"PageSize": 20})]
    assert [(found["DBInstanceIdentifier"], found["MultiAZ"]) for page in pages for found in page] == [("one", False), ("two", True)]
    [two] = client.describe_db_instances(DBInstanceIdentifier="two")["DBInstances"]
    assert (two["DBInstanceClass"], two["TagList"]) == ("db.m5.large", [{"Key": "env", "Value": "test"}])
    assert demo.client("rds", "eu-west-1", ALPHA).describe_db_instances()["DBInstances"] == []


def test_functions(demo: Served) -> None:
    [function] = demo.client("lambda", account=ALPHA).list_functions()["Functions"]
    assert (function["FunctionName"], function["MemorySize"], function["Architectures"]) == ("resize", 1024, ["x86_64"])
    assert function["LastModified"] == "2026-01-01T00:00:00.000+0000"


def test_a_bucket(demo: Served) -> None:
    client = demo.client("s3", account=BETA)
    [bucket] = client.list_buckets()["Buckets"]
    assert (bucket["Name"], bucket["BucketRegion"]) == ("bucket-one", "us-east-1")
    assert client.get_bucket_location(Bucket="bucket-one")["LocationConstraint"] is None
    assert client.get_bucket_tagging(Bucket="bucket-one")["TagSet"] == [{"Key": "env", "Value": "test"}]
    assert "Status" not in client.get_bucket_versioning(Bucket="bucket-one")


def test_unfinished_uploads_keep_their_age_and_size(demo: Served) -> None:
    client = demo.client("s3", account=BETA)
    [upload] = client.list_multipart_uploads(Bucket="bucket-one")["Uploads"]
    assert upload["Initiated"] == datetime(2026, 1, 1, tzinfo=UTC)
    parts = client.list_parts(Bucket="bucket-one", Key=upload["Key"], UploadId=upload["UploadId"])["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in parts] == [(1, 5_000_000), (2, 1_000_000)]


@pytest.mark.parametrize(
    ("account", "bucket", "code", "status"),
    [
        (BETA, "bucket-one", "NoSuchLifecycleConfiguration", 404),
        (BETA, "bucket-two", "NoSuchBucket", 404),
        (ALPHA, "bucket-one", "AccessDenied", 403),
    ],
)
def test_what_a_bucket_refuses(demo: Served, account: str, bucket: str, code: str, status: int) -> None:
    with pytest.raises(ClientError) as refused:
        demo.client("s3", account=account).get_bucket_lifecycle_configuration(Bucket=bucket)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_tags_of_every_resource(demo: Served) -> None:
    client = demo.client("resourcegroupstaggingapi", account=ALPHA)
    pages = client.get_paginator("get_resources").paginate(ResourceTypeFilters=["rds", "ec2:volume"], ResourcesPerPage=3)
    found = {row["ResourceARN"].rpartition(":")[2]: row["Tags"] for page in pages for row in page["ResourceTagMappingList"]}
    assert set(found) == {"one", "two", "volume/vol-0aaaaaaaaaaaaaaa1", "volume/vol-0aaaaaaaaaaaaaaa2"}
    assert found["one"] == [{"Key": "env", "Value": "test"}]
