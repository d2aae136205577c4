"""What the savings summary says, in words and rows. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import pandas as pd

from app import format as fmt
from core.insight.waste import DIMENSIONS, Row, Summary
from core.store.savings import LeftOut

LABELS = {"service": "Service", "account": "Account", "region": "Region"}
UNKNOWN = "not known"
ON_PAPER = 12
"""How many rows of a table are printed one by one."""


def headline(found: Summary) -> str:
    """What can be saved, what share of the spend that is, and what most of it is."""
    totals = found.waste.totals
    if not totals.savings:
        return "Nothing to save that is known" if totals.found else "No savings found under these filters"
    said = f"{fmt.short(totals.savings)} a month ({fmt.short(totals.savings * 12)} a year) can be saved"
    if found.waste.percent is not None:
        said += f", {found.waste.percent:.1f} % of spend"
    return f"{said}; {_most(found)}" if found.steps else said


def _most(found: Summary) -> str:
    largest = max(found.steps, key=lambda step: step.savings)
    share = fmt.share(largest.savings, found.waste.totals.savings)
    part = "most of it" if largest.savings * 2 > found.waste.totals.savings else "the largest part"
    return f"{part} {_IN_A_SENTENCE.get(largest.type, largest.label)} ({share})"


_IN_A_SENTENCE = {
    "idle_resources": "idle resources",
    "rightsizing": "rightsizing",
    "storage_optimization": "storage",
    "commitments": "unused commitments",
}
"""How steps are written in a sentence whose labels aren't names."""


def rows(table: Sequence[Row], names: Callable[[str], str], checks: Mapping[str, str]) -> pd.DataFrame:
    """A table as it is shown: name, spend, saves, percent, found, largest, and its key."""
    return pd.DataFrame(
        {
            "name": [names(row.key) for row in table],
            "spend": [None if row.cost is None else float(row.cost) for row in table],
            "saves": [float(row.savings) for row in table],
            "percent": [None if row.percent is None else float(row.percent) for row in table],
            "found": [row.found for row in table],
            "largest": [checks.get(row.check, row.check) for row in table],
            "key": [row.key for row in table],
        },
        columns=["name", "spend", "saves", "percent", "found", "largest", "key"],
    )


def printed(table: Sequence[Row], names: Callable[[str], str], checks: Mapping[str, str], found: Summary) -> list[tuple[str, ...]]:
    """A table as it is printed: what saves most, the others together, and the sum."""
    with_savings = [row for row in table if row.found]
    shown = with_savings[:ON_PAPER]
    cells = [_cells(names(row.key), row.cost, row.savings, row.found, checks.get(row.check, row.check)) for row in shown]
    others = [row for row in table if row not in shown]
    if others:
        cost = None if found.waste.cost is None else sum((row.cost for row in others if row.cost is not None), Decimal(0))
        saved = sum((row.savings for row in others), Decimal(0))
        cells.append(_cells(fmt.count(len(others), "other"), cost, saved, sum(row.found for row in others), ""))
    whole = found.waste
    return [*cells, _cells("All", whole.cost, whole.totals.savings, whole.totals.counted, "")]


def _cells(name: str, cost: Decimal | None, saved: Decimal, found: int, largest: str) -> tuple[str, ...]:
    if cost is None:
        return name, UNKNOWN, fmt.exact(saved), UNKNOWN, f"{found:,}", largest
    return name, fmt.exact(cost), fmt.exact(saved), fmt.share(saved, max(cost, Decimal(0))), f"{found:,}", largest


def tidy(found: Summary, names: Mapping[str, Callable[[str], str]]) -> pd.DataFrame:
    """Everything as one table: the steps of the waterfall, then each service, account and region.

    Columns: part ("waterfall" or a dimension), key, name, spend_usd, savings_usd, share_percent, findings, largest_check; empty where
    it isn't known or doesn't apply. In the waterfall `savings_usd` of all steps adds up to that of each dimension.
    """
    whole = found.waste
    lines: list[tuple[object, ...]] = [("waterfall", "spend", "Spend, 30 days", whole.cost, None, None, None, "")]
    lines += [
        ("waterfall", step.type, step.label, None, step.savings, _share(step.savings, whole.cost), step.found, "") for step in found.steps
    ]
    lines.append(("waterfall", "left", "Left of it", whole.left, None, None, None, ""))
    for dimension in DIMENSIONS:
        lines += [
            (dimension, row.key, names[dimension](row.key), row.cost, row.savings, _share(row.savings, row.cost), row.found, row.check)
            for row in found.tables[dimension]
        ]
    columns = ["part", "key", "name", "spend_usd", "savings_usd", "share_percent", "findings", "largest_check"]
    return pd.DataFrame(lines, columns=columns, dtype=object)


def _share(part: Decimal, whole: Decimal | None) -> float | None:
    return round(float(100 * part / whole), 4) if whole and whole > 0 else None


def not_counted(aside: Mapping[str, LeftOut], unpriced: int, unmeasured: int, incomplete: int) -> list[tuple[str, str]]:
    """What the total leaves out, as the name of each thing and a sentence; nothing that isn't there."""
    beside = [aside[state] for state in ("open", "accepted") if state in aside]
    told = []
    for state, label in (("dismissed", "Dismissed"), ("done", "Done")):
        if state in aside:
            count, alone = aside[state].found, aside[state].alone
            told.append((label, f"{fmt.count(count, 'finding')} that would save {fmt.money(alone)} a month, each looked at alone."))
    if found := sum(one.found for one in beside):
        alone = sum((one.alone for one in beside), Decimal(0))
        told.append(
            (
                "Excluded by another",
                f"{fmt.count(found, 'finding')} on what a larger finding already saves: {fmt.money(alone)} more if added up.",
            )
        )
    if unpriced:
        told.append(("Without a price", f"{fmt.count(unpriced, 'finding')}: no price is known, and none is guessed."))
    if unmeasured:
        told.append(
            (
                "Not measured",
                f"{fmt.count(unmeasured, 'answer')} missing: a check had no data to judge a resource by. It isn't idle for that.",
            )
        )
    if incomplete:
        told.append(("Incomplete", f"{fmt.count(incomplete, 'part')} of the last collection: what those lack can't have been found."))
    return told


METHOD = (
    "Spend is what was billed (unblended) on the last 30 settled days, in USD, under the same account, service, region and provider.",
    "Savings are at the on-demand price of 730 hours a month, net of reservations and Savings Plans.",
    "The two differ by negotiated discounts, credits and what wasn't there all month: a share tells the size, and isn't a line of a bill.",
    "Of findings that exclude one another one is counted. Commitments come last: they are reckoned on what the other findings leave.",
    "A finding stands under its resource's own service, account and region; one about a commitment under the account that pays for it.",
    "What is dismissed or done is never counted. Where the spend of a row isn't in the bill it is not known, and not zero.",
)
