"""What was unusual, where it came from, and what is said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api import AWS
from app.api.failures import NOT_FOUND
from app.api.held import Held, HeldNow, applied, provenance, view
from app.api.models.anomalies import (
    AnomalyCause,
    AnomalyRules,
    AWSAnomaliesResponse,
    AWSAnomalyActionRequest,
    AWSAnomalyActionResponse,
    FoundAnomaly,
)
from core import anomaly_life, insight, runs
from core.analysis.causes import Causes, Part
from core.insight import Anomaly, Rules
from core.insight.anomaly import MODES, SEVERITIES
from core.insight.standing import STATES
from core.models import CostType, Filters
from core.store import queries

MOST_CAUSES = 20

router = APIRouter(prefix=f"{AWS}/anomalies", tags=["Analysis"])


class AnomalyQuery(BaseModel):
    """Which anomalies are asked for; rules that aren't sent are those of the settings."""

    model_config = ConfigDict(extra="forbid")

    start_date: date | None = Field(None, description="The first day, included. By default the last 30 days with figures.")
    end_date: date | None = Field(None, description="The last day, included.")
    service: list[str] = Field([], description="Only these services, under the dashboard's labels or AWS's names.")
    account: list[str] = Field([], description="Only these account ids.")
    region: list[str] = Field([], description="Only these regions.")
    cost_type: CostType = Field(CostType.UNBLENDED, description="Which amount is judged.")
    currency: str | None = Field(None, description="By default the one of most charges; currencies are never added together.")
    severity: list[Literal[SEVERITIES]] = Field([], description="Only these severities.")  # type: ignore[valid-type]
    state: list[Literal[STATES]] = Field([], description="Only those that stand there.")  # type: ignore[valid-type]
    mode: Literal[MODES] | None = Field(None, description="`usual`, or `day-before`: 20 % on the day before.")  # type: ignore[valid-type]
    sensitivity: float | None = Field(None, ge=0.1, le=10, description="Divides the limits: 2 alerts at half the difference.")
    floor_usd: float | None = Field(None, ge=0, le=1e9, description="A day that is off by less is no anomaly.")
    floor_percent: float | None = Field(None, ge=0, le=1000, description="The same in percent of what was expected.")

    def rules(self, saved: Rules) -> Rules:
        """The rules asked for."""
        asked = {name: value for name in Rules.__dataclass_fields__ if (value := getattr(self, name)) is not None}
        return replace(saved, **asked)


@router.get("", summary="Anomalies, with their causes and where they stand")
def anomalies(held: HeldNow, query: Annotated[AnomalyQuery, Query()]) -> AWSAnomaliesResponse:
    """The events that touch the period, each with its causes in dollars that add up to its impact. Nothing is asked of AWS."""
    selected = {"service": query.service, "account": query.account, "region": query.region}
    filters = view(held, query.start_date, query.end_date, query.currency, query.cost_type, selected)
    rules = query.rules(Rules.of(held.config))
    found = insight.anomalies(held.store, held.snapshot, filters, held.settled_days, rules) if filters else []
    shown = [one for one in found if one.severity in (query.severity or SEVERITIES) and one.state in (query.state or STATES)]
    return AWSAnomaliesResponse(
        **provenance(held),
        filters=applied(filters, query.cost_type),
        rules=AnomalyRules(**asdict(rules)),
        found=len(shown),
        anomalies=told(held, filters, shown, found) if filters else [],
    )


@router.post("/actions", summary="Say where anomalies stand", responses=NOT_FOUND)
def act(held: HeldNow, said: AWSAnomalyActionRequest) -> AWSAnomalyActionResponse:
    """Call them expected, being investigated, resolved or open again. All of them are changed, or none. What is expected teaches."""
    known = _every(held)
    changed = anomaly_life.say(held.store, known, said.ids, said.state, at=runs.utc_now(), who=said.who, reason=said.reason)
    return AWSAnomalyActionResponse(changed=changed)


def told(held: Held, filters: Filters, shown: Sequence[Anomaly], found: Sequence[Anomaly] = ()) -> list[FoundAnomaly]:
    """Anomalies of a view under the API's names, with their causes; `found` are all that they were found with."""
    return [_told(one, insight.origins(held.store, held.snapshot, filters, one, found or shown).causes) for one in shown]


def _every(held: Held) -> list[Anomaly]:
    """All anomalies of the whole organisation, in each currency."""
    span = queries.coverage(held.store, held.snapshot)
    views = [Filters(span.first, span.last, currency) for currency in span.currencies] if span else []
    rules = Rules.of(held.config)
    return [one for filters in views for one in insight.anomalies(held.store, held.snapshot, filters, held.settled_days, rules)]


def _told(one: Anomaly, causes: Causes) -> FoundAnomaly:
    own = {name: value for name, value in asdict(one).items() if name not in ("scope", "where")}
    return FoundAnomaly(**own, scope=dict(one.scope), where=dict(one.where), causes=list(_causes(causes)))


def _causes(causes: Causes) -> Iterator[AnomalyCause]:
    parts, adds, offsets = causes.summed(MOST_CAUSES)
    nothing = dict.fromkeys(causes.keys, "")
    for part in parts:
        yield _cause("part", dict(zip(causes.keys, part.values, strict=True)), part)
    if adds:
        yield _cause("other", nothing, adds)
    if offsets:
        yield _cause("offsetting", nothing, offsets)


def _cause(kind: Literal["part", "other", "offsetting"], values: dict[str, str], part: Part) -> AnomalyCause:
    return AnomalyCause(kind=kind, **values, expected=part.expected, actual=part.actual, contribution=part.contribution)
