"""What an instance costs on the spot market: the median of what AWS asked there lately.

A spot price holds until the next change in its Availability Zone. So figures of the history are weighted by the time for which each price
held, over all zones of the region together: the median, and the 10th and 90th percentile for how much it swings.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from core.prices import EC2, HOURS_A_MONTH, OPERATIONS, Price, PriceList
from core.reckoning import CostLine, Reckoning, summed
from core.reckoning.ec2 import operation_of

LOW, HIGH = "#low", "#high"
"""What a key ends in where the price isn't the median but the 10th or the 90th percentile."""

MEDIAN_PERCENT, LOW_PERCENT, HIGH_PERCENT = 50, 10, 90
LEAST_DAYS = 14
"""Days of history under which percentiles would say little."""

# The systems that the spot market sells, and the operation that a bill has for each.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html
PRODUCTS = {OPERATIONS[name]: name for name in ("Linux/UNIX", "Red Hat Enterprise Linux", "SUSE Linux", "Windows")}


class Change(NamedTuple):
    """From then on a zone's price was so many USD an hour."""

    zone: str
    moment: datetime
    usd: Decimal


class History(NamedTuple):
    """The figures of a history, USD an hour; the percentiles are None where it is too short for them."""

    median: Decimal
    low: Decimal | None
    high: Decimal | None


class Swing(NamedTuple):
    """Between which prices, USD an hour, the spot price lay for four fifths of the time, and how far apart these are, in percent of its
    median."""

    low: Decimal
    high: Decimal
    percent: float


def spot_key(instance_type: str, operation: str) -> str:
    """The key of a Spot Instance's hour, as a bill names it."""
    return f"SpotUsage:{instance_type}/{operation}"


def key_for(attributes: Mapping[str, Any]) -> str | None:
    """The key for what an instance is; None for a system or tenancy that the spot market doesn't sell."""
    operation = operation_of(attributes)
    if operation not in PRODUCTS or str(attributes.get("Tenancy") or "default") != "default":
        return None
    return spot_key(str(attributes.get("InstanceType", "")), operation)


def history(changes: Iterable[Change], start: datetime, end: datetime) -> History | None:
    """The figures of what held between two moments; None where nothing is known of it."""
    held = list(_held(changes, start, end))
    if not held:
        return None
    spans = [(usd, (until - since) // timedelta(seconds=1)) for since, until, usd in held]
    long_enough = end - min(since for since, _, _ in held) >= timedelta(days=LEAST_DAYS)
    low, high = (_quantile(spans, percent) if long_enough else None for percent in (LOW_PERCENT, HIGH_PERCENT))
    return History(_quantile(spans, MEDIAN_PERCENT), low, high)


def _held(changes: Iterable[Change], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, Decimal]]:
    """From when until when each price held. The last one before the start holds at the start."""
    known = sorted((change for change in changes if change.moment < end and change.usd > 0), key=lambda change: change[:2])
    for _, some in groupby(known, key=lambda change: change.zone):
        zone = list(some)
        ends = [later.moment for _, later in pairwise(zone)] + [end]
        for change, until in zip(zone, ends, strict=True):
            since = max(change.moment, start)
            if since < until:
                yield since, until, change.usd


def _quantile(spans: Sequence[tuple[Decimal, int]], percent: int) -> Decimal:
    """The price under which it lay for so many percent of the time; halfway to the next one where it is exactly so many."""
    ordered = sorted(spans)
    whole, passed = sum(seconds for _, seconds in ordered), 0
    for number, (usd, seconds) in enumerate(ordered):
        passed += seconds
        if passed * 100 > percent * whole:
            return usd
        if passed * 100 == percent * whole:
            return (usd + ordered[number + 1][0]) / 2
    return ordered[-1][0]


def spot(prices: PriceList, region: str, attributes: Mapping[str, Any]) -> Reckoning:
    """What an instance would cost on the spot market all month, at the median of its price history."""
    key = key_for(attributes)
    if key is None:
        return Reckoning(lacking="no spot price, since the spot market doesn't sell its system or tenancy")
    return summed(prices, EC2, region, [(f"{attributes.get('InstanceType')} on the spot market", Decimal(HOURS_A_MONTH), key)])


def cheaper_by(cost: Reckoning, percent: float, attributes: Mapping[str, Any], source: str) -> Reckoning:
    """A cost that is so many percent less, where no spot price is known: `source` says whose assumption that is."""
    if cost.usd is None:
        return cost
    share = 1 - Decimal(str(percent)) / 100
    key = key_for(attributes) or ""
    lines = (
        CostLine(f"{attributes.get('InstanceType')} on the spot market", line.quantity, _at(line.price, share, key, source))
        for line in cost.lines
    )
    return Reckoning(tuple(lines))


def _at(price: Price, share: Decimal, key: str, source: str) -> Price:
    return Price(price.service_code, price.region, key, price.unit, price.usd * share, "", source, price.as_of)


def swing(prices: PriceList, region: str, attributes: Mapping[str, Any]) -> Swing | None:
    """How much the spot price of an instance's type swings; None where that isn't known."""
    key = key_for(attributes)
    median, low, high = (prices.find(EC2, region, f"{key}{end}") if key else None for end in ("", LOW, HIGH))
    if median is None or low is None or high is None or not median.usd:
        return None
    return Swing(low.usd, high.usd, round(float((high.usd - low.usd) / median.usd * 100), 2))
