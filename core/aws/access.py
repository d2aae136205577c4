"""One set of credentials, and how it reaches each account and region.

boto3's own chain finds the credentials; a linked account is entered by assuming a role of one name in each. Every client is metered.
"""

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, CredentialResolver, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError
from pydantic import SecretStr

from core.aws.failures import FAILURES, calling, doing, explained
from core.aws.meter import Meter
from core.errors import AccessDenied, CredentialsMissing
from core.settings import Settings, settings

DEMO_ROLE = "SpendscopeReader"
DEMO_REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2")
"""Where the demo organisation has anything: its first figures shouldn't wait for empty regions."""
SESSION_NAME = "spendscope"

# A client takes about a megabyte; the one that was longest not asked for goes first.
_CLIENTS_KEPT = 400

# A role that can't be assumed is told as an error of ours; botocore would log a traceback for it too.
logging.getLogger("botocore.credentials").setLevel(logging.ERROR)

_UNSET = (None, None, None, None)
"""A botocore variable that comes from neither the environment nor a file."""

# Services with one endpoint for all regions of a partition.
_GLOBAL_SERVICES = ("budgets", "ce", "organizations", "pricing", "savingsplans")
_GLOBAL_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}


@dataclass(frozen=True)
class Identity:
    """Whose credentials these are: the account and the caller's ARN."""

    account: str
    arn: str

    @property
    def partition(self) -> str:
        """`aws`, or `aws-cn` and `aws-us-gov` for the regions apart."""
        return self.arn.split(":")[1]


class Access:
    """The clients of one set of credentials; safe to share between threads.

    `regions` are those to collect from; None is every region that an account has enabled. `endpoint` replaces AWS's own addresses.
    """

    def __init__(
        self,
        session: boto3.Session,
        meter: Meter,
        *,
        role_name: str = "",
        default_region: str = "us-east-1",
        regions: tuple[str, ...] | None = None,
        endpoint: str | None = None,
        threads: int = 8,
        is_demo: bool = False,
    ) -> None:
        self.meter = meter
        self.role_name = role_name
        self.default_region = default_region
        self.regions = regions
        self.threads = threads
        self.is_demo = is_demo
        self._session = session
        self._endpoint = endpoint
        self._config = Config(
            # A client slows down once it is throttled; a call that is throttled three times takes about six seconds.
            retries={"mode": "adaptive", "total_max_attempts": 6},
            connect_timeout=5,
            read_timeout=60,
            max_pool_connections=max(threads, 10),
            user_agent_extra="spendscope",
            proxies={} if is_demo else None,
        )
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._sessions: dict[str, boto3.Session] = {}
        self._identity: Identity | None = None
        self._lock = threading.RLock()

    def identity(self) -> Identity:
        """Who the credentials belong to; asked once."""
        with self._lock:
            if self._identity is None:
                with calling("sts:GetCallerIdentity"):
                    answer = self.client("sts").get_caller_identity()
                self._identity = Identity(answer["Account"], answer["Arn"])
                self.meter.own_account = answer["Account"]
            return self._identity

    def client(self, service: str, region: str = "", account: str = "") -> Any:
        """A botocore client for a service in a region of an account: by default the default region of the credentials' own account."""
        region = self._global_region() if service in _GLOBAL_SERVICES else region or self.default_region
        if account and account == self.identity().account:
            account = ""
        with self._lock:
            key = (service, region, account)
            client = self._clients.pop(key, None) or self._new_client(service, region, account)
            self._clients[key] = client
            if len(self._clients) > _CLIENTS_KEPT:
                del self._clients[next(iter(self._clients))]
            return client

    @property
    def partition(self) -> str:
        """The part of AWS that the credentials belong to: `aws`, `aws-cn` or `aws-us-gov`."""
        return self.identity().partition

    def role_arn(self, account: str) -> str:
        """The role that is assumed in a linked account."""
        return f"arn:{self.partition}:iam::{account}:role/{self.role_name}"

    def enter(self, account: str) -> None:
        """Assume the role in a linked account, so that a refusal shows before anything else is asked there. Raises AwsError."""
        if account in ("", self.identity().account):
            return
        with self._lock:
            session = self._session_of(account)
        session.get_credentials().get_frozen_credentials()

    def known_regions(self, service: str) -> tuple[str, ...]:
        """The regions in which boto3 itself knows a service to be, whether or not an account has them enabled."""
        return tuple(sorted(self._session.get_available_regions(service, partition_name=self._home_partition())))

    def _new_client(self, service: str, region: str, account: str) -> Any:
        session = self._session_of(account) if account else self._session
        with calling(f"a {service} client", account, region):
            client = session.client(service, region_name=region, endpoint_url=self._endpoint, config=self._config)
        self.meter.watch(client, account, region)
        return client

    def _global_region(self) -> str:
        return _GLOBAL_REGIONS.get(self._home_partition(), self.default_region)

    def _home_partition(self) -> str:
        """The default region's partition, which is known before anything is asked."""
        with calling("AWS_DEFAULT_REGION", region=self.default_region):
            return str(self._session.get_partition_for_region(self.default_region))

    def _session_of(self, account: str) -> boto3.Session:
        """A session whose credentials are the role's in a linked account, renewed before they expire."""
        if account not in self._sessions:
            if not self.role_name:
                raise AccessDenied(
                    f"Account {account} can't be entered: no role is set.", "Set AWS_ROLE_NAME to the role that each linked account has."
                )
            fetcher = _RoleFetcher(lambda *_, **__: self.client("sts"), self.role_arn(account), account)
            credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
            inner = _botocore_session(self._session._session.get_config_variable("profile"))
            inner.register_component("credential_provider", CredentialResolver([_Given(credentials)]))
            inner.register_component("data_loader", self._session._session.get_component("data_loader"))
            self._sessions[account] = boto3.Session(botocore_session=inner)
        return self._sessions[account]


class _Given:
    """A provider of credentials that are there already, as botocore's resolver wants one."""

    METHOD = "assume-role"
    CANONICAL_NAME = None

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        return self._credentials


class _RoleFetcher(AssumeRoleCredentialFetcher):  # type: ignore[misc]  # botocore has no types
    """Assumes one role. A refusal is remembered, so that each of an account's clients fails at once with the same words."""

    def __init__(self, client_creator: Callable[..., Any], role_arn: str, account: str) -> None:
        self._account = account
        self._refusal: str | None = None
        super().__init__(client_creator, None, role_arn, extra_args={"RoleSessionName": SESSION_NAME})

    def _create_client(self) -> Any:
        return self._client_creator()

    def _get_credentials(self) -> Any:
        if self._refusal is None:
            try:
                return super()._get_credentials()
            except FAILURES as error:
                failure = explained(error, doing("sts:AssumeRole", self._account))
                if not isinstance(failure, AccessDenied):
                    raise failure from None
                self._refusal = failure.code
        raise AccessDenied(
            f"The role {self._role_arn} in account {self._account} can't be assumed: AWS refused sts:AssumeRole.",
            "The role must exist there, its trust policy must name these credentials' account, "
            "and these credentials need sts:AssumeRole on it; docs/aws-collector.md shows both policies.",
            self._refusal,
        )


def own_access(config: Settings, meter: Meter) -> Access:
    """Access with the operator's own credentials: those of `.env`, or what boto3 finds in its usual places."""
    with calling("the sign-in to AWS"):
        session = _session(config)
    return Access(
        session,
        meter,
        role_name=config.aws_role_name,
        default_region=config.aws_default_region,
        regions=config.regions,
        # The environment's address is boto3's own business, where one service's may differ.
        endpoint=None if os.environ.get("AWS_ENDPOINT_URL") else config.aws_endpoint_url or None,
        threads=config.spendscope_collection_threads,
    )


@lru_cache
def _models() -> Any:
    """The services' models as botocore ships them, read once: EC2's alone takes a fifth of a second."""
    return botocore.loaders.create_loader()


def demo_access(endpoint: str, meter: Meter) -> Access:
    """Access to the demo organisation behind an address; nothing of the operator's own AWS configuration is used."""
    inner = botocore.session.Session(session_vars=dict.fromkeys(("profile", "config_file", "credentials_file"), _UNSET))
    inner.register_component("data_loader", _models())
    session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo", botocore_session=inner)  # noqa: S106  # the demo's own
    return Access(session, meter, role_name=DEMO_ROLE, regions=DEMO_REGIONS, endpoint=endpoint, is_demo=True)


@lru_cache
def has_credentials(config: Settings | None = None) -> bool:
    """Whether boto3 finds any credentials. Nothing is asked of AWS but, on its own machines, their metadata service.

    What is set up but broken, such as half a key pair or a profile that isn't there, counts as found: the operator means to use it, and
    is told what is wrong when it is.
    """
    try:
        return _session(config or settings()).get_credentials() is not None
    except (BotoCoreError, CredentialsMissing):
        return True


def _session(config: Settings) -> boto3.Session:
    key, secret, token = map(_opened, (config.aws_access_key_id, config.aws_secret_access_key, config.aws_session_token))
    region = config.aws_default_region
    if bool(key) != bool(secret):
        missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
        raise CredentialsMissing(f"The AWS credentials are incomplete: {missing} is not set.", "Set access key and secret together.")
    inner = _botocore_session("" if key else config.aws_profile)
    return boto3.Session(key, secret, token, region_name=region, botocore_session=inner)


def _botocore_session(profile: str | None) -> Any:
    """botocore's session. An empty AWS_PROFILE counts as none, where botocore itself would look for a profile without a name."""
    named = any(os.environ.get(name) for name in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"))
    inner = botocore.session.Session(session_vars=None if named else {"profile": _UNSET})
    if profile:
        inner.set_config_variable("profile", profile)
    return inner


def _opened(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
