"""Every read. Figures are read under a snapshot, so that all of a page's belong to one published version.

Values are always bound; the SQL is put together only from the constants of this module and of the collectors.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any

import pandas as pd

from core.models import (
    ACCOUNT,
    DIMENSIONS,
    TAG_PREFIX,
    CostType,
    Dimension,
    Filters,
    Grain,
    MonthTotal,
    Partition,
    RunStatus,
    Snapshot,
)
from core.store import publish
from core.store.client import Params, Store
from core.store.migrations import DATA_TABLES
from core.store.publish import CURRENT, current
from core.store.writes import READ_FILE, LedgerEntry, landing_table

UNTAGGED = ""
HALF_A_CENT = Decimal("0.005")

_READ = "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in READ_FILE.items())

# ------------------------------------------------------------------------------------------------ runs


_LEDGER = (
    f"SELECT {', '.join(LedgerEntry.__dataclass_fields__)} FROM collection_runs "
    "ORDER BY updated_at DESC, status = 'running' LIMIT 1 BY run_id"
)


def ledger(store: Store, status: RunStatus | None = None, limit: int = 200) -> list[LedgerEntry]:
    """The newest entry of each run, newest run first."""
    rows = store.rows(
        f"SELECT * FROM ({_LEDGER}) WHERE {{status:String}} IN ('', status) ORDER BY started_at DESC, run_id DESC LIMIT {{limit:UInt32}}",
        {"status": status.value if status else "", "limit": limit},
    )
    return [LedgerEntry(run_id, kind, RunStatus(state), *rest) for run_id, kind, state, *rest in rows]


def current_run_with(store: Store, hashes: Sequence[str]) -> str:
    """The run that holds all of these files' content and is still current for each month it published, or ''."""
    rows = store.rows(
        f"""SELECT run_id FROM ({_LEDGER})
        WHERE status = 'published' AND hasAll(splitByChar(',', content_hash), {{hashes:Array(String)}})
          AND run_id NOT IN (
            SELECT run_id FROM published WHERE run_id != '' AND (source, month, run_id) NOT IN (
                SELECT source, month, argMax(run_id, version) FROM published GROUP BY source, month))
        ORDER BY started_at DESC LIMIT 1""",
        {"hashes": list(hashes)},
    )
    return str(rows[0][0]) if rows else ""


def content_hash(store: Store, run_id: str) -> str:
    """The hashes of the files that a run read, joined by commas."""
    rows = store.rows(f"SELECT content_hash FROM ({_LEDGER}) WHERE run_id = {{run_id:String}}", {"run_id": run_id})
    return str(rows[0][0]) if rows else ""


def estimated_months(store: Store, source: str) -> list[date]:
    """The published months of a source that are still an estimate."""
    rows = store.rows(
        f"SELECT DISTINCT month FROM cost_metrics WHERE {CURRENT} AND source = {{source:String}} AND estimated ORDER BY month",
        {**current(publish.snapshot(store)), "source": source},
    )
    return [month for (month,) in rows]


def fewest_values(store: Store, source: str) -> int:
    """How many accounts or regions the published figures of a source have, whichever are fewer; 0 when there are none."""
    rows = store.rows(
        f"SELECT least(uniqExact(account_id), uniqExact(region)) FROM cost_metrics WHERE {CURRENT} AND source = {{source:String}}",
        {**current(publish.snapshot(store)), "source": source},
    )
    return int(rows[0][0])


def partitions_of_run(store: Store, run_id: str) -> list[Partition]:
    """Every month of every source that a run has rows of, published or not."""
    held = " UNION DISTINCT ".join(
        f"SELECT DISTINCT source, month, run_id FROM {table} WHERE run_id = {{run_id:String}}" for table in DATA_TABLES
    )
    return [Partition(*row) for row in store.rows(f"SELECT source, month, run_id FROM ({held}) ORDER BY ALL", {"run_id": run_id})]


def landing_tables(store: Store, run_id: str) -> list[str]:
    """The landing tables that a run left behind."""
    start = landing_table(run_id, 0).removesuffix("0")
    return [
        name
        for (name,) in store.rows(
            "SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {start:String})", {"start": start}
        )
    ]


def rows_read(store: Store, marker: str) -> int:
    """How many rows the running statement with this mark has read so far; 0 when it isn't running."""
    sql = "SELECT max(read_rows) FROM system.processes WHERE Settings['log_comment'] = {marker:String} AND is_initial_query"
    return int(store.rows(sql, {"marker": marker})[0][0])


# ------------------------------------------------------------------------------------------------ exports being imported


@dataclass(frozen=True)
class AccountRows:
    """How many rows name a billing account and a provider together."""

    account: str
    provider: str
    line_count: int


# Enough rows to know the accounts of nearly every export; one thread stops reading sooner than two.
_GLANCE = 8192


def glance(store: Store, relation: str, params: Params, account: str, provider: str) -> list[AccountRows]:
    """Accounts and providers in the first rows of a file that is open as a relation; both are SQL over it."""
    rows = store.rows(
        f"SELECT account, provider, count() FROM (SELECT {account} AS account, {provider} AS provider FROM {relation} LIMIT {_GLANCE}) "
        f"GROUP BY account, provider ORDER BY ALL {_READ}, max_threads = 1, max_block_size = {_GLANCE}",
        params,
    )
    return [AccountRows(*row) for row in rows]


def accounts_of_run(store: Store, run_id: str) -> list[AccountRows]:
    """Accounts and providers in all rows that a run loaded."""
    rows = store.rows(
        "SELECT BillingAccountId, x_Provider, count() FROM line_items WHERE run_id = {run_id:String} GROUP BY ALL ORDER BY ALL",
        {"run_id": run_id},
    )
    return [AccountRows(*row) for row in rows]


def unusable(store: Store, relation: str, params: Params, conditions: Sequence[tuple[str, str]]) -> list[tuple[int, str]]:
    """For each column and condition, SQL over a relation: how many of its cells meet it, and one that does."""
    found = ", ".join(f"countIf({condition}), anyIf({column}, {condition})" for column, condition in conditions)
    cells = store.rows(f"SELECT {found} FROM {relation} {_READ}", params)[0]
    return [(int(cells[at]), str(cells[at + 1])) for at in range(0, len(cells), 2)]


# ------------------------------------------------------------------------------------------------ reconciliation


@dataclass(frozen=True)
class Difference:
    """Our sum beside the source's own, for one month, currency and cost type."""

    source: str
    month: date
    currency: str
    measure: str
    ours: Decimal
    theirs: Decimal
    line_count: int
    run_id: str

    @property
    def gap(self) -> Decimal:
        """Ours less theirs."""
        return self.ours - self.theirs

    @property
    def reconciles(self) -> bool:
        """Whether the two are the same to the cent; Cost Explorer rounds its groups and its totals each on their own."""
        return abs(self.gap) < HALF_A_CENT


_SUMS_BY_MEASURE = (
    "arrayJoin([('unblended', sum(unblended)), ('amortized', sum(amortized)), ('net_unblended', sum(net_unblended)), "
    "('net_amortized', sum(net_amortized)), ('list', sum(list)), ('contracted', sum(contracted))])"
)


def _differences(store: Store, where: str, params: Params) -> list[Difference]:
    metrics = f"""SELECT run_id, source, month, currency, {_SUMS_BY_MEASURE} AS pair, pair.1 AS measure, pair.2 AS amount
        FROM cost_metrics WHERE {where} GROUP BY run_id, source, month, currency"""
    rows = store.rows(
        f"""SELECT t.source, t.month, t.currency, t.measure, ifNull(o.amount, 0), t.amount, t.line_count, t.run_id
        FROM (SELECT * FROM source_totals WHERE {where}) AS t
        LEFT JOIN ({metrics}) AS o USING (run_id, source, month, currency, measure)
        ORDER BY t.month DESC, t.source, t.currency, t.measure DESC""",
        params,
    )
    return [Difference(*row) for row in rows]


def run_differences(store: Store, run_id: str) -> list[Difference]:
    """Where what a run wrote doesn't add up to its source's own sums; nothing when all is well."""
    uneven = [d for d in _differences(store, "run_id = {run_id:String}", {"run_id": run_id}) if d.gap]
    tags = store.rows(
        """SELECT m.source, m.month, m.currency, 'unblended', t.amount, m.amount, toUInt64(0), {run_id:String} FROM
        (SELECT source, month, currency, sum(unblended) AS amount FROM cost_metrics WHERE run_id = {run_id:String} GROUP BY ALL) AS m
        LEFT JOIN (SELECT source, month, currency, sum(unblended) AS amount FROM cost_tags WHERE run_id = {run_id:String} GROUP BY ALL) AS t
        USING (source, month, currency) WHERE m.amount != t.amount""",
        {"run_id": run_id},
    )
    return uneven + [Difference(*row) for row in tags]


def reconciliation(store: Store, snap: Snapshot) -> list[Difference]:
    """Ours beside the source's own, for everything published, newest month first."""
    return [] if snap.empty else _differences(store, CURRENT, current(snap))


def source_totals(store: Store, run_id: str) -> list[MonthTotal]:
    """The billed sums of a run's files by source, month and currency, with their row counts."""
    rows = store.rows(
        "SELECT source, month, currency, line_count, amount FROM source_totals "
        "WHERE run_id = {run_id:String} AND measure = 'unblended' ORDER BY ALL",
        {"run_id": run_id},
    )
    return [MonthTotal(*row) for row in rows]


# ------------------------------------------------------------------------------------------------ costs


@dataclass(frozen=True)
class _Face:
    """A table that costs can be read from, and what it calls things."""

    table: str
    day: str
    currency: str
    account_name: str
    estimated: str
    tags: str
    amounts: Mapping[CostType, str]
    items: bool = False

    def column(self, dimension: Dimension) -> str:
        return dimension.items if self.items else dimension.metrics

    def keyed(self, key: str, name: str) -> str:
        """SQL for a dimension or a tag; a tag's key is bound as `name`."""
        if key.startswith(TAG_PREFIX):
            return f"{self.tags}[{{{name}:String}}]"
        return self.column(DIMENSIONS[key])


_SAME_NAME: Mapping[CostType, str] = {cost_type: cost_type.value for cost_type in CostType}
_METRICS = _Face("cost_metrics", "day", "currency", "account_name", "estimated", "", _SAME_NAME)
_TAGS = _Face("cost_tags", "day", "currency", "account_name", "estimated", "tags", _SAME_NAME)
_ITEMS = _Face(
    "line_items",
    "ChargePeriodStartDate",
    "BillingCurrency",
    "if(SubAccountId = '', BillingAccountName, SubAccountName)",
    "x_Estimated",
    "Tags",
    {
        CostType.UNBLENDED: "BilledCost",
        CostType.AMORTIZED: "EffectiveCost",
        CostType.NET_UNBLENDED: "x_NetUnblendedCost",
        CostType.NET_AMORTIZED: "x_NetAmortizedCost",
        CostType.LIST: "ListCost",
        CostType.CONTRACTED: "ContractedCost",
    },
    items=True,
)


def _face(filters: Filters, *more: str) -> _Face:
    """The smallest table that knows every dimension asked for."""
    keys = {*filters.selected, *more}
    tagged = any(key.startswith(TAG_PREFIX) for key in keys)
    if "resource" in keys or (tagged and "usage_type" in keys):
        return _ITEMS
    return _TAGS if tagged else _METRICS


def _where(face: _Face, snap: Snapshot, filters: Filters) -> tuple[str, dict[str, Any]]:
    params: dict[str, Any] = {**current(snap), "start": filters.start, "end": filters.end, "currency": filters.currency}
    clauses = [CURRENT, f"{face.day} BETWEEN {{start:Date}} AND {{end:Date}}", f"{face.currency} = {{currency:String}}"]
    for number, (key, values) in enumerate(filters.selected.items()):
        if values:
            params[f"key_{number}"] = key.removeprefix(TAG_PREFIX)
            params[f"values_{number}"] = list(values)
            clauses.append(f"{face.keyed(key, f'key_{number}')} IN {{values_{number}:Array(String)}}")
    return " AND ".join(clauses), params


def narrowed(table: str, snap: Snapshot, filters: Filters) -> tuple[str, dict[str, Any], str]:
    """For reads that stand elsewhere: a view's conditions on `cost_metrics` or `line_items`, their parameters, and SQL for its cost."""
    face = _ITEMS if table == _ITEMS.table else _METRICS
    return *_where(face, snap, filters), face.amounts[filters.cost_type]


_BUCKETS = {Grain.DAY: "{day}", Grain.WEEK: "toStartOfWeek({day}, 1)", Grain.MONTH: "toStartOfMonth({day})"}


@dataclass(frozen=True)
class Coverage:
    """What the published figures span: days, currencies (most rows first), and when the newest run was."""

    first: date
    last: date
    currencies: tuple[str, ...]


def coverage(store: Store, snap: Snapshot) -> Coverage | None:
    """The span of everything published, or None when nothing is."""
    if snap.empty:
        return None
    rows = store.rows(
        f"SELECT currency, count(), min(day), max(day) FROM cost_metrics WHERE {CURRENT} GROUP BY currency ORDER BY 2 DESC, 1",
        current(snap),
    )
    if not rows:
        return None
    return Coverage(min(row[2] for row in rows), max(row[3] for row in rows), tuple(row[0] for row in rows))


@dataclass(frozen=True)
class SourceSpan:
    """The days of one source's published figures in one currency, and the day that the run of its last month took for today."""

    source: str
    currency: str
    first: date
    last: date
    as_of: date


def source_spans(store: Store, snap: Snapshot) -> list[SourceSpan]:
    """Each source that has figures, by currency."""
    if not snap.bills:
        return []
    rows = store.rows(
        f"""SELECT source, currency, min(day), max(day) FROM cost_metrics WHERE {CURRENT}
        GROUP BY source, currency ORDER BY source, currency""",
        current(snap),
    )
    runs = {partition.run_id for partition in snap.bills}
    read = dict(
        store.rows("SELECT run_id, max(as_of) FROM collection_runs WHERE run_id IN {runs:Array(String)} GROUP BY run_id", {"runs": [*runs]})
    )
    # The run of its last month: one that only read an earlier month again knows nothing of the last days.
    newest = {source: read[max((p.month, p.run_id) for p in snap.bills if p.source == source)[1]] for source, *_ in rows}
    return [SourceSpan(source, currency, first, last, newest[source]) for source, currency, first, last in rows]


def facets(store: Store, snap: Snapshot, start: date, end: date, currency: str) -> pd.DataFrame:
    """Every combination of the filter bar's dimensions with cost in the days, and the accounts' names.

    Columns: provider, account, account_name, service, region, category.
    """
    where, params = _where(_METRICS, snap, Filters(start, end, currency))
    return store.frame(
        f"""SELECT provider, account_id AS account, any(account_name) AS account_name, service, region, charge_category AS category
        FROM cost_metrics WHERE {where} GROUP BY provider, account_id, service, region, charge_category ORDER BY ALL""",
        params,
    )


def tag_keys(store: Store, snap: Snapshot, start: date, end: date, currency: str) -> list[str]:
    """The tag keys in use on these days, the most used first."""
    where, params = _where(_TAGS, snap, Filters(start, end, currency))
    rows = store.rows(
        f"SELECT arrayJoin(mapKeys(tags)) AS key, count() FROM cost_tags WHERE {where} GROUP BY key ORDER BY 2 DESC, 1 LIMIT 500", params
    )
    return [row[0] for row in rows]


def cost_series(store: Store, snap: Snapshot, filters: Filters, group: str, grain: Grain, compared: bool = False) -> pd.DataFrame:
    """Cost by bucket and group, where `compared` those of the period before too, in the same read.

    Columns: earlier (whether of the period before), bucket (its first day), group, cost (Decimal), unknown (rows without the amount).
    """
    face = _face(filters, group)
    where, params = _where(face, snap, filters)
    if compared:
        within = (
            f"({face.day} BETWEEN {{start:Date}} AND {{end:Date}} OR {face.day} BETWEEN {{earlier_start:Date}} AND {{earlier_end:Date}})"
        )
        where = where.replace(f"{face.day} BETWEEN {{start:Date}} AND {{end:Date}}", within)
        params |= {"earlier_start": filters.previous.start, "earlier_end": filters.previous.end}
    cost = face.amounts[filters.cost_type]
    bucket = _BUCKETS[grain].format(day=face.day)
    return store.frame(
        f"""SELECT {face.day} < {{start:Date}} AS earlier, {bucket} AS bucket, toString({face.keyed(group, "group_key")}) AS group,
            sum({cost}) AS cost, countIf(isNull({cost})) AS unknown
        FROM {face.table} WHERE {where} GROUP BY ALL ORDER BY bucket, group""",
        {**params, "group_key": group.removeprefix(TAG_PREFIX)},
    )


def cost_rows(
    store: Store, snap: Snapshot, filters: Filters, groups: Sequence[str], grain: Grain, limit: int, offset: int = 0
) -> pd.DataFrame:
    """A page of the view's cost by bucket and groups, in their order.

    Columns: date (the bucket's first day), each of `groups` by its key, account_name ("" where accounts aren't told apart), every cost
    type (Decimal, None where no charge has it), currency, estimated, source (several with commas between them).
    """
    face, grouped, within, params = _grouped(snap, filters, groups, grain)
    keys = ", ".join(f"k{number}" for number in range(len(grouped)))
    amounts = ", ".join(f"sum({face.amounts[cost_type]}) AS {cost_type.value}" for cost_type in CostType)
    name = f"max({face.account_name})" if "account" in groups else "''"
    return store.frame(
        f"""SELECT *, {{currency:String}} AS currency FROM (SELECT {", ".join(grouped)}, {name} AS account_name, {amounts},
            max({face.estimated}) AS estimated, arrayStringConcat(arraySort(groupUniqArray(toString(source))), ', ') AS source
        {within} GROUP BY {keys}) ORDER BY {keys} LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}
        SETTINGS prefer_column_name_to_alias = 1""",
        {**params, "limit": limit, "offset": offset},
    ).rename(columns={f"k{number}": key for number, key in enumerate(("date", *groups))})


def cost_row_count(store: Store, snap: Snapshot, filters: Filters, groups: Sequence[str], grain: Grain) -> int:
    """How many rows all pages of `cost_rows` have."""
    _, grouped, within, params = _grouped(snap, filters, groups, grain)
    return int(store.rows(f"SELECT count() FROM (SELECT DISTINCT {', '.join(grouped)} {within})", params)[0][0])


def cost_cube(store: Store, snap: Snapshot, filters: Filters, groups: Sequence[str]) -> pd.DataFrame:
    """The view's known cost by day and groups, for analysis. Columns: each of `groups` by its key, day (datetime64, UTC), cost (float)."""
    face, grouped, within, params = _grouped(snap, filters, groups, Grain.DAY)
    keys = ", ".join(f"k{number}" for number in range(len(grouped)))
    cost = face.amounts[filters.cost_type]
    frame = store.frame(
        f"SELECT {', '.join(grouped)}, toFloat64(sum({cost})) AS cost {within} AND isNotNull({cost}) GROUP BY {keys} ORDER BY {keys} "
        "SETTINGS prefer_column_name_to_alias = 1",
        params,
    )
    named = frame.rename(columns={f"k{number}": key for number, key in enumerate(("day", *groups))})
    return named.astype({"day": "datetime64[ns]", "cost": float})


def unknown_charges(store: Store, snap: Snapshot, filters: Filters) -> int:
    """How many rows of the view lack the amount of its cost type, so that its total lacks them."""
    face = _face(filters)
    where, params = _where(face, snap, filters)
    return int(store.rows(f"SELECT countIf(isNull({face.amounts[filters.cost_type]})) FROM {face.table} WHERE {where}", params)[0][0])


def _grouped(snap: Snapshot, filters: Filters, groups: Sequence[str], grain: Grain) -> tuple[_Face, list[str], str, dict[str, Any]]:
    """The table, SQL for the bucket (k0) and each group (k1 and on), the table with its conditions, and the parameters."""
    face = _face(filters, *groups)
    where, params = _where(face, snap, filters)
    columns = [f"{_BUCKETS[grain].format(day=face.day)} AS k0"]
    for number, key in enumerate(groups, 1):
        params[f"group_{number}"] = key.removeprefix(TAG_PREFIX)
        columns.append(f"toString({face.keyed(key, f'group_{number}')}) AS k{number}")
    return face, columns, f"FROM {face.table} WHERE {where}", params


def cost_by(store: Store, snap: Snapshot, filters: Filters, group: str) -> dict[str, Decimal]:
    """Cost of the whole view by group."""
    face = _face(filters, group)
    where, params = _where(face, snap, filters)
    rows = store.rows(
        f"""SELECT toString({face.keyed(group, "group_key")}) AS group, sum({face.amounts[filters.cost_type]})
        FROM {face.table} WHERE {where} GROUP BY group""",
        {**params, "group_key": group.removeprefix(TAG_PREFIX)},
    )
    return {group_name: amount for group_name, amount in rows if amount is not None}


def total(store: Store, snap: Snapshot, filters: Filters) -> Decimal | None:
    """Cost of the whole view; None when no row has the amount."""
    face = _face(filters)
    where, params = _where(face, snap, filters)
    rows = store.rows(f"SELECT sum({face.amounts[filters.cost_type]}), count() FROM {face.table} WHERE {where}", params)
    return rows[0][0] if rows and rows[0][1] else None


def nested(store: Store, snap: Snapshot, filters: Filters, outer: str, inner: str) -> pd.DataFrame:
    """Cost by two dimensions, one within the other, for the treemap. Columns: outer, inner, cost (Decimal)."""
    face = _face(filters, outer, inner)
    where, params = _where(face, snap, filters)
    keys = {"outer_key": outer.removeprefix(TAG_PREFIX), "inner_key": inner.removeprefix(TAG_PREFIX)}
    return store.frame(
        f"""SELECT toString({face.keyed(outer, "outer_key")}) AS outer, toString({face.keyed(inner, "inner_key")}) AS inner,
            sum({face.amounts[filters.cost_type]}) AS cost
        FROM {face.table} WHERE {where} GROUP BY outer, inner HAVING cost > 0 ORDER BY cost DESC LIMIT 2000""",
        {**params, **keys},
    )


def usage_types(store: Store, snap: Snapshot, filters: Filters) -> pd.DataFrame:
    """What Cost Explorer says of usage types, which it does by month and service only: the whole months that the view touches.

    Columns: month, service, usage_type, cost (Decimal), quantity (Decimal, None where units mix), unit, estimated; the dearest first.
    Of the filters only days, currency, cost type and services apply.
    """
    services = filters.selected.get("service", ())
    return store.frame(
        f"""SELECT month, service, usage_type, sum({filters.cost_type.value}) AS cost, sum(usage_quantity) AS quantity,
            any(usage_unit) AS unit, max(estimated) AS estimated
        FROM usage_type_costs
        WHERE {CURRENT} AND month BETWEEN toStartOfMonth({{start:Date}}) AND {{end:Date}} AND currency = {{currency:String}}
            AND (empty({{services:Array(String)}}) OR has({{services:Array(String)}}, service))
        GROUP BY month, service, usage_type ORDER BY cost DESC, month, service, usage_type""",
        {**current(snap), "start": filters.start, "end": filters.end, "currency": filters.currency, "services": list(services)},
    )


def account_names(store: Store, snap: Snapshot) -> dict[str, str]:
    """The newest known name of each account that has one."""
    if snap.empty:
        return {}
    rows = store.rows(
        f"SELECT account_id, argMax(account_name, (account_name != '', day)) FROM cost_metrics WHERE {CURRENT} GROUP BY account_id",
        current(snap),
    )
    return {account: name for account, name in rows if name}


def line_count(store: Store, snap: Snapshot, filters: Filters) -> int:
    """How many line items the view stands on."""
    where, params = _where(_ITEMS, snap, filters)
    return int(store.rows(f"SELECT count() FROM line_items WHERE {where}", params)[0][0])


def resources(store: Store, snap: Snapshot, filters: Filters, limit: int, offset: int = 0) -> pd.DataFrame:
    """The view's resources, the dearest first.

    Columns: resource, name, service, account, region, usage_type, cost (Decimal), lines, first_day, last_day.
    """
    where, params = _where(_ITEMS, snap, filters)
    return store.frame(
        f"""SELECT ResourceId AS resource, any(ResourceName) AS name, any(x_Service) AS service, any({ACCOUNT.items}) AS account,
            any(RegionId) AS region, any(x_UsageType) AS usage_type, sum({_ITEMS.amounts[filters.cost_type]}) AS cost, count() AS lines,
            min(ChargePeriodStartDate) AS first_day, max(ChargePeriodStartDate) AS last_day
        FROM line_items WHERE {where} GROUP BY ResourceId ORDER BY cost DESC, resource LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}""",
        {**params, "limit": limit, "offset": offset},
    )


def resource_count(store: Store, snap: Snapshot, filters: Filters) -> int:
    """How many resources the view has; lines without one count as one."""
    where, params = _where(_ITEMS, snap, filters)
    return int(store.rows(f"SELECT uniqExact(ResourceId) FROM line_items WHERE {where}", params)[0][0])


def line_items(store: Store, snap: Snapshot, filters: Filters, limit: int) -> pd.DataFrame:
    """The view's single charges, the dearest first. Columns: day, description, category, usage_type, quantity, unit, price, cost, tags."""
    where, params = _where(_ITEMS, snap, filters)
    return store.frame(
        f"""SELECT ChargePeriodStartDate AS day, ChargeDescription AS description, ChargeCategory AS category, x_UsageType AS usage_type,
            ConsumedQuantity AS quantity, ConsumedUnit AS unit, ListUnitPrice AS price, {_ITEMS.amounts[filters.cost_type]} AS cost,
            toJSONString(Tags) AS tags
        FROM line_items WHERE {where} ORDER BY abs(cost) DESC LIMIT {{limit:UInt32}}""",
        {**params, "limit": limit},
    )


def sources(store: Store, snap: Snapshot) -> pd.DataFrame:
    """What is published, a row for each month of a source.

    Columns: source, month, run_id, line_count, currency, billed (Decimal), first_day, last_day, estimated.
    """
    return store.frame(
        f"""SELECT source, month, run_id, currency, sum(unblended) AS billed, min(day) AS first_day, max(day) AS last_day,
            max(estimated) AS estimated
        FROM cost_metrics WHERE {CURRENT} GROUP BY source, month, run_id, currency ORDER BY month DESC, source, currency""",
        current(snap),
    )


# ------------------------------------------------------------------------------------------------ exports

FORMATS = {"csv": "CSVWithNames", "json": "JSONEachRow", "parquet": "Parquet"}


def _harmless(column: str) -> str:
    """SQL for text that a spreadsheet won't take for a formula: names and tags come from strangers."""
    return f"if(match({column}, '^[=+@\\\\t\\\\r-]'), concat('\\'', {column}), toString({column}))"


@contextmanager
def export_costs(store: Store, snap: Snapshot, filters: Filters, as_of: date, fmt: str) -> Iterator[IO[bytes]]:
    """The view's rows as a stream of CSV, JSON or Parquet, with cost type, currency, as-of and run as columns.

    One row for each day, account, region, service, charge category and usage type; by tag or resource where the view selects by one.
    """
    face = _face(filters)
    where, params = _where(face, snap, filters)
    named = {
        "account_id": ACCOUNT,
        "region": DIMENSIONS["region"],
        "service": DIMENSIONS["service"],
        "charge_category": DIMENSIONS["category"],
        "provider": DIMENSIONS["provider"],
    }
    columns = [f"toString({face.day}) AS date"]
    columns += [f"{_harmless(face.column(dimension))} AS {name}" for name, dimension in named.items()]
    columns += [f"{face.amounts[cost_type]} AS {cost_type.value}" for cost_type in CostType]
    columns += [f"{face.currency} AS currency", f"{face.estimated} AS estimated", f"{_harmless('source')} AS source"]
    columns += [f"{_harmless(face.account_name)} AS account_name"]
    if face is not _TAGS:
        columns += [f"{_harmless(face.column(DIMENSIONS['usage_type']))} AS usage_type"]
    if face.tags:
        columns += [f"toJSONString({face.tags}) AS tags"]
    if face.items:
        columns += [f"{_harmless('ResourceId')} AS resource_id", f"{_harmless('ChargeDescription')} AS description"]
    columns += [
        f"{face.amounts[filters.cost_type]} AS cost",
        "{cost_type:String} AS cost_type",
        "toString(month) AS billing_month",
        "{as_of:String} AS as_of",
        "run_id AS run",
        "{version:UInt64} AS data_version",
    ]
    # The renamed columns must not shadow those that the conditions are about.
    sql = f"SELECT {', '.join(columns)} FROM {face.table} WHERE {where} ORDER BY {face.day}, service, account_id, region, charge_category"
    more = {"cost_type": filters.cost_type.value, "as_of": as_of.isoformat(), "version": snap.version}
    with store.stream(
        f"{sql} SETTINGS prefer_column_name_to_alias = 1, format_csv_null_representation = '', output_format_json_array_of_rows = 1",
        FORMATS[fmt],
        {**params, **more},
    ) as source:
        yield source
