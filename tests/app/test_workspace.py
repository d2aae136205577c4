"""Which figures pages show: the organisation's own or the demo's, under each setting."""

import itertools
import threading
from collections.abc import Iterator
from datetime import date

import pytest

from app.workspace import Credentials, Workspace
from core import runs, settings
from core.settings import Settings
from core.store import publish
from core.store.client import Store
from core.store.migrations import migrate

Stores = tuple[Store, Store]

_numbers = itertools.count(1)


@pytest.fixture
def stores(embedded: Settings) -> Iterator[Stores]:
    """Our own store and the demo's, both empty."""
    found = tuple(Store(embedded, database=f"{name}_{next(_numbers)}") for name in ("own", "demo"))
    for store in found:
        migrate(store, runs.utc_now())
    yield found
    for store in found:
        store.close()


def space(stores: Stores, demo: str, *, credentials: bool | None) -> Workspace:
    return Workspace(settings.load(spendscope_demo=demo), *stores, Credentials(found=credentials))


def shown(stores: Stores, demo: str, *, credentials: bool | None) -> str:
    return "own" if space(stores, demo, credentials=credentials).active()[0] is stores[0] else "demo"


def published(store: Store, source: str = "focus:AWS:111111111111") -> None:
    publish.publish(store, "20260901-000000-aaaa", [(source, date(2026, 8, 1))])


@pytest.mark.parametrize(
    ("demo", "credentials", "anything", "expected"),
    [
        ("auto", False, False, "demo"),
        ("auto", None, False, "demo"),  # not known yet; nobody waits for it
        ("auto", True, False, "own"),
        ("auto", False, True, "own"),
        ("auto", True, True, "own"),
        ("on", True, True, "demo"),
        ("on", False, False, "demo"),
        ("off", False, False, "own"),
        ("off", True, True, "own"),
    ],
)
def test_the_setting_credentials_and_imports_decide(
    stores: Stores, demo: str, credentials: bool | None, anything: bool, expected: str
) -> None:
    published(stores[1])
    if anything:
        published(stores[0])
    assert shown(stores, demo, credentials=credentials) == expected


def test_the_snapshot_is_the_shown_store_s(stores: Stores) -> None:
    published(stores[1])
    assert len(space(stores, "auto", credentials=False).active()[1].bills) == 1
    assert space(stores, "auto", credentials=True).active()[1].empty


def test_an_undone_import_leads_back_to_the_demo(stores: Stores) -> None:
    published(stores[0])
    assert shown(stores, "auto", credentials=False) == "own"
    publish.undo(stores[0], "20260901-000000-aaaa")
    assert shown(stores, "auto", credentials=False) == "demo"


def test_looking_for_credentials_keeps_nobody_waiting() -> None:
    gate = threading.Event()
    credentials = Credentials(ask=lambda: gate.wait(10))
    credentials.look()
    assert credentials.found is None
    gate.set()
    assert credentials.wait() is True
    assert credentials.found is True
