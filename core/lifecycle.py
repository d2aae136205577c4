"""The life of a finding: what can be said of it, by whom, and what happens to it by itself.

    open ──accept──► accepted
    any of them ──done──► done
    any of them ──dismiss (why, until when)──► dismissed ──past its day──► open
    any of them ──reopen──► open
    open, accepted ──not found any more──► closed ──found again──► open

What people say is an event; nothing is ever changed or removed. Events are kept apart from the figures, so they outlive every run.
"""

import json
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from core import checks
from core.errors import ActionRefused, UnknownFinding
from core.said import after, clean, shown, stamp, utc
from core.store import events, opportunities, publish, writes
from core.store.client import Store
from core.store.events import LIVE, SET_ASIDE, STATES

__all__ = ["ACTIONS", "LIVE", "SET_ASIDE", "SPENDSCOPE", "STATES", "act", "close_gone", "is_link", "save_thresholds"]

ACTIONS = ("accept", "dismiss", "done", "reopen", "close", "edit")
"""What can happen to a finding; `close` happens by itself."""

SPENDSCOPE = "Spendscope"
"""Who closes what isn't found any more."""

GONE, FOUND_AGAIN = "No longer found.", "Found again."
MOST = 10_000
_AT_ONCE = 1_000  # ids that one read binds
_LONGEST = {"who": 100, "owner": 100, "reason": 500, "note": 2000, "ticket": 500}
_NAMES = {"who": "your name", "owner": "the owner", "reason": "the reason", "note": "the note", "ticket": "the ticket"}
_KEY = re.compile(r"#?[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_LINK = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)


def act(
    store: Store,
    ids: Sequence[str],
    action: str,
    *,
    at: datetime,
    who: str,
    reason: str = "",
    until: date | None = None,
    owner: str | None = None,
    note: str | None = None,
    ticket: str | None = None,
) -> int:
    """Say something of findings, all of them or, where one can't be, of none; returns of how many.

    None leaves owner, note and ticket as they are; "" takes them off. `at` is UTC. Raises ActionRefused, UnknownFinding and StoreError.
    """
    wanted = list(dict.fromkeys(ids))
    moment = utc(at)
    _check(action, wanted, moment, until)
    said = {"who": _text("who", who), "reason": _text("reason", reason)}
    if not said["who"]:
        raise ActionRefused("Nobody is named.", "Say who you are; it is kept with what you say.")
    if action == "dismiss" and not said["reason"]:
        raise ActionRefused("A dismissal needs a reason.", "Say in a few words why nothing is to be done.")
    kept = {name: _text(name, text) for name, text in {"owner": owner, "note": note, "ticket": ticket}.items() if text is not None}
    if action == "edit" and not kept:
        raise ActionRefused("There is nothing to change.", "Name an owner, a note or a ticket.")
    _refuse_unusable(kept.get("ticket", ""))
    found = _found(store, wanted)
    before = _remembered(store, wanted)
    for ident in wanted:
        _refuse_impossible(ident, action, found=ident in found, known=ident in before)
    row = {"action": action, **said, "until": until}
    rows = (
        # What isn't found any more can't be open; taking back what was said of it leaves it closed.
        _event(ident, {**row, "action": "close"} if action == "reopen" and ident not in found else row, kept, moment, found, before)
        for ident in wanted
    )
    return writes.insert_rows(store, "opportunity_events", rows)


def close_gone(
    store: Store, before: Mapping[str, Mapping[str, Any]], after_ids: Collection[str], not_measured_ids: Collection[str], at: datetime
) -> int:
    """Close what was found `before` (by id, in full) and isn't any more, and open again what was closed and is; returns how many changed.

    What couldn't be measured stays as it is, and so does what is done or dismissed. A finding that was accepted, wasn't measured for a
    while and is gone then is closed too.
    """
    moment = utc(at)
    held, lacking = set(after_ids), set(not_measured_ids)
    stands = {ident: standing.state for ident, standing in events.standings(store, moment.date()).items()}
    now = set(opportunities.published_ids(store, publish.snapshot(store)))
    candidates = set(before) | (stands.keys() - now)
    gone = sorted(ident for ident in candidates - held - lacking if stands.get(ident, "open") in LIVE)
    again = sorted(ident for ident in held if stands.get(ident) == "closed")
    told = _remembered(store, [*gone, *again])
    rows = [_event(ident, _by_itself("close", GONE), {}, moment, before, told) for ident in gone]
    rows += [_event(ident, _by_itself("reopen", FOUND_AGAIN), {}, moment, before, told) for ident in again]
    return writes.insert_rows(store, "opportunity_events", rows)


def save_thresholds(store: Store, check: str, values: Mapping[str, float | None], *, at: datetime, who: str) -> None:
    """Set thresholds of a check for every judgement from now on; None takes one back to its default. Raises ActionRefused."""
    known = {each.id: {threshold.name for threshold in each.thresholds} for each in checks.discovered()}
    if check not in known:
        raise ActionRefused(f"There is no check {shown(check)}.", "docs/checks.md lists them.")
    for name, value in values.items():
        if name not in known[check]:
            raise ActionRefused(f"The check {check} has no threshold {shown(name)}.", f"It has {', '.join(sorted(known[check]))}.")
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise ActionRefused(f"The threshold {name} of {check} can't be {value}.", "A threshold is a number from 0 up.")
    name_of = _text("who", who)
    if not name_of:
        raise ActionRefused("Nobody is named.", "Say who you are; it is kept with the threshold.")
    last = events.thresholds_set_at(store)
    own = {"check": check, "at": stamp(after(utc(at), last)), "who": name_of}
    writes.insert_rows(store, "thresholds", ({**own, "name": name, "value": value} for name, value in values.items()))


def is_link(ticket: str) -> bool:
    """Whether a ticket is an address that can be followed; else it's a key."""
    return bool(_LINK.fullmatch(ticket)) and bool(_host(ticket))


def _check(action: str, ids: Sequence[str], at: datetime, until: date | None) -> None:
    asked = [name for name in ACTIONS if name != "close"]
    if action not in asked:
        raise ActionRefused(f"Nobody can “{shown(action)}” a finding.", f"Ask for one of {', '.join(asked)}.")
    if not ids:
        raise ActionRefused("No finding is named.", "Choose at least one.")
    if len(ids) > MOST:
        raise ActionRefused(f"{len(ids):,} findings are too many at once.", f"Choose up to {MOST:,}.")
    if until is not None and action != "dismiss":
        raise ActionRefused("Only a dismissal has an end.", "Leave the day out.")
    if until is not None and until <= at.date():
        raise ActionRefused(f"A dismissal until {until} has run out already.", f"Name a day after {at.date()}, or none.")


def _refuse_unusable(ticket: str) -> None:
    if ticket and not is_link(ticket) and not _KEY.fullmatch(ticket):
        raise ActionRefused("The ticket can't be used.", "Give its address, from https:// or http:// on, or a key such as OPS-123.")


def _refuse_impossible(ident: str, action: str, *, found: bool, known: bool) -> None:
    if not found and not known:
        raise UnknownFinding(f"There is no finding {shown(ident)}.", "Ids are those of the opportunities page and its exports.")
    if not found and action in ("accept", "dismiss"):
        raise ActionRefused(f"The finding {shown(ident)} isn't found any more.", "It can be called done, or left as it is.")


def _text(name: str, text: str) -> str:
    """Free text as it's kept. A note may have lines."""
    return clean(_NAMES[name], text, _LONGEST[name], lines=name == "note")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _found(store: Store, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    snap = publish.snapshot(store)
    return {ident: row for some in _pieces(ids) for ident, row in opportunities.some(store, snap, some).items()}


def _remembered(store: Store, ids: Sequence[str]) -> dict[str, events.Remembered]:
    return {ident: kept for some in _pieces(ids) for ident, kept in events.remembered(store, some).items()}


def _pieces(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _by_itself(action: str, reason: str) -> dict[str, Any]:
    return {"action": action, "who": SPENDSCOPE, "reason": reason, "until": None}


def _event(
    ident: str,
    said: Mapping[str, Any],
    kept: Mapping[str, str],
    at: datetime,
    found: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, events.Remembered],
) -> dict[str, Any]:
    """A row of `opportunity_events`. It is never earlier than the last one of its finding, so that the newest is what was said last."""
    last = before.get(ident)
    held = {"owner": last.owner, "note": last.note, "ticket": last.ticket} if last else {"owner": "", "note": "", "ticket": ""}
    moment = after(at, last.at if last else None)
    told = json.dumps(dict(found[ident]), default=str) if ident in found else last.finding_json if last else "{}"
    return {"finding": ident, "at": stamp(moment), **said, **held, **kept, "finding_json": told}
