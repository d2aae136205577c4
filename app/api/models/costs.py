"""Costs, and what drove a change of them."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from app.api.models.common import Amount, AppliedFilters, Day, Provenance


class CostRow(BaseModel):
    """The cost of a day, week or month, of one combination of what is grouped by. What isn't grouped by is null."""

    date: Day = Field(description="The day, or the first day of the week (a Monday) or month. A row holds only days of the period.")
    account_id: str | None = Field(None, description="The account that was charged.")
    account_name: str | None = Field(None, description="Its name; empty where it isn't known.")
    region: str | None = Field(None, description="The region's code; empty for what has none, such as taxes.")
    service: str | None = Field(None, description="The service under the dashboard's label.")
    charge_category: str | None = Field(None, description="FOCUS's charge category: Usage, Purchase, Credit, Adjustment or Tax.")
    provider: str | None = Field(None, description="Whose bill it is.")
    usage_type: str | None = Field(None, description="The provider's usage type; empty where the source doesn't say.")
    resource: str | None = Field(None, description="The resource's id; known from line items of a billing export alone.")
    tags: dict[str, str] | None = Field(None, description="The values of the tags that were grouped by; empty for what has no such tag.")
    cost: Amount | None = Field(description="The amount of the chosen cost type; null where the source doesn't know it.")
    unblended: Amount | None = Field(description="Billed.")
    amortized: Amount | None = Field(description="Effective: commitment fees spread over the usage that they cover.")
    net_unblended: Amount | None = Field(description="Billed, after negotiated discounts.")
    net_amortized: Amount | None = Field(description="Effective, after negotiated discounts.")
    list: Amount | None = Field(description="At the public on-demand price.")
    contracted: Amount | None = Field(description="At the negotiated price, before commitments.")
    currency: str = Field(description="The bill's currency.")
    estimated: bool = Field(description="Whether any of it is still an estimate of the provider's.")
    source: str = Field(description="The source; several with commas between them.")


class KnownResource(BaseModel):
    """A resource as last seen."""

    resource_id: str = Field(description="Its id.")
    resource_name: str = Field(description="Its name; empty where it has none.")
    account_id: str = Field(description="Its account.")
    account_name: str = Field(description="The account's name; empty where it isn't known.")
    region: str = Field(description="Its region.")
    state: str = Field(description="AWS's word for its state.")
    created_at: datetime | None = Field(description="Since when it is there; for an instance, when it was last started. UTC.")
    tags: dict[str, str] = Field(description="Its tags.")
    attributes: dict[str, Any] = Field(description="What AWS says of it, under AWS's names.")
    utilisation: dict[str, float | None] = Field(description="How busy it was on the last 14 whole days; what wasn't measured isn't here.")
    monthly_cost_usd: Amount | None = Field(description="What it costs a month on demand; null where that isn't known.")
    collected_at: datetime = Field(description="When it was last seen, UTC.")


class AWSCostResponse(Provenance):
    """A page of cost rows, and the total of all pages."""

    filters: AppliedFilters = Field(description="Which costs these are.")
    group_by: list[str] = Field(description="What rows are told apart by, beside the date.")
    granularity: str = Field(description="How long a row's time is: day, week or month.")
    total: Amount | None = Field(description="The cost of all pages; null where no charge matches or has the amount.")
    unknown_charges: int = Field(description="How many charges lack the cost type's amount, so that the total lacks them.")
    row_count: int = Field(description="How many rows all pages have.")
    limit: int = Field(description="The most rows of a page.")
    offset: int = Field(description="How many rows come before this page.")
    next_offset: int | None = Field(description="The next page's offset; null on the last one.")
    rows: list[CostRow] = Field(description="This page's rows, by date and then by what they are grouped by.")
    neighbours: dict[str, Amount] | None = Field(
        None, description="For EC2: what services cost in the same period that its bill has under it, by label. The total is without them."
    )
    resource_count: int | None = Field(None, description="How many resources are known; null where none are looked for.")
    resources: list[KnownResource] | None = Field(None, description="A page of them, by account, region and id.")


class DriverPart(BaseModel):
    """What one driver comes to."""

    driver: str = Field(description="Its key, such as `new_resources`, `usage` or `rate`; docs/methods.md says what each holds.")
    label: str = Field(description="Its name on screen.")
    amount: Amount = Field(description="Its part of the difference; negative where it made the cost smaller.")


class DriversOf(BaseModel):
    """The drivers of one service, account or region."""

    key: str = Field(description="The service's label, the account's id or the region's code; empty for what has none.")
    before: Amount = Field(description="Its cost in the earlier period.")
    after: Amount = Field(description="Its cost in the later period.")
    difference: Amount = Field(description="After less before; the sum of its drivers.")
    drivers: list[DriverPart] = Field(description="Its drivers; one that it doesn't have isn't here.")


class AWSDriversResponse(Provenance):
    """The difference of a cost between two periods, by what drove it."""

    filters: AppliedFilters = Field(description="Which costs these are; the days are those of the view.")
    against: str = Field(description="What the view's days are set beside: before, month, year or days.")
    per: str = Field(description="`period` for totals, `day` for an average day of each.")
    before_start: date = Field(description="The earlier period's first day.")
    before_end: date = Field(description="Its last day, included.")
    after_start: date = Field(description="The later period's first day.")
    after_end: date = Field(description="Its last day, included: the view's last settled one.")
    before: Amount = Field(description="The cost of the earlier period.")
    after: Amount = Field(description="The cost of the later period.")
    difference: Amount = Field(description="After less before; the sum of all drivers.")
    drivers: list[DriverPart] = Field(description="The drivers that there are, in the order of the waterfall.")
    group_by: str = Field(description="What `groups` are by.")
    groups: list[DriversOf] = Field(description="The same by service, account or region, the largest difference first; they add up too.")
    notes: list[str] = Field(description="What couldn't be told apart, and why.")
    unknown_charges: int = Field(description="How many charges lack the cost type's amount, so that all of this lacks them.")
