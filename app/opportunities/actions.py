"""What can be done with findings: accept, dismiss, mark done, reopen, and say whose they are; one dialog asks for what each needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import streamlit as st

from app import format as fmt
from app.layout import Page
from app.opportunities import choices
from core import analyze, lifecycle, runs
from core.errors import RunBusy, SpendscopeError

_ASKED, _WHO, _TOLD = "finding-action", "who", "finding-told"
WAITING = "Working out what counts now"


@dataclass(frozen=True)
class Action:
    """One thing that can be done: its button, from which states, what the dialog asks beside the name, and how it is told afterwards."""

    label: str
    icon: str
    states: tuple[str, ...]
    asks: tuple[str, ...]
    done: str
    explained: str
    counts_change: bool = True


ACTIONS = {
    "accept": Action(
        "Accept",
        ":material/check:",
        ("open",),
        ("owner", "ticket", "note"),
        "accepted",
        "Somebody means to do it. It counts until it is done.",
        counts_change=False,
    ),
    "dismiss": Action(
        "Dismiss",
        ":material/block:",
        ("open", "accepted"),
        ("reason", "until", "ticket", "note"),
        "dismissed",
        "Out of the total and the list, also when it is found again.",
    ),
    "done": Action(
        "Mark done",
        ":material/task_alt:",
        ("open", "accepted"),
        ("ticket", "note"),
        "marked as done",
        "Out of the total. What the bill says it saved is shown once enough days have settled.",
    ),
    "reopen": Action(
        "Reopen",
        ":material/undo:",
        ("accepted", "dismissed", "done"),
        ("note",),
        "reopened",
        "Open again, and counted again where it is still found.",
    ),
    "edit": Action(
        "Owner, ticket, note",
        ":material/edit:",
        lifecycle.STATES,
        ("owner", "ticket", "note"),
        "changed",
        "Says whose it is and where it is followed. Its state stays.",
        counts_change=False,
    ),
}


@dataclass(frozen=True)
class Asked:
    """An action that somebody has chosen, for which findings; `held` is what is known of a single one."""

    action: str
    ids: tuple[str, ...]
    held: tuple[tuple[str, str], ...] = ()


def possible(action: str, states: Iterable[str]) -> bool:
    """Whether there is a finding that the action means anything for."""
    return any(state in ACTIONS[action].states for state in states)


def buttons(found: Sequence[dict[str, Any]], key: str) -> None:
    """A button for each action; those that mean nothing for any of the findings are off."""
    states = [row["state"] for row in found]
    for name, action in ACTIONS.items():
        meant = [row for row in found if row["state"] in action.states]
        held = tuple((field, str(meant[0][field])) for field in ("owner", "ticket", "note")) if len(meant) == 1 else ()
        if st.button(action.label, icon=action.icon, key=f"{key}-{name}", disabled=not possible(name, states), help=action.explained):
            ask(Asked(name, tuple(row["id"] for row in meant), held))
            st.rerun()  # of the whole page, also from within a card


def ask(asked: Asked) -> None:
    """Have the next run open the dialog, in place of a card."""
    choices.closed()
    st.session_state[_ASKED] = asked


def follow(page: Page) -> bool:
    """Tell how the last action went, and open the dialog where one is asked for. Returns whether it is."""
    told()
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is None:
        return False
    st.dialog(ACTIONS[asked.action].label, on_dismiss=_forget)(_dialog)(page, asked)
    return True


def told() -> None:
    """Say in passing how the last action went, once."""
    if said := st.session_state.pop(_TOLD, None):
        st.toast(said, icon=":material/info:", duration="long")


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _dialog(page: Page, asked: Asked) -> None:
    action, held = ACTIONS[asked.action], dict(asked.held)
    st.markdown(f"**{fmt.count(len(asked.ids), 'finding')}.** {action.explained}")
    given = {name: _field(name, held.get(name, ""), required=name == "reason") for name in action.asks}
    who = name_of_the_person("action-who")
    if st.button(_confirm(action, len(asked.ids)), type="primary", icon=action.icon, key="action-confirmed"):
        _carry_out(page, asked, who, given)


def name_of_the_person(key: str, width: int | Literal["stretch"] = "stretch") -> str:
    """Who says so, remembered for as long as the page is open."""
    told = "Kept with what you say, so that others can ask."
    who = st.text_input("Your name", value=st.session_state.get(_WHO, ""), key=key, help=told, width=width)
    if who:
        st.session_state[_WHO] = who
    return who


def tell(said: str) -> None:
    """Have the next run say something in passing."""
    st.session_state[_TOLD] = said


def _field(name: str, held: str, *, required: bool) -> Any:
    if name == "until":
        told = "After that day the finding is open again. Leave it empty to dismiss for good."
        return st.date_input("Until (optional)", value=None, min_value=_tomorrow(), format="YYYY-MM-DD", key="action-until", help=told)
    if name == "reason":
        return st.text_input("Reason", key="action-reason", placeholder="Why it should stay as it is")
    if name == "note":
        return st.text_area("Note (optional)", value=held, key="action-note", height=68)
    told = {"owner": "Who will see to it", "ticket": "An address (https://…) becomes a link; a key such as FIN-12 is shown as it is."}
    return st.text_input(f"{name.capitalize()}{'' if required else ' (optional)'}", value=held, key=f"action-{name}", help=told[name])


def _tomorrow() -> date:
    return runs.utc_now().date() + timedelta(days=1)


def _confirm(action: Action, count: int) -> str:
    return "Save" if action.label.startswith("Owner") else f"{action.label} {fmt.count(count, 'finding')}"


def _carry_out(page: Page, asked: Asked, who: str, given: dict[str, Any]) -> None:
    action = ACTIONS[asked.action]
    # What is left empty for several at once stays as each of them has it.
    kept = {name: value for name, value in given.items() if value or (asked.held and name != "until")}
    try:
        count = lifecycle.act(page.figures.store, asked.ids, asked.action, at=runs.utc_now(), who=who, **kept)
    except SpendscopeError as error:
        st.error(f"**{fmt.plain(error.message)}** {fmt.plain(error.hint)}", icon=":material/error:")
        return
    told = f"{fmt.count(count, 'finding')} {action.done}."
    tell(f"{told} {judged_again(page)}".strip() if action.counts_change else told)
    _forget()
    st.rerun()


def judged_again(page: Page) -> str:
    """Have the total follow what was just said. Returns what is to be told where it can't at once; what was said is kept all the same."""
    try:
        with st.spinner(WAITING):
            analyze.judge_again(page.figures.store, page.figures.config, page.figures.as_of)
    except RunBusy:
        return "A collection or an import is going on; what else changes in the total follows with the end of the next collection."
    except SpendscopeError as error:
        return fmt.plain(f"The total couldn't be worked out anew: {error}")
    return ""
