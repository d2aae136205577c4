"""The whole demo organisation, collected twice by the real collectors from a process of its own."""

from dataclasses import dataclass
from datetime import date

from core import refresh
from core.store.client import Store

AS_OF = date(2026, 11, 23)


@dataclass(frozen=True)
class Collected:
    """The store after two collections, and where the emulator is. Tests look at it and change nothing."""

    store: Store
    endpoint: str
    first: refresh.RefreshResult
    second: refresh.RefreshResult
