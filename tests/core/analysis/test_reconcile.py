"""Parts of a forecast that are made to add up to its total."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.reconcile import reconciled, to_cents

FREE = np.array([-np.inf, -np.inf])
FLOOR = np.zeros(2)
OPEN = np.array([np.inf, np.inf])


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def one_day(parts: list[float], total: float, variances: list[float], floors: np.ndarray, ceilings: np.ndarray) -> list[float]:
    return list(reconciled(column(*parts), np.array([total]), column(*variances), floors, ceilings)[:, 0])


def test_what_is_lacking_is_shared_by_variance() -> None:
    # 110 - 100 = 10 are lacking; of variances 1 and 4 the second part takes four fifths
    assert one_day([60, 40], 110, [1, 4], FREE, OPEN) == pytest.approx([62, 48])


def test_a_part_that_meets_its_floor_leaves_the_rest_to_the_others() -> None:
    # 30 too much: the second would take 24 of it but holds 10 only; the first gives the other 20
    assert one_day([60, 10], 40, [1, 4], FLOOR, OPEN) == pytest.approx([40, 0])


def test_a_certain_part_stays_where_the_others_can_give() -> None:
    assert one_day([60, 40], 110, [0, 4], FREE, OPEN) == pytest.approx([60, 50], abs=1e-4)


def test_credits_stay_credits() -> None:
    assert one_day([60, -20], 50, [1, 9], np.array([0, -np.inf]), np.array([np.inf, 0])) == pytest.approx([61, -11])


def test_a_total_that_no_sign_allows_is_made_all_the_same() -> None:
    assert one_day([5, 5], -10, [1, 1], FLOOR, OPEN) == pytest.approx([-5, -5])


def test_nothing_at_all_stays_nothing() -> None:
    assert one_day([0, 0], 0, [0, 0], FLOOR, np.zeros(2)) == [0, 0]


AMOUNTS = st.floats(min_value=0, max_value=1e6, allow_nan=False).map(lambda amount: round(amount, 6))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=6), st.lists(AMOUNTS, min_size=1, max_size=4))
def test_the_parts_add_up_to_the_total_and_none_passes_its_floor(parts: list[tuple[float, float]], totals: list[float]) -> None:
    means, variances = (np.repeat([[part[place]] for part in parts], len(totals), axis=1) for place in (0, 1))
    floors, ceilings = np.zeros(len(parts)), np.full(len(parts), np.inf)
    found = reconciled(means, np.array(totals), variances, floors, ceilings)
    assert found.sum(axis=0) == pytest.approx(totals, rel=1e-9, abs=1e-9)
    assert (found >= 0).all()
    up = np.array(totals) >= means.sum(axis=0)
    assert (np.where(up, found - means, means - found) >= -1e-9 * (1 + means)).all()  # none is moved against the others


@settings(max_examples=60, deadline=None)
@given(st.lists(st.decimals(min_value=-1000, max_value=1000, places=6), min_size=1, max_size=9))
def test_cents_add_up_to_the_total_and_each_is_within_a_cent_of_its_own(amounts: list[Decimal]) -> None:
    total = sum(amounts, Decimal(0)).quantize(Decimal("0.01"))
    cents = to_cents(amounts, total)
    assert sum(cents) == total
    assert all(cent == cent.quantize(Decimal("0.01")) for cent in cents)
    assert all(abs(cent - amount) <= Decimal("0.01") for cent, amount in zip(cents, amounts, strict=True))


def test_the_largest_remainders_get_the_cents_that_are_left() -> None:
    thirds = [Decimal("3.333"), Decimal("3.336"), Decimal("3.331")]
    assert to_cents(thirds, Decimal("10.00")) == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
    assert to_cents([], Decimal(0)) == []
