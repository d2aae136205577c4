"""CloudWatch: metric data from the organisation's series, in pages of 100,800 datapoints."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult

from core.demo.calls import Refused
from core.demo.model import MetricRef, Organisation
from core.demo.services.answering import Answering, Recent, page

_MOST_QUERIES = 500
_MOST_DATAPOINTS = 100_800
_STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


@dataclass(frozen=True)
class Line:
    """One query's datapoints: seconds since 1970 and values, in the order asked for."""

    id: str
    label: str
    times: Sequence[int]
    values: Sequence[float]


class CloudWatch(Answering):
    """The actions of `cloudwatch`."""

    def __init__(self, organisation: Organisation, recent: Recent) -> None:
        super().__init__("cloudwatch")
        self.organisation = organisation
        self.recent = recent

    def get_metric_data(self) -> str | ActionResult:
        """GetMetricData. A query whose datapoints go on in the next page is PartialData in this one."""
        request = {name: value for name, value in self.params.items() if name not in ("NextToken", "MaxDatapoints")}
        queries = request.get("MetricDataQueries") or []
        if len(queries) > _MOST_QUERIES:
            raise _invalid(f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}.")
        size = self.params.get("MaxDatapoints") or _MOST_DATAPOINTS
        if size > _MOST_DATAPOINTS:
            raise _invalid(f"MaxDatapoints must not be greater than {_MOST_DATAPOINTS}.")
        identity = json.dumps([self.current_account, self.region, request], sort_keys=True, default=str)
        lines = self.recent.get(identity, lambda: [self._line(query, request) for query in queries])
        pieces = list(_pieces(lines))
        numbers = range(pieces[-1][2] + 1 if pieces else 0)
        shown, token = page(numbers, size, self.params.get("NextToken"), identity, error="InvalidNextToken")
        results = [_result(line, offset, shown) for line, offset, last in pieces if offset < shown.stop and last >= shown.start]
        answer = {"MetricDataResults": results, "Messages": []} | ({"NextToken": token} if token else {})
        return json.dumps(answer) if self.headers.get("X-Amz-Target") else ActionResult(answer)

    def get_metric_statistics(self) -> ActionResult:
        """GetMetricStatistics: one metric, several statistics."""
        period = int(self.params["Period"])
        asked = [*self.params.get("Statistics", []), *self.params.get("ExtendedStatistics", [])]
        points: dict[datetime, dict[str, Any]] = {}
        for statistic in asked:
            found = self._series(self.params, self.params, period, statistic)
            for at, value in zip(*found, strict=True):
                point = points.setdefault(at, {"Timestamp": at})
                target = point if statistic in _STATISTICS else point.setdefault("ExtendedStatistics", {})
                target[statistic] = value
        return ActionResult({"Label": self.params["MetricName"], "Datapoints": list(points.values())})

    def _line(self, query: Mapping[str, Any], request: Mapping[str, Any]) -> Line:
        stat = query.get("MetricStat")
        if stat is None:
            raise _invalid("This organisation evaluates no metric expressions; ask for a MetricStat.")
        metric = stat["Metric"]
        times, values = self._series(metric, request, int(stat["Period"]), stat["Stat"])
        seconds = [int(at.timestamp()) for at in times]
        if request.get("ScanBy", "TimestampDescending") == "TimestampDescending":
            seconds, values = seconds[::-1], values[::-1]
        return Line(query["Id"], query.get("Label") or metric["MetricName"], seconds, values)

    def _series(
        self, metric: Mapping[str, Any], span: Mapping[str, Any], period: int, statistic: str
    ) -> tuple[list[datetime], list[float]]:
        dimensions = frozenset((dimension["Name"], dimension["Value"]) for dimension in metric.get("Dimensions") or [])
        reference = MetricRef(self.current_account, self.region, metric["Namespace"], metric["MetricName"], dimensions)
        start, end = _aware(span["StartTime"]), _aware(span["EndTime"])
        if start >= end:
            raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
        first = datetime.fromtimestamp(start.timestamp() // period * period, UTC)
        return self.organisation.series(reference, first, end, period, statistic)


def _pieces(lines: Sequence[Line]) -> Iterator[tuple[Line, int, int]]:
    """Each line with the numbers of its first and last datapoint among all; an empty one takes up one number, so that a page shows it."""
    offset = 0
    for line in lines:
        yield line, offset, offset + max(1, len(line.times)) - 1
        offset += max(1, len(line.times))


def _result(line: Line, offset: int, shown: range) -> dict[str, Any]:
    low, high = max(0, shown.start - offset), max(0, shown.stop - offset)
    code = "Complete" if high >= len(line.times) else "PartialData"
    return {"Id": line.id, "Label": line.label, "Timestamps": line.times[low:high], "Values": line.values[low:high], "StatusCode": code}


def _aware(at: float | str | datetime) -> datetime:
    """The moment; moto reads numbers or texts from the wire, by protocol, with or without a zone."""
    if isinstance(at, int | float):
        return datetime.fromtimestamp(at, UTC)
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _invalid(why: str) -> Refused:
    return Refused("ValidationError", why)
