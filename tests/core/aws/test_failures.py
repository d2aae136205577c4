"""Every way in which AWS or botocore says no becomes one sentence that names the call, without a secret."""

from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.awsrequest import AWSResponse

from core.aws.access import Access
from core.aws.failures import calling, code_of, doing, explained
from core.errors import (
    AccessDenied,
    AwsError,
    AwsUnreachable,
    CredentialsExpired,
    CredentialsMissing,
    CredentialsRefused,
    NotEnabled,
    Throttled,
    UnknownRegion,
)
from tests.core.aws.conftest import KEY_ID, OWN, SECRET, Body, Fail

WHERE = "ec2:DescribeInstances in account 111122223333, region eu-west-1"


def answer(code: str, message: str = "", status: int = 400) -> boto.ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return boto.ClientError(response, "DescribeInstances")


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (AccessDenied, ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403", "Client.UnauthorizedOperation"]),
        (CredentialsExpired, ["ExpiredToken", "ExpiredTokenException", "RequestExpired"]),
        (
            CredentialsRefused,
            ["InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch", "IncompleteSignature"],
        ),
        (Throttled, ["Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "LimitExceededException"]),
        (NotEnabled, ["DataUnavailableException", "OptInRequired", "AWSOrganizationsNotInUseException"]),
        (UnknownRegion, ["RegionDisabledException"]),
        (AwsUnreachable, ["InternalError", "InternalFailure", "ServiceUnavailable"]),
        (AccessDenied, ["com.amazonaws.ce#AccessDeniedException", "AccessDeniedException:http://internal.amazon.com/"]),
    ],
)
def test_each_code_has_its_error(kind: type[AwsError], codes: list[str]) -> None:
    for code in codes:
        error = explained(answer(code, f"{SECRET} is not authorized with {KEY_ID}"), WHERE)
        assert type(error) is kind, code
        assert error.hint
        assert SECRET not in str(error)
        assert KEY_ID not in str(error)
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (boto.NoCredentialsError(), CredentialsMissing, f"There are no AWS credentials for {WHERE}."),
        (
            boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            CredentialsMissing,
            f"The credentials for {WHERE} are incomplete: AWS_SECRET_ACCESS_KEY is missing.",
        ),
        (boto.ProfileNotFound(profile="payroll"), CredentialsMissing, "The profile payroll isn't in AWS's configuration files."),
        (
            boto.CredentialRetrievalError(provider="custom-process", error_msg=SECRET),
            CredentialsMissing,
            f"The source of credentials for {WHERE} gave none.",
        ),
        (boto.TokenRetrievalError(provider="sso", error_msg=SECRET), CredentialsExpired, f"The sign-in behind {WHERE} has ended."),
        (boto.LoginRefreshRequired(), CredentialsExpired, f"The sign-in behind {WHERE} has ended."),
        (boto.UnauthorizedSSOTokenError(), CredentialsExpired, f"The sign-in behind {WHERE} has ended."),
        (boto.SSOTokenLoadError(profile_name="p", error_msg=""), CredentialsExpired, f"The sign-in behind {WHERE} has ended."),
        (boto.ConfigParseError(path="p", error=SECRET), CredentialsMissing, f"AWS's configuration files can't be read for {WHERE}."),
        (
            boto.InvalidConfigError(error_msg="Invalid CA bundle: empty"),
            CredentialsMissing,
            f"AWS's configuration can't be used for {WHERE}: Invalid CA bundle: empty.",
        ),
        (boto.EndpointConnectionError(endpoint_url="https://x"), AwsUnreachable, f"AWS can't be reached for {WHERE}."),
        (boto.ConnectTimeoutError(endpoint_url="https://x"), AwsUnreachable, f"AWS couldn't be reached in time for {WHERE}."),
        (boto.ReadTimeoutError(endpoint_url="https://x"), AwsUnreachable, f"AWS took too long to answer {WHERE}."),
        (boto.ConnectionClosedError(endpoint_url="https://x"), AwsUnreachable, f"The connection broke off during {WHERE}."),
        (boto.SSLError(endpoint_url="https://x", error=SECRET), AwsUnreachable, f"The connection for {WHERE} isn't trusted."),
        (boto.ProxyConnectionError(proxy_url=f"http://u:{SECRET}@p"), AwsUnreachable, f"The connection for {WHERE} failed."),
        (boto.InvalidRegionError(region_name="nowhere"), UnknownRegion, f"There is no such region for {WHERE}."),
        (boto.ParamValidationError(report=SECRET), AwsError, f"{WHERE} failed: ParamValidationError."),
    ],
)
def test_what_botocore_itself_says(error: boto.BotoCoreError, kind: type[AwsError], said: str) -> None:
    told = explained(error, WHERE)
    assert (type(told), told.message) == (kind, said)
    assert told.hint
    assert SECRET not in str(told)


def test_the_words_decide_between_meanings_of_one_code() -> None:
    closed = explained(answer("AccessDeniedException", "User not enabled for cost explorer access"), "ce:GetCostAndUsage")
    assert (type(closed), closed.message) == (NotEnabled, "Cost Explorer isn't enabled for ce:GetCostAndUsage.")
    forbidden = explained(answer("AccessDenied", "... with an explicit deny in a service control policy"), WHERE)
    assert forbidden.message == f"AWS refused {WHERE}: a service control policy of the organization forbids it."


def test_an_unknown_code_is_named_and_a_complaint_about_parameters_passed_on() -> None:
    odd = explained(answer("SomethingNew", f"with {SECRET}"), WHERE)
    assert (odd.message, odd.code) == (f"AWS answered {WHERE} with SomethingNew.", "SomethingNew")
    wrong = explained(answer("ValidationException", f"Start date is\nafter end date. {KEY_ID} {SECRET}"), WHERE)
    assert wrong.message == f"AWS answered {WHERE} with ValidationException (Start date is after end date. … …)."
    assert len(explained(answer("ValidationException", "word " * 500), WHERE).message) < 320


def test_a_status_without_a_code() -> None:
    assert type(explained(answer("", status=502), WHERE)) is AwsUnreachable
    assert explained(answer("", status=418), WHERE).message == f"AWS answered {WHERE} with status 418."


def test_codes_lose_what_protocols_wrap_around_them() -> None:
    assert code_of(answer("com.amazon.coral.service#AccessDeniedException")) == "AccessDeniedException"
    assert code_of(answer("Server.InternalError")) == "InternalError"
    assert code_of(answer("InvalidInstanceID.NotFound")) == "InvalidInstanceID.NotFound"
    assert code_of(answer("evil <script>\n" + "x" * 500)) == ("evilscript" + "x" * 500)[:80]


def test_a_call_in_words() -> None:
    assert doing("ec2:DescribeInstances", "111122223333", "eu-west-1") == WHERE
    assert doing("ce:GetCostAndUsage") == "ce:GetCostAndUsage"
    assert doing("sts:AssumeRole", "111122223333") == "sts:AssumeRole in account 111122223333"


@pytest.mark.parametrize(
    ("service", "operation", "method", "code", "status", "kind"),
    [
        ("ec2", "DescribeVolumes", "describe_volumes", "UnauthorizedOperation", 403, AccessDenied),
        ("ec2", "DescribeVolumes", "describe_volumes", "RequestLimitExceeded", 503, Throttled),
        ("ec2", "DescribeVolumes", "describe_volumes", "RequestExpired", 400, CredentialsExpired),
        ("ec2", "DescribeVolumes", "describe_volumes", "AuthFailure", 401, CredentialsRefused),
        ("ec2", "DescribeVolumes", "describe_volumes", "InternalError", 500, AwsUnreachable),
        ("sts", "GetCallerIdentity", "get_caller_identity", "InvalidClientTokenId", 403, CredentialsRefused),
        ("sts", "GetCallerIdentity", "get_caller_identity", "Throttling", 400, Throttled),
        ("organizations", "ListAccounts", "list_accounts", "TooManyRequestsException", 400, Throttled),
        ("organizations", "ListAccounts", "list_accounts", "com.amazonaws.organizations#AccessDeniedException", 400, AccessDenied),
    ],
)
def test_answers_over_each_wire_are_recognised(
    access: Access, fail: Fail, service: str, operation: str, method: str, code: str, status: int, kind: type[AwsError]
) -> None:
    client = access.client(service)
    fail(client, operation, code, status)
    with pytest.raises(kind) as failed, calling(f"{service}:{operation}", OWN, "us-east-1"):
        getattr(client, method)()
    assert f"{service}:{operation} in account {OWN}, region us-east-1" in failed.value.message
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__


@pytest.mark.parametrize("status", [200, 302, 500])
def test_an_answer_that_isn_t_aws_s_is_told(access: Access, status: int) -> None:
    client = access.client("sts")

    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, status, {}, Body(f"<!doctype html><p>Sign in, {SECRET}"))

    client.meta.events.register_first("before-send.sts.GetCallerIdentity", answer)
    with pytest.raises(AwsUnreachable, match=r"What answered sts:GetCallerIdentity doesn't speak like AWS\.") as failed:
        access.identity()
    assert SECRET not in str(failed.value)
    assert failed.value.__suppress_context__
