"""The API over the collected demo, and over a store of one's own."""

from datetime import date

import pytest
from fastapi.testclient import TestClient

from app.api import application
from app.api.held import Held
from app.workspace import Credentials, Workspace
from core import settings
from core.settings import Settings
from core.store import publish
from core.store.client import Store
from tests.core.collected import AS_OF, Collected

HERE = "http://127.0.0.1:8501"


def client_of(
    store: Store, as_of: date = AS_OF, *, own: bool = False, credentials: bool = False, config: Settings | None = None
) -> TestClient:
    """The API over a store, which stands for the demo's, or for one's own."""
    space = Workspace(
        config or settings.load(spendscope_demo="off" if own else "on"),
        store,
        None if own else store,  # type: ignore[arg-type]  # nobody asks for it then
        Credentials(ask=lambda: credentials),
    )
    space.credentials.look()
    served = application.make(space=lambda: space, today=lambda: as_of)
    return TestClient(served, base_url=HERE, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def client(collected: Collected) -> TestClient:
    return client_of(collected.store)


@pytest.fixture(scope="session")
def held(collected: Collected, embedded: Settings) -> Held:
    """The same figures, to ask the core."""
    return Held(collected.store, publish.snapshot(collected.store), embedded, AS_OF, True)
