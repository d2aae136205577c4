"""The meter that every AWS call goes through: what was asked, what it costs, and the brakes.

Prices (https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/ and https://aws.amazon.com/cloudwatch/pricing/):
Cost Explorer bills $0.01 a request, and each page is a request; CloudWatch's GetMetricData $0.01 per 1,000 metrics requested. S3 bills
$0.0004 to $0.005 per 1,000 requests (https://aws.amazon.com/s3/pricing/), a cent for about 1,500 buckets, which isn't counted. Every
other call that Spendscope makes is free. AWS doesn't say whether a request that it refuses or throttles is billed. Only answered
ones are counted here. A query of GetMetricData counts as one metric on each page, though AWS may count several statistics of one
metric once, and a month's first million CloudWatch requests may be free: what is billed can be less.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.errors import CollectionCancelled, CostCapReached

COST_EXPLORER = "ce"
COST_EXPLORER_REQUEST_USD = Decimal("0.01")
METRIC_USD = Decimal("0.01") / 1000
HOUR = timedelta(hours=1)

_PENDING = "spendscope"
_NAP_SECONDS = 0.25
_SAY_EVERY = timedelta(seconds=15)


def usd_of(service: str, operation: str, requests: int, metrics: int = 0) -> Decimal:
    """What AWS bills for `requests` answered calls that ask for `metrics` metrics altogether, in USD."""
    if service == COST_EXPLORER:
        return COST_EXPLORER_REQUEST_USD * requests
    if (service, operation) == ("cloudwatch", "GetMetricData"):
        return METRIC_USD * metrics
    return Decimal(0)


@dataclass(frozen=True)
class ApiCall:
    """All calls of one operation in one account and region.

    `requests` counts calls that went out (each page is one), `errors` those of them without an answer that could be used, `retries` the
    further attempts botocore made for them: requests + retries is what went over the wire. `seconds` adds up over threads, waits included.
    """

    service: str
    operation: str
    account: str
    region: str
    requests: int = 0
    errors: int = 0
    retries: int = 0
    metrics: int = 0
    usd: Decimal = Decimal(0)
    seconds: float = 0.0


@dataclass
class _Pending:
    """One call on its way: what it would cost, and how often it went out."""

    service: str
    operation: str
    metrics: int = 0
    reserved: Decimal = Decimal(0)
    started: float = 0.0
    sent: int = 0


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _unheard(_: str) -> None:
    """A message that nobody reads."""


class Meter:
    """Counts, prices and brakes every call of the clients it watches; safe to share between threads.

    `already` are the times (naive UTC) of Cost Explorer requests that earlier runs made, so that the hourly limit holds across runs.
    `say` hears why a call waits. `clock` and `sleep` are there for tests.
    """

    def __init__(
        self,
        cap_usd: Decimal,
        cost_explorer_per_hour: int = 400,
        already: Sequence[datetime] = (),
        cancelled: threading.Event | None = None,
        say: Callable[[str], None] = _unheard,
        *,
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.cap_usd = cap_usd
        self.say = say
        self.own_account = ""
        """The credentials' own account, once it is known."""
        self._per_hour = cost_explorer_per_hour
        self._cancelled = cancelled or threading.Event()
        self._clock = clock
        self._sleep = sleep or self._cancelled.wait
        self._recent = deque(sorted(already))
        self._own: list[datetime] = []
        self._calls: dict[tuple[str, str, str, str], ApiCall] = {}
        self._spent = Decimal(0)
        self._reserved = Decimal(0)
        self._lock = threading.Lock()

    def calls(self) -> list[ApiCall]:
        """What was asked so far, sorted by service, operation, account and region."""
        with self._lock:
            calls = [replace(call, account=call.account or self.own_account) for call in self._calls.values()]
        return sorted(calls, key=lambda call: (call.service, call.operation, call.account, call.region))

    @property
    def usd(self) -> Decimal:
        """What the answered calls cost so far."""
        with self._lock:
            return self._spent

    @property
    def requests(self) -> int:
        """How many calls went out so far; retries are not counted."""
        return sum(call.requests for call in self.calls())

    @property
    def cost_explorer_at(self) -> list[datetime]:
        """When this meter let Cost Explorer requests go out, retries included; naive UTC, in order."""
        with self._lock:
            return list(self._own)

    def watch(self, client: Any, account: str, region: str) -> None:
        """Hook into a botocore client; `account` and `region` say whose calls they are, and "" is the credentials' own account."""
        service = client.meta.service_model.service_name
        event = client.meta.service_model.service_id.hyphenize()

        def prepare(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
            queries = params.get("MetricDataQueries", ()) if model.name == "GetMetricData" else ()
            metrics = sum("MetricStat" in query for query in queries)
            context[_PENDING] = _Pending(service, model.name, metrics)

        def start(context: dict[str, Any], **_: Any) -> None:
            self._reserve(context[_PENDING])

        def gate(request: Any, **_: Any) -> None:
            self._attempt(request.context.get(_PENDING))

        def send(request: Any, **_: Any) -> None:
            if pending := request.context.get(_PENDING):
                pending.sent += 1

        def answered(http_response: Any, context: dict[str, Any], **_: Any) -> None:
            self._record(context[_PENDING], account, region, ok=http_response.status_code < 300)

        def failed(context: dict[str, Any], **_: Any) -> None:
            self._record(context[_PENDING], account, region, ok=False)

        events = client.meta.events
        events.register_first(f"before-parameter-build.{event}", prepare)
        events.register_first(f"before-call.{event}", start)
        # Each attempt is gated before it is signed, so that a signature doesn't age while it waits; and counted once it is signed.
        events.register_first(f"request-created.{event}", gate)
        events.register_last("request-created", send)
        events.register_first(f"after-call.{event}", answered)
        events.register_first(f"after-call-error.{event}", failed)

    def _reserve(self, pending: _Pending) -> None:
        """Set the call's price aside, or refuse the call when it would pass the cap."""
        self._heed_cancelled()
        price = usd_of(pending.service, pending.operation, 1, pending.metrics)
        with self._lock:
            if price and self._spent + self._reserved + price > self.cap_usd:
                raise CostCapReached(
                    f"{pending.service}:{pending.operation} was not called: this collection has cost ${self._spent:,.2f}, "
                    f"and the call would take it over its cap of ${self.cap_usd:,.2f}.",
                    "Raise SPENDSCOPE_COST_CAP_USD, or collect fewer regions or a shorter time.",
                )
            self._reserved += price
        pending.reserved, pending.started = price, time.monotonic()

    def _attempt(self, pending: _Pending | None) -> None:
        """Hold an attempt back until it may go out; every attempt at Cost Explorer takes a place in the hour."""
        self._heed_cancelled()
        if pending and pending.service == COST_EXPLORER:
            self._take_place()

    def _take_place(self) -> None:
        said: datetime | None = None
        while (wait := self._place()) is not None:
            now = self._clock()
            if said is None or now - said >= _SAY_EVERY:
                said = now
                minutes = max(1, round(wait.total_seconds() / 60))
                self.say(f"Waiting for Cost Explorer's hourly allowance of {self._per_hour} requests · about {minutes} min left")
            self._sleep(min(_NAP_SECONDS, max(wait.total_seconds(), 0.01)))
            self._heed_cancelled()

    def _place(self) -> timedelta | None:
        """Take a place in the running hour and return None, or say how long until one is free."""
        with self._lock:
            now = self._clock()
            while self._recent and now - self._recent[0] >= HOUR:
                self._recent.popleft()
            if len(self._recent) >= self._per_hour:
                return self._recent[-self._per_hour] + HOUR - now
            self._recent.append(now)
            self._own.append(now)
            return None

    def _record(self, pending: _Pending, account: str, region: str, ok: bool) -> None:
        with self._lock:
            self._reserved -= pending.reserved
            if not pending.sent:
                return  # it was stopped before it went out
            usd = pending.reserved if ok else Decimal(0)
            self._spent += usd
            key = (pending.service, pending.operation, account, region)
            seen = self._calls.get(key) or ApiCall(*key)
            self._calls[key] = replace(
                seen,
                requests=seen.requests + 1,
                errors=seen.errors + (not ok),
                retries=seen.retries + pending.sent - 1,
                metrics=seen.metrics + pending.metrics,
                usd=seen.usd + usd,
                seconds=seen.seconds + time.monotonic() - pending.started,
            )

    def _heed_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise CollectionCancelled("The collection was stopped.", "What was published before stays as it was.")
