"""Changes to what is published."""

from collections.abc import Callable

import streamlit as st

from core.errors import SpendscopeError


def attempt(action: Callable[[], object]) -> None:
    """Carry out a change to what is published; a refusal is said, not raised."""
    try:
        action()
    except SpendscopeError as error:
        st.toast(str(error), icon=":material/error:")
