"""Findings put into the store by hand, as a judgement would have kept them."""

import json
from datetime import date
from typing import Any

from core.models import NO_MONTH, Partition
from core.store import opportunities, publish, writes
from core.store.client import Store

ACCOUNT, REGION = "111111111111", "us-east-1"
SOURCE = f"opportunities:AWS:{ACCOUNT}"
JUDGED_ON = date(2026, 11, 23)
TODAY = date(2026, 11, 24)


def ident(resource: str, check: str = "ebs_unattached") -> str:
    return f"{check}:{ACCOUNT}:{REGION}:{resource}"


def finding(resource: str, usd: str = "10", check: str = "ebs_unattached", **more: Any) -> dict[str, Any]:
    """A volume on nothing, changed as told."""
    base = {
        "id": ident(resource, check),
        "check": check,
        "type": "idle_resources",
        "service": "EBS",
        "account_id": ACCOUNT,
        "account_name": "Shop",
        "region": REGION,
        "resource_type": "ec2:volume",
        "resource_id": resource,
        "resource_name": "",
        "monthly_savings": usd,
        "monthly_cost": usd,
        "currency": "USD",
        "confidence": 0.9,
        "priority": "low",
        "effort": "low",
        "risk": "low",
        "title": "Unattached volume",
        "reason": f"Volume {resource} is attached to nothing.",
        "fix": f"aws ec2 delete-volume --volume-id {resource} --region {REGION}",
        "evidence": json.dumps({"rule": "It is attached to nothing."}),
        "price": json.dumps({"now": {"lines": []}}),
        "counted": True,
        "as_of": JUDGED_ON,
    }
    return {**base, **more}


def keep(store: Store, run: str, *found: dict[str, Any], unmeasured: tuple[str, ...] = ()) -> Partition:
    """Publish findings, and volumes that weren't measured, as a run's."""
    held = Partition(SOURCE, NO_MONTH, run)
    own = {"run_id": run, "source": SOURCE, "month": NO_MONTH}
    writes.insert_rows(store, "optimization_opportunities", ({**own, **row} for row in found))
    places = (finding(resource) for resource in unmeasured)
    names = ("check", "service", "account_id", "account_name", "region", "resource_type", "resource_id", "resource_name", "as_of")
    rows = ({**own, **{name: place[name] for name in names}, "reason": "No metrics."} for place in places)
    writes.insert_rows(store, "not_measured", rows)
    publish.publish(store, run, [(SOURCE, NO_MONTH)])
    return held


def state(store: Store, resource: str, today: date = TODAY) -> str | None:
    """Where a finding of the published run stands; None where it isn't found."""
    row = opportunities.one(store, publish.snapshot(store), ident(resource), as_of=today)
    return row and row["state"]
