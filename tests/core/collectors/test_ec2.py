"""Instances and their metrics, where one metric can't be had."""

from dataclasses import replace
from datetime import datetime

import pytest

from core import refresh
from core.aws.access import demo_access
from core.demo.model import MetricRef
from core.settings import Settings
from core.store.client import Store
from tests.core.demo import tiny


def without_percentiles(
    metric: MetricRef, start: datetime, end: datetime, period: int, statistic: str
) -> tuple[list[datetime], list[float]]:
    """What CloudWatch knows, from something that breaks over percentiles."""
    if statistic == "p99":
        raise ValueError("percentiles aren't worked out here")
    return tiny.series(metric, start, end, period, statistic)


def test_a_metric_that_cannot_be_had_does_not_cost_the_others(store: Store, embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.001)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    with tiny.served(replace(tiny.build(), series=without_percentiles)) as demo:
        access = demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True))
        access.regions = ("us-east-1",)
        result = refresh.refresh(store, access, embedded, tiny.AS_OF)
    (slice_,) = [outcome for outcome in result.incomplete if outcome.collector == "EC2 instances"]
    assert (slice_.account_id, slice_.row_count) == (tiny.ALPHA, 2)
    assert "cloudwatch:GetMetricData" in slice_.reason
    asked = {metric for (metric,) in store.rows("SELECT DISTINCT metric FROM resource_series WHERE namespace IN ('AWS/EC2', 'CWAgent')")}
    assert asked == {"CPUUtilization", "mem_used_percent"}


def test_what_was_answered_before_a_request_failed_is_not_asked_for_again(
    store: Store, embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.001)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    for module in ("core.aws.cloudwatch", "core.measuring"):
        monkeypatch.setattr(f"{module}.QUERIES_PER_CALL", 3)
    with tiny.served(replace(tiny.build(), series=without_percentiles)) as demo:
        access = demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True))
        access.regions = ("us-east-1",)
        refresh.refresh(store, access, embedded, tiny.AS_OF)
    # CPU, the volume's reads, four of the function and the memory, of 14 days; the three of the function that stand in the request before
    # the one that breaks over the 99th percentile are among them once.
    rows = f"SELECT count(), uniqExact(namespace, metric, resource_id, day) FROM resource_series WHERE account_id = '{tiny.ALPHA}'"
    assert store.rows(rows) == [(7 * 14, 7 * 14)]
