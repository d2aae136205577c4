"""Rules that make chosen calls fail the way AWS fails them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import sleep
from typing import Any

from moto.core.errors import COMMON_ERROR_CODES

from core.demo import calls
from core.demo.calls import Answer, Call
from core.demo.policies import permission

Error = tuple[int, str, str]
"""Status, code and message."""

_DENIED = "User: {who} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
_EXPIRED = "The security token included in the request is expired"
_INVALID = "The security token included in the request is invalid."

ERRORS: dict[str, dict[str, Error]] = {
    "throttle": {
        "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
        "s3": (503, "SlowDown", "Please reduce your request rate."),
        "lambda": (429, "TooManyRequestsException", "Rate exceeded"),
        "json": (400, "ThrottlingException", "Rate exceeded"),
        "query": (400, "Throttling", "Rate exceeded"),
    },
    "denied": {
        "ec2": (403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {_DENIED}"),
        "s3": (403, "AccessDenied", _DENIED),
        "lambda": (403, "AccessDeniedException", _DENIED),
        "json": (400, "AccessDeniedException", _DENIED),
        "query": (403, "AccessDenied", _DENIED),
    },
    "expired": {
        "ec2": (400, "RequestExpired", "Request has expired."),
        "s3": (400, "ExpiredToken", "The provided token has expired."),
        "lambda": (403, "ExpiredTokenException", _EXPIRED),
        "json": (400, "ExpiredTokenException", _EXPIRED),
        "query": (403, "ExpiredToken", _EXPIRED),
    },
    "invalid": {
        "ec2": (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
        "s3": (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
        "lambda": (403, "UnrecognizedClientException", _INVALID),
        "json": (400, "UnrecognizedClientException", _INVALID),
        "query": (403, "InvalidClientTokenId", _INVALID),
    },
    "disabled": {
        "ec2": (401, "OptInRequired", "You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe."),
        "ce": (400, "AccessDeniedException", "User not enabled for cost explorer access"),
        "json": (400, "SubscriptionRequiredException", "The AWS Access Key Id needs a subscription for the service"),
        "query": (403, "OptInRequired", "The AWS Access Key Id needs a subscription for the service"),
    },
    "error500": {
        "ec2": (500, "InternalError", "An internal error has occurred"),
        "s3": (500, "InternalError", "We encountered an internal error. Please try again."),
        "json": (500, "InternalFailure", "The request processing has failed because of an unknown error."),
        "query": (500, "InternalFailure", "The request processing has failed because of an unknown error."),
    },
}
"""What AWS answers by kind of fault, and by service where it has its own way, else by protocol."""

# moto warns of a code that the service's model doesn't have; these are common to all services.
COMMON_ERROR_CODES.extend({code for ways in ERRORS.values() for _, code, _ in ways.values()} | {"InvalidAction"})

_DROPPED = ("timeout", "unreachable")
KINDS = frozenset({*ERRORS, *_DROPPED, "delay"})


class Dropped(ConnectionError):
    """The connection is to be closed without an answer."""


@dataclass
class Rule:
    """Which calls fail how, and how many times more (-1: always). Empty account or region: any."""

    service: str
    kind: str
    action: str = "*"
    account: str = ""
    region: str = ""
    times: int = -1
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is no kind of fault: {', '.join(sorted(KINDS))} are")

    def fits(self, call: Call) -> bool:
        """Whether the call is one of these; assuming a role belongs to the caller's account and to the role's."""
        return (
            self.times != 0
            and self.service in ("*", call.service)
            and self.action in ("*", call.action)
            and self.account in ("", call.account, call.of_role)
            and self.region in ("", call.region)
        )


@dataclass
class Faults:
    """The rules in force, in the order of their coming; the first that fits a call decides."""

    rules: list[Rule] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, described: Sequence[dict[str, Any]]) -> None:
        """Put rules in force; raises TypeError or ValueError when one says something unknown."""
        rules = [Rule(**rule) for rule in described]
        with self._lock:
            self.rules += rules

    def clear(self) -> None:
        """Lift all rules."""
        with self._lock:
            self.rules.clear()

    def answer(self, call: Call, wait: Callable[[float], None] = sleep) -> Answer | None:
        """What the first fitting rule answers instead of AWS, None for nothing; raises Dropped where there is to be no answer."""
        rule = self._taken(call)
        if rule is None:
            return None
        wait(rule.seconds)
        if rule.kind == "delay":
            return None
        if rule.kind in _DROPPED:
            raise Dropped(f"{rule.kind}: {call.service} {call.action}")
        return failing(call, rule.kind)

    def _taken(self, call: Call) -> Rule | None:
        with self._lock:
            for rule in self.rules:
                if rule.fits(call):
                    rule.times -= rule.times > 0
                    return rule
        return None


def failing(call: Call, kind: str) -> Answer:
    """A call's failure of a kind, as its service words it."""
    ways = ERRORS[kind]
    status, code, message = ways.get(call.service) or ways["json" if "json" in call.content_type or call.service == "lambda" else "query"]
    who = f"arn:aws:iam::{call.account}:user/demo"
    return calls.error(call, status, code, message.format(who=who, action=permission(call)))
