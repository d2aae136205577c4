"""A Cost Explorer that answers what it is given, page by page."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError


class Answers:
    """Stands for `Access`: its one client answers each operation with its pages in turn, or refuses with a code."""

    def __init__(self, **pages: Sequence[dict[str, Any]] | str) -> None:
        self._pages = {name: list(each) if not isinstance(each, str) else each for name, each in pages.items()}
        self.asked: list[dict[str, Any]] = []

    def client(self, service: str, region: str = "", account: str = "") -> "Answers":
        """Itself."""
        assert service == "ce"
        return self

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> dict[str, Any]:
            self.asked.append(request)
            pages = self._pages[name]
            if isinstance(pages, str):
                raise ClientError({"Error": {"Code": pages, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, name)
            return pages.pop(0)

        return call
