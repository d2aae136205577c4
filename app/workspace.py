"""The figures that this process shows: the organisation's own, or until there are any, the sample's.

The two are databases of their own, so that no total ever holds both.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from core import runs
from core.models import Snapshot
from core.settings import Settings, settings
from core.store import publish
from core.store.client import DATABASE, DEMO_DATABASE, Store
from core.store.migrations import migrate


@dataclass(frozen=True)
class Workspace:
    """The open stores of this process."""

    config: Settings
    own: Store
    sample: Store

    def active(self) -> tuple[Store, Snapshot]:
        """The store that pages read, and what is published in it: our own as soon as it holds anything."""
        snapshot = publish.snapshot(self.own)
        if not snapshot.empty:
            return self.own, snapshot
        sample = publish.snapshot(self.sample)
        return (self.own, snapshot) if sample.empty else (self.sample, sample)


@lru_cache(1)
def workspace() -> Workspace:
    """Open, migrate and heal the stores, once for each process. Raises SettingError or StoreError."""
    config = settings()
    own, sample = Store(config, DATABASE), Store(config, DEMO_DATABASE)
    for store in (own, sample):
        migrate(store, runs.utc_now())
        runs.heal(store)
    return Workspace(config, own, sample)


def today() -> date:
    """The UTC day that pages take for today; core is always told."""
    return runs.utc_now().date()
