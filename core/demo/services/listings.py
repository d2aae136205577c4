"""Actions that list an account's resources in a region, one row of a table each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult

from core.demo.calls import Call
from core.demo.model import Resource
from core.demo.services.answering import Answering, page
from core.demo.services.ec2 import Inventory, tag_list


@dataclass(frozen=True)
class Listing:
    """What an action answers: resources of `kind` under `result`, in pages; the parameters' names are the service's.

    `named` is the parameter that asks for one resource, `tags` the member that holds tags.
    """

    kind: str
    result: str
    marker: str = "Marker"
    next_marker: str = "Marker"
    limit: str = "MaxRecords"
    most: int = 100
    named: str = ""
    tags: str = ""


LISTINGS: Mapping[tuple[str, str], Listing] = {
    ("autoscaling", "DescribeAutoScalingGroups"): Listing(
        "ec2:autoscaling-group", "AutoScalingGroups", "NextToken", "NextToken", tags="Tags"
    ),
    ("elbv2", "DescribeLoadBalancers"): Listing("elb:loadbalancer", "LoadBalancers", next_marker="NextMarker", limit="PageSize", most=400),
    ("lambda", "ListFunctions"): Listing("lambda:function", "Functions", next_marker="NextMarker", limit="MaxItems", most=50),
    ("rds", "DescribeDBInstances"): Listing("rds:db", "DBInstances", named="DBInstanceIdentifier", tags="TagList"),
    ("rds", "DescribeReservedDBInstances"): Listing("rds:reserved", "ReservedDBInstances", named="ReservedDBInstanceId"),
}
"""By service and action, under boto3's names."""


class Listed(Answering):
    """The answer to an action of the table."""

    def __init__(self, call: Call, inventory: Inventory) -> None:
        super().__init__(call.service)
        self.call = call
        self.inventory = inventory

    def call_action(self) -> tuple[int, dict[str, str], Any]:
        """The rows of a page."""
        listing = LISTINGS[self.call.service, self.call.action]
        wanted = self.params.get(listing.named) if listing.named else None
        resources = [each for each in self.inventory.of(self.call.account, self.call.region, listing.kind) if wanted in (None, each.id)]
        limit = self.params.get(listing.limit) or listing.most
        shown, token = page(resources, limit, self.params.get(listing.marker), repr((self.call.account, self.call.region, wanted)))
        rows = [_described(resource, listing.tags) for resource in shown]
        answer: tuple[int, dict[str, str], Any] = self.serialized(ActionResult({listing.result: rows, listing.next_marker: token}))
        return answer


def _described(resource: Resource, tags: str) -> dict[str, Any]:
    described = dict(resource.attributes)
    changed = described.get("LastModified")
    if isinstance(changed, datetime):  # a text in Lambda's model
        described["LastModified"] = changed.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return described | ({tags: tag_list(resource.tags)} if tags else {})
