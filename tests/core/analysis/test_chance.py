"""The chance that an amount is passed, against a fan's own bounds."""

import pytest

from core.analysis.chance import Side, chance_above

LOWER, UPPER = Side(10, 20), Side(30, 60)  # 100 with 90 and 130 at 80 %, 80 and 160 at 95 %


def above(amount: float) -> float:
    return chance_above(amount, 100, LOWER, UPPER)


@pytest.mark.parametrize(("amount", "chance"), [(100, 0.5), (130, 0.1), (160, 0.025), (90, 0.9), (80, 0.975)])
def test_the_bounds_of_the_fan_are_met(amount: float, chance: float) -> None:
    assert above(amount) == pytest.approx(chance, abs=1e-4)


def test_between_and_beyond_the_bounds_it_falls_steadily() -> None:
    # a third of the way to the bound of 80 % is 0.4272 standard deviations: 33.5 % of a normal amount lie beyond
    assert above(110) == pytest.approx(0.3346, abs=1e-3)
    # as far again beyond the second bound as it is from the first: 1.96 + 0.6784 standard deviations
    assert above(190) == pytest.approx(0.0042, abs=2e-4)
    chances = [above(amount) for amount in range(60, 260)]
    assert chances == sorted(chances, reverse=True)


def test_what_is_cut_off_at_zero_is_certain_to_be_above_less() -> None:
    assert chance_above(-1, 5, Side(5, 5), Side(3, 6)) == 1.0
    assert chance_above(0, 5, Side(5, 5), Side(3, 6)) == pytest.approx(0.9, abs=1e-4)


def test_a_certain_amount_is_above_what_is_less_and_not_above_itself() -> None:
    none = Side(0, 0)
    assert [chance_above(amount, 7, none, none) for amount in (6.99, 7, 7.01)] == [1.0, 0.0, 0.0]
