"""The RDS reservations of every account and region: what each is of, since when, and what it costs."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.aws.access import Access
from core.aws.listing import chosen, moment, pages
from core.aws.permissions import Permission
from core.collection import Collection, Place, Slice
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.services import service

TITLE = "RDS reserved instances"
RESERVED_TYPE = "rds:reserved"

# What is kept of a reservation, under the API's names.
ATTRIBUTES = (
    *("DBInstanceClass", "DBInstanceCount", "ProductDescription", "OfferingType", "MultiAZ", "Duration", "FixedPrice", "UsagePrice"),
    *("RecurringCharges", "CurrencyCode", "LeaseId"),
)


def collect(collection: Collection) -> None:
    """List the reservations of every account and region."""

    def one(place: Place, current: Slice) -> None:
        found = listed(collection.access, place.account, place.region)
        current.row_count = collection.keep_resources([reserved_row(each, place, collection) for each in found])

    collection.each(TITLE, one)


def listed(access: Access, account: str, region: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    """The reservations of a region."""
    client = access.client("rds", region, account)
    return pages(client, "describe_reserved_db_instances", "ReservedDBInstances", account, region, **parameters)


def reserved_row(one: Mapping[str, Any], place: Place, collection: Collection) -> dict[str, Any]:
    """A reservation as a row of `resource_metrics`."""
    ident = one["ReservedDBInstanceId"]
    return {
        **collection.where(place, "rds", f"ri:{ident}"),
        "resource_type": RESERVED_TYPE,
        "resource_id": ident,
        "name": "",
        "state": one.get("State", ""),
        "created_at": moment(one.get("StartTime")),
        "attributes": json.dumps({**chosen(one, ATTRIBUTES), "StartTime": moment(one.get("StartTime"))}),
    }


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return next(listed(access, account, region, MaxRecords=20), None)


COLLECTOR = Collector(
    name="rds_reserved_instances",
    title=TITLE,
    permissions=(Permission("rds:DescribeReservedDBInstances", "RDS reservations that go unused aren't found.", _try, per_account=True),),
    estimate=estimate,
    collect=collect,
    resource_types=(RESERVED_TYPE,),
    service=service("AmazonRDS").label,
)
