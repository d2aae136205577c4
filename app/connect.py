"""The ways in to AWS that pages offer: what to do without credentials, and what a button starts."""

import streamlit as st

from app import collecting
from core.errors import SpendscopeError

HOW = (
    "Credentials go into the environment, `.env` or a profile, as for any AWS tool; then start Spendscope again. "
    "`docs/aws-collector.md` has the read-only policy; `python -m core check-access` tells what is missing."
)
NO_CREDENTIALS = f"**No AWS credentials were found.** {HOW}"

_ASKED = "ask-refresh"


def ask_to_refresh() -> None:
    """For callbacks: have the next run open the dialog that says what a collection will cost."""
    st.session_state[_ASKED] = True


def asked_to_refresh() -> bool:
    """Whether this run is to open it."""
    return bool(st.session_state.pop(_ASKED, False))


def begin(*, whole: bool = False) -> None:
    """Start a collection, or join the one that is going on; that something else is in its way is said."""
    try:
        collecting.start(whole=whole)
    except SpendscopeError as error:
        st.toast(str(error), icon=":material/error:")


def check() -> None:
    """Start to try each permission."""
    try:
        collecting.check_access()
    except SpendscopeError as error:
        st.toast(str(error), icon=":material/error:")
