"""Judging an inventory that was put into the store by hand: what is kept, counted, netted and left out."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core import judge
from core.models import NO_MONTH, Partition
from core.settings import Settings
from core.store import opportunities, publish, writes
from core.store.client import Store
from tests.core.checks.made import further_checks

AS_OF = date(2099, 6, 15)  # daily values are dropped after some time
HELD = Partition("inventory:AWS:111111111111", NO_MONTH, "run-1")
OWN = {"run_id": HELD.run_id, "source": HELD.source, "month": NO_MONTH}
PLACE = {"account_id": "111111111111", "account_name": "Shop", "region": "us-east-1"}
M5 = {"InstanceType": "m5.xlarge", "UsageOperation": "RunInstances"}
"""$0.192 an hour in the snapshot, $140.16 a month; m5.large half of that."""


def instance(ident: str, **more: Any) -> dict[str, Any]:
    attributes = json.dumps({**M5, **more.pop("attributes", {})})
    base = {"resource_type": "ec2:instance", "resource_id": ident, "name": "", "state": "running", "created_at": "2026-01-01 00:00:00"}
    return {**OWN, **PLACE, **base, "attributes": attributes, **more}


def volume(ident: str, gib: int, **more: Any) -> dict[str, Any]:
    attributes = json.dumps({"VolumeType": "gp3", "Size": gib})
    base = {"resource_type": "ec2:volume", "resource_id": ident, "name": "", "state": "available", "created_at": "2026-01-01 00:00:00"}
    return {**OWN, **PLACE, **base, "attributes": attributes, **more}


def keep_series(store: Store, ident: str, cpu: float, network: float) -> None:
    days = [AS_OF - timedelta(days=back) for back in range(1, 15)]
    metrics = (("CPUUtilization", "Average", cpu), ("CPUUtilization", "p99", cpu), ("NetworkIn", "Sum", network), ("NetworkOut", "Sum", 0))
    rows = (
        {
            "account_id": PLACE["account_id"],
            "region": PLACE["region"],
            "namespace": "AWS/EC2",
            "metric": metric,
            "statistic": statistic,
            "resource_id": ident,
            "day": day,
            "value": value,
            "collected_at": "2099-06-15 03:00:00",
            "run_id": HELD.run_id,
        }
        for metric, statistic, value in metrics
        for day in days
    )
    writes.insert_rows(store, "resource_series", rows)


def keep_coverage(store: Store, usd: float, on_demand: float, covered: float) -> None:
    details = json.dumps({"on_demand_hours": on_demand, "covered_hours": covered})
    row = {
        **OWN,
        "source": "aws-coverage:AWS:111111111111",
        "kind": "coverage",
        "subject": "us-east-1/m5/Linux",
        "value": usd,
        "details": details,
    }
    writes.insert_rows(store, "analysis_results", [{**row, "as_of": AS_OF, "day": AS_OF, "last_day": AS_OF}])


def judged(store: Store, config: Settings, *rows: dict[str, Any]) -> judge.Judged:
    writes.insert_rows(store, "resource_metrics", rows)
    found = judge.judge(store, HELD, HELD.run_id, config, AS_OF)
    publish.publish(store, HELD.run_id, [(found.partition.source, NO_MONTH)])
    return found


def listed(store: Store, **selected: tuple[str, ...]) -> pd.DataFrame:
    return opportunities.page(store, publish.snapshot(store), selected, as_of=AS_OF)


def test_what_is_found_is_kept_under_the_run_and_seen_once_it_is_published(store: Store, embedded: Settings) -> None:
    keep_series(store, "i-1", 2.0, 1000.0)
    found = judged(store, embedded, instance("i-1", name="web"), instance("i-2"), volume("vol-1", 100))
    assert found.partition == Partition("opportunities:AWS:111111111111", NO_MONTH, "run-1")
    assert (found.found, found.not_measured, found.monthly_savings) == (2, 4, Decimal("148.160"))
    rows = listed(store)
    assert list(rows["id"]) == ["ec2_idle:111111111111:us-east-1:i-1", "ebs_unattached:111111111111:us-east-1:vol-1"]
    assert list(rows["monthly_savings"]) == [Decimal("140.16"), Decimal(8)]
    assert list(rows["priority"]) == ["medium", "low"]  # $140.16 × 0.95 × 0.8 × 0.8 from $10 on; $8 × 0.6 × 0.8 under it
    assert list(rows["counted"]) == [True, True]
    snap = publish.snapshot(store)
    missing = opportunities.not_measured(store, snap, {})
    # What runs on demand isn't known, so neither is what could be bought for it.
    assert list(zip(missing["check"], missing["resource_id"], strict=True)) == [
        ("ec2_idle", "i-2"),
        ("ec2_reserved", "us-east-1/m5/Linux"),
        ("ec2_underutilized", "i-2"),
        ("savings_plan", "111111111111"),
    ]


def test_one_finding_in_full_says_everything(store: Store, embedded: Settings) -> None:
    keep_series(store, "i-1", 2.0, 1000.0)
    judged(store, embedded, instance("i-1", name="web"))
    snap = publish.snapshot(store)
    one = opportunities.one(store, snap, "ec2_idle:111111111111:us-east-1:i-1", as_of=AS_OF)
    assert one
    assert one["price"]["now"]["lines"][0]["source"] == "snapshot 2026-07-20"
    assert one["evidence"]["values"] == {"cpu_percent": 2.0, "network_mb_per_day": 0.001}
    assert "isn't known" in one["evidence"]["commitments"]
    assert one["confidence"] == pytest.approx(0.95 * 0.8 * 0.8)
    assert opportunities.one(store, snap, "ec2_idle:111111111111:us-east-1:i-9", as_of=AS_OF) is None


def test_selections_totals_pages_and_sums(store: Store, embedded: Settings) -> None:
    keep_series(store, "i-1", 2.0, 1000.0)
    judged(store, embedded, instance("i-1"), volume("vol-1", 100), volume("vol-2", 300), volume("vol-3", 200, region="eu-west-1"))
    snap = publish.snapshot(store)
    assert list(listed(store, service=("EBS",))["resource_id"]) == ["vol-2", "vol-1", "vol-3"]
    assert list(listed(store, region=("eu-west-1",), account=("111111111111",))["resource_id"]) == ["vol-3"]
    assert listed(store, account=("222222222222",)).empty
    assert listed(store, provider=("Google Cloud",)).empty
    assert len(listed(store, provider=("AWS",), category=("Tax",), type=(), check=("ebs_unattached",))) == 3
    second = opportunities.page(store, snap, {}, limit=2, offset=2, as_of=AS_OF)
    assert list(second["resource_id"]) == ["vol-1", "vol-3"]
    # In Ireland the snapshot has no price: found, but worth nothing that is known.
    assert opportunities.totals(store, snap, {}, as_of=AS_OF) == opportunities.Totals(4, 4, Decimal("172.16"), 1)
    by = opportunities.by(store, snap, {}, "service", as_of=AS_OF)
    assert list(by.itertuples(index=False, name=None)) == [("EC2", 1, Decimal("140.16")), ("EBS", 3, Decimal(32))]
    costs = opportunities.resource_costs(store, snap, "ec2:volume")
    assert list(costs["monthly_cost"]) == [Decimal(24), Decimal(8)]
    export = opportunities.export(store, snap, {"service": ["EBS"]}, as_of=AS_OF)
    wanted = "id check type service account_id region resource_id resource_name monthly_savings_usd confidence priority effort risk"
    assert set(f"{wanted} title reason evidence fix counted state".split()) <= set(export.columns)
    with pytest.raises(ValueError, match="sorted"):
        opportunities.page(store, snap, {}, sort="reason; DROP TABLE x", as_of=AS_OF)


def test_covered_use_saves_what_it_frees_and_no_more(store: Store, embedded: Settings) -> None:
    for ident in ("i-1", "i-2", "i-3"):
        keep_series(store, ident, 2.0, 1000.0)
    keep_coverage(store, usd=200.0, on_demand=100, covered=300)
    found = judged(store, embedded, *(instance(ident) for ident in ("i-1", "i-2", "i-3")))
    # $200 a month of the family run on demand: all of the first, $59.84 of the second, nothing of the third.
    assert list(listed(store)["monthly_savings"]) == [Decimal("140.16"), Decimal("59.84"), Decimal(0)]
    assert found.monthly_savings == 200


def test_attributes_that_are_not_as_documented_spoil_nothing(store: Store, embedded: Settings) -> None:
    odd = json.dumps({"VolumeType": ["gp2"], "Size": "large"})
    found = judged(store, embedded, volume("vol-1", 100), volume("vol-2", 100, attributes=odd), volume("vol-3", 100, attributes=""))
    assert found.monthly_savings == 8
    snap = publish.snapshot(store)
    assert list(opportunities.resource_costs(store, snap, "ec2:volume")["resource_id"]) == ["vol-1"]
    assert list(opportunities.not_measured(store, snap, {})["resource_id"]) == ["vol-2"]
    assert opportunities.totals(store, snap, {}, as_of=AS_OF).unpriced == 1  # vol-3, of unknown size


def test_a_run_with_nothing_to_find_says_so(store: Store, embedded: Settings) -> None:
    found = judged(store, embedded)
    assert (found.found, found.not_measured, found.monthly_savings) == (0, 0, 0)
    assert listed(store).empty
    assert Partition("opportunities:AWS:111111111111", NO_MONTH, "run-1") in publish.kept(store)


TOY = """
from core.checks.contract import Check, Finding
from core.reckoning import Reckoning

def find(resource, facts):
    if resource.resource_id == "vol-2":
        raise KeyError("Encrypted")
    return Finding("Volume is a toy.", "aws ec2 help", Reckoning(), 0.5, "low", "low", {})

CHECK = Check("toy_check", "Is it a toy?", "Toy", "storage_optimization", "EBS", ("ec2:volume",), "It is a toy.", "Nothing.", find)
"""


@pytest.fixture
def _toy(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "toy_check.py").write_text(TOY, encoding="utf-8")
    with further_checks(tmp_path):
        yield


@pytest.mark.usefixtures("_toy")
def test_a_check_of_one_file_is_judged_counted_and_exported_and_one_that_stumbles_spoils_nothing(store: Store, embedded: Settings) -> None:
    judged(store, embedded, volume("vol-1", 100), volume("vol-2", 100))
    snap = publish.snapshot(store)
    toys = opportunities.export(store, snap, {"check": ["toy_check"]}, as_of=AS_OF)
    assert list(toys["resource_id"]) == ["vol-1"]
    both = opportunities.of_resource(store, snap, "111111111111", "us-east-1", "vol-1", as_of=AS_OF)
    assert list(zip(both["check"], both["counted"], strict=True)) == [("ebs_unattached", True), ("toy_check", False)]
    missing = opportunities.not_measured(store, snap, {"service": ["EBS"]})
    assert list(missing["reason"]) == ["The check failed on it: KeyError: 'Encrypted'"]
    assert opportunities.not_measured_count(store, snap, {}) == 1
