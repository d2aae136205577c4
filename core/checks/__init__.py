"""What judges what collectors fetched: a file for each check, found by its being here.

A check's file has a `CHECK`, whose id is the file's name. It is pure: it sees a resource and facts, no store, no AWS and no clock.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module

from core.checks.contract import Check
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


def thresholds(config: Settings) -> dict[str, dict[str, float]]:
    """The thresholds in force, by check: those of the settings where there is one, else the default."""
    return {
        check.id: {
            threshold.name: float(getattr(config, threshold.setting) if threshold.setting else threshold.default)
            for threshold in check.thresholds
        }
        for check in discovered()
    }
