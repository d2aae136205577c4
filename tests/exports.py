"""Small billing exports whose figures are worked out by hand, and how to write them as files."""

import csv
import gzip
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow
import pyarrow.parquet

from core.collectors.billing.importer import ImportResult, import_files
from core.store import publish
from core.store.client import Store

AS_OF = date(2026, 11, 22)
Row = dict[str, str]


def focus(**cells: str) -> Row:
    """A FOCUS 1.0 row: one dollar of S3 in September 2024, changed as told."""
    return {
        "BilledCost": "1",
        "EffectiveCost": "1",
        "ListCost": "1",
        "ContractedCost": "1",
        "BillingCurrency": "USD",
        "BillingAccountId": "999900001111",
        "BillingAccountName": "Payer",
        "BillingPeriodStart": "2024-09-01T00:00:00Z",
        "BillingPeriodEnd": "2024-10-01T00:00:00Z",
        "ChargePeriodStart": "2024-09-03T10:00:00Z",
        "ChargePeriodEnd": "2024-09-03T11:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeDescription": "Storage",
        "ConsumedQuantity": "2",
        "ConsumedUnit": "GB",
        "ProviderName": "AWS",
        "PublisherName": "Amazon Web Services",
        "RegionId": "us-east-1",
        "ResourceId": "arn:aws:s3:::b",
        "ServiceName": "Amazon Simple Storage Service",
        "ServiceCategory": "Storage",
        "SubAccountId": "111111111111",
        "SubAccountName": "Web",
        "Tags": '{"team": "web", "user:env": "prod"}',
        "x_UsageType": "TimedStorage-ByteHrs",
        **cells,
    }


def cur(**cells: str) -> Row:
    """A Cost and Usage Report row under Athena's names: one dollar of EC2 usage in September 2024, changed as told."""
    return {
        "bill_payer_account_id": "999900001111",
        "bill_billing_entity": "AWS",
        "bill_billing_period_start_date": "2024-09-01T00:00:00Z",
        "bill_billing_period_end_date": "2024-10-01T00:00:00Z",
        "bill_invoice_id": "",
        "line_item_usage_account_id": "111111111111",
        "line_item_line_item_type": "Usage",
        "line_item_usage_start_date": "2024-09-03T10:00:00Z",
        "line_item_usage_end_date": "2024-09-03T11:00:00Z",
        "line_item_product_code": "AmazonEC2",
        "line_item_usage_type": "BoxUsage:m5.large",
        "line_item_operation": "RunInstances",
        "line_item_resource_id": "i-1",
        "line_item_usage_amount": "1",
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": "1",
        "line_item_line_item_description": "m5.large hour",
        "product_region": "us-east-1",
        **cells,
    }


def text(
    rows: Sequence[Mapping[str, str]], columns: Sequence[str] = (), end: str = "\n", quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
) -> str:
    """Rows as CSV; a column that a row lacks is empty."""
    header = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", lineterminator=end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] = ()) -> Path:
    """Write rows as CSV, packed when the name ends in .gz."""
    data = text(rows, columns).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def write_parquet(path: Path, columns: Mapping[str, pyarrow.Array]) -> Path:
    """Write arrays as Parquet."""
    pyarrow.parquet.write_table(pyarrow.table(dict(columns)), path)
    return path


def take(store: Store, *paths: Path, **options: Any) -> ImportResult:
    """Import files as of the tests' day."""
    return import_files(store, list(paths), options.pop("as_of", AS_OF), **options)


def billed(store: Store) -> Decimal:
    """The published billed sum over all currencies, straight from the tables."""
    return Decimal(_published(store, "sum(unblended)"))


def months(store: Store) -> dict[tuple[str, str], Decimal]:
    """What is published: billed sums by source and month."""
    rows = _rows(store, "SELECT source, toString(month), sum(unblended) FROM cost_metrics WHERE {where} GROUP BY ALL ORDER BY ALL")
    return {(source, month[:7]): amount for source, month, amount in rows}


def figures(store: Store, *columns: str) -> list[tuple[Any, ...]]:
    """Published rows of `cost_metrics`, the named columns, sorted."""
    return _rows(store, f"SELECT {', '.join(columns)} FROM cost_metrics WHERE {{where}} ORDER BY ALL")


def items(store: Store, *columns: str) -> list[tuple[Any, ...]]:
    """Published line items, the named columns, sorted."""
    return _rows(store, f"SELECT {', '.join(columns)} FROM line_items WHERE {{where}} ORDER BY ALL")


def leftovers(store: Store) -> set[str]:
    """Runs with rows in any table that never were published, and landing tables."""
    held = {run for table in TABLES for (run,) in store.rows(f"SELECT DISTINCT run_id FROM {table}")}
    known = {run for (run,) in store.rows("SELECT DISTINCT run_id FROM published")}
    landed = {name for (name,) in store.rows("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE 'landing%'")}
    return (held - known) | landed


TABLES = ("line_items", "cost_metrics", "cost_tags", "source_totals")


def _published(store: Store, what: str) -> Any:
    return _rows(store, f"SELECT {what} FROM cost_metrics WHERE {{where}}")[0][0]


def _rows(store: Store, sql: str) -> list[tuple[Any, ...]]:
    current = [(p.source, p.month, p.run_id) for p in publish.snapshot(store).current]
    where = "(source, month, run_id) IN {current:Array(Tuple(String, Date, String))}" if current else "false"
    return store.rows(sql.replace("{where}", where), {"current": current})
