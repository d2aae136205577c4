"""What is found in the whole demo organisation, against what was planted there; the list of that shares nothing with the checks."""

import json
from collections.abc import Iterable
from decimal import Decimal

import pandas as pd
import pytest

from core import checks
from core.checks.contract import PURCHASES
from core.demo.organisation import build
from core.store import ledger, opportunities, publish
from tests.core.collected import AS_OF, Collected
from tests.core.demo.test_planted import CHECKS as PLANTED

CHECKS = [check.id for check in checks.discovered()]
KINDS = ("ec2:instance", "ec2:volume", "rds:db", "lambda:function", "s3:bucket")
MOST = 10_000
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def found(collected: Collected) -> pd.DataFrame:
    return opportunities.page(collected.store, publish.snapshot(collected.store), {}, limit=MOST, as_of=AS_OF)


@pytest.fixture(scope="module")
def unmeasured(collected: Collected) -> pd.DataFrame:
    return opportunities.not_measured(collected.store, publish.snapshot(collected.store), {}, limit=MOST)


@pytest.fixture(scope="module")
def costs(collected: Collected) -> dict[tuple[str, str], Decimal]:
    """USD a month of each resource whose cost is known, by type and id."""
    snap = publish.snapshot(collected.store)
    frames = {kind: opportunities.resource_costs(collected.store, snap, kind) for kind in KINDS}
    return {(kind, row.resource_id): row.monthly_cost for kind, frame in frames.items() for row in frame.itertuples()}


def planted(check: str, *, finding: bool) -> set[str]:
    return {row.resource_id for row in build(AS_OF).planted if row.check == check and row.finding == finding}


def of(rows: pd.DataFrame, check: str) -> set[str]:
    return set(rows[rows["check"] == check]["resource_id"])


def percent(part: Iterable[str], whole: Iterable[str]) -> float:
    return len(list(part)) / len(list(whole))


def names() -> dict[str, str]:
    return {row.id: row.name for row in build(AS_OF).resources}


def test_there_is_a_check_for_all_that_is_planted_and_everything_planted_for_a_check() -> None:
    assert set(CHECKS) == PLANTED


@pytest.mark.parametrize("check", CHECKS)
def test_every_planted_finding_is_found_and_nothing_else(found: pd.DataFrame, check: str) -> None:
    said, wanted = of(found, check), planted(check, finding=True)
    assert said
    assert wanted
    precision, recall = percent(said & wanted, said), percent(said & wanted, wanted)
    print(f"{check}: {len(wanted)} planted, {len(said)} found, precision {precision:.2f}, recall {recall:.2f}")
    assert (precision, recall) == (1.0, 1.0), (said - wanted, wanted - said)


@pytest.mark.parametrize("check", CHECKS)
def test_the_planted_near_misses_are_silent(found: pd.DataFrame, check: str) -> None:
    near = planted(check, finding=False)
    assert len(near) >= 3
    assert not of(found, check) & near


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_planted_without_data_is_listed_as_not_measured(unmeasured: pd.DataFrame, check: str) -> None:
    silent = {
        row.resource_id
        for row in build(AS_OF).planted
        if row.check == check and not row.finding and ("not measured" in row.why or "not yet 14 days" in row.why)
    }
    assert silent <= of(unmeasured, check)
    assert not of(unmeasured, check) & planted(check, finding=True)


def test_instances_without_metrics_and_young_ones_are_the_only_ones_not_measured(unmeasured: pd.DataFrame) -> None:
    called = names()
    for check in ("ec2_idle", "ec2_underutilized"):
        reasons = {called[row.resource_id]: row.reason for row in unmeasured[unmeasured["check"] == check].itertuples()}
        assert reasons.keys() == {"unmeasured-0", "unmeasured-1", "unmeasured-2", "unmeasured-3", "new-trial"}
        assert reasons["new-trial"].startswith("Too young: started on 17 November 2026")
        assert "no CPU" in reasons["unmeasured-1"]


def test_no_check_stumbled_over_anything(unmeasured: pd.DataFrame) -> None:
    assert not [reason for reason in unmeasured["reason"] if "failed on it" in reason]


def test_what_is_counted_on_a_resource_is_at_most_what_it_costs(found: pd.DataFrame, costs: dict[tuple[str, str], Decimal]) -> None:
    counted = found[found["counted"]]
    assert all(row.monthly_savings >= 0 and row.monthly_savings <= row.monthly_cost for row in counted.itertuples())
    saved: dict[tuple[str, str], Decimal] = {}
    for row in counted.itertuples():
        kind = row.resource_type.replace("ce:rightsizing", "ec2:instance")
        if row.check != "ec2_stopped":  # which saves on its volumes
            saved[kind, row.resource_id] = saved.get((kind, row.resource_id), Decimal(0)) + row.monthly_savings
    known = {resource: usd for resource, usd in saved.items() if resource in costs}
    assert {kind for kind, _ in known} == set(KINDS)
    assert all(usd <= costs[resource] + CENT / 100 for resource, usd in known.items())


def test_the_total_is_the_sum_of_what_is_counted_and_less_than_all_costs(
    collected: Collected, found: pd.DataFrame, costs: dict[tuple[str, str], Decimal]
) -> None:
    totals = opportunities.totals(collected.store, publish.snapshot(collected.store), {}, as_of=AS_OF)
    assert totals.savings == sum(found[found["counted"]]["monthly_savings"])
    print(f"${totals.savings:,.2f} of ${sum(costs.values()):,.2f} a month; {totals.counted} of {totals.found} findings counted")
    assert 0 < totals.savings < sum(costs.values())


def test_of_findings_that_exclude_one_another_one_is_counted(found: pd.DataFrame) -> None:
    whole = found[
        ~found["check"].isin(["ec2_stopped"]) & ~found["type"].isin(PURCHASES) & found["resource_type"].isin(["ec2:instance", "ec2:volume"])
    ]
    assert (whole[whole["counted"]].groupby("resource_id").size() == 1).all()
    both = set(found[found["check"] == "ce_rightsizing"]["resource_id"]) & set(found[found["check"] == "ec2_idle"]["resource_id"])
    assert len(both) == 2
    for ident in both:
        assert list(found[(found["resource_id"] == ident) & found["counted"]]["check"]) == ["ec2_idle"]


def test_the_dollars_are_those_worked_out_by_hand(found: pd.DataFrame) -> None:
    called = names()
    savings = {(row.check, called.get(row.resource_id, row.resource_id)): row.monthly_savings for row in found.itertuples()}
    assert savings["ec2_idle", "old-cms"] == Decimal("126.144")  # 730 × 0.1728
    assert savings["ec2_idle", "batch-legacy"] == Decimal("301.928")  # Windows in Ireland: 730 × (0.192 + 4 × 0.046) × 1.1
    assert savings["ec2_underutilized", "pricing-api"] == Decimal("126.144")  # 730 × (0.3456 − 0.1728)
    assert savings["ec2_underutilized", "chat-bot"] == Decimal("60.736")  # 730 × (0.1664 − 0.0832)
    assert savings["ec2_stopped", "migration-box"] == Decimal("44.8")  # 560 × 0.08
    assert savings["ebs_unattached", "orders-copy"] == Decimal(40)  # 500 × 0.08
    assert savings["ebs_unattached", "bench-scratch"] == Decimal("71.25")  # 50 × 0.125 + 1,000 × 0.065
    # In Ireland, 1.1 × (2,000 × (0.1 − 0.08) − 3,000 × 0.005 − 125 × 0.04)
    assert savings["ebs_gp2_to_gp3", "log-store-1-data-1"] == Decimal(22)
    assert savings["rds_idle", "legacy-crm"] == Decimal(388)  # 730 × 0.5 + 200 × 0.115
    assert savings["rds_multi_az_nonprod", "cart-staging"] == Decimal("255.14")  # 730 × 0.318 + 200 × 0.115
    # 63 parts of 100 MiB: 6,300 ÷ 1,024 × 0.023
    assert round(savings["s3_incomplete_uploads", "northlight-backups"], 4) == Decimal("0.1415")


def test_every_finding_says_what_its_price_is_from_and_what_commitments_have_to_do_with_it(found: pd.DataFrame) -> None:
    for row in found.itertuples():
        lines, evidence = json.loads(row.price)["now"]["lines"], json.loads(row.evidence)
        assert lines
        assert all(line["source"] and line["source_date"] for line in lines)
        assert all(line["sku"] for line in lines if line["source"] == "Pricing API")
        assert "snapshot" not in str(lines)
        if row.check in ("ec2_idle", "ec2_underutilized", "ec2_spot", "rds_idle"):
            assert evidence["commitments"]


def test_every_resource_has_a_cost_but_spot_instances_and_aurora_whose_storage_is_the_cluster_s(
    costs: dict[tuple[str, str], Decimal],
) -> None:
    everything = build(AS_OF).resources
    for kind in KINDS:
        of_kind = [row for row in everything if row.kind == kind]
        unknown = {
            row.id for row in of_kind if row.attributes.get("InstanceLifecycle") == "spot" or row.attributes.get("StorageType") == "aurora"
        }
        assert {ident for priced, ident in costs if priced == kind} == {row.id for row in of_kind} - unknown
    stopped = {row.id for row in everything if row.kind == "ec2:instance" and row.attributes["State"]["Name"] == "stopped"}
    assert {ident for (kind, ident), usd in costs.items() if kind == "ec2:instance" and usd == 0} == stopped


def test_prices_are_not_asked_for_again(collected: Collected) -> None:
    calls = {result.run_id: ledger.calls(collected.store, result.run_id) for result in (collected.first, collected.second)}
    asked = {run: sum(call.requests for call in some if call.operation == "GetProducts") for run, some in calls.items()}
    print(f"prices: {asked[collected.first.run_id]} requests, then {asked[collected.second.run_id]}")
    assert asked[collected.first.run_id] > 0
    assert asked[collected.second.run_id] == 0
