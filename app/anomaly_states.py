"""Where an anomaly stands, and the buttons that say so: expected, investigating, resolved, or open again. Sentences are pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app import anomalies
from app import format as fmt
from app.layout import Page
from app.opportunities.actions import name_of_the_person, tell
from core import anomaly_life, runs
from core.errors import SpendscopeError
from core.insight import Anomaly
from core.store import anomaly_events
from core.store.anomaly_events import Said

_ICONS = {
    "investigating": ":material/search:",
    "expected": ":material/event_available:",
    "resolved": ":material/task_alt:",
    "open": ":material/undo:",
}


@dataclass(frozen=True)
class _Action:
    label: str
    done: str
    explained: str


_ACTIONS = {
    "investigating": _Action("Investigate", "is being investigated", "Somebody looks into it. It stays among the open ones."),
    "expected": _Action(
        "Mark expected",
        "is expected",
        "It was to be expected. Later ones in the same place, to the same side, on the same day of the month or of about the same size "
        "are taken as expected too.",
    ),
    "resolved": _Action("Mark resolved", "is resolved", "Its cause is known and dealt with."),
    "open": _Action("Reopen", "is open again", "Open again. Nothing is learned from it any more."),
}


def draw(page: Page, anomaly: Anomaly, found: Sequence[Anomaly]) -> None:
    """Where it stands, what was said of it, and a form to say something else."""
    with st.container(horizontal=True, vertical_alignment="center", key="anomaly-standing"):
        st.badge(anomalies.state(anomaly), icon=_ICONS[anomaly.state] if anomaly.state != "open" else ":material/radio_button_unchecked:")
        if anomaly.state_at:
            st.caption(fmt.plain(anomalies.standing(anomaly)), width="content")
    offered = [state for state in _ACTIONS if state != anomaly.state or anomaly.taught_by]
    with st.expander("Say where it stands", icon=":material/edit_note:", key="anomaly-say"):
        state = st.segmented_control(
            "It is", offered, format_func=lambda state: _ACTIONS[state].label, key="anomaly-state", default=offered[0], required=True
        )
        if state:
            st.caption(_ACTIONS[state].explained)
            reason = st.text_input("Reason" if state == "expected" else "Reason (optional)", key="anomaly-reason")
            who = name_of_the_person("anomaly-who")
            if st.button(_ACTIONS[state].label, icon=_ICONS[state], type="primary", key="anomaly-said"):
                _say(page, anomaly, found, state, who, reason)
    _history(page, anomaly)


def told(said: Said) -> str:
    """One thing that was said, in a sentence."""
    reason = f": {said.reason}" if said.reason else ""
    return f"{fmt.day(said.at.date())}, {said.at:%H:%M} UTC: {said.who} said {said.state}{reason}"


def _say(page: Page, anomaly: Anomaly, found: Sequence[Anomaly], state: str, who: str, reason: str) -> None:
    try:
        anomaly_life.say(page.figures.store, found, [anomaly.id], state, at=runs.utc_now(), who=who, reason=reason)
    except SpendscopeError as error:
        st.error(f"**{fmt.plain(error.message)}** {fmt.plain(error.hint)}", icon=":material/error:")
        return
    tell(f"{anomalies.name(anomaly)} {_ACTIONS[state].done}.")
    st.rerun()


def _history(page: Page, anomaly: Anomaly) -> None:
    past = page.figures.read(_said_of, tuple(dict.fromkeys((anomaly.id, *anomaly.alerts))))
    if past:
        with st.expander(f"History ({len(past)})", icon=":material/history:", key="anomaly-history"):
            for said in past:
                st.markdown(f"- {fmt.plain(told(said))}")


def _said_of(store: object, snap: object, ids: Sequence[str]) -> list[Said]:
    return anomaly_events.history(store, ids)  # type: ignore[arg-type]  # what every cached read is given
