"""Import speed beside a bare `INSERT ... SELECT FROM file()` of the same billing export.

    PYTHONPATH=. python tests/bench/bench_import.py [--rows 500000] [--rounds 5]

Prints the rows per second of both and the ratio of the medians; the goal is at least half.
"""

import argparse
import csv
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from core import runs, settings
from core.collectors.billing import importer
from core.store import migrations
from core.store.client import Store

MONTH = datetime(2026, 9, 1, tzinfo=UTC)
AS_OF = date(2026, 11, 1)
GOAL = 0.5

# Service, category, resource type, ARN, unit, price and how it is described.
KINDS = (
    ("Amazon Elastic Compute Cloud", "Compute", "instance", "ec2:{region}:{account}:instance/i-{n:017x}", "Hours", 0.0832,
     "${price} per On Demand Linux {size} Instance Hour", "BoxUsage:{size}"),
    ("Amazon Elastic Compute Cloud", "Compute", "volume", "ec2:{region}:{account}:volume/vol-{n:017x}", "GB-Mo", 0.08,
     "${price} per GB-month of General Purpose (gp3) provisioned storage", "EBS:VolumeUsage.gp3"),
    ("Amazon Relational Database Service", "Databases", "db", "rds:{region}:{account}:db:orders-{n}", "Hours", 0.34,
     "${price} per RDS {size} Single-AZ instance hour running PostgreSQL", "InstanceUsage:db.{size}"),
    ("Amazon Simple Storage Service", "Storage", "bucket", "s3:::company-data-{n}", "Requests", 0.0000004,
     "${price} per request - GET and all other requests", "Requests-Tier2"),
    ("AWS Lambda", "Compute", "function", "lambda:{region}:{account}:function:worker-{n}", "Second", 0.0000166667,
     "AWS Lambda - Total Compute - {region}", "Lambda-GB-Second"),
    ("Amazon Virtual Private Cloud", "Networking", "natgateway", "ec2:{region}:{account}:natgateway/nat-{n:017x}", "Hrs", 0.045,
     "${price} per NAT Gateway Hour", "NatGateway-Hours"),
    ("AmazonCloudWatch", "Management and Governance", "", "", "Metrics", 0.3,
     "${price} per metric-month for the first 10,000 metrics - {region}", "CW:MetricMonitorUsage"),
)  # fmt: skip
REGIONS = (("us-east-1", "US East (N. Virginia)"), ("eu-west-1", "EU (Ireland)"), ("us-west-2", "US West (Oregon)"))
SIZES = ("m5.large", "m6i.xlarge", "c7g.2xlarge", "r6g.large", "t3.medium")
# fmt: off
COLUMNS = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
    "ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountStatus",
    "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "ContractedUnitPrice", "EffectiveCost",
    "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory", "PricingQuantity", "PricingUnit", "ProviderName",
    "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory", "ServiceName",
    "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags", "x_CostCategories", "x_Discounts", "x_Operation",
    "x_ServiceCode", "x_UsageType",
)
# fmt: on

HOURS = 30 * 24
COMMON = {
    "BillingAccountId": "999900001111",
    "BillingAccountName": "Example Corp",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-10-01T00:00:00.000Z",
    "BillingPeriodStart": "2026-09-01T00:00:00.000Z",
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "InvoiceIssuerName": "Amazon Web Services, Inc.",
    "PricingCategory": "Standard",
    "ProviderName": "AWS",
    "PublisherName": "Amazon Web Services, Inc.",
}
COVERED = {
    "CommitmentDiscountCategory": "Spend",
    "CommitmentDiscountId": "arn:aws:savingsplans::999900001111:savingsplan/0f3a",
    "CommitmentDiscountStatus": "Used",
    "CommitmentDiscountType": "Compute Savings Plan",
    "PricingCategory": "Committed",
}


Row = dict[str, str]


def resources(pick: random.Random, count: int) -> Iterator[tuple[Row, float]]:
    """What an organisation of 60 accounts runs: the cells that each of its rows repeats, and its unit price."""
    for number in range(count):
        service, category, kind, arn, unit, price, said, usage_type = pick.choice(KINDS)
        region, region_name = pick.choice(REGIONS)
        account = f"{100_000_000_000 + pick.randrange(60)}"
        words = {"region": region, "account": account, "n": number, "size": pick.choice(SIZES), "price": f"{price:.10f}".rstrip("0")}
        sku = f"{pick.getrandbits(64):016X}"
        tags = {"environment": pick.choice(("prod", "dev", "test")), "team": f"team-{number % 40}", "application": f"app-{number % 300}"}
        row = {
            **COMMON,
            "AvailabilityZone": f"{region}a" if kind in ("instance", "volume") else "",
            "ChargeDescription": said.format(**words),
            "ConsumedUnit": unit,
            "ContractedUnitPrice": words["price"],
            "ListUnitPrice": words["price"],
            "PricingUnit": unit,
            "RegionId": region,
            "RegionName": region_name,
            "ResourceId": f"arn:aws:{arn.format(**words)}" if arn else "",
            "ResourceType": kind,
            "ServiceCategory": category,
            "ServiceName": service,
            "SkuId": sku,
            "SkuPriceId": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
            "SubAccountId": account,
            "SubAccountName": f"workload-{account[-2:]}",
            "Tags": json.dumps(tags) if pick.random() < 0.8 else "",
            "x_Operation": "RunInstances" if kind == "instance" else "",
            "x_ServiceCode": service.replace(" ", ""),
            "x_UsageType": usage_type.format(**words),
        }
        yield row, price


def charges(count: int, seed: int) -> Iterator[list[str]]:
    """Rows as an hourly AWS FOCUS export has them: every hour of a month, each resource with a charge of its own."""
    pick = random.Random(seed)
    running = list(resources(pick, count // HOURS + 1))
    for number in range(count):
        row, price = running[number % len(running)]
        hour = MONTH + timedelta(hours=number // len(running))
        quantity = pick.random() * 40
        cost = f"{quantity * price:.10f}"
        used = {
            "BilledCost": cost,
            "ChargePeriodEnd": f"{hour + timedelta(hours=1):%Y-%m-%dT%H:%M:%S.000Z}",
            "ChargePeriodStart": f"{hour:%Y-%m-%dT%H:%M:%S.000Z}",
            "ConsumedQuantity": f"{quantity:.10f}",
            "ContractedCost": cost,
            "EffectiveCost": cost,
            "ListCost": cost,
            "PricingQuantity": f"{quantity:.10f}",
        }
        if pick.random() < 0.1:
            used |= {**COVERED, "BilledCost": "0", "EffectiveCost": f"{quantity * price * 0.72:.10f}"}
        whole = {**row, **used}
        yield [whole.get(column, "") for column in COLUMNS]


def write_export(path: Path, count: int, seed: int) -> None:
    """A FOCUS CSV of `count` rows."""
    with path.open("w", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(charges(count, seed))


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def bare_insert(store: Store, path: Path) -> None:
    """The yardstick: what the engine itself needs to keep the file with the types that it infers."""
    store.execute(
        "INSERT INTO bare SELECT * FROM file({path:String}, 'CSVWithNames')",
        {"path": str(path)},
    )


def measure(folder: Path, rows: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of our imports and of bare inserts, taken in turn; the first of each only warms up."""
    export = folder / "focus.csv"
    write_export(export, rows, seed=2026)
    store = Store(settings.load(clickhouse_dsn=f"chdb://{folder / 'data'}"))
    migrations.migrate(store, runs.utc_now())
    store.execute(
        "CREATE TABLE bare ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM file({path:String}, 'CSVWithNames') LIMIT 0",
        {"path": str(export)},
    )
    ours, bare = [], []
    for _ in range(rounds + 1):
        store.execute("TRUNCATE TABLE bare")
        bare.append(timed(lambda: bare_insert(store, export)))
        ours.append(timed(lambda: importer.import_files(store, [export], AS_OF, replace=True)))
        _forget(store)
    store.close()
    return ours[1:], bare[1:]


def _forget(store: Store) -> None:
    """Empty the store, so that the same file is news again."""
    for table in (*migrations.DATA_TABLES, "published", "collection_runs"):
        store.execute(f"TRUNCATE TABLE {table}")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=500_000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="spendscope-bench-") as folder:
        ours, bare = measure(Path(folder), chosen.rows, chosen.rounds)
    for name, seconds in (("import", ours), ("bare INSERT", bare)):
        middle = statistics.median(seconds)
        shown = ", ".join(f"{value:.2f}" for value in seconds)
        print(f"{name:12s} {chosen.rows / middle:12,.0f} rows/s   {middle:.2f} s (of {shown})")
    ratio = statistics.median(bare) / statistics.median(ours)
    print(f"import rows/s beside a bare INSERT ... SELECT FROM file(): {ratio:.2f} (goal: at least {GOAL})")


if __name__ == "__main__":
    main()
