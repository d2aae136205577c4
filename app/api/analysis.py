"""What the costs say: trends, anomalies, forecast, and how much of them could be saved."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from fastapi import APIRouter

from app.api import AWS
from app.api.anomalies import told
from app.api.held import Held, HeldNow, applied, provenance, view
from app.api.models.analysis import (
    AWSAnalysisRequest,
    AWSAnalysisResponse,
    CostForecast,
    ForecastDay,
    ForecastMonth,
    ForecastPart,
    ForecastPeriod,
    MonthlyCharge,
    ServiceTrend,
    Trends,
    WasteShare,
)
from core import insight
from core.analysis.forecast_charges import LAST_DAY, CalendarCharge
from core.analysis.trends import Trend, fastest_growing
from core.errors import AnalysisRefused
from core.insight import parts as apart
from core.insight.waste import waste
from core.models import OPPORTUNITIES, Filters
from core.store import opportunities, queries

PERIODS = (7, 30)
_NOTHING = "There are no figures. Import a bill or collect from AWS first."
_NO_WASTE = WasteShare(monthly_savings_usd=None, monthly_cost_usd=None, percent=None, found=0, counted=0, unpriced=0, not_measured=0)

router = APIRouter(prefix=f"{AWS}/analysis", tags=["Analysis"])


@router.post("", summary="Trends, anomalies, forecast and waste")
def analysis(held: HeldNow, request: AWSAnalysisRequest | None = None) -> AWSAnalysisResponse:
    """What the chosen costs say, judged on settled days. Nothing is asked of AWS, and nothing changes.

    Trends and the forecast end with the last settled day, whatever the period; anomalies are those that touch it.
    """
    asked = request or AWSAnalysisRequest()
    selected = {"service": asked.services, "region": asked.regions, "account": asked.accounts}
    filters = view(held, asked.start_date, asked.end_date, asked.currency, asked.cost_type, selected)
    own = {**provenance(held), "filters": applied(filters, asked.cost_type)}
    if filters is None:
        return AWSAnalysisResponse(
            **own, total=None, trends=[], fastest_growing=[], anomalies=[], forecast=None, forecast_refused=_NOTHING, waste=_NO_WASTE
        )
    grown = [_growth(held, filters, days) for days in PERIODS]
    forecast, refused = _forecast(held, filters, asked.forecast_by)
    return AWSAnalysisResponse(
        **own,
        total=queries.total(held.store, held.snapshot, filters),
        trends=[_trends(days, *found) for days, found in zip(PERIODS, grown, strict=True)],
        fastest_growing=_fastest([found for found, _ in grown]),
        anomalies=told(held, filters, insight.anomalies(held.store, held.snapshot, filters, held.settled_days)),
        forecast=forecast,
        forecast_refused=refused,
        waste=_waste(held, filters),
    )


def _growth(held: Held, filters: Filters, days: int) -> tuple[list[Trend], str | None]:
    """The trend by service, or why there is none."""
    try:
        return insight.growth(held.store, held.snapshot, filters, held.settled_days, days), None
    except AnalysisRefused as refused:
        return [], str(refused)


def _trends(days: int, found: Sequence[Trend], refused: str | None) -> Trends:
    if refused:
        return Trends(days=days, last=None, before=None, change=None, percent=None, services=[], refused=refused)
    nothing = Decimal(0)
    whole = Trend("", days, sum((trend.last for trend in found), nothing), sum((trend.before for trend in found), nothing))
    return Trends(
        days=days, last=whole.last, before=whole.before, change=whole.change, percent=whole.percent, services=list(map(_trend, found))
    )


def _trend(trend: Trend) -> ServiceTrend:
    return ServiceTrend(service=trend.name, last=trend.last, before=trend.before, change=trend.change, percent=trend.percent)


def _fastest(by_period: Sequence[Sequence[Trend]]) -> list[ServiceTrend]:
    """Of the longest period that there is; a service that grew by less than a small share of all that was spent isn't named."""
    longest = next((found for found in reversed(by_period) if found), [])
    return [_trend(trend) for trend in fastest_growing(longest)]


def _forecast(held: Held, filters: Filters, by: str | None) -> tuple[CostForecast | None, str | None]:
    """The forecast, or why there is none."""
    try:
        told = insight.outlook(held.store, held.snapshot, filters, held.settled_days)
        taken = apart.parts(held.store, held.snapshot, filters, held.settled_days, by).parts if by else None
    except AnalysisRefused as refused:
        return None, str(refused)
    return (
        CostForecast(
            method=told.method,
            mean_absolute_error=told.mean_absolute_error,
            history_from=told.history_from,
            charges=list(map(_charge, told.charges)),
            notes=list(told.notes),
            months=[ForecastMonth(**asdict(month)) for month in told.months],
            quarter=_period(told.quarter),
            parts=None if taken is None else [_part(part) for part in taken],
            days=[ForecastDay(**{**day, "date": day["date"].date()}) for day in told.days.to_dict("records")],
        ),
        None,
    )


def _part(part: apart.Part) -> ForecastPart:
    months = list(map(_period, part.months))
    return ForecastPart(name=part.name, others=part.others, method=part.method, months=months, quarter=_period(part.quarter))


def _period(end: insight.PeriodEnd) -> ForecastPeriod:
    return ForecastPeriod(**{name: getattr(end, name) for name in ForecastPeriod.model_fields})


def _charge(charge: CalendarCharge) -> MonthlyCharge:
    return MonthlyCharge(day_of_month=None if charge.key == LAST_DAY else charge.key, amount=charge.amount, seen=charge.seen)


def _waste(held: Held, filters: Filters) -> WasteShare:
    found = waste(held.store, held.snapshot, filters, held.settled_days, as_of=held.as_of)
    judged = any(partition.kind == OPPORTUNITIES for partition in held.snapshot.current)
    return WasteShare(
        monthly_savings_usd=found.totals.savings if judged else None,
        monthly_cost_usd=found.cost,
        percent=found.percent if judged else None,
        found=found.totals.found,
        counted=found.totals.counted,
        unpriced=found.totals.unpriced,
        not_measured=opportunities.not_measured_count(held.store, held.snapshot, filters.selected),
    )
