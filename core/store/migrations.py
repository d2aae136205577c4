"""The schema, as ordered and named steps; what was applied stands in `schema_migrations`.

A step is DDL that may run twice. Add steps at the end; never change one that has shipped.
Only the engine clause differs between one node and a cluster: there a table is a replicated
local half and a Distributed face over it, except the small ones, which every node holds whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.store.client import Store, quoted

_REPLICA = "'/clickhouse/tables/{path}/{{database}}/{{table}}', '{{replica}}'"


@dataclass(frozen=True)
class Table:
    """A MergeTree table. Sharded ones carry partitions `(source, month, run_id)`; the others are small and whole on each node."""

    name: str
    columns: str
    order_by: str
    sharded: bool = False
    ttl: str = ""

    def ddl(self, store: Store) -> Iterable[str]:
        """The statements that create it here: one, or two on a cluster when it's sharded."""
        partition = " PARTITION BY (source, month, run_id)" if self.sharded else ""
        ttl = f" TTL {self.ttl}" if self.ttl else ""
        tail = f"{partition} ORDER BY ({self.order_by}){ttl} SETTINGS allow_nullable_key = 1"
        head = "CREATE TABLE IF NOT EXISTS"
        if not store.cluster:
            yield f"{head} {self.name} ({self.columns}) ENGINE = MergeTree{tail}"
            return
        path = "{shard}" if self.sharded else "all"
        engine = f"ReplicatedMergeTree({_REPLICA.format(path=path)})"
        held = store.parts_table(self.name) if self.sharded else self.name
        yield f"{head} {held}{store.on_cluster} ({self.columns}) ENGINE = {engine}{tail}"
        if self.sharded:
            cluster, database = quoted(store.cluster), quoted(store.database)
            yield (
                f"{head} {self.name}{store.on_cluster} ({self.columns}) "
                f"ENGINE = Distributed({cluster}, {database}, {held}, cityHash64(run_id, source, month))"
            )


# Eighteen decimals hold what every provider writes; twenty digits before them hold any bill.
_MONEY = "Decimal(38, 18)"
_NAME = "LowCardinality(String)"
_KEY = f"run_id {_NAME}, source {_NAME}, month Date"

_AMOUNTS = f"""
    unblended {_MONEY}, amortized {_MONEY}, net_unblended {_MONEY}, net_amortized {_MONEY},
    list Nullable({_MONEY}), contracted Nullable({_MONEY}), currency {_NAME}, estimated Bool"""

_DIMENSIONS = f"""
    day Date, provider {_NAME}, account_id {_NAME}, account_name {_NAME}, region {_NAME},
    service {_NAME}, service_group {_NAME}, charge_category {_NAME}"""

LINE_ITEMS = Table(
    "line_items",
    f"""{_KEY},
    BillingAccountId {_NAME}, BillingAccountName {_NAME}, SubAccountId {_NAME}, SubAccountName {_NAME},
    BillingPeriodStart DateTime('UTC'), BillingPeriodStartDate Date ALIAS toDate(BillingPeriodStart),
    BillingPeriodEnd Nullable(DateTime('UTC')),
    ChargePeriodStart DateTime('UTC'), ChargePeriodStartDate Date,
    ChargePeriodEnd Nullable(DateTime('UTC')), ChargePeriodEndDate Nullable(Date) ALIAS toDate(ChargePeriodEnd),
    ProviderName {_NAME}, PublisherName {_NAME}, InvoiceIssuerName {_NAME}, InvoiceId {_NAME},
    ServiceName {_NAME}, ServiceCategory {_NAME}, RegionId {_NAME}, RegionName {_NAME}, AvailabilityZone {_NAME},
    ResourceId String, ResourceName String, ResourceType {_NAME},
    ChargeCategory {_NAME}, ChargeClass {_NAME}, ChargeFrequency {_NAME}, ChargeDescription String,
    BilledCost {_MONEY}, EffectiveCost {_MONEY}, ListCost Nullable({_MONEY}), ContractedCost Nullable({_MONEY}),
    x_NetUnblendedCost {_MONEY}, x_NetAmortizedCost {_MONEY}, BillingCurrency {_NAME},
    ListUnitPrice Nullable({_MONEY}), ContractedUnitPrice Nullable({_MONEY}),
    ConsumedQuantity Nullable({_MONEY}), ConsumedUnit {_NAME},
    PricingQuantity Nullable({_MONEY}), PricingUnit {_NAME}, PricingCategory {_NAME},
    CommitmentDiscountId {_NAME}, CommitmentDiscountType {_NAME}, CommitmentDiscountCategory {_NAME},
    CommitmentDiscountStatus {_NAME}, SkuId {_NAME}, SkuPriceId {_NAME},
    Tags Map({_NAME}, String), x_Provider {_NAME}, x_Service {_NAME}, x_ServiceGroup {_NAME},
    x_UsageType {_NAME}, x_Operation {_NAME}, x_LineItemType {_NAME}, x_Estimated Bool""",
    "ChargePeriodStartDate, x_Service, SubAccountId, ResourceId",
    sharded=True,
)

COST_METRICS = Table(
    "cost_metrics",
    f"""{_KEY}, {_DIMENSIONS}, usage_type {_NAME}, {_AMOUNTS},
    usage_quantity Nullable({_MONEY}), usage_unit {_NAME}""",
    "day, service, account_id, region, charge_category, usage_type",
    sharded=True,
)

COST_TAGS = Table(
    "cost_tags",
    f"{_KEY}, {_DIMENSIONS}, tags Map({_NAME}, String), {_AMOUNTS}",
    "day, service, account_id, region",
    sharded=True,
)

# What the files' own cost columns add up to, row by row as they were read.
SOURCE_TOTALS = Table(
    "source_totals", f"{_KEY}, currency {_NAME}, measure {_NAME}, amount {_MONEY}, line_count UInt64", "run_id, source, month", sharded=True
)

PUBLISHED = Table("published", f"source {_NAME}, month Date, run_id {_NAME}, version UInt64", "source, month, version")

COLLECTION_RUNS = Table(
    "collection_runs",
    f"""run_id {_NAME}, kind {_NAME}, status {_NAME}, started_at DateTime64(3, 'UTC'), updated_at DateTime64(3, 'UTC'),
    as_of Date, owner String, content_hash String, label String, detail String, line_count UInt64, seconds Float64""",
    "run_id, updated_at",
)

# Cost Explorer gives usage types by month only, without account and region.
USAGE_TYPE_COSTS = Table(
    "usage_type_costs",
    f"""{_KEY}, provider {_NAME}, service {_NAME}, service_group {_NAME}, usage_type {_NAME}, {_AMOUNTS},
    usage_quantity Nullable({_MONEY}), usage_unit {_NAME}""",
    "month, service, usage_type",
    sharded=True,
)

# What there is, as last seen. A utilisation that wasn't measured has no key, and reading it gives NULL.
RESOURCE_METRICS = Table(
    "resource_metrics",
    f"""{_KEY}, account_id {_NAME}, account_name {_NAME}, region {_NAME},
    resource_type {_NAME}, resource_id String, arn String, name String, state {_NAME}, created_at Nullable(DateTime('UTC')),
    tags Map({_NAME}, String), attributes String,
    monthly_cost Nullable({_MONEY}), cost_basis String, utilisation Map({_NAME}, Nullable(Float64)), collected_at DateTime('UTC')""",
    "resource_type, account_id, region, resource_id",
    sharded=True,
)

# The CloudWatch cache: a row for each day that was asked for, NULL where there was no datapoint.
RESOURCE_SERIES = Table(
    "resource_series",
    f"""account_id {_NAME}, region {_NAME}, namespace {_NAME}, metric {_NAME}, statistic {_NAME}, resource_id String, day Date,
    value Nullable(Float64), collected_at DateTime('UTC'), run_id {_NAME}""",
    "account_id, region, namespace, metric, statistic, resource_id, day",
    ttl="toDateTime(collected_at) + INTERVAL 100 DAY",
)

# What an analysis said on a day; Cost Explorer's own forecast and anomalies too.
ANALYSIS_RESULTS = Table(
    "analysis_results",
    f"""{_KEY}, kind {_NAME}, method {_NAME}, subject String, as_of Date, day Date, last_day Date,
    value Nullable(Float64), lower Nullable(Float64), upper Nullable(Float64), level UInt8, currency {_NAME}, details String""",
    "kind, method, subject, day",
    sharded=True,
)

COLLECTION_SLICES = Table(
    "collection_slices",
    f"""run_id {_NAME}, collector {_NAME}, account_id {_NAME}, region {_NAME}, status {_NAME}, reason String,
    row_count UInt64, collected_at DateTime('UTC')""",
    "run_id, collector, account_id, region",
)

API_CALLS = Table(
    "api_calls",
    f"""run_id {_NAME}, called_at DateTime('UTC'), service {_NAME}, operation {_NAME}, account {_NAME}, region {_NAME},
    requests UInt32, errors UInt32, retries UInt32, metrics UInt64, usd {_MONEY}, seconds Float64""",
    "run_id, service, operation, account, region",
)

_PLACE = f"account_id {_NAME}, account_name {_NAME}, region {_NAME}, resource_type {_NAME}, resource_id String, resource_name String"

# What the checks found, in full; `evidence` and `price` are JSON.
OPPORTUNITIES = Table(
    "optimization_opportunities",
    f"""{_KEY}, check {_NAME}, type {_NAME}, service {_NAME}, {_PLACE},
    monthly_savings {_MONEY}, monthly_cost Nullable({_MONEY}), currency {_NAME}, confidence Float64,
    priority {_NAME}, effort {_NAME}, risk {_NAME}, title String, reason String, fix String, evidence String, price String,
    counted Bool, as_of Date, id String""",
    "check, account_id, region, resource_id",
    sharded=True,
)

NOT_MEASURED = Table(
    "not_measured",
    f"{_KEY}, check {_NAME}, service {_NAME}, {_PLACE}, reason String, as_of Date",
    "check, account_id, region, resource_id",
    sharded=True,
)

# What a resource of the inventory costs a month on demand, where prices are known; `cost_basis` is the sum in JSON.
RESOURCE_COSTS = Table(
    "resource_costs",
    f"""{_KEY}, account_id {_NAME}, region {_NAME}, resource_type {_NAME}, resource_id String, monthly_cost {_MONEY}, cost_basis String""",
    "resource_type, account_id, region, resource_id",
    sharded=True,
)

# What AWS asks for a unit, as last read. NULL where it was asked for and isn't sold, so that it isn't asked for again soon.
PRICES = Table(
    "prices",
    f"""service_code {_NAME}, region {_NAME}, sku String, key String, unit {_NAME}, usd Nullable({_MONEY}), source {_NAME},
    collected_at DateTime('UTC')""",
    "service_code, region, key, collected_at",
)

# What AWS says of an instance type, in JSON, as last read.
INSTANCE_TYPES = Table(
    "instance_types", f"instance_type {_NAME}, facts String, collected_at DateTime('UTC')", "instance_type, collected_at"
)

# What people say of findings, and what happens to them by itself. Each row has owner, note and ticket as they are after it;
# `finding_json` is the finding as it was then, for when it isn't found any more.
OPPORTUNITY_EVENTS = Table(
    "opportunity_events",
    f"""finding String, at DateTime64(3, 'UTC'), action {_NAME}, who String, reason String, until Nullable(Date),
    owner String, note String, ticket String, finding_json String""",
    "finding, at",
)

# Thresholds of checks as somebody set them. NULL: back to the default.
THRESHOLDS = Table(
    "thresholds", f"check {_NAME}, name {_NAME}, value Nullable(Float64), at DateTime64(3, 'UTC'), who String", "check, name, at"
)

# Budgets as somebody set them: each saving is a row more, and the newest of an id holds. `filters` is JSON.
BUDGETS = Table(
    "budgets",
    f"""id String, name String, filters String, cost_type {_NAME}, currency {_NAME}, period {_NAME}, amount {_MONEY},
    actual_thresholds Array(Decimal(9, 3)), forecast_thresholds Array(Decimal(9, 3)), start Date,
    who String, at DateTime64(3, 'UTC'), deleted Bool""",
    "id, at",
)

# Thresholds that were reached. `terms` is what of the budget they rest on, `details` what was seen, in JSON.
BUDGET_ALERTS = Table(
    "budget_alerts",
    f"""budget String, period_start Date, kind {_NAME}, threshold Decimal(9, 3), terms String, fired_at DateTime64(3, 'UTC'),
    run_id {_NAME}, amount {_MONEY}, details String""",
    "budget, period_start, kind, threshold, fired_at",
)

# What a forecast of the whole organisation's billed cost said after the day `settled`: no run's own, so that it outlasts them all.
# Where something else was said of the same day again, the highest `number` was said last; `digest` stands for what it was.
FORECAST_RECORDS = Table(
    "forecast_records",
    f"""currency {_NAME}, settled Date, number UInt32, day Date, mean Float64, lower80 Float64, upper80 Float64,
    lower95 Float64, upper95 Float64, method String, digest String, as_of Date""",
    "currency, settled, day, number",
)

# What people say of anomalies. `scope`, `place` (its smallest part that explains it) and `alerts` (ids) are JSON; days and impact are
# those that it had then.
ANOMALY_EVENTS = Table(
    "anomaly_events",
    f"""anomaly String, at DateTime64(3, 'UTC'), state {_NAME}, who String, reason String,
    scope String, place String, alerts String, first_day Date, last_day Date, impact {_MONEY}, currency {_NAME}""",
    "anomaly, at",
)

# What Cost Explorer said when it was asked for an anomaly's usage types. `parts` is JSON; days and sums are those that it had then.
ANOMALY_CAUSES = Table(
    "anomaly_causes",
    f"""anomaly String, at DateTime64(3, 'UTC'), run_id {_NAME}, first_day Date, last_day Date, expected {_MONEY}, actual {_MONEY},
    currency {_NAME}, cost_type {_NAME}, requests UInt32, usd {_MONEY}, parts String""",
    "anomaly, at",
)

SCHEMA_MIGRATIONS = Table("schema_migrations", f"name {_NAME}, applied_at DateTime('UTC')", "name")

MIGRATIONS: tuple[tuple[str, tuple[Table, ...]], ...] = (
    ("0001_billing_exports", (LINE_ITEMS, COST_METRICS, COST_TAGS, SOURCE_TOTALS)),
    ("0002_runs_and_pointer", (PUBLISHED, COLLECTION_RUNS)),
    ("0003_collection", (USAGE_TYPE_COSTS, RESOURCE_METRICS, RESOURCE_SERIES, ANALYSIS_RESULTS, COLLECTION_SLICES, API_CALLS)),
    ("0004_judgement", (OPPORTUNITIES, NOT_MEASURED, RESOURCE_COSTS, PRICES, INSTANCE_TYPES)),
    ("0005_life_of_findings", (OPPORTUNITY_EVENTS, THRESHOLDS)),
    ("0006_foresight", (BUDGETS, BUDGET_ALERTS, FORECAST_RECORDS, ANOMALY_EVENTS, ANOMALY_CAUSES)),
)

DATA_TABLES = tuple(table.name for _, tables in MIGRATIONS for table in tables if table.sharded)


def migrate(store: Store, now: datetime) -> list[str]:
    """Apply what isn't applied yet, in order; returns the names applied now."""
    for statement in SCHEMA_MIGRATIONS.ddl(store):
        store.execute(statement)
    done = {name for (name,) in store.rows("SELECT name FROM schema_migrations")}
    pending = [(name, tables) for name, tables in MIGRATIONS if name not in done]
    for name, tables in pending:
        for table in tables:
            for statement in table.ddl(store):
                store.execute(statement)
        store.insert("schema_migrations", ["name", "applied_at"], [[name, now]])
    return [name for name, _ in pending]
