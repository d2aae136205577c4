"""The demo organisation, collected once for every test that looks at it."""

from collections.abc import Iterator

import pytest

from core import refresh, runs
from core.aws.access import demo_access
from core.demo.process import DemoProcess
from core.settings import Settings
from core.store.client import Store
from core.store.migrations import migrate
from tests.core.collected import AS_OF, Collected


@pytest.fixture(scope="session")
def collected(embedded: Settings) -> Iterator[Collected]:
    store = Store(embedded, database="test_collect_the_demo")
    migrate(store, runs.utc_now())
    with DemoProcess.start(AS_OF) as demo:
        results = [
            refresh.refresh(store, demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True)), embedded, AS_OF)
            for _ in range(2)
        ]
        yield Collected(store, demo.endpoint, *results)
    store.close()
