"""All collectors' metrics of an account and region share their requests.

The tiny organisation has in ALPHA's us-east-1 a running instance whose CPU is low, an unattached volume and a function, and in its
eu-west-1 a running instance; in BETA a running instance and a bucket of 27 metrics.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from core.store import ledger
from core.store.client import Store
from tests.core.collectors.conftest import Collect
from tests.core.demo import tiny

COLLECTORS = ("ec2", "ebs", "lambda", "s3")


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    with tiny.served(tiny.build()) as held:
        yield held


def asked(store: Store, run_id: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Requests and metrics by account and region."""
    found: Counter[tuple[str, str]] = Counter()
    metrics: Counter[tuple[str, str]] = Counter()
    for call in ledger.calls(store, run_id):
        if call.operation == "GetMetricData":
            found[call.account, call.region] += call.requests
            metrics[call.account, call.region] += call.metrics
    return {place: (count, metrics[place]) for place, count in found.items()}


def test_as_many_requests_as_the_queries_fill(collect: Collect, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("core.aws.cloudwatch", "core.measuring"):
        monkeypatch.setattr(f"{module}.QUERIES_PER_CALL", 3)
    # CPU, the volume's reads and one of the function's four fill the first request; the other three go with the low instance's 99th
    # percentile and memory.
    assert asked(store, collect().run_id) == {
        (tiny.ALPHA, "us-east-1"): (3, 1 + 1 + 4 + 2),
        (tiny.ALPHA, "eu-west-1"): (1, 1),
        (tiny.BETA, "us-east-1"): (10, 1 + 27),
    }


def test_what_yesterday_showed_is_asked_with_the_rest(collect: Collect, store: Store) -> None:
    first = asked(store, collect().run_id)
    assert first[tiny.ALPHA, "us-east-1"] == (2, 8)
    assert asked(store, collect().run_id) == {}
    assert asked(store, collect(1).run_id)[tiny.ALPHA, "us-east-1"] == (1, 8)


def test_a_denial_makes_each_that_asked_incomplete_and_loses_no_resource(collect: Collect, store: Store) -> None:
    result = collect(faults=[{"service": "cloudwatch", "action": "*", "account": tiny.BETA, "kind": "denied", "times": -1}])
    lacking = {(outcome.collector, outcome.account_id, outcome.row_count) for outcome in result.incomplete}
    assert lacking == {("EC2 instances", tiny.BETA, 1), ("S3 buckets", tiny.BETA, 1)}
    assert all("cloudwatch:GetMetricData" in outcome.reason for outcome in result.incomplete)
