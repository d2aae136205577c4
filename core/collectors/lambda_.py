"""Lambda: every function, how often and how long it ran on the last fourteen whole days, and the most memory that it used.

Lambda sends metrics to CloudWatch when a function has run, so a day without a datapoint between others is a day without an invocation;
a function without any datapoint is one of which nothing is known. Memory comes from Lambda Insights, where that is switched on.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-metrics.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.cloudwatch import QUERIES_PER_CALL, MetricQuery
from core.aws.listing import chosen, pages
from core.aws.meter import usd_of
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.measuring import window
from core.services import service
from core.store import resources

TITLE = "Lambda functions"
FUNCTION_TYPE = "lambda:function"
NAMESPACE, INSIGHTS = "AWS/Lambda", "LambdaInsights"
HOURS_A_MONTH = 730
MB_A_GB = 1024

INVOCATIONS = ("Invocations", "Sum")
DURATION = ("Duration", "Average")
ERRORS = ("Errors", "Sum")
MEMORY = ("used_memory_max", "Maximum")
_OF_LAMBDA = (INVOCATIONS, DURATION, ERRORS)

# What is kept of a function, under the API's names. Its environment, which may hold secrets, is not.
ATTRIBUTES = (
    *("FunctionName", "Runtime", "Architectures", "PackageType", "MemorySize", "Timeout", "CodeSize", "EphemeralStorage"),
    *("LastModified", "CapacityProviderConfig"),
)

Days = Mapping[date, float | None]
"""A metric's values by day, of the days that were asked for; None where there is no datapoint."""


def collect(collection: Collection) -> None:
    """List the functions of every account and region, then ask how they ran."""
    days = window(collection.as_of)

    def one(place: Place, current: Slice) -> None:
        functions = list(listed(collection.access, place))
        current.measure(queries(function["FunctionName"] for function in functions), lambda: rows(functions, place))

    def rows(functions: Sequence[Mapping[str, Any]], place: Place) -> Iterator[dict[str, Any]]:
        known = resources.dated(collection.store, *place, days[0], days[-1]) if functions else {}
        return (function_row(function, place, collection, known.get(function["FunctionName"], {})) for function in functions)

    collection.each(TITLE, one)


def listed(access: Access, place: Place, **parameters: Any) -> Iterator[dict[str, Any]]:
    """The functions of a region, as their newest code and configuration is."""
    client = access.client("lambda", place.region, place.account)
    return pages(client, "list_functions", "Functions", *place, **parameters)


def queries(names: Iterable[str]) -> Iterator[MetricQuery]:
    """Four daily queries for each function."""
    for name in names:
        for metric, statistic in _OF_LAMBDA:
            yield MetricQuery(name, NAMESPACE, metric, {"FunctionName": name}, statistic)
        yield MetricQuery(name, INSIGHTS, MEMORY[0], {"function_name": name}, MEMORY[1])


def function_row(function: Mapping[str, Any], place: Place, collection: Collection, ran: Mapping[resources.Metric, Days]) -> dict[str, Any]:
    """A function as a row of `resource_metrics`. ListFunctions tells neither tags nor when it was made."""
    name = function["FunctionName"]
    where = collection.where(place, "lambda", f"function:{name}")
    layers = [layer["Arn"] for layer in function.get("Layers") or () if "Arn" in layer]
    return {
        **where,
        "arn": function.get("FunctionArn") or where["arn"],
        "resource_type": FUNCTION_TYPE,
        "resource_id": name,
        "attributes": json.dumps({**chosen(function, ATTRIBUTES), **({"Layers": layers} if layers else {})}, default=str),
        "utilisation": utilisation(ran, function.get("MemorySize") or 0),
    }


def utilisation(ran: Mapping[resources.Metric, Days], memory: int) -> dict[str, float]:
    """What the window's daily values come to; what wasn't measured has no key.

    `invocations_month` and `gb_seconds_month` are the days' sums for a month of 730 hours, `invocation_days` counts days on which it ran,
    `errors_percent` is of its invocations, and `memory_max_mb` the most that it used.
    """
    asked = ran.get(INVOCATIONS, {})
    calls = {day: count for day, count in asked.items() if count is not None}
    found: dict[str, float] = {}
    if used := [value for value in ran.get(MEMORY, {}).values() if value is not None]:
        found["memory_max_mb"] = max(used)
    if not calls:
        return found
    month, total = HOURS_A_MONTH / 24 / len(asked), sum(calls.values())
    found |= {"invocation_days": sum(count > 0 for count in calls.values()), "invocations_month": total * month}
    milliseconds = ran.get(DURATION, {})
    lasted = [(count, milliseconds.get(day)) for day, count in calls.items() if count]
    if memory and all(each is not None for _, each in lasted):
        seconds = sum(count * (each or 0.0) for count, each in lasted) / 1000
        found["gb_seconds_month"] = seconds * memory / MB_A_GB * month
    errors = [value for value in ran.get(ERRORS, {}).values() if value is not None]
    if errors and total:
        found["errors_percent"] = 100 * sum(errors) / total
    return found


def estimate(outlook: Outlook) -> EstimateLine:
    """Four metrics of every function known, once a day; the listing is free."""
    known = resources.count(outlook.store, FUNCTION_TYPE)
    fresh = resources.newest_day(outlook.store, NAMESPACE)
    if known is None:
        return EstimateLine(TITLE, 0, 0, Decimal(0), "functions aren't known yet: $0.04 for each thousand")
    if fresh is not None and fresh >= outlook.as_of - timedelta(days=1):
        return EstimateLine(TITLE, 0, 0, Decimal(0), "what they did up to yesterday is kept already")
    metrics = known * (len(_OF_LAMBDA) + 1)
    basis = f"invocations, duration, errors and memory of {known:,} function{'' if known == 1 else 's'}"
    return EstimateLine(TITLE, -(-metrics // QUERIES_PER_CALL), metrics, usd_of("cloudwatch", "GetMetricData", 1, metrics), basis)


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return next(listed(access, Place(account, region), PaginationConfig={"PageSize": 1}), None)


COLLECTOR = Collector(
    name="lambda",
    title=TITLE,
    permissions=(
        Permission("lambda:ListFunctions", "No function is known, so none with too much memory is found.", _try, per_account=True),
    ),
    estimate=estimate,
    collect=collect,
    resource_types=(FUNCTION_TYPE,),
    service=service("AWSLambda").label,
)
