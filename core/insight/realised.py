"""What a finding that is done has really saved: what its resource cost a day before, and what it costs since, as billed.

Only a bill with single charges knows what one resource costs. Its usage counts, at effective cost, on settled days; the day itself on which
somebody said that it's done belongs to neither side. A day of the bill on which the resource has no charge is a day that cost nothing; one
that the bill doesn't have is unknown and left out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.models import Snapshot
from core.store import charges
from core.store.charges import ResourceDay
from core.store.client import Store

MOST_DAYS, LEAST_DAYS = 30, 7
"""How many days on either side are looked at, and how many it takes to say anything."""

DAYS_A_MONTH = Decimal(730) / 24

REPLACED = ("spot_migration",)
"""Types of findings whose fix puts another resource in the place of this one: what that one costs isn't told by this one's charges."""

COMMITTED = ("reserved_instances", "savings_plans", "commitments")
"""Types of findings about commitments, which pay for whatever they meet and not for one resource."""

# How an address ends in which a bill names a resource; of another type it's any last part.
_ENDS = {
    "ec2:instance": "instance/",
    "ce:rightsizing": "instance/",
    "ec2:volume": "volume/",
    "rds:db": ":db:",
    "lambda:function": ":function:",
    "s3:bucket": ":::",
}


@dataclass(frozen=True)
class Realised:
    """Amounts are a month's, 730 hours, in the bill's currency. `days_before` and `days_after` are how many days they rest on.

    `first` and `last` are the first day before and the last one after; `source` is the bill.
    """

    before_monthly: Decimal
    after_monthly: Decimal
    currency: str
    days_before: int
    days_after: int
    first: date
    last: date
    source: str

    @property
    def saving(self) -> Decimal:
        """The difference; negative where it costs more now."""
        return self.before_monthly - self.after_monthly


@dataclass(frozen=True)
class Refused:
    """Why nothing honest can be said, in a sentence."""

    reason: str


def realised(store: Store, snap: Snapshot, finding: Mapping[str, Any], done_at: datetime, settled_days: int) -> Realised | Refused:
    """What one finding saved that was done then (UTC); it is a row as `opportunities.page` and `past.listed` have them."""
    return each(store, snap, [(finding, done_at)], settled_days)[0]


def each(store: Store, snap: Snapshot, done: Sequence[tuple[Mapping[str, Any], datetime]], settled_days: int) -> list[Realised | Refused]:
    """The same of several, with one look at the bill."""
    asked = [(finding, when) for finding, when in done if _about_one(finding) is None]
    if not asked:
        return [Refused(_about_one(finding) or "") for finding, _ in done]
    reach = timedelta(days=MOST_DAYS)
    first, last = min(when for _, when in asked).date() - reach, max(when for _, when in asked).date() + reach
    found = charges.by_resource(store, snap, sorted({ident for finding, _ in asked for ident in _subjects(finding)}), first, last)
    days = charges.days(store, snap, first, last, settled_days)
    return [_one(finding, when.date(), found, days) for finding, when in done]


def _about_one(finding: Mapping[str, Any]) -> str | None:
    """Why a finding's resource has no charges of its own that would tell; None where it has."""
    if finding["resource_type"] not in _ENDS or finding["type"] in COMMITTED:
        return "It isn't about a single resource, so no charge is its own."
    if finding["type"] in REPLACED:
        return "Its fix puts another resource in the place of this one, whose charges don't tell what that one costs."
    return None


def _one(finding: Mapping[str, Any], done: date, found: Sequence[ResourceDay], days: Mapping[str, Sequence[date]]) -> Realised | Refused:
    if refused := _about_one(finding):
        return Refused(refused)
    if not any(days.values()):
        return Refused("No published bill has the charges of single resources on those days; Cost Explorer alone doesn't.")
    own = [row for row in found if _is_of(row, finding)]
    before_done = [row for row in own if row.day < done]
    if not before_done:
        return Refused(f"The bill has no charge of {finding['resource_id']} in the {MOST_DAYS} days before {done}.")
    if len({(row.source, row.currency) for row in own}) > 1:
        return Refused("Several bills, or several currencies, have charges of it; they are never added together.")
    source, currency = before_done[0].source, before_done[0].currency
    start = min(row.day for row in before_done)  # before it was there it cost nothing, which says nothing
    settled = days.get(source, ())
    before = [day for day in settled if start <= day < done and (done - day).days <= MOST_DAYS]
    after = [day for day in settled if 0 < (day - done).days <= MOST_DAYS]
    for side, known in (("before", before), ("after", after)):
        if len(known) < LEAST_DAYS:
            return Refused(f"{len(known)} of the days {side} {done} have settled and are in the bill; it takes {LEAST_DAYS}.")
    return Realised(_monthly(own, before), _monthly(own, after), currency, len(before), len(after), before[0], after[-1], source)


def _is_of(row: ResourceDay, finding: Mapping[str, Any]) -> bool:
    """Whether a charge is of what the finding saves on: by its id, or by an address that ends in it."""
    there = row.account_id == finding["account_id"] and row.region in ("", finding["region"])
    return there and any(row.resource_id == ident or row.resource_id.endswith(end + ident) for ident, end in _subjects(finding).items())


def _subjects(finding: Mapping[str, Any]) -> dict[str, str]:
    """The ids of what a finding saves on, with how an address ends before them: its resource, or others where it saves on those."""
    told = finding.get("evidence") or {}
    evidence = json.loads(told) if isinstance(told, str) else told
    if elsewhere := evidence.get("elsewhere"):
        return dict.fromkeys(map(str, elsewhere), "/")
    return {str(finding["resource_id"]): _ENDS[finding["resource_type"]]}


def _monthly(own: Sequence[ResourceDay], days: Sequence[date]) -> Decimal:
    """What a month costs at the mean of these days."""
    held = set(days)
    cost = sum((row.cost for row in own if row.day in held), Decimal(0))
    return round(cost / len(days) * DAYS_A_MONTH, 10)
