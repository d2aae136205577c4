"""Why the cost of a view changed from one period to another, by what drove it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from core.analysis import drivers
from core.analysis.beside import Against, beside
from core.analysis.drivers import Driver
from core.errors import AnalysisRefused
from core.models import COST_EXPLORER, Days, Filters, Partition, Snapshot, month_after
from core.store import changes, queries, series
from core.store.client import Store

_NUMBERS = ("cost_before", "cost_after", "quantity_before", "quantity_after")


@dataclass(frozen=True)
class Change:
    """The cost of a view in two periods, and the parts of the difference.

    `parts` has the columns of `core.analysis.drivers.MOVES`; their amounts add up to `difference` to the last digit. `sides` is the cost
    itself by service, account and region: before and after (Decimal). `per_day`: all of it is of an average day. `notes` say what
    couldn't be told apart and why; `unknown` counts charges without the cost type's amount, which are left out.
    """

    before: Days
    after: Days
    settled: date
    per_day: bool
    parts: pd.DataFrame
    sides: pd.DataFrame
    notes: tuple[str, ...]
    unknown: int

    @property
    def total_before(self) -> Decimal:
        """The cost of the earlier period."""
        return drivers.total(self.sides["before"])

    @property
    def total_after(self) -> Decimal:
        """The cost of the later period."""
        return drivers.total(self.sides["after"])

    @property
    def difference(self) -> Decimal:
        """By how much it grew; negative when it shrank."""
        return drivers.total((self.total_after, self.total_before.copy_negate()))

    @property
    def by_driver(self) -> dict[Driver, Decimal]:
        """What each driver comes to."""
        return drivers.by_driver(self.parts)

    def by(self, dimension: str) -> dict[str, dict[Driver, Decimal]]:
        """The same for each service, account or region."""
        return drivers.by_dimension(self.parts, dimension)

    def costs(self, dimension: str) -> dict[str, tuple[Decimal, Decimal]]:
        """The cost before and after of each service, account or region."""
        groups = self.sides.groupby(dimension)
        return {str(value): (drivers.total(group["before"]), drivers.total(group["after"])) for value, group in groups}


def periods(
    store: Store, snap: Snapshot, filters: Filters, settled_days: int, against: Against = Against.BEFORE, chosen: Days | None = None
) -> tuple[Days, Days]:
    """The days that are compared: the earlier ones, and those of the view that have settled. `chosen` are the days of Against.DAYS.

    Raises AnalysisRefused where no day of the view has settled, or the chosen days haven't.
    """
    settled = _settled(store, snap, settled_days)
    if settled < filters.start:
        raise AnalysisRefused(f"No day of {filters.start} to {filters.end} has settled yet.", f"Choose days up to {settled}.")
    after = Days(filters.start, min(filters.end, settled))
    before = chosen if chosen and against is Against.DAYS else beside(after, against)
    if before.first > before.last:
        raise AnalysisRefused(f"The days to compare with end before they begin: {before.text}.", "Swap the two; both are included.")
    if before.last > settled:
        raise AnalysisRefused(f"Not all days of {before.text} have settled yet.", f"Choose days up to {settled}.")
    return before, after


def change(
    store: Store,
    snap: Snapshot,
    filters: Filters,
    settled_days: int,
    against: Against = Against.BEFORE,
    chosen: Days | None = None,
    *,
    per_day: bool = False,
) -> Change:
    """The view's settled days beside others, with what drove the difference. Raises AnalysisRefused where one of the periods isn't known.

    Where one bill of several isn't known in a period, or Cost Explorer has one and an export the other, its usage isn't split.
    """
    before, after = periods(store, snap, filters, settled_days, against, chosen)
    _knows(snap, filters, before, after)
    rows = changes.rows(store, snap, filters, before, after)
    unlike = _unlike(store, snap, filters.currency, before, after)
    if unlike and set(rows["book"]) <= set(unlike):
        _refuse(unlike, set(rows["book"]) or set(unlike))
    rows, notes = _left_whole(rows, unlike)
    scaled = drivers.per_day(rows, before.count, after.count) if per_day else rows
    return Change(
        before,
        after,
        _settled(store, snap, settled_days),
        per_day,
        drivers.split(scaled),
        scaled.groupby(list(drivers.DIMENSIONS), as_index=False)[["before", "after"]].agg(drivers.total),
        (*notes, *_beside_cost_explorer(snap, filters, before, after)),
        int(rows["unknown"].sum()),
    )


def tidy(change: Change) -> pd.DataFrame:
    """Everything as one table, for exports: a row for each part of the difference, the largest first.

    Columns: driver, service, account_id, region, item, operation, amount, cost_before, cost_after, quantity_before, quantity_after, unit
    (money and quantities Decimal), before_first_day, before_last_day and per ("period" or "day"). `amount` adds up to the difference; costs
    and quantities are the line's, repeated with each of its parts.
    """
    parts = change.parts.rename(columns={"account": "account_id", "before": "cost_before", "after": "cost_after"})
    columns = ["driver", "service", "account_id", "region", "item", "operation", "amount", *_NUMBERS, "unit"]
    order = sorted(range(len(parts)), key=lambda place: -abs(parts["amount"].iloc[place]))
    found = parts[columns].iloc[order].reset_index(drop=True)
    plain = {name: pd.Series([Decimal(0) if value == 0 else value for value in found[name]], dtype=object) for name in _NUMBERS}
    found = found.assign(**plain)
    return found.assign(
        driver=[str(driver) for driver in found["driver"]],
        before_first_day=change.before.first.isoformat(),
        before_last_day=change.before.last.isoformat(),
        per="day" if change.per_day else "period",
    )


@dataclass(frozen=True)
class _Unlike:
    """Why a bill can't be compared line by line; `missing` are days of a period that it doesn't have."""

    why: str
    missing: Days | None = None


def _settled(store: Store, snap: Snapshot, settled_days: int) -> date:
    settled = series.settled(store, snap, settled_days)
    if settled is None:
        raise AnalysisRefused("There are no figures to compare.", "Import a bill or collect from AWS first.")
    return settled


def _knows(snap: Snapshot, filters: Filters, before: Days, after: Days) -> None:
    """Raise AnalysisRefused where the view is by what Cost Explorer doesn't know."""
    if changes.by_resource_or_tag(filters) and any(_touches(bill.month, period) for bill in _asked(snap) for period in (before, after)):
        raise AnalysisRefused(
            "Cost Explorer doesn't know resources and tags, and some of these days come from it.",
            "Lift that filter, or import an export of the same account and months.",
        )


def _unlike(store: Store, snap: Snapshot, currency: str, before: Days, after: Days) -> dict[str, _Unlike]:
    """The bills that can't be compared line by line, by provider and billing account."""
    found: dict[str, _Unlike] = {}
    spans = [span for span in queries.source_spans(store, snap) if span.currency == currency]
    for book in sorted({_book(span.source) for span in spans}):
        own = [span for span in spans if _book(span.source) == book]
        held = Days(min(span.first for span in own), max(span.last for span in own))
        bills = [bill for bill in snap.bills if _book(bill.source) == book]
        missing = next((period for period in (before, after) if not _covers({bill.month for bill in bills}, held, period)), None)
        kinds = {bill.kind for bill in bills if any(_touches(bill.month, period) for period in (before, after))}
        if missing:
            found[book] = _Unlike(f"doesn't have all days of {missing.text}", missing)
        elif len(kinds) > 1:
            found[book] = _Unlike("comes from different kinds of sources in the two periods, which name things differently")
    return found


def _refuse(unlike: dict[str, _Unlike], books: set[str]) -> None:
    """Raise AnalysisRefused where nothing of what would be compared is known in both periods."""
    missing = [unlike[book].missing for book in sorted(books)]
    if all(missing):
        days = missing[0]
        raise AnalysisRefused(
            f"Not all days of {days.text if days else ''} are known.", "Compare with other days, or import or collect more months."
        )


def _left_whole(rows: pd.DataFrame, unlike: dict[str, _Unlike]) -> tuple[pd.DataFrame, list[str]]:
    """The rows, those of such bills without what they could be split by, and a sentence for each such bill that has any."""
    held = rows["book"].isin(list(unlike))
    told = [f"The bill of {book} {unlike[book].why}: its usage isn't split." for book in sorted(set(rows.loc[held, "book"]))]
    return rows.assign(unit=rows["unit"].where(~held, ""), presence=rows["presence"].where(~held, "kept")), told


def _beside_cost_explorer(snap: Snapshot, filters: Filters, before: Days, after: Days) -> list[str]:
    if not any(_touches(bill.month, period) for bill in _asked(snap) for period in (before, after)):
        return []
    return [
        "Cost Explorer knows no resources and, by day, few quantities and nothing of what commitments cover. There new and gone are by "
        "account, region and service, fees and purchases of all kinds are one, and usage without a quantity isn't split."
    ]


def _asked(snap: Snapshot) -> Sequence[Partition]:
    return [bill for bill in snap.bills if bill.kind == COST_EXPLORER]


def _book(source: str) -> str:
    return source.split(":", 1)[1]


def _touches(month: date, period: Days) -> bool:
    return month <= period.last and month_after(month, 1) > period.first


def _covers(months: set[date], held: Days, period: Days) -> bool:
    every = {month_after(period.first + timedelta(day)) for day in range(period.count)}
    return held.first <= period.first and period.last <= held.last and every <= months
