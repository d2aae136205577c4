"""Databases that run all the time and are paid for by the hour on demand."""

import shlex
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.checks.contract import Answer, Check, Facts, Finding, NotMeasured, Resource, Threshold, figure, quantity
from core.checks.rds_cover import Cover, cover_of
from core.checks.rds_metrics import CONNECTIONS, CPU, DATABASE, age_in_days, described, is_running, with_rest
from core.checks.windows import WINDOW_DAYS, Window, window
from core.prices import API
from core.reckoning import CostLine, Reckoning, rds

DAYS = Threshold("days", 30.0, "days", "Days of running after which a reservation can pay")

YEAR_SECONDS = "31536000"
STEADY, UNMEASURED = 0.85, 0.7
"""Confidence where CloudWatch has data of every day, and where it has none at all."""

# What DescribeReservedDBInstancesOfferings calls an engine where it isn't as DescribeDBInstances does, and what it adds for the licence.
_ENGINES = {"postgres": "postgresql"}
_LICENSED = {rds.INCLUDED: "(li)", rds.BROUGHT: "(byol)", rds.FREE: ""}


def find(resource: Resource, facts: Facts) -> Answer:
    """On demand, running for longer than the threshold and without a gap, and a reservation for a year costs less."""
    if not is_running(resource) or rds.hours_key(resource.attributes) is None:
        return None
    least, age = facts.thresholds[CHECK.id][DAYS.name], age_in_days(resource, facts)
    if age is None:
        return NotMeasured("AWS doesn't say when it was created.")
    if age <= least or _stopped_within(resource, facts, least):
        return None
    cover = cover_of(resource, facts)
    if not cover.on_demand:
        return None
    held = max(window(resource, CPU, facts), window(resource, CONNECTIONS, facts), key=lambda each: len(each.values))
    if held.values and not held.is_whole:
        days = f"{len(held.values)} of the last {WINDOW_DAYS} days"
        return NotMeasured(f"CloudWatch has data of it on {days} only, so it isn't known whether it runs all the time.")
    now = rds.compute(facts.prices, resource.region, resource.attributes)
    year = rds.compute(facts.prices, resource.region, resource.attributes, reserved=True)
    if not _pays(now, year):
        return None
    return _finding(resource, facts, now, _mixed(now, year, cover.on_demand), cover, held)


def _stopped_within(resource: Resource, facts: Facts, days: float) -> bool:
    """Whether an inventory that is kept saw it stopped within so many days."""
    seen = resource.seen.get("stopped")
    if seen is None:
        return False
    return facts.now - (seen if seen.tzinfo else seen.replace(tzinfo=facts.now.tzinfo)) <= timedelta(days=days)


def _pays(now: Reckoning, year: Reckoning) -> bool:
    """Whether a reservation costs less. Where AWS gave the price on demand and none reserved, there is no such reservation."""
    if now.usd is None:
        return True
    if year.usd is None:
        return any(line.price.source != API for line in now.lines)
    return year.usd < now.usd


def _mixed(now: Reckoning, year: Reckoning, share: float) -> Reckoning:
    """A month of which so large a share is on demand now and would be reserved."""
    if share == 1 or now.lacking or year.lacking:
        return year
    part = Decimal(str(figure(share)))
    return Reckoning((*(_times(line, part) for line in year.lines), *(_times(line, 1 - part) for line in now.lines)))


def _times(line: CostLine, part: Decimal) -> CostLine:
    return replace(line, quantity=line.quantity * part)


def _finding(resource: Resource, facts: Facts, now: Reckoning, then: Reckoning, cover: Cover, held: Window) -> Finding:
    limits = facts.thresholds[CHECK.id]
    age = age_in_days(resource, facts) or 0.0
    space = rds.storage(facts.prices, resource.region, resource.attributes)
    known = min(now.confidence, then.confidence) * cover.confidence
    return Finding(
        reason=(
            f"{described(resource)} runs on demand, for {quantity(age)} days since it was created. Now: {now.in_words()}. "
            f"Reserved for a year without upfront: {then.in_words()}."
        ),
        fix=_fix(resource),
        cost=with_rest(now, space),
        after=with_rest(then, space),
        confidence=(STEADY if held.values else UNMEASURED) * known,
        effort="low",
        risk="medium",
        evidence={
            "rule": f"on demand, running for more than {quantity(limits[DAYS.name])} days, with data on every day or on none",
            "window_days": WINDOW_DAYS,
            "thresholds": dict(limits),
            "values": {"days": age, "on_demand_share": figure(cover.on_demand)},
            "series": _series(resource, facts),
            "notes": _notes(cover, held),
        },
        base={"": Decimal(0) if now.usd is None else now.usd * Decimal(str(figure(cover.on_demand)))},
    )


def _series(resource: Resource, facts: Facts) -> list[dict[str, Any]]:
    asked = ((CPU, "Percent"), (CONNECTIONS, "Count"))
    known = [(window(resource, metric, facts), metric, unit) for metric, unit in asked]
    return [held.as_json(*metric, unit) for held, metric, unit in known if held.values]


def _notes(cover: Cover, held: Window) -> list[str]:
    notes = [cover.said, "A reservation is paid for all year, whatever becomes of the database; it can't be cancelled or sold."]
    if not held.values:
        notes.append("CloudWatch has no data of it, so it is only known to run now and to have been created long ago.")
    return notes


def _fix(resource: Resource) -> str:
    """The offers to choose from: each has an id of its own to buy by."""
    said, sold = resource.attributes, rds.sold_as(resource.attributes)
    licence = _LICENSED[sold.licence] if sold else ""
    zones = "--multi-az" if rds.has_two_zones(said) and not rds.is_aurora(said) else "--no-multi-az"
    engine = rds.engine_of(said)
    product = f"{_ENGINES.get(engine, engine)}{licence}"
    wanted = ["--db-instance-class", str(said.get("DBInstanceClass")), "--product-description", product]
    terms = ["--duration", YEAR_SECONDS, "--offering-type", "No Upfront", zones, "--region", resource.region]
    return shlex.join(["aws", "rds", "describe-reserved-db-instances-offerings", *wanted, *terms])


CHECK = Check(
    id="rds_reserved",
    title="Are there databases that run all year on demand?",
    label="Database to reserve",
    type="reserved_instances",
    service="RDS",
    resource_types=(DATABASE,),
    rule=(
        "It was created more days ago than the threshold, runs, is covered by no reservation, and has data on every one of the last 14 "
        "days or on none."
    ),
    price="The hour of its class, engine, licence and deployment on demand less that of a year's reservation without upfront, 730 times.",
    find=find,
    thresholds=(DAYS,),
    remarks=(
        "Some days with data and some without: not measured, since it may have been stopped. Seen stopped within the threshold: left "
        "alone.",
        "Cost Explorer says how many hours of each class were on demand in the last settled week. Where that is some of the databases of "
        "a class only, the accounts' own reservations say whose are covered, or else each counts with the share that is on demand; "
        "confidence is times 0.8 then, as it is where nothing is known of what is covered.",
        "A reservation of MySQL, MariaDB, PostgreSQL or Aurora fits every size of its family. "
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithReservedDBInstances.html",
        "Where AWS names a price on demand and none reserved there is no such reservation, and nothing is found.",
    ),
)
