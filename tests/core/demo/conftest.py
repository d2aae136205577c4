"""The tiny organisation behind an endpoint, with Cost Explorer pages of four rows."""

from collections.abc import Iterator

import pytest

from tests.core.demo import tiny


@pytest.fixture(scope="session")
def _demo() -> Iterator[tiny.Served]:
    with tiny.served(measured=True, page_size=4) as served:
        yield served


@pytest.fixture
def demo(_demo: tiny.Served) -> Iterator[tiny.Served]:
    """The served organisation, undisturbed."""
    yield _demo
    _demo.control("faults", "DELETE")
    _demo.control("calls", "DELETE")
