"""What commitments cover, by pool: from answers made by hand, as it is kept and as checks get it."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.aws.costs import CostRow
from core.collectors.cost_explorer_coverage import ON_DEMAND, PLANS, RESERVED, question, rows
from core.commitments import ANYWHERE, FAMILY, STAYS, TOTAL
from core.models import NO_MONTH, CostType
from core.store import facts, publish, writes
from core.store.client import Store
from core.weekly import METHOD

LAST = date(2026, 11, 21)
NEW, OLD = LAST - timedelta(days=1), LAST - timedelta(days=8)
LINUX, WINDOWS, POSTGRES = "RunInstances", "RunInstances:0002", "CreateDBInstance:0014"


def row(usage: str, operation: str, hours: float, usd: float, day: date = NEW, amortized: float = 0) -> CostRow:
    amounts = {CostType.UNBLENDED: Decimal(str(usd)), CostType.AMORTIZED: Decimal(str(amortized))}
    return CostRow(day, (usage, operation), amounts, "USD", True, Decimal(str(hours)), "Hrs")


ANSWERS = {
    ON_DEMAND: [
        row("BoxUsage:m5.large", LINUX, 168, 16),
        row("BoxUsage:m5.xlarge", LINUX, 24, 4, OLD),
        row("BoxUsage:m5.large", WINDOWS, 24, 5),
        row("DedicatedUsage:m5.large", LINUX, 24, 3),
        row("EU-Multi-AZUsage:db.m5.large", POSTGRES, 24, 8),
        row("EBSOptimized:m3.large", LINUX, 10, 1),
    ],
    PLANS: [row("EU-BoxUsage:m5.large", LINUX, 84, 9, amortized=6), row("BoxUsage:m6i.large", LINUX, 24, 0, amortized=2)],
    RESERVED: [row("BoxUsage:m5.xlarge", LINUX, 336, 0), row("BoxUsage:c5.xlarge", LINUX, 336, 0, OLD)],
}


def found() -> dict[str, dict[str, Any]]:
    return {each["subject"]: {**each, **json.loads(each["details"])} for each in rows(ANSWERS, LAST)}


def test_use_is_split_by_region_family_and_system() -> None:
    pools = found()
    names = {"us-east-1/m5/Linux", "us-east-1/m5/Windows", "eu-west-1/m5/Linux", "eu-west-1/db.m5/PostgreSQL"}
    assert pools.keys() == names | {"us-east-1/m6i/Linux", "us-east-1/c5/Linux", TOTAL}
    # $16 and $3 in a week are as much in each 168 of 730 hours.
    assert pools["us-east-1/m5/Linux"]["value"] == pytest.approx(19 / 168 * 730)
    assert pools[TOTAL]["value"] == pytest.approx((16 + 5 + 3 + 8) / 168 * 730)
    assert (pools[TOTAL]["day"], pools[TOTAL]["last_day"]) == (LAST - timedelta(days=30), NEW)


def test_hours_are_those_of_the_last_week_and_days_those_of_the_whole_window() -> None:
    linux = found()["us-east-1/m5/Linux"]
    assert (linux["on_demand_hours"], linux["covered_hours"], linux["plan_hours"]) == (192, 336, 0)
    assert linux["days"] == {OLD.isoformat(): "4", NEW.isoformat(): "19"}
    assert linux["types"] == {
        "m5.large": {NEW.isoformat(): 168.0},
        "m5.large/DedicatedUsage": {NEW.isoformat(): 24.0},
        "m5.xlarge": {OLD.isoformat(): 24.0},
    }
    # What a reservation covered eight days ago says nothing of now.
    assert found()["us-east-1/c5/Linux"]["covered_hours"] == 0
    assert found()["eu-west-1/db.m5/PostgreSQL"]["types"].keys() == {"db.m5.large/Multi-AZUsage"}


def test_what_plans_cover_is_worth_its_price_on_demand_or_else_what_it_costs_amortized() -> None:
    pools = found()
    assert float(pools["eu-west-1/m5/Linux"]["plan_usd"]) == pytest.approx(9 / 168 * 730)
    assert float(pools["us-east-1/m6i/Linux"]["plan_usd"]) == pytest.approx(2 / 168 * 730)
    assert pools["eu-west-1/m5/Linux"]["covered_hours"] == pools["eu-west-1/m5/Linux"]["plan_hours"] == 84


def test_without_any_use_there_is_a_total_of_nothing() -> None:
    assert [(each["subject"], each["value"]) for each in rows({}, LAST)] == [(TOTAL, 0.0)]


def test_thirty_settled_days_are_asked_for_three_times() -> None:
    asked = [question(bought, LAST) for bought in (ON_DEMAND, PLANS, RESERVED)]
    assert {(each.start, each.end, each.group_by) for each in asked} == {(LAST - timedelta(days=30), LAST, ("USAGE_TYPE", "OPERATION"))}
    for each in asked:
        assert each.where
        services, _, use = each.where["And"]
        assert services["Dimensions"]["Values"] == ["Amazon Elastic Compute Cloud - Compute", "Amazon Relational Database Service"]
        assert "SavingsPlanNegation" in use["Not"]["Dimensions"]["Values"]


def keep(store: Store, run: str, some: list[dict[str, Any]]) -> None:
    own = {
        "run_id": run,
        "source": "aws-coverage:AWS:1",
        "month": NO_MONTH,
        "kind": "coverage",
        "method": METHOD,
        "as_of": date(2026, 11, 23),
    }
    writes.insert_rows(store, "analysis_results", ({**own, **each} for each in some))


def keep_plan(store: Store, run: str, ident: str, attributes: dict[str, str], state: str = "active") -> None:
    base = {"run_id": run, "source": "inventory:AWS:1", "month": NO_MONTH, "resource_type": "savingsplans:plan", "account_id": "1"}
    writes.insert_rows(store, "resource_metrics", [{**base, "resource_id": ident, "state": state, "attributes": json.dumps(attributes)}])


def test_checks_get_it_as_pools(store: Store) -> None:
    assert facts.coverage(store, "run-1") is None
    keep(store, "run-1", [{"subject": "", "day": LAST, "last_day": LAST}, *rows(ANSWERS, LAST)])
    pools = facts.coverage(store, "run-1")
    assert pools is not None
    assert pools.keys() == found().keys()
    linux = pools["us-east-1/m5/Linux"]
    assert float(linux.on_demand_usd) == pytest.approx(19 / 168 * 730)
    assert linux.types["m5.large"] == {NEW: 168.0}
    assert linux.days == {OLD: Decimal(4), NEW: Decimal(19)}
    assert (linux.span[0], linux.span[-1], len(linux.span)) == (LAST - timedelta(days=30), NEW, 30)
    assert {pool.reach for pool in pools.values()} == {STAYS}  # no plan is known


def test_plans_of_the_inventory_say_how_far_what_they_free_reaches(store: Store) -> None:
    keep(store, "run-1", list(rows(ANSWERS, LAST)))
    keep_plan(store, "run-1", "one", {"savingsPlanType": "Compute"})
    keep_plan(store, "run-1", "two", {"savingsPlanType": "EC2Instance", "region": "eu-west-1", "ec2InstanceFamily": "m5"})
    keep_plan(store, "run-1", "old", {"savingsPlanType": "EC2Instance", "region": "us-east-1", "ec2InstanceFamily": "m6i"}, "retired")
    pools = facts.coverage(store, "run-1")
    assert pools is not None
    assert (pools["eu-west-1/m5/Linux"].reach, pools["us-east-1/m6i/Linux"].reach) == (FAMILY, ANYWHERE)
    assert pools["us-east-1/m5/Linux"].reach == STAYS  # no plan covers any of it


def test_what_a_run_says_takes_the_place_of_all_that_was_published(store: Store) -> None:
    keep(store, "run-1", list(rows(ANSWERS, LAST)))
    publish.publish(store, "run-1", [("aws-coverage:AWS:1", NO_MONTH)])
    assert facts.coverage(store, "run-2") == facts.coverage(store, "run-1")
    keep(store, "run-2", list(rows({ON_DEMAND: [row("BoxUsage:m5.large", LINUX, 24, 2)]}, LAST)))
    pools = facts.coverage(store, "run-2")
    assert pools is not None
    assert pools.keys() == {"us-east-1/m5/Linux", TOTAL}
