"""Every write of figures: landing files, loading line items, summing them, the ledger, dropping what isn't needed."""

import gzip
import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, cast

from core.models import Partition, RunStatus
from core.store.client import Store, quoted
from core.store.migrations import DATA_TABLES

# An insert makes a part for each month it touches in each block; more than this many months is a mistake, not a bill.
MAX_PARTITIONS = 1000
READ_FILE = {"input_format_skip_unknown_fields": 1, "input_format_csv_skip_trailing_empty_lines": 1}
_LOAD = {
    **READ_FILE,
    "max_partitions_per_insert_block": MAX_PARTITIONS,
    "max_insert_block_size": 262_144,
    "min_insert_block_size_rows": 262_144,
    "max_insert_threads": 2,
    "insert_null_as_default": 0,  # an amount or a date that is missing is never a zero
    "distributed_foreground_insert": 1,  # what was written is read right after, on a cluster too
}
_INSERT = {name: value for name, value in _LOAD.items() if name not in READ_FILE}
_ROWS_A_PIECE = 20_000
_SETTINGS = "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in _LOAD.items())


@dataclass(frozen=True)
class LedgerEntry:
    """What the ledger says of a run at one time; the newest entry of a run holds."""

    run_id: str
    kind: str
    status: RunStatus
    started_at: datetime
    updated_at: datetime
    as_of: date
    owner: str
    content_hash: str = ""
    label: str = ""
    detail: str = ""
    line_count: int = 0
    seconds: float = 0.0


def record(store: Store, entry: LedgerEntry) -> None:
    """Add an entry to the ledger."""
    columns = list(LedgerEntry.__dataclass_fields__)
    store.insert("collection_runs", columns, [[getattr(entry, column) for column in columns]])


def insert_rows(store: Store, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows given as columns by name; returns how many. Decimals and dates go as text, so that none loses a digit."""
    lines = [json.dumps(row, default=str, ensure_ascii=False).encode() + b"\n" for row in rows]
    if lines:
        pieces = (b"".join(lines[start : start + _ROWS_A_PIECE]) for start in range(0, len(lines), _ROWS_A_PIECE))
        store.insert_file(table, None, pieces, "JSONEachRow", _INSERT)
    return len(lines)


def carry_over(store: Store, held: Partition, run_id: str, resource_types: Sequence[str], account: str, region: str) -> None:
    """Take what an earlier run knew of an account's resources into a run that couldn't ask; `region` "" is all of them."""
    store.execute(
        f"""INSERT INTO resource_metrics {_SETTINGS} SELECT * REPLACE({{run_id:String}} AS run_id) FROM (
            SELECT * FROM resource_metrics
            WHERE source = {{source:String}} AND month = {{month:Date}} AND run_id = {{held:String}}
                AND resource_type IN {{types:Array(String)}} AND account_id = {{account:String}} AND {{region:String}} IN ('', region))""",
        {
            "run_id": run_id,
            "source": held.source,
            "month": held.month,
            "held": held.run_id,
            "types": list(resource_types),
            "account": account,
            "region": region,
        },
    )


LANDING = "landing_"
_PIECE = 1 << 20


def landing_table(run_id: str, number: int) -> str:
    """The name of the table that a run streams its file of this number to."""
    return f"{LANDING}{run_id.replace('-', '_')}_{number}"


def land(
    store: Store,
    table: str,
    structure: str,
    columns: Sequence[str],
    path: Path,
    fmt: str,
    *,
    gzipped: bool,
    sent: Callable[[int], None],
) -> None:
    """Stream a file to a table of its own on the server, without the columns that nobody reads; `sent` is told the bytes."""
    store.execute(f"DROP TABLE IF EXISTS {quoted(table)}")
    store.execute(f"CREATE TABLE {quoted(table)} ({structure}) ENGINE = MergeTree ORDER BY tuple()")
    names = columns if fmt == "Parquet" else None
    with path.open("rb") as source:
        store.insert_file(quoted(table), names, _pieces(source, sent, gzipped=gzipped), fmt, READ_FILE)


def _pieces(source: IO[bytes], sent: Callable[[int], None], *, gzipped: bool) -> Generator[bytes, None, None]:
    plain = cast("IO[bytes]", gzip.GzipFile(fileobj=source)) if gzipped else source
    while piece := plain.read(_PIECE):
        sent(source.tell())
        yield piece


def drop_landing(store: Store, tables: Iterable[str]) -> None:
    """Remove landing tables."""
    for table in tables:
        store.execute(f"DROP TABLE IF EXISTS {quoted(table)}")


def load_line_items(
    store: Store, run_id: str, targets: Mapping[str, str], relation: str, refused: str, params: Mapping[str, Any], marker: str
) -> None:
    """Turn a relation's rows into line items of a run, all or none.

    `targets` maps columns to SQL over the relation, and `refused` is SQL that is true for a row that stops the load;
    `params` bind what they refer to. `marker` is the name by which the statement can be watched.
    """
    columns = {"run_id": f"if(throwIf({refused}) = 0, {{run_id:String}}, '')", **targets}
    store.execute(
        f"INSERT INTO line_items ({', '.join(columns)}) {_SETTINGS}, log_comment = {{marker:String}} "
        f"SELECT {', '.join(columns.values())} FROM {relation}",
        {**params, "run_id": run_id, "marker": marker},
    )


def copy_line_items(store: Store, held: Partition, run_id: str) -> None:
    """Take the rows of a published month into a new run, to add further files to them."""
    store.execute(
        f"INSERT INTO line_items {_SETTINGS} SELECT * REPLACE({{run_id:String}} AS run_id) FROM "
        "(SELECT * FROM line_items WHERE source = {source:String} AND month = {month:Date} AND run_id = {held:String})",
        {"run_id": run_id, "source": held.source, "month": held.month, "held": held.run_id},
    )


_DIMENSIONS = """source, month, ChargePeriodStartDate, x_Provider,
    if(SubAccountId = '', BillingAccountId, SubAccountId) AS account,
    RegionId, x_Service, x_ServiceGroup, ChargeCategory, BillingCurrency, x_Estimated"""
_AMOUNTS = "sum(BilledCost), sum(EffectiveCost), sum(x_NetUnblendedCost), sum(x_NetAmortizedCost), sum(ListCost), sum(ContractedCost)"
_COLUMNS = """run_id, source, month, day, provider, account_id, region, service, service_group, charge_category, currency, estimated,
    account_name, unblended, amortized, net_unblended, net_amortized, list, contracted"""
_NAME = "max(if(SubAccountId = '', BillingAccountName, SubAccountName))"
_ONE_UNIT = "min(ConsumedUnit) = max(ConsumedUnit)"


def summarise(store: Store, run_id: str) -> None:
    """Sum a run's line items into `cost_metrics` (by usage type) and `cost_tags` (by set of tags)."""
    store.execute(
        f"""INSERT INTO cost_metrics ({_COLUMNS}, usage_type, usage_quantity, usage_unit) {_SETTINGS}
        SELECT {{run_id:String}}, {_DIMENSIONS}, {_NAME}, {_AMOUNTS}, x_UsageType,
            if({_ONE_UNIT}, sum(ConsumedQuantity), NULL), if({_ONE_UNIT}, any(ConsumedUnit), '')
        FROM line_items WHERE run_id = {{run_id:String}} GROUP BY ALL""",
        {"run_id": run_id},
    )
    store.execute(
        f"""INSERT INTO cost_tags ({_COLUMNS}, tags) {_SETTINGS}
        SELECT {{run_id:String}}, {_DIMENSIONS}, {_NAME}, {_AMOUNTS}, Tags
        FROM line_items WHERE run_id = {{run_id:String}} GROUP BY ALL""",
        {"run_id": run_id},
    )


def keep_source_totals(store: Store, run_id: str, measures: Mapping[str, str]) -> None:
    """Keep what a run's line items add up to, to reconcile against; `measures` are columns of `line_items` by cost type."""
    pairs = ", ".join(f"('{cost_type}', toNullable(sum({column})))" for cost_type, column in measures.items())
    store.execute(
        f"""INSERT INTO source_totals (run_id, source, month, currency, measure, amount, line_count) {_SETTINGS}
        SELECT {{run_id:String}}, source, month, BillingCurrency, pair.1, assumeNotNull(pair.2), line_count FROM (
            SELECT source, month, BillingCurrency, count() AS line_count, arrayJoin([{pairs}]) AS pair
            FROM line_items WHERE run_id = {{run_id:String}} GROUP BY source, month, BillingCurrency
        ) WHERE isNotNull(pair.2)""",
        {"run_id": run_id},
    )


def drop_partitions(store: Store, partitions: Iterable[Partition]) -> None:
    """Remove months of runs from every data table that has any of them; reading them further finds nothing."""
    named = [(partition.source, partition.month, partition.run_id) for partition in partitions]
    if not named:
        return
    held = " UNION ALL ".join(
        f"SELECT DISTINCT '{table}', source, month, run_id FROM {table} "
        "WHERE (source, month, run_id) IN {partitions:Array(Tuple(String, Date, String))}"
        for table in DATA_TABLES
    )
    for table, source, month, run_id in store.rows(held, {"partitions": named}):
        store.execute(
            f"ALTER TABLE {store.parts_table(table)}{store.on_cluster} "
            "DROP PARTITION tuple({source:String}, {month:Date}, {run_id:String})",
            {"source": source, "month": month, "run_id": run_id},
        )
