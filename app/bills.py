"""How the sources of figures are named."""

from collections.abc import Iterable

from core.models import Partition

KINDS = {"focus": "FOCUS export", "cur": "Cost and Usage Report", "ce": "Cost Explorer"}


def source_label(source: str) -> str:
    """`focus:AWS:123` as people say it; Azure's account ids are whole paths."""
    kind, provider, account = source.split(":", 2)
    return f"{provider} {account.rsplit('/', 1)[-1]} ({KINDS.get(kind, kind)})"


def kinds(partitions: Iterable[Partition]) -> str:
    """What bills came as: "Cost Explorer and FOCUS export"."""
    return " and ".join(sorted({KINDS.get(partition.kind, partition.kind) for partition in partitions}))
