"""EC2: every instance, and how busy it was on the last fourteen whole days.

CPU is asked for every running instance. The 99th percentile of CPU, memory (where the CloudWatch agent reports it by instance alone),
CPU credits and network are asked only where the mean CPU is low enough to make them matter. Days already kept are not asked for again.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.cloudwatch import MetricQuery, daily
from core.aws.listing import chosen, moment, pages, tags_of
from core.aws.meter import usd_of
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.measuring import window
from core.services import EC2_LABEL
from core.store import events, resources

TITLE = "EC2 instances"
INSTANCE_TYPE = "ec2:instance"
NAMESPACE, AGENT = "AWS/EC2", "CWAgent"
MEGABYTE = 1_000_000

CPU = ("CPUUtilization", "Average")
CPU_P99 = ("CPUUtilization", "p99")
NETWORK = (("NetworkIn", "Sum"), ("NetworkOut", "Sum"))
MEMORY = ("mem_used_percent", "Maximum")
CREDITS = ("CPUCreditBalance", "Minimum")

# What is kept of an instance, under the API's names.
ATTRIBUTES = (
    *("InstanceType", "Platform", "PlatformDetails", "UsageOperation", "Architecture", "InstanceLifecycle", "EbsOptimized"),
    *("StateTransitionReason", "VpcId", "SubnetId"),
    *("RootDeviceName", "RootDeviceType", "PrivateIpAddress", "PublicIpAddress", "EnaSupport", "CapacityReservationId"),
)
BURSTABLE = re.compile(r"t\d")
_GONE = ("terminated", "shutting-down")


def collect(collection: Collection) -> None:
    """List the instances of every account and region, then ask how busy they were."""
    days = window(collection.as_of)
    low_percent, idle_percent = limits(collection)

    def one(place: Place, current: Slice) -> None:
        instances = list(listed(collection.access, place))
        types = {instance["InstanceId"]: instance["InstanceType"] for instance in instances if instance["State"]["Name"] == "running"}

        def closer() -> list[MetricQuery]:
            """As far as is known by now: what was low yesterday is asked with the rest, what is found to be so today after it."""
            means = resources.means(collection.store, *place, NAMESPACE, CPU, days[0], days[-1]) if types else {}
            low = {ident: means[ident] for ident in types if means.get(ident, 100.0) < low_percent}
            return closer_queries(types, low, idle_percent)

        current.measure([*queries(types, CPU), *closer()], lambda: rows(instances, place), further=closer)

    def rows(instances: Sequence[Mapping[str, Any]], place: Place) -> Iterator[dict[str, Any]]:
        known = _busy(collection, place) if instances else {}
        return (instance_row(instance, place, collection, known.get(instance["InstanceId"], {})) for instance in instances)

    collection.each(TITLE, one)


def listed(access: Access, place: Place, **parameters: Any) -> Iterator[dict[str, Any]]:
    """The instances of a region that aren't gone."""
    client = access.client("ec2", place.region, place.account)
    for reservation in pages(client, "describe_instances", "Reservations", *place, **parameters):
        yield from (instance for instance in reservation["Instances"] if instance["State"]["Name"] not in _GONE)


def closer_queries(types: Mapping[str, str], low: Mapping[str, float], idle_percent: float) -> list[MetricQuery]:
    """What is asked of instances whose CPU is low, given its mean by instance: the 99th percentile and memory, of burstable types the
    credits, and of idle ones the network."""
    burstable = [instance for instance in low if BURSTABLE.match(types[instance])]
    idle = [instance for instance, mean in low.items() if mean < idle_percent]
    asked = [(low, CPU_P99), (low, MEMORY), (burstable, CREDITS), *((idle, metric) for metric in NETWORK)]
    return [query for some, metric in asked for query in queries(some, metric)]


def _busy(collection: Collection, place: Place) -> dict[str, resources.DailyValues]:
    """The window's daily values by instance, the agent's among them."""
    days = window(collection.as_of)
    busy, memory = (resources.series(collection.store, *place, space, days[0], days[-1]) for space in (NAMESPACE, AGENT))
    return {ident: {**busy.get(ident, {}), **memory.get(ident, {})} for ident in {*busy, *memory}}


def limits(collection: Collection) -> tuple[float, float]:
    """Under which mean CPU, in percent, an instance may be found oversized or idle: by the settings, or by what was set on the page."""
    saved, config = events.saved_thresholds(collection.store), collection.config
    idle = max(config.aws_idle_cpu_threshold, saved.get("ec2_idle", {}).get("cpu_percent", 0.0))
    low = max(config.aws_underutilized_cpu_threshold, saved.get("ec2_underutilized", {}).get("cpu_percent", 0.0))
    return max(low, idle), idle


def queries(instances: Iterable[str], metric: tuple[str, str]) -> list[MetricQuery]:
    """One daily query for each instance."""
    name, statistic = metric
    space = AGENT if metric == MEMORY else NAMESPACE
    return [MetricQuery(instance, space, name, {"InstanceId": instance}, statistic) for instance in instances]


def instance_row(instance: Mapping[str, Any], place: Place, collection: Collection, busy: resources.DailyValues) -> dict[str, Any]:
    """An instance as a row of `resource_metrics`."""
    tags, ident = tags_of(instance), instance["InstanceId"]
    return {
        **collection.where(place, "ec2", f"instance/{ident}"),
        "resource_type": INSTANCE_TYPE,
        "resource_id": ident,
        "name": tags.get("Name", ""),
        "state": instance["State"]["Name"],
        "created_at": moment(instance["LaunchTime"]),
        "tags": tags,
        "attributes": json.dumps(
            {
                **chosen(instance, ATTRIBUTES),
                "AvailabilityZone": instance["Placement"]["AvailabilityZone"],
                "Tenancy": instance["Placement"].get("Tenancy", "default"),
                "VolumeIds": [mapping["Ebs"]["VolumeId"] for mapping in instance.get("BlockDeviceMappings", []) if "Ebs" in mapping],
            }
        ),
        "utilisation": utilisation(busy),
    }


def utilisation(busy: resources.DailyValues) -> dict[str, float]:
    """What the window's daily values come to; what wasn't measured has no key.

    `cpu_days` counts days with a datapoint; `cpu_mean`, `cpu_p99` and `memory_max` (the highest day's) are percent, `credits_min` CPU
    credits, `network_mb_per_day` 10^6 bytes.
    """
    found: dict[str, float] = {}
    if cpu := busy.get(CPU):
        found |= {"cpu_days": len(cpu), "cpu_mean": sum(cpu) / len(cpu), "cpu_max_day": max(cpu)}
    if p99 := busy.get(CPU_P99):
        found["cpu_p99"] = max(p99)
    if memory := busy.get(MEMORY):
        found["memory_max"] = max(memory)
    if balances := busy.get(CREDITS):
        found["credits_min"] = min(balances)
    flows = [busy.get(metric, []) for metric in NETWORK]
    if all(flows):
        found["network_mb_per_day"] = sum(sum(flow) / len(flow) for flow in flows) / MEGABYTE
    return found


def estimate(outlook: Outlook) -> EstimateLine:
    """CPU of every instance known, once a day; the listing is free."""
    known = resources.count(outlook.store, INSTANCE_TYPE)
    fresh = resources.newest_day(outlook.store, NAMESPACE)
    if known is None:
        return EstimateLine(TITLE, 0, 0, Decimal(0), "instances aren't known yet: $0.01 for each thousand metrics")
    if fresh is not None and fresh >= outlook.as_of - timedelta(days=1):
        return EstimateLine(TITLE, 0, 0, Decimal(0), "utilisation up to yesterday is kept already")
    return EstimateLine(TITLE, -(-known // 500), known, usd_of("cloudwatch", "GetMetricData", 1, known), f"CPU of {known:,} instances")


def _try_list(access: Access, account: str, region: str, as_of: date) -> object:
    return next(listed(access, Place(account, region), MaxResults=5), None)


def _try_metrics(access: Access, account: str, region: str, as_of: date) -> object:
    yesterday = as_of - timedelta(days=1)
    return list(daily(access.client("cloudwatch", region, account), queries(["i-00000000000000000"], CPU), yesterday, as_of, account))


COLLECTOR = Collector(
    name="ec2",
    title=TITLE,
    permissions=(
        Permission("ec2:DescribeInstances", "No instance is known, so no idle or oversized one is found.", _try_list, per_account=True),
        Permission(
            "cloudwatch:GetMetricData", "Utilisation isn't measured, so no resource can be called idle.", _try_metrics, per_account=True
        ),
    ),
    estimate=estimate,
    collect=collect,
    resource_types=(INSTANCE_TYPE,),
    service=EC2_LABEL,
)
