"""Whether AWS can be reached, and what its credentials may do."""

from fastapi import APIRouter, Request

from app import collecting
from app.api import AWS
from app.api.failures import BUSY
from app.api.held import HeldNow
from app.api.models.collection import AWSConnectionTestResponse, CheckedPermission
from app.api.models.common import ErrorResponse
from core.aws.permissions import Finding

router = APIRouter(prefix=f"{AWS}/test-connection", tags=["Collection"], responses=BUSY)

_WORDS = {True: "ok", False: "missing", None: "unknown"}
_LACKING_FIRST = (False, None, True)


@router.post("", summary="Try every permission")
def test_connection(request: Request, held: HeldNow) -> AWSConnectionTestResponse:
    """Whose credentials these are, and each permission that collecting needs, tried with the cheapest call there is, in every account.

    Cost Explorer's three calls cost $0.01 each; the demo organisation charges nothing. It answers once all are tried.
    """
    job = collecting.check_access(request.app.state.space(), held.as_of)
    job.ended.wait()
    checked, findings = job.about, job.result or []
    error = None
    if job.error or job.failed:
        message, hint = (job.error.message, job.error.hint) if job.error else (job.failed, "")
        error = ErrorResponse(error=type(job.error).__name__ if job.error else "Failed", message=message, hint=hint, detail=message)
    return AWSConnectionTestResponse(
        ok=bool(findings) and all(finding.ok for finding in findings),
        demo=held.is_demo,
        account_id=checked.identity.account if checked and checked.identity else None,
        arn=checked.identity.arn if checked and checked.identity else None,
        permissions=[_permission(finding) for finding in sorted(findings, key=lambda finding: _LACKING_FIRST.index(finding.ok))],
        error=error,
        requests=checked.requests if checked else 0,
        usd=checked.usd if checked else 0,
    )


def _permission(finding: Finding) -> CheckedPermission:
    return CheckedPermission(
        action=finding.action,
        account_id=finding.account,
        status=_WORDS[finding.ok],
        reason=finding.reason,
        lost=finding.lost,
        hint=finding.hint,
    )
