"""What the instance types in use and their relatives offer: vCPUs, memory, bandwidths, instance store.

These are facts of AWS, not of an account: they are asked once, with the credentials' own account, and again after a week.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from core.aws.access import Access
from core.aws.listing import pages
from core.aws.permissions import Permission
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.instance_types import described, family_of
from core.store import facts, writes

TITLE = "EC2 instance types"
KEPT_FOR = timedelta(days=7)


def collect(collection: Collection) -> None:
    """Ask for the families in use, region by region, until each is known."""
    own, store = collection.access.identity().account, collection.store
    known = {family_of(name) for name in facts.instance_types(store, collection.clock() - KEPT_FOR)}
    for region, families in sorted(_wanted(collection).items()):
        if asked := sorted(families - known):
            with collection.slice(TITLE, Place(own, region)) as current:
                client = collection.access.client("ec2", region)
                values = [f"{family}.*" for family in asked]
                listed = pages(
                    client, "describe_instance_types", "InstanceTypes", own, region, Filters=[{"Name": "instance-type", "Values": values}]
                )
                found = [described(item) for item in listed]
                read = f"{collection.clock():%Y-%m-%d %H:%M:%S}"
                rows = ({"instance_type": kind.name, "facts": json.dumps(kind.facts), "collected_at": read} for kind in found)
                current.row_count = writes.insert_rows(store, "instance_types", rows)
                known |= {kind.family for kind in found}


def _wanted(collection: Collection) -> Mapping[str, set[str]]:
    """The families in use by region."""
    families: dict[str, set[str]] = defaultdict(set)
    for region, attributes in facts.in_use(collection.store, collection.inventory, "ec2:instance", ["InstanceType"], "running"):
        families[region].add(family_of(attributes["InstanceType"]))
    return families


def estimate(outlook: Outlook) -> EstimateLine:
    """Free."""
    return EstimateLine(TITLE, 0, 0, Decimal(0), "free of charge")


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return access.client("ec2", region).describe_instance_types(MaxResults=5)


COLLECTOR = Collector(
    name="ec2_instance_types",
    title=TITLE,
    permissions=(
        Permission(
            "ec2:DescribeInstanceTypes",
            "Sizes of instances aren't known, so no smaller one can be proposed.",
            _try,
            per_account=False,
        ),
    ),
    estimate=estimate,
    collect=collect,
    reads=("ec2:instance",),
)
