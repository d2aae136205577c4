"""What programs are answered: a file for each group of routes, found by its being here.

A group's file has a `router`. None knows another.
"""

import pkgutil
from functools import lru_cache
from importlib import import_module

from fastapi import APIRouter

AWS = "/api/v1/aws"
"""Where the routes about AWS's costs and resources are."""


@lru_cache
def discovered() -> tuple[APIRouter, ...]:
    """Every group of routes, in the order of their files' names."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return tuple(module.router for module in modules if hasattr(module, "router"))
