"""A collection from start to publication: plan, collect, keep, publish; one at a time, metered, cancellable."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from core import insight, judge, measuring, runs
from core.aws import organization, regions
from core.aws.access import Access
from core.aws.meter import HOUR, Meter
from core.aws.organization import Member
from core.aws.permissions import Finding, check
from core.collection import PLAN, Collection, Place
from core.collectors import discovered
from core.collectors.contract import Collector, EstimateLine, Outlook
from core.errors import AwsError, SpendscopeError
from core.insight import budgets
from core.models import NO_MONTH, Partition, Progress, Report, SliceOutcome, SliceStatus, silent
from core.scope import Scope
from core.settings import Settings
from core.store import analyses, ledger, publish, resources, writes
from core.store.client import Store
from core.verdicts import STUMBLES

_BOUNDLESS = Decimal(1_000_000)


@dataclass(frozen=True)
class Estimate:
    """What a collection is expected to ask and to cost, in USD, and the cap at which it would stop."""

    lines: tuple[EstimateLine, ...]
    cap_usd: Decimal

    @property
    def requests(self) -> int:
        """Billed requests in all."""
        return sum(line.requests for line in self.lines)

    @property
    def usd(self) -> Decimal:
        """USD in all."""
        return sum((line.usd for line in self.lines), Decimal(0))


@dataclass(frozen=True)
class RefreshResult:
    """What a collection did. `months` counts published months of costs; `requests` and `usd` are as metered."""

    run_id: str
    months: int
    outcomes: tuple[SliceOutcome, ...]
    requests: int
    usd: Decimal
    seconds: float

    @property
    def incomplete(self) -> tuple[SliceOutcome, ...]:
        """The slices that lack something."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == SliceStatus.INCOMPLETE)


def estimate(store: Store, config: Settings, as_of: date, *, whole: bool = False) -> Estimate:
    """What a collection would cost. Nothing is asked of AWS for it."""
    outlook = Outlook(store, config, as_of, whole)
    return Estimate(tuple(collector.estimate(outlook) for collector in discovered()), config.spendscope_cost_cap_usd)


def metered(
    store: Store,
    config: Settings,
    report: Report = silent,
    cancelled: threading.Event | None = None,
    *,
    demo: bool = False,
    clock: runs.Clock = runs.utc_now,
) -> Meter:
    """The meter for one collection, which knows what runs of the last hour asked. The demo charges nothing and knows no limits."""
    if demo:
        return Meter(_BOUNDLESS, int(_BOUNDLESS), cancelled=cancelled)
    return Meter(
        config.spendscope_cost_cap_usd,
        config.spendscope_cost_explorer_per_hour,
        ledger.cost_explorer_requests(store, clock() - HOUR),
        cancelled,
        lambda text: report(Progress(text, 0, 0)),
    )


def check_access(access: Access, as_of: date) -> list[Finding]:
    """Try every permission that collectors need, in every account: a finding for each."""
    permissions = [permission for collector in discovered() for permission in collector.permissions]
    try:
        members = [member.id for member in organization.discover(access).entered]
    except AwsError:
        members = []  # the check of the credentials themselves says why
    return check(access, permissions, members, access.regions or (), as_of)


def refresh(
    store: Store,
    access: Access,
    config: Settings,
    as_of: date,
    *,
    whole: bool = False,
    scope: Scope | None = None,
    report: Report = silent,
    cancelled: threading.Event | None = None,
    clock: runs.Clock = runs.utc_now,
) -> RefreshResult:
    """Collect from every account and region that can be reached, and publish it in one step.

    What fails makes its slice incomplete, what `scope` leaves out is skipped, and both leave what an earlier run knew. Raises RunBusy
    while another run is going on, CollectionCancelled when `cancelled` was set, and AwsError when nothing at all could be collected;
    then nothing changes.
    """
    started = clock()
    cancelled = cancelled or threading.Event()
    with runs.run(store, ledger.COLLECTION, as_of, clock, "AWS") as run:
        collection = Collection(store, run, access, config, report, clock, cancelled, whole, scope)
        try:
            _plan(collection)
            _collect(collection, [collector for collector in discovered() if not collector.reads])
            _collect(collection, [collector for collector in discovered() if collector.reads])
            judged = _judged(collection)
            _analyzed(collection)
            earlier = judge.before(store, judged) if judged else None
            months = _published(collection)
            _watched(collection)
            if judged:
                judge.close_gone(store, earlier, judged, clock())
        finally:
            _keep_account(collection)
        writes.drop_partitions(store, publish.superseded(store))
    meter = access.meter
    return RefreshResult(run.run_id, months, tuple(collection.outcomes), meter.requests, meter.usd, (clock() - started).total_seconds())


def _plan(collection: Collection) -> None:
    """Find out which accounts and regions there are; what can't be entered becomes a slice of its own. Raises AwsError."""
    collection.report(Progress(PLAN, 0, 0))
    collection.coverage = organization.discover(collection.access)
    collection.run.label = f"AWS organization {collection.payer}"
    entered = collection.coverage.entered
    with ThreadPoolExecutor(collection.config.spendscope_collection_threads) as pool:
        found = pool.map(lambda member: _regions_of(collection, member), entered)
    collection.places = [Place(member.id, region) for member, regions_ in zip(entered, found, strict=True) for region in regions_]
    if collection.scope:
        _narrow(collection, collection.scope)


def _narrow(collection: Collection, scope: Scope) -> None:
    """Leave out the regions that aren't asked for; one that is and isn't there makes a slice of its own."""
    every = collection.places
    collection.places = [place for place in every if scope.has_region(place.region)]
    collection.left_out = [place for place in every if not scope.has_region(place.region)]
    for account in dict.fromkeys(place.account for place in every):
        for region in scope.regions:
            if Place(account, region) not in every:
                why = f"{region} isn't collected from: it isn't enabled in this account, or AWS_REGIONS leaves it out."
                collection.record(PLAN, Place(account, region), SliceStatus.INCOMPLETE, why)


def _collect(collection: Collection, collectors: Sequence[Collector]) -> None:
    """Let collectors collect, ask CloudWatch for what they wait for, and keep what the run before knew where nothing came."""
    for collector in collectors:
        _collected(collection, collector)
    measuring.measure(collection)
    for collector in collectors:
        _carry_over(collection, collector)


def _collected(collection: Collection, collector: Collector) -> None:
    """Let a collector collect what the scope asks for; the rest of what it would list is skipped."""
    scope = collection.scope
    wanted = scope is None or not collector.service or scope.has_service(collector.service)
    if wanted:
        collector.collect(collection)
    if scope and collector.service:
        _leave_out(collection, collector.title, collection.left_out if wanted else (*collection.places, *collection.left_out))


def _leave_out(collection: Collection, title: str, places: Iterable[Place]) -> None:
    """Record what wasn't asked for. What the run before lacked of it is lacking still."""
    held = resources.inventory(collection.store)
    known = ledger.slices(collection.store, held.run_id) if held else []
    lacking = {Place(o.account_id, o.region): o.reason for o in known if o.collector == title and o.status == SliceStatus.INCOMPLETE}
    for place in places:
        status = SliceStatus.INCOMPLETE if place in lacking else SliceStatus.SKIPPED
        collection.record(title, place, status, lacking.get(place, "It wasn't asked for; what was known of it stays."))


def _regions_of(collection: Collection, member: Member) -> tuple[str, ...]:
    names: tuple[str, ...] = ()
    with collection.slice(PLAN, Place(member.id)) as current:
        found = regions.enabled(collection.access, member.id)
        names, current.row_count = found.names, len(found.names)
        for region in (*found.unknown, *found.disabled):
            why = "is no region that AWS knows" if region in found.unknown else "isn't enabled in this account"
            collection.record(PLAN, Place(member.id, region), SliceStatus.INCOMPLETE, f"{region} {why}.")
        if found.note:
            raise AwsError(found.note)
    return names


def _carry_over(collection: Collection, collector: Collector) -> None:
    """Where nothing came, keep what the run before knew."""
    held = resources.inventory(collection.store)
    if held is None or not collector.resource_types:
        return
    for place in collection.unanswered(collector.title):
        writes.carry_over(collection.store, held, collection.run.run_id, collector.resource_types, *place)


def _judged(collection: Collection) -> Partition | None:
    """Judge what is known now. Should that fail, what was collected is published all the same, and the earlier findings stay."""
    held = collection.inventory
    collection.report(Progress(judge.TITLE, 0, 0))
    try:
        partition = judge.judge(collection.store, held, held.run_id, collection.config, collection.as_of).partition
    except (SpendscopeError, *STUMBLES) as error:
        collection.record(judge.TITLE, Place(collection.payer), SliceStatus.INCOMPLETE, str(error))
        writes.drop_partitions(collection.store, [replace(held, source=judge.source_of(held))])
        return None
    collection.months.add((partition.source, partition.month))
    return partition


def _analyzed(collection: Collection) -> None:
    """Say what the figures come to, as they will be once the run is published; should that fail, they are published without it."""
    store, run_id, config = collection.store, collection.run.run_id, collection.config
    collection.report(Progress(insight.TITLE, 0, 0))
    try:
        after = publish.preview(store, run_id, collection.months)
        partition = insight.keep(store, after, run_id, config.spendscope_settled_days, collection.as_of, insight.Rules.of(config))
    except (SpendscopeError, *STUMBLES) as error:
        collection.record(insight.TITLE, Place(collection.payer), SliceStatus.INCOMPLETE, str(error))
        writes.drop_partitions(store, [Partition(analyses.SOURCE, NO_MONTH, run_id)])
    else:
        collection.months |= {(partition.source, partition.month)} if partition else set()


def _published(collection: Collection) -> int:
    """Make what came current, in one step; returns how many months of costs that is. Raises AwsError when nothing came."""
    if not any(outcome.status == SliceStatus.COMPLETE for outcome in collection.outcomes if outcome.collector != PLAN):
        reasons = [outcome.reason for outcome in collection.outcomes if outcome.reason]
        raise AwsError(f"Nothing could be collected. {reasons[0] if reasons else ''}".strip(), "What was published is unchanged.")
    inventory = collection.inventory
    publish.publish(collection.store, collection.run.run_id, {*collection.months, (inventory.source, inventory.month)})
    return sum(month != NO_MONTH for _, month in collection.months)


def _watched(collection: Collection) -> None:
    """Judge the budgets by what was published; where they can't be, that is told, and the next run does."""
    settled_days, at = collection.config.spendscope_settled_days, collection.clock()
    collection.report(Progress(budgets.ALERTS_TITLE, 0, 0))
    if reason := budgets.watched(collection.store, settled_days, collection.run.run_id, at):
        collection.record(budgets.ALERTS_TITLE, Place(collection.payer), SliceStatus.INCOMPLETE, reason)


def _keep_account(collection: Collection) -> None:
    """Write down what was asked and how each slice fared, whatever became of the run: it was paid for."""
    store, run_id = collection.store, collection.run.run_id
    own = {"run_id": run_id, "called_at": f"{collection.clock():%Y-%m-%d %H:%M:%S}"}
    writes.insert_rows(store, "api_calls", ({**own, **asdict(call)} for call in collection.access.meter.calls()))
    writes.insert_rows(store, "collection_slices", map(asdict, collection.outcomes))
    collection.run.line_count = sum(outcome.row_count for outcome in collection.outcomes)
