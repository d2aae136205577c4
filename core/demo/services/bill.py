"""The bill as Cost Explorer sees it: filtered, grouped, by day or by month.

Amounts stay whole numbers of 10^-10 USD until they are written, so that the groups of any request add up exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.demo.calls import Refused
from core.demo.model import PICODOLLAR, Organisation

DIMENSIONS = {
    "LINKED_ACCOUNT": "account",
    "REGION": "region",
    "SERVICE": "service",
    "USAGE_TYPE": "usage_type",
    "OPERATION": "operation",
    "RECORD_TYPE": "record_type",
    "INSTANCE_TYPE": "instance_type",
    "PURCHASE_TYPE": "purchase_type",
}
"""Cost Explorer's dimensions and the columns that hold them."""

_NONE = {
    "region": "NoRegion",
    "usage_type": "NoUsageType",
    "operation": "NoOperation",
    "instance_type": "NoInstanceType",
    "purchase_type": "NoPurchaseType",
}
"""What Cost Explorer calls the charges that have none of a dimension."""

AMOUNTS = ("unblended", "amortized", "net_unblended", "net_amortized")
METRICS = {
    "UnblendedCost": "unblended",
    "BlendedCost": "unblended",  # rates are only blended across accounts in bills from before 2022
    "AmortizedCost": "amortized",
    "NetUnblendedCost": "net_unblended",
    "NetAmortizedCost": "net_amortized",
    "UsageQuantity": "quantity",
}

Mask = npt.NDArray[np.bool_]
Grouping = tuple[str, str]
"""DIMENSION or TAG, and which."""


class Bill:
    """The charges, added up once to the columns that requests can ask for."""

    def __init__(self, organisation: Organisation) -> None:
        self.as_of = organisation.as_of
        self.management = organisation.management
        charges = organisation.charges
        self.tags = {name.removeprefix("tag_"): name for name in charges.columns if name.startswith("tag_")}
        keys = ["day", *DIMENSIONS.values(), *self.tags.values(), "unit"]
        lines = charges[[*keys, "quantity", *AMOUNTS]].copy()
        for name in keys[1:]:
            lines[name] = lines[name].astype("category")
        lines = lines.groupby(keys, observed=True, sort=False).sum().reset_index()
        for name, label in _NONE.items():
            lines[name] = lines[name].cat.rename_categories({"": label})
        self.lines = lines
        self.days: npt.NDArray[np.datetime64] = lines["day"].to_numpy().astype("datetime64[D]")

    def group(self, mask: Mask, start: date, end: date, granularity: str, grouping: Sequence[Grouping]) -> pd.DataFrame:
        """What each group costs in each period from `start` to before `end`.

        A row for each group with charges: `period` (days or months from the start), `key0` and so on for each grouping, the amounts,
        `quantity`, and `unit`, which is "N/A" where units mix; in the order of periods and keys.
        """
        mask = mask & self.between(start, end)
        lines, days = self.lines[mask], self.days[mask]
        first = np.datetime64(start, "D")
        periods = days - first if granularity == "DAILY" else days.astype("datetime64[M]") - first.astype("datetime64[M]")
        keys = {f"key{place}": self._keys(lines, kind, key) for place, (kind, key) in enumerate(grouping)}
        codes = lines["unit"].cat.codes
        table = lines[[*AMOUNTS, "quantity"]].assign(period=periods.astype(int), low=codes, high=codes, **keys)
        how = dict.fromkeys((*AMOUNTS, "quantity"), "sum") | {"low": "min", "high": "max"}
        summed = table.groupby(["period", *keys], observed=True, sort=True).agg(how).reset_index()
        units = self.lines["unit"].cat.categories.to_numpy()[summed["low"]]
        return summed.assign(unit=np.where((summed["low"] == summed["high"]) & (units != ""), units, "N/A"))

    def _keys(self, lines: pd.DataFrame, kind: str, key: str) -> pd.Series:
        """What the lines are called in a grouping: a tag's key is `key$value`, with no value where it isn't carried."""
        if kind == "DIMENSION":
            return lines[column_of(key)]
        column = self.column_of_tag(key)
        if column is None:
            return pd.Series(f"{key}$", index=lines.index)
        return lines[column].cat.rename_categories(lambda value: f"{key}${value}")

    def between(self, start: date, end: date) -> Mask:
        """The lines from `start` to before `end`."""
        return (self.days >= np.datetime64(start, "D")) & (self.days < np.datetime64(end, "D"))

    def seen_by(self, account: str) -> Mask:
        """The lines that an account may see: the management account all, a member its own."""
        return np.ones(len(self.lines), bool) if account == self.management else self._one_of("account", [account])

    def matching(self, expression: Mapping[str, Any] | None) -> Mask:
        """The lines that a Cost Explorer filter keeps."""
        if not expression:
            return np.ones(len(self.lines), bool)
        if len(expression) != 1:
            raise invalid("Expression objects can only have one root level field: And, Or, Not, Dimensions, Tags or CostCategories")
        kind, body = next(iter(expression.items()))
        match kind:
            case "And" | "Or":
                if len(body) < 2:
                    raise invalid(f"{kind} expression must have at least 2 operands")
                combine = np.logical_and if kind == "And" else np.logical_or
                return np.asarray(combine.reduce([self.matching(part) for part in body]))
            case "Not":
                return ~self.matching(body)
            case "Dimensions":
                return self._one_of(column_of(body.get("Key", "")), _values(body))
            case "Tags":
                return self._tagged(body)
        raise invalid(f"{kind} can't be filtered by: this organisation has none")

    def column_of_tag(self, key: str) -> str | None:
        """The column of a cost-allocation tag, None where nothing carries it."""
        return self.tags.get(key)

    def _tagged(self, body: Mapping[str, Any]) -> Mask:
        absent = "ABSENT" in body.get("MatchOptions", [])
        column = self.column_of_tag(body.get("Key", ""))
        wanted = [""] if absent else _values(body)
        if column is None:
            return np.full(len(self.lines), "" in wanted)
        return self._one_of(column, wanted)

    def _one_of(self, column: str, values: Iterable[str]) -> Mask:
        return np.asarray(self.lines[column].isin(list(values)))


def _values(body: Mapping[str, Any]) -> list[str]:
    if unknown := set(body.get("MatchOptions", [])) - {"EQUALS", "CASE_SENSITIVE", "ABSENT"}:
        raise invalid(f"MatchOptions {', '.join(sorted(unknown))} can't be used here")
    if not body.get("Values"):
        raise invalid("Values must not be empty")
    return list(body["Values"])


def column_of(dimension: str) -> str:
    """The column of one of Cost Explorer's dimensions."""
    if dimension not in DIMENSIONS:
        raise invalid(f"Dimension {dimension} is invalid or unknown to this organisation; it knows {', '.join(DIMENSIONS)}")
    return DIMENSIONS[dimension]


def invalid(why: str) -> Refused:
    """Cost Explorer's refusal of a request."""
    return Refused("ValidationException", why)


def money(amount: int) -> str:
    """An amount in 10^-10 USD as Cost Explorer writes it: up to ten decimals."""
    whole, rest = divmod(abs(amount), PICODOLLAR)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:010d}".rstrip("0").rstrip(".")


def periods(start: date, end: date, granularity: str) -> list[tuple[date, date]]:
    """Each day or month from `start` to before `end`, with the day after it; the first and last month may be parts."""
    found = []
    while start < end:
        after = start + timedelta(days=1) if granularity == "DAILY" else _next_month(start)
        found.append((start, min(after, end)))
        start = after
    return found


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_back(day: date, months: int) -> date:
    """The first day of the month `months` before that of `day`."""
    first = pd.Timestamp(day).replace(day=1) - pd.DateOffset(months=months)
    return date(first.year, first.month, 1)
