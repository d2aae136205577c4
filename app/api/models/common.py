"""What every answer has in common. Amounts are decimal inside and JSON numbers outside; days are UTC days, times UTC."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

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
