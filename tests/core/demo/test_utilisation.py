"""What CloudWatch would answer in the demo organisation."""

from datetime import UTC, datetime, timedelta

import pytest

from core.demo import organisation as demo
from core.demo.organisation import MetricRef
from tests.core.demo.built import AS_OF, DAY, NOW, named, organisation, values


def cpu(
    name: str, build: demo.Organisation, period: int, statistic: str, start: datetime, end: datetime
) -> tuple[list[datetime], list[float]]:
    machine = named(name)
    ref = MetricRef(machine.account, machine.region, "AWS/EC2", "CPUUtilization", frozenset({("InstanceId", machine.id)}))
    return build.series(ref, start, end, period, statistic)


def test_a_day_for_each_day_asked() -> None:
    times, found = cpu("checkout-api-01", organisation(), DAY, "Average", NOW - timedelta(days=3), NOW)
    assert times == [datetime(2026, 11, day, tzinfo=UTC) for day in (20, 21, 22)]
    assert all(30 < value < 60 for value in found)


def test_periods_agree_with_one_another() -> None:
    start = NOW - timedelta(days=1)
    hours = cpu("checkout-api-01", organisation(), 3600, "Average", start, NOW)[1]
    five = cpu("checkout-api-01", organisation(), 300, "Average", start, NOW)[1]
    (day,) = cpu("checkout-api-01", organisation(), DAY, "Average", start, NOW)[1]
    assert (len(hours), len(five)) == (24, 288)
    assert day == pytest.approx(sum(hours) / 24) == pytest.approx(sum(five) / 288)


def test_statistics_agree_with_one_another() -> None:
    start = NOW - timedelta(days=1)
    found = {
        statistic: cpu("checkout-api-01", organisation(), DAY, statistic, start, NOW)[1][0]
        for statistic in ("Minimum", "p50", "Average", "p90", "p99", "Maximum", "Sum", "SampleCount")
    }
    assert found["Minimum"] < found["p50"] < found["p90"] < found["p99"] <= found["Maximum"]
    assert found["SampleCount"] == 288
    assert found["Sum"] == pytest.approx(found["Average"] * 288)


def test_nothing_before_a_resource_was_there_while_it_stood_still_and_from_now_on() -> None:
    assert len(values(named("new-trial"), "CPUUtilization", "Average")) == 6
    assert len(values(named("on-holiday"), "CPUUtilization", "Average")) == 2
    assert values(named("old-jenkins"), "CPUUtilization", "Average") == []
    assert cpu("checkout-api-01", organisation(), 3600, "Average", NOW, NOW + timedelta(days=2)) == ([], [])


def test_a_workstation_has_no_samples_while_it_is_off() -> None:
    counts = values(named("workstation-01"), "CPUUtilization", "SampleCount", days=7)
    assert counts == [11 * 12] * 5
    hours = cpu("workstation-01", organisation(), 3600, "Average", NOW - timedelta(days=3), NOW)[0]
    assert [hours[0], hours[-1]] == [datetime(2026, 11, 20, 8, tzinfo=UTC), datetime(2026, 11, 20, 18, tzinfo=UTC)]


def test_unknown_metrics_and_resources_have_nothing() -> None:
    assert values(named("unmeasured-0"), "CPUUtilization", "Average") == []
    assert values(named("checkout-api-01"), "StatusCheckFailed", "Sum") == []
    assert values(named("orders-copy"), "VolumeReadOps", "Sum", space="AWS/EBS", dimension="VolumeId") == []


def test_values_stay_when_the_day_moves_on_and_change_with_the_seed() -> None:
    start, end = NOW - timedelta(days=10), NOW - timedelta(days=3)
    before = cpu("checkout-api-01", organisation(), DAY, "Average", start, end)
    assert cpu("checkout-api-01", demo.build(AS_OF + timedelta(days=1)), DAY, "Average", start, end) == before
    other = demo.build(AS_OF, seed=8)
    (machine,) = [resource for resource in other.resources if resource.name == "checkout-api-01"]
    ref = MetricRef(machine.account, machine.region, "AWS/EC2", "CPUUtilization", frozenset({("InstanceId", machine.id)}))
    assert other.series(ref, start, end, DAY, "Average")[1] != before[1]


def test_a_bucket_says_its_size_once_a_day() -> None:
    bucket = named("northlight-backups")
    found = values(bucket, "BucketSizeBytes", "Average", days=2, space="AWS/S3", dimension="BucketName", StorageType="StandardStorage")
    assert found == [800 * 2**30] * 2
    assert values(bucket, "BucketSizeBytes", "Average", space="AWS/S3", dimension="BucketName", StorageType="GlacierStorage") == []


def test_what_else_is_measured() -> None:
    api = named("checkout-api-01")
    assert all(50 < value < 75 for value in values(api, "mem_used_percent", "Average", space="CWAgent"))
    function = named("cart-01")
    assert values(function, "Invocations", "Sum", days=1, space="AWS/Lambda", dimension="FunctionName")[0] > 100_000
    (gateway,) = [resource for resource in organisation().resources if resource.name == "nat-data"]
    assert values(gateway, "BytesOutToDestination", "Sum", days=1, space="AWS/NATGateway", dimension="NatGatewayId")[0] > 1e11
    balancer = next(
        resource for resource in organisation().resources if resource.kind == "elb:loadbalancer" and resource.name == "storefront"
    )
    assert values(balancer, "RequestCount", "Sum", days=1, space="AWS/ApplicationELB", dimension="LoadBalancer")[0] > 1e7
