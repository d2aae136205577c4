"""Which of the filter bar's selections findings and resources follow."""

import streamlit as st

from app import format as fmt
from core.models import Filters
from core.store.opportunities import Selection

FOLLOWED = ("account", "service", "region", "provider")
"""Findings have no day, no charge category and no usage type; a resource's tags aren't asked about here."""


def followed(shown: Filters) -> Selection:
    """The selections of a view that its findings follow."""
    return {key: values for key, values in shown.selected.items() if key in FOLLOWED}


def left_out(shown: Filters, who: str) -> None:
    """Say which filters don't apply here; `who` follows the others."""
    ignored = sorted(key.replace("_", " ") for key in shown.selected if key not in FOLLOWED)
    if ignored:
        said = f"{who} the filters by account, service, region and provider; {' and '.join(ignored)} doesn't apply."
        st.caption(fmt.plain(said))
