"""The bill: every charge line of every day, as Cost Explorer would add it up.

What a line is worth in each cost type follows its record type, as in docs/methods.md for the Cost and Usage Report. The enterprise discount
takes its share of what AWS itself sells; it is in the net figures only. Credits, refunds, tax, support and Marketplace aren't discounted.
The newest two days have only partly arrived. Settled days stay as they were while `as_of` moves on within its month.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.demo import events as happenings
from core.demo import noise, prices
from core.demo.book import Book, Ints, Label, pico, rounded
from core.demo.commitments import committed, rate
from core.demo.fleets import ACCOUNTS, FEES, FLOWS, OFFICE_HOURS, PLANS, REGIONS, RHYTHMS, Fee, Plan
from core.demo.model import PICODOLLAR, PlantedAnomaly
from core.demo.noise import Floats
from core.demo.parts import Line, Part, months_after
from core.demo.world import World

ARRIVED_HOURS = (19, 8)
"""Of the day before yesterday and of yesterday, when `as_of` begins; other amounts arrive in these shares."""
ARRIVED_SHARES = (0.8, 0.35)
_OFFICE_OPENS = 8
_DAYS_A_MONTH = 30.4
_PLAN_SERVICE = "Savings Plans for AWS Compute usage"
_RESERVED = "Standard Reserved Instances"
_ON_DEMAND = "On Demand Instances"
_COMMITMENT_KINDS = ("savingsplans:plan", "ec2:reserved-instances", "rds:reserved")


class _Calendar:
    """The bill's days as arrays."""

    def __init__(self, as_of: date, first: date) -> None:
        self.as_of, self.first = as_of, first
        self.count = (as_of - first).days
        self.numbers = np.arange(self.count)
        self.absolute = self.numbers + (first - date(1970, 1, 1)).days
        self.weekday = (self.numbers + first.weekday()) % 7
        dates = [first + timedelta(days=int(n)) for n in self.numbers]
        self.month_days = np.array([(months_after(day, 1) - day.replace(day=1)).days for day in dates], np.float64)
        self.months = (self.numbers - (as_of.replace(day=1) - first).days) / _DAYS_A_MONTH
        self.hours = np.full(self.count, 24)
        self.shares = np.ones(self.count)
        self.hours[-2:], self.shares[-2:] = ARRIVED_HOURS, ARRIVED_SHARES

    def number(self, day: date) -> int:
        """Which day of the bill it is."""
        return (day - self.first).days


def charges(parts: Sequence[Part], world: World) -> tuple[pd.DataFrame, tuple[PlantedAnomaly, ...]]:
    """Every charge line up to the day before `as_of`, and the changes that were planted in them."""
    calendar = _Calendar(world.as_of, world.first)
    events = happenings.events(world)
    lines = [line for part in parts for line in part.lines] + _flows() + happenings.extra_lines(world)
    used, factors = _quantities(lines, calendar, events, world.seed)
    book = Book()
    costs = _usage(book, lines, used, calendar)
    arns = {part.resource.name: part.resource.arn for part in parts if part.resource.kind in _COMMITMENT_KINDS}
    _commitments(book, lines, used, calendar, arns)
    _fees(book, calendar)
    return book.frame(world.first), _anomalies(events, lines, costs, factors, calendar)


def _flows() -> list[Line]:
    lines = []
    for flow in FLOWS:
        place = REGIONS.get(flow.region)
        tags = {key: value for key, value in (("team", flow.team), ("env", flow.env)) if value}
        price = prices.regional(flow.price, flow.region) if place else flow.price
        usage = (place.prefix if place else "") + flow.usage_type
        owner = ACCOUNTS[flow.account].id
        kind = flow.usage_type.partition(":")[2] if flow.service in _NODES else ""
        lines.append(
            Line(
                owner,
                flow.region,
                flow.service,
                usage,
                flow.operation,
                flow.unit,
                price,
                flow.quantity,
                "",
                kind,
                tags,
                flow.rhythm,
                event=flow.event,
            )
        )
    return lines


_NODES = ("Amazon ElastiCache", "Amazon OpenSearch Service", "Amazon Redshift")


def _quantities(lines: Sequence[Line], calendar: _Calendar, events: Sequence[happenings.Event], seed: int) -> tuple[Floats, Floats]:
    """What each line uses on each day, and by which factor an event changed it."""
    hours, hourly = _running(lines, calendar), np.array([_by_the_hour(line) for line in lines])
    growth = np.array([RHYTHMS[line.rhythm].growth for line in lines])[:, None]
    weeks = np.array([RHYTHMS[line.rhythm].week for line in lines])[:, calendar.weekday]
    spread = np.array([RHYTHMS[line.rhythm].noise for line in lines])
    varied = weeks * (1 + growth) ** calendar.months
    noisy = np.flatnonzero(spread)
    keys = np.array(
        [noise.key(seed, line.account, line.usage_type, line.region, line.operation, line.resource_id) for line in lines], np.uint64
    )
    varied[noisy] *= 1 + spread[noisy, None] * noise.normal(keys[noisy, None], calendar.absolute[None, :])
    monthly = np.array([line.unit.endswith("-Mo") for line in lines])
    arrived = np.where(monthly[:, None], hours / 24, hours / calendar.hours * calendar.shares)
    varied *= arrived / np.where(monthly[:, None], calendar.month_days, 1.0)
    varied[hourly] = hours[hourly] / 24
    factors = np.ones_like(varied)
    for event in events:
        for number, line in enumerate(lines):
            if event.carried_by(line):
                factors[number] *= event.factors(calendar.count)
    return varied * factors * np.array([line.quantity for line in lines])[:, None], factors


def _by_the_hour(line: Line) -> bool:
    """Whether machines run for whole hours."""
    return line.unit in ("Hrs", "Hours") and line.quantity % 24 == 0


def _running(lines: Sequence[Line], calendar: _Calendar) -> Floats:
    """Hours of each day in which a line's resource was there, as far as they have arrived."""
    day = calendar.absolute * 24
    office = np.array([line.rhythm == "office" and _by_the_hour(line) for line in lines])[:, None]
    opens = np.where(office, _OFFICE_OPENS, 0)
    closes = np.minimum(calendar.hours, np.where(office, _OFFICE_OPENS + OFFICE_HOURS, 24))
    born = np.array([line.first.timestamp() // 3600 if line.first else 0 for line in lines])[:, None]
    gone = np.array([line.last.timestamp() // 3600 if line.last else np.inf for line in lines])[:, None]
    running = np.minimum(gone, day + closes) - np.maximum(born, day + opens)
    working = np.where(office, calendar.weekday < 5, True)
    return np.where(working, np.clip(running, 0, None), 0.0)


def _usage(book: Book, lines: Sequence[Line], used: Floats, calendar: _Calendar) -> Ints:
    """The lines of use, covered or not; returns what each would cost unblended on demand."""
    price = np.array([pico(line.price) for line in lines], np.float64)[:, None] * np.ones(calendar.count)
    for number, line in enumerate(lines):
        if line.commitment == "spot":
            days = (calendar.first + timedelta(days=int(n)) for n in calendar.numbers)
            price[number] = [pico(prices.spot_hour(line.instance_type, line.region, line.zone, day)) for day in days]
    costs = rounded(used * price)
    covered = np.array([_covered(line, calendar) for line in lines])
    for kind, record, purchase in _COVERINGS:
        of_kind = np.array([_kind(line) == kind for line in lines])[:, None]
        of, day = np.nonzero((used > 0) & (of_kind & covered if kind else ~covered))
        unblended = amortized = costs[of, day]
        if kind:
            rates = np.array([pico(rate(PLANS[line.commitment], line)) if _kind(line) == kind else 0 for line in lines])
            amortized = rounded(used[of, day] * rates[of])
        if kind == "reserved":
            unblended = np.zeros_like(amortized)
        labels = [_label(line, record, purchase or _purchase(line)) for line in lines]
        book.add(labels, of, day, used[of, day], unblended, amortized)
    return costs


# What covers a line, the record type that it then has, and the purchase type ("" for what the line itself says).
_COVERINGS = (("", "Usage", ""), ("plan", "SavingsPlanCoveredUsage", "Savings Plans"), ("reserved", "DiscountedUsage", _RESERVED))


def _kind(line: Line) -> str:
    if line.commitment not in PLANS:
        return ""
    return "plan" if PLANS[line.commitment].kind in ("Compute", "EC2Instance") else "reserved"


def _purchase(line: Line) -> str:
    if line.commitment == "spot":
        return "Spot Instances"
    return _ON_DEMAND if line.instance_type else ""


def _covered(line: Line, calendar: _Calendar) -> NDArray[np.bool_]:
    """The days on which a line's commitment is alive."""
    if line.commitment not in PLANS:
        return np.zeros(calendar.count, bool)
    return _alive(PLANS[line.commitment], calendar)


def _alive(plan: Plan, calendar: _Calendar) -> NDArray[np.bool_]:
    return (calendar.numbers >= plan.start) & (calendar.numbers < plan.start + plan.days)


def _label(line: Line, record: str, purchase: str) -> Label:
    team, env, app = (line.tags.get(key, "") for key in ("team", "env", "app"))
    return Label(
        line.account,
        line.region,
        line.service,
        line.usage_type,
        line.operation,
        record,
        line.instance_type,
        purchase,
        line.resource_id,
        team,
        env,
        app,
        line.unit,
    )


def _commitments(book: Book, lines: Sequence[Line], used: Floats, calendar: _Calendar, arns: Mapping[str, str]) -> None:
    """What the plans and reservations themselves cost, and the negation of what the plans covered."""
    for key, plan in PLANS.items():
        mine = [number for number, line in enumerate(lines) if line.commitment == key]
        covered = [lines[number] for number in mine]
        hourly, count = committed(plan, covered)
        alive = _alive(plan, calendar)
        rates = np.array([pico(rate(plan, line)) for line in covered])[:, None]
        taken = rounded(used[mine] * rates).sum(axis=0) * alive
        paid = pico(hourly) * calendar.hours * alive
        label = _fee_label(arns[key], plan, covered)
        upfront = round(pico(hourly) * plan.upfront) * 24 * plan.days
        if _kind(covered[0]) == "plan":
            _negate(book, covered, used[mine] * alive, calendar)
            days = np.flatnonzero(alive)
            recurring = pico(hourly) - round(pico(hourly) * plan.upfront)
            quantity = calendar.hours[days].astype(np.float64)
            fee = label._replace(record_type="SavingsPlanRecurringFee")
            book.add([fee], np.zeros_like(days), days, quantity, recurring * calendar.hours[days], (paid - taken)[days])
        else:
            _monthly_fees(book, label, plan, hourly, paid - taken, count, calendar)
        if upfront and plan.start >= 0:
            record = "SavingsPlanUpfrontFee" if _kind(covered[0]) == "plan" else "Fee"
            book.add_one(label._replace(record_type=record), plan.start, count, upfront, 0)


def _fee_label(arn: str, plan: Plan, covered: Sequence[Line]) -> Label:
    owner = ACCOUNTS[plan.account].id
    if _kind(covered[0]) == "plan":
        option = {0.0: "NoUpfront", 1.0: "AllUpfront"}.get(plan.upfront, "PartialUpfront")
        what = "ComputeSP" if plan.kind == "Compute" else f"EC2InstanceSP:{plan.type.split('.')[0]}"
        prefix = REGIONS[plan.region].prefix if plan.region else ""
        usage = f"{prefix}{what}:{plan.days // 365}yr{option}"
        return Label(owner, plan.region, _PLAN_SERVICE, usage, "", "", "", "", arn, "", "", "", "Hrs")
    one = covered[0]
    usage = f"{REGIONS[plan.region].prefix}HeavyUsage:{plan.type}"
    return Label(owner, plan.region, one.service, usage, one.operation, "RIFee", plan.type, _RESERVED, arn, "", "", "", "Hrs")


def _negate(book: Book, covered: Sequence[Line], hours: Floats, calendar: _Calendar) -> None:
    """What a plan covered, taken off again: one line for each account, region and usage type a day."""
    groups: dict[Label, list[int]] = {}
    for number, line in enumerate(covered):
        label = _label(line, "SavingsPlanNegation", "Savings Plans")
        groups.setdefault(label._replace(resource_id="", tag_team="", tag_env="", tag_app=""), []).append(number)
    for label, members in groups.items():
        costs = sum(rounded(hours[number] * pico(covered[number].price)) for number in members)
        days = np.flatnonzero(costs)
        book.add(
            [label], np.zeros_like(days), days, hours[members].sum(axis=0)[days], -np.asarray(costs)[days], np.zeros(len(days), np.int64)
        )


def _monthly_fees(book: Book, label: Label, plan: Plan, hourly: float, unused: Ints, count: int, calendar: _Calendar) -> None:
    """A reservation's fee stands on the month's first day for the whole month; amortized it keeps what went unused so far."""
    recurring = pico(hourly) - round(pico(hourly) * plan.upfront)
    month = calendar.first
    while month < calendar.as_of:
        following = months_after(month, 1)
        first, last = max(calendar.number(month), plan.start), min(calendar.number(following), plan.start + plan.days)
        if first < last:
            idle = int(unused[first : min(last, calendar.count)].sum())
            fee = recurring * 24 * (last - first)
            if fee or idle:
                book.add_one(label, first, count * 24.0 * (last - first), fee, idle)
        month = following


def _fees(book: Book, calendar: _Calendar) -> None:
    months = [
        months_after(calendar.first, n)
        for n in range(len({(calendar.first + timedelta(days=int(n))).replace(day=1) for n in calendar.numbers}))
    ]
    for back, month in enumerate(reversed(months)):
        for fee in FEES:
            if fee.month in (None, back):
                amount = pico(fee.amount / (1 + fee.growth) ** back)
                book.add_one(_of_fee(fee), calendar.number(month), 0.0, amount, amount, fee.discounted)


def _of_fee(fee: Fee) -> Label:
    prefix = REGIONS[fee.region].prefix if fee.region else ""
    return Label(
        ACCOUNTS[fee.account].id, fee.region, fee.service, prefix + fee.usage_type, "", fee.record_type, "", "", "", "", "", "", ""
    )


def _anomalies(
    events: Sequence[happenings.Event], lines: Sequence[Line], costs: Ints, factors: Floats, calendar: _Calendar
) -> tuple[PlantedAnomaly, ...]:
    """What the events did to the bill, in dollars."""
    found = []
    for event in events:
        mine = [number for number, line in enumerate(lines) if event.carried_by(line)]
        first, last = calendar.count - event.first, calendar.count - event.last
        window = slice(first, last + 1)
        # A factor of 0 leaves nothing to tell what it took: that is reckoned from the same weekdays of the weeks before.
        changed = costs[mine, window]
        factor = factors[mine, window]
        if event.adds:
            impact = float(changed.sum())
        else:
            before = np.where(factor > 0, changed / np.where(factor > 0, factor, 1), 0.0)
            before = np.where(factor > 0, before, _same_weekdays(costs[mine], first, last))
            impact = float((changed - before).sum())
        one = lines[mine[0]]
        found.append(
            PlantedAnomaly(
                event.key,
                event.kind,
                calendar.first + timedelta(days=first),
                calendar.first + timedelta(days=last),
                one.account,
                one.region,
                one.service,
                one.usage_type,
                round(impact / PICODOLLAR, 2),
                event.cause,
            )
        )
    return tuple(found)


def _same_weekdays(costs: Ints, first: int, last: int) -> Floats:
    """What the days would have cost: the mean of the four same weekdays before the window."""
    days = np.arange(first, last + 1)
    weeks = (days - first) // 7 + 1
    return np.asarray(np.mean([costs[:, days - 7 * (weeks + back)] for back in range(4)], axis=0), np.float64)
