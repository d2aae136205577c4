"""EC2: what the organisation's accounts run and keep, read straight from its resources; moto answers the rest, such as instance types."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, TypeVar

import boto3
from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response

from core.demo import prices
from core.demo.calls import Refused
from core.demo.model import Organisation, Resource
from core.demo.services.answering import page

_STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
_MOST_ROWS = 1000
_SYSTEMS = {"Linux/UNIX": "Linux", "Linux/UNIX (Amazon VPC)": "Linux", "Windows": "Windows", "Windows (Amazon VPC)": "Windows"}
"""What the spot market calls an operating system, and what the price list does."""

_ALWAYS_ON = frozenset(
    [
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ]
)
"""Regions that no account has to opt in to."""

Item = dict[str, Any]
T = TypeVar("T")


class Inventory:
    """The organisation's resources by account, region and kind, and which regions its accounts have enabled."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.enabled = _ALWAYS_ON | {region.code for region in organisation.regions}
        self._held: dict[tuple[str, str, str], list[Resource]] = {}
        self._attached: dict[str, list[tuple[Resource, Mapping[str, Any]]]] = {}
        for resource in organisation.resources:
            self._held.setdefault((resource.account, resource.region, resource.kind), []).append(resource)
            if resource.kind == "ec2:volume":
                for attachment in resource.attributes.get("Attachments") or ():
                    self._attached.setdefault(attachment["InstanceId"], []).append((resource, attachment))

    def of(self, account: str, region: str, kind: str) -> list[Resource]:
        """An account's resources of a kind in a region."""
        return self._held.get((account, region, kind), [])

    def volumes_of(self, instance: str) -> list[tuple[Resource, Mapping[str, Any]]]:
        """The volumes on an instance, each with its attachment."""
        return self._attached.get(instance, [])


class Ec2(EC2Response):
    """The actions of `ec2`."""

    def __init__(self, inventory: Inventory) -> None:
        super().__init__()
        self.inventory = inventory

    def describe_regions(self) -> ActionResult:
        """DescribeRegions: those that are enabled, or all there are."""
        named = self.params.get("RegionNames") or []
        every = self.params.get("AllRegions", False) or named
        found = [
            {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": self._opted(name)}
            for name in _regions()
            if (every or name in self.inventory.enabled) and (not named or name in named)
        ]
        if unknown := set(named) - {region["RegionName"] for region in found}:
            raise Refused("InvalidParameterValue", f"Invalid region provided: {', '.join(sorted(unknown))}")
        return ActionResult({"Regions": found})

    def describe_instances(self) -> ActionResult:
        """DescribeInstances, each in a reservation of its own."""
        items = self._items("ec2:instance", "InstanceIds", "InstanceId", self._instance, "InvalidInstanceID.NotFound")
        shown, token = self._page(items)
        owner = self.current_account
        reservations = [{"ReservationId": f"r-{item['InstanceId'][2:]}", "OwnerId": owner, "Instances": [item]} for item in shown]
        return ActionResult({"Reservations": reservations, "NextToken": token})

    def describe_volumes(self) -> ActionResult:
        """DescribeVolumes."""
        items = self._items("ec2:volume", "VolumeIds", "VolumeId", self._volume, "InvalidVolume.NotFound")
        shown, token = self._page(items)
        return ActionResult({"Volumes": shown, "NextToken": token})

    def describe_snapshots(self) -> ActionResult:
        """DescribeSnapshots: the account's own, whoever's are asked for."""
        items = self._items("ec2:snapshot", "SnapshotIds", "SnapshotId", self._snapshot, "InvalidSnapshot.NotFound")
        shown, token = self._page(items)
        return ActionResult({"Snapshots": shown, "NextToken": token})

    def describe_addresses(self) -> ActionResult:
        """DescribeAddresses."""
        return ActionResult({"Addresses": self._items("ec2:address", "AllocationIds", "AllocationId", _plain)})

    def describe_nat_gateways(self) -> ActionResult:
        """DescribeNatGateways."""
        items = self._items("ec2:natgateway", "NatGatewayIds", "NatGatewayId", _with("CreateTime"))
        shown, token = self._page(items)
        return ActionResult({"NatGateways": shown, "NextToken": token})

    def describe_reserved_instances(self) -> ActionResult:  # type: ignore[override]  # moto has none
        """DescribeReservedInstances."""
        items = self._items("ec2:reserved-instances", "ReservedInstancesIds", "ReservedInstancesId", _with("Start"))
        return ActionResult({"ReservedInstances": items})

    def describe_spot_price_history(self) -> ActionResult:
        """DescribeSpotPriceHistory: a price for each type, zone and day, the latest day first; the last 90 days are kept."""
        today = self.inventory.organisation.as_of
        start, end = _day(self.params.get("StartTime"), today), _day(self.params.get("EndTime"), today)
        days = [today - timedelta(days=back) for back in range(90)]
        asked = {wanted["Name"]: wanted["Values"] for wanted in self.params.get("Filters") or []}
        types = self.params.get("InstanceTypes") or asked.get("instance-type") or list(prices.linux_hours())
        systems = self.params.get("ProductDescriptions") or asked.get("product-description") or list(_SYSTEMS)
        zones = [self.params["AvailabilityZone"]] if "AvailabilityZone" in self.params else [f"{self.region}{letter}" for letter in "abc"]
        offers = [
            (day, name, zone, system)
            for day in days
            if start <= day <= end
            for name in types
            if name in prices.linux_hours()
            for zone in asked.get("availability-zone", zones)
            for system in systems
            if system in _SYSTEMS
        ]
        shown, token = self._page(offers)
        return ActionResult({"SpotPriceHistory": [self._spot(*offer) for offer in shown], "NextToken": token})

    def _spot(self, day: date, name: str, zone: str, system: str) -> Item:
        price = prices.spot_hour(name, self.region, zone, day, _SYSTEMS[system])
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return {"InstanceType": name, "AvailabilityZone": zone, "ProductDescription": system, "SpotPrice": f"{price:.6f}", "Timestamp": at}

    def _items(
        self, kind: str, named: str, identity: str, describe: Callable[[Resource], Item], missing: str = "InvalidParameterValue"
    ) -> list[Item]:
        resources = self.inventory.of(self.current_account, self.region, kind)
        if wanted := self.params.get(named):
            if absent := set(wanted) - {resource.id for resource in resources}:
                raise Refused(missing, f"The IDs '{', '.join(sorted(absent))}' do not exist")
            resources = [resource for resource in resources if resource.id in wanted]
        items = [{identity: resource.id, **describe(resource), "Tags": tag_list(resource.tags)} for resource in resources]
        filters = self.params.get("Filters") or self.params.get("Filter") or []
        return [item for item in items if all(_fits(item, identity, asked["Name"], asked["Values"]) for asked in filters)]

    def _page(self, items: Sequence[T]) -> tuple[Sequence[T], str | None]:
        asked = {name: value for name, value in self.params.items() if name != "NextToken"}
        request = repr((self.current_account, self.region, sorted(asked.items(), key=str)))
        return page(items, self.params.get("MaxResults") or _MOST_ROWS, self.params.get("NextToken"), request, error="InvalidNextToken")

    def _instance(self, resource: Resource) -> Item:
        state = _word(resource.attributes.get("State", "running"))
        mappings = [
            {"DeviceName": attachment.get("Device", "/dev/xvda"), "Ebs": _mapped(volume, attachment)}
            for volume, attachment in self.inventory.volumes_of(resource.id)
        ]
        return {
            "LaunchTime": resource.created,
            "Placement": {"AvailabilityZone": resource.attributes.get("AvailabilityZone", f"{resource.region}a"), "Tenancy": "default"},
            "BlockDeviceMappings": mappings,
            **resource.attributes,
            "State": {"Name": state, "Code": _STATES[state]},
        }

    def _volume(self, resource: Resource) -> Item:
        attachments = [
            {"VolumeId": resource.id, "AttachTime": resource.created, "State": "attached", **attachment}
            for attachment in resource.attributes.get("Attachments") or ()
        ]
        default = {
            "CreateTime": resource.created,
            "AvailabilityZone": f"{resource.region}a",
            "State": "in-use" if attachments else "available",
        }
        return {**default, **resource.attributes, "Attachments": attachments}

    def _snapshot(self, resource: Resource) -> Item:
        return {"StartTime": resource.created, "OwnerId": resource.account, "State": "completed", "Progress": "100%", **resource.attributes}

    def _opted(self, region: str) -> str:
        return "opt-in-not-required" if region in _ALWAYS_ON else "opted-in" if region in self.inventory.enabled else "not-opted-in"


def _mapped(volume: Resource, attachment: Mapping[str, Any]) -> Item:
    kept = {"DeleteOnTermination": attachment.get("DeleteOnTermination", True)}
    return {"VolumeId": volume.id, "Status": "attached", "AttachTime": attachment.get("AttachTime", volume.created), **kept}


def _plain(resource: Resource) -> Item:
    return dict(resource.attributes)


def _with(created: str) -> Callable[[Resource], Item]:
    """Describes a resource by its attributes and, under the given name, when it was made."""
    return lambda resource: {created: resource.created, **resource.attributes}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as AWS lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _day(moment: Any, otherwise: date) -> date:
    """The UTC day of a moment, which moto leaves as it came."""
    return date.fromisoformat(str(moment)[:10]) if moment else otherwise


def _word(state: Any) -> str:
    return str(state["Name"] if isinstance(state, Mapping) else state)


def _fits(item: Item, identity: str, name: str, patterns: Iterable[str]) -> bool:
    """Whether an item passes one of EC2's filters, whose values may hold * and ?."""
    tags = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
    attached = [attachment.get("InstanceId", "") for attachment in item.get("Attachments") or ()]
    known: dict[str, list[str]] = {
        "instance-state-name": [_word(item.get("State", ""))],
        "status": [_word(item.get("State", ""))],
        "state": [_word(item.get("State", ""))],
        "instance-type": [item.get("InstanceType", "")],
        "volume-type": [item.get("VolumeType", "")],
        "attachment.instance-id": attached,
        "instance-id": [item.get("InstanceId", "")],
        "volume-id": [item.get("VolumeId", "")],
        "snapshot-id": [item.get("SnapshotId", "")],
        "owner-id": [item.get("OwnerId", "")],
        "tag-key": list(tags),
    }
    values = [tags[name[4:]]] if name.startswith("tag:") and name[4:] in tags else known.get(name)
    if values is None and not name.startswith("tag:"):
        raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")
    return any(fnmatchcase(value, pattern) for value in values or () for pattern in patterns)


@cache
def _regions() -> tuple[str, ...]:
    """Every commercial region that boto3 knows."""
    return tuple(boto3.Session().get_available_regions("ec2"))
