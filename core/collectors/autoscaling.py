"""Auto Scaling groups: how many instances each keeps, and which."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.listing import chosen, ids, moment, pages
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.services import EC2_LABEL

TITLE = "Auto Scaling groups"
GROUP_TYPE = "ec2:autoscaling-group"

# What is kept of a group, under the API's names.
ATTRIBUTES = ("MinSize", "MaxSize", "DesiredCapacity", "CapacityRebalance")


def collect(collection: Collection) -> None:
    """List the groups of every account and region."""

    def one(place: Place, current: Slice) -> None:
        client = collection.access.client("autoscaling", place.region, place.account)
        groups = pages(client, "describe_auto_scaling_groups", "AutoScalingGroups", *place)
        current.row_count = collection.keep_resources([group_row(group, place, collection) for group in groups])

    collection.each(TITLE, one)


def group_row(group: Mapping[str, Any], place: Place, collection: Collection) -> dict[str, Any]:
    """A group as a row of `resource_metrics`. Its id is its name, which is the account's own choice."""
    name = group["AutoScalingGroupName"]
    return {
        **collection.where(place, "autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}"),
        **({"arn": group["AutoScalingGroupARN"]} if "AutoScalingGroupARN" in group else {}),
        "resource_type": GROUP_TYPE,
        "resource_id": name,
        "name": name,
        "state": group.get("Status", ""),
        "created_at": moment(group.get("CreatedTime")),
        "tags": {tag["Key"]: tag.get("Value", "") for tag in group.get("Tags", ())},
        "attributes": json.dumps(
            {
                **chosen(group, ATTRIBUTES),
                "InstanceIds": ids(group.get("Instances", ()), "InstanceId"),
                "MixedInstances": "MixedInstancesPolicy" in group,
            }
        ),
    }


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    client = access.client("autoscaling", region, account)
    return next(pages(client, "describe_auto_scaling_groups", "AutoScalingGroups", account, region, MaxRecords=1), None)


COLLECTOR = Collector(
    name="autoscaling",
    title=TITLE,
    permissions=(
        Permission(
            "autoscaling:DescribeAutoScalingGroups",
            "How large a group is comes from its instances' tags alone, so fewer are proposed for the spot market.",
            _try,
            per_account=True,
        ),
    ),
    estimate=estimate,
    collect=collect,
    resource_types=(GROUP_TYPE,),
    service=EC2_LABEL,
)
