"""The life of an anomaly: what can be said of it, and by whom.

    open ──investigating──► investigating
    any of them ──expected (why)──► expected, and later ones like it are too
    any of them ──resolved──► resolved
    any of them ──open──► open, and nothing is learned from it any more

What people say is kept apart from the figures, each time anew, with the anomaly as it was then; so it outlives every run.
"""

from collections.abc import Sequence
from datetime import datetime

from core.errors import ActionRefused, UnknownAnomaly
from core.insight.anomaly import Anomaly
from core.insight.standing import EXPECTED, STATES
from core.said import after, clean, shown, stamp, utc
from core.store import anomaly_events
from core.store.anomaly_events import Said
from core.store.client import Store

__all__ = ["STATES", "say"]

MOST = 1000
_WHO, _REASON = 100, 500  # characters


def say(store: Store, found: Sequence[Anomaly], ids: Sequence[str], state: str, *, at: datetime, who: str, reason: str = "") -> int:
    """Say where anomalies stand, all of these ids or none; `found` are those that there are now. Returns of how many.

    `at` is UTC. Raises ActionRefused, UnknownAnomaly and StoreError.
    """
    wanted = list(dict.fromkeys(ids))
    _check(wanted, state)
    said = clean("your name", who, _WHO), clean("the reason", reason, _REASON)
    if not said[0]:
        raise ActionRefused("Nobody is named.", "Say who you are; it is kept with what you say.")
    if state == EXPECTED and not said[1]:
        raise ActionRefused("What is expected needs a reason.", "Say in a few words why: later ones like it are taken as expected for it.")
    known = {one.id: one for one in found}
    for ident in wanted:
        if ident not in known:
            raise UnknownAnomaly(f"There is no anomaly {shown(ident)}.", "Ids are those of the anomalies page and its exports.")
    last = {each.anomaly: each.at for each in anomaly_events.history(store, wanted)[::-1]}
    moments = [after(utc(at), last.get(ident)) for ident in wanted]
    rows = [_said(known[ident], moment, state, *said) for ident, moment in zip(wanted, moments, strict=True)]
    return anomaly_events.add(store, rows, map(stamp, moments))


def _check(ids: Sequence[str], state: str) -> None:
    if state not in STATES:
        raise ActionRefused(f"An anomaly can't be “{shown(state)}”.", f"Ask for one of {', '.join(STATES)}.")
    if not ids:
        raise ActionRefused("No anomaly is named.", "Choose at least one.")
    if len(ids) > MOST:
        raise ActionRefused(f"{len(ids):,} anomalies are too many at once.", f"Choose up to {MOST:,}.")


def _said(one: Anomaly, at: datetime, state: str, who: str, reason: str) -> Said:
    return Said(one.id, at, state, who, reason, one.scope, one.where, one.alerts, one.first, one.last, one.impact, one.currency)
