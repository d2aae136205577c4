"""EBS: every volume, and what it is attached to."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.listing import chosen, ids, moment, pages, tags_of
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook

TITLE = "EBS volumes"
VOLUME_TYPE = "ec2:volume"

# What is kept of a volume, under the API's names.
ATTRIBUTES = ("VolumeType", "Size", "Iops", "Throughput", "Encrypted", "SnapshotId", "AvailabilityZone", "MultiAttachEnabled")


def collect(collection: Collection) -> None:
    """List the volumes of every account and region."""

    def one(place: Place, current: Slice) -> None:
        client = collection.access.client("ec2", place.region, place.account)
        listed = pages(client, "describe_volumes", "Volumes", *place)
        current.row_count = collection.keep_resources([volume_row(volume, place, collection) for volume in listed])

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
        "attributes": json.dumps({**chosen(volume, ATTRIBUTES), "InstanceIds": ids(attached, "InstanceId")}),
    }


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return next(pages(access.client("ec2", region, account), "describe_volumes", "Volumes", account, region, MaxResults=5), None)


COLLECTOR = Collector(
    name="ebs",
    title=TITLE,
    permissions=(Permission("ec2:DescribeVolumes", "Unattached and oversized volumes aren't found.", _try, per_account=True),),
    estimate=estimate,
    collect=collect,
    resource_types=(VOLUME_TYPE,),
)
