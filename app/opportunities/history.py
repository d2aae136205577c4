"""Where a finding stands, and everything that was said of it. Sentences are pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app import format as fmt
from app.cached import Figures
from core.lifecycle import is_link
from core.store import events
from core.store.events import Event

SAID = {
    "accept": "accepted it",
    "dismiss": "dismissed it",
    "done": "marked it as done",
    "reopen": "reopened it",
    "close": "closed it",
    "edit": "changed owner, ticket or note",
}


def standing(found: Mapping[str, Any]) -> str:
    """Where it stands, in a sentence; the ticket is told apart."""
    by = f" by {found['state_by']}" if found["state_by"] else ""
    on = "" if pd.isna(found["state_at"]) else f" on {fmt.day(pd.Timestamp(found['state_at']).date())}"
    until = "" if pd.isna(found["state_until"]) else f", until {fmt.day(pd.Timestamp(found['state_until']).date())}"
    reason = f": {found['state_reason']}" if found["state_reason"] else ""
    if found["state"] == "open":
        return "Open" if pd.isna(found["state_until"]) else f"Open again: it was dismissed{by}{until}{reason}"
    return f"{found['state'].capitalize()}{by}{on}{until}{reason}"


def told(event: Event) -> str:
    """One event in a sentence."""
    until = f" until {fmt.day(event.until)}" if event.until else ""
    reason = f": {event.reason}" if event.reason else ""
    return f"{fmt.day(event.at.date())}, {event.at:%H:%M} UTC: {event.who} {SAID.get(event.action, event.action)}{until}{reason}"


def draw(held: Figures, found: Mapping[str, Any]) -> None:
    """Owner, ticket and note, and the history where there is any."""
    facts = [f"Owner: {fmt.plain(found['owner'])}"] if found["owner"] else []
    if found["ticket"]:
        facts.append(f"Ticket: {_ticket(found['ticket'])}")
    if facts:
        st.markdown(" · ".join(facts))
    if found["note"]:
        st.markdown(fmt.plain(found["note"]).replace("\n", "  \n"))
    past = held.read(_history, str(found["id"]))
    if past:
        with st.expander(f"History ({len(past)})", key="finding-history", icon=":material/history:"):
            for event in past:
                st.markdown(f"- {fmt.plain(told(event))}")


def _ticket(ticket: str) -> str:
    """A link only where it's an address; then nothing of it can end the link early."""
    if not is_link(ticket):
        return fmt.plain(ticket)
    address = ticket.replace("(", "%28").replace(")", "%29")
    return f"[{fmt.plain(ticket)}]({address})"


def _history(store: Any, snap: object, ident: str) -> Sequence[Event]:
    return events.history(store, ident)
