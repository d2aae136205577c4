"""The organization's steady spend on demand, for which a Compute Savings Plan would pay."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from statistics import NormalDist
from typing import Any, NamedTuple

import pandas as pd

from core.analysis.forecast import forecast
from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, quantity
from core.checks.ec2_steady import Steady, running, steady
from core.commitments import Pool
from core.errors import AnalysisRefused
from core.pools import ORGANISATION, POOLS
from core.reckoning import CostLine, Reckoning

DAYS = Threshold("days", 30.0, "days", "Days since its launch after which an instance counts")
HORIZON = Threshold("horizon_days", 30.0, "days", "Days ahead that spend on demand is forecast")
QUANTILE = Threshold("quantile_percent", 10.0, "%", "The chance that a forecast day stays under the amount that is committed to")
STEADY = Threshold("steady_percent", 5.0, "%", "The share of days on which fewer instances may be on demand than are committed to")
DISCOUNT = Threshold("discount_percent", 27.0, "%", "Discount of the plan where AWS recommends none, assumed on 20 July 2026")
CONFIDENCE, ASSUMED_CONFIDENCE, UNMEASURED = 0.7, 0.6, 0.7
RECOMMENDED, ASSUMED = "AWS's recommendation", "assumed discount"
MILL = Decimal("0.001")
YEAR_SECONDS = 31_536_000
_OFFERING = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NORMAL = NormalDist()


class Covered(NamedTuple):
    """A pool's steady instances, what they cost on demand and what of it is forecast to stay, both USD an hour."""

    pool: str
    region: str
    steady: Sequence[Steady]
    hourly: Decimal
    low: Decimal

    @property
    def share(self) -> Decimal:
        """How much of the steady use is covered, a share of 1."""
        return min(Decimal(1), self.low / self.hourly)


class Discount(NamedTuple):
    """What the plan takes off, a share of 1, who says so, and the offering to buy, if known."""

    share: Decimal
    source: str
    offering: str
    said: Mapping[str, Any]


def find(resource: Resource, facts: Facts) -> Answer:
    """A commitment for what is on demand around the clock, as far as the lower bound of the forecast spend on demand carries it."""
    limits = facts.thresholds[CHECK.id]
    if not any(running(members, facts, limits[DAYS.name]) for members in resource.attributes.get(POOLS, {}).values()):
        return None
    if facts.pools is None:
        return NotMeasured("It isn't known what runs on demand: Cost Explorer didn't say.")
    covered = [one for one in _covered(resource, facts, limits) if one.low > 0]
    discount = _discount(facts, limits)
    hourly = sum((one.hourly * one.share for one in covered), Decimal(0))
    commitment = (hourly * (1 - discount.share)).quantize(MILL, ROUND_FLOOR)
    if commitment <= 0 or discount.share <= 0:
        return None
    return _finding(resource, facts, covered, discount, commitment)


def _covered(resource: Resource, facts: Facts, limits: Mapping[str, float]) -> Iterator[Covered]:
    """What runs on demand around the clock, by pool, as far as it has a price."""
    for name, members in resource.attributes.get(POOLS, {}).items():
        pool, region = (facts.pools or {}).get(name), name.split("/", 1)[0]
        if pool is None:
            continue
        some = [one for one in steady(pool, region, members, facts, limits[DAYS.name], limits[STEADY.name]) if one.price]
        hourly = sum((one.count * one.price.usd for one in some if one.price), Decimal(0))
        if hourly:
            yield Covered(name, region, some, hourly, _lower_hour(pool, limits))


def _lower_hour(pool: Pool, limits: Mapping[str, float]) -> Decimal:
    """USD an hour on demand that every forecast day of a pool stays above with the chance asked for; 0 where nothing can be forecast."""
    spend = tuple((day, float(pool.days.get(day, 0))) for day in pool.span)
    percent = min(max(limits[QUANTILE.name], 0.01), 50.0)
    lowest = _lowest(spend, int(limits[HORIZON.name]), percent)
    return max(Decimal(0), round(Decimal(lowest) / 24, 10))


@lru_cache(maxsize=1024)
def _lowest(spend: tuple[tuple[date, float], ...], horizon: int, percent: float) -> float:
    """USD that every forecast day stays above with the chance asked for; remembered, since thresholds are tried on the same days."""
    days, usd = zip(*spend, strict=True) if spend else ((), ())
    try:
        ahead = forecast(pd.Series(usd, index=pd.DatetimeIndex(pd.to_datetime(list(days))), dtype=float), horizon)
    except AnalysisRefused:
        return 0.0
    spread = (ahead["mean"] - ahead["lower80"]) / _NORMAL.inv_cdf(0.9)
    return float((ahead["mean"] + _NORMAL.inv_cdf(percent / 100) * spread).min())


def _discount(facts: Facts, limits: Mapping[str, float]) -> Discount:
    """The discount of the plan that AWS recommends, else the one that is assumed."""
    for said in facts.recommended.get("savings-plans", ()):
        try:
            percent = Decimal(str(said["EstimatedSavingsPercentage"]))
        except (ArithmeticError, KeyError):
            continue
        if 0 < percent < 100:
            return Discount(percent / 100, RECOMMENDED, str(said.get("OfferingId", "")), said)
    return Discount(Decimal(str(limits[DISCOUNT.name])) / 100, ASSUMED, "", {})


def _finding(resource: Resource, facts: Facts, covered: Sequence[Covered], discount: Discount, commitment: Decimal) -> Finding:
    limits = facts.thresholds[CHECK.id]
    lines = {one.pool: [_line(one, each) for each in one.steady] for one in covered}
    cost = Reckoning(tuple(line for some in lines.values() for line in some))
    after = Reckoning(tuple(_planned(line, discount, facts) for line in cost.lines))
    steadily, hourly = sum((one.hourly for one in covered), Decimal(0)), sum((one.hourly * one.share for one in covered), Decimal(0))
    unmeasured = sum(each.unmeasured for one in covered for each in one.steady)
    sure = CONFIDENCE if discount.source == RECOMMENDED else ASSUMED_CONFIDENCE
    return Finding(
        reason=(
            f"Organization {resource.resource_id} pays ${steadily:.3f} an hour on demand for instances that run around the clock, and "
            f"${hourly:.3f} of that is forecast to stay. A Compute Savings Plan of ${commitment:f} an hour for one year without upfront "
            f"would cover it, {quantity(float(discount.share * 100))} % cheaper ({discount.source}): ${cost.usd:.2f} a month would be "
            f"${after.usd:.2f} (on demand: {', '.join(sorted({line.price.source for line in cost.lines}))})."
        ),
        fix=_fix(discount, commitment),
        cost=cost,
        after=after,
        confidence=sure * cost.confidence * (UNMEASURED if unmeasured else 1.0),
        effort="low",
        risk="medium",
        evidence={
            "rule": f"pool by pool the lower bound, at {quantity(limits[QUANTILE.name])} %, of the spend on demand that is forecast for "
            f"{quantity(limits[HORIZON.name])} days, and no more than instances cost that run on demand around the clock",
            "window_days": max(len((facts.pools or {})[one.pool].span) for one in covered),
            "thresholds": dict(limits),
            "values": {
                "commitment_usd_an_hour": float(commitment),
                "steady_usd_an_hour": round(float(steadily), 4),
                "forecast_lower_usd_an_hour": round(float(hourly), 4),
                "discount_percent": float(discount.share * 100),
                **_said(discount),
            },
            "series": [_series(facts, covered, hourly)],
            "notes": _notes(discount, unmeasured),
        },
        base={pool: sum((line.usd for line in some), Decimal(0)) for pool, some in lines.items()},
    )


def _line(one: Covered, each: Steady) -> CostLine:
    if each.price is None:
        raise ValueError(f"{each.instance_type} has no price")
    return CostLine(f"{each.count} × {each.instance_type} on demand in {one.region}", each.hours * one.share, each.price)


def _planned(line: CostLine, discount: Discount, facts: Facts) -> CostLine:
    """The same hours under the plan."""
    price = replace(line.price, usd=line.price.usd * (1 - discount.share), source=discount.source, as_of=facts.as_of, sku="")
    return CostLine(line.label.replace(" on demand", " under the plan"), line.quantity, price)


def _series(facts: Facts, covered: Sequence[Covered], hourly: Decimal) -> dict[str, Any]:
    """What the pools cost on demand by day, and what is to be committed of it."""
    daily: dict[str, float] = {}
    for one in covered:
        pool = (facts.pools or {})[one.pool]
        for day in pool.span:
            daily[day.isoformat()] = round(daily.get(day.isoformat(), 0.0) + float(pool.days.get(day, 0)), 4)
    return {"metric": "EC2 on demand in these pools", "statistic": "Sum", "unit": "USD", "daily": daily, "threshold": float(hourly * 24)}


def _said(discount: Discount) -> dict[str, float]:
    """AWS's own figures beside ours."""
    names = {"HourlyCommitmentToPurchase": "aws_commitment_usd_an_hour", "EstimatedMonthlySavingsAmount": "aws_estimates_savings_usd"}
    found = {}
    for theirs, ours in names.items():
        try:
            found[ours] = round(float(discount.said[theirs]), 4)
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _fix(discount: Discount, commitment: Decimal) -> str:
    """The purchase where AWS names the offering, else a look at what is offered."""
    if _OFFERING.fullmatch(discount.offering):
        one = f"--savings-plan-offering-id {discount.offering} --commitment {commitment:f}"
        return f"aws savingsplans create-savings-plan {one} --region us-east-1"
    return f"aws savingsplans describe-savings-plans-offerings --plan-types Compute --durations {YEAR_SECONDS} --region us-east-1"


def _notes(discount: Discount, unmeasured: int) -> list[str]:
    notes = [
        "A Savings Plan is paid for a year, used or not. Within seven days of buying it can be returned if it is small enough.",
        "It covers EC2 in any region, and Fargate and Lambda besides; of these nothing is reckoned here.",
    ]
    if discount.source == ASSUMED:
        notes.append(
            "AWS recommends no plan, so its discount is assumed. Rates differ: see https://aws.amazon.com/savingsplans/compute-pricing/."
        )
    if unmeasured:
        notes.append(f"CloudWatch knows nothing of {unmeasured} of the instances; they count by their launch, with lower confidence.")
    return notes


CHECK = Check(
    id="savings_plan",
    title="Would a Compute Savings Plan pay for what runs on demand?",
    label="Compute Savings Plan to buy",
    type="savings_plans",
    service="EC2",
    resource_types=(ORGANISATION,),
    rule=(
        "Pool by pool the lower bound of the forecast hourly spend of EC2 on demand, and no more than the instances cost that run on "
        "demand around the clock, as ec2_reserved counts them."
    ),
    price="What is covered at the price on demand, times the discount that AWS recommends, else the assumed one, for 730 hours.",
    find=find,
    thresholds=(DAYS, HORIZON, QUANTILE, STEADY, DISCOUNT),
    remarks=(
        "Compute Savings Plans for one year without upfront, which cover any family, size, region and system.",
        "The Pricing API doesn't list their rates. Without AWS's recommendation the discount is assumed and confidence lower.",
        "A plan's discount differs by family, region and system; one share is taken for all of it.",
        "It excludes reservations of the same pools: the total takes what saves more.",
    ),
)
