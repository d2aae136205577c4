"""What stands beside the machines: NAT gateways, load balancers, snapshots and Elastic IP addresses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from core.demo import noise, prices
from core.demo.fleets import ACCOUNTS, REGIONS, VIRGINIA
from core.demo.model import Resource
from core.demo.parts import Line, Metric, Part, Signal
from core.demo.world import OTHER, World, arn, created_at, tags

_GATEWAYS = (
    # account, region, name, GB a day, event
    ("production", VIRGINIA, "nat-main-1", 420.0, ""),
    ("production", VIRGINIA, "nat-main-2", 390.0, ""),
    ("production", "eu-west-1", "nat-eu", 300.0, ""),
    ("production", "ap-southeast-2", "nat-apac", 90.0, ""),
    ("data", VIRGINIA, "nat-data", 700.0, "nat-shift"),
    ("development", "us-west-2", "nat-dev", 30.0, ""),
)
_BALANCERS = (
    # account, region, name, capacity units
    ("production", VIRGINIA, "storefront", 60.0),
    ("production", VIRGINIA, "checkout", 25.0),
    ("production", "eu-west-1", "storefront-eu", 24.0),
    ("production", "ap-southeast-2", "storefront-apac", 9.0),
    ("ml", VIRGINIA, "recommender", 6.0),
    ("development", "us-west-2", "previews", 1.5),
)
_SNAPSHOTS = (
    ("production", VIRGINIA, 24, 900),
    ("production", "eu-west-1", 8, 500),
    ("data", VIRGINIA, 10, 800),
    ("development", "us-west-2", 6, 200),
)
_ADDRESSES = (("production", VIRGINIA, 5), ("production", "eu-west-1", 2), ("data", VIRGINIA, 2), ("development", "us-west-2", 2))


def parts(world: World) -> Iterator[Part]:
    """All of them."""
    for account, region, name, size, event in _GATEWAYS:
        yield _gateway(world, account, region, name, size, event)
    for account, region, name, units in _BALANCERS:
        yield _balancer(world, account, region, name, units)
    for account, region, count, size in _SNAPSHOTS:
        for number in range(count):
            yield _snapshot(world, account, region, f"daily-{number + 1:02}", size)
    for account, region, count in _ADDRESSES:
        for number in range(count):
            yield _address(world, account, region, f"{account}-ip-{number + 1}")


def _gateway(world: World, account: str, region: str, name: str, size: float, event: str) -> Part:
    owner, place = ACCOUNTS[account].id, REGIONS[region]
    ident = world.id("nat", owner, region, name)
    where = arn("ec2", region, owner, f"natgateway/{ident}")
    created = created_at(world, 0, 1, name)
    labels = tags(name, "platform")
    price = prices.regional(0.045, region)
    shared: dict[str, Any] = {"resource_id": where, "tags": labels, "first": created}
    lines = (
        Line(owner, region, OTHER, f"{place.prefix}NatGateway-Hours", "NatGateway", "Hrs", price, 24, **shared),
        Line(
            owner,
            region,
            OTHER,
            f"{place.prefix}NatGateway-Bytes",
            "NatGateway",
            "GB",
            price,
            size,
            rhythm="traffic",
            event=event,
            **shared,
        ),
    )
    hourly = size * 1e9 / 24
    metrics = tuple(
        Metric("AWS/NATGateway", metric, {"NatGatewayId": ident}, Signal(mean, noise=0.1, rhythm="traffic", total=total))
        for metric, mean, total in (("BytesOutToDestination", hourly, True), ("ActiveConnectionCount", 400.0, False))
    )
    attributes = {"State": "available", "CreateTime": created, "ConnectivityType": "public"}
    return Part(Resource("ec2:natgateway", ident, where, owner, region, name, created, labels, attributes), lines, metrics)


def _balancer(world: World, account: str, region: str, name: str, units: float) -> Part:
    owner, place = ACCOUNTS[account].id, REGIONS[region]
    path = f"app/{name}/{noise.hexadecimal(16, world.seed, owner, region, name)}"
    where = arn("elasticloadbalancing", region, owner, f"loadbalancer/{path}")
    created = created_at(world, 0, 1, name)
    labels = tags(name, "platform")
    service, operation = "Amazon Elastic Load Balancing", "LoadBalancing:Application"
    shared: dict[str, Any] = {"resource_id": where, "tags": labels, "first": created}
    hour, unit = prices.regional(0.0225, region), prices.regional(0.008, region)
    lines = (
        Line(owner, region, service, f"{place.prefix}LoadBalancerUsage", operation, "Hrs", hour, 24, **shared),
        Line(owner, region, service, f"{place.prefix}LCUUsage", operation, "LCU-Hrs", unit, units * 24, rhythm="traffic", **shared),
    )
    signal = Signal(units * 90_000, noise=0.1, rhythm="traffic", total=True)
    metrics = (Metric("AWS/ApplicationELB", "RequestCount", {"LoadBalancer": path}, signal),)
    attributes = {
        "LoadBalancerArn": where,
        "LoadBalancerName": name,
        "Type": "application",
        "Scheme": "internet-facing",
        "CreatedTime": created,
    }
    attributes["State"] = {"Code": "active"}
    return Part(Resource("elb:loadbalancer", path, where, owner, region, name, created, labels, attributes), lines, metrics)


def _snapshot(world: World, account: str, region: str, name: str, size: int) -> Part:
    owner, place = ACCOUNTS[account].id, REGIONS[region]
    ident = world.id("snap", owner, region, name)
    created = world.now - timedelta(days=3 + noise.key("snap", ident) % 60)
    labels = tags(name, "platform")
    usage, price = f"{place.prefix}EBS:SnapshotUsage", prices.regional(prices.SNAPSHOT_GB_MONTH, region)
    line = Line(owner, region, OTHER, usage, "CreateSnapshot", "GB-Mo", price, size, ident, "", labels, "stored")
    source = world.id("vol", owner, region, "gone", name)
    attributes = {
        "State": "completed",
        "StartTime": created,
        "VolumeSize": size,
        "VolumeId": source,
        "Description": "daily",
        "StorageTier": "standard",
    }
    return Part(
        Resource("ec2:snapshot", ident, arn("ec2", region, owner, f"snapshot/{ident}"), owner, region, name, created, labels, attributes),
        (line,),
    )


def _address(world: World, account: str, region: str, name: str) -> Part:
    owner, place = ACCOUNTS[account].id, REGIONS[region]
    ident = world.id("eipalloc", owner, region, name)
    idle = name.endswith("2")
    created = created_at(world, 0, 1, name)
    labels = tags(name)
    usage = f"{place.prefix}PublicIPv4:{'IdleAddress' if idle else 'InUseAddress'}"
    line = Line(
        owner, region, "Amazon Virtual Private Cloud", usage, "AllocateAddressVPC", "Hrs", 0.005, 24, ident, "", labels, first=created
    )
    number = noise.key(ident)
    attributes = {"AllocationId": ident, "PublicIp": f"198.51.100.{number % 254 + 1}", "Domain": "vpc", "InUse": not idle}
    where = arn("ec2", region, owner, f"elastic-ip/{ident}")
    return Part(Resource("ec2:address", ident, where, owner, region, name, created, labels, attributes), (line,))
