"""What the figures say: trends, forecast, anomalies and waste together."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.models.anomalies import FoundAnomaly
from app.api.models.common import Amount, AppliedFilters, Day, Provenance


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
