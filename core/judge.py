"""Judging an inventory: what is known is read, every check asked, and what was found kept with the run."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from core import checks, lifecycle, verdicts
from core.checks.contract import Facts, Finding, NotMeasured, Resource, priority
from core.models import NO_MONTH, OPPORTUNITIES, Partition
from core.prices import PriceList
from core.reckoning import Reckoning
from core.settings import Settings
from core.store import events, opportunities, publish, resources, writes
from core.store import facts as known
from core.store.client import Store
from core.verdicts import Judgement, Verdict

TITLE = "Opportunities"
METHOD, SUMMARY = "Spendscope", "checks"
SERIES_DAYS = 14


@dataclass(frozen=True)
class Judged:
    """What came of it: where it is kept, unpublished, how much was found, and USD a month of what the total counts."""

    partition: Partition
    found: int
    not_measured: int
    monthly_savings: Decimal


def judge(store: Store, held: Partition, run_id: str, config: Settings, as_of: date, today: date | None = None) -> Judged:
    """Judge an inventory and keep what was found under a run, which has to publish it. Raises StoreError.

    `as_of` is the day of the collection that brought the inventory: later days have no data yet, and nothing would be measured.
    `today`, where it is another, is the day that says which dismissals still hold.
    """
    facts = facts_of(store, run_id, config, as_of)
    judgement = verdicts.judged(inventory(store, held, as_of), facts, payer_of(held), events.set_aside(store, today or as_of))
    return _keep(store, Partition(source_of(held), NO_MONTH, run_id), as_of, judgement)


def facts_of(store: Store, run_id: str, config: Settings, as_of: date) -> Facts:
    """What checks know beside the inventory: prices, types, thresholds in force, and what this run or the last knew of commitments."""
    limits = checks.thresholds(config, events.saved_thresholds(store))
    return Facts(
        as_of,
        PriceList(known.prices(store)),
        limits,
        known.instance_types(store),
        pools=known.coverage(store, run_id),
        utilisation=known.utilisation(store, run_id),
        recommended=known.recommended(store, run_id),
    )


def source_of(held: Partition) -> str:
    """Where what was found in an inventory is kept."""
    return f"{OPPORTUNITIES}:{held.source.split(':', 1)[1]}"


def before(store: Store, partition: Partition) -> Partition | None:
    """What is published of the same source; None the first time."""
    return next((held for held in publish.snapshot(store).current if held.source == partition.source), None)


def close_gone(store: Store, earlier: Partition | None, now: Partition, at: datetime) -> None:
    """After publishing: close the findings that went away by themselves; what merely couldn't be judged this time hasn't."""
    if earlier:
        found, lacking = opportunities.published(store, now).keys(), opportunities.unmeasured_ids(store, now)
        lifecycle.close_gone(store, opportunities.published(store, earlier), found, lacking, at)


def payer_of(held: Partition) -> str:
    """The billing account of an inventory."""
    return held.source.rsplit(":", 1)[1]


def inventory(store: Store, held: Partition, as_of: date) -> list[Resource]:
    """Everything that was collected, with its daily values of the window."""
    seen = resources.last_seen(store, held)
    found = []
    for (account, region), rows in groupby(resources.listed(store, held), key=lambda row: (row["account_id"], row["region"])):
        series = resources.dated(store, account, region, as_of - timedelta(days=SERIES_DAYS), as_of - timedelta(days=1))
        for row in rows:
            ident = row["resource_id"]
            attributes = json.loads(row.pop("attributes") or "{}")
            found.append(Resource(**row, attributes=attributes, series=series.get(ident, {}), seen=seen.get(ident, {})))
    return found


def _keep(store: Store, partition: Partition, as_of: date, judgement: Judgement) -> Judged:
    own = {"run_id": partition.run_id, "source": partition.source, "month": partition.month}
    found, lacking = judgement.found, judgement.lacking
    writes.insert_rows(store, "optimization_opportunities", ({**own, **_opportunity(verdict, as_of)} for verdict in found))
    reasons = ((verdict, verdict.answer.reason) for verdict in lacking if isinstance(verdict.answer, NotMeasured))
    writes.insert_rows(store, "not_measured", ({**own, **_place(verdict), "reason": reason, "as_of": as_of} for verdict, reason in reasons))
    writes.insert_rows(store, "resource_costs", ({**own, **row} for row in _costs(judgement.costs)))
    writes.insert_rows(store, "analysis_results", ({**own, **row} for row in _summary(found, lacking, as_of)))
    return Judged(partition, len(found), len(lacking), judgement.savings)


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
    alone: dict[str, Any] = {"alone": str(_money(verdict.alone)), "commitments": verdict.commitments}
    if finding.elsewhere:
        alone["elsewhere"] = {ident: str(_money(usd)) for ident, usd in finding.elsewhere.items()}
    return {
        **_place(verdict),
        "type": verdict.check.type,
        "monthly_savings": _money(verdict.usd),
        "monthly_cost": None if verdict.cost is None else _money(verdict.cost),
        "currency": "USD",
        "confidence": round(verdict.confidence, 4),
        "priority": priority(verdict.usd, verdict.confidence),
        "effort": finding.effort,
        "risk": finding.risk,
        "title": verdict.check.label,
        "reason": finding.reason,
        "fix": finding.fix,
        "evidence": json.dumps({**finding.evidence, **alone}, default=str),
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
        yield {**row, "value": float(verdicts.total(mine)), "currency": "USD", "details": details}


def _costs(costs: Iterable[tuple[Resource, Reckoning]]) -> Iterator[dict[str, Any]]:
    """What each resource costs a month, as rows of `resource_costs`; none where it isn't known."""
    for resource, cost in costs:
        if cost.usd is not None:
            place = {"account_id": resource.account_id, "region": resource.region}
            kind = {"resource_type": resource.resource_type, "resource_id": resource.resource_id}
            yield {**place, **kind, "monthly_cost": _money(cost.usd), "cost_basis": json.dumps(cost.as_json())}
