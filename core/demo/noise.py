"""Chance that doesn't change: numbers in [0, 1) that depend only on a key and a position, whole arrays at a time."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SPREAD_OF_THREE = 2.0  # the sum of three uniform numbers has a variance of 1/4


def key(*parts: object) -> int:
    """A 64-bit key of whatever names the thing."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


def hexadecimal(digits: int, *parts: object) -> str:
    """A made-up id of so many hexadecimal digits."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=32).hexdigest()[:digits]


def chosen(options: Any, *parts: object) -> Any:
    """One of the options, always the same for the same parts."""
    return options[key(*parts) % len(options)]


def fraction(*parts: object) -> float:
    """A number in [0, 1)."""
    return key(*parts) / 2**64


def uniform(keys: Any, positions: Any) -> Floats:
    """SplitMix64 of key and position, broadcast against each other, as numbers in [0, 1)."""
    with np.errstate(over="ignore"):
        z = np.asarray(keys, np.uint64) + np.asarray(positions).astype(np.uint64) * _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return np.asarray((z >> np.uint64(11)) * 2.0**-53, np.float64)


def normal(keys: Any, positions: Any) -> Floats:
    """About normally distributed, mean 0, deviation 1, and never past 3: the sum of three uniform numbers."""
    first = np.asarray(positions).astype(np.int64) * 3
    return (uniform(keys, first) + uniform(keys, first + 1) + uniform(keys, first + 2) - 1.5) * _SPREAD_OF_THREE
