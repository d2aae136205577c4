"""The two real exports beside a developer's clone give exactly the figures of their README, by every grouping."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.models import DIMENSIONS, CostType, Filters, Grain, RunStatus
from core.settings import Settings
from core.store import publish, queries
from core.store.client import Store
from tests.conftest import SAMPLES, fresh
from tests.exports import AS_OF, leftovers, months, take

Row = dict[str, str]
FOCUS, CUR = "focus_1.0_sample_1000.csv", "aws_cur_legacy_1281.csv"
FIGURES = {
    (FOCUS, CostType.UNBLENDED): "20.520227",
    (FOCUS, CostType.NET_UNBLENDED): "20.520227",
    (FOCUS, CostType.AMORTIZED): "14.976514",
    (FOCUS, CostType.NET_AMORTIZED): "14.976514",
    (FOCUS, CostType.LIST): "20.390906",
    (FOCUS, CostType.CONTRACTED): "14.976260",
    (CUR, CostType.UNBLENDED): "1.682309",
}
ROWS = {FOCUS: 1000, CUR: 1281}


@dataclass(frozen=True)
class Imported:
    """A sample in a store of its own, and its rows as plain Python reads them."""

    name: str
    store: Store
    rows: list[Row]

    def view(self, cost_type: CostType = CostType.UNBLENDED) -> Filters:
        return Filters(date(2023, 1, 1), date(2026, 12, 31), "USD", cost_type)

    def sums(self, key: Callable[[Row], str], cost: str) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            found[key(row)] += Decimal(row[cost])
        return dict(found)


@pytest.fixture(scope="module", params=[FOCUS, CUR])
def sample(request: pytest.FixtureRequest, embedded: Settings) -> Iterator[Imported]:
    path: Path = SAMPLES / request.param
    for store in fresh(embedded):
        take(store, path)
        with path.open(encoding="utf-8", newline="") as source:
            yield Imported(request.param, store, list(csv.DictReader(source)))


def plain(cell: str) -> str:
    return "" if cell == "NULL" else cell


def kinds(sample: Imported) -> list[CostType]:
    return [kind for name, kind in FIGURES if name == sample.name]


def test_totals_are_the_readme_s(sample: Imported) -> None:
    snap = publish.snapshot(sample.store)
    for kind in kinds(sample):
        total = queries.total(sample.store, snap, sample.view(kind))
        assert total is not None
        assert round(total, 6) == Decimal(FIGURES[sample.name, kind])
    assert queries.line_count(sample.store, snap, sample.view()) == ROWS[sample.name]


@pytest.mark.parametrize("group", [*DIMENSIONS, "tag:application", "tag:environment", "tag:no such tag"])
def test_every_grouping_adds_up_to_the_total(sample: Imported, group: str) -> None:
    snap = publish.snapshot(sample.store)
    for kind in kinds(sample):
        view = sample.view(kind)
        total = queries.total(sample.store, snap, view)
        assert sum(queries.cost_by(sample.store, snap, view, group).values()) == total
        for grain in Grain:
            assert queries.cost_series(sample.store, snap, view, group, grain)["cost"].dropna().sum() == total


def test_groups_are_what_the_file_says(sample: Imported) -> None:
    snap, view = publish.snapshot(sample.store), sample.view()
    by: dict[str, Callable[[Row], str]]
    if sample.name == FOCUS:
        cost = "BilledCost"
        by = {
            "account": lambda row: plain(row["SubAccountId"]) or row["BillingAccountId"],
            "region": lambda row: plain(row["RegionId"]),
            "category": lambda row: row["ChargeCategory"],
            "provider": lambda row: row["ProviderName"],
            "resource": lambda row: plain(row["ResourceId"]),
        }
        days = sample.sums(lambda row: row["ChargePeriodStart"][:10], cost)
    else:
        cost = "lineItem/UnblendedCost"
        by = {
            "account": lambda row: row["lineItem/UsageAccountId"],
            "usage_type": lambda row: row["lineItem/UsageType"],
            "region": lambda row: row["product/region"],
            "category": lambda row: "Tax" if row["lineItem/LineItemType"] == "Tax" else "Usage",
        }
        days = sample.sums(lambda row: row["lineItem/UsageStartDate"][:10], cost)
    for group, key in by.items():
        assert queries.cost_by(sample.store, snap, view, group) == sample.sums(key, cost), group
    series = queries.cost_series(sample.store, snap, view, "provider", Grain.DAY).groupby("bucket")["cost"].sum()
    assert {f"{day:%Y-%m-%d}": amount for day, amount in series.items()} == days


def test_ours_equals_the_source_s_own(sample: Imported) -> None:
    compared = queries.reconciliation(sample.store, publish.snapshot(sample.store))
    assert {line.gap for line in compared} == {0}
    assert {CostType(line.measure) for line in compared} == {kind for kind in kinds(sample) if not kind.value.startswith("net_")}
    assert round(sum(line.ours for line in compared if line.measure == "unblended"), 6) == Decimal(FIGURES[sample.name, CostType.UNBLENDED])


def test_the_csv_export_adds_up(sample: Imported) -> None:
    snap = publish.snapshot(sample.store)
    for kind in kinds(sample):
        with queries.export_costs(sample.store, snap, sample.view(kind), AS_OF, "csv") as source:
            rows = list(csv.DictReader(io.StringIO(source.read().decode())))
        amounts = [Decimal(row["cost"]) for row in rows if row["cost"] not in ("", "\\N")]
        assert round(sum(amounts), 6) == Decimal(FIGURES[sample.name, kind])


def test_importing_twice_changes_nothing(sample: Imported) -> None:
    before = publish.snapshot(sample.store)
    again = take(sample.store, SAMPLES / sample.name)
    assert again.unchanged
    assert publish.snapshot(sample.store) == before
    newest = queries.ledger(sample.store)[0]
    assert (newest.status, newest.label) == (RunStatus.UNCHANGED, sample.name)
    assert leftovers(sample.store) == set()


def test_both_over_http(served: Settings) -> None:
    for store in fresh(served):
        for name in (FOCUS, CUR):
            take(store, SAMPLES / name)
        held = months(store)
        assert held.pop(("cur:AWS:123412340534", "2023-11")) == Decimal("1.6823086974")
        assert round(sum(held.values()), 6) == Decimal("20.520227")
        assert leftovers(store) == set()


def test_taxes_of_the_report(embedded: Settings) -> None:
    for store in fresh(embedded):
        take(store, SAMPLES / CUR)
        view = Filters(date(2023, 1, 1), date(2026, 12, 31), "USD", selected={"category": ("Tax",)})
        assert queries.line_count(store, publish.snapshot(store), view) == 12
