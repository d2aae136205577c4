"""What an import may do to months that are published: add to them, or replace them by something not much smaller."""

from collections.abc import Sequence
from decimal import Decimal

from core.errors import ImportRefused, WouldShrink
from core.models import MonthTotal, Partition
from core.runs import Run
from core.store import publish, queries, writes
from core.store.client import Store


def add_published_rows(store: Store, run: Run) -> None:
    """Take the published rows of the run's months into the run, so that its files become further parts of them.

    Raises ImportRefused where a month is published from another kind of export.
    """
    months = {(partition.source, partition.month) for partition in queries.partitions_of_run(store, run.run_id)}
    hashes = set(run.content_hash.split(","))
    for held in publish.snapshot(store).current:
        if (held.source, held.month) in months:
            writes.copy_line_items(store, held, run.run_id)
            hashes.update(queries.content_hash(store, held.run_id).split(","))
        elif any(held.month == month and publish.rivals(held.source, source) for source, month in months):
            raise ImportRefused(
                f"{held.month:%B %Y} is published from {held.source}, which is another kind of export.",
                "Import without --append to take this export's figures instead.",
            )
    run.content_hash = ",".join(sorted(filter(None, hashes)))


def refuse_to_shrink(store: Store, totals: Sequence[MonthTotal], percent: float) -> None:
    """Compare a run with what it would replace, for each currency. Raises WouldShrink.

    The billed sum counts, and the number of rows where it's the same kind of export.
    """
    keep = 1 - Decimal(str(percent)) / 100
    for held in publish.snapshot(store).current:
        source = _successor(held, totals)
        for old in queries.source_totals(store, held.run_id) if source else ():
            if (old.source, old.month) != (held.source, held.month):
                continue
            new = _same(totals, source, old)
            fewer_rows = source == held.source and new.line_count < old.line_count * keep
            if fewer_rows or (old.amount > 0 and new.amount < old.amount * keep):
                raise WouldShrink(
                    f"{old.month:%B %Y} of {source} would shrink from {old.amount:,.2f} {old.currency} in {old.line_count:,} rows "
                    f"to {new.amount:,.2f} in {new.line_count:,}, by more than {percent:g} %.",
                    "If the new export is complete, import it with --replace; if it's a further part, with --append.",
                )


def _successor(held: Partition, totals: Sequence[MonthTotal]) -> str:
    """The run's source that would take a published month's place, or ''."""
    sources = {total.source for total in totals if total.month == held.month}
    rivals = sorted(source for source in sources if publish.rivals(held.source, source))
    return held.source if held.source in sources else next(iter(rivals), "")


def _same(totals: Sequence[MonthTotal], source: str, old: MonthTotal) -> MonthTotal:
    for total in totals:
        if (total.source, total.month, total.currency) == (source, old.month, old.currency):
            return total
    return MonthTotal(source, old.month, old.currency, 0, Decimal(0))
