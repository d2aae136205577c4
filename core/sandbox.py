"""Trying other thresholds on what is held, without keeping anything: what would be found, and what it would come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core import judge, verdicts
from core.analyze import collected_on
from core.checks.contract import Facts, Resource
from core.models import Snapshot
from core.settings import Settings
from core.store import events, resources
from core.store.client import Store

Limits = Mapping[str, Mapping[str, float]]
"""Thresholds by check and name."""


@dataclass(frozen=True)
class TrialRow:
    """A finding under the thresholds that are tried; `monthly_savings` is USD, net of commitments."""

    id: str
    check: str
    title: str
    resource_id: str
    resource_name: str
    account_id: str
    region: str
    monthly_savings: Decimal
    counted: bool


@dataclass(frozen=True)
class Trial:
    """What thresholds come to: findings and USD a month, by check (found, counted USD) and in all; `rows` by saving, the largest first."""

    found: int
    savings: Decimal
    by_check: Mapping[str, tuple[int, Decimal]]
    rows: tuple[TrialRow, ...]
    not_measured: int


@dataclass(frozen=True)
class Bench:
    """An inventory and what is known of it, read once. `limits` are the thresholds in force."""

    inventory: Sequence[Resource]
    facts: Facts
    payer: str
    set_aside: frozenset[str]

    @property
    def limits(self) -> Limits:
        """The thresholds in force, by check and name."""
        return self.facts.thresholds

    def trial(self, limits: Limits) -> Trial:
        """What would be found with these thresholds in place of those in force; those that aren't named stay. Nothing is kept."""
        tried = {check: {**held, **limits.get(check, {})} for check, held in self.limits.items()}
        judgement = verdicts.judged(self.inventory, replace(self.facts, thresholds=tried), self.payer, self.set_aside)
        rows = tuple(sorted((_row(verdict) for verdict in judgement.found), key=lambda row: (-row.monthly_savings, row.id)))
        by_check = {
            check: (sum(row.check == check for row in rows), sum((row.monthly_savings for row in rows if _counts(row, check)), Decimal(0)))
            for check in tried
        }
        return Trial(len(rows), judgement.savings, by_check, rows, len(judgement.lacking))


def bench(store: Store, snap: Snapshot, config: Settings, as_of: date) -> Bench | None:
    """The published inventory to try thresholds on; None before the first collection. `as_of` is the day taken for today."""
    held = next((partition for partition in snap.current if partition == resources.inventory(store)), None)
    if held is None:
        return None
    day = collected_on(store, held, as_of)
    judged = next((partition for partition in snap.current if partition.source == judge.source_of(held)), held)
    facts = judge.facts_of(store, judged.run_id, config, day)
    return Bench(judge.inventory(store, held, day), facts, judge.payer_of(held), events.set_aside(store, as_of))


def _counts(row: TrialRow, check: str) -> bool:
    return row.counted and row.check == check


def _row(verdict: verdicts.Verdict) -> TrialRow:
    resource = verdict.resource
    return TrialRow(
        verdict.id,
        verdict.check.id,
        verdict.check.label,
        resource.resource_id,
        resource.name,
        resource.account_id,
        resource.region,
        verdict.usd,
        verdict.counted,
    )
