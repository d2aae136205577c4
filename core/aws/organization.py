"""Which accounts a collection covers: the organization's, or the credentials' own alone."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.aws.access import Access
from core.aws.failures import calling
from core.errors import AccessDenied, NotEnabled

ACTIVE = "ACTIVE"
T = TypeVar("T")


@dataclass(frozen=True)
class Member:
    """An account. `unit` is the path of its organizational unit ("Workloads/Production", "" at the root or where unknown); `owner` its
    tag "owner", or else its e-mail address; `status` AWS's word, ACTIVE for one that is in use."""

    id: str
    name: str = ""
    email: str = ""
    unit: str = ""
    owner: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    status: str = ACTIVE


@dataclass(frozen=True)
class Coverage:
    """What a collection covers. `payer` is the management account, or the own account outside an organization; `notes` say in sentences
    what couldn't be read."""

    own: str
    payer: str
    members: tuple[Member, ...]
    entered: tuple[Member, ...]
    notes: tuple[str, ...] = ()


def discover(access: Access) -> Coverage:
    """The accounts that the credentials can see, and which of them are entered: active ones, for linked accounts only with a role."""
    own = access.identity().account
    payer = own
    try:
        with calling("organizations:DescribeOrganization", own):
            payer = access.client("organizations").describe_organization()["Organization"]["MasterAccountId"]
        with calling("organizations:ListAccounts", own):
            accounts = _pages(access.client("organizations"), "list_accounts", "Accounts")
    except NotEnabled as outside:
        return _alone(own, own, outside.message)
    except AccessDenied as denied:
        return _alone(own, payer, f"{denied.message} Only account {own} is collected from.")
    notes: list[str] = []
    members = _described(access, accounts, own, notes)
    active = [member for member in members if member.status == ACTIVE]
    entered = [member for member in active if access.role_name or member.id == own]
    if len(entered) < len(active):
        notes.append(
            f"{len(active) - len(entered)} linked accounts are known but not entered, since AWS_ROLE_NAME is not set: "
            "their costs are shown, their resources are not."
        )
    return Coverage(own, payer, tuple(members), tuple(entered), tuple(notes))


def _alone(own: str, payer: str, note: str) -> Coverage:
    member = Member(own)
    return Coverage(own, payer, (member,), (member,), (note,))


def _described(access: Access, accounts: list[dict[str, Any]], own: str, notes: list[str]) -> list[Member]:
    """The accounts with their units and tags; what the credentials may not read is left out, with a note."""
    client = access.client("organizations")
    ids = [account["Id"] for account in accounts]
    units: dict[str, str] = {}
    tags: dict[str, dict[str, str]] = {}
    try:
        parents = _each(access, lambda account: _parent(client, own, account), ids)
        paths = _Paths(client, own)
        units = {account: paths.of(parent) for account, parent in parents.items()}
    except AccessDenied as denied:
        notes.append(f"{denied.message} Accounts are shown without their organizational unit.")
    try:
        tags = _each(access, lambda account: _tags(client, own, account), ids)
    except AccessDenied as denied:
        notes.append(f"{denied.message} Each account's e-mail address stands for its owner.")
    return [_member(account, units.get(account["Id"], ""), tags.get(account["Id"], {})) for account in accounts]


def _each(access: Access, ask: Callable[[str], T], ids: list[str]) -> dict[str, T]:
    """The answer for each account: the first alone, so that a lacking permission costs one call, the rest in parallel."""
    answers = {account: ask(account) for account in ids[:1]}
    with ThreadPoolExecutor(access.threads) as pool:
        return answers | dict(zip(ids[1:], pool.map(ask, ids[1:]), strict=True))


def _member(account: dict[str, Any], unit: str, tags: Mapping[str, str]) -> Member:
    email = account.get("Email", "")
    owner = next((value for key, value in tags.items() if key.lower() == "owner" and value), email)
    # AWS replaces Status by State; either may be what comes.
    return Member(account["Id"], account.get("Name", ""), email, unit, owner, tags, account.get("State") or account.get("Status", ACTIVE))


def _tags(client: Any, own: str, account: str) -> dict[str, str]:
    with calling("organizations:ListTagsForResource", own):
        return {tag["Key"]: tag["Value"] for tag in _pages(client, "list_tags_for_resource", "Tags", ResourceId=account)}


def _parent(client: Any, own: str, child: str) -> dict[str, str]:
    """What holds an account or a unit: {"Id": ..., "Type": "ROOT" or "ORGANIZATIONAL_UNIT"}."""
    with calling("organizations:ListParents", own):
        parents: list[dict[str, str]] = client.list_parents(ChildId=child)["Parents"]
    return parents[0]


class _Paths:
    """The paths of organizational units; each unit's name and parent are asked for once."""

    def __init__(self, client: Any, own: str) -> None:
        self._client = client
        self._own = own
        self._known: dict[str, str] = {}

    def of(self, parent: dict[str, str]) -> str:
        """A parent's path, such as "Workloads/Production"; "" for the root."""
        if parent["Type"] == "ROOT":
            return ""
        unit = parent["Id"]
        if unit not in self._known:
            with calling("organizations:DescribeOrganizationalUnit", self._own):
                name = self._client.describe_organizational_unit(OrganizationalUnitId=unit)["OrganizationalUnit"]["Name"]
            above = self.of(_parent(self._client, self._own, unit))
            self._known[unit] = f"{above}/{name}" if above else name
        return self._known[unit]


def _pages(client: Any, operation: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
    return [item for page in client.get_paginator(operation).paginate(**parameters) for item in page.get(key, ())]
