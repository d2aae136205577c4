"""What is found in the whole demo organisation, against what was planted there; the list of that shares nothing with the checks."""

import json
from collections.abc import Iterable
from decimal import Decimal

import pandas as pd
import pytest

from core import checks
from core.demo.organisation import build
from core.store import ledger, opportunities, publish
from tests.core.collected import AS_OF, Collected

CHECKS = [check.id for check in checks.discovered()]
MOST = 10_000


@pytest.fixture(scope="module")
def found(collected: Collected) -> pd.DataFrame:
    return opportunities.page(collected.store, publish.snapshot(collected.store), {}, limit=MOST)


@pytest.fixture(scope="module")
def unmeasured(collected: Collected) -> pd.DataFrame:
    return opportunities.not_measured(collected.store, publish.snapshot(collected.store), {}, limit=MOST)


def planted(check: str, *, finding: bool) -> set[str]:
    return {row.resource_id for row in build(AS_OF).planted if row.check == check and row.finding == finding}


def of(rows: pd.DataFrame, check: str) -> set[str]:
    return set(rows[rows["check"] == check]["resource_id"])


def percent(part: Iterable[str], whole: Iterable[str]) -> float:
    return len(list(part)) / len(list(whole))


@pytest.mark.parametrize("check", CHECKS)
def test_every_planted_finding_is_found_and_nothing_else(found: pd.DataFrame, check: str) -> None:
    said, wanted = of(found, check), planted(check, finding=True)
    assert wanted
    precision, recall = percent(said & wanted, said), percent(said & wanted, wanted)
    print(f"{check}: {len(wanted)} planted, {len(said)} found, precision {precision:.2f}, recall {recall:.2f}")
    assert (precision, recall) == (1.0, 1.0), (said - wanted, wanted - said)
    assert not said & planted(check, finding=False)


def test_the_planted_near_misses_are_silent(found: pd.DataFrame) -> None:
    near = {check: planted(check, finding=False) for check in CHECKS}
    assert sum(map(len, near.values())) >= 20
    assert {check: of(found, check) & ids for check, ids in near.items()} == {check: set() for check in CHECKS}


def test_instances_without_metrics_and_young_ones_are_listed_as_not_measured(unmeasured: pd.DataFrame) -> None:
    names = {row.id: row.name for row in build(AS_OF).resources if row.kind == "ec2:instance"}
    for check in ("ec2_idle", "ec2_underutilized"):
        reasons = {names[row.resource_id]: row.reason for row in unmeasured[unmeasured["check"] == check].itertuples()}
        assert reasons.keys() == {"unmeasured-0", "unmeasured-1", "unmeasured-2", "unmeasured-3", "new-trial"}
        assert reasons["new-trial"].startswith("Too young: started on 17 November 2026")
        assert "no CPU" in reasons["unmeasured-1"]


def test_every_counted_saving_is_at_most_what_the_resource_costs(collected: Collected, found: pd.DataFrame) -> None:
    snap = publish.snapshot(collected.store)
    costs = pd.concat(opportunities.resource_costs(collected.store, snap, kind) for kind in ("ec2:instance", "ec2:volume"))
    by_id = dict(zip(costs["resource_id"], costs["monthly_cost"], strict=True))
    counted = found[found["counted"]]
    assert len(counted) == counted["resource_id"].nunique() == 15
    assert all(0 < row.monthly_savings <= row.monthly_cost == by_id[row.resource_id] for row in counted.itertuples())


def test_the_dollars_are_those_worked_out_by_hand(found: pd.DataFrame) -> None:
    names = {row.id: row.name for row in build(AS_OF).resources}
    savings = {(row.check, names[row.resource_id]): row.monthly_savings for row in found.itertuples()}
    assert savings["ec2_idle", "old-cms"] == Decimal("126.144")  # 730 × 0.1728
    assert savings["ec2_idle", "batch-legacy"] == Decimal("301.928")  # Windows in Ireland: 730 × (0.192 + 4 × 0.046) × 1.1
    assert savings["ec2_underutilized", "pricing-api"] == Decimal("126.144")  # 730 × (0.3456 − 0.1728)
    assert savings["ec2_underutilized", "chat-bot"] == Decimal("60.736")  # 730 × (0.1664 − 0.0832)
    assert savings["ebs_unattached", "orders-copy"] == Decimal(40)  # 500 × 0.08
    assert savings["ebs_unattached", "bench-scratch"] == Decimal("71.25")  # 50 × 0.125 + 1,000 × 0.065


def test_every_finding_says_what_its_commitments_are_and_where_its_price_is_from(found: pd.DataFrame) -> None:
    for row in found.itertuples():
        price = json.loads(row.price)
        assert {line["source"] for line in price["now"]["lines"]} == {"Pricing API"}
        assert all(line["sku"] for line in price["now"]["lines"])
        assert bool(json.loads(row.evidence)["commitments"]) == row.check.startswith("ec2")


def test_every_running_instance_on_demand_and_every_volume_has_a_cost(collected: Collected) -> None:
    snap, everything = publish.snapshot(collected.store), build(AS_OF).resources
    for kind in ("ec2:instance", "ec2:volume"):
        costs = opportunities.resource_costs(collected.store, snap, kind)
        wanted = {row.id for row in everything if row.kind == kind and row.attributes.get("InstanceLifecycle") != "spot"}
        assert set(costs["resource_id"]) == wanted
    stopped = {row.id for row in everything if row.kind == "ec2:instance" and row.attributes["State"]["Name"] == "stopped"}
    costs = opportunities.resource_costs(collected.store, snap, "ec2:instance")
    assert set(costs[costs["monthly_cost"] == 0]["resource_id"]) == stopped


def test_prices_are_not_asked_for_again(collected: Collected) -> None:
    calls = {result.run_id: ledger.calls(collected.store, result.run_id) for result in (collected.first, collected.second)}
    asked = {run: sum(call.requests for call in some if call.operation == "GetProducts") for run, some in calls.items()}
    print(f"prices: {asked[collected.first.run_id]} requests, then {asked[collected.second.run_id]}")
    assert asked[collected.first.run_id] > 0
    assert asked[collected.second.run_id] == 0
