"""Collecting from an organisation with some of the collectors."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from core import refresh
from core.aws.access import demo_access
from core.collectors import discovered
from core.settings import Settings
from core.store.client import Store
from tests.core.demo import tiny

Collect = Callable[..., refresh.RefreshResult]

NOW = datetime(2026, 11, 15, 12)
"""When it is on the tiny organisation's day."""


@pytest.fixture
def collect(
    request: pytest.FixtureRequest, demo: tiny.Served, store: Store, embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Collect]:
    """Refresh so many days later, with fault rules, from the module's own `demo` with the collectors that its COLLECTORS
    names, in its REGIONS, or else in both."""
    wanted = tuple(each for each in discovered() if each.name in request.module.COLLECTORS)
    assert {each.name for each in wanted} == set(request.module.COLLECTORS)
    monkeypatch.setattr(refresh, "discovered", lambda: wanted)

    def collected(days_later: int = 0, faults: list[dict[str, Any]] | None = None) -> refresh.RefreshResult:
        demo.control("faults", "DELETE")
        demo.control("faults", "POST", faults or [])
        access = demo_access(demo.endpoint, refresh.metered(store, embedded, demo=True))
        access.regions = getattr(request.module, "REGIONS", ("us-east-1", "eu-west-1"))
        later = timedelta(days=days_later)
        return refresh.refresh(store, access, embedded, tiny.AS_OF + later, clock=lambda: NOW + later)

    yield collected
    demo.control("faults", "DELETE")
