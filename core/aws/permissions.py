"""Which permissions the credentials have: each is tried with the cheapest call that needs it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from core.aws.access import Access
from core.aws.failures import calling
from core.errors import AccessDenied, AwsError, CredentialsExpired, CredentialsMissing, CredentialsRefused, NotEnabled

_GRANTED = ("AWSOrganizationsNotInUseException", "DataUnavailableException")
"""Answers that say there is nothing to read, which AWS says only to those who may."""

_LACKING = (AccessDenied, CredentialsMissing, CredentialsRefused, CredentialsExpired, NotEnabled)
"""What shows that something is lacking; any other failure only means that it couldn't be told."""

Try = Callable[[Access, str, str, date], object]
"""Makes the call with (access, account, region, as_of); whatever botocore raises in it is explained."""


@dataclass(frozen=True)
class Permission:
    """An action that is needed: what lacking it costs, in a sentence, and the cheapest call that shows it.

    `per_account` ones are needed in every account that is entered, the others in the credentials' own.
    """

    action: str
    lost: str
    try_: Try
    per_account: bool = True


@dataclass(frozen=True)
class Finding:
    """What came of trying one action in one account: `ok` is None where it couldn't be told.

    `lost` and `hint` are empty when it is there, and mostly `reason` is too.
    """

    action: str
    account: str
    ok: bool | None
    reason: str = ""
    lost: str = ""
    hint: str = ""


def _identity(access: Access, _account: str, _region: str, _as_of: date) -> object:
    return access.identity()


def _organization(access: Access, _account: str, _region: str, _as_of: date) -> object:
    return access.client("organizations").describe_organization()


def _accounts(access: Access, _account: str, _region: str, _as_of: date) -> object:
    return access.client("organizations").list_accounts(MaxResults=1)


def _parents(access: Access, account: str, _region: str, _as_of: date) -> object:
    return access.client("organizations").list_parents(ChildId=account)


def _unit(access: Access, _account: str, _region: str, _as_of: date) -> object:
    client = access.client("organizations")
    try:
        return client.describe_organizational_unit(OrganizationalUnitId="ou-0000-00000000")
    except client.exceptions.OrganizationalUnitNotFoundException:
        return None  # it would have been refused before it was looked for


def _tags(access: Access, account: str, _region: str, _as_of: date) -> object:
    return access.client("organizations").list_tags_for_resource(ResourceId=account)


def _regions(access: Access, account: str, _region: str, _as_of: date) -> object:
    return access.client("ec2", account=account).describe_regions(RegionNames=[access.default_region])


def _role(access: Access, account: str, _region: str, _as_of: date) -> None:
    access.enter(account)


IDENTITY = Permission("sts:GetCallerIdentity", "Nothing can be collected.", _identity, per_account=False)
ROLE = Permission("sts:AssumeRole", "The account's resources and their utilisation are not collected; its costs are.", _role)
_OWN_ONLY = "Only the credentials' own account is collected from."
_NO_UNITS = "Accounts are shown without their organizational unit."
BASE = (
    Permission("organizations:DescribeOrganization", _OWN_ONLY, _organization, per_account=False),
    Permission("organizations:ListAccounts", _OWN_ONLY, _accounts, per_account=False),
    Permission("organizations:ListParents", _NO_UNITS, _parents, per_account=False),
    Permission("organizations:DescribeOrganizationalUnit", _NO_UNITS, _unit, per_account=False),
    Permission("organizations:ListTagsForResource", "Each account's e-mail address stands for its owner.", _tags, per_account=False),
    Permission("ec2:DescribeRegions", "Every region is tried, and those that are switched off show as failed.", _regions),
)


def check(access: Access, permissions: Sequence[Permission], members: Sequence[str], regions: Sequence[str], as_of: date) -> list[Finding]:
    """Try the base permissions and those given, in parallel: one finding for each action and account, the failing ones among them.

    `members` are the ids of the accounts to enter. What each account needs is tried in all `regions` (if empty, the default one); the
    rest, which may be billed, once. Wrong credentials make one finding, and so does an account whose role can't be assumed, since the
    rest would only say the same again.
    """

    def tried(permission: Permission, account: str, where: Sequence[str] = ("",)) -> Finding:
        return _tried(access, permission, account, where, as_of)

    first = tried(IDENTITY, "")
    if not first.ok:
        return [first]
    own = access.identity().account
    base = {permission.action for permission in BASE}
    further = [permission for permission in permissions if permission.action not in base]
    regional = [permission for permission in further if permission.per_account]
    with ThreadPoolExecutor(access.threads) as pool:
        roles = list(pool.map(lambda member: tried(ROLE, member), [member for member in members if member != own]))
        entered = [own, *(finding.account for finding in roles if finding.ok)]
        tasks = [
            pool.submit(tried, permission, account, (regions if permission in regional else ()) or (access.default_region,))
            for permission in (*BASE, *further)
            for account in (entered if permission.per_account else [own])
        ]
        return [first, *roles, *(task.result() for task in tasks)]


def _tried(access: Access, permission: Permission, account: str, regions: Sequence[str], as_of: date) -> Finding:
    """One action in one account; the first region that says no decides."""
    for region in regions:
        try:
            with calling(permission.action, account, region):
                permission.try_(access, account, region, as_of)
        except AwsError as error:
            if error.code in _GRANTED:
                return Finding(permission.action, account, True, error.message)
            ok = False if isinstance(error, _LACKING) else None
            return Finding(permission.action, account, ok, error.message, permission.lost, error.hint)
    return Finding(permission.action, account or access.identity().account, True)
