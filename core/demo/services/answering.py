"""What the demo's response classes share."""

import base64
import binascii
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

from moto.core.responses import ActionResult, BaseResponse

from core.demo.calls import Refused

T = TypeVar("T")
Rows = TypeVar("Rows", bound="Sliceable")


class Sliceable(Protocol):
    """A list, a range or a data frame: rows by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, places: slice, /) -> Any: ...


class Answering(BaseResponse):
    """A response class whose `params` are read by botocore's own model of the service."""

    def __init__(self, service: str) -> None:
        super().__init__(service_name=service)
        self.automated_parameter_parsing = True

    def serialized(self, action_result: ActionResult) -> tuple[int, dict[str, str], Any]:
        """The result in the service's protocol, a refusal with its status."""
        status, headers, body = super().serialized(action_result)
        refusal = action_result.result
        return (refusal.status or status) if isinstance(refusal, Refused) else status, headers, body


class Recent:
    """The latest results by request, so that following pages need no second evaluation."""

    def __init__(self, size: int = 4) -> None:
        self._size = size
        self._held: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result of `key`, made when it isn't held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                held: T = self._held[key]
                return held
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._size:
                self._held.popitem(last=False)
        return made


def page(rows: Rows, size: int, token: str | None, request: str, *, error: str = "InvalidNextTokenException") -> tuple[Rows, str | None]:
    """The rows of one page and the token of the next. A token holds for the `request` that it came from alone."""
    start = _offset(token, request, error) if token else 0
    end = start + size
    return cast(Rows, rows[start:end]), _token(end, request) if end < len(rows) else None


def _token(offset: int, request: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([offset, _digest(request)]).encode()).decode()


def _offset(token: str, request: str, error: str) -> int:
    try:
        offset, digest = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError) as reason:
        raise Refused(error, "The next token is invalid.") from reason
    if digest != _digest(request):
        raise Refused(error, "The next token belongs to another request.")
    return int(offset)


def _digest(request: str) -> str:
    return hashlib.sha256(request.encode()).hexdigest()[:16]
