"""Reads of what was said of findings: where each stands, what is set aside, its history; and the thresholds that somebody set.

`as_of` is the day taken for today, whatever day an inventory is of: past its `until` a dismissal no longer holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.store.client import Store

STATES = ("open", "accepted", "dismissed", "done", "closed")
"""Where a finding can stand. `closed` is one that isn't found any more and that nobody had said anything final of."""

LIVE = ("open", "accepted")
"""Still to be done."""

SET_ASIDE = ("dismissed", "done")
"""Never counted."""

# The newest event that isn't an edit says the state; the newest of all has owner, note and ticket as they are.
_NEWEST = """SELECT finding, argMaxIf(tuple(action, who, at, reason, until), at, action != 'edit') AS said,
    argMax(tuple(owner, note, ticket), at) AS kept FROM opportunity_events GROUP BY finding"""

STANDINGS = f"""SELECT finding, multiIf(
        said.1 = 'accept', 'accepted',
        said.1 = 'dismiss' AND ifNull(said.5 >= {{today:Date}}, true), 'dismissed',
        said.1 = 'done', 'done',
        said.1 = 'close', 'closed',
        'open') AS state,
    said.2 AS state_by, if(said.1 = '', NULL, said.3) AS state_at, said.4 AS state_reason, said.5 AS state_until,
    kept.1 AS owner, kept.2 AS note, kept.3 AS ticket FROM ({_NEWEST})"""
"""SQL for where each finding stands of which something was said; `today` binds the day."""

COLUMNS = ("state", "state_by", "state_at", "state_reason", "state_until", "owner", "note", "ticket")
"""Its columns beside `finding`."""


@dataclass(frozen=True)
class Standing:
    """Where a finding stands: its state, who said so, when (UTC) and why; whose it is, a note, a ticket.

    A dismissal that ran out is open; who, when and why are still those of the dismissal.
    """

    state: str
    who: str
    at: datetime | None
    reason: str
    until: date | None
    owner: str
    note: str
    ticket: str


@dataclass(frozen=True)
class Event:
    """What was said of a finding at one time; owner, note and ticket are as they were after it."""

    finding: str
    at: datetime
    action: str
    who: str
    reason: str
    until: date | None
    owner: str
    note: str
    ticket: str


@dataclass(frozen=True)
class Remembered:
    """What the newest event of a finding left: whose it is, note, ticket, the finding as JSON, and when it was (UTC)."""

    owner: str
    note: str
    ticket: str
    finding_json: str
    at: datetime


def standings(store: Store, as_of: date) -> dict[str, Standing]:
    """Where each finding stands, by id. One that isn't here is open: nothing was ever said of it."""
    rows = store.rows(f"SELECT finding, {', '.join(COLUMNS)} FROM ({STANDINGS})", {"today": as_of})
    return {finding: Standing(*standing) for finding, *standing in rows}


def set_aside(store: Store, as_of: date) -> frozenset[str]:
    """The findings that are dismissed or done, by id: they don't count."""
    return frozenset(finding for finding, standing in standings(store, as_of).items() if standing.state in SET_ASIDE)


def history(store: Store, finding: str) -> list[Event]:
    """Everything that was said of a finding, the newest first."""
    rows = store.rows(
        f"SELECT {', '.join(Event.__dataclass_fields__)} FROM opportunity_events WHERE finding = {{finding:String}} ORDER BY at DESC",
        {"finding": finding},
    )
    return [Event(*row) for row in rows]


def remembered(store: Store, ids: Sequence[str]) -> dict[str, Remembered]:
    """What the newest event of each of these findings left; one of which nothing was said isn't there."""
    rows = store.rows(
        """SELECT finding, argMax(tuple(owner, note, ticket, finding_json), at) AS kept, max(at) FROM opportunity_events
        WHERE finding IN {ids:Array(String)} GROUP BY finding""",
        {"ids": list(ids)},
    )
    return {finding: Remembered(owner, note, ticket, told, at) for finding, (owner, note, ticket, told), at in rows}


def version(store: Store) -> int:
    """A number that changes with whatever is said of findings and anomalies, and each threshold that is set."""
    tables = ("opportunity_events", "thresholds", "anomaly_events", "anomaly_causes")
    return int(store.rows(f"SELECT {' + '.join(f'(SELECT count() FROM {table})' for table in tables)}")[0][0])


def thresholds_set_at(store: Store) -> datetime | None:
    """When a threshold was set or set back last, UTC; None where none ever was."""
    rows = store.rows("SELECT max(at), count() FROM thresholds")
    return rows[0][0] if rows[0][1] else None


def saved_thresholds(store: Store) -> dict[str, dict[str, float]]:
    """The thresholds that somebody set and nobody set back, by check and name."""
    rows: list[tuple[Any, ...]] = store.rows(
        "SELECT check, name, argMax(tuple(value), at).1 AS newest FROM thresholds GROUP BY check, name HAVING isNotNull(newest)"
    )
    found: dict[str, dict[str, float]] = {}
    for check, name, value in rows:
        found.setdefault(check, {})[name] = value
    return found
