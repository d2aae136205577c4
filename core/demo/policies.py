"""Which access keys there are, whose they are, and what their IAM policies let them do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from core.demo.calls import Call

_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
"""IAM's names of services that sign under another."""

_ACTIONS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "budgets:DescribeBudgets": "budgets:ViewBudget",
}
"""Calls that need a permission of another name."""

Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Key:
    """An access key: its account, what it may do, and what a role may do that is assumed with it; None: everything."""

    account: str
    policy: Policy | None = None
    of_roles: Policy | None = None


class Keys:
    """The access keys, by id."""

    def __init__(self, base: str, account: str) -> None:
        self._keys = {base: Key(account)}

    def account(self, key: str) -> str:
        """Whose a key is; "" for an unknown one."""
        return self._keys[key].account if key in self._keys else ""

    def add(self, key: str, account: str, policy: Policy | None = None, of_roles: Policy | None = None) -> None:
        """Make a key known. Raises ValueError when a policy can't be understood."""
        for given in (policy, of_roles):
            if given is not None:
                list(_statements(given))
        self._keys[key] = Key(account, policy, of_roles)

    def assumed(self, caller: str, key: str, account: str) -> None:
        """Make the key of a role known that another key has assumed."""
        self._keys[key] = Key(account, self._keys[caller].of_roles)

    def allows(self, call: Call) -> bool:
        """Whether the call's key may make it. Resources and conditions are not looked at; an explicit denial wins."""
        policy = self._keys[call.key].policy
        action = permission(call)
        if policy is None or action == "sts:GetCallerIdentity":
            return True
        effects = {effect for effect, patterns in _statements(policy) if any(_fits(action, pattern) for pattern in patterns)}
        return effects == {"Allow"}


def permission(call: Call) -> str:
    """The IAM action that a call needs."""
    return action_for(_PREFIXES.get(call.signed, call.signed), call.action)


def action_for(service: str, operation: str) -> str:
    """The IAM action that an operation of a service needs: S3's have names of their own.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    action = f"{service}:{operation}"
    return _ACTIONS.get(action, action)


def _statements(policy: Policy) -> Iterator[tuple[str, list[str]]]:
    """The effect and the actions of each statement."""
    statements = policy.get("Statement")
    for statement in [statements] if isinstance(statements, Mapping) else statements or ():
        if statement.get("Effect") not in ("Allow", "Deny") or "Action" not in statement:
            raise ValueError("A statement needs an Effect of Allow or Deny, and an Action")
        actions = statement["Action"]
        yield statement["Effect"], [actions] if isinstance(actions, str) else list(actions)


def _fits(action: str, pattern: str) -> bool:
    return fnmatchcase(action.lower(), pattern.lower())
