"""Cost Explorer: costs, usage, forecast, dimension values, tags and anomalies, evaluated from the charges.

What it says of commitments and what it recommends stands in files of its own.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist, median
from typing import Any

import pandas as pd

from core.demo.calls import Refused
from core.demo.model import Account, PlantedAnomaly
from core.demo.services.answering import Answering, page
from core.demo.services.bill import AMOUNTS, METRICS, Grouping, column_of, invalid, money, months_back, periods
from core.demo.services.cost_explorer_commitments import CommitmentQuestions
from core.demo.services.cost_explorer_recommendations import RecommendationQuestions
from core.demo.services.ledger import Ledger, dates

_MONTHS_KEPT = 14
_BY_ACCOUNT = ("DIMENSION", "LINKED_ACCOUNT")
_FORECAST_METRICS = {
    "UNBLENDED_COST": "unblended",
    "BLENDED_COST": "unblended",
    "AMORTIZED_COST": "amortized",
    "NET_UNBLENDED_COST": "net_unblended",
    "NET_AMORTIZED_COST": "net_amortized",
}
_WEEKS = 4
"""A day's forecast is the median of the same weekday in this many weeks before today."""


class CostExplorer(CommitmentQuestions, RecommendationQuestions, Answering):
    """The actions of `ce`."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__("ce")
        self.ledger = ledger
        self.bill = ledger.bill

    def get_cost_and_usage(self) -> str:
        """GetCostAndUsage, a page of rows at a time; a row is one group in one period."""
        request = {name: value for name, value in self.params.items() if name != "NextPageToken"}
        metrics = _metrics(request.get("Metrics"))
        granularity = request.get("Granularity", "")
        start, end = self._span(request, granularity)
        grouping = [_grouping(group) for group in request.get("GroupBy") or []]
        if len(grouping) > 2:
            raise invalid("GroupBy accepts at most 2 groups")
        identity = json.dumps([self.current_account, request], sort_keys=True, default=str)
        rows = self.ledger.recent.get(identity, lambda: self._rows(request, start, end, granularity, grouping))
        shown, token = page(rows, self.ledger.page_size, self.params.get("NextPageToken"), identity)
        spans = periods(start, end, granularity)
        keys = [f"key{place}" for place in range(len(grouping))]
        answer: dict[str, Any] = {
            "GroupDefinitions": [{"Type": kind, "Key": key} for kind, key in grouping],
            "ResultsByTime": _results(shown, spans, metrics, keys, months_back(self.bill.as_of, 0)),
            "DimensionValueAttributes": self._account_names(shown, grouping),
        }
        return json.dumps(answer | ({"NextPageToken": token} if token else {}))

    def get_dimension_values(self) -> str:
        """GetDimensionValues, in alphabetical order."""
        start, end = self._span(self.params, "MONTHLY")
        column = column_of(self.params.get("Dimension", ""))
        values = self._values_of(column, start, end)
        owners = {account.id: account.name for account in self.ledger.organisation.accounts} if column == "account" else {}
        found = [{"Value": value, "Attributes": {"description": owners[value]} if value in owners else {}} for value in values]
        return json.dumps({"DimensionValues": found, "ReturnSize": len(found), "TotalSize": len(found)})

    def get_tags(self) -> str:
        """GetTags: the values of a key, or the keys."""
        start, end = self._span(self.params, "MONTHLY")
        key = self.params.get("TagKey")
        column = self.bill.column_of_tag(key) if key else None
        tags = self._values_of(column, start, end) if column else [] if key else sorted(self.bill.tags)
        return json.dumps({"Tags": tags, "ReturnSize": len(tags), "TotalSize": len(tags)})

    def get_cost_forecast(self) -> str:
        """GetCostForecast: each day the median of the same weekday in the last weeks, with the usual spread of those weeks about it."""
        metric = _FORECAST_METRICS.get(self.params.get("Metric", ""))
        if metric is None:
            raise invalid(f"Metric {self.params.get('Metric')} can't be forecast")
        granularity = self.params.get("Granularity", "")
        _check(granularity)
        start, end = dates(self.params)
        if start < self.bill.as_of:
            raise invalid(f"Start date {start} can't be in the past")
        history = self._daily(metric)
        weekday = {(self.bill.as_of - timedelta(days=back)).weekday(): median(history[back - 1 :: 7]) for back in range(1, 8)}
        off = [abs(amount - weekday[(self.bill.as_of - timedelta(days=back)).weekday()]) for back, amount in enumerate(history, 1)]
        spread = median(off) / NormalDist().inv_cdf(0.75)
        reach = NormalDist().inv_cdf(0.5 + self.params.get("PredictionIntervalLevel", 80) / 200) * spread
        found, total = [], 0.0
        for first, after in periods(start, end, granularity):
            days = (after - first).days
            mean = sum(weekday[(first + timedelta(days=day)).weekday()] for day in range(days))
            total += mean
            found.append(_forecast(first, after, mean, reach * days**0.5))
        return json.dumps({"Total": {"Amount": money(round(total)), "Unit": "USD"}, "ForecastResultsByTime": found})

    def get_anomaly_monitors(self) -> str:
        """GetAnomalyMonitors: the one that AWS makes by itself, over services."""
        dimension = {"MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE", "MonitorName": "Default-Services-Monitor"}
        return json.dumps({"AnomalyMonitors": [{"MonitorArn": self._monitor(), **dimension}]})

    def get_anomalies(self) -> str:
        """GetAnomalies: those that were planted and have begun."""
        interval = self.params.get("DateInterval", {})
        start, end = date.fromisoformat(interval["StartDate"]), date.fromisoformat(interval.get("EndDate") or self.bill.as_of.isoformat())
        organisation = self.ledger.organisation
        owners = {account.id: account for account in organisation.accounts}
        found = [
            _anomaly(planted, owners[planted.account], self._monitor(), self.bill.as_of)
            for planted in organisation.anomalies
            if planted.first_day <= end and planted.last_day >= start and planted.first_day <= self.bill.as_of
        ]
        return json.dumps({"Anomalies": found})

    def _rows(self, request: Mapping[str, Any], start: date, end: date, granularity: str, grouping: Sequence[Grouping]) -> pd.DataFrame:
        """The groups, and a row without keys for each period that has none."""
        mask = self.bill.matching(request.get("Filter")) & self.bill.seen_by(self.current_account)
        rows = self.bill.group(mask, start, end, granularity, grouping)
        silent = sorted(set(range(len(periods(start, end, granularity)))) - set(rows["period"]))
        nothing = pd.DataFrame({"period": silent, **dict.fromkeys(AMOUNTS, 0), "quantity": 0.0, "unit": "N/A"})
        keys = [f"key{place}" for place in range(len(grouping))]
        both = pd.concat([rows.astype(dict.fromkeys(keys, object)), nothing.assign(**dict.fromkeys(keys))]) if silent else rows
        return both.sort_values("period", kind="stable", ignore_index=True)

    def _span(self, request: Mapping[str, Any], granularity: str) -> tuple[date, date]:
        _check(granularity)
        start, end = dates(request)
        if start < months_back(self.bill.as_of, _MONTHS_KEPT):
            raise invalid(f"You haven't enabled historical data beyond {_MONTHS_KEPT} months")
        if start > self.bill.as_of + timedelta(days=1):
            raise invalid(f"Start date {start} is in the future")
        return start, end

    def _values_of(self, column: str, start: date, end: date) -> list[str]:
        mask = self.bill.matching(self.params.get("Filter")) & self.bill.seen_by(self.current_account) & self.bill.between(start, end)
        search = (self.params.get("SearchString") or "").lower()
        return sorted(value for value in self.bill.lines.loc[mask, column].unique() if search in str(value).lower())

    def _account_names(self, rows: pd.DataFrame, grouping: Sequence[Grouping]) -> list[dict[str, Any]]:
        if _BY_ACCOUNT not in grouping:
            return []
        shown = set(rows[f"key{grouping.index(_BY_ACCOUNT)}"])
        accounts = self.ledger.organisation.accounts
        return [{"Value": account.id, "Attributes": {"description": account.name}} for account in accounts if account.id in shown]

    def _daily(self, metric: str) -> list[int]:
        """What each of the last days cost, yesterday first."""
        start = self.bill.as_of - timedelta(weeks=_WEEKS)
        mask = self.bill.matching(self.params.get("Filter")) & self.bill.seen_by(self.current_account)
        days = self.bill.group(mask, start, self.bill.as_of, "DAILY", [])
        if len(days) < 7 * _WEEKS:
            raise Refused("DataUnavailableException", "Insufficient amount of historical data to generate forecast")
        return list(reversed(days[metric].tolist()))

    def _monitor(self) -> str:
        return f"arn:aws:ce::{self.ledger.organisation.management}:anomalymonitor/00000000-0000-4000-8000-000000000001"


def _metrics(names: Sequence[str] | None) -> list[str]:
    if not names:
        raise invalid("Metrics must not be empty")
    if unknown := set(names) - set(METRICS):
        raise invalid(f"Metrics {', '.join(sorted(unknown))} aren't available: {', '.join(METRICS)} are")
    return list(names)


def _grouping(group: Mapping[str, str]) -> Grouping:
    kind, key = group.get("Type", ""), group.get("Key", "")
    if kind == "DIMENSION":
        column_of(key)
    elif kind != "TAG":
        raise invalid(f"Grouping by {kind} isn't available: this organisation has none")
    return kind, key


def _check(granularity: str) -> None:
    if granularity not in ("DAILY", "MONTHLY"):
        raise invalid(f"Granularity {granularity} isn't available: DAILY and MONTHLY are")


def _results(
    rows: pd.DataFrame, spans: Sequence[tuple[date, date]], metrics: Sequence[str], keys: Sequence[str], open_from: date
) -> list[dict[str, Any]]:
    """The rows as ResultsByTime; the whole open month is estimated until its invoice."""
    results: dict[int, dict[str, Any]] = {}
    for row in rows.to_dict("records"):
        start, end = spans[row["period"]]
        span = {"Start": start.isoformat(), "End": end.isoformat()}
        result = results.setdefault(row["period"], {"TimePeriod": span, "Total": {}, "Groups": [], "Estimated": end > open_from})
        if not keys:
            result["Total"] = _values(row, metrics)
        elif row[keys[0]] is not None:
            result["Groups"].append({"Keys": [row[key] for key in keys], "Metrics": _values(row, metrics)})
    return list(results.values())


def _values(row: Mapping[Any, Any], metrics: Sequence[str]) -> dict[str, dict[str, str]]:
    return {name: _value(row, METRICS[name]) for name in metrics}


def _value(row: Mapping[Any, Any], column: str) -> dict[str, str]:
    if column == "quantity":
        return {"Amount": _decimal(row["quantity"]), "Unit": row["unit"]}
    return {"Amount": money(row[column]), "Unit": "USD"}


def _decimal(quantity: float) -> str:
    return f"{quantity:.10f}".rstrip("0").rstrip(".")


def _forecast(start: date, end: date, mean: float, reach: float) -> dict[str, Any]:
    return {
        "TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()},
        "MeanValue": money(round(mean)),
        "PredictionIntervalLowerBound": money(round(mean - reach)),
        "PredictionIntervalUpperBound": money(round(mean + reach)),
    }


def _anomaly(planted: PlantedAnomaly, owner: Account, monitor: str, as_of: date) -> dict[str, Any]:
    last = min(planted.last_day, as_of)
    days = (last - planted.first_day).days + 1
    whole = (planted.last_day - planted.first_day).days + 1
    impact = planted.impact_usd * days / whole
    return {
        "AnomalyId": planted.key,
        "AnomalyStartDate": f"{planted.first_day}T00:00:00Z",
        "AnomalyEndDate": f"{last}T00:00:00Z",
        "DimensionValue": planted.service,
        "RootCauses": [
            {
                "Service": planted.service,
                "Region": planted.region,
                "LinkedAccount": planted.account,
                "LinkedAccountName": owner.name,
                "UsageType": planted.usage_type,
                "Impact": {"Contribution": round(impact, 2)},
            }
        ],
        "AnomalyScore": {"MaxScore": 1.0, "CurrentScore": 1.0},
        "Impact": {"MaxImpact": round(planted.impact_usd / whole, 2), "TotalImpact": round(impact, 2)},
        "MonitorArn": monitor,
    }
