"""One view's costs, read once and put into words: what the cost page shows in every one of its parts."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from app import charts, filters
from app import format as fmt
from app.layout import Page
from app.view import NONE
from core.models import COST_EXPLORER, DIMENSIONS, TAG_PREFIX, CostType, Filters, Grain
from core.store import queries


class Breakdown:
    """The view's figures, read once: a series by bucket and group, and the sums of this period and the one before."""

    def __init__(self, page: Page) -> None:
        view = page.view
        read = page.figures.read
        self.page, self.view, self.filters = page, view, view.filters
        self.currency = view.filters.currency
        both = read(queries.cost_series, view.filters, view.group, view.grain, view.compare)
        earlier = both["earlier"].astype(bool)
        self.series, self.series_before = both[~earlier], both[earlier]
        self.unknown = int(self.series["unknown"].sum()) if len(self.series) else 0
        self.totals = sums_by_group(self.series)
        self.total = sum(self.totals.values(), Decimal(0))
        self.before = sums_by_group(self.series_before)
        self.total_before = sum(self.before.values(), Decimal(0))
        self.top = charts.ranked(self.totals)
        self.labels = labels_of(page, view.group, [*self.totals, *self.before])
        self.colors = colors_of(page, view.group, self.totals)

    @property
    def rest(self) -> list[str]:
        """The groups inside "Other"."""
        return [group for group in self.totals if group not in self.top]

    def name(self, group: str) -> str:
        """How a group is written."""
        return self.labels.get(group, group)

    def headline(self) -> str:
        """The finding in words: how much, how it moved, and what explains it."""
        said = f"{fmt.period(self.filters.start, self.filters.end)} is {fmt.short(self.total, self.currency)}"
        if self.before and self.total != self.total_before:
            group, difference = self.movers()[0]
            moved = self.total - self.total_before
            percent = fmt.percent_change(self.total, self.total_before).lstrip("+" + fmt.MINUS)
            said += f", {percent} {'above' if moved > 0 else 'below'} {self.span()}"
            if difference * moved > 0 and abs(difference) <= abs(moved):
                said += f"; {self.name(group)} explains {float(difference / moved) * 100:.0f} % of it"
        elif len(self.totals) > 1 and self.total > 0:
            largest = max(self.totals, key=lambda group: self.totals[group])
            said += f"; {self.name(largest)} is {fmt.share(self.totals[largest], self.total)} of it"
        return said.replace("$", r"\$")

    def change_percent(self, group: str) -> float | None:
        """A group's change over the period before, or None where there was nothing before."""
        before = self.before.get(group, Decimal(0))
        return float((self.totals.get(group, Decimal(0)) - before) / abs(before) * 100) if before else None

    def earlier(self) -> "pd.Series[float] | None":
        """The sums of the period before, each at the bucket of this period that it stands beside."""
        if self.series_before.empty:
            return None
        sums = self.series_before.assign(cost=self.series_before["cost"].astype(float)).groupby("bucket")["cost"].sum()
        beside = dict(zip(buckets(self.filters.previous, self.view.grain), buckets(self.filters, self.view.grain), strict=False))
        return pd.Series({beside[bucket]: cost for bucket, cost in sums.items() if bucket in beside}).sort_index()

    def span(self) -> str:
        """What the period is compared with, in words."""
        previous = self.filters.previous
        if self.filters.start.day == 1:
            return fmt.period(previous.start, previous.end)
        return "the day before" if self.filters.days == 1 else f"the {self.filters.days} days before"

    def movers(self) -> list[tuple[str, Decimal]]:
        """Every group's change, the largest of either sign first."""
        groups = {*self.totals, *self.before}
        changes = {group: self.totals.get(group, Decimal(0)) - self.before.get(group, Decimal(0)) for group in groups}
        return sorted(changes.items(), key=lambda item: (-abs(item[1]), item[0]))


def labels_of(page: Page, group: str, values: Sequence[str]) -> dict[str, str]:
    """How values of a dimension are written: accounts by name, resources by the end of their id, nothing as "(none)".

    Cost Explorer tells most usage types by month only, so a day's charge without one may well have had one.
    """
    if group == "account":
        names = page.figures.read(queries.account_names)
        return {value: filters.account_label(names, value) for value in values}
    if group == "resource":
        return {value: re.split(r"[/:]", value.rstrip("/:"))[-1] or NONE for value in values}
    if group == "usage_type" and any(partition.kind == COST_EXPLORER for partition in page.figures.snapshot.bills):
        return {value: value or "(not known by day)" for value in values}
    return {value: value or NONE for value in values}


def colors_of(page: Page, group: str, totals: Mapping[str, Decimal]) -> dict[str, str]:
    """A colour for each value that lasts over pages and periods: by its rank over everything published.

    Resources are too many for that; theirs go by their rank in this view.
    """
    if group != "resource":
        span = page.known.coverage
        everything = Filters(span.first, span.last, page.view.filters.currency, CostType.UNBLENDED)
        totals = page.figures.read(queries.cost_by, everything, group)
    order = sorted(totals, key=lambda value: (-abs(totals[value]), value))
    return charts.palette_for(order, list(st.get_option("theme.chartCategoricalColors")))


def group_label(group: str) -> str:
    """How a grouping is written: a dimension, or a tag's key."""
    return f"Tag: {group.removeprefix(TAG_PREFIX)}" if group.startswith(TAG_PREFIX) else DIMENSIONS[group].label


def buckets(filters: Filters, grain: Grain) -> pd.DatetimeIndex:
    """The first days of all buckets of a period, with or without cost; weeks begin on Monday."""
    first = pd.Timestamp(filters.start)
    if grain is Grain.WEEK:
        first -= pd.Timedelta(days=int(first.day_of_week))
    if grain is Grain.MONTH:
        first = first.replace(day=1)
    return pd.date_range(first, filters.end, freq={Grain.DAY: "D", Grain.WEEK: "7D", Grain.MONTH: "MS"}[grain])


def sums_by_group(series: pd.DataFrame) -> dict[str, Decimal]:
    """Exact sums of a cost series; amounts that aren't known are left out."""
    sums: dict[str, Decimal] = {}
    for group, cost in zip(series["group"], series["cost"], strict=True):
        if cost is not None:
            sums[group] = sums.get(group, Decimal(0)) + cost
    return sums
