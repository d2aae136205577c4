"""Cells that can't be what they should be: the condition that stops a load, and the sentence that names the first found."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.collectors.billing.formats import ExportFormat, amount, moment
from core.collectors.billing.relation import Relation
from core.errors import BadValues
from core.store import queries
from core.store.client import Store

EARLIEST = date(2006, 1, 1)  # Nobody sold a cloud by the hour before.
LATEST_AHEAD = timedelta(days=400)  # An upfront fee may be billed for a year ahead.


@dataclass(frozen=True)
class Rule:
    """What must not be found in a column: SQL that is true for an unusable cell, and how that is said."""

    column: str
    condition: str
    what: str


def rules(fmt: ExportFormat) -> list[Rule]:
    """Every rule of a format, over a relation's columns; they refer to the parameters `earliest` and `latest`."""
    return [
        *(Rule(name, _no_amount(name, fmt.may_be_blank), "is no amount") for name in fmt.amounts),
        *(Rule(name, _no_amount(name, "true"), "is no number") for name in fmt.optional_amounts),
        *(Rule(name, condition, "isn't in the file, but is needed") for name, condition in fmt.needed.items()),
        *(Rule(name, _no_date(name), "is no date, or out of range") for name in fmt.dates),
        Rule(fmt.currency, f"NOT match({fmt.currency}, '^[A-Za-z]{{3}}$')", "is no ISO currency code"),
        Rule(fmt.account, f"{fmt.account} = ''", "is needed in every row"),
    ]


def limits(as_of: date) -> dict[str, Any]:
    """The parameters that the rules refer to."""
    return {"earliest": EARLIEST, "latest": as_of + LATEST_AHEAD}


def refuse(store: Store, name: str, fmt: ExportFormat, relation: Relation, as_of: date) -> None:
    """Read a file for what can't be used, and raise BadValues about it; `name` is the file's. Returns when all is well."""
    broken = rules(fmt)
    found = queries.unusable(store, relation.sql, {**relation.params, **limits(as_of)}, [(r.column, r.condition) for r in broken])
    for rule, (count, example) in zip(broken, found, strict=True):
        if not count:
            continue
        column = next(iter(fmt.columns.get(rule.column, ())), rule.column)
        between = f" ({EARLIEST:%Y-%m-%d} to {as_of + LATEST_AHEAD:%Y-%m-%d})" if rule.column in fmt.dates else ""
        shown = f"'{example[:60]}'" if example else "an empty cell"
        raise BadValues(
            f"{name}: {column} {rule.what}{between} in {count:,} row{'s' if count > 1 else ''}; the first found is {shown}.",
            "Mend or export the file again; nothing was imported.",
        )


def _no_amount(column: str, may_be_blank: str) -> str:
    return f"isNull({amount(column)}) AND NOT (trimBoth({column}) = '' AND {may_be_blank})"


def _no_date(column: str) -> str:
    when = f"ifNull(toDate32({moment(column)}), toDate32('1900-01-01'))"
    return f"NOT ({when} BETWEEN {{earliest:Date32}} AND {{latest:Date32}})"
