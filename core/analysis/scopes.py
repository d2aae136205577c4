"""What an alert or an event is of: values of dimensions that hold together, such as a service in a region."""

from collections.abc import Iterable, Mapping

import pandas as pd

Scope = tuple[tuple[str, str], ...]
"""Pairs of a dimension's key and a value; () is everything."""

EVERYTHING: Scope = ()
DIMENSIONS = ("account", "service", "region", "usage_type")
"""The columns of a cube that scopes are made of, in the order in which they are written."""

_NAMED_FIRST = ("service", "usage_type", "account", "region")


def scope(values: Mapping[str, str] | Iterable[tuple[str, str]]) -> Scope:
    """A scope of these values, in the usual order."""
    held = dict(values)
    return tuple((key, held[key]) for key in DIMENSIONS if key in held)


def ident(of: Scope) -> str:
    """How ids name it: a service by its label alone, others as "region=eu-west-1", everything as "total"."""
    if not of:
        return "total"
    return "&".join(value if key == "service" else f"{key}={value}" for key, value in sorted(of, key=lambda pair: _place(pair[0])))


def is_within(inner: Scope, outer: Scope) -> bool:
    """Whether all of one lies in the other."""
    return set(outer) <= set(inner)


def rows_of(cube: pd.DataFrame, of: Scope) -> pd.DataFrame:
    """The rows of a cube that lie in a scope; a dimension that the cube doesn't tell apart narrows nothing."""
    for key, value in of:
        if key in cube.columns:
            cube = cube[cube[key] == value]
    return cube


def precedence(of: Scope) -> int:
    """What an event is rather named after: the smaller, the rather."""
    return min((_place(key) for key, _ in of), default=len(_NAMED_FIRST))


def _place(key: str) -> int:
    return _NAMED_FIRST.index(key)
