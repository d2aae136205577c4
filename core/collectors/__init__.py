"""What is fetched from AWS and from billing exports: a file for each AWS service, found by its being here.

A collector's file has a `COLLECTOR`. None knows another.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module

from core.collectors.contract import Collector


@lru_cache
def discovered() -> tuple[Collector, ...]:
    """Every collector, in the order of their files' names; those that look at what others keep come after them."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__) if not found.ispkg]
    found: list[Collector] = [module.COLLECTOR for module in modules if hasattr(module, "COLLECTOR")]
    return tuple(sorted(found, key=lambda collector: bool(collector.reads)))
