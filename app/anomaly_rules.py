"""By which rules the anomalies page judges: those of the settings, or others that are tried in the address."""

import math
from dataclasses import replace

import streamlit as st

from app import filters
from app.layout import Page
from app.view import Choice
from core.insight import Rules
from core.insight.anomaly import DAY_BEFORE, MODES, USUAL


def _amount(text: str) -> float:
    """A floor of a link. Raises ValueError for anything but a number from 0 up."""
    value = float(text)
    if not (math.isfinite(value) and 0 <= value <= 1e9):
        raise ValueError(text)
    return value


MODE = Choice("rule", MODES)
SENSITIVITY = Choice("sensitivity", ("0.5", "1", "2"))
FLOOR, FLOOR_PERCENT = Choice("floor", reads=_amount), Choice("floor-percent", reads=_amount)
CHOICES = (MODE, SENSITIVITY, FLOOR, FLOOR_PERCENT)

_MODES = {USUAL: "What is usual", DAY_BEFORE: "The day before (20 %)"}
_SENSITIVITIES = {"0.5": "Low (0.5)", "1": "Normal (1)", "2": "High (2)"}


def saved(page: Page) -> Rules:
    """The rules of the settings, by which runs judge."""
    return Rules.of(page.figures.config)


def chosen(page: Page) -> Rules:
    """The rules that the address asks for; what it leaves out is as it is saved."""
    rules, view = saved(page), page.view
    if mode := view.value(MODE):
        rules = replace(rules, mode=mode)
    if sensitivity := view.value(SENSITIVITY):
        rules = replace(rules, sensitivity=float(sensitivity))
    if (floor := view.value(FLOOR)) is not None:
        rules = replace(rules, floor_usd=floor)
    if (percent := view.value(FLOOR_PERCENT)) is not None:
        rules = replace(rules, floor_percent=percent)
    return rules


def controls(page: Page, rules: Rules) -> None:
    """What can be tried, and what of it is saved."""
    held = saved(page)
    tried = rules != held
    with st.expander("How days are judged" + (" · trying other rules" if tried else ""), icon=":material/tune:", expanded=tried):
        with st.container(horizontal=True, vertical_alignment="bottom", key="anomaly-rules"):
            _select("Judged by", MODE, _MODES, page, held.mode)
            if rules.mode == USUAL:
                _select("Sensitivity", SENSITIVITY, _SENSITIVITIES, page, f"{held.sensitivity:g}")
            _number(f"Floor, {page.view.filters.currency} a day", FLOOR, page, held.floor_usd)
            _number("Floor, %", FLOOR_PERCENT, page, held.floor_percent)
            st.button("Saved rules", icon=":material/undo:", type="tertiary", disabled=not tried, on_click=_forget)
        st.caption(_explained(tried=tried))


def _explained(*, tried: bool) -> str:
    kept = "The address holds these rules; nothing is kept. " if tried else ""
    return f"{kept}Collections judge by the settings `SPENDSCOPE_ANOMALY_MODE`, `_SENSITIVITY`, `_FLOOR_USD` and `_FLOOR_PERCENT`."


def _select(label: str, choice: Choice, names: dict[str, str], page: Page, held: str) -> None:
    options = list(choice.values)
    st.selectbox(
        label,
        options,
        format_func=names.__getitem__,
        placeholder=names.get(held, held),
        index=None,
        width=190,
        **filters.bound(choice, page.view),
    )


def _number(label: str, choice: Choice, page: Page, held: float) -> None:
    st.number_input(label, min_value=0.0, placeholder=f"{held:g}", width=150, **filters.bound(choice, page.view))


def _forget() -> None:
    view = st.session_state["view"]
    for choice in CHOICES:
        view = view.choosing(choice, ())
    filters.show(view)
