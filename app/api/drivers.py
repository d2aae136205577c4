"""Why a cost changed from one period to another."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api import AWS
from app.api.held import HeldNow, applied, provenance, view
from app.api.models.costs import AWSDriversResponse, DriverPart, DriversOf
from core.analysis.beside import Against
from core.analysis.drivers import Driver, total
from core.errors import AnalysisRefused, SettingError
from core.insight import drivers
from core.insight.drivers import Change
from core.models import CostType, Days

router = APIRouter(prefix=f"{AWS}/costs/drivers", tags=["Costs"])


class DriversQuery(BaseModel):
    """Which costs are compared, and with what."""

    model_config = ConfigDict(extra="forbid")

    start_date: date | None = Field(None, description="The first day, included. By default the last 30 days with figures.")
    end_date: date | None = Field(None, description="The last day, included; only settled days are compared.")
    against: Against = Field(
        Against.BEFORE,
        description="What to compare with: as many days just `before`, the same days of the `month` before or of last `year`, or `days`.",
    )
    before_start: date | None = Field(None, description="With `days`: the earlier period's first day.")
    before_end: date | None = Field(None, description="With `days`: its last day, included.")
    per: Literal["period", "day"] = Field("period", description="Totals, or an average day of each period.")
    group_by: Literal["service", "account", "region"] = Field("service", description="What `groups` are by.")
    service: list[str] = Field([], description="Only these services, under the dashboard's labels or AWS's names.")
    account: list[str] = Field([], description="Only these account ids.")
    region: list[str] = Field([], description="Only these regions.")
    charge_category: list[str] = Field([], description="Only these: Usage, Purchase, Credit, Adjustment, Tax.")
    provider: list[str] = Field([], description="Only these providers, where bills of several are imported.")
    cost_type: CostType = Field(CostType.UNBLENDED, description="Which amount is compared.")
    currency: str | None = Field(None, description="By default the one of most charges; currencies are never added together.")


@router.get("", summary="What drove the change of a cost")
def cost_drivers(held: HeldNow, query: Annotated[DriversQuery, Query()]) -> AWSDriversResponse:
    """The difference between two periods by driver: what is new or gone, usage, rate, commitments, credits, taxes, purchases, and the rest.

    The parts add up to the difference. Where a period isn't known, or no day of it has settled, the answer is 422 and says which.
    """
    selected = {name: getattr(query, name) for name in ("service", "account", "region", "provider")} | {"category": query.charge_category}
    filters = view(held, query.start_date, query.end_date, query.currency, query.cost_type, selected)
    if filters is None:
        raise AnalysisRefused("There are no figures to compare.", "Import a bill or collect from AWS first.")
    asked = (held.store, held.snapshot, filters, held.settled_days, query.against, _chosen(query))
    change = drivers.change(*asked, per_day=query.per == "day")
    return AWSDriversResponse(
        **provenance(held),
        filters=applied(filters, query.cost_type),
        against=query.against,
        per=query.per,
        before_start=change.before.first,
        before_end=change.before.last,
        after_start=change.after.first,
        after_end=change.after.last,
        before=change.total_before,
        after=change.total_after,
        difference=change.difference,
        drivers=_parts(change.by_driver),
        group_by=query.group_by,
        groups=_groups(change, query.group_by),
        notes=list(change.notes),
        unknown_charges=change.unknown,
    )


def _chosen(query: DriversQuery) -> Days | None:
    """The days to compare with, where they are named. Raises SettingError where they are named in part, or beside another choice."""
    named = query.before_start, query.before_end
    if query.against is not Against.DAYS and any(named):
        raise SettingError("before_start and before_end go with against=days.", "Leave them out, or choose against=days.")
    if query.against is Against.DAYS and not all(named):
        raise SettingError("against=days needs before_start and before_end.", "Name both; they are included.")
    return Days(query.before_start, query.before_end) if query.before_start and query.before_end else None


def _parts(amounts: Mapping[Driver, Decimal]) -> list[DriverPart]:
    return [DriverPart(driver=driver.value, label=driver.label, amount=amount) for driver, amount in amounts.items()]


def _groups(change: Change, dimension: str) -> list[DriversOf]:
    costs = change.costs(dimension)
    return [
        DriversOf(key=key, before=costs[key][0], after=costs[key][1], difference=total(own.values()), drivers=_parts(own))
        for key, own in change.by(dimension).items()
    ]
