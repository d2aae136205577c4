"""Turn recognised files into the line items of a run, in one reading of each.

The load itself is strict: a cell that can't be used stops it. Only then is the file read again, to say which one.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from core import runs
from core.collectors.billing import unusable
from core.collectors.billing.formats import vocabulary
from core.collectors.billing.recognition import Export
from core.collectors.billing.relation import Relation, opened
from core.collectors.billing.watching import watched
from core.errors import ImportRefused, StoreError, UnreadableFile
from core.models import Report
from core.store import queries, writes
from core.store.client import Store

INVOICE_GRACE = timedelta(days=7)
"""A month without an invoice id counts as estimated until this long after its end."""

# The engine's codes for text, dates and gzip streams that it can't read, and for a cell that a rule of ours refuses.
_UNREADABLE_CODES = {6, 26, 27, 33, 38, 41, 117, 321, 349, 354, 395}
_TOO_MANY_PARTITIONS = 252


class _Counted(Protocol):
    @property
    def account(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def line_count(self) -> int: ...


@dataclass(frozen=True)
class _Part:
    """A file that is open to be read."""

    export: Export
    relation: Relation


def load(store: Store, run: runs.Run, exports: Sequence[Export], report: Report) -> None:
    """Write the files' rows as the run's line items. Raises an ImportRefused that names the file, or a StoreError.

    The sources are named after what the files begin with; should the whole say otherwise, it is loaded once more.
    """
    kind = exports[0].format.kind
    with ExitStack() as stack:
        parts, seen = [], []
        for number, export in enumerate(exports):
            with _named(export):
                part = _Part(export, stack.enter_context(opened(store, export.file, export.format, run.run_id, number, report)))
                seen += _glance(store, part)
            parts.append(part)
        assumed = _sources(kind, seen)
        _load_parts(store, run, parts, assumed, report)
        found = _sources(kind, queries.accounts_of_run(store, run.run_id))
        if any(assumed.get(account) != source for account, source in found.items()):
            runs.drop_rows(store, run.run_id)
            _load_parts(store, run, parts, found, report)


def _glance(store: Store, part: _Part) -> list[queries.AccountRows]:
    fmt, relation = part.export.format, part.relation
    rows = queries.glance(store, relation.sql, {**relation.params, **vocabulary()}, fmt.account, fmt.provider)
    if not rows:
        raise UnreadableFile(f"{part.export.file.name} has a header but no rows.", "Download the export again.")
    return rows


def _sources(kind: str, counted: Sequence[_Counted]) -> dict[str, str]:
    """The source of each billing account: `kind:provider:account`, the provider being the one with most of its rows.

    Marketplace rows of an account may name another provider; the account is still one bill.
    """
    counts: dict[str, dict[str, int]] = {}
    for rows in counted:
        of_account = counts.setdefault(rows.account, {})
        of_account[rows.provider] = of_account.get(rows.provider, 0) + rows.line_count
    return {account: f"{kind}:{max(sorted(found), key=found.__getitem__)}:{account}" for account, found in counts.items()}


def _load_parts(store: Store, run: runs.Run, parts: Sequence[_Part], sources: dict[str, str], report: Report) -> None:
    for part in parts:
        with _named(part.export), _explained(store, part, run.as_of):
            _load_part(store, run, part, sources, report)


def _load_part(store: Store, run: runs.Run, part: _Part, sources: dict[str, str], report: Report) -> None:
    fmt, file = part.export.format, part.export.file
    params = {
        **part.relation.params,
        **vocabulary(),
        **unusable.limits(run.as_of),
        "accounts": list(sources),
        "sources": list(sources.values()),
        "open_since": run.as_of - INVOICE_GRACE,
    }
    refused = " OR ".join(f"({rule.condition})" for rule in unusable.rules(fmt))
    marker = f"{run.run_id} load"
    with watched(store, marker, f"Importing {file.name}", file.rows_expected, report):
        writes.load_line_items(store, run.run_id, _targets(part.export), _stepped(part), refused, params, marker)


def _stepped(part: _Part) -> str:
    sql = part.relation.sql
    for step in part.export.format.steps:
        sql = f"(SELECT *, {', '.join(f'{expression} AS {name}' for name, expression in step.items())} FROM {sql})"
    return sql


def _targets(export: Export) -> dict[str, str]:
    """SQL for each column of `line_items` but the run's own id."""
    fmt = export.format
    month = f"toStartOfMonth(toDate({fmt.targets['BillingPeriodStart']}))"
    month_end = f"ifNull(toDate({fmt.targets['BillingPeriodEnd']}), addMonths({month}, 1))"
    return {
        **fmt.targets,
        "source": f"transform({fmt.account}, {{accounts:Array(String)}}, {{sources:Array(String)}}, '')",
        "month": month,
        "ChargePeriodStartDate": f"toDate({fmt.targets['ChargePeriodStart']})",
        "x_Estimated": f"{fmt.targets['InvoiceId']} = '' AND {month_end} > {{open_since:Date}}",
    }


@contextmanager
def _explained(store: Store, part: _Part, as_of: date) -> Iterator[None]:
    """When the load was stopped by the file, say by which of its cells."""
    try:
        yield
    except StoreError as error:
        if error.code in _UNREADABLE_CODES:
            unusable.refuse(store, part.export.file.name, part.export.format, part.relation, as_of)
        raise


@contextmanager
def _named(export: Export) -> Iterator[None]:
    """A file that the engine can't read is the file's fault, and the user knows the file by name."""
    try:
        yield
    except StoreError as error:
        if error.code == _TOO_MANY_PARTITIONS:
            raise ImportRefused(
                f"{export.file.name} covers more than {writes.MAX_PARTITIONS:,} months of billing accounts.", "Import fewer at a time."
            ) from error
        if error.code not in _UNREADABLE_CODES:
            raise
        reason = error.message.split("DB::Exception: ")[-1].split(": (")[0].rstrip(": .")
        raise UnreadableFile(
            f"{export.file.name} can't be read to the end: {reason}.", "It looks cut off or damaged: download the export again."
        ) from error
