"""Headline figures, the same on every page."""

import streamlit as st

from app import format as fmt


def card(label: str, value: str, *, change: str | None = None, note: str | None = None, help: str | None = None) -> None:  # noqa: A002  Streamlit's own word
    """One headline figure; a `change` is red when spend rose, a `note` has no colour."""
    colour, arrow = ("inverse", "auto") if note is None else ("off", "off")
    st.metric(
        fmt.plain(label),
        fmt.plain(value),
        fmt.plain(change or note or "") or None,
        delta_color=colour,
        delta_arrow=arrow,
        help=fmt.plain(help or "") or None,
        border=True,
        height="stretch",
    )
