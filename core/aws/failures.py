"""AWS's and botocore's errors in words: what was asked, of which account and region, why it failed, and what to do.

Codes come from the services' "Common errors" pages and from botocore's own retry lists. AWS's own messages are not passed on, since some
carry encoded authorisation details; only complaints about parameters are, without anything that looks like a key.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

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

FAILURES = (ClientError, BotoCoreError, ResponseParserError)
"""All that botocore raises when a call fails."""


class Kind(NamedTuple):
    """A way to fail: the error to raise, its sentence about {doing} and perhaps {detail}, and its hint."""

    raised: type[AwsError]
    sentence: str
    hint: str

    def error(self, doing: str, detail: str = "", code: str = "") -> AwsError:
        """The error for one call."""
        return self.raised(self.sentence.format(doing=doing, detail=detail), self.hint, code)


_DENIED = Kind(
    AccessDenied,
    "AWS refused {doing}: the credentials lack this permission.",
    "Add it to the policy that docs/aws-collector.md shows.",
)
_DENIED_BY_ORGANISATION = Kind(
    AccessDenied,
    "AWS refused {doing}: a service control policy of the organization forbids it.",
    "Ask whoever looks after the organization's policies, or leave the region out with AWS_REGIONS.",
)
_DENIED_TO_MEMBERS = Kind(
    AccessDenied,
    "AWS refused {doing}: the credentials lack this permission, or their account isn't the management account.",
    "Add it to the policy that docs/aws-collector.md shows, and use credentials of the management account or a delegated administrator.",
)
_EXPIRED = Kind(
    CredentialsExpired,
    "The credentials expired before {doing}.",
    "Get new temporary credentials (for a profile with single sign-on: aws sso login), then try again.",
)
_REFUSED = Kind(
    CredentialsRefused,
    "AWS doesn't accept the credentials for {doing}.",
    "Check that access key, secret and session token belong together, that the key is active, and that this machine's clock is right. "
    "A region that is switched off for the account answers so too.",
)
_THROTTLED = Kind(
    Throttled,
    "AWS turned {doing} away for too many requests, at every attempt.",
    "Wait some minutes, or set SPENDSCOPE_COLLECTION_THREADS lower.",
)
_NO_COST_EXPLORER = Kind(
    NotEnabled,
    "Cost Explorer isn't enabled for {doing}.",
    "Enable it in the management account's Billing console; its first figures take up to 24 hours. Members need access switched on there.",
)
_NO_DATA_YET = Kind(
    NotEnabled,
    "Cost Explorer has no data yet for {doing}.",
    "After it is enabled it takes up to 24 hours to prepare the figures, and a forecast needs some weeks of them; try again then.",
)
_NOT_SUBSCRIBED = Kind(
    NotEnabled,
    "The account isn't signed up for what {doing} needs.",
    "Finish the account's sign-up in the AWS console, or leave the region out with AWS_REGIONS.",
)
_NO_ORGANISATION = Kind(
    NotEnabled,
    "The account belongs to no organization, so {doing} has nothing to read.",
    "Nothing to do: its own costs and resources are collected.",
)
_REGION_OFF = Kind(
    UnknownRegion,
    "The region is switched off for {doing}.",
    "Enable it in the account, or leave it out with AWS_REGIONS.",
)
_NOT_AWS = Kind(
    AwsUnreachable,
    "What answered {doing} doesn't speak like AWS.",
    "Check AWS_ENDPOINT_URL and the proxy (HTTPS_PROXY): a sign-in page of the network may have answered.",
)
_AWS_FAILED = Kind(
    AwsUnreachable,
    "AWS itself failed at {doing}, at every attempt.",
    "Try again later; https://health.aws.amazon.com shows AWS's own troubles.",
)

_CODES: dict[str, Kind] = {
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "NotAuthorized", "Forbidden", "403"),
        _DENIED,
    ),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"), _EXPIRED),
    **dict.fromkeys(
        (
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "AuthFailure",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidAccessKeyId",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "InvalidToken",
            "RequestTimeTooSkewed",
        ),
        _REFUSED,
    ),
    **dict.fromkeys(
        (
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "LimitExceededException",
            "EC2ThrottledException",
            "SlowDown",
            "429",
        ),
        _THROTTLED,
    ),
    "DataUnavailableException": _NO_DATA_YET,
    "OptInRequired": _NOT_SUBSCRIBED,
    "SubscriptionRequiredException": _NOT_SUBSCRIBED,
    "AWSOrganizationsNotInUseException": _NO_ORGANISATION,
    "RegionDisabledException": _REGION_OFF,
    "InvalidRegion": _REGION_OFF,
    "UnknownRegion": _REGION_OFF,
    **dict.fromkeys(("InternalError", "InternalFailure", "InternalServerError", "InternalServiceError"), _AWS_FAILED),
    **dict.fromkeys(("ServiceUnavailable", "Unavailable"), _AWS_FAILED),
}

_SIGN_IN_HINT = "Sign in again with aws sso login or aws login (and --profile with the profile's name), then try again."
_SETUP_HINT = "docs/aws-collector.md says how to give Spendscope credentials."
_NETWORK_HINT = "Check the network, the proxy (HTTPS_PROXY), AWS_ENDPOINT_URL and the region's name, then try again."
_TRUST_HINT = "Set AWS_CA_BUNDLE when a proxy signs its own certificates."
_TROUBLE_HINT = "docs/aws-collector.md has a list of troubles."
_TIME_OUT_HINT = "Check the network and try again; a slow line or a busy service may need a second run."

# The first class that fits, so the narrower stand first.
_LOCAL: tuple[tuple[tuple[type[BotoCoreError], ...], Kind], ...] = (
    (
        (boto.PartialCredentialsError,),
        Kind(
            CredentialsMissing,
            "The credentials for {doing} are incomplete: {detail} is missing.",
            "Set the access key and its secret together. " + _SETUP_HINT,
        ),
    ),
    ((boto.NoCredentialsError,), Kind(CredentialsMissing, "There are no AWS credentials for {doing}.", _SETUP_HINT)),
    (
        (boto.ProfileNotFound,),
        Kind(
            CredentialsMissing,
            "The profile {detail} isn't in AWS's configuration files.",
            "Set AWS_PROFILE to one that `aws configure list-profiles` shows.",
        ),
    ),
    (
        (boto.SSOError, boto.TokenRetrievalError, boto.NoAuthTokenError, boto.LoginError),
        Kind(CredentialsExpired, "The sign-in behind {doing} has ended.", _SIGN_IN_HINT),
    ),
    (
        (boto.CredentialRetrievalError, boto.MetadataRetrievalError),
        Kind(
            CredentialsMissing,
            "The source of credentials for {doing} gave none.",
            "Check the profile's role, process or instance role. " + _SETUP_HINT,
        ),
    ),
    (
        (boto.InvalidConfigError,),
        Kind(
            CredentialsMissing, "AWS's configuration can't be used for {doing}: {detail}.", "Mend it in ~/.aws/config or the environment."
        ),
    ),
    (
        (boto.ConfigParseError, boto.ConfigNotFound),
        Kind(CredentialsMissing, "AWS's configuration files can't be read for {doing}.", "Mend ~/.aws/config and ~/.aws/credentials."),
    ),
    (
        (boto.InvalidRegionError, boto.UnknownRegionError, boto.NoRegionError, boto.EndpointVariantError),
        Kind(UnknownRegion, "There is no such region for {doing}.", "Check AWS_DEFAULT_REGION and AWS_REGIONS."),
    ),
    ((boto.ConnectTimeoutError,), Kind(AwsUnreachable, "AWS couldn't be reached in time for {doing}.", _NETWORK_HINT)),
    ((boto.ReadTimeoutError,), Kind(AwsUnreachable, "AWS took too long to answer {doing}.", _TIME_OUT_HINT)),
    ((boto.EndpointConnectionError,), Kind(AwsUnreachable, "AWS can't be reached for {doing}.", _NETWORK_HINT)),
    ((boto.ConnectionClosedError,), Kind(AwsUnreachable, "The connection broke off during {doing}.", _TIME_OUT_HINT)),
    ((boto.SSLError,), Kind(AwsUnreachable, "The connection for {doing} isn't trusted.", _TRUST_HINT)),
    ((boto.ConnectionError, boto.HTTPClientError), Kind(AwsUnreachable, "The connection for {doing} failed.", _NETWORK_HINT)),
)
_DETAILS = {boto.PartialCredentialsError: "cred_var", boto.ProfileNotFound: "profile", boto.InvalidConfigError: "error_msg"}

_ABOUT_PARAMETERS = re.compile(
    r"Validation|InvalidParameter|InvalidInput|NextToken|MissingParameter|BillExpiration|RequestChanged|NotFound"
)
_LIKE_A_SECRET = re.compile(r"\b(A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{12,}\b|[A-Za-z0-9/+_-]{36,}={0,2}")


def doing(action: str, account: str = "", region: str = "") -> str:
    """A call in words: "ec2:DescribeInstances in account 111122223333, region eu-west-1"."""
    where = ", ".join(part for part in (account and f"account {account}", region and f"region {region}") if part)
    return f"{action} in {where}" if where else action


@contextmanager
def calling(action: str, account: str = "", region: str = "") -> Iterator[None]:
    """Turn what botocore raises inside into an AwsError that names the action, account and region."""
    try:
        yield
    except FAILURES as error:
        raise explained(error, doing(action, account, region)) from None


def explained(error: ClientError | BotoCoreError | ResponseParserError, doing: str) -> AwsError:
    """The same failure as one sentence and a hint; `doing` says what was asked, of which account and region."""
    if isinstance(error, ClientError):
        return _answered(error, doing)
    if isinstance(error, ResponseParserError):
        return _NOT_AWS.error(doing)
    for classes, kind in _LOCAL:
        if isinstance(error, classes):
            detail = next((str(error.kwargs.get(name, "")) for told, name in _DETAILS.items() if isinstance(error, told)), "")
            return kind.error(doing, _harmless(detail))
    return AwsError(f"{doing} failed: {type(error).__name__}.", _TROUBLE_HINT)


def code_of(error: ClientError) -> str:
    """AWS's error code without the prefixes that some protocols put before it and the address some put after it."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return re.sub(r"[^\w.]", "", code.split("#")[-1].split(":")[0].removeprefix("Client.").removeprefix("Server."))[:80]


def _answered(error: ClientError, doing: str) -> AwsError:
    code = code_of(error)
    text = str(error.response.get("Error", {}).get("Message", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if kind := _kind(code, text, status, doing):
        return kind.error(doing, code=code)
    complaint = f" ({_harmless(text)})" if _ABOUT_PARAMETERS.search(code) and text else ""
    return AwsError(f"AWS answered {doing} with {code or f'status {status}'}{complaint}.", _TROUBLE_HINT, code)


def _kind(code: str, text: str, status: int, doing: str) -> Kind | None:
    """Which failure an answer is; the text decides only between meanings of one code."""
    if "not enabled for cost explorer" in text.lower():
        return _NO_COST_EXPLORER
    kind = _CODES.get(code)
    if kind is _DENIED and "service control policy" in text:
        return _DENIED_BY_ORGANISATION
    if kind is _DENIED and doing.startswith("organizations:"):
        return _DENIED_TO_MEMBERS
    return kind or (_AWS_FAILED if status >= 500 else None)


def _harmless(text: str) -> str:
    """Another's words on one line, cut short, without what looks like a key or a token."""
    return _LIKE_A_SECRET.sub("…", " ".join(text.split()))[:200].rstrip(".")
