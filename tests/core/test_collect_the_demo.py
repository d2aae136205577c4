"""The whole demo organisation, collected by the real collectors from a process of its own, against the emulator's own sums."""

import json
import urllib.parse
import urllib.request
from collections import defaultdict
from datetime import date
from decimal import Decimal

from core import refresh, services
from core.collectors.cost_explorer import OTHER_CHARGES
from core.models import CostType, Filters
from core.store import ledger, publish, queries, resources
from tests.core.collected import AS_OF, Collected

HALF_A_CENT = Decimal("0.005")
COST_TYPES = (CostType.UNBLENDED, CostType.AMORTIZED, CostType.NET_UNBLENDED, CostType.NET_AMORTIZED)
# What "EC2 - Other" is told apart into.
EC2_OTHER = ("EC2 other", "EBS", "NAT Gateway", "Data Transfer")


def theirs(collected: Collected, group: str, **options: str) -> dict[tuple[str, str, CostType], Decimal]:
    """The emulator's own sums by month and value of a dimension, straight from its charges."""
    query = urllib.parse.urlencode({"group": group, "granularity": "MONTHLY", **options})
    with urllib.request.urlopen(f"{collected.endpoint}/demo/sums?{query}", timeout=60) as answer:
        rows = json.load(answer)
    return {(row["period"], row["key"], cost_type): Decimal(row[cost_type]) for row in rows for cost_type in COST_TYPES}


def ours(collected: Collected, group: str, **selected: str) -> dict[tuple[str, str, CostType], Decimal]:
    """The published sums by month and value of a dimension."""
    snap = publish.snapshot(collected.store)
    found = {}
    for cost_type in COST_TYPES:
        for month in {bill.month for bill in snap.bills}:
            last = date(month.year + month.month // 12, month.month % 12 + 1, 1)
            chosen = {key: (value,) for key, value in selected.items()}
            filters = Filters(month, date.fromordinal(last.toordinal() - 1), "USD", cost_type, chosen)
            for key, amount in queries.cost_by(collected.store, snap, filters, group).items():
                found[f"{month:%Y-%m}", key, cost_type] = amount
    return found


def folded(sums: dict[tuple[str, str, CostType], Decimal], names: dict[str, str]) -> dict[tuple[str, str, CostType], Decimal]:
    """The sums with values renamed, and added up where they come to the same."""
    added: dict[tuple[str, str, CostType], Decimal] = defaultdict(Decimal)
    for (month, key, cost_type), amount in sums.items():
        added[month, names.get(key, key), cost_type] += amount
    return added


def assert_same(one: dict[tuple[str, str, CostType], Decimal], other: dict[tuple[str, str, CostType], Decimal]) -> None:
    differences = {key: (one.get(key), other.get(key)) for key in {*one, *other} if abs(one.get(key, 0) - other.get(key, 0)) >= HALF_A_CENT}
    assert not differences


def test_there_are_fourteen_months_of_about_180_000_dollars(collected: Collected) -> None:
    months = [amount for (_, _, cost_type), amount in theirs(collected, "").items() if cost_type == CostType.UNBLENDED]
    assert len(months) == 14
    assert 165_000 < months[-2] < 195_000


def test_every_month_is_the_emulators_to_the_cent(collected: Collected) -> None:
    assert_same(folded(ours(collected, "provider"), {"AWS": ""}), theirs(collected, ""))


def test_by_account_it_is_the_emulators_to_the_cent(collected: Collected) -> None:
    assert_same(ours(collected, "account"), theirs(collected, "LINKED_ACCOUNT"))


def test_by_region_usage_is_the_emulators_to_the_cent(collected: Collected) -> None:
    usage = {record_type for _, record_type, _ in theirs(collected, "RECORD_TYPE")} - {
        name for names in OTHER_CHARGES.values() for name in names
    }
    assert_same(ours(collected, "region", category="Usage"), theirs(collected, "REGION", record_types=",".join(usage)))


def test_other_charges_have_no_region(collected: Collected) -> None:
    """They are asked without one, to keep requests few; the months' totals hold them all the same."""
    purchases = {key for _, key, _ in ours(collected, "region", category="Purchase")}
    assert purchases == {""}


def test_by_service_it_is_the_emulators_to_the_cent(collected: Collected) -> None:
    sums = theirs(collected, "SERVICE")
    names = {name: services.service(name).label for _, name, _ in sums}
    parts = dict.fromkeys(EC2_OTHER, "EC2 other")
    assert len(set(names.values())) >= 25
    assert_same(folded(ours(collected, "service"), parts), folded(folded(sums, names), parts))


def test_by_charge_category_it_is_the_emulators_to_the_cent(collected: Collected) -> None:
    categories = {record_type: category for category, types in OTHER_CHARGES.items() for record_type in types}
    sums = theirs(collected, "RECORD_TYPE")
    names = {record_type: categories.get(record_type, "Usage") for _, record_type, _ in sums}
    assert set(names.values()) == {"Usage", "Purchase", "Credit", "Adjustment", "Tax"}
    assert_same(ours(collected, "category"), folded(sums, names))


def test_by_usage_type_it_is_the_emulators_to_the_cent(collected: Collected) -> None:
    snap = publish.snapshot(collected.store)
    found: dict[tuple[str, str, CostType], Decimal] = {}
    for cost_type in COST_TYPES:
        rows = queries.usage_types(collected.store, snap, Filters(date(2025, 10, 1), AS_OF, "USD", cost_type))
        by_month = rows.groupby([rows["month"].dt.strftime("%Y-%m"), "usage_type"])["cost"].sum()
        found |= {(month, usage_type, cost_type): amount for (month, usage_type), amount in by_month.items()}
    assert_same(found, theirs(collected, "USAGE_TYPE"))


def test_billed_effective_and_net_all_differ(collected: Collected) -> None:
    last_month = {cost_type: amount for (month, _, cost_type), amount in theirs(collected, "").items() if month == "2026-10"}
    assert len(set(last_month.values())) == 4


def test_ebs_nat_gateways_and_data_transfer_stand_alone(collected: Collected) -> None:
    snap = publish.snapshot(collected.store)
    by_service = queries.cost_by(collected.store, snap, Filters(date(2026, 10, 1), date(2026, 10, 31), "USD"), "service")
    assert all(by_service[label] > 0 for label in ("EBS", "NAT Gateway", "Data Transfer"))
    assert by_service.get("EC2 other", 0) == 0


def requests(collected: Collected, result: refresh.RefreshResult, service: str, operation: str) -> int:
    return sum(
        call.requests for call in ledger.calls(collected.store, result.run_id) if (call.service, call.operation) == (service, operation)
    )


def test_a_second_refresh_makes_at_most_twelve_requests_for_costs(collected: Collected) -> None:
    assert 0 < requests(collected, collected.second, "ce", "GetCostAndUsage") <= 12


def test_nothing_is_incomplete(collected: Collected) -> None:
    assert collected.first.incomplete == collected.second.incomplete == ()


def test_there_is_as_much_of_everything_as_the_organisation_has(collected: Collected) -> None:
    counts = {found.resource_type: found.count for found in resources.counts(collected.store)}
    assert counts["ec2:instance"] >= 250
    assert counts["ec2:volume"] >= counts["ec2:instance"]
    assert counts["organizations:account"] == 5


def test_utilisation_takes_one_request_for_500_metrics_of_an_account_and_region(collected: Collected) -> None:
    """All queries of an account and region share their requests; one more where what some led to could not be known before. None the
    second time."""
    asked = [call for call in ledger.calls(collected.store, collected.first.run_id) if call.operation == "GetMetricData"]
    assert asked
    assert all(-(-call.metrics // 500) <= call.requests <= -(-call.metrics // 500) + 1 for call in asked)
    assert requests(collected, collected.second, "cloudwatch", "GetMetricData") == 0
