"""Reads: strangers' text is never part of a statement or a formula, and every view of the same rows adds up."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest

from core.models import CostType, Filters, Grain
from core.store import publish, queries
from core.store.client import Store
from tests.exports import AS_OF, cur, focus, items, take, text, write

D = Decimal

NASTY = [
    "it's",
    'say "hi"',
    "back\\slash",
    "trailing\\",
    "{x:String}",
    "{current:Array(String)}",
    "`tick`",
    "two\nlines",
    "tab\there",
    "'); DROP TABLE published; --",
    "%s %(a)s {} $1",
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@cmd",
    "\ttabbed",
    "Ünïcödé ☃",
]
VIEW = Filters(date(2024, 9, 1), date(2024, 9, 30), "USD")


@pytest.fixture
def nasty(any_store: Store, tmp_path: Path) -> Store:
    """For each nasty text one row of which it is the name of everything; the first costs 1, the second 2, and so on."""
    rows = [
        focus(
            BilledCost=str(n),
            ResourceId=said,
            ResourceName=said,
            ServiceName=said,
            SubAccountId=said,
            SubAccountName=said,
            RegionId=said,
            ChargeDescription=said,
            x_UsageType=said,
            Tags=json.dumps({said: said, "name": said}),
            **{f"x_{said}": "ignored"},
        )
        for n, said in enumerate(NASTY, start=1)
    ]
    path = tmp_path / "nasty 'bill' {x:String}.csv"
    path.write_text(text(rows, quoting=csv.QUOTE_ALL), encoding="utf-8", newline="")
    take(any_store, path)
    return any_store


COSTS = {said: D(n) for n, said in enumerate(NASTY, start=1)}


def test_nasty_text_is_kept_grouped_and_filtered_as_it_stands(nasty: Store) -> None:
    snap = publish.snapshot(nasty)
    for group in ("account", "service", "region", "usage_type", "resource", "tag:name"):
        assert queries.cost_by(nasty, snap, VIEW, group) == COSTS, group
    for said in NASTY:
        only = Filters(VIEW.start, VIEW.end, "USD", selected={"service": (said,), "region": (said,), f"tag:{said}": (said,)})
        assert queries.total(nasty, snap, only) == COSTS[said]
        assert queries.cost_by(nasty, snap, VIEW, f"tag:{said}")[said] == COSTS[said]
    assert set(queries.tag_keys(nasty, snap, VIEW.start, VIEW.end, "USD")) == {*NASTY, "name"}
    assert queries.account_names(nasty, snap) == {said: said for said in NASTY}
    assert sorted(queries.resources(nasty, snap, VIEW, 100)["resource"]) == sorted(NASTY)
    assert sum(queries.nested(nasty, snap, VIEW, "service", "tag:name")["cost"]) == sum(COSTS.values())
    assert queries.ledger(nasty)[0].label == "nasty 'bill' {x:String}.csv"


def test_nasty_column_names(any_store: Store, tmp_path: Path) -> None:
    rows = [cur(**{f"resource_tags_user_{said}": "yes"}) for said in NASTY]
    path = tmp_path / "cur.csv"
    path.write_text(text(rows, quoting=csv.QUOTE_ALL), encoding="utf-8", newline="")
    take(any_store, path)
    assert sorted(items(any_store, "mapKeys(Tags)[1]", "Tags[mapKeys(Tags)[1]]")) == sorted((said, "yes") for said in NASTY)


def exported(store: Store, view: Filters, fmt: str = "csv") -> bytes:
    with queries.export_costs(store, publish.snapshot(store), view, AS_OF, fmt) as source:
        return source.read()


def test_a_spreadsheet_finds_no_formula_in_an_export(nasty: Store) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(nasty, VIEW).decode(), newline="")))
    assert len(rows) == len(NASTY)
    for row in rows:
        for name, cell in row.items():
            if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
                pytest.fail(f"{name}: {cell}")
    guarded = {said: f"'{said}" if said[0] in "=+-@\t" else said for said in NASTY}
    assert {row["service"]: D(row["cost"]) for row in rows} == {guarded[said]: cost for said, cost in COSTS.items()}


def test_negative_amounts_stay_numbers(store: Store, tmp_path: Path) -> None:
    take(store, write(tmp_path / "bill.csv", [focus(BilledCost="-1.5", ChargeCategory="Credit"), focus(BilledCost="4")]))
    rows = list(csv.DictReader(io.StringIO(exported(store, VIEW).decode())))
    assert sorted(D(row["unblended"]) for row in rows) == [D("-1.5"), D(4)]


@pytest.fixture
def bill(store: Store, tmp_path: Path) -> Store:
    """Three days of two teams: 10 in all, of which web has 7."""
    rows = [
        focus(BilledCost="1", EffectiveCost="0.5", ListCost=""),
        focus(BilledCost="2", ChargePeriodStart="2024-09-08T23:00:00Z", RegionId="eu-west-1"),
        focus(BilledCost="4", ChargePeriodStart="2024-09-09T00:00:00Z"),
        focus(BilledCost="3", ChargePeriodStart="2024-09-09T00:00:00Z", Tags="", ResourceId="other"),
    ]
    take(store, write(tmp_path / "bill.csv", rows))
    return store


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        (Grain.DAY, {"2024-09-03": 1, "2024-09-08": 2, "2024-09-09": 7}),
        (Grain.WEEK, {"2024-09-02": 3, "2024-09-09": 7}),
        (Grain.MONTH, {"2024-09-01": 10}),
    ],
)
def test_points_in_time(bill: Store, grain: Grain, expected: dict[str, int]) -> None:
    series = queries.cost_series(bill, publish.snapshot(bill), VIEW, "service", grain)
    assert {f"{row.bucket:%Y-%m-%d}": row.cost for row in series.itertuples()} == expected


def test_filters_narrow(bill: Store) -> None:
    snap = publish.snapshot(bill)

    def total(**selected: tuple[str, ...]) -> Decimal | None:
        chosen = {key.replace("__", ":"): values for key, values in selected.items()}
        return queries.total(bill, snap, Filters(VIEW.start, VIEW.end, "USD", selected=chosen))

    assert total() == 10
    assert total(region=("eu-west-1",)) == 2
    assert total(region=("eu-west-1", "us-east-1")) == 10
    assert total(tag__team=("web",)) == 7
    assert total(tag__team=("",)) == 3
    assert total(resource=("other",)) == 3
    assert total(region=("nowhere",)) is None
    assert queries.total(bill, snap, Filters(date(2024, 9, 9), date(2024, 9, 9), "USD")) == 7
    assert queries.total(bill, snap, Filters(VIEW.start, VIEW.end, "EUR")) is None


def test_an_amount_that_is_not_known_is_said_to_be(bill: Store) -> None:
    listed = Filters(VIEW.start, VIEW.end, "USD", CostType.LIST)
    series = queries.cost_series(bill, publish.snapshot(bill), listed, "service", Grain.DAY)
    assert list(series["unknown"]) == [1, 0, 0]
    assert queries.total(bill, publish.snapshot(bill), listed) == 3


def test_exports_carry_their_terms_and_add_up_in_every_format(bill: Store, tmp_path: Path) -> None:
    view = Filters(VIEW.start, VIEW.end, "USD", CostType.AMORTIZED)
    rows = list(csv.DictReader(io.StringIO(exported(bill, view).decode())))
    assert sum(D(row["cost"]) for row in rows) == D("3.5")
    assert {(row["cost_type"], row["currency"], row["as_of"], row["billing_month"]) for row in rows} == {
        ("amortized", "USD", "2026-11-22", "2024-09-01")
    }
    assert {row["run"] for row in rows} == {queries.ledger(bill)[0].run_id}
    assert sum(D(str(row["cost"])) for row in json.loads(exported(bill, view, "json"))) == D("3.5")
    path = tmp_path / "costs.parquet"
    path.write_bytes(exported(bill, view, "parquet"))
    assert sum(pyarrow.parquet.read_table(path)["cost"].to_pylist()) == D("3.5")


@pytest.mark.parametrize("selected", [{"resource": ("other",)}, {"tag:team": ("",)}])
def test_an_export_of_a_narrower_view_has_its_columns(bill: Store, selected: dict[str, tuple[str, ...]]) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(bill, Filters(VIEW.start, VIEW.end, "USD", selected=selected)).decode())))
    assert [D(row["cost"]) for row in rows] == [D(3)]
    assert json.loads(rows[0]["tags"]) == {}


def test_an_empty_store_has_nothing_and_says_so(store: Store) -> None:
    snap = publish.snapshot(store)
    assert snap.empty
    assert snap.version == 0
    assert queries.coverage(store, snap) is None
    assert queries.account_names(store, snap) == {}
    assert queries.reconciliation(store, snap) == []
    assert queries.total(store, snap, VIEW) is None


def test_reads_of_one_snapshot_stay_together(bill: Store, tmp_path: Path) -> None:
    before = publish.snapshot(bill)
    take(bill, write(tmp_path / "restated.csv", [focus(BilledCost="50") for _ in range(4)]))
    assert queries.total(bill, before, VIEW) == 10
    assert queries.total(bill, publish.snapshot(bill), VIEW) == 200


def test_headers_of_several_lines(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(text([focus(**{"x_two\nlines": "a"})]), encoding="utf-8")
    assert take(store, path).ignored == {"bill.csv": ["x_two\nlines"]}


@pytest.mark.parametrize("group", ["account", "service", "region", "usage_type", "resource"])
def test_pages_of_rows_hold_nasty_text_and_add_up(nasty: Store, group: str) -> None:
    snap = publish.snapshot(nasty)
    count = queries.cost_row_count(nasty, snap, VIEW, [group], Grain.MONTH)
    pages = [queries.cost_rows(nasty, snap, VIEW, [group], Grain.MONTH, 5, offset) for offset in range(0, count, 5)]
    rows = [row for page in pages for row in page.to_dict("records")]
    assert {row[group]: row["unblended"] for row in rows} == COSTS
    assert len(rows) == count == len(COSTS)
    assert sum(row["unblended"] for row in rows) == queries.total(nasty, snap, VIEW)
    assert {row["date"].strftime("%Y-%m-%d") for row in rows} == {"2024-09-01"}
