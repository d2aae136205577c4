"""Which of the filter bar's selections findings follow."""

from core.models import Filters
from core.store.opportunities import Selection

FOLLOWED = ("account", "service", "region", "provider")
"""Findings have no day, no charge category and no usage type; a resource's tags aren't asked about here."""


def followed(shown: Filters) -> Selection:
    """The selections of a view that its findings follow."""
    return {key: values for key, values in shown.selected.items() if key in FOLLOWED}
