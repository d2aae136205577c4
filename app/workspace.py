"""The figures that this process shows: the organisation's own, or the demo's.

The two are databases of their own, so that no total ever holds both.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from core import runs
from core.aws.access import has_credentials
from core.models import Snapshot
from core.settings import Settings, settings
from core.store import publish
from core.store.client import DATABASE, DEMO_DATABASE, Store
from core.store.migrations import migrate


@dataclass(eq=False)
class Credentials:
    """Whether AWS credentials were found; asked once, beside everything else, because a machine's own service may be slow to answer."""

    ask: Callable[[], bool] = has_credentials
    found: bool | None = None
    _answered: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Begin to ask."""
        threading.Thread(target=self._look, name="credentials", daemon=True).start()

    def wait(self) -> bool:
        """The answer, once it's there."""
        self._answered.wait()
        return bool(self.found)

    def _look(self) -> None:
        try:
            self.found = self.ask()
        finally:
            self._answered.set()


@dataclass(frozen=True)
class Held:
    """What one run of a page, or one request, reads from: one store, one snapshot, one day taken for today."""

    store: Store
    snapshot: Snapshot
    config: Settings
    as_of: date
    is_demo: bool

    @property
    def settled_days(self) -> int:
        """How many whole days old a day has to be to be judged."""
        return self.config.spendscope_settled_days


@dataclass(frozen=True)
class Workspace:
    """The open stores of this process."""

    config: Settings
    own: Store
    demo: Store
    credentials: Credentials

    def active(self) -> tuple[Store, Snapshot]:
        """The store that pages read, and what is published in it.

        With SPENDSCOPE_DEMO=auto it is our own as soon as it holds anything or there are AWS credentials.
        """
        if self.config.spendscope_demo == "on":
            return self.demo, publish.snapshot(self.demo)
        own = publish.snapshot(self.own)
        if self.config.spendscope_demo == "off" or not own.empty or self.credentials.found:
            return self.own, own
        return self.demo, publish.snapshot(self.demo)


@lru_cache(1)
def workspace() -> Workspace:
    """Open, migrate and heal the stores, once for each process. Raises SettingError or StoreError."""
    config = settings()
    own, demo = Store(config, DATABASE), Store(config, DEMO_DATABASE)
    for store in (own, demo):
        migrate(store, runs.utc_now())
        runs.heal(store)
    credentials = Credentials()
    credentials.look()
    return Workspace(config, own, demo, credentials)


def today() -> date:
    """The UTC day that pages take for today; core is always told."""
    return runs.utc_now().date()
