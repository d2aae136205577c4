"""Cost Explorer's own forecast and its own anomalies, kept beside ours."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from core.aws.access import Access
from core.aws.failures import calling
from core.aws.meter import usd_of
from core.aws.permissions import Permission
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.models import Progress, month_after

TITLE = "Cost Explorer: forecast"
ANOMALIES_TITLE = "Cost Explorer: anomalies"
_STEP = "Cost Explorer: forecast and anomalies"
METHOD = "AWS Cost Explorer"
LEVEL = 80
"""The forecast's interval, percent."""

_ANOMALY_DAYS = 90  # as far back as Cost Explorer keeps them


def collect(collection: Collection) -> None:
    """Ask for both; either may fail on its own, and then what was known stays."""
    place = Place(collection.payer)
    collection.report(Progress(_STEP, 0, 2, "questions"))
    with collection.slice(TITLE, place) as current:
        current.row_count = collection.keep_analysis("forecast", forecast(collection.access, collection.as_of))
    collection.report(Progress(_STEP, 1, 2, "questions"))
    with collection.slice(ANOMALIES_TITLE, place) as current:
        current.row_count = collection.keep_analysis("anomaly", anomalies(collection.access, collection.as_of))
    collection.report(Progress(_STEP, 2, 2, "questions"))


def forecast(access: Access, as_of: date) -> Iterator[dict[str, Any]]:
    """The total unblended cost of each day from `as_of` to the end of the next month, USD, as rows of `analysis_results`."""
    with calling("ce:GetCostForecast"):
        answer = access.client("ce").get_cost_forecast(
            TimePeriod={"Start": as_of.isoformat(), "End": month_after(as_of, 2).isoformat()},
            Metric="UNBLENDED_COST",
            Granularity="DAILY",
            PredictionIntervalLevel=LEVEL,
        )
    for point in answer["ForecastResultsByTime"]:
        day = point["TimePeriod"]["Start"][:10]
        yield {
            **_result("forecast", "total", as_of, day, day),
            "value": point["MeanValue"],
            "lower": point.get("PredictionIntervalLowerBound"),
            "upper": point.get("PredictionIntervalUpperBound"),
            "level": LEVEL,
            "currency": answer["Total"]["Unit"],
        }


def anomalies(access: Access, as_of: date) -> Iterator[dict[str, Any]]:
    """The anomalies of the last 90 days with their impact in USD and root causes, as rows of `analysis_results`."""
    asked: dict[str, Any] = {
        "DateInterval": {"StartDate": (as_of - timedelta(days=_ANOMALY_DAYS)).isoformat(), "EndDate": as_of.isoformat()}
    }
    while True:
        with calling("ce:GetAnomalies"):
            page = access.client("ce").get_anomalies(**asked)
        for anomaly in page["Anomalies"]:
            yield _anomaly(anomaly, as_of)
        if not (token := page.get("NextPageToken")):
            return
        asked["NextPageToken"] = token


def _anomaly(anomaly: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    first = anomaly.get("AnomalyStartDate", as_of.isoformat())[:10]
    return {
        **_result("anomaly", anomaly["AnomalyId"], as_of, first, anomaly.get("AnomalyEndDate", first)[:10]),
        "value": anomaly["Impact"].get("TotalImpact", anomaly["Impact"]["MaxImpact"]),
        "currency": "USD",
        "details": json.dumps(
            {key: anomaly[key] for key in ("DimensionValue", "RootCauses", "Impact", "AnomalyScore") if key in anomaly}, default=str
        ),
    }


def _result(kind: str, subject: str, as_of: date, day: str, last_day: str) -> dict[str, Any]:
    return {"kind": kind, "method": METHOD, "subject": subject, "as_of": as_of, "day": day, "last_day": last_day}


def estimate(outlook: Outlook) -> EstimateLine:
    """One request for each."""
    return EstimateLine("Cost Explorer's forecast and anomalies", 2, 0, usd_of("ce", "GetCostForecast", 2), "one request each")


def _try_forecast(access: Access, account: str, region: str, as_of: date) -> object:
    return next(forecast(access, as_of), None)


def _try_anomalies(access: Access, account: str, region: str, as_of: date) -> object:
    return next(anomalies(access, as_of), None)


COLLECTOR = Collector(
    name="cost_explorer_outlook",
    title=TITLE,
    permissions=(
        Permission("ce:GetCostForecast", "Cost Explorer's own forecast isn't shown beside ours.", _try_forecast, per_account=False),
        Permission("ce:GetAnomalies", "The anomalies that AWS found aren't shown beside ours.", _try_anomalies, per_account=False),
    ),
    estimate=estimate,
    collect=collect,
)
