"""Reservations, Savings Plans and what Cost Explorer says of them once a week, collected from a tiny organisation that has some."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import refresh
from core.collectors import cost_explorer_commitments, cost_explorer_coverage, cost_explorer_recommendations
from core.collectors.contract import Outlook
from core.models import SliceStatus
from core.settings import Settings
from core.store import facts, ledger, opportunities, publish, resources
from core.store.client import Store
from tests.core.collectors.conftest import Collect
from tests.core.demo import tiny

START = datetime(2026, 3, 1, tzinfo=UTC)
RESERVED = {
    "State": "active",
    "InstanceType": "m5.large",
    "InstanceCount": 2,
    "OfferingType": "No Upfront",
    "OfferingClass": "standard",
    "Duration": 31_536_000,
    "FixedPrice": 0.0,
    "UsagePrice": 0.0,
    "RecurringCharges": [{"Amount": 0.06, "Frequency": "Hourly"}],
    "CurrencyCode": "USD",
    "Start": START,
    "End": START + timedelta(days=365),
    "ProductDescription": "Linux/UNIX",
    "Scope": "Region",
    "InstanceTenancy": "default",
}
DATABASES = {
    "ReservedDBInstanceId": "ri-db",
    "State": "active",
    "DBInstanceClass": "db.m5.large",
    "DBInstanceCount": 1,
    "Duration": 31_536_000,
    "FixedPrice": 876.0,
    "RecurringCharges": [{"RecurringChargeAmount": 0.0, "RecurringChargeFrequency": "Hourly"}],
    "CurrencyCode": "USD",
    "StartTime": START,
    "ProductDescription": "postgresql",
    "MultiAZ": False,
}
PLAN = {
    "State": "active",
    "SavingsPlanType": "Compute",
    "Commitment": "0.80000000",
    "RecurringPaymentAmount": "0.80000000",
    "UpfrontPaymentAmount": "0.00000000",
    "PaymentOption": "No Upfront",
    "Currency": "USD",
    "Start": START,
    "End": START + timedelta(days=365),
}
COLLECTORS = (
    "cost_explorer",
    "cost_explorer_commitments",
    "cost_explorer_coverage",
    "cost_explorer_recommendations",
    "ec2",
    "ec2_reserved_instances",
    "pricing",
    "rds_reserved_instances",
    "savings_plans",
)
REGIONS = ("us-east-1",)


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    whole = tiny.build()
    others = [one for one in whole.resources if one.kind not in ("ec2:reserved-instances", "savingsplans:plan")]
    bought = [replace(one, attributes=RESERVED) for one in whole.resources if one.kind == "ec2:reserved-instances"]
    plans = [replace(one, attributes=PLAN) for one in whole.resources if one.kind == "savingsplans:plan"]
    base = replace(bought[0], kind="rds:reserved", id="ri-db", arn=f"arn:aws:rds:us-east-1:{tiny.ALPHA}:ri:ri-db", attributes=DATABASES)
    with tiny.served(replace(whole, resources=(*others, *bought, *plans, base))) as served:
        yield served


def asked(store: Store, result: refresh.RefreshResult) -> dict[str, int]:
    """Requests of a run to Cost Explorer by operation, without those for costs."""
    calls = [call for call in ledger.calls(store, result.run_id) if call.service == "ce"]
    return {call.operation: call.requests for call in calls if call.operation not in ("GetCostAndUsage", "GetCostForecast", "GetAnomalies")}


def held(store: Store, kind: str) -> list[dict[str, Any]]:
    inventory = resources.inventory(store)
    assert inventory
    return [row for row in resources.listed(store, inventory) if row["resource_type"] == kind]


def lacking(result: refresh.RefreshResult) -> set[str]:
    return {outcome.collector for outcome in result.incomplete} - {"Cost Explorer: forecast"}


ONCE = {
    "GetReservationUtilization": 2,
    "GetSavingsPlansUtilizationDetails": 1,
    "GetRightsizingRecommendation": 1,
    "GetReservationPurchaseRecommendation": 2,
    "GetSavingsPlansPurchaseRecommendation": 1,
}


def test_reservations_and_plans_are_kept_with_what_they_cost_and_judged(collect: Collect, store: Store) -> None:
    result = collect()
    assert lacking(result) == set()
    (machines,), (bases,), (plan,) = (held(store, kind) for kind in ("ec2:reserved-instances", "rds:reserved", "savingsplans:plan"))
    assert (machines["resource_id"], machines["state"], machines["region"]) == ("ri-1", "active", "us-east-1")
    assert '"Amount": 0.06' in machines["attributes"]
    assert '"End": "2027-03-01 00:00:00"' in machines["attributes"]
    assert (bases["resource_id"], bases["state"]) == ("ri-db", "active")
    assert '"FixedPrice": 876.0' in bases["attributes"]
    assert (plan["resource_id"], plan["state"], plan["region"], plan["account_id"]) == ("sp-1", "active", "", tiny.ALPHA)
    assert plan["created_at"] == datetime(2026, 3, 1)
    assert '"commitment": "0.80000000"' in plan["attributes"]
    found = opportunities.page(store, publish.snapshot(store), {}, limit=100, as_of=tiny.AS_OF)
    unused = {row.resource_id: row.monthly_savings for row in found.itertuples() if row.check == "commitment_unused"}
    assert unused == {"ri-1": Decimal("87.6"), "ri-db": Decimal(73)}  # 2 × 730 × 0.06, and 730 × 876 ÷ 8,760
    reasons = opportunities.not_measured(store, publish.snapshot(store), {}, limit=100)
    (plan,) = [row.reason for row in reasons.itertuples() if row.check == "commitment_unused"]
    assert "doesn't say how much of it was used" in plan  # its fee is under no ARN in this bill


def test_it_is_asked_once_a_week(collect: Collect, store: Store, embedded: Settings) -> None:
    outlook = Outlook(store, embedded, tiny.AS_OF, False)
    modules = (cost_explorer_commitments, cost_explorer_coverage, cost_explorer_recommendations)
    assert [module.COLLECTOR.estimate(outlook).requests for module in modules] == [3, 3, 4]
    assert asked(store, collect()) == ONCE
    assert [module.COLLECTOR.estimate(outlook).requests for module in modules] == [0, 0, 0]
    known = facts.utilisation(store, "")
    assert known.keys() >= {"ri-1", "ri-db"}
    assert asked(store, collect(6)) == {}
    assert facts.utilisation(store, "") == known
    assert asked(store, collect(7)) == ONCE


def test_what_is_refused_lacks_alone_and_what_was_known_stays(collect: Collect, store: Store) -> None:
    collect()
    known = facts.utilisation(store, "")
    faults = [
        {"service": "ce", "action": "GetReservationUtilization", "kind": "denied"},
        {"service": "ce", "action": "GetRightsizingRecommendation", "kind": "denied"},
    ]
    result = collect(8, faults)
    use = {"Cost Explorer: use of reserved instances", "Cost Explorer: use of reserved DB instances"}
    assert lacking(result) == {*use, "Cost Explorer: instances to end or make smaller"}
    assert facts.utilisation(store, "") == known
    assert facts.recommended(store, "").keys() == {"rightsizing", "reservations-ec2", "reservations-rds", "savings-plans"}
    # What was refused is asked for again the next day.
    assert asked(store, collect(9)).keys() == {"GetReservationUtilization", "GetRightsizingRecommendation"}


def test_a_listing_that_is_refused_leaves_what_was_known(collect: Collect, store: Store) -> None:
    collect()
    actions = (("savingsplans", "DescribeSavingsPlans"), ("ec2", "DescribeReservedInstances"), ("rds", "DescribeReservedDBInstances"))
    result = collect(1, [{"service": service, "action": action, "kind": "denied"} for service, action in actions])
    assert lacking(result) == {"Savings Plans", "EC2 reserved instances", "RDS reserved instances"}
    assert [len(held(store, kind)) for kind in ("ec2:reserved-instances", "rds:reserved", "savingsplans:plan")] == [1, 1, 1]
    assert all(action in outcome.reason for outcome in result.incomplete for _, action in actions if action in outcome.reason)
    assert {outcome.status for outcome in result.incomplete} == {SliceStatus.INCOMPLETE}
