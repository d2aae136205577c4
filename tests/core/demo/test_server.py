"""The demo's server: accounts and roles, inventory, faults, and its own paths."""

import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError, HTTPClientError

from tests.core.demo import tiny
from tests.core.demo.tiny import ALPHA, BETA, PAYER, Served


def instances(demo: Served, account: str, region: str = "us-east-1", **request: Any) -> list[str]:
    answer = demo.client("ec2", region, account).describe_instances(**request)
    return [instance["InstanceId"] for reservation in answer["Reservations"] for instance in reservation["Instances"]]


def fault(demo: Served, kind: str, **rule: Any) -> None:
    demo.control("faults", "POST", [{"service": "ec2", "kind": kind, **rule}])


def test_health(demo: Served) -> None:
    assert demo.control("health") == {"as_of": "2026-11-15", "accounts": 3}


def test_the_base_credentials_are_the_payers(demo: Served) -> None:
    assert demo.client("sts").get_caller_identity()["Account"] == PAYER


def test_a_role_leads_into_its_account(demo: Served) -> None:
    assert demo.client("sts", account=ALPHA).get_caller_identity()["Arn"] == f"arn:aws:sts::{ALPHA}:assumed-role/SpendscopeReader/test"
    assert instances(demo, ALPHA) == ["i-0aaaaaaaaaaaaaaa1", "i-0aaaaaaaaaaaaaaa3"]
    assert instances(demo, ALPHA, "eu-west-1") == ["i-0aaaaaaaaaaaaaaa2"]
    assert instances(demo, BETA) == ["i-0aaaaaaaaaaaaaaa4"]
    assert instances(demo, PAYER) == []


def test_a_role_that_is_not_there_cannot_be_assumed(demo: Served) -> None:
    with pytest.raises(ClientError) as refused:
        demo.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ALPHA}:role/Other", RoleSessionName="test")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize(
    ("service", "action", "code"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("ec2", "describe_instances", "AuthFailure"),
        ("organizations", "list_accounts", "UnrecognizedClientException"),
    ],
)
def test_an_unknown_key_is_refused(demo: Served, service: str, action: str, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(demo.client(service, key="AKIAUNKNOWN"), action)()
    assert refused.value.response["Error"]["Code"] == code


def test_the_organization(demo: Served) -> None:
    client = demo.client("organizations")
    accounts = {account["Id"]: account for account in client.list_accounts()["Accounts"]}
    assert {account: (found["Name"], found["Email"], found["Status"]) for account, found in accounts.items()} == {
        PAYER: ("Payer", "payer@example.com", "ACTIVE"),
        ALPHA: ("Alpha", "alpha@example.com", "ACTIVE"),
        BETA: ("Beta", "beta@example.com", "ACTIVE"),
    }
    [production] = client.list_parents(ChildId=ALPHA)["Parents"]
    assert client.describe_organizational_unit(OrganizationalUnitId=production["Id"])["OrganizationalUnit"]["Name"] == "Production"
    [workloads] = client.list_parents(ChildId=production["Id"])["Parents"]
    assert client.describe_organizational_unit(OrganizationalUnitId=workloads["Id"])["OrganizationalUnit"]["Name"] == "Workloads"
    assert client.list_tags_for_resource(ResourceId=BETA)["Tags"] == [{"Key": "owner", "Value": "ben"}]
    assert demo.client("organizations", account=ALPHA).describe_organization()["Organization"]["MasterAccountId"] == PAYER


def test_instances_say_what_they_are(demo: Served) -> None:
    request = {"InstanceIds": ["i-0aaaaaaaaaaaaaaa3"]}
    [stopped] = demo.client("ec2", account=ALPHA).describe_instances(**request)["Reservations"][0]["Instances"]
    assert stopped["State"] == {"Code": 80, "Name": "stopped"}
    assert stopped["StateTransitionReason"] == "User initiated (2026-10-01 12:00:00 GMT)"
    assert stopped["LaunchTime"].isoformat() == "2026-08-03T12:00:00+00:00"
    assert {tag["Key"]: tag["Value"] for tag in stopped["Tags"]} == {"Name": "thing-3", "team": "web"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("instance-state-name", "running", ["i-0aaaaaaaaaaaaaaa1"]),
        ("instance-type", "t3.*", ["i-0aaaaaaaaaaaaaaa3"]),
        ("tag:team", "web", ["i-0aaaaaaaaaaaaaaa1", "i-0aaaaaaaaaaaaaaa3"]),
        ("tag:colour", "*", []),
    ],
)
def test_filters(demo: Served, name: str, value: str, expected: list[str]) -> None:
    assert instances(demo, ALPHA, Filters=[{"Name": name, "Values": [value]}]) == expected


def test_volumes_know_their_instance(demo: Served) -> None:
    pages = demo.client("ec2", account=ALPHA).get_paginator("describe_volumes").paginate(PaginationConfig={"PageSize": 1})
    held = [page["Volumes"] for page in pages]
    assert [len(volumes) for volumes in held] == [1, 1]
    used, unused = (volumes[0] for volumes in held)
    assert (used["State"], used["Attachments"][0]["InstanceId"]) == ("in-use", tiny.METERED)
    assert (unused["State"], unused["VolumeType"], unused["Iops"], unused["Throughput"]) == ("available", "gp3", 3000, 125)


def test_an_unknown_instance_is_not_found(demo: Served) -> None:
    with pytest.raises(ClientError, match=r"InvalidInstanceID.NotFound"):
        instances(demo, ALPHA, InstanceIds=["i-0nothing"])


def test_regions_have_to_be_enabled(demo: Served) -> None:
    client = demo.client("ec2", account=ALPHA)
    assert len(client.describe_regions()["Regions"]) == 17
    status = {region["RegionName"]: region["OptInStatus"] for region in client.describe_regions(AllRegions=True)["Regions"]}
    assert (status["eu-west-1"], status["af-south-1"]) == ("opt-in-not-required", "not-opted-in")
    with pytest.raises(ClientError, match="AuthFailure"):
        instances(demo, ALPHA, "af-south-1")


def test_moto_answers_the_rest(demo: Served) -> None:
    [found] = demo.client("ec2", account=ALPHA).describe_instance_types(InstanceTypes=["m5.large"])["InstanceTypes"]
    assert found["VCpuInfo"]["DefaultVCpus"] == 2
    assert demo.client("rds", account=ALPHA).describe_db_snapshots()["DBSnapshots"] == []
    assert demo.client("elb", account=ALPHA).describe_load_balancers()["LoadBalancerDescriptions"] == []
    assert demo.client("dynamodb", account=ALPHA).list_tables()["TableNames"] == []


def test_what_nothing_answers_is_said(demo: Served) -> None:
    with pytest.raises(ClientError, match="InvalidAction"):
        demo.client("ec2").describe_bundle_tasks()
    with pytest.raises(ClientError, match="InvalidAction"):
        demo.client("trustedadvisor").list_checks()


def test_throttled_three_times_then_answered(demo: Served) -> None:
    fault(demo, "throttle", action="DescribeInstances", times=3)
    for _ in range(3):
        with pytest.raises(ClientError, match="RequestLimitExceeded") as throttled:
            instances(demo, PAYER)
        assert throttled.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert instances(demo, PAYER) == []


def test_denied_in_one_account(demo: Served) -> None:
    fault(demo, "denied", account=BETA)
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        instances(demo, BETA)
    assert len(instances(demo, ALPHA)) == 2


def test_an_account_that_refuses_its_role(demo: Served) -> None:
    fault(demo, "denied", service="sts", action="AssumeRole", account=BETA)
    with pytest.raises(ClientError, match="AccessDenied"):
        demo.client("sts", account=BETA)
    assert demo.client("sts", account=ALPHA).get_caller_identity()["Account"] == ALPHA


@pytest.mark.parametrize("kind", ["unreachable", "timeout"])
def test_a_region_that_does_not_answer(demo: Served, kind: str) -> None:
    fault(demo, kind, region="eu-west-1")
    client = demo.client("ec2", "eu-west-1", ALPHA)
    with pytest.raises(HTTPClientError):
        client.describe_instances()
    assert len(instances(demo, ALPHA)) == 2
    assert [call["status"] for call in demo.control("calls") if call["region"] == "eu-west-1"] == [0]


@pytest.mark.parametrize(
    ("kind", "service", "action", "code", "status"),
    [
        ("throttle", "ce", "get_anomaly_monitors", "ThrottlingException", 400),
        ("throttle", "organizations", "list_accounts", "ThrottlingException", 400),
        ("throttle", "sts", "get_caller_identity", "Throttling", 400),
        ("throttle", "s3", "list_buckets", "SlowDown", 503),
        ("throttle", "lambda", "list_functions", "TooManyRequestsException", 429),
        ("denied", "ce", "get_anomaly_monitors", "AccessDeniedException", 400),
        ("denied", "cloudwatch", "list_dashboards", "AccessDeniedException", 400),
        ("denied", "s3", "list_buckets", "AccessDenied", 403),
        ("denied", "rds", "describe_db_instances", "AccessDenied", 403),
        ("expired", "sts", "get_caller_identity", "ExpiredToken", 403),
        ("expired", "ce", "get_anomaly_monitors", "ExpiredTokenException", 400),
        ("expired", "ec2", "describe_instances", "RequestExpired", 400),
        ("invalid", "ec2", "describe_instances", "AuthFailure", 401),
        ("disabled", "ec2", "describe_instances", "OptInRequired", 401),
        ("error500", "organizations", "list_accounts", "InternalFailure", 500),
    ],
)
def test_failures_have_the_code_and_status_of_their_service(
    demo: Served, kind: str, service: str, action: str, code: str, status: int
) -> None:
    demo.control("faults", "POST", [{"service": service, "kind": kind}])
    with pytest.raises(ClientError) as failed:
        getattr(demo.client(service), action)()
    assert failed.value.response["Error"]["Code"] == code
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_cost_explorer_that_was_never_enabled(demo: Served) -> None:
    demo.control("faults", "POST", [{"service": "ce", "kind": "disabled"}])
    with pytest.raises(ClientError, match="User not enabled for cost explorer access"):
        demo.client("ce").get_anomaly_monitors()


def test_a_delay_only_delays(demo: Served) -> None:
    fault(demo, "delay", seconds=0.2)
    before = time.monotonic()
    assert instances(demo, PAYER) == []
    assert time.monotonic() - before >= 0.2


@pytest.mark.parametrize(
    "rule", [{"service": "ec2", "kind": "bored"}, {"service": "ec2", "kind": "denied", "colour": "red"}, {"kind": "denied"}]
)
def test_a_rule_that_makes_no_sense_is_refused(demo: Served, rule: dict[str, str]) -> None:
    with pytest.raises(HTTPError) as refused:
        demo.control("faults", "POST", [rule])
    assert refused.value.code == 400
    refused.value.close()


def test_calls_are_counted(demo: Served) -> None:
    fault(demo, "denied", action="DescribeVolumes")
    client = demo.client("ec2", "eu-west-1", ALPHA)
    with pytest.raises(ClientError):
        client.describe_volumes()
    client.describe_instances()
    role, *rest = demo.control("calls")
    assert (role["service"], role["action"], role["account"]) == ("sts", "AssumeRole", PAYER)
    where = {"service": "ec2", "account": ALPHA, "region": "eu-west-1"}
    assert rest == [{**where, "action": "DescribeVolumes", "status": 403}, {**where, "action": "DescribeInstances", "status": 200}]
    demo.control("calls", "DELETE")
    assert demo.control("calls") == []


@pytest.mark.parametrize("query", ["group=COLOUR", "group=TAG:colour", "flavour=sweet", "start=yesterday-ish"])
def test_sums_of_what_is_unknown_are_refused(demo: Served, query: str) -> None:
    with pytest.raises(HTTPError) as refused:
        demo.control(f"sums?{query}")
    assert refused.value.code == 400
    refused.value.close()


def test_what_was_planted_is_told(demo: Served) -> None:
    planted = demo.control("planted")
    assert planted["anomalies"][0]["key"] == "spike"
    assert planted["resources"][0]["resource_id"] == "i-0aaaaaaaaaaaaaaa3"


def test_an_unknown_path_is_not_found(demo: Served) -> None:
    with pytest.raises(HTTPError) as missing:
        demo.control("nothing")
    assert missing.value.code == 404
    missing.value.close()


def test_a_request_without_a_signature_is_refused(demo: Served) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(demo.endpoint, timeout=5)
    assert refused.value.code == 403
    refused.value.close()


def test_latency(demo: Served) -> None:
    demo.demo.latency = 0.2
    before = time.monotonic()
    try:
        assert instances(demo, PAYER) == []
    finally:
        demo.demo.latency = 0.0
    assert time.monotonic() - before >= 0.2
