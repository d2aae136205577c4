"""Judging an inventory: every check asked of every resource, net of commitments, none counted twice, kept with the run."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from core import checks, commitments, reckoning
from core.checks.contract import TYPES, Answer, Check, Facts, Finding, NotMeasured, Resource, priority
from core.commitments import Claim
from core.models import NO_MONTH, OPPORTUNITIES, Partition
from core.prices import PriceList
from core.reckoning import Reckoning
from core.settings import Settings
from core.store import facts as known
from core.store import resources, writes
from core.store.client import Store

TITLE = "Opportunities"
METHOD, SUMMARY = "Spendscope", "checks"
SERIES_DAYS = 14
INSTANCE, VOLUME = "ec2:instance", "ec2:volume"

STUMBLES = (ArithmeticError, AttributeError, ImportError, LookupError, TypeError, ValueError)
"""What code raises over attributes that aren't as AWS documents them, or over a check that isn't as it should be."""


@dataclass(frozen=True)
class Verdict:
    """A finding on a resource, or why there is none; `usd` is what it saves a month, net of commitments."""

    check: Check
    resource: Resource
    answer: Finding | NotMeasured
    usd: Decimal = Decimal(0)
    confidence: float = 0.0
    commitments: str = ""
    counted: bool = False

    @property
    def id(self) -> str:
        """The same in every run."""
        return f"{self.check.id}:{self.resource.account_id}:{self.resource.region}:{self.resource.resource_id}"


@dataclass(frozen=True)
class Judged:
    """What came of it: where it is kept, unpublished, how much was found, and USD a month of what the total counts."""

    partition: Partition
    found: int
    not_measured: int
    monthly_savings: Decimal


def judge(store: Store, held: Partition, run_id: str, config: Settings, as_of: date) -> Judged:
    """Judge an inventory and keep what was found under a run, which has to publish it. Raises StoreError.

    `as_of` is the day of the collection that brought the inventory: later days have no data yet, and nothing would be measured.
    """
    facts = Facts(as_of, PriceList(known.prices(store)), checks.thresholds(config), known.instance_types(store))
    partition = Partition(source_of(held), NO_MONTH, run_id)
    verdicts, costs = [], []
    for resource in inventory(store, held, as_of):
        costs += list(_cost_row(resource, facts.prices))
        verdicts += list(_verdicts(resource, facts))
    verdicts = _netted(_counted(verdicts), known.coverage(store, run_id))
    return _keep(store, partition, as_of, verdicts, costs)


def source_of(held: Partition) -> str:
    """Where what was found in an inventory is kept."""
    return f"{OPPORTUNITIES}:{held.source.split(':', 1)[1]}"


def inventory(store: Store, held: Partition, as_of: date) -> Iterator[Resource]:
    """The resources that some check asks about, with their daily values of the window."""
    types = sorted({name for check in checks.discovered() for name in check.resource_types} | {INSTANCE, VOLUME})
    seen = resources.last_seen(store, held)
    for (account, region), rows in groupby(resources.listed(store, held, types), key=lambda row: (row["account_id"], row["region"])):
        series = resources.dated(store, account, region, as_of - timedelta(days=SERIES_DAYS), as_of - timedelta(days=1))
        for row in rows:
            ident = row["resource_id"]
            attributes = json.loads(row.pop("attributes") or "{}")
            yield Resource(**row, attributes=attributes, series=series.get(ident, {}), seen=seen.get(ident, {}))


def _verdicts(resource: Resource, facts: Facts) -> Iterator[Verdict]:
    for check in checks.discovered():
        if resource.resource_type in check.resource_types:
            answer = _asked(check, resource, facts)
            if answer is not None:
                yield Verdict(check, resource, answer)


def _asked(check: Check, resource: Resource, facts: Facts) -> Answer:
    """A check that stumbles over one resource says nothing of it and spoils nothing else."""
    try:
        return check.find(resource, facts)
    except STUMBLES as error:
        return NotMeasured(f"The check failed on it: {type(error).__name__}: {error}")


def _counted(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Mark the best finding of each resource: they exclude one another. Of equals the earlier type counts."""

    def worth(verdict: Verdict) -> tuple[Decimal, int]:
        return _gross(verdict), -TYPES.index(verdict.check.type)

    held = list(verdicts)
    best: dict[tuple[str, str, str], Verdict] = {}
    for verdict in held:
        if isinstance(verdict.answer, Finding):
            where = _where(verdict.resource)
            if where not in best or worth(verdict) > worth(best[where]):
                best[where] = verdict
    return [replace(verdict, counted=verdict is best.get(_where(verdict.resource))) for verdict in held]


def _where(resource: Resource) -> tuple[str, str, str]:
    return resource.account_id, resource.region, resource.resource_id


def _gross(verdict: Verdict) -> Decimal:
    """What it saves at on-demand prices: nothing where that isn't known, and never more than the resource costs."""
    finding = verdict.answer
    if not isinstance(finding, Finding) or finding.monthly_savings is None or finding.cost.usd is None:
        return Decimal(0)
    return max(Decimal(0), min(finding.monthly_savings, finding.cost.usd))


def _netted(verdicts: Sequence[Verdict], pools: Mapping[str, commitments.Pool]) -> list[Verdict]:
    """The savings net of commitments, the findings of a pool together. Only instances have commitments here."""
    claims = [
        Claim(
            commitments.pool_of(verdict.resource.region, str(verdict.resource.attributes.get("InstanceType"))),
            _gross(verdict),
            verdict.counted,
            verdict.id,
        )
        for verdict in verdicts
        if isinstance(verdict.answer, Finding) and verdict.resource.resource_type == INSTANCE and _gross(verdict)
    ]
    net = commitments.net(claims, pools)
    return [_worth(verdict, net.get(verdict.id)) for verdict in verdicts]


def _worth(verdict: Verdict, net: commitments.Net | None) -> Verdict:
    if not isinstance(verdict.answer, Finding):
        return verdict
    if net is None:
        return replace(verdict, usd=_gross(verdict), confidence=verdict.answer.confidence)
    return replace(verdict, usd=net.usd, confidence=verdict.answer.confidence * net.confidence, commitments=net.said)


def _keep(store: Store, partition: Partition, as_of: date, verdicts: Sequence[Verdict], costs: Iterable[Mapping[str, Any]]) -> Judged:
    own = {"run_id": partition.run_id, "source": partition.source, "month": partition.month}
    found = [verdict for verdict in verdicts if isinstance(verdict.answer, Finding)]
    lacking = [verdict for verdict in verdicts if isinstance(verdict.answer, NotMeasured)]
    writes.insert_rows(store, "optimization_opportunities", ({**own, **_opportunity(verdict, as_of)} for verdict in found))
    writes.insert_rows(
        store, "not_measured", ({**own, **_place(verdict), "reason": verdict.answer.reason, "as_of": as_of} for verdict in lacking)
    )
    writes.insert_rows(store, "resource_costs", ({**own, **cost} for cost in costs))
    writes.insert_rows(store, "analysis_results", ({**own, **row} for row in _summary(found, lacking, as_of)))
    return Judged(partition, len(found), len(lacking), _total(found))


def _total(found: Iterable[Verdict]) -> Decimal:
    return sum((verdict.usd for verdict in found if verdict.counted), Decimal(0))


def _place(verdict: Verdict) -> dict[str, Any]:
    resource = verdict.resource
    return {
        "check": verdict.check.id,
        "service": verdict.check.service,
        "account_id": resource.account_id,
        "account_name": resource.account_name,
        "region": resource.region,
        "resource_type": resource.resource_type,
        "resource_id": resource.resource_id,
        "resource_name": resource.name,
    }


def _opportunity(verdict: Verdict, as_of: date) -> dict[str, Any]:
    """A finding as a row of `optimization_opportunities`."""
    finding = verdict.answer
    if not isinstance(finding, Finding):
        raise TypeError("only a finding is an opportunity")
    return {
        **_place(verdict),
        "type": verdict.check.type,
        "monthly_savings": _money(verdict.usd),
        "monthly_cost": None if finding.cost.usd is None else _money(finding.cost.usd),
        "currency": "USD",
        "confidence": round(verdict.confidence, 4),
        "priority": priority(verdict.usd, verdict.confidence),
        "effort": finding.effort,
        "risk": finding.risk,
        "title": verdict.check.label,
        "reason": finding.reason,
        "fix": finding.fix,
        "evidence": json.dumps({**finding.evidence, "commitments": verdict.commitments}, default=str),
        "price": json.dumps({**finding.price, "monthly_savings_net": str(_money(verdict.usd))}),
        "counted": verdict.counted,
        "as_of": as_of,
        "id": verdict.id,
    }


def _money(usd: Decimal) -> Decimal:
    """To the ten decimals of a bill."""
    return round(usd, 10)


def _summary(found: Sequence[Verdict], lacking: Sequence[Verdict], as_of: date) -> Iterator[dict[str, Any]]:
    """What each check came to that day, and all of them: it stays when there is nothing to list."""
    for subject in ("total", *(check.id for check in checks.discovered())):
        mine, unmeasured = ([one for one in some if subject in ("total", one.check.id)] for some in (found, lacking))
        details = json.dumps({"found": len(mine), "not_measured": len(unmeasured)})
        row = {"kind": SUMMARY, "method": METHOD, "subject": subject, "as_of": as_of, "day": as_of, "last_day": as_of}
        yield {**row, "value": float(_total(mine)), "currency": "USD", "details": details}


def _cost_row(resource: Resource, prices: PriceList) -> Iterator[dict[str, Any]]:
    """What an instance or a volume costs a month, as a row of `resource_costs`; none where it isn't known."""
    try:
        cost = _cost(resource, prices)
    except STUMBLES:
        return
    if cost is not None and cost.usd is not None:
        place = {"account_id": resource.account_id, "region": resource.region}
        kind = {"resource_type": resource.resource_type, "resource_id": resource.resource_id}
        yield {**place, **kind, "monthly_cost": _money(cost.usd), "cost_basis": json.dumps(cost.as_json())}


def _cost(resource: Resource, prices: PriceList) -> Reckoning | None:
    if resource.resource_type == VOLUME:
        return reckoning.volume(prices, resource.region, resource.attributes)
    if resource.resource_type == INSTANCE:
        # A stopped instance has no hours; that is known, not missing.
        return reckoning.instance(prices, resource.region, resource.attributes) if resource.state == "running" else Reckoning()
    return None
