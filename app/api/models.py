"""What is sent and answered. Amounts are decimal inside and JSON numbers outside; days are UTC days, times UTC."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

Amount = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json"), WithJsonSchema({"type": "number"})]
"""Money, or another decimal figure. A double keeps the cents of any amount below 90,000,000,000,000."""

Day = date
"""A UTC day, for models that have a field of that name."""


class ErrorResponse(BaseModel):
    """What went wrong."""

    error: str = Field(description="The kind of error, such as `SettingError` or `RunBusy`.")
    message: str = Field(description="One sentence that names the thing.")
    hint: str = Field(description="What to do next; empty where there is nothing to say.")
    detail: str = Field(description="The message again, where HTTP clients look for one.")


class IncompleteSlice(BaseModel):
    """A part of the published collection that lacks something. What an earlier collection knew of it still stands."""

    collector: str = Field(description="Which collector, as on the data page.")
    account_id: str = Field(description="The account; empty is all of them.")
    region: str = Field(description="The region; empty is all of them.")
    reason: str = Field(description="What AWS said, in a sentence.")


class FigureSource(BaseModel):
    """Where costs come from."""

    source: str = Field(description="Kind, provider and billing account, such as `ce:AWS:111122223333`.")
    run: str = Field(description="The run that brought them.")
    first_month: date = Field(description="The first month that it brought, by its first day.")
    last_month: date = Field(description="The last month that it brought, by its first day.")


class Provenance(BaseModel):
    """What an answer rests on: one published version of the figures."""

    data_version: int = Field(description="The version of the figures; it grows when others are published.")
    demo: bool = Field(description="Whether they are the made-up demo organisation's.")
    as_of: date | None = Field(description="The day that the newest run of these figures took for today.")
    settled: date | None = Field(description="The last day whose costs have settled; later ones may still grow.")
    run: str | None = Field(description="The newest run of these figures.")
    sources: list[FigureSource] = Field(description="Where the costs come from, by source and run.")
    incomplete: list[IncompleteSlice] = Field(description="What the published collection lacks.")


class AppliedFilters(BaseModel):
    """Which costs an answer is about."""

    start_date: date | None = Field(description="The first day, included.")
    end_date: date | None = Field(description="The last day, included.")
    currency: str | None = Field(description="Currencies are never added together.")
    cost_type: str = Field(description="Which amount `cost` and totals are.")
    selected: dict[str, list[str]] = Field(description="The chosen values by dimension; a dimension that isn't here isn't narrowed.")


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


class BudgetAlert(BaseModel):
    """A threshold of a budget that was reached. It fires once a period, however often figures are refreshed."""

    kind: str = Field(description="`actual`, what settled days cost, or `forecast`, what the whole period is expected to.")
    threshold: Amount = Field(description="In percent of the amount.")
    period_start: Day = Field(description="The first day of the period.")
    fired_at: datetime = Field(description="When, UTC.")
    amount: Amount = Field(description="What was seen then.")
    budgeted: Amount = Field(description="The budget's amount then.")
    run: str = Field(description="The run whose figures these were.")


class AWSBudgetRequest(BaseModel):
    """A budget to set."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field("", description="The budget to change; empty makes one.")
    name: str = Field(description="What it is for; no other budget may be called the same.")
    amount: Decimal = Field(description="What may be spent in a period.")
    currency: str = Field(description="The currency of the amount and of the costs.")
    period: Literal["monthly", "quarterly", "yearly"] = Field("monthly", description="How long a period is.")
    start: Day = Field(description="The first of the month from which periods are counted; a fiscal year may begin in any month.")
    selected: dict[str, list[str]] = Field(
        default_factory=dict,
        description="Only these costs: values by dimension (account, service, region, category, provider, usage_type, resource, tag:KEY).",
    )
    cost_type: str = Field("unblended", description="Which amount of a charge counts.")
    actual: list[Decimal] = Field([Decimal(50), Decimal(80), Decimal(100)], description="Thresholds of what was spent, in percent.")
    forecast: list[Decimal] = Field([Decimal(100)], description="Thresholds of what is expected of the whole period, in percent.")
    who: str = Field(description="Who says so: free text, since the server has no sign-in.")


class AWSBudgetSavedResponse(BaseModel):
    """The budget that was set, changed or deleted."""

    id: str = Field(description="Its id.")
    name: str = Field(description="Its name.")
    fired: list[BudgetAlert] = Field(description="The alerts that it fired at once.")


class AWSBudget(BaseModel):
    """A budget, and where it stands in the period that hasn't settled."""

    id: str = Field(description="Its id.")
    name: str = Field(description="What it is for.")
    amount: Amount = Field(description="What may be spent in a period.")
    currency: str = Field(description="The currency of all its amounts.")
    period: str = Field(description="monthly, quarterly or yearly.")
    start: Day = Field(description="The first of the month from which periods are counted.")
    selected: dict[str, list[str]] = Field(description="The chosen values by dimension; a dimension that isn't here isn't narrowed.")
    cost_type: str = Field(description="Which amount of a charge counts.")
    actual: list[Amount] = Field(description="Thresholds of what was spent, in percent.")
    forecast: list[Amount] = Field(description="Thresholds of what is expected of the whole period, in percent.")
    who: str = Field(description="Who saved it last.")
    at: datetime = Field(description="When, UTC.")
    state: str = Field(description="over, at risk (by the forecast), under, incomplete (days have no figures), or unknown.")
    first_day: Day | None = Field(None, description="The first day of the period.")
    last_day: Day | None = Field(None, description="The last day of the period.")
    spent: Amount | None = Field(None, description="What settled days cost; null where none has settled.")
    spent_unsettled: Amount | None = Field(None, description="The same with the days that haven't settled.")
    planned: Amount | None = Field(None, description="The part of the amount that is spread over the settled days.")
    expected: Amount | None = Field(None, description="What the whole period comes to; null where `refused` says why.")
    lower80: Amount | None = Field(None, description="In 80 % of cases it is at least this.")
    upper80: Amount | None = Field(None, description="In 80 % of cases it is at most this.")
    lower95: Amount | None = Field(None, description="In 95 % of cases it is at least this.")
    upper95: Amount | None = Field(None, description="In 95 % of cases it is at most this.")
    chance_of_passing: float | None = Field(None, description="The probability, 0 to 1, that the whole period costs more than the amount.")
    missing_days: int = Field(description="Settled days of the period without figures, which aren't counted.")
    refused: str | None = Field(None, description="Why there is no forecast.")
    alerts: list[BudgetAlert] = Field(description="What it fired, the newest first.")


class OwnBudgetOfAWS(BaseModel):
    """A budget of AWS Budgets, as AWS described it at the last collection."""

    name: str = Field(description="Its name.")
    kind: str = Field(description="What it is a budget of: cost, usage, or the use of commitments.")
    limit: float | None = Field(description="Its limit; null where it has none of its own.")
    spent: float | None = Field(description="What AWS counts as spent in the present period.")
    forecast: float | None = Field(description="What AWS forecasts of the whole period; null where it doesn't.")
    unit: str = Field(description="The unit of its amounts.")
    period: str = Field(description="The present period's days.")
    filters: str = Field(description="What it is limited to, in AWS's words.")


class AWSBudgetsResponse(Provenance):
    """All budgets, and AWS's own."""

    budgets: list[AWSBudget] = Field(description="By name.")
    aws_budgets: list[OwnBudgetOfAWS] = Field(description="AWS's own budgets, which are judged by AWS's rules.")


class AWSAnalysisRequest(BaseModel):
    """What to analyse; everything is optional, and without anything it is the last 30 days of the whole organisation."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"services": ["EC2"], "cost_type": "unblended"}]})

    start_date: date | None = Field(None, description="The first day, included. Anomalies are shown from then on.")
    end_date: date | None = Field(None, description="The last day, included.")
    services: list[str] = Field([], description="Services, under the dashboard's labels or AWS's names.")
    regions: list[str] = Field([], description="Region codes.")
    accounts: list[str] = Field([], description="Account ids.")
    cost_type: Literal["unblended", "amortized", "net_unblended", "net_amortized", "list", "contracted"] = Field(
        "unblended", description="Which amount is analysed."
    )
    currency: str | None = Field(None, description="The currency; the one of most charges where none is given.")
    forecast_by: Literal["service", "account", "region"] | None = Field(
        None, description="What the forecast is taken apart by; the largest eight parts and the others together."
    )


class ServiceTrend(BaseModel):
    """A service's last settled days beside as many before."""

    service: str = Field(description="The service.")
    last: Amount = Field(description="What the last days cost.")
    before: Amount = Field(description="What as many days before cost.")
    change: Amount = Field(description="The difference.")
    percent: float | None = Field(description="The same in percent; null from nothing, which is new.")


class Trends(BaseModel):
    """A number of settled days beside as many before."""

    days: int = Field(description="How many days.")
    last: Amount | None = Field(description="What the last days cost in all; null where `refused` says why.")
    before: Amount | None = Field(description="What as many days before cost in all.")
    change: Amount | None = Field(description="The difference.")
    percent: float | None = Field(description="The same in percent; null from nothing.")
    services: list[ServiceTrend] = Field(description="By service, the largest change first.")
    refused: str | None = Field(None, description="Why there is no trend.")


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


class ForecastDay(BaseModel):
    """A day's expected cost with its intervals."""

    date: Day = Field(description="The day.")
    mean: float = Field(description="What is expected.")
    lower80: float = Field(description="The lower end of the 80 % interval.")
    upper80: float = Field(description="Its upper end.")
    lower95: float = Field(description="The lower end of the 95 % interval.")
    upper95: float = Field(description="Its upper end.")


class ForecastMonth(BaseModel):
    """A whole month: its settled days and the forecast of the rest."""

    month: date = Field(description="Its first day.")
    actual: Amount = Field(description="What its settled days cost.")
    settled: date | None = Field(description="The last of them; null where none is.")
    mean: Amount = Field(description="What the month is expected to cost in all.")
    lower80: Amount = Field(description="The lower end of the 80 % interval.")
    upper80: Amount = Field(description="Its upper end.")
    lower95: Amount = Field(description="The lower end of the 95 % interval.")
    upper95: Amount = Field(description="Its upper end.")


class ForecastPeriod(BaseModel):
    """A whole period: its settled days and the forecast of the rest."""

    first: date = Field(description="Its first day.")
    last: date = Field(description="Its last day, included.")
    actual: Amount = Field(description="What its settled days cost.")
    settled: date | None = Field(description="The last of them; null where none is.")
    mean: Amount = Field(description="What the period is expected to cost in all.")
    lower80: Amount = Field(description="The lower end of the 80 % interval.")
    upper80: Amount = Field(description="Its upper end.")
    lower95: Amount = Field(description="The lower end of the 95 % interval.")
    upper95: Amount = Field(description="Its upper end.")


class ForecastPart(BaseModel):
    """A service, account or region of the forecast; the parts' means add up to the total's, to the cent."""

    name: str = Field(description="The service's label, the account's id or the region's code; empty for what has none, and for `others`.")
    others: int = Field(description="How many are forecast together here; 0 is one by itself.")
    method: str = Field(description="How it was made before it was moved to add up.")
    months: list[ForecastPeriod] = Field(description="The open month and the next one.")
    quarter: ForecastPeriod = Field(description="The calendar quarter of the first day that hasn't settled.")


class MonthlyCharge(BaseModel):
    """A charge that comes by the calendar."""

    day_of_month: int | None = Field(description="The day of the month; null is its last one.")
    amount: float = Field(description="What comes on top of the usual day.")
    seen: int = Field(description="How often it came.")


class CostForecast(BaseModel):
    """From the day after the last settled one to the end of the next month."""

    method: str = Field(description="How it was made.")
    mean_absolute_error: float | None = Field(description="What the method missed a day by on past days; null where there are too few.")
    history_from: date = Field(description="The first day that it learnt from.")
    charges: list[MonthlyCharge] = Field(description="Charges that come by the calendar.")
    notes: list[str] = Field(description="What else there is to know.")
    months: list[ForecastMonth] = Field(description="The open month and the next one.")
    quarter: ForecastPeriod = Field(description="The calendar quarter of the first day that hasn't settled.")
    days: list[ForecastDay] = Field(description="Day by day.")
    parts: list[ForecastPart] | None = Field(None, description="The same by what `forecast_by` asks for; null where it doesn't.")


class WasteShare(BaseModel):
    """What could be saved, beside what is spent, in USD."""

    monthly_savings_usd: Amount | None = Field(
        description="What could be saved a month, each resource once; null before the first judgement."
    )
    monthly_cost_usd: Amount | None = Field(description="Billed cost of the last 30 settled days; null where there are none in USD.")
    percent: float | None = Field(description="The savings in percent of the cost.")
    found: int = Field(description="Findings.")
    counted: int = Field(description="Those that the savings take.")
    unpriced: int = Field(description="Findings whose price isn't known.")
    not_measured: int = Field(description="How many answers are missing.")


class AWSAnalysisResponse(Provenance):
    """What the costs say. Only settled days are judged."""

    filters: AppliedFilters = Field(description="Which costs these are.")
    total: Amount | None = Field(description="What the period cost.")
    trends: list[Trends] = Field(description="Over 7 and 30 days.")
    fastest_growing: list[ServiceTrend] = Field(
        description="Services that grew by the most percent over 30 days (over 7 where those lack)."
    )
    anomalies: list[FoundAnomaly] = Field(description="Those that touch the period, the newest first.")
    forecast: CostForecast | None = Field(description="What is to be expected; null where `forecast_refused` says why.")
    forecast_refused: str | None = Field(None, description="Why there is no forecast.")
    waste: WasteShare = Field(description="What could be saved.")


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
