"""Access, collections and their progress."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.models.common import Amount, ErrorResponse, IncompleteSlice


class CheckedPermission(BaseModel):
    """An action that was tried in an account."""

    action: str = Field(description="The IAM action.")
    account_id: str = Field(description="The account.")
    status: Literal["ok", "missing", "unknown"] = Field(description="`unknown` is where it couldn't be told.")
    reason: str = Field(description="What AWS said; empty where the permission is there.")
    lost: str = Field(description="What lacking it costs.")
    hint: str = Field(description="What to do.")


class AWSConnectionTestResponse(BaseModel):
    """Whose credentials these are and what they may do. Never a secret."""

    ok: bool = Field(description="Whether every permission is there.")
    demo: bool = Field(description="Whether the demo organisation was asked.")
    account_id: str | None = Field(description="The credentials' account; null where AWS didn't say.")
    arn: str | None = Field(description="The caller's ARN.")
    permissions: list[CheckedPermission] = Field(description="Each that was tried, what is lacking first.")
    error: ErrorResponse | None = Field(None, description="Why nothing could be tried.")
    requests: int = Field(description="How many requests it took.")
    usd: Amount = Field(description="What AWS charges for them.")


class AWSCollectionRequest(BaseModel):
    """What to collect. The whole months of the days are read, of all services and regions, so that they add up to AWS's total."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"start_date": "2026-10-01", "end_date": "2026-10-31", "services": ["EC2"], "regions": ["us-east-1"]}]
        },
    )

    start_date: date = Field(description="The first day, included.")
    end_date: date = Field(description="The last day, included.")
    services: list[str] = Field([], description="Whose resources are listed; without any, all. Others stay as known.")
    regions: list[str] = Field([], description="Where resources are listed; without any, everywhere. Others stay as known.")


class CollectionScope(BaseModel):
    """What a collection is limited to."""

    start_date: date = Field(description="The first day.")
    end_date: date = Field(description="The last day, included.")
    services: list[str] = Field(description="Service labels; none is all.")
    regions: list[str] = Field(description="Region codes; none is all.")


class AWSCollectionResponse(BaseModel):
    """A collection that was begun, or one that was going on."""

    job_id: str = Field(description="What to ask the job's state by.")
    joined: bool = Field(description="Whether it was going on already, and so is limited as its own request was.")
    state: str = Field(description="running, done, failed or cancelled.")
    status_url: str = Field(description="Where its state is told.")
    scope: CollectionScope | None = Field(description="What it is limited to; null is a refresh of all that may have changed.")


class JobStep(BaseModel):
    """How far a step is."""

    step: str = Field(description="What is done.")
    done: int = Field(description="How many of them.")
    total: int = Field(description="Of how many; 0 is unknown.")
    unit: str = Field(description="Of what.")


class SliceOfJob(IncompleteSlice):
    """A part that isn't complete."""

    status: str = Field(description="`incomplete`, or `skipped` where it wasn't asked for.")


class CollectionResult(BaseModel):
    """What a collection brought."""

    run: str = Field(description="The run that was published.")
    months: int = Field(description="Published months of costs.")
    rows: int = Field(description="Rows that were kept.")
    requests: int = Field(description="Requests to AWS.")
    usd: Amount = Field(description="What AWS charges for them.")
    seconds: float = Field(description="How long it took.")
    incomplete: list[SliceOfJob] = Field(description="What it lacks, and what it left out.")


class AWSJobStatusResponse(BaseModel):
    """Where a job is."""

    job_id: str = Field(description="Its id.")
    kind: str = Field(description="collection, import or access check.")
    label: str = Field(description="Of what.")
    state: Literal["running", "done", "failed", "cancelled"] = Field(description="Where it is.")
    started_at: datetime = Field(description="UTC.")
    ended_at: datetime | None = Field(description="UTC; null while it runs.")
    note: str = Field(description="What holds it up just now; mostly empty.")
    steps: list[JobStep] = Field(description="Every step so far, the present one last.")
    scope: CollectionScope | None = Field(None, description="What a collection is limited to.")
    result: CollectionResult | None = Field(None, description="What a collection brought.")
    error: ErrorResponse | None = Field(None, description="Why it failed. What was published is unchanged.")
