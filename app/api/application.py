"""The application that all routes hang on; the dashboard is mounted behind it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from app import api, workspace
from app.api import failures, guard
from app.workspace import Workspace

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
DESCRIPTION = """What Spendscope knows of AWS's costs, for programs. The figures are those of the dashboard, to the cent.

Amounts are JSON numbers: sums are made in decimal, and each is written with all the digits of a double. Days are UTC days. `null` is not
known, which is not zero."""


def make(
    lifespan: Any = None, space: Callable[[], Workspace] = workspace.workspace, today: Callable[[], date] = workspace.today
) -> FastAPI:
    """All routes over a workspace, as of the day that `today` says."""
    served = FastAPI(
        title="Spendscope",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses=failures.RESPONSES,
        exception_handlers=failures.HANDLERS,
    )
    served.state.space, served.state.today = space, today
    served.add_middleware(guard.Guard, config=lambda: space().config)
    for router in api.discovered():
        served.include_router(router, dependencies=[Depends(guard.BEARER)] if router.prefix.startswith(api.AWS) else [])
    for path in ("/api", "/api/{rest:path}"):
        served.add_api_route(path, _unknown, methods=list(METHODS), include_in_schema=False)
    return served


def _unknown(request: Request) -> None:
    """The dashboard answers any path with a page, so an unknown API path, or method, says so itself."""
    path, allowed = request.url.path, _methods(request.scope)
    if allowed:
        raise HTTPException(405, f"{path} takes {', '.join(allowed)} only.", {"Allow": ", ".join(allowed)})
    raise HTTPException(404, f"There is no {path}.")


def _methods(scope: Scope) -> list[str]:
    """The methods of the routes that have this path."""
    found = (route for router in api.discovered() for route in router.routes if isinstance(route, APIRoute))
    return sorted({method for route in found if route.matches(scope)[0] is Match.PARTIAL for method in route.methods})
