"""Collecting from AWS in the background, and where a job is."""

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from app import collecting
from app.api import AWS
from app.api.failures import BUSY, NOT_FOUND
from app.api.held import HeldNow
from app.api.models.collection import (
    AWSCollectionRequest,
    AWSCollectionResponse,
    AWSJobStatusResponse,
    CollectionResult,
    CollectionScope,
    JobStep,
    SliceOfJob,
)
from app.api.models.common import ErrorResponse
from app.jobs import Job, desk
from app.workspace import Workspace
from core import scope as scopes
from core.errors import CredentialsMissing
from core.models import SliceStatus
from core.refresh import RefreshResult
from core.scope import Scope

router = APIRouter(prefix=AWS, tags=["Collection"])


@router.post("/collect", status_code=202, summary="Collect a period", responses=BUSY)
def collect(request: Request, response: Response, held: HeldNow, asked: AWSCollectionRequest) -> AWSCollectionResponse:
    """Begin to collect the whole months of a period, or join the collection that is going on. 409 while an import is."""
    wanted = scopes.scope(asked.start_date, asked.end_date, tuple(asked.services), tuple(asked.regions), held.as_of)
    return _begun(request, response, held, wanted)


@router.post("/refresh", status_code=202, summary="Collect what may have changed", responses=BUSY)
def refresh(request: Request, response: Response, held: HeldNow) -> AWSCollectionResponse:
    """Begin to read the open months again, however fresh they are, with all resources, or join the collection that is going on."""
    return _begun(request, response, held, None)


@router.get("/jobs/{job_id}", summary="Where a job is", responses=NOT_FOUND)
def job_status(job_id: str) -> AWSJobStatusResponse:
    """The state, progress and result of a collection, an import or a check of access: one of the last hundred since the server started."""
    job = desk.find(job_id)
    if job is None:
        raise HTTPException(404, f"There is no job {job_id}; the last hundred since the server started are known.")
    return AWSJobStatusResponse(
        job_id=job.id,
        kind=job.kind,
        label=job.label,
        state=_state(job),
        started_at=job.started_at,
        ended_at=job.ended_at,
        note=job.note,
        steps=[JobStep(step=step.step, done=step.done, total=step.total, unit=step.unit) for step in job.steps],
        scope=_scope(job),
        result=_result(job.result) if isinstance(job.result, RefreshResult) else None,
        error=_error(job),
    )


def _begun(request: Request, response: Response, held: HeldNow, wanted: Scope | None) -> AWSCollectionResponse:
    space: Workspace = request.app.state.space()
    if not held.is_demo and not space.credentials.wait():
        raise CredentialsMissing("There are no AWS credentials.", "Set them as docs/aws-collector.md says, and start the server again.")
    before = desk.running
    job = collecting.start(scope=wanted, space=space, as_of=held.as_of)
    url = f"{AWS}/jobs/{job.id}"
    response.headers["Location"] = url
    return AWSCollectionResponse(job_id=job.id, joined=job is before, state=_state(job), status_url=url, scope=_scope(job))


def _state(job: Job) -> str:
    if job.running:
        return "running"
    if job.was_cancelled:
        return "cancelled"
    return "failed" if job.error or job.failed else "done"


def _scope(job: Job) -> CollectionScope | None:
    wanted = getattr(job.about, "scope", None)
    if wanted is None:
        return None
    return CollectionScope(start_date=wanted.start, end_date=wanted.end, services=list(wanted.services), regions=list(wanted.regions))


def _result(result: RefreshResult) -> CollectionResult:
    lacking = [outcome for outcome in result.outcomes if outcome.status is not SliceStatus.COMPLETE]
    return CollectionResult(
        run=result.run_id,
        months=result.months,
        rows=sum(outcome.row_count for outcome in result.outcomes),
        requests=result.requests,
        usd=result.usd,
        seconds=result.seconds,
        incomplete=[
            SliceOfJob(
                collector=outcome.collector,
                account_id=outcome.account_id,
                region=outcome.region,
                reason=outcome.reason,
                status=outcome.status,
            )
            for outcome in lacking
        ],
    )


def _error(job: Job) -> ErrorResponse | None:
    if job.error:
        return ErrorResponse(error=type(job.error).__name__, message=job.error.message, hint=job.error.hint, detail=job.error.message)
    return ErrorResponse(error="Failed", message=job.failed, hint="", detail=job.failed) if job.failed else None
