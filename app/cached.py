"""Every read that pages make, remembered for as long as the published version stands, and nothing more is said of what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from app.workspace import Held, today, workspace
from core.models import Snapshot
from core.store import events
from core.store.client import Store

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Figures(Held):
    """What one run of a page reads from, and remembers; `said` changes with whatever is said of findings and thresholds."""

    said: int = 0

    @property
    def version(self) -> tuple[str, int, int]:
        """What caches are keyed by."""
        return self.store.database, self.snapshot.version, self.said

    def read(self, query: Callable[Concatenate[Store, Snapshot, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer of a query under this snapshot, from the cache where it was asked before."""
        answer: R = _remembered(self.version, f"{query.__module__}.{query.__qualname__}", args, kwargs, query, self)
        return answer


def figures() -> Figures:
    """The figures as they are published now."""
    space = workspace()
    store, snapshot = space.active()
    return Figures(store, snapshot, space.config, today(), store is space.demo, events.version(store))


@st.cache_data(max_entries=2000, show_spinner=False)
def _remembered(version: tuple[str, int, int], name: str, args: Any, kwargs: Any, _query: Callable[..., Any], _figures: Figures) -> Any:
    return _query(_figures.store, _figures.snapshot, *args, **kwargs)
