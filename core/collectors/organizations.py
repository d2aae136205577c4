"""AWS Organizations: the accounts, their organisational units, owners and tags."""

import json
from decimal import Decimal

from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.errors import AwsError
from core.models import Progress

TITLE = "Organizations"
ACCOUNT_TYPE = "organizations:account"


def collect(collection: Collection) -> None:
    """Keep the accounts, which were read when the collection began, because everything else needs them."""
    collection.report(Progress(TITLE, 0, 1, "lists"))
    with collection.slice(TITLE, Place(collection.payer)) as current:
        current.row_count = collection.keep_resources(
            {
                "account_id": member.id,
                "account_name": member.name,
                "resource_type": ACCOUNT_TYPE,
                "resource_id": member.id,
                "name": member.name,
                "state": member.status,
                "tags": dict(member.tags),
                "attributes": json.dumps({"Email": member.email, "OrganizationalUnit": member.unit, "Owner": member.owner}),
            }
            for member in collection.coverage.members
        )
        if collection.coverage.notes:
            raise AwsError(" ".join(collection.coverage.notes))
    collection.report(Progress(TITLE, 1, 1, "lists"))


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


COLLECTOR = Collector(name="organizations", title=TITLE, permissions=(), estimate=estimate, collect=collect, resource_types=(ACCOUNT_TYPE,))
