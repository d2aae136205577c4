"""Auto Scaling groups against the tiny organisation, with two groups put in."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.collectors.autoscaling import GROUP_TYPE, TITLE
from core.demo.model import Resource
from core.models import SliceStatus
from core.store import ledger, resources
from core.store.client import Store
from tests.core.collectors.conftest import Collect
from tests.core.demo import tiny

COLLECTORS = ("autoscaling", "ec2")


def group(name: str, account: str, **attributes: Any) -> Resource:
    arn = f"arn:aws:autoscaling:us-east-1:{account}:autoScalingGroup:1:autoScalingGroupName/{name}"
    created = datetime(2026, 8, 1, tzinfo=UTC)
    return Resource("ec2:autoscaling-group", name, arn, account, "us-east-1", name, created, {"team": "web"}, attributes)


WEB = group(
    "web",
    tiny.ALPHA,
    AutoScalingGroupName="web",
    MinSize=1,
    MaxSize=4,
    DesiredCapacity=2,
    CreatedTime=datetime(2026, 8, 1, tzinfo=UTC),
    Instances=[{"InstanceId": tiny.METERED, "LifecycleState": "InService"}],
    MixedInstancesPolicy={"InstancesDistribution": {"OnDemandBaseCapacity": 1}},
)
BARE = group("=bare", tiny.BETA, AutoScalingGroupName="=bare", MinSize=0, MaxSize=0, DesiredCapacity=0)


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    whole = tiny.build()
    with tiny.served(replace(whole, resources=(*whole.resources, WEB, BARE))) as served:
        yield served


def groups(store: Store) -> dict[str, dict[str, Any]]:
    held = resources.inventory(store)
    assert held
    return {row["resource_id"]: row for row in resources.listed(store, held) if row["resource_type"] == GROUP_TYPE}


def test_groups_are_kept_with_their_sizes_and_instances(collect: Collect, store: Store) -> None:
    collect()
    kept = groups(store)
    assert kept.keys() == {"web", "=bare"}
    web = kept["web"]
    assert (web["account_id"], web["region"], web["name"], web["tags"]) == (tiny.ALPHA, "us-east-1", "web", {"team": "web"})
    assert web["created_at"].date() == datetime(2026, 8, 1).date()
    assert json.loads(web["attributes"]) == {
        "MinSize": 1,
        "MaxSize": 4,
        "DesiredCapacity": 2,
        "InstanceIds": [tiny.METERED],
        "MixedInstances": True,
    }
    assert json.loads(kept["=bare"]["attributes"]) == {
        "MinSize": 0,
        "MaxSize": 0,
        "DesiredCapacity": 0,
        "InstanceIds": [],
        "MixedInstances": False,
    }


def test_it_asks_once_in_each_account_and_region(collect: Collect, store: Store) -> None:
    calls = [call for call in ledger.calls(store, collect().run_id) if call.operation == "DescribeAutoScalingGroups"]
    assert sum(call.requests for call in calls) == 3 * 2


def test_what_is_denied_is_incomplete_and_what_was_known_stays(collect: Collect, store: Store) -> None:
    collect()
    result = collect(faults=[{"service": "autoscaling", "action": "DescribeAutoScalingGroups", "kind": "denied", "times": -1}])
    mine = [outcome for outcome in result.outcomes if outcome.collector == TITLE]
    assert {outcome.status for outcome in mine} == {SliceStatus.INCOMPLETE}
    assert all("autoscaling:DescribeAutoScalingGroups" in outcome.reason for outcome in mine)
    assert groups(store).keys() == {"web", "=bare"}
