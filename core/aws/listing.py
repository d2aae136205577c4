"""Reading AWS's lists: all pages, tags as a dict, times as text that the store takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from core.aws.failures import calling


def pages(client: Any, operation: str, key: str, account: str, region: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    """Every item under `key` on every page of an operation named in snake case. Raises AwsError naming account and region."""
    action = f"{client.meta.service_model.service_name}:{client.meta.method_to_api_mapping[operation]}"
    paginator = iter(client.get_paginator(operation).paginate(**parameters))
    while True:
        with calling(action, account, region):
            page = next(paginator, None)
        if page is None:
            return
        yield from page[key]


def tags_of(item: Mapping[str, Any]) -> dict[str, str]:
    """The tags of an item that has them as a list of Key and Value."""
    return {tag["Key"]: tag["Value"] for tag in item.get("Tags", ())}


def chosen(item: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Those of the named attributes that an item has."""
    return {name: item[name] for name in names if name in item}


def moment(value: datetime | None) -> str | None:
    """A time as UTC text to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if value else None


def ids(items: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    """One attribute of each item."""
    return [item[key] for item in items if key in item]
