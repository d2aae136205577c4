"""What one request reads from: one store, one snapshot, one day taken for today; and the view of the costs that it asks for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request

from app.api.models.common import AppliedFilters, FigureSource, IncompleteSlice
from app.view import DEFAULT_DAYS, default_view
from app.workspace import Held, Workspace
from core.errors import SettingError
from core.models import CostType, Filters, Partition
from core.services import service
from core.store import ledger, queries, series


def _held(request: Request) -> Held:
    space: Workspace = request.app.state.space()
    store, snapshot = space.active()
    return Held(store, snapshot, space.config, request.app.state.today(), store is space.demo)


HeldNow = Annotated[Held, Depends(_held)]


def provenance(held: Held) -> dict[str, Any]:
    """What every answer says of where its figures come from: the fields of `Provenance`."""
    runs = {partition.run_id for partition in held.snapshot.current}
    newest = max((entry for entry in queries.ledger(held.store) if entry.run_id in runs), key=lambda entry: entry.started_at, default=None)
    return {
        "data_version": held.snapshot.version,
        "demo": held.is_demo,
        "as_of": newest and newest.as_of,
        "settled": series.settled(held.store, held.snapshot, held.settled_days),
        "run": newest and newest.run_id,
        "sources": list(_sources(held.snapshot.bills)),
        "incomplete": [
            IncompleteSlice(collector=part.collector, account_id=part.account_id, region=part.region, reason=part.reason)
            for part in ledger.incomplete(held.store, held.snapshot)
        ],
    }


def _sources(bills: Sequence[Partition]) -> Iterator[FigureSource]:
    for source, run in dict.fromkeys((bill.source, bill.run_id) for bill in bills):
        months = [bill.month for bill in bills if (bill.source, bill.run_id) == (source, run)]
        yield FigureSource(source=source, run=run, first_month=min(months), last_month=max(months))


def view(
    held: Held, start: date | None, end: date | None, currency: str | None, cost_type: str, selected: Mapping[str, Sequence[str]]
) -> Filters | None:
    """The view that a request asks for: by default the last 30 days with figures, as pages have it. None where there are no figures.

    Services may be named as AWS names them. Raises SettingError for a period or currency that can't be had.
    """
    if start and end and start > end:
        raise SettingError(f"The period ends before it begins: {start} to {end}.", "Swap the two days; both are included.")
    span = queries.coverage(held.store, held.snapshot)
    if span is None:
        return None
    base = default_view(span).filters
    last = end or (span.last if start is None or start <= span.last else start)
    first = start or (base.start if end is None else end - timedelta(days=DEFAULT_DAYS - 1))
    if currency is not None and currency not in span.currencies:
        raise SettingError(f"There are no costs in {currency}.", f"There are some in {', '.join(span.currencies)}.")
    chosen = {key: tuple(dict.fromkeys(values)) for key, values in selected.items() if values}
    if "service" in chosen:
        chosen["service"] = tuple(dict.fromkeys(service(name).label for name in chosen["service"]))
    return replace(base, start=first, end=last, currency=currency or base.currency, cost_type=CostType(cost_type), selected=chosen)


def applied(filters: Filters | None, cost_type: str) -> AppliedFilters:
    """A view as answers say it."""
    if filters is None:
        return AppliedFilters(start_date=None, end_date=None, currency=None, cost_type=cost_type, selected={})
    selected = {key: list(values) for key, values in filters.selected.items()}
    return AppliedFilters(
        start_date=filters.start, end_date=filters.end, currency=filters.currency, cost_type=filters.cost_type, selected=selected
    )
