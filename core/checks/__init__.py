"""What judges what collectors fetched: a file for each check, found by its being here.

A check's file has a `CHECK`, whose id is the file's name. It is pure: it sees a resource and facts, no store, no AWS and no clock.
"""

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module

from core.checks.contract import Check, Threshold
from core.settings import Settings


@lru_cache
def discovered() -> tuple[Check, ...]:
    """Every check, in the order of their files' names. Raises ValueError for one whose id isn't its file's name."""
    found = []
    for file in pkgutil.iter_modules(__path__):
        module = import_module(f"{__name__}.{file.name}")
        if check := getattr(module, "CHECK", None):
            if check.id != file.name:
                raise ValueError(f"the check in {file.name}.py says that it is {check.id}")
            found.append(check)
    return tuple(found)


def thresholds(config: Settings, saved: Mapping[str, Mapping[str, float]] | None = None) -> dict[str, dict[str, float]]:
    """The thresholds in force, by check: those that were `saved` on the page, else those of the settings, else the defaults."""
    held = saved or {}
    return {
        check.id: {
            threshold.name: held.get(check.id, {}).get(threshold.name, configured(threshold, config)) for threshold in check.thresholds
        }
        for check in discovered()
    }


def configured(threshold: Threshold, config: Settings) -> float:
    """What a threshold is without anything saved: its setting's value where it has one, else its default."""
    return float(getattr(config, threshold.setting) if threshold.setting else threshold.default)
