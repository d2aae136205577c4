"""What goes wrong, as JSON: one sentence that names the thing, one that says what to do next, never a traceback."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api.models.common import ErrorResponse
from core import errors

_STATUS: tuple[tuple[type[errors.SpendscopeError], int], ...] = (
    (errors.SettingError, 422),
    (errors.ImportRefused, 422),
    (errors.AnalysisRefused, 422),
    (errors.UnknownFinding, 404),
    (errors.UnknownAnomaly, 404),
    (errors.UnknownBudget, 404),
    (errors.ActionRefused, 422),
    (errors.RunBusy, 409),
    (errors.UndoRefused, 409),
    (errors.CollectionCancelled, 409),
    (errors.StoreFull, 507),
    (errors.StoreError, 503),
    (errors.Throttled, 503),
    (errors.AwsError, 502),
)
_DESCRIPTIONS = {
    401: "The token is missing or wrong",
    403: "Asked from another site, or under a foreign name",
    404: "There is no such thing",
    409: "Something else is going on",
    422: "The query or the body can't be used",
    503: "The database can't be reached",
}
Responses = dict[int | str, dict[str, Any]]
"""Documented answers by status."""


def _documented(*statuses: int) -> Responses:
    return {status: {"model": ErrorResponse, "description": _DESCRIPTIONS[status]} for status in statuses}


RESPONSES = _documented(401, 403, 422, 503)
"""What any route may answer."""

NOT_FOUND, BUSY = _documented(404), _documented(409)


def answer(status: int, error: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as JSON."""
    told = ErrorResponse(error=error, message=message, hint=hint, detail=message)
    return JSONResponse(told.model_dump(), status, headers)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    """One of our own refusals."""
    if not isinstance(error, errors.SpendscopeError):
        raise error
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return answer(status, type(error).__name__, error.message, error.hint)


async def _unusable(_: Request, error: Exception) -> JSONResponse:
    """A query or body that isn't as the documentation says."""
    if not isinstance(error, RequestValidationError):
        raise error
    found = [f"{_where(problem['loc'])}: {_lowered(problem['msg'])}" for problem in error.errors()]
    return answer(422, "UnusableRequest", f"The request can't be used: {'; '.join(found)}.", "/api/docs lists what each route takes.")


def _where(loc: tuple[int | str, ...]) -> str:
    """Where a value stands, as in "start_date of the body"."""
    place, *names = loc
    name = ".".join(str(part) for part in names if names != [part] or isinstance(part, str))  # a number alone is a place in the text
    return f"{name} of the {place}" if name else f"the {place}"


def _lowered(text: str) -> str:
    said = text.removeprefix("Value error, ").rstrip(".")
    return said if said[:2].isupper() else said[:1].lower() + said[1:]


async def _http(_: Request, error: Exception) -> JSONResponse:
    """A path, method or id that there isn't."""
    if not isinstance(error, HTTPException):
        raise error
    kind = {404: "NotFound", 405: "MethodNotAllowed"}.get(error.status_code, "Refused")
    return answer(error.status_code, kind, str(error.detail), headers=error.headers)


async def _broken(_: Request, __: Exception) -> JSONResponse:
    """A mistake of ours: the server logs the traceback, and nobody else sees it."""
    return answer(500, "Failed", "The request failed.", "The server's log says more.")


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, JSONResponse]]] = {
    errors.SpendscopeError: _refused,
    RequestValidationError: _unusable,
    HTTPException: _http,
    Exception: _broken,
}
