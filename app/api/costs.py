"""What was spent: all of it, EC2's and RDS's with the resources known of them."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.api import AWS
from app.api.failures import BUSY
from app.api.held import Held, HeldNow, applied, provenance, view
from app.api.models.costs import AWSCostResponse, CostRow, KnownResource
from core import services
from core.collectors import discovered
from core.errors import RunBusy, SettingError
from core.models import DIMENSIONS, TAG_PREFIX, CostType, Filters, Grain
from core.store import estate, queries

MOST_ROWS = 10_000
BY_DEFAULT = ("account", "region", "service", "charge_category")
EC2_NEIGHBOURS = (services.EBS.label, services.NAT_GATEWAY.label, services.DATA_TRANSFER.label, services.service("EC2 - Other").label)
"""What AWS bills under EC2 and the dashboard tells apart."""

_INSTANCE, _DATABASE, _RDS = "ec2:instance", "rds:db", "RDS"
_KEYS = {"account_id": "account", "charge_category": "category", "daily": "day", "weekly": "week", "monthly": "month"}

router = APIRouter(prefix=f"{AWS}/costs", tags=["Costs"], responses=BUSY)


def _key(name: object) -> object:
    """What the dashboard calls it, for names that AWS or a cost row has."""
    return _KEYS.get(name.lower(), name) if isinstance(name, str) else name


_Key = Annotated[str, BeforeValidator(_key)]


class _Days(BaseModel):
    """What all three routes take."""

    model_config = ConfigDict(extra="forbid")

    start_date: date | None = Field(None, description="The first day, included. By default the last 30 days with figures.")
    end_date: date | None = Field(None, description="The last day, included.")
    region: list[str] = Field([], description="Only these regions.")
    account: list[str] = Field([], description="Only these account ids.")
    charge_category: list[str] = Field([], description="Only these: Usage, Purchase, Credit, Adjustment, Tax.")
    cost_type: CostType = Field(CostType.UNBLENDED, description="Which amount `cost` and `total` are.")
    currency: str | None = Field(None, description="By default the one of most charges; currencies are never added together.")
    group_by: list[_Key] = Field(
        list(BY_DEFAULT),
        description="What rows are told apart by, beside the date: account, region, service, charge_category, provider, usage_type, "
        "resource or tag:KEY.",
    )
    granularity: Annotated[Grain, BeforeValidator(_key)] = Field(Grain.DAY, description="How long a row's time is.")
    limit: int = Field(1000, ge=1, le=MOST_ROWS, description="The most rows of a page.")
    offset: int = Field(0, ge=0, description="How many rows to leave out before.")
    data_version: int | None = Field(
        None, description="The version that another page came from; where figures were published since, the answer is 409."
    )


class CostQuery(_Days):
    """What costs are asked for."""

    service: list[str] = Field([], description="Only these services, under the dashboard's labels or AWS's names.")
    provider: list[str] = Field([], description="Only these providers, where bills of several are imported.")


class ServiceCostQuery(_Days):
    """What costs and resources of one service are asked for."""

    resource_limit: int = Field(1000, ge=0, le=MOST_ROWS, description="The most resources of a page.")
    resource_offset: int = Field(0, ge=0, description="How many resources to leave out before.")


@router.get("", summary="Costs by day, week or month")
def costs(held: HeldNow, query: Annotated[CostQuery, Query()]) -> AWSCostResponse:
    """A page of rows of the chosen costs, and the total of all pages, which is the dashboard's for the same filters.

    While `next_offset` isn't null there is another page. Pass `data_version` with it, so that all pages are of one version.
    """
    return _answer(held, query, service=query.service, provider=query.provider)


@router.get("/ec2", summary="EC2's costs and instances")
def costs_of_ec2(held: HeldNow, query: Annotated[ServiceCostQuery, Query()]) -> AWSCostResponse:
    """The costs of the service EC2, which are its instances', as the dashboard's filter has them, and the instances known.

    AWS bills EBS volumes, NAT gateways, data transfer and further charges under EC2 too. Those are services of their own here; what they
    cost in the same period stands under `neighbours`, beside the total.
    """
    answer = _answer(held, query, service=[services.EC2_LABEL])
    if filters := _filters(held, query, service=list(EC2_NEIGHBOURS)):
        answer.neighbours = queries.cost_by(held.store, held.snapshot, filters, "service")
    return _with_resources(held, answer, query, _INSTANCE)


@router.get("/rds", summary="RDS's costs and databases")
def costs_of_rds(held: HeldNow, query: Annotated[ServiceCostQuery, Query()]) -> AWSCostResponse:
    """The costs of the service RDS, storage and backups included, and the databases known, with what each costs on demand."""
    return _with_resources(held, _answer(held, query, service=[_RDS]), query, _DATABASE)


def _filters(held: Held, query: _Days, **more: Sequence[str]) -> Filters | None:
    selected = {"account": query.account, "region": query.region, "category": query.charge_category, **more}
    return view(held, query.start_date, query.end_date, query.currency, query.cost_type, selected)


def _answer(held: Held, query: _Days, **more: Sequence[str]) -> AWSCostResponse:
    if query.data_version not in (None, held.snapshot.version):
        raise RunBusy(
            f"Version {query.data_version} of the figures isn't the published one any more; {held.snapshot.version} is.",
            "Begin again with the first page.",
        )
    filters, groups = _filters(held, query, **more), _groups(query.group_by)
    asked = (held.store, held.snapshot, filters, groups, query.granularity) if filters else None
    count = queries.cost_row_count(*asked) if asked else 0
    frame = queries.cost_rows(*asked, query.limit, query.offset) if asked and count > query.offset else pd.DataFrame()
    end = query.offset + len(frame)
    return AWSCostResponse(
        **provenance(held),
        filters=applied(filters, query.cost_type),
        group_by=[_shown(group) for group in groups],
        granularity=query.granularity,
        total=queries.total(held.store, held.snapshot, filters) if filters else None,
        unknown_charges=queries.unknown_charges(held.store, held.snapshot, filters) if filters else 0,
        row_count=count,
        limit=query.limit,
        offset=query.offset,
        next_offset=end if end < count else None,
        rows=list(_rows(frame, groups, query)),
    )


def _groups(asked: Sequence[str]) -> tuple[str, ...]:
    """What rows are told apart by, under the dashboard's keys. Raises SettingError."""
    groups = tuple(dict.fromkeys(str(_key(name)) for name in asked))
    for group in groups:
        if group not in DIMENSIONS and not (group.startswith(TAG_PREFIX) and len(group) > len(TAG_PREFIX)):
            raise SettingError(f"Costs can't be grouped by “{group}”.", f"They can by {', '.join(map(_shown, DIMENSIONS))} and tag:KEY.")
    return groups


def _shown(group: str) -> str:
    return "charge_category" if group == "category" else group


def _field(group: str) -> str:
    return "account_id" if group == "account" else _shown(group)


def _rows(frame: pd.DataFrame, groups: Sequence[str], query: _Days) -> Iterator[CostRow]:
    """A page's rows."""
    tags = [group for group in groups if group.startswith(TAG_PREFIX)]
    for row in frame.to_dict("records"):
        named: dict[str, Any] = {_field(group): row[group] for group in groups if group not in tags}
        named |= {"tags": {tag.removeprefix(TAG_PREFIX): row[tag] for tag in tags if row[tag]}} if tags else {}
        named |= {"account_name": row["account_name"]} if "account" in groups else {}
        amounts = {cost_type.value: row[cost_type.value] for cost_type in CostType}
        yield CostRow(
            date=pd.Timestamp(row["date"]).date(),
            **named,
            **amounts,
            cost=amounts[query.cost_type],
            currency=row["currency"],
            estimated=row["estimated"],
            source=row["source"],
        )


def _with_resources(held: Held, answer: AWSCostResponse, query: ServiceCostQuery, resource_type: str) -> AWSCostResponse:
    """The answer with the resources known of a type; without them where nothing looks for such."""
    if not any(resource_type in collector.resource_types for collector in discovered()):
        return answer
    selected = {"account": query.account, "region": query.region}
    answer.resource_count = estate.count(held.store, held.snapshot, resource_type, selected)
    listed = estate.listed(held.store, held.snapshot, resource_type, selected, query.resource_limit, query.resource_offset)
    answer.resources = [_resource(row) for row in listed.to_dict("records")]
    return answer


def _resource(row: dict[Any, Any]) -> KnownResource:
    created = None if pd.isna(row["created_at"]) else row["created_at"]
    attributes = json.loads(row["attributes"] or "{}")
    return KnownResource(**{**row, "created_at": created, "attributes": attributes, "monthly_cost_usd": row["monthly_cost"]})
