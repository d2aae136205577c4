"""STS: who the caller is, and roles of member accounts, which must exist to be assumed."""

import re
from collections.abc import Callable

from moto.core.exceptions import AccessDeniedError
from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.responses import TokenResponse

_ROLE = re.compile(r"^arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)$")


class Sts(TokenResponse):
    """The actions of `sts`; `issued` is told each key of a role that it hands out, and the role's account."""

    def __init__(self, issued: Callable[[str, str], None]) -> None:
        super().__init__()
        self.issued = issued

    def assume_role(self) -> ActionResult:
        """AssumeRole. A role that isn't there is refused in the words for one that may not be assumed, as AWS does."""
        arn = self.params["RoleArn"]
        role = _ROLE.match(arn)
        if not role or role[2] not in {known.name for known in iam_backends[role[1]][self.partition].roles.values()}:
            caller = f"arn:aws:iam::{self.current_account}:user/demo"
            raise AccessDeniedError(caller, f"sts:AssumeRole on resource: {arn}")
        answer = super().assume_role()
        self.issued(answer.result["Credentials"].access_key_id, role[1])  # type: ignore[index]
        return answer

    def get_caller_identity(self) -> ActionResult:
        """GetCallerIdentity; the base credentials are a user called demo."""
        answer = super().get_caller_identity()
        result: dict[str, str] = answer.result  # type: ignore[assignment]
        if result["Arn"].endswith(":user/moto"):
            account = self.current_account
            return ActionResult({"UserId": "AIDADEMODEMODEMODEMO1", "Account": account, "Arn": f"arn:aws:iam::{account}:user/demo"})
        return answer
