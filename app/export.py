"""CSV downloads: exactly what a view shows, under a name that says which view it is."""

import re
from collections.abc import Callable

import pandas as pd

from app.cached import Figures
from app.view import NONE
from core import exports
from core.models import CostType, Filters
from core.store import queries

_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")


def file_name(what: str, filters: Filters, extension: str = "csv") -> str:
    """`spendscope-costs_2026-08-01_2026-08-31_amortized_USD_service-EC2.csv`: the filters, short enough for any disk."""
    parts = [f"spendscope-{what}", filters.start.isoformat(), filters.end.isoformat(), filters.cost_type.value, filters.currency]
    for key, values in filters.selected.items():
        if values:
            parts.append(f"{_plain(key)}-{'+'.join(_plain(value or NONE) for value in values)}")
    return "_".join(parts)[:180].rstrip("_-+") + f".{extension}"


def cost_rows(figures: Figures, filters: Filters) -> Callable[[], bytes]:
    """The view's rows as CSV, made when the download starts."""

    def make() -> bytes:
        with queries.export_costs(figures.store, figures.snapshot, filters, figures.as_of, "csv") as source:
            return source.read()

    return make


def table(frame: pd.DataFrame, figures: Figures, filters: Filters) -> Callable[[], bytes]:
    """A table of a page as CSV, with the cost type, currency, as-of and data version as columns."""

    stamps = {
        "cost_type": filters.cost_type.value,
        "currency": filters.currency,
        "first_day": filters.start.isoformat(),
        "last_day": filters.end.isoformat(),
        "as_of": figures.as_of.isoformat(),
        "data_version": figures.snapshot.version,
    }
    return lambda: exports.written(frame, "csv", stamps)


def stamped(make: Callable[[], pd.DataFrame], figures: Figures) -> Callable[[], bytes]:
    """A table that is of no days and at on-demand prices, made when the download starts, as CSV with currency, as-of and data version."""
    stamps = {
        "cost_type": CostType.LIST.value,
        "currency": "USD",
        "as_of": figures.as_of.isoformat(),
        "data_version": figures.snapshot.version,
    }
    return lambda: exports.written(make(), "csv", stamps)


def _plain(text: str) -> str:
    return _UNSAFE.sub("-", text).strip("-")[:40]
