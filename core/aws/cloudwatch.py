"""Daily CloudWatch figures, as few requests as can be: 500 queries a call, never one call a resource.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypedDict

from core.aws.failures import calling, doing
from core.errors import AwsError

QUERIES_PER_CALL = 500
DAY_SECONDS = 86400
TRIES = 2
ACTION = "cloudwatch:GetMetricData"


@dataclass(frozen=True)
class MetricQuery:
    """One statistic of one metric of a resource: MetricQuery("i-1", "AWS/EC2", "CPUUtilization", {"InstanceId": "i-1"}, "Average")."""

    resource_id: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str


class Datapoint(TypedDict):
    """A query's value over one whole UTC day, in the metric's own unit; None where CloudWatch has no datapoint, which is not zero."""

    resource_id: str
    namespace: str
    metric: str
    statistic: str
    day: date
    value: float | None


Values = dict[date, float]


def daily(
    client: Any, queries: Sequence[MetricQuery], start: date, end: date, account: str = "", region: str = ""
) -> Iterator[list[Datapoint]]:
    """For each batch of queries a row per query and UTC day, from `start` to the day before `end`.

    A query that CloudWatch doesn't answer in full is asked once more, then it is an error: never a missing datapoint.
    """
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    for first in range(0, len(queries) if days else 0, QUERIES_PER_CALL):
        batch = queries[first : first + QUERIES_PER_CALL]
        with calling(ACTION, account, region):
            found = _answers(client, batch, start, end)
        if len(found) < len(batch):
            unanswered = f"{len(batch) - len(found)} of {len(batch)} queries"
            raise AwsError(
                f"CloudWatch left {unanswered} without a full answer: {doing(ACTION, account, region)}.",
                "Try again later; nothing was taken as missing or zero.",
            )
        yield [_point(query, day, found[n].get(day)) for n, query in enumerate(batch) for day in days]


def _point(query: MetricQuery, day: date, value: float | None) -> Datapoint:
    return Datapoint(
        resource_id=query.resource_id, namespace=query.namespace, metric=query.metric, statistic=query.statistic, day=day, value=value
    )


def _answers(client: Any, batch: Sequence[MetricQuery], start: date, end: date) -> dict[int, Values]:
    """The values of each query that was answered in full, by its place in the batch."""
    found: dict[int, Values] = {}
    for _ in range(TRIES):
        left = {n: query for n, query in enumerate(batch) if n not in found}
        if left:
            found |= _ask(client, left, start, end)
    return found


def _ask(client: Any, queries: Mapping[int, MetricQuery], start: date, end: date) -> dict[int, Values]:
    """One call, all its pages. A query's last status counts, since a later page completes what an earlier one calls PartialData."""
    values: dict[str, Values] = {}
    status: dict[str, str] = {}
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[_written(n, query) for n, query in queries.items()],
        StartTime=_midnight(start),
        EndTime=_midnight(end),
        ScanBy="TimestampAscending",
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            status[result["Id"]] = result["StatusCode"]
            points = zip(result["Timestamps"], result["Values"], strict=True)
            values.setdefault(result["Id"], {}).update((stamp.astimezone(UTC).date(), value) for stamp, value in points)
    return {n: values[_id(n)] for n in queries if status.get(_id(n)) == "Complete"}


def _written(n: int, query: MetricQuery) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in query.dimensions.items()]
    metric = {"Namespace": query.namespace, "MetricName": query.metric, "Dimensions": dimensions}
    return {"Id": _id(n), "MetricStat": {"Metric": metric, "Period": DAY_SECONDS, "Stat": query.statistic}}


def _id(n: int) -> str:
    return f"q{n}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
