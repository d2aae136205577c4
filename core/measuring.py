"""Asking CloudWatch for all that collectors want to know of an account and region, in as few requests as can be.

Collectors name their queries while they list. GetMetricData takes 500 of them, so all collectors' queries share their requests: those
that others depend on come first, and what is worth asking after their answers goes with the rest. Only whole days that aren't kept yet
are asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.aws.cloudwatch import QUERIES_PER_CALL, MetricQuery, daily
from core.collection import Collection, Place, Slice, second
from core.errors import AwsError, AwsUnreachable
from core.store import resources, writes

TITLE = "Utilisation"
WINDOW_DAYS = 14


@dataclass(frozen=True)
class Due:
    """A query that has to be asked from a day on, and the slice that waits for it."""

    query: MetricQuery
    start: date
    asker: Slice


def window(as_of: date) -> list[date]:
    """The whole UTC days that utilisation is judged on: fourteen, up to the day before `as_of`."""
    return [as_of - timedelta(days=back) for back in range(WINDOW_DAYS, 0, -1)]


def measure(collection: Collection) -> None:
    """Ask for what slices wait for, keep it, and let each write down its resources; what CloudWatch refuses makes them incomplete."""
    waiting: dict[Place, list[tuple[str, Slice]]] = defaultdict(list)
    for title, place, current in collection.waiting:
        waiting[place].append((title, current))
    collection.waiting.clear()

    def one(place: Place) -> None:
        collection.go_on()
        _ask(collection, place, [current for _, current in waiting[place]])
        for title, current in waiting[place]:
            if current.measuring:
                current.row_count = collection.keep_resources(current.measuring.rows())
            collection.end(title, place, current)

    collection.at_once(TITLE, list(waiting), one)


def _ask(collection: Collection, place: Place, askers: Sequence[Slice]) -> None:
    """Two rounds: queries that others depend on with as many more as fill their requests, then what is left with what they led to."""
    wanted = [(asker, asker.measuring) for asker in askers if asker.measuring]
    leading = _due(collection, place, ((asker, own.queries, own.late) for asker, own in wanted if own.further))
    others = _due(collection, place, ((asker, own.queries, own.late) for asker, own in wanted if not own.further))
    room = -len(leading) % QUERIES_PER_CALL
    _keep(collection, place, [*leading, *others[:room]])
    further = _due(collection, place, ((asker, own.further(), own.late) for asker, own in wanted if own.further))
    _keep(collection, place, [*others[room:], *further])


def _due(collection: Collection, place: Place, asked: Iterable[tuple[Slice, Sequence[MetricQuery], int]]) -> list[Due]:
    """The queries that miss days of the window, with the first day that each has to be asked for."""
    every = [(asker, query, late) for asker, queries, late in asked for query in queries]
    days = window(collection.as_of)
    kept = resources.last_days(collection.store, *place, days[0], days[-1]) if every else {}
    found = []
    for asker, query, late in every:
        last = kept.get(_key(query))
        start = last + timedelta(days=1) if last else days[0]
        if start <= days[-1]:
            found.append(Due(query, max(days[0], start - timedelta(days=late)), asker))
    return found


def _key(query: MetricQuery) -> tuple[str, str, str, str]:
    return query.namespace, query.metric, query.statistic, query.resource_id


def _keep(collection: Collection, place: Place, due: Sequence[Due]) -> None:
    """Ask and keep. Where one metric spoils a request, as an emulator's percentiles may, each is asked by itself, so that the rest isn't
    lost."""
    try:
        _keep_at_once(collection, place, due)
    except AwsError as error:
        if not _is_about_some(error):
            _fail(due, error)
            return
        for some in _by_metric(_unanswered(collection, place, due)):
            try:
                _keep_at_once(collection, place, some)
            except AwsError as own:
                _fail(some, own)


def _keep_at_once(collection: Collection, place: Place, due: Sequence[Due]) -> None:
    if not due:
        return
    client = collection.access.client("cloudwatch", place.region, place.account)
    starts = {_key(one.query): one.start for one in due}
    for points in daily(client, [one.query for one in due], min(starts.values()), collection.as_of, *place):
        # A request asks for the same days of all its queries; of some they are kept.
        new = (p for p in points if p["day"] >= starts[p["namespace"], p["metric"], p["statistic"], p["resource_id"]])
        own = {**place.columns, "collected_at": second(collection.clock()), "run_id": collection.run.run_id}
        writes.insert_rows(collection.store, "resource_series", ({**own, **point} for point in new))


def _unanswered(collection: Collection, place: Place, due: Iterable[Due]) -> list[Due]:
    """Those that the requests before the one that failed didn't answer: what is kept was paid for once."""
    days = window(collection.as_of)
    kept = resources.last_days(collection.store, *place, days[0], days[-1])
    return [one for one in due if kept.get(_key(one.query), date.min) < days[-1]]


def _is_about_some(error: AwsError) -> bool:
    """Whether other queries may fare better: some weren't answered in full, or an answer came that says no more than that it failed."""
    return type(error) is AwsError or (isinstance(error, AwsUnreachable) and bool(error.code))


def _by_metric(due: Iterable[Due]) -> Iterator[list[Due]]:
    found: dict[tuple[str, str, str], list[Due]] = defaultdict(list)
    for one in due:
        found[one.query.namespace, one.query.metric, one.query.statistic].append(one)
    yield from found.values()


def _fail(due: Iterable[Due], error: AwsError) -> None:
    for asker in {id(one.asker): one.asker for one in due}.values():
        asker.failures.append(error)
