"""Credentials from where they may stand, linked accounts through their role, and clients that threads may share."""

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from core import settings
from core.aws.access import Access, Identity, demo_access, has_credentials, own_access
from core.aws.failures import calling
from core.aws.meter import Meter
from core.demo.fleets import REGIONS
from core.errors import AccessDenied, AwsError, AwsUnreachable, CredentialsExpired, CredentialsMissing, CredentialsRefused, UnknownRegion
from tests.core.aws.conftest import KEY_ID, OWN, SECRET, Body, Fail, config_of

LINKED = "222233334444"
FAR = "http://127.0.0.1:9"
"""Where nothing listens."""


def keys_of(access: Access, account: str = "") -> Any:
    """The credentials that a client signs with."""
    return access.client("ec2", account=account)._request_signer._credentials.get_frozen_credentials()


def test_the_identity_is_asked_for_once(access: Access) -> None:
    with ThreadPoolExecutor(4) as pool:
        identities = set(pool.map(lambda _: access.identity(), range(8)))
    assert identities == {Identity(OWN, f"arn:aws:sts::{OWN}:user/moto")}
    assert access.partition == "aws"
    assert access.meter.requests == 1


def test_a_client_is_made_once_for_each_service_region_and_account(access: Access) -> None:
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda n: access.client("ec2", ("eu-west-1", "us-west-2")[n % 2]), range(16)))
    assert len({id(client) for client in clients}) == 2
    assert access.client("ec2") is access.client("ec2", "us-east-1", OWN)
    assert access.client("ec2") is not access.client("ec2", account=LINKED)


@pytest.mark.parametrize(
    ("service", "default_region", "address"),
    [
        ("ce", "eu-west-1", "https://ce.us-east-1.amazonaws.com"),
        ("organizations", "eu-west-1", "https://organizations.us-east-1.amazonaws.com"),
        ("pricing", "ap-south-1", "https://api.pricing.us-east-1.amazonaws.com"),
        ("ce", "cn-north-1", "https://ce.cn-northwest-1.amazonaws.com.cn"),
        ("ec2", "eu-west-1", "https://ec2.eu-west-1.amazonaws.com"),
        ("sts", "eu-west-1", "https://sts.eu-west-1.amazonaws.com"),
    ],
)
def test_services_without_regions_are_asked_where_they_are(meter: Meter, service: str, default_region: str, address: str) -> None:
    access = own_access(config_of(aws_default_region=default_region), meter)
    assert access.client(service).meta.endpoint_url == address


def test_a_service_without_regions_stays_there_when_a_region_is_named(access: Access) -> None:
    assert access.client("ce", "eu-west-1") is access.client("ce")


def test_a_linked_account_is_entered_by_its_role(access: Access) -> None:
    boto3.client("ec2", region_name="eu-west-1", aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET).create_volume(
        AvailabilityZone="eu-west-1a", Size=7
    )
    assert access.role_arn(LINKED) == f"arn:aws:iam::{LINKED}:role/Reader"
    assert access.client("sts", account=LINKED).get_caller_identity()["Arn"] == f"arn:aws:sts::{LINKED}:assumed-role/Reader/spendscope"
    assert len(access.client("ec2", "eu-west-1").describe_volumes()["Volumes"]) == 1
    assert access.client("ec2", "eu-west-1", LINKED).describe_volumes()["Volumes"] == []
    told = {(call.operation, call.account): call.requests for call in access.meter.calls()}
    assert told == {
        ("GetCallerIdentity", OWN): 1,
        ("GetCallerIdentity", LINKED): 1,
        ("AssumeRole", OWN): 1,  # once for all clients of the account
        ("DescribeVolumes", OWN): 1,
        ("DescribeVolumes", LINKED): 1,
    }


def test_a_role_s_credentials_are_renewed_before_they_expire(access: Access) -> None:
    expires = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    given = {"AccessKeyId": "SOON", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": expires}
    keys = "".join(f"<{name}>{value}</{name}>" for name, value in given.items())
    answers = [f"<AssumeRoleResponse><AssumeRoleResult><Credentials>{keys}</Credentials></AssumeRoleResult></AssumeRoleResponse>"]

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        return AWSResponse(request.url, 200, {}, Body(answers.pop())) if answers else None

    access.client("sts").meta.events.register_first("before-send.sts.AssumeRole", answer)
    assert keys_of(access, LINKED).access_key == "SOON"
    renewed = keys_of(access, LINKED)
    assert renewed.access_key != "SOON"
    assert keys_of(access, LINKED) == renewed


def test_a_refused_role_is_named_with_its_account_and_asked_for_once(access: Access, fail: Fail, caplog: pytest.LogCaptureFixture) -> None:
    asked = fail(access.client("sts"), "AssumeRole", "AccessDenied", 403, message=f"User: {SECRET} is not authorized")
    for region in ("eu-west-1", "us-east-1"):
        with pytest.raises(
            AccessDenied, match=rf"The role arn:aws:iam::{LINKED}:role/Reader in account {LINKED} can't be assumed"
        ) as denied:
            access.client("ec2", region, LINKED).describe_volumes()
        assert "trust policy" in denied.value.hint
        assert SECRET not in str(denied.value)
    assert len(asked) == 1
    assert [call.operation for call in access.meter.calls()] == ["AssumeRole", "GetCallerIdentity"]
    assert caplog.text == ""


def test_a_role_that_only_failed_for_now_is_asked_for_again(access: Access, fail: Fail) -> None:
    fail(access.client("sts"), "AssumeRole", "ExpiredToken", 403, times=1)
    with pytest.raises(CredentialsExpired, match=f"The credentials expired before sts:AssumeRole in account {LINKED}"):
        access.client("ec2", account=LINKED).describe_volumes()
    assert access.client("ec2", account=LINKED).describe_volumes()["Volumes"] == []


def test_without_a_role_a_linked_account_can_t_be_entered(aws: None, meter: Meter) -> None:
    access = own_access(config_of(), meter)
    with pytest.raises(AccessDenied, match=f"Account {LINKED} can't be entered: no role is set"):
        access.client("ec2", account=LINKED)


def test_credentials_of_the_settings_are_used(meter: Meter) -> None:
    keys = keys_of(own_access(config_of(aws_session_token="t0ken"), meter))
    assert (keys.access_key, keys.secret_key, keys.token) == (KEY_ID, SECRET, "t0ken")


def test_credentials_of_dotenv_are_used_unless_the_environment_has_any(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, meter: Meter
) -> None:
    (tmp_path / ".env").write_text(
        f"AWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\nAWS_SESSION_TOKEN=old\nAWS_DEFAULT_REGION=eu-west-3\n"
    )
    monkeypatch.setitem(settings.Settings.model_config, "env_file", tmp_path / ".env")
    access = own_access(settings.load(), meter)
    assert (keys_of(access).access_key, keys_of(access).token, access.default_region) == (KEY_ID, "old", "eu-west-3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    access = own_access(settings.load(), meter)
    assert (keys_of(access).access_key, keys_of(access).token, access.default_region) == ("AKIAOTHER", None, "eu-west-3")


def test_a_profile_is_used(monkeypatch: pytest.MonkeyPatch, meter: Meter) -> None:
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text("[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = w\n")
    assert keys_of(own_access(settings.load(aws_profile="work"), meter)).access_key == "AKIAWORK"
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert keys_of(own_access(settings.load(), meter)).access_key == "AKIAWORK"


@pytest.mark.parametrize(
    "name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_REGIONS"]
)
def test_an_empty_variable_counts_as_unset(aws: None, monkeypatch: pytest.MonkeyPatch, meter: Meter, name: str) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    if name != "AWS_ACCESS_KEY_ID":
        monkeypatch.setenv(name, "")
        access = own_access(settings.load(aws_role_name="Reader"), meter)
        assert access.identity().account == OWN
        assert access.client("ec2", account=LINKED).describe_volumes()["Volumes"] == []
        assert demo_access(FAR, meter).client("sts").meta.endpoint_url == FAR
    else:
        monkeypatch.setenv(name, "")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
        assert not has_credentials(settings.load())


def test_another_address_is_used_for_every_account(aws: None, meter: Meter) -> None:
    access = own_access(config_of(aws_endpoint_url=FAR, aws_role_name="Reader"), meter)
    assert access.client("ec2", "eu-west-1").meta.endpoint_url == FAR
    assert access.client("ce").meta.endpoint_url == FAR


def test_one_service_s_own_address_in_the_environment_wins(monkeypatch: pytest.MonkeyPatch, meter: Meter) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", FAR)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:10")
    access = own_access(config_of(), meter)
    assert access.client("ec2").meta.endpoint_url == FAR
    assert access.client("sts").meta.endpoint_url == "http://127.0.0.1:10"


def test_settings_reach_the_access(meter: Meter) -> None:
    access = own_access(config_of(aws_regions=" eu-west-1, us-east-1,eu-west-1", spendscope_collection_threads=20), meter)
    assert (access.regions, access.threads, access.is_demo) == (("eu-west-1", "us-east-1"), 20, False)
    assert access.client("ec2").meta.config.max_pool_connections == 20
    assert own_access(config_of(), meter).regions is None
    assert "spendscope" in access.client("ec2").meta.config.user_agent


def test_the_demo_uses_nothing_of_the_operator_s(monkeypatch: pytest.MonkeyPatch, meter: Meter) -> None:
    for name, value in {"AWS_PROFILE": "absent", "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "HTTP_PROXY": FAR}.items():
        monkeypatch.setenv(name, value)
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("this is no configuration")
    access = demo_access("http://127.0.0.1:4321", meter)
    keys = keys_of(access)
    assert (keys.access_key, keys.secret_key, keys.token) == ("demo", "demo", None)
    assert access.client("ce").meta.endpoint_url == "http://127.0.0.1:4321"
    assert access.client("ce").meta.config.proxies == {}
    assert (access.is_demo, access.role_name, access.regions) == (True, "SpendscopeReader", tuple(REGIONS))


def test_without_credentials_the_sentence_says_so(meter: Meter) -> None:
    with pytest.raises(CredentialsMissing, match=r"There are no AWS credentials for sts:GetCallerIdentity\.") as missing:
        own_access(settings.load(), meter).identity()
    assert "docs/aws-collector.md" in missing.value.hint
    assert meter.calls() == []


@pytest.mark.parametrize(
    ("given", "lacking"), [("aws_access_key_id", "AWS_SECRET_ACCESS_KEY"), ("aws_secret_access_key", "AWS_ACCESS_KEY_ID")]
)
def test_half_a_pair_is_refused_by_name(meter: Meter, given: str, lacking: str) -> None:
    with pytest.raises(CredentialsMissing, match=f"{lacking} is not set") as missing:
        own_access(settings.load(**{given: SECRET}), meter)
    assert SECRET not in str(missing.value)


def test_a_profile_that_isn_t_there_is_named(meter: Meter) -> None:
    with pytest.raises(CredentialsMissing, match=r"The profile payroll isn't in AWS's configuration files\."):
        own_access(settings.load(aws_profile="payroll"), meter).identity()


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("InvalidClientTokenId", 403, CredentialsRefused),
        ("SignatureDoesNotMatch", 403, CredentialsRefused),
        ("ExpiredToken", 403, CredentialsExpired),
        ("InternalFailure", 500, AwsUnreachable),
    ],
)
def test_what_is_wrong_with_credentials_shows_when_their_owner_is_asked_for(
    access: Access, fail: Fail, code: str, status: int, kind: type[AwsError]
) -> None:
    fail(access.client("sts"), "GetCallerIdentity", code, status)
    with pytest.raises(kind, match="sts:GetCallerIdentity"):
        access.identity()


def test_a_default_region_that_can_t_be_is_told(meter: Meter) -> None:
    with pytest.raises(UnknownRegion, match=r"There is no such region for AWS_DEFAULT_REGION in region aa-bb-1\."):
        own_access(config_of(aws_default_region="aa-bb-1"), meter).client("ce")


def test_aws_out_of_reach_is_told(meter: Meter) -> None:
    with pytest.raises(AwsUnreachable, match=r"AWS can't be reached for sts:GetCallerIdentity\.") as far:
        own_access(config_of(aws_endpoint_url=FAR), meter).identity()
    assert "AWS_ENDPOINT_URL" in far.value.hint


def test_whether_there_are_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not has_credentials(settings.load())
    assert has_credentials(config_of())
    assert has_credentials(settings.load(aws_profile="missing, but meant"))
    assert has_credentials(settings.load(aws_access_key_id="half a pair, but meant"))
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("broken, but meant")
    assert has_credentials(settings.load(aws_default_region="eu-west-1"))
    Path(os.environ["AWS_CONFIG_FILE"]).unlink()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    assert has_credentials(settings.load())


def test_no_secret_is_in_what_is_shown_logged_or_raised(access: Access, fail: Fail, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    fail(access.client("ec2"), "DescribeVolumes", "InvalidParameterValue", message=f"The key {KEY_ID} with {SECRET} is no good")
    with pytest.raises(AwsError) as failed, calling("ec2:DescribeVolumes", OWN, "us-east-1"):
        access.client("ec2").describe_volumes()
    objects = (failed.value, access, access.meter, access.meter.calls(), access.identity(), config_of())
    shown = f"{failed.value} {objects!r} {caplog.text}"
    assert "InvalidParameterValue" in shown
    assert SECRET not in shown
    assert KEY_ID not in shown


def test_one_access_serves_many_accounts_at_once(aws: None) -> None:
    access = own_access(config_of(aws_role_name="Reader"), Meter(Decimal(5)))
    accounts = [f"{n:012d}" for n in range(1, 7)]
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda account: access.client("sts", account=account).get_caller_identity()["Account"], accounts * 3))
    assert seen == accounts * 3
    assert next(call.requests for call in access.meter.calls() if call.operation == "AssumeRole") == len(accounts)
