"""What can't be imported is refused in one sentence that names it; what was published stays, and nothing is left behind."""

import gzip
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from core.errors import BadValues, ImportRefused, MissingColumns, StoreError, StoreFull, UnknownFormat, UnreadableFile
from core.models import RunStatus
from core.settings import Settings
from core.store import publish, queries, writes
from core.store.client import Store
from tests.conftest import fresh
from tests.exports import billed, cur, focus, leftovers, take, text, write, write_parquet

Make = Callable[[Path], Path]
ROWS = [focus(ResourceId=f"r{n}") for n in range(200)]
WHOLE = text(ROWS).encode()


@pytest.fixture(scope="module")
def held(embedded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with 20 dollars of September, for every refusal of this module to leave alone."""
    for store in fresh(embedded):
        take(store, write(tmp_path_factory.mktemp("held") / "before.csv", [focus(BilledCost="20")]))
        yield store


def refused(store: Store, path: Path, kind: type[Exception], said: str) -> None:
    """The import is refused so, and leaves no trace but in the ledger."""
    before, amount = publish.snapshot(store), billed(store)
    with pytest.raises(kind, match=said) as error:
        take(store, path, replace=True)
    assert path.name in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert getattr(error.value, "hint", "")
    assert publish.snapshot(store) == before
    assert billed(store) == amount
    assert leftovers(store) == set()
    assert not queries.ledger(store, status=RunStatus.RUNNING)


def content(name: str, data: bytes) -> Make:
    """How to make a file with this name and content."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def folder(path: Path) -> Path:
    made = path / "folder.csv"
    made.mkdir()
    return made


def archive(path: Path) -> Path:
    with zipfile.ZipFile(path / "bill.zip", "w") as packed:
        packed.writestr("bill.csv", WHOLE)
    return path / "bill.zip"


def half_a_parquet(path: Path) -> Path:
    whole = write_parquet(path / "whole.parquet", {"BilledCost": pa.array(["1"] * 1000)})
    return content("bill.parquet", whole.read_bytes()[:-100])(path)


def parquet_with_a_hole(path: Path) -> Path:
    """The footer is whole, but the data it points to isn't."""
    columns = {name: pa.array([f"{row[name]}{n}" if name == "ResourceId" else row[name] for n, row in enumerate(ROWS)]) for name in ROWS[0]}
    whole = write_parquet(path / "whole.parquet", columns).read_bytes()
    return content("bill.parquet", whole[:4] + b"\xff" * 400 + whole[404:])(path)


def cut(end: bytes, keep: int) -> bytes:
    """The export up to some bytes after the last place of `end`."""
    return WHOLE[: WHOLE.rindex(end) + keep]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (content("cut.csv", cut(b"USD", 3)), "can't be read to the end: .*cut off or damaged"),
        (content("cut.csv", cut(b'"{""team', 6)), "breaks off inside a quoted cell.*download the export again"),
        (content("cut.csv.gz", gzip.compress(WHOLE)[:-300]), "breaks off or is damaged inside its gzip stream"),
        (content("damaged.csv.gz", gzip.compress(WHOLE)[:-8] + b"\0" * 8), "breaks off or is damaged inside its gzip stream"),
        (half_a_parquet, "isn't a whole Parquet file.*download the export again"),
        (parquet_with_a_hole, "can't be read to the end"),
        (content("empty.csv", b""), "is empty"),
        (content("blank.csv", b"\n\n"), "is empty"),
        (content("empty.csv.gz", gzip.compress(b"")), "is empty"),
        (content("header.csv", WHOLE.splitlines(keepends=True)[0]), "has a header but no rows"),
        (content("header.csv.gz", gzip.compress(WHOLE.splitlines()[0])), "has a header but no rows"),
        (content("notes.txt", b"Dear all,\nplease find the bill attached.\n"), "is no billing export that we know"),
        (content("prose.txt", b"Nothing here\n"), "isn't comma-separated text"),
        (archive, "is a zip archive; unpack it first"),
        (content("book.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600), "is an Excel workbook; save it as CSV"),
        (folder, "is a folder.*Name the files in it"),
        (lambda path: path / "missing.csv", "can't be opened: No such file or directory"),
        (content("wide.csv", WHOLE.decode().encode("utf-16")), "isn't UTF-8 text"),
        (content("latin.csv", WHOLE.replace(b"Web", "Büro".encode("latin-1"))), r"isn't UTF-8 text \(byte 0xfc\)"),
        (content("semicolons.csv", WHOLE.replace(b",", b";")), "is no billing export|isn't comma-separated"),
        (content("other.csv", b"date,amount\n2024-09-01,1\n"), "is no billing export that we know; its columns begin with date, amount"),
        (
            content("extra.csv", WHOLE.replace(b"\n", b",surplus\n").replace(b"x_UsageType,surplus", b"x_UsageType")),
            "can't be read to the end",
        ),
        (content("twice.csv", WHOLE.replace(b"ListCost", b"billedcost", 1)), "has the column BilledCost twice"),
        (content("both.csv", text([focus() | cur()]).encode()), r"has the columns of two formats, FOCUS 1\.0 and CUR \(Athena\)"),
    ],
)
def test_unreadable_and_unknown_files(held: Store, tmp_path: Path, make: Make, said: str) -> None:
    refused(held, make(tmp_path), (UnreadableFile, UnknownFormat), said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "column", ["BilledCost", "EffectiveCost", "BillingCurrency", "BillingAccountId", "BillingPeriodStart", "ServiceName"]
)
def test_a_focus_file_needs_its_mandatory_columns(held: Store, tmp_path: Path, column: str) -> None:
    row = focus()
    del row[column]
    refused(held, write(tmp_path / "bill.csv", [row]), MissingColumns, f"is a FOCUS file without the column {column}")


def test_a_report_needs_its_columns(held: Store, tmp_path: Path) -> None:
    row = cur()
    del row["line_item_currency_code"], row["line_item_product_code"]
    said = "is a Cost and Usage Report without the columns line_item_product_code, line_item_currency_code"
    refused(held, write(tmp_path / "cur.csv", [row]), MissingColumns, said)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"BilledCost": "one"}, "BilledCost is no amount in 1 row; the first found is 'one'"),
        ({"BilledCost": ""}, "BilledCost is no amount in 1 row; the first found is an empty cell"),
        ({"BilledCost": "NULL"}, "BilledCost is no amount in 1 row; the first found is an empty cell"),
        ({"BilledCost": "NaN"}, "BilledCost is no amount in 1 row; the first found is 'NaN'"),
        ({"EffectiveCost": "$1"}, r"EffectiveCost is no amount in 1 row; the first found is '\$1'"),
        ({"EffectiveCost": "1,5"}, "EffectiveCost is no amount in 1 row; the first found is '1,5'"),
        ({"BilledCost": "1" + "0" * 22}, "BilledCost is no amount in 1 row; the first found is '10000000000000000000000'"),
        ({"ListCost": "n/a"}, "ListCost is no number in 1 row; the first found is 'n/a'"),
        ({"ConsumedQuantity": "many"}, "ConsumedQuantity is no number in 1 row; the first found is 'many'"),
        ({"ChargePeriodStart": "yesterday"}, "ChargePeriodStart is no date, or out of range .* in 1 row; the first found is 'yesterday'"),
        ({"ChargePeriodStart": ""}, "ChargePeriodStart is no date, or out of range .* in 1 row; the first found is an empty cell"),
        ({"ChargePeriodStart": "2005-12-31"}, r"ChargePeriodStart .*out of range \(2006-01-01 to 2027-12-27\).*'2005-12-31'"),
        ({"ChargePeriodStart": "2027-12-28"}, "ChargePeriodStart .*out of range .*'2027-12-28'"),
        ({"BillingPeriodStart": "1850-01-01"}, "BillingPeriodStart .*out of range .*'1850-01-01'"),
        ({"BillingPeriodStart": "9999-12-31"}, "BillingPeriodStart .*out of range .*'9999-12-31'"),
        ({"ChargePeriodStart": "2024-13-45"}, "ChargePeriodStart .*'2024-13-45'"),
        ({"BillingCurrency": "Dollars"}, "BillingCurrency is no ISO currency code in 1 row; the first found is 'Dollars'"),
        ({"BillingCurrency": ""}, "BillingCurrency is no ISO currency code in 1 row; the first found is an empty cell"),
        ({"BillingAccountId": ""}, "BillingAccountId is needed in every row in 1 row; the first found is an empty cell"),
    ],
)
def test_cells_that_cannot_be_used(held: Store, tmp_path: Path, cells: dict[str, str], said: str) -> None:
    refused(held, write(tmp_path / "bill.csv", [*ROWS[:5], focus(**cells), *ROWS[5:]]), BadValues, rf"bill\.csv: {said}")


def test_a_report_s_blank_amount_is_refused_under_its_own_name(held: Store, tmp_path: Path) -> None:
    rows = [{"lineItem/UnblendedCost" if k == "line_item_unblended_cost" else k: v for k, v in row.items()} for row in (cur(), cur())]
    rows[1]["lineItem/UnblendedCost"] = ""
    refused(held, write(tmp_path / "cur.csv", rows), BadValues, "lineItem/UnblendedCost is no amount in 1 row")


def test_one_bad_file_among_several_stops_all(held: Store, tmp_path: Path) -> None:
    good = write(tmp_path / "good.csv", [focus(BilledCost="30")])
    with pytest.raises(BadValues, match=r"^bad\.csv: BilledCost is no amount"):
        take(held, good, write(tmp_path / "bad.csv", [focus(BilledCost="x")]))
    assert billed(held) == Decimal(20)
    assert leftovers(held) == set()


def test_no_file_at_all(held: Store) -> None:
    with pytest.raises(ImportRefused, match=r"No file was named\. Name one or more billing exports\."):
        take(held)


def test_over_http_a_bad_file_leaves_nothing_either(any_store: Store, tmp_path: Path) -> None:
    take(any_store, write(tmp_path / "before.csv", [focus(BilledCost="20")]))
    refused(any_store, write(tmp_path / "bad.csv", [focus(), focus(BilledCost="x")]), BadValues, "BilledCost is no amount in 1 row")
    refused(any_store, content("cut.csv", WHOLE[: WHOLE.rindex(b"USD")])(tmp_path), UnreadableFile, r"cut\.csv can't be read to the end")
    refused(any_store, content("header.csv", WHOLE.splitlines(keepends=True)[0])(tmp_path), UnreadableFile, "has a header but no rows")


def test_a_last_line_without_its_end_is_remarked(store: Store, tmp_path: Path) -> None:
    result = take(store, content("bill.csv", WHOLE.removesuffix(b"\n"))(tmp_path))
    assert billed(store) == Decimal(200)
    assert result.notes == ("The last line of bill.csv has no line end; if the download was cut off there, import the whole file again.",)


def test_too_many_months_for_one_import(held: Store, tmp_path: Path) -> None:
    rows = [focus(BillingAccountId=f"account {n}") for n in range(writes.MAX_PARTITIONS + 1)]
    with pytest.raises(ImportRefused, match=r"many\.csv covers more than 1,000 months of billing accounts\. Import fewer at a time\."):
        take(held, write(tmp_path / "many.csv", rows))
    assert leftovers(held) == set()


@pytest.mark.parametrize("step", ["load_line_items", "summarise", "keep_source_totals"])
def test_a_failure_of_the_store_on_the_way_leaves_the_old_figures(
    held: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The step does its work, and then the store says that the disk is full."""
    working = getattr(writes, step)

    def full(*arguments: object) -> None:
        working(*arguments)
        raise StoreFull("The disk that holds the data folder is full.", "Free some room and try again; what was kept is unchanged.")

    monkeypatch.setattr(writes, step, full)
    before = publish.snapshot(held)
    with pytest.raises(StoreFull, match="The disk that holds the data folder is full"):
        take(held, write(tmp_path / "bill.csv", [focus(BilledCost="33")]))
    assert publish.snapshot(held) == before
    assert billed(held) == Decimal(20)
    assert leftovers(held) == set()
    newest = queries.ledger(held)[0]
    assert (newest.status, newest.label) == (RunStatus.REFUSED, "bill.csv")


@pytest.mark.parametrize("table", ["cost_metrics", "cost_tags"])
def test_sums_that_differ_by_a_cent_are_never_published(held: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    working = writes.summarise

    def a_cent_too_much(store: Store, run_id: str) -> None:
        working(store, run_id)
        cent = f"SELECT * REPLACE(toDecimal128('0.01', 18) AS unblended) FROM {table} WHERE run_id = {{run:String}} LIMIT 1"
        store.execute(f"INSERT INTO {table} {cent}", {"run": run_id})

    monkeypatch.setattr(writes, "summarise", a_cent_too_much)
    before = publish.snapshot(held)
    with pytest.raises(
        StoreError, match=r"What was loaded of focus:AWS:999900001111 for September 2024 adds up to .*Nothing was published"
    ):
        take(held, write(tmp_path / "bill.csv", [focus(BilledCost="40")]))
    assert publish.snapshot(held) == before
    assert leftovers(held) == set()
