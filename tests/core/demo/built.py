"""The demo organisation, built once for all tests that only look at it."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from core.demo.organisation import MetricRef, Organisation, Resource, build

AS_OF = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY = 86400


@cache
def organisation() -> Organisation:
    return build(AS_OF)


def of_kind(kind: str) -> list[Resource]:
    return [resource for resource in organisation().resources if resource.kind == kind]


def named(name: str) -> Resource:
    (found,) = [resource for resource in organisation().resources if resource.name == name]
    return found


def values(
    resource: Resource,
    metric: str,
    statistic: str,
    *,
    days: int = 14,
    period: int = DAY,
    space: str = "AWS/EC2",
    dimension: str = "InstanceId",
    **more: str,
) -> list[float]:
    """What a metric said over the days before `as_of`."""
    where = frozenset({(dimension, resource.id), *more.items()})
    ref = MetricRef(resource.account, resource.region, space, metric, where)
    return organisation().series(ref, NOW - timedelta(days=days), NOW, period, statistic)[1]
