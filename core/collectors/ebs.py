"""EBS: every volume, what it is attached to, and for those on nothing, when they last were in use.

DescribeVolumes doesn't say since when a volume is unattached. CloudWatch tells: it gets data of a volume only while a running instance
has it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.cloudwatch import MetricQuery
from core.aws.listing import chosen, ids, moment, pages, tags_of
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.services import EBS

TITLE = "EBS volumes"
VOLUME_TYPE = "ec2:volume"
NAMESPACE = "AWS/EBS"
READS = ("VolumeReadOps", "Sum")

# What is kept of a volume, under the API's names.
ATTRIBUTES = ("VolumeType", "Size", "Iops", "Throughput", "Encrypted", "SnapshotId", "AvailabilityZone", "MultiAttachEnabled")


def collect(collection: Collection) -> None:
    """List the volumes of every account and region."""

    def one(place: Place, current: Slice) -> None:
        client = collection.access.client("ec2", place.region, place.account)
        volumes = list(pages(client, "describe_volumes", "Volumes", *place))
        loose = [volume["VolumeId"] for volume in volumes if volume["State"] == "available"]
        current.measure(
            (MetricQuery(ident, NAMESPACE, READS[0], {"VolumeId": ident}, READS[1]) for ident in loose),
            lambda: [volume_row(volume, place, collection) for volume in volumes],
        )

    collection.each(TITLE, one)


def volume_row(volume: Mapping[str, Any], place: Place, collection: Collection) -> dict[str, Any]:
    """A volume as a row of `resource_metrics`."""
    tags, attached = tags_of(volume), volume.get("Attachments", [])
    return {
        **collection.where(place, "ec2", f"volume/{volume['VolumeId']}"),
        "resource_type": VOLUME_TYPE,
        "resource_id": volume["VolumeId"],
        "name": tags.get("Name", ""),
        "state": volume["State"],
        "created_at": moment(volume["CreateTime"]),
        "tags": tags,
        "attributes": json.dumps(
            {
                **chosen(volume, ATTRIBUTES),
                "InstanceIds": ids(attached, "InstanceId"),
                **_with_its_instance(attached),
            }
        ),
    }


def _with_its_instance(attached: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    """Whether it is deleted with the instances that it is on, where AWS says so of each."""
    said = [one["DeleteOnTermination"] for one in attached if "DeleteOnTermination" in one]
    return {"DeleteOnTermination": all(said)} if said and len(said) == len(attached) else {}


def estimate(outlook: Outlook) -> EstimateLine:
    """Free, but for a metric of each volume on nothing, of which there are few."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge; one metric for each unattached volume")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return next(pages(access.client("ec2", region, account), "describe_volumes", "Volumes", account, region, MaxResults=5), None)


COLLECTOR = Collector(
    name="ebs",
    title=TITLE,
    permissions=(Permission("ec2:DescribeVolumes", "Unattached and oversized volumes aren't found.", _try, per_account=True),),
    estimate=estimate,
    collect=collect,
    resource_types=(VOLUME_TYPE,),
    service=EBS.label,
)
