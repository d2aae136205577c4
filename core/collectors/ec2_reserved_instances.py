"""The EC2 reservations of every account and region: what each is of, until when, and what it costs."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.failures import calling
from core.aws.listing import chosen, moment, tags_of
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.services import EC2_LABEL

TITLE = "EC2 reserved instances"
RESERVED_TYPE = "ec2:reserved-instances"
ACTION = "ec2:DescribeReservedInstances"

# What is kept of a reservation, under the API's names.
ATTRIBUTES = (
    *("InstanceType", "InstanceCount", "OfferingClass", "OfferingType", "ProductDescription", "Scope", "AvailabilityZone"),
    *("InstanceTenancy", "Duration", "FixedPrice", "UsagePrice", "RecurringCharges", "CurrencyCode"),
)


def collect(collection: Collection) -> None:
    """List the reservations of every account and region."""

    def one(place: Place, current: Slice) -> None:
        found = listed(collection.access, place.account, place.region)
        current.row_count = collection.keep_resources([reserved_row(each, place, collection) for each in found])

    collection.each(TITLE, one)


def listed(access: Access, account: str, region: str) -> list[Mapping[str, Any]]:
    """The reservations of a region, which come on one page."""
    with calling(ACTION, account, region):
        found: list[Mapping[str, Any]] = access.client("ec2", region, account).describe_reserved_instances()["ReservedInstances"]
    return found


def reserved_row(one: Mapping[str, Any], place: Place, collection: Collection) -> dict[str, Any]:
    """A reservation as a row of `resource_metrics`."""
    ident, tags = one["ReservedInstancesId"], tags_of(one)
    return {
        **collection.where(place, "ec2", f"reserved-instances/{ident}"),
        "resource_type": RESERVED_TYPE,
        "resource_id": ident,
        "name": tags.get("Name", ""),
        "state": one.get("State", ""),
        "created_at": moment(one.get("Start")),
        "tags": tags,
        "attributes": json.dumps({**chosen(one, ATTRIBUTES), "Start": moment(one.get("Start")), "End": moment(one.get("End"))}),
    }


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return listed(access, account, region)


COLLECTOR = Collector(
    name="ec2_reserved_instances",
    title=TITLE,
    permissions=(Permission(ACTION, "Reservations that go unused aren't found.", _try, per_account=True),),
    estimate=estimate,
    collect=collect,
    resource_types=(RESERVED_TYPE,),
    service=EC2_LABEL,
)
