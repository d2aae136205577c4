"""Views and the periods before them."""

from datetime import date

import pytest

from core.models import CostType, Filters, Partition, Snapshot


def view(start: str, end: str) -> Filters:
    return Filters(date.fromisoformat(start), date.fromisoformat(end), "USD", CostType.LIST, {"region": ("a", "b")})


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2024-02-01", "2024-02-29", ("2024-01-01", "2024-01-31")),
        ("2026-03-02", "2026-03-31", ("2026-01-31", "2026-03-01")),
        ("2026-03-10", "2026-03-10", ("2026-03-09", "2026-03-09")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
    ],
)
def test_the_period_before(start: str, end: str, before: tuple[str, str]) -> None:
    assert view(start, end).previous == view(*before)


def test_days_count_both_ends() -> None:
    assert view("2026-03-01", "2026-03-31").days == 31


def test_narrowing_and_widening() -> None:
    narrowed = view("2026-03-01", "2026-03-31").only("service", "EC2").only("region", "c")
    assert narrowed.selected == {"region": ("c",), "service": ("EC2",)}
    assert narrowed.without("region").selected == {"service": ("EC2",)}
    assert narrowed.without("region").cost_type == CostType.LIST


def test_every_cost_type_has_a_name_of_its_own() -> None:
    assert len({cost_type.label for cost_type in CostType}) == len(CostType)


def test_a_snapshot_is_empty_without_partitions() -> None:
    assert Snapshot(3, ()).empty
    assert not Snapshot(3, (Partition("s", date(2026, 3, 1), "r"),)).empty
