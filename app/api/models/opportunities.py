"""What could be saved, and what is said of it."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.models.common import Amount, Provenance


class RealisedSaving(BaseModel):
    """What a finding that is done saved, by the charges of its resource before and after. Amounts are a month's, 730 hours."""

    monthly_before: Amount | None = Field(description="What it cost before, at effective cost; null where `refused` says why.")
    monthly_after: Amount | None = Field(description="What it costs since.")
    monthly_saving: Amount | None = Field(description="The difference; negative where it costs more now.")
    currency: str | None = Field(description="The bill's currency.")
    days_before: int = Field(description="How many settled days before it rests on.")
    days_after: int = Field(description="How many settled days after it rests on.")
    source: str | None = Field(description="The bill.")
    refused: str | None = Field(None, description="Why nothing can be said.")


class Opportunity(BaseModel):
    """A finding in full."""

    id: str = Field(description="The same in every run.")
    check: str = Field(description="The check that found it; docs/checks.md lists them.")
    type: str = Field(description="What it is about.")
    service: str = Field(description="The resource's service.")
    account_id: str = Field(description="Its account.")
    account_name: str = Field(description="The account's name; empty where it isn't known.")
    region: str = Field(description="Its region.")
    resource_type: str = Field(description="Such as `ec2:instance`.")
    resource_id: str = Field(description="Its id.")
    resource_name: str = Field(description="Its name; empty where it has none.")
    monthly_savings_usd: Amount = Field(description="What it would save a month, net of commitments.")
    monthly_cost_usd: Amount | None = Field(description="What the resource costs a month; null where no price is known.")
    currency: str = Field(description="USD.")
    confidence: float = Field(description="From 0 to 1.")
    priority: str = Field(description="low, medium or high.")
    effort: str = Field(description="low, medium or high.")
    risk: str = Field(description="low, medium or high.")
    title: str = Field(description="The check in a few words.")
    reason: str = Field(description="One sentence that names the resource with its figures.")
    evidence: dict[str, Any] = Field(description="What it rests on: metrics, window, thresholds, commitments.")
    price: dict[str, Any] = Field(description="How the saving is reckoned, line by line.")
    fix: str = Field(description="The aws command that does it.")
    counted: bool = Field(description="Whether the total takes it: findings on one resource that exclude one another count once.")
    state: str = Field(description="open, accepted, dismissed, done or closed: `open` until somebody says otherwise.")
    state_by: str = Field(description="Who said so; empty where nobody did.")
    state_at: datetime | None = Field(description="When, UTC.")
    state_reason: str = Field(description="Why; a dismissal always has a reason.")
    state_until: date | None = Field(description="The last day on which a dismissal holds; null is for good.")
    owner: str = Field(description="Whose it is.")
    note: str = Field(description="What else was noted.")
    ticket: str = Field(description="An address or a key.")
    still_found: bool = Field(description="Whether it is done, and a later day's collection finds it all the same.")
    realised: RealisedSaving | None = Field(None, description="What it has saved as billed; null where it isn't done.")
    as_of: date = Field(description="The day it was judged on.")


class NotMeasured(BaseModel):
    """A check that couldn't judge a resource."""

    check: str = Field(description="The check.")
    service: str = Field(description="The resource's service.")
    account_id: str = Field(description="Its account.")
    account_name: str = Field(description="The account's name; empty where it isn't known.")
    region: str = Field(description="Its region.")
    resource_type: str = Field(description="Such as `ec2:instance`.")
    resource_id: str = Field(description="Its id.")
    resource_name: str = Field(description="Its name; empty where it has none.")
    reason: str = Field(description="Why, in a sentence.")
    as_of: date = Field(description="The day it was judged on.")


class OpportunityTotals(BaseModel):
    """Over all pages."""

    found: int = Field(description="Findings.")
    counted: int = Field(description="Those that the total takes.")
    monthly_savings_usd: Amount = Field(description="What could be saved a month, each resource once.")
    unpriced: int = Field(description="Findings whose price isn't known; they save something that isn't in the total.")


class AWSOpportunitiesResponse(Provenance):
    """A page of findings, the largest saving first, and what couldn't be judged."""

    filters: dict[str, list[str]] = Field(description="The chosen values; what isn't here isn't narrowed.")
    judged: bool = Field(description="Whether anything was judged yet; without it there are no totals.")
    totals: OpportunityTotals | None = Field(description="Over all pages; null before the first collection.")
    limit: int = Field(description="The most findings of a page.")
    offset: int = Field(description="How many findings come before this page.")
    next_offset: int | None = Field(description="The next page's offset; null on the last one.")
    opportunities: list[Opportunity] = Field(description="This page's findings.")
    not_measured_count: int = Field(description="How many answers are missing.")
    not_measured: list[NotMeasured] = Field(description="What couldn't be judged, up to `not_measured_limit`. Missing isn't fine.")


class AWSPastOpportunitiesResponse(Provenance):
    """A page of findings that aren't found any more: done, or closed by themselves. As they last were, the latest first."""

    filters: dict[str, list[str]] = Field(description="The chosen values; what isn't here isn't narrowed.")
    found: int = Field(description="How many there are on all pages.")
    limit: int = Field(description="The most findings of a page.")
    offset: int = Field(description="How many findings come before this page.")
    next_offset: int | None = Field(description="The next page's offset; null on the last one.")
    opportunities: list[Opportunity] = Field(description="This page's findings.")


class AWSOpportunityActionRequest(BaseModel):
    """What to say of some findings."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "ids": ["ebs_unattached:111122223333:us-east-1:vol-1"],
                    "action": "dismiss",
                    "who": "Ana",
                    "reason": "Kept for the audit",
                    "until": "2027-03-31",
                }
            ]
        },
    )

    ids: list[str] = Field(description="The findings' ids. All of them are changed, or none.", min_length=1, max_length=10_000)
    action: Literal["accept", "dismiss", "done", "reopen", "edit"] = Field(description="`edit` leaves the state as it is.")
    who: str = Field(description="Who says so.")
    reason: str = Field("", description="Why; a dismissal needs it.")
    until: date | None = Field(None, description="The last day on which a dismissal holds; without it, for good.")
    owner: str | None = Field(None, description="Whose they are from now on; empty takes it off, null leaves it.")
    note: str | None = Field(None, description="A note in place of the present one; empty takes it off, null leaves it.")
    ticket: str | None = Field(None, description="A ticket's address or key; empty takes it off, null leaves it.")


class AWSOpportunityActionResponse(BaseModel):
    """What came of it."""

    changed: int = Field(description="How many findings it was said of.")
    judged_again: bool = Field(
        description="Whether findings were counted anew. Without a need there is none; while a collection runs, its end does it."
    )
    pending: bool = Field(description="Whether the totals follow only with the end of what is going on now.")
    data_version: int = Field(description="The version of the figures now.")
