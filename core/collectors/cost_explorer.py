"""Cost Explorer: what was spent by day, account, service, region and charge category, and by month and usage type.

Each request costs $0.01, so few are made. Cost Explorer groups by two dimensions at most: usage is asked grouped by two of
account, service and region, once for each value of the third, which is the one with fewer values; other charges are asked
once for each charge category, by account and service.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from core.aws import costs
from core.aws.access import Access
from core.aws.costs import Answer, CostRow, Question, both, no, one_of
from core.aws.meter import usd_of
from core.aws.permissions import Permission
from core.aws.usage_types import region_of
from core.collection import Collection, Place
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.errors import AwsError
from core.models import COST_EXPLORER, CostType, Progress, SliceStatus, month_after
from core.scope import MONTHS_BACK, Scope
from core.services import service
from core.store import publish, queries, writes
from core.store.client import Store

TITLE = "Cost Explorer: costs"
USAGE_TYPES_TITLE = "Cost Explorer: usage types"
WHOLE_MONTHS = MONTHS_BACK

# RECORD_TYPE values by FOCUS charge category, as the API and as the console spell them; every other is usage.
OTHER_CHARGES: Mapping[str, tuple[str, ...]] = {
    "Purchase": (
        *("Fee", "RIFee", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "FlatRateSubscription", "Other out-of-cycle charges"),
        *("Recurring reservation fee", "Upfront reservation fee", "Savings Plan Recurring Fee", "Savings Plan Upfront Fee"),
    ),
    "Credit": ("Credit",),
    "Adjustment": ("Refund",),
    "Tax": ("Tax",),
}
USAGE = no(one_of("RECORD_TYPE", [record_type for types in OTHER_CHARGES.values() for record_type in types]))
EC2_OTHER = "EC2 - Other"

_NO_REGION = "NoRegion"
_NO_USAGE_TYPE = "NoUsageType"
_AT_ONCE = 2
_DAYS_A_PAGE = 90
_LOOPS_UNKNOWN = 6


@dataclass(frozen=True)
class Charge:
    """A row of costs with every dimension that is known of it."""

    row: CostRow
    account: str
    region: str
    service: str
    category: str = "Usage"
    usage_type: str = ""


def months_to_read(store: Store, source: str, as_of: date, lookback_days: int, *, whole: bool, scope: Scope | None = None) -> list[date]:
    """The months that a collection asks for: thirteen whole ones and the open one at first, then those that may still change.

    A scope names the months instead. Months that an export holds are left to it. Nothing is asked for a month without a whole day
    before `as_of`.
    """
    bills = publish.snapshot(store).bills
    mine = {bill.month for bill in bills if bill.source == source}
    exported = {bill.month for bill in bills if publish.rivals(bill.source, source)}
    every = [month_after(as_of, -back) for back in range(WHOLE_MONTHS, -1, -1)]
    changing = month_after(as_of - timedelta(days=lookback_days))
    estimated = set(queries.estimated_months(store, source))
    if scope:
        wanted = [month for month in every if scope.has_month(month)]
    elif whole or not mine:
        wanted = every
    else:
        wanted = [month for month in every if month >= changing or month in estimated or (month > min(mine) and month not in mine)]
    return [month for month in wanted if month not in exported and month < as_of]


def source_of(payer: str) -> str:
    """The source that Cost Explorer's figures of a billing account are kept under."""
    return f"{COST_EXPLORER}:AWS:{payer}"


def collect(collection: Collection) -> None:
    """Ask, reconcile, keep. Unless all of it is there and adds up, no month of it is published."""
    source, place = source_of(collection.payer), Place(collection.payer)
    lookback = collection.config.aws_cost_lookback_days
    months = months_to_read(collection.store, source, collection.as_of, lookback, whole=collection.whole, scope=collection.scope)
    if not months:
        why = "No whole day of it is over yet, or billing exports hold it." if collection.scope else "Billing exports hold every month."
        collection.record(TITLE, place, SliceStatus.SKIPPED, why)
        return
    with collection.slice(TITLE, place) as current:
        client = collection.access.client("ce")
        end = min(collection.as_of, month_after(months[-1], 1))
        found = Asked(collection, client, months[0], end).everything()
        reconcile(found.charges, found.outline)
        writes.insert_rows(collection.store, "source_totals", totals(found, collection, source, months))
        names = found.names | {member.id: member.name for member in collection.coverage.members if member.name}
        rows = (row for charge in found.charges if (row := metrics_row(charge, names))["month"] in months)
        current.row_count = collection.keep_costs("cost_metrics", source, rows)
    if (source, months[-1]) in collection.months:
        with collection.slice(USAGE_TYPES_TITLE, place) as current:
            answer = costs.ask(client, Question(months[0], end, ("SERVICE", "USAGE_TYPE"), "MONTHLY", quantity=True))
            kept = (row for row in map(usage_type_row, answer.rows) if row["month"] in months)
            current.row_count = collection.keep_costs("usage_type_costs", source, kept)


@dataclass(frozen=True)
class Found:
    """What was asked: charges with all dimensions, the outline (account x region by month) to reconcile against, account names."""

    charges: list[Charge]
    outline: list[CostRow]
    names: dict[str, str]


class Asked:
    """The questions of one collection, some at once, counted for the progress."""

    def __init__(self, collection: Collection, client: Any, start: date, end: date) -> None:
        self._collection, self._client, self._start, self._end = collection, client, start, end
        self._done, self._total = 0, 1

    def everything(self) -> Found:
        """The outline, then usage, other charges, and EC2 - Other by usage type."""
        outline = self._ask(self._question("LINKED_ACCOUNT", "REGION", granularity="MONTHLY"))
        accounts, regions = (sorted({row.keys[key] for row in outline.rows}) for key in (0, 1))
        by_account = len(accounts) <= len(regions)
        loop = "LINKED_ACCOUNT" if by_account else "REGION"
        grouped = ("SERVICE", "REGION") if by_account else ("SERVICE", "LINKED_ACCOUNT")
        usage = {
            value: self._question(*grouped, where=both(one_of(loop, [value]), USAGE)) for value in (accounts if by_account else regions)
        }
        other = {
            category: self._question("SERVICE", "LINKED_ACCOUNT", where=one_of("RECORD_TYPE", types))
            for category, types in OTHER_CHARGES.items()
        }
        ec2_other = replace(
            self._question("USAGE_TYPE", "LINKED_ACCOUNT", where=both(one_of("SERVICE", [EC2_OTHER]), USAGE)), quantity=True
        )
        if not outline.rows:
            return Found([], [], {})
        *answers, split = self._ask_all([*usage.values(), *other.values(), ec2_other])
        charges: list[Charge] = []
        for value, answer in zip(usage, answers, strict=False):
            charges += (
                Charge(row, *((value, row.keys[1]) if by_account else (row.keys[1], value)), service=row.keys[0]) for row in answer.rows
            )
        for category, answer in zip(other, answers[len(usage) :], strict=True):
            charges += (Charge(row, row.keys[1], _NO_REGION, row.keys[0], category) for row in answer.rows)
        names = {account: name for answer in (outline, *answers) for account, name in answer.names.items()}
        return Found(list(split_ec2_other(charges, split.rows)), outline.rows, names)

    def _question(self, *group_by: str, granularity: str = "DAILY", where: costs.Filter | None = None) -> Question:
        return Question(self._start, self._end, group_by, granularity, where)

    def _ask_all(self, questions: Sequence[Question]) -> list[Answer]:
        self._total += len(questions)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._ask, questions))

    def _ask(self, question: Question) -> Answer:
        self._collection.report(Progress(TITLE, self._done, self._total, "questions"))
        answer = costs.ask(self._client, question)
        self._done += 1
        self._collection.report(Progress(TITLE, self._done, self._total, "questions"))
        return answer


def split_ec2_other(charges: Iterable[Charge], by_usage_type: Iterable[CostRow]) -> Iterator[Charge]:
    """The charges, with "EC2 - Other" told apart by usage type, so that EBS, NAT gateways and data transfer stand alone.

    That answer has no region; it is read off the usage type. Where the parts of a day, account and region don't add up to what
    Cost Explorer says of that region, the charge stays whole.
    """
    parts: dict[tuple[date, str, str], list[Charge]] = defaultdict(list)
    for row in by_usage_type:
        usage_type, account = row.keys
        region = region_of(usage_type)
        parts[row.start, account, region].append(Charge(row, account, region, EC2_OTHER, usage_type=usage_type))
    for charge in charges:
        found = parts.get((charge.row.start, charge.account, charge.region), [])
        if charge.service == EC2_OTHER and charge.category == "Usage" and found and _same(_summed(found), _summed([charge])):
            yield from found
        else:
            yield charge


def _summed(charges: Iterable[Charge]) -> dict[CostType, Decimal]:
    sums = dict.fromkeys(costs.METRICS, Decimal(0))
    for charge in charges:
        for cost_type, amount in charge.row.amounts.items():
            sums[cost_type] += amount
    return sums


def _same(one: Mapping[CostType, Decimal], other: Mapping[CostType, Decimal]) -> bool:
    # Ten decimals a row: what rounding leaves in a thousand rows is far below this.
    return all(abs(one[cost_type] - other[cost_type]) < Decimal("0.000001") for cost_type in one)


def reconcile(charges: Iterable[Charge], outline: Iterable[CostRow]) -> None:
    """Raise AwsError unless each month's charges add up to Cost Explorer's own total, to the cent, in every cost type."""
    ours, theirs = _by_month(charge.row for charge in charges), _by_month(outline)
    for key in sorted({**theirs, **ours}, key=lambda key: key[0]):
        gap = ours.get(key, Decimal(0)) - theirs.get(key, Decimal(0))
        if abs(gap) >= queries.HALF_A_CENT:
            month, cost_type, currency = key
            raise AwsError(
                f"Cost Explorer's {cost_type} total of {month:%B %Y} is {theirs.get(key, 0)} {currency}, "
                f"its parts add up to {ours.get(key, 0)}.",
                "Refresh the collection; figures of open months may move between two requests.",
            )


def _by_month(rows: Iterable[CostRow]) -> dict[tuple[date, CostType, str], Decimal]:
    sums: dict[tuple[date, CostType, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        for cost_type, amount in row.amounts.items():
            sums[month_after(row.start), cost_type, row.currency] += amount
    return sums


def totals(found: Found, collection: Collection, source: str, months: Sequence[date]) -> Iterator[dict[str, Any]]:
    """Cost Explorer's own totals by month, which pages set ours beside: rows of `source_totals`."""
    lines: dict[date, int] = defaultdict(int)
    for charge in found.charges:
        lines[month_after(charge.row.start)] += 1
    for (month, cost_type, currency), amount in sorted(_by_month(found.outline).items()):
        if month in months:
            own = {"run_id": collection.run.run_id, "source": source, "month": month}
            yield own | {"currency": currency, "measure": cost_type.value, "amount": amount, "line_count": lines[month]}


def metrics_row(charge: Charge, names: Mapping[str, str]) -> dict[str, Any]:
    """A charge as a row of `cost_metrics`."""
    return {
        **_common(charge.row, service(charge.service, charge.usage_type)),
        "day": charge.row.start,
        "account_id": charge.account,
        "account_name": names.get(charge.account, ""),
        "region": "" if charge.region == _NO_REGION else charge.region,
        "charge_category": charge.category,
        "usage_type": charge.usage_type,
    }


def usage_type_row(row: CostRow) -> dict[str, Any]:
    """A month of a usage type as a row of `usage_type_costs`."""
    name, usage_type = row.keys
    return {**_common(row, service(name, usage_type)), "usage_type": "" if usage_type == _NO_USAGE_TYPE else usage_type}


def _common(row: CostRow, label: Any) -> dict[str, Any]:
    return {
        "month": month_after(row.start),
        "provider": "AWS",
        "service": label.label,
        "service_group": label.group,
        **{cost_type.value: amount for cost_type, amount in row.amounts.items()},
        "list": None,
        "contracted": None,
        "currency": row.currency,
        "estimated": row.estimated,
        "usage_quantity": row.quantity,
        "usage_unit": row.unit,
    }


def estimate(outlook: Outlook) -> EstimateLine:
    """The requests by the rule above; before the first collection the number of accounts and regions is a guess."""
    source = next((bill.source for bill in publish.snapshot(outlook.store).bills if bill.kind == COST_EXPLORER), source_of(""))
    months = months_to_read(outlook.store, source, outlook.as_of, outlook.config.aws_cost_lookback_days, whole=outlook.whole)
    if not months:
        return EstimateLine("Cost Explorer", 0, 0, Decimal(0), "billing exports hold every month")
    loops = queries.fewest_values(outlook.store, source)
    daily = (loops or _LOOPS_UNKNOWN) + len(OTHER_CHARGES) + 1
    requests = daily * ceil((outlook.as_of - months[0]).days / _DAYS_A_PAGE) + 2
    basis = f"{months[0]:%B %Y} to now" + ("" if loops else "; a guess, as accounts and regions aren't known yet")
    return EstimateLine("Cost Explorer", requests, 0, usd_of("ce", "GetCostAndUsage", requests), basis)


def _try(access: Access, account: str, region: str, as_of: date) -> object:
    return costs.ask(access.client("ce"), Question(as_of - timedelta(days=1), as_of, ("SERVICE",)))


COLLECTOR = Collector(
    name="cost_explorer",
    title=TITLE,
    permissions=(
        Permission("ce:GetCostAndUsage", "No costs are collected; only imported bills show what is spent.", _try, per_account=False),
    ),
    estimate=estimate,
    collect=collect,
)
