"""Anomalies, their causes, and where they stand."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.models.common import Amount, AppliedFilters, Provenance


class AnomalyCause(BaseModel):
    """A part of an anomaly. The contributions of an anomaly's causes add up to its impact to the cent."""

    kind: Literal["part", "other", "offsetting"] = Field(
        description="A combination of values, or what is left: `other` parts that add to the impact, and those that offset it."
    )
    account: str = Field(description="The account; empty in a sum of parts.")
    service: str = Field(description="The service.")
    region: str = Field(description="The region; empty for what has none.")
    usage_type: str = Field(description="The usage type; empty where the source doesn't tell it by day.")
    expected: Amount = Field(description="What was expected of it.")
    actual: Amount = Field(description="What it cost.")
    contribution: Amount = Field(description="The difference; of the other sign where it offsets the impact.")


class FoundAnomaly(BaseModel):
    """An event: days on which something cost more or less than usual. All alerts about the same money are one."""

    id: str = Field(description="The same whenever it is found; after later days it may be another, which `alerts` tells.")
    service: str = Field(description="The service that it is named after; empty for a usage type's, account's, region's or the total's.")
    scope: dict[str, str] = Field(description="What its amounts are the cost of, by dimension; empty is the total.")
    where: dict[str, str] = Field(description="The smallest part of the scope that makes at least four fifths of the impact.")
    where_impact: Amount = Field(description="What that part makes of the impact.")
    alerts: list[str] = Field(description="Ids of all alerts that are this event, its own first.")
    first: date = Field(description="Its first day.")
    last: date = Field(description="Its last day so far.")
    expected: Amount = Field(description="What was expected of its days.")
    actual: Amount = Field(description="What they cost.")
    impact: Amount = Field(description="The difference.")
    percent: float | None = Field(description="The same in percent; null from nothing, which is new.")
    severity: str = Field(description="low, medium or high.")
    score: float = Field(description="How far off its first day was, in limits.")
    currency: str = Field(description="Its currency.")
    gradual: bool = Field(description="Whether each day is within the usual range and only their run isn't.")
    ongoing: bool = Field(description="Whether its last day is the last settled one.")
    open: bool = Field(description="Whether it began within the last 30 settled days and isn't expected or resolved.")
    state: str = Field(description="open, investigating, expected or resolved.")
    state_by: str = Field(description="Who said so.")
    state_at: datetime | None = Field(description="When, UTC.")
    state_reason: str = Field(description="Why.")
    taught_by: str = Field(description="The anomaly that taught that this one is expected; empty where it was said of this one.")
    causes: list[AnomalyCause] = Field([], description="Where it came from, the largest contribution of either sign first.")


class AnomalyRules(BaseModel):
    """How days are judged."""

    mode: str = Field(description="`usual`, or `day-before`.")
    sensitivity: float = Field(description="Divides the limits of what is usual.")
    floor_usd: float = Field(description="A day that is off by less is no anomaly, in the bill's currency.")
    floor_percent: float = Field(description="The same in percent of what was expected.")


class AWSAnomaliesResponse(Provenance):
    """The anomalies of a view. Only settled days are judged."""

    filters: AppliedFilters = Field(description="Which costs these are of.")
    rules: AnomalyRules = Field(description="By which rules days were judged.")
    found: int = Field(description="How many there are.")
    anomalies: list[FoundAnomaly] = Field(description="Those that touch the period, the newest first.")


class AWSAnomalyActionRequest(BaseModel):
    """Where some anomalies stand."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"ids": ["anomaly:EC2:2026-11-09"], "state": "expected", "who": "Ana", "reason": "The yearly load test"}]
        },
    )

    ids: list[str] = Field(description="Their ids. All of them are changed, or none.", min_length=1, max_length=1000)
    state: Literal["open", "investigating", "expected", "resolved"] = Field(description="Where they stand from now on.")
    who: str = Field(description="Who says so.")
    reason: str = Field("", description="Why; what is expected needs it, and later ones like it are taken as expected for it.")


class AWSAnomalyActionResponse(BaseModel):
    """What came of it."""

    changed: int = Field(description="Of how many anomalies it was said.")
