"""What could be saved."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api import AWS
from app.api.held import HeldNow, provenance
from app.api.models import AWSOpportunitiesResponse, NotMeasured, Opportunity, OpportunityTotals
from core import services
from core.checks.contract import LEVELS, TYPES
from core.models import OPPORTUNITIES
from core.store import opportunities as found

router = APIRouter(prefix=f"{AWS}/opportunities", tags=["Opportunities"])

_NARROWED = ("type", "priority", "service", "account", "region", "check")


class OpportunityQuery(BaseModel):
    """Which findings are asked for."""

    model_config = ConfigDict(extra="forbid")

    type: list[Literal[TYPES]] = Field([], description="Only these types.")  # type: ignore[valid-type]
    priority: list[Literal[LEVELS]] = Field([], description="Only these priorities.")  # type: ignore[valid-type]
    service: list[str] = Field([], description="Only these services, under the dashboard's labels or AWS's names.")
    account: list[str] = Field([], description="Only these account ids.")
    region: list[str] = Field([], description="Only these regions.")
    check: list[str] = Field([], description="Only what these checks found.")
    sort: Literal[found.SORTS] = Field("monthly_savings", description="What findings are sorted by.")  # type: ignore[valid-type]
    descending: bool = Field(True, description="The largest first.")
    limit: int = Field(100, ge=1, le=1000, description="The most findings of a page.")
    offset: int = Field(0, ge=0, description="How many findings to leave out before.")
    not_measured_limit: int = Field(100, ge=0, le=10_000, description="How much to list of what couldn't be judged.")
    not_measured_offset: int = Field(0, ge=0, description="How much of that to leave out before.")


@router.get("", summary="Findings, with their total")
def opportunities(held: HeldNow, query: Annotated[OpportunityQuery, Query()]) -> AWSOpportunitiesResponse:
    """A page of findings, the total of what could be saved (each resource once), and apart from them what couldn't be judged."""
    store, snap = held.store, held.snapshot
    chosen = {name: list(values) for name in _NARROWED if (values := getattr(query, name))}
    if "service" in chosen:
        chosen["service"] = list(dict.fromkeys(services.service(name).label for name in chosen["service"]))
    totals = found.totals(store, snap, chosen)
    page = found.page(store, snap, chosen, query.limit, query.offset, query.sort, descending=query.descending)
    lacking = found.not_measured(store, snap, chosen, query.not_measured_limit, query.not_measured_offset)
    judged = any(partition.kind == OPPORTUNITIES for partition in snap.current)
    end = query.offset + len(page)
    return AWSOpportunitiesResponse(
        **provenance(held),
        filters=chosen,
        judged=judged,
        totals=OpportunityTotals(found=totals.found, counted=totals.counted, monthly_savings_usd=totals.savings, unpriced=totals.unpriced)
        if judged
        else None,
        limit=query.limit,
        offset=query.offset,
        next_offset=end if end < totals.found else None,
        opportunities=[_opportunity(row) for row in page.to_dict("records")],
        not_measured_count=found.not_measured_count(store, snap, chosen),
        not_measured=[NotMeasured(**row) for row in lacking.to_dict("records")],
    )


def _opportunity(row: dict[Any, Any]) -> Opportunity:
    """A row of the store under the API's names."""
    told = {name: json.loads(row[name]) for name in ("evidence", "price")}
    amounts = {"monthly_savings_usd": row["monthly_savings"], "monthly_cost_usd": row["monthly_cost"]}
    return Opportunity(**{**row, **told, **amounts, "state": found.STATE})
