"""FOCUS of every version, provider and file type gives the same figures for the same charges."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from core.store.client import Store
from tests.exports import Row, figures, focus, items, take, text, write, write_parquet

D = Decimal

ROWS = [
    focus(
        BilledCost="1.5",
        EffectiveCost="1.25",
        ListCost="2",
        ContractedCost="1.75",
        ServiceName="Amazon Elastic Compute Cloud",
        ResourceId="i-1",
        x_UsageType="USE1-BoxUsage:m5.large",
    ),
    focus(
        BilledCost="-2.5E-1",
        EffectiveCost="-0.25",
        ListCost="",
        ContractedCost="NULL",
        ChargeCategory="Credit",
        ChargePeriodStart="2024-09-04T00:00:00Z",
        RegionId="NULL",
        SubAccountId="222222222222",
        Tags="NULL",
        x_UsageType="",
    ),
    focus(
        BilledCost="0.1",
        EffectiveCost="0.1",
        ListCost="0",
        ContractedCost="0",
        ChargeCategory="Tax",
        ChargePeriodStart="2024-09-30T00:00:00Z",
        RegionId="",
        SubAccountId="",
        Tags="",
        x_UsageType="",
    ),
]
FIGURES = [
    (date(2024, 9, 3), "111111111111", "EC2", "us-east-1", "Usage", "USE1-BoxUsage:m5.large", D("1.5"), D("1.25"), D(2), D("1.75")),
    (date(2024, 9, 4), "222222222222", "S3", "", "Credit", "", D("-0.25"), D("-0.25"), None, None),
    (date(2024, 9, 30), "999900001111", "Tax", "", "Tax", "", D("0.1"), D("0.1"), D(0), D(0)),
]
COLUMNS = ("day", "account_id", "service", "region", "charge_category", "usage_type", "unblended", "amortized", "list", "contracted")
TAGS = [({},), ({},), ({"team": "web", "env": "prod"},)]


def renamed(row: Row, names: Mapping[str, str]) -> Row:
    """The same cells under other names."""
    return {names.get(name, name): cell for name, cell in row.items()}


def version_1_0(row: Row) -> Row:
    return row


def version_1_1(row: Row) -> Row:
    return renamed(row, {"x_UsageType": "SkuMeter"}) | {"CapacityReservationId": "", "CommitmentDiscountQuantity": ""}


def version_1_2(row: Row) -> Row:
    return version_1_1(row) | {"InvoiceId": "INV-1", "PricingCurrency": "USD", "BillingAccountType": "BillingAccount"}


def version_1_3(row: Row) -> Row:
    return version_1_2(row) | {"ServiceProviderName": "AWS", "HostProviderName": "AWS", "AllocatedMethodId": ""}


def version_1_4(row: Row) -> Row:
    kept = {name: cell for name, cell in version_1_3(row).items() if name not in ("ProviderName", "PublisherName")}
    return kept | {"InvoiceDetailId": "D-1"}


def athena(row: Row) -> Row:
    return {name.lower(): cell for name, cell in row.items()}


@pytest.mark.parametrize(
    ("spelt", "name"),
    [
        (version_1_0, "FOCUS 1.0"),
        (version_1_1, "FOCUS 1.1"),
        (version_1_2, "FOCUS 1.2"),
        (version_1_3, "FOCUS 1.3"),
        (version_1_4, "FOCUS 1.4"),
        (athena, "FOCUS 1.0"),
    ],
)
def test_every_version_gives_the_same_figures(store: Store, tmp_path: Path, spelt: Callable[[Row], Row], name: str) -> None:
    result = take(store, write(tmp_path / "focus.csv", [spelt(row) for row in ROWS]))
    assert result.formats == (name,)
    assert figures(store, *COLUMNS) == FIGURES
    assert figures(store, "provider", "net_unblended", "net_amortized") == [
        ("AWS", D("-0.25"), D("-0.25")),
        ("AWS", D("0.1"), D("0.1")),
        ("AWS", D("1.5"), D("1.25")),
    ]
    assert items(store, "Tags") == TAGS


def amounts(kind: pa.DataType) -> Mapping[str, pa.Array]:
    """The rows' cost columns as a type."""
    numbers = {name: [D(row[name]) if row[name] not in ("", "NULL") else None for row in ROWS] for name in _COSTS}
    plain = {
        name: [None if n is None else float(n) for n in held] if pa.types.is_floating(kind) else held for name, held in numbers.items()
    }
    return {name: pa.array(held, kind) for name, held in plain.items()}


_COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
_TIMES = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")


def times(kind: pa.DataType) -> Mapping[str, pa.Array]:
    """The rows' times as a type."""
    return {name: pa.array([datetime.fromisoformat(row[name]).astimezone(UTC) for row in ROWS], kind) for name in _TIMES}


def strings(**more: pa.Array) -> dict[str, pa.Array]:
    """The rows as text columns, NULL where a cell is empty, and some columns in types of their own."""
    columns = {name: pa.array([row[name] if row[name] not in ("", "NULL") else None for row in ROWS]) for name in ROWS[0]}
    return {**columns, **more}


TAG_LISTS = [[("team", "web"), ("user:env", "prod")], [], None]
LISTED = [None if tags is None else [{"key": key, "value": value} for key, value in tags] for tags in TAG_LISTS]


@pytest.mark.parametrize(
    "columns",
    [
        strings(),
        strings(**amounts(pa.decimal128(38, 18)), **times(pa.timestamp("us", "UTC"))),
        strings(**amounts(pa.decimal128(20, 6)), **times(pa.timestamp("ms"))),
        strings(**amounts(pa.float64()), **times(pa.timestamp("ns"))),
        strings(Tags=pa.array(TAG_LISTS, pa.map_(pa.string(), pa.string()))),
        strings(Tags=pa.array(LISTED, pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())])))),
        strings(**{name: pa.array(strings()[name].to_pylist()).dictionary_encode() for name in ("RegionId", "ServiceName", "BilledCost")}),
        strings(BillingPeriodStart=pa.array([date(2024, 9, 1)] * 3, pa.date32())),
        strings(Tags=pa.array([json.dumps({"team": "web", "user:env": "prod"}), "{}", None], pa.large_string())),
    ],
    ids=["text", "decimal", "short decimal", "double", "tag map", "tag list", "dictionary", "date", "large text"],
)
def test_parquet_gives_the_same_figures(any_store: Store, tmp_path: Path, columns: dict[str, pa.Array]) -> None:
    take(any_store, write_parquet(tmp_path / "focus.parquet", columns))
    assert figures(any_store, *COLUMNS) == FIGURES
    assert items(any_store, "Tags") == TAGS


def test_packed_and_odd_names_give_the_same_figures(any_store: Store, tmp_path: Path) -> None:
    take(any_store, write(tmp_path / "bill [1]*{a,b}?.csv.gz", ROWS))
    assert figures(any_store, *COLUMNS) == FIGURES


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_line_ends_marks_and_blank_last_lines_give_the_same_figures(store: Store, tmp_path: Path, start: str, end: str) -> None:
    path = tmp_path / "focus.csv"
    path.write_bytes((start + text(ROWS, end=end) + end).encode())
    take(store, path)
    assert figures(store, *COLUMNS) == FIGURES


def test_azure(store: Store, tmp_path: Path) -> None:
    rows = [
        focus(
            ProviderName="Microsoft",
            BillingPeriodStart="2023-05-01T00:00:00Z",
            ChargePeriodStart="05/13/2023",
            Tags='"env": "dev","env ": "x"',
        ),
        focus(ProviderName="Azure", BillingPeriodStart="05/01/2023", ChargePeriodStart="2023-05-14T00:00Z", ServiceName="Virtual Machines"),
        focus(
            ProviderName="Microsoft", BillingPeriodStart="2023-05-01", ChargePeriodStart="2023-05-15", ServiceName="", PublisherName="Acme"
        ),
        focus(ProviderName="Microsoft", BillingPeriodStart="2023-05-01", ChargePeriodStart="2023-05-16", ServiceName="", PublisherName=""),
    ]
    take(store, write(tmp_path / "azure.csv", rows))
    assert figures(store, "day", "provider", "service") == [
        (date(2023, 5, 13), "Microsoft", "S3"),
        (date(2023, 5, 14), "Microsoft", "Virtual Machines"),
        (date(2023, 5, 15), "Microsoft", "Acme"),
        (date(2023, 5, 16), "Microsoft", "Unnamed service"),
    ]
    assert {"env": "dev", "env ": "x"} in [tags for (tags,) in items(store, "Tags")]


def test_a_second_byte_order_mark_before_the_first_row(store: Store, tmp_path: Path) -> None:
    header, first, rest = text(ROWS).split("\n", 2)
    path = tmp_path / "azure.csv"
    path.write_text(f"\ufeff{header}\n\ufeff{first}\n{rest}", encoding="utf-8")
    take(store, path)
    assert figures(store, *COLUMNS) == FIGURES


def test_google(store: Store, tmp_path: Path) -> None:
    row = focus(
        ProviderName="Google Cloud",
        BillingPeriodStart="2023-05-01 00:00:00 UTC",
        ChargePeriodStart="2023-05-13 21:00:00 UTC",
        ChargeCategory="usage",
        ServiceName="Compute Engine",
        Tags='[{"key": "team", "value": "web"}, {"key": "cost-centre", "value": "7"}]',
    )
    del row["ChargePeriodEnd"]
    take(store, write(tmp_path / "google.csv", [row]))
    assert figures(store, "day", "provider", "service", "charge_category") == [
        (date(2023, 5, 13), "Google Cloud", "Compute Engine", "Usage")
    ]
    assert items(store, "Tags") == [({"team": "web", "cost-centre": "7"},)]


def test_oracle_preview_names(store: Store, tmp_path: Path) -> None:
    names = {
        "ProviderName": "Provider",
        "PublisherName": "Publisher",
        "RegionId": "Region",
        "ConsumedQuantity": "UsageQuantity",
        "ConsumedUnit": "UsageUnit",
    }
    row = focus(
        ProviderName="Oracle",
        BillingPeriodStart="2022-08-01T00:00Z",
        ChargePeriodStart="2022-08-19T01:00Z",
        RegionId="eu-frankfurt-1",
        BilledCost="3.6000000000000000000000",
    )
    take(store, write(tmp_path / "oracle.csv", [renamed(row, names)]))
    assert figures(store, "day", "provider", "region", "unblended", "usage_quantity", "usage_unit") == [
        (date(2022, 8, 19), "Oracle", "eu-frankfurt-1", D("3.6"), D(2), "GB")
    ]


def test_the_provider_of_a_row_is_the_first_that_is_named(store: Store, tmp_path: Path) -> None:
    rows = [version_1_4(row) for row in (focus(), focus(), focus(BilledCost="5"))]
    rows[2] |= {"HostProviderName": "NULL", "ServiceProviderName": "Acme SaaS"}
    result = take(store, write(tmp_path / "focus.csv", rows))
    assert figures(store, "provider", "unblended") == [("AWS", D(2)), ("Acme SaaS", D(5))]
    assert [total.source for total in result.totals] == ["focus:AWS:999900001111"]


def test_the_provider_of_an_account_is_the_one_with_most_of_its_rows_however_late_they_come(store: Store, tmp_path: Path) -> None:
    """More rows than the first glance takes name another provider than the rest."""
    rows = [focus(ProviderName="Acme", BilledCost="0.5")] * 9000 + [focus()] * 9001
    result = take(store, write(tmp_path / "focus.csv", rows))
    assert [(t.source, t.line_count, t.amount) for t in result.totals] == [("focus:AWS:999900001111", 18001, D(13501))]


def test_an_account_that_comes_late_is_found(store: Store, tmp_path: Path) -> None:
    rows = [focus()] * 9000 + [focus(BillingAccountId="late", ProviderName="Oracle")]
    result = take(store, write(tmp_path / "focus.csv", rows))
    assert {t.source: t.amount for t in result.totals} == {"focus:AWS:999900001111": D(9000), "focus:Oracle:late": D(1)}


def test_units_that_mix_have_no_quantity(store: Store, tmp_path: Path) -> None:
    same = [focus(), focus(ConsumedQuantity="3")]
    mixed = [focus(RegionId="r", ConsumedUnit=unit) for unit in ("GB", "Hours")]
    take(store, write(tmp_path / "focus.csv", same + mixed))
    assert figures(store, "region", "usage_quantity", "usage_unit") == [("r", None, ""), ("us-east-1", D(5), "GB")]


def test_open_months_without_an_invoice_are_estimated(store: Store, tmp_path: Path) -> None:
    september = {"BillingPeriodStart": "2026-09-01", "BillingPeriodEnd": "2026-10-01", "ChargePeriodStart": "2026-09-30"}
    rows = [focus(**september, InvoiceId="", RegionId="open"), focus(**september, InvoiceId="INV-1", RegionId="invoiced")]
    path = write(tmp_path / "focus.csv", rows)
    take(store, path, as_of=date(2026, 10, 7))
    assert figures(store, "region", "estimated") == [("invoiced", False), ("open", True)]
    path = write(tmp_path / "later.csv", [*rows, focus(**september, InvoiceId="INV-1", RegionId="more")])
    take(store, path, as_of=date(2026, 10, 8))
    assert {estimated for (estimated,) in figures(store, "estimated")} == {False}


def test_columns_without_a_use_are_named(store: Store, tmp_path: Path) -> None:
    result = take(store, write(tmp_path / "focus.csv", [focus(x_Anything="1", CommitmentDiscountName="a")]))
    assert result.ignored == {"focus.csv": ["x_Anything", "CommitmentDiscountName"]}


def test_every_digit_of_an_amount_counts(store: Store, tmp_path: Path) -> None:
    large, tiny = "12345678901234567890.123456789012345678", "-0.0000000052"
    written = ["0.000000000000000001", "-1E-18", large, "1e5", "+4", " 2.5 ", ".5", "5.", tiny]
    take(store, write(tmp_path / "focus.csv", [focus(BilledCost=cell, EffectiveCost=cell) for cell in written]))
    exact = D("12345678901234667902.123456783812345678")
    assert figures(store, "sum(unblended) OVER ()", "sum(amortized) OVER ()")[0] == (exact, exact)
