"""Budgets, ours and AWS's own."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.models.common import Amount, Day, Provenance


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
