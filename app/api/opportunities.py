"""What could be saved, and what is said of it."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api import AWS
from app.api.failures import NOT_FOUND
from app.api.held import Held, HeldNow, provenance
from app.api.models.opportunities import (
    AWSOpportunitiesResponse,
    AWSOpportunityActionRequest,
    AWSOpportunityActionResponse,
    AWSPastOpportunitiesResponse,
    NotMeasured,
    Opportunity,
    OpportunityTotals,
    RealisedSaving,
)
from core import analyze, lifecycle, runs, services
from core.checks.contract import LEVELS, TYPES
from core.errors import RunBusy
from core.insight import realised
from core.insight.realised import Realised, Refused
from core.models import OPPORTUNITIES
from core.store import events, past, publish
from core.store import opportunities as found
from core.store.events import STATES

router = APIRouter(prefix=f"{AWS}/opportunities", tags=["Opportunities"])

_NARROWED = ("type", "priority", "service", "account", "region", "check", "state")


class _Narrowed(BaseModel):
    """Which findings are asked for."""

    model_config = ConfigDict(extra="forbid")

    type: list[Literal[TYPES]] = Field([], description="Only these types.")  # type: ignore[valid-type]
    priority: list[Literal[LEVELS]] = Field([], description="Only these priorities.")  # type: ignore[valid-type]
    service: list[str] = Field([], description="Only these services, under the dashboard's labels or AWS's names.")
    account: list[str] = Field([], description="Only these account ids.")
    region: list[str] = Field([], description="Only these regions.")
    check: list[str] = Field([], description="Only what these checks found.")
    limit: int = Field(100, ge=1, le=1000, description="The most findings of a page.")
    offset: int = Field(0, ge=0, description="How many findings to leave out before.")

    def chosen(self) -> dict[str, list[str]]:
        """The selection, services under the dashboard's labels."""
        selected = {name: list(values) for name in _NARROWED if (values := getattr(self, name, None))}
        if "service" in selected:
            selected["service"] = list(dict.fromkeys(services.service(name).label for name in selected["service"]))
        return selected


class OpportunityQuery(_Narrowed):
    """Which findings are asked for, and how they are sorted."""

    state: list[Literal[STATES]] = Field([], description="Only findings that stand there; `dismissed` and `done` are among all.")  # type: ignore[valid-type]
    sort: Literal[found.SORTS] = Field("monthly_savings", description="What findings are sorted by.")  # type: ignore[valid-type]
    descending: bool = Field(True, description="The largest first.")
    not_measured_limit: int = Field(100, ge=0, le=10_000, description="How much to list of what couldn't be judged.")
    not_measured_offset: int = Field(0, ge=0, description="How much of that to leave out before.")


class PastQuery(_Narrowed):
    """Which past findings are asked for."""

    state: list[Literal[past.STATES]] = Field([], description="Only those that stand there.")  # type: ignore[valid-type]


@router.get("", summary="Findings, with their total")
def opportunities(held: HeldNow, query: Annotated[OpportunityQuery, Query()]) -> AWSOpportunitiesResponse:
    """A page of findings, the total of what could be saved (each resource once), and apart from them what couldn't be judged."""
    store, snap, chosen = held.store, held.snapshot, query.chosen()
    totals = found.totals(store, snap, chosen, as_of=held.as_of)
    page = found.page(store, snap, chosen, query.limit, query.offset, query.sort, as_of=held.as_of, descending=query.descending)
    lacking = found.not_measured(store, snap, chosen, query.not_measured_limit, query.not_measured_offset)
    judged = any(partition.kind == OPPORTUNITIES for partition in snap.current)
    return AWSOpportunitiesResponse(
        **provenance(held),
        filters=chosen,
        judged=judged,
        totals=OpportunityTotals(found=totals.found, counted=totals.counted, monthly_savings_usd=totals.savings, unpriced=totals.unpriced)
        if judged
        else None,
        limit=query.limit,
        offset=query.offset,
        next_offset=_next(query, page, totals.found),
        opportunities=_told(held, page),
        not_measured_count=found.not_measured_count(store, snap, chosen),
        not_measured=[NotMeasured(**row) for row in lacking.to_dict("records")],
    )


@router.get("/past", summary="Findings that are done or gone")
def past_opportunities(held: HeldNow, query: Annotated[PastQuery, Query()]) -> AWSPastOpportunitiesResponse:
    """What isn't found any more and is done, or was closed by itself, as it last was, and what the done ones have really saved."""
    store, snap, chosen = held.store, held.snapshot, query.chosen()
    page = past.listed(store, snap, chosen, query.limit, query.offset, as_of=held.as_of)
    count = past.count(store, snap, chosen, as_of=held.as_of)
    return AWSPastOpportunitiesResponse(
        **provenance(held),
        filters=chosen,
        found=count,
        limit=query.limit,
        offset=query.offset,
        next_offset=_next(query, page, count),
        opportunities=_told(held, page),
    )


@router.post("/actions", summary="Say something of findings", responses=NOT_FOUND)
def act(held: HeldNow, said: AWSOpportunityActionRequest) -> AWSOpportunityActionResponse:
    """Accept, dismiss, call done or open again, or set owner, note and ticket. All of the findings are changed, or none.

    Where that changes what is counted, everything is judged again before it answers, unless a collection or import is going on.
    """
    store = held.store
    before = events.set_aside(store, held.as_of)
    changed = lifecycle.act(
        store,
        said.ids,
        said.action,
        at=runs.utc_now(),
        who=said.who,
        reason=said.reason,
        until=said.until,
        owner=said.owner,
        note=said.note,
        ticket=said.ticket,
    )
    judged = pending = False
    if events.set_aside(store, held.as_of) != before:
        try:
            judged = analyze.judge_again(store, held.config, held.as_of) is not None
        except RunBusy:
            pending = True
    return AWSOpportunityActionResponse(changed=changed, judged_again=judged, pending=pending, data_version=publish.snapshot(store).version)


def _next(query: _Narrowed, page: pd.DataFrame, count: int) -> int | None:
    end = query.offset + len(page)
    return end if end < count else None


def _told(held: Held, page: pd.DataFrame) -> list[Opportunity]:
    """Rows of the store under the API's names; those that are done with what they have saved."""
    rows = page.astype(object).where(page.notna(), None).to_dict("records")
    done = [row for row in rows if row["state"] == "done"]
    saved = _saved(held, done)
    return [_opportunity(row, saved.get(row["id"])) for row in rows]


def _saved(held: Held, done: Sequence[dict[Any, Any]]) -> dict[str, RealisedSaving]:
    asked = [(row, row["state_at"]) for row in done]
    answers = realised.each(held.store, held.snapshot, asked, held.settled_days)
    return {row["id"]: _realised(answer) for row, answer in zip(done, answers, strict=True)}


def _realised(answer: Realised | Refused) -> RealisedSaving:
    if isinstance(answer, Refused):
        nothing = dict.fromkeys(("monthly_before", "monthly_after", "monthly_saving", "currency", "source"))
        return RealisedSaving(**nothing, days_before=0, days_after=0, refused=answer.reason)
    return RealisedSaving(
        monthly_before=answer.before_monthly,
        monthly_after=answer.after_monthly,
        monthly_saving=answer.saving,
        currency=answer.currency,
        days_before=answer.days_before,
        days_after=answer.days_after,
        source=answer.source,
    )


def _opportunity(row: dict[Any, Any], saved: RealisedSaving | None) -> Opportunity:
    told = {name: json.loads(row[name]) for name in ("evidence", "price")}
    amounts = {"monthly_savings_usd": row["monthly_savings"], "monthly_cost_usd": row["monthly_cost"]}
    return Opportunity(**{**row, **told, **amounts, "realised": saved})
