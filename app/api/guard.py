"""Who may call: whoever has the token, or without one this machine's programs, but no other site's page in a browser.

The server has no sign-in. A page of another site could have the reader's browser send a request to this machine (which `Origin` and
`Sec-Fetch-Site` show), or reach it under its own name (which `Host` shows) and read the answer too.
"""

import ipaddress
import os
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi.security import HTTPBearer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import failures
from core.errors import SpendscopeError
from core.settings import Settings

OPEN = ("/api/docs", "/api/openapi.json", "/api/assets/")
"""What anybody may read: what the routes are, without any figure."""

BEARER = HTTPBearer(auto_error=False, description="SPENDSCOPE_API_TOKEN, where it is set.")
"""How a token is sent, for the documents; the middleware below is what asks for it."""

_GUARDED = ("/api/", "/metrics")
_SAFE = ("GET", "HEAD", "OPTIONS")
_LOCAL = ("localhost", "localhost.localdomain")


class Guard:
    """Middleware that turns away what may not be asked; everything outside the API and the metrics passes."""

    def __init__(self, app: ASGIApp, config: Callable[[], Settings]) -> None:
        self._app, self._config = app, config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(_GUARDED) and not path.startswith(OPEN):
            try:
                token = self._config().spendscope_api_token.get_secret_value()
            except SpendscopeError as error:
                await failures.answer(503, type(error).__name__, error.message, error.hint)(scope, receive, send)
                return
            refusal = _refusal(path, scope["method"], Headers(scope=scope), token)
            if refusal:
                status, message, hint = refusal
                headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
                await failures.answer(status, "Refused", message, hint, headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _refusal(path: str, method: str, headers: Headers, token: str) -> tuple[int, str, str] | None:
    """Why a request is turned away: status, sentence and what to do; None where it isn't."""
    if token:
        if path.startswith("/api/") and not _has(headers, token):
            return 401, "The token is missing or wrong.", "Send it as “Authorization: Bearer ...”; SPENDSCOPE_API_TOKEN holds it."
    elif not _is_own_name(headers.get("host", "")):
        return (
            403,
            "The server was asked under a name that isn't its own.",
            "Ask 127.0.0.1, or set HOST or SPENDSCOPE_API_TOKEN.",
        )
    elif method not in _SAFE and _is_foreign(headers):
        return 403, "A page of another site may not ask this.", "Ask from a program, or from a page of this server."
    if method not in _SAFE and _has_body(headers) and _media_type(headers) != "application/json":
        return 415, "The body isn't JSON.", "Send it as “Content-Type: application/json”."
    return None


def _has(headers: Headers, token: str) -> bool:
    kind, _, given = headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and secrets.compare_digest(given.strip().encode("latin-1"), token.encode())


def _is_own_name(host: str) -> bool:
    """Whether a Host header names this machine. Where HOST opens the server to others, or names it, any name may be right."""
    return not _is_loopback(os.environ.get("HOST", "127.0.0.1")) or _is_loopback(_name(f"//{host}"))


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name.lower() in _LOCAL:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser says that another site's page asks. A program says nothing of it."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host", "")


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").split(";")[0].strip().lower()
