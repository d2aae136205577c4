"""Where an event's money came from: worked out by hand, and adding up to the cent whatever the cube."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analysis.causes import Causes, Part, apportioned, explain, reconciled, surprise

FIRST, LAST = date(2026, 8, 10), date(2026, 8, 12)
KEYS = ("account", "service", "region")


def cube(costs: dict[tuple[str, ...], tuple[float, float]]) -> pd.DataFrame:
    """A day's cost before the event and during it, by combination."""
    rows = []
    for values, (before, during) in costs.items():
        rows += [(*values, pd.Timestamp(FIRST) - timedelta(days=back), before) for back in range(1, 29)]
        rows += [(*values, pd.Timestamp(FIRST) + timedelta(days=day), during) for day in range(3)]
    return pd.DataFrame(rows, columns=[*KEYS, "day", "cost"])


def told(costs: dict[tuple[str, ...], tuple[float, float]], expected: str, actual: str) -> Causes:
    return explain(cube(costs), KEYS, FIRST, LAST, Decimal(expected), Decimal(actual))


WEB, DATA, OLD = ("web", "EC2", "eu"), ("data", "EC2", "us"), ("data", "S3", "us")


def test_each_part_is_beside_its_own_weekdays_and_offsets_stand_apart() -> None:
    causes = told({WEB: (10, 110), DATA: (50, 50), OLD: (40, 30)}, "300", "570")
    assert causes.parts == (
        Part(WEB, Decimal("30.00"), Decimal("330.00")),
        Part(OLD, Decimal("120.00"), Decimal("90.00")),
        Part(DATA, Decimal("150.00"), Decimal("150.00")),
    )
    assert [part.contribution for part in causes.parts] == [300, -30, 0]
    assert causes.impact == 270
    shown, adds, offsets = causes.summed(1)
    assert (len(shown), adds and adds.contribution, offsets and offsets.contribution) == (1, 0, -30)


def test_what_the_event_expects_beyond_its_parts_goes_to_the_unsteady_ones() -> None:
    costs = cube({WEB: (10, 10), DATA: (50, 80)})
    shaken = costs["account"].eq("data") & (costs["day"] < pd.Timestamp(FIRST))
    costs.loc[shaken, "cost"] += np.where(np.arange(28) < 14, 5.0, -5.0)
    causes = explain(costs, KEYS, FIRST, LAST, Decimal(192), Decimal(270))  # the parts' own come to 180
    assert {part.values: part.expected for part in causes.parts} == {WEB: 30, DATA: 162}


def test_the_place_is_where_four_fifths_of_it_are() -> None:
    causes = told({WEB: (10, 110), DATA: (50, 60), OLD: (40, 40)}, "300", "630")
    assert causes.where() == (("account", "web"), ("service", "EC2"), ("region", "eu"))
    assert causes.inside(causes.where()).contribution == 300
    spread = told({WEB: (10, 60), DATA: (50, 100), OLD: (40, 40)}, "300", "600")
    assert spread.where() == (("service", "EC2"),)


def test_the_dimension_that_says_most_comes_first() -> None:
    grown = {("web", "EC2", "eu"): (10, 60), ("web", "S3", "us"): (10, 60), ("data", "S3", "eu"): (80, 80)}
    causes = told(grown, "300", "600")
    assert causes.drills[0].key == "account"
    assert (causes.drills[0].values, causes.drills[0].power) == (("web",), pytest.approx(1))
    assert len(causes.drills[-1].values) == 2


def test_what_another_event_brings_is_expected() -> None:
    costs = cube({WEB: (10, 110), DATA: (50, 70)})
    causes = explain(costs, KEYS, FIRST, LAST, Decimal(480), Decimal(540), {WEB: 300.0})
    assert [(part.values, part.contribution) for part in causes.parts] == [(DATA, 60), (WEB, 0)]


def test_something_new_has_no_expectation_and_nothing_left_is_all_gone() -> None:
    assert told({WEB: (0, 50)}, "0", "150").parts == (Part(WEB, Decimal("0.00"), Decimal("150.00")),)
    assert told({WEB: (50, 0)}, "150", "0").parts == (Part(WEB, Decimal("150.00"), Decimal("0.00")),)
    assert told({}, "0", "0").impact == 0


def test_surprise_is_a_change_of_share() -> None:
    assert surprise(0.5, 0.5) == 0
    assert surprise(0, 1) == pytest.approx(0.5 * np.log(2))


_COSTS = st.floats(-1000, 1000, allow_nan=False).map(lambda cost: round(cost, 4))
_ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.integers(0, 34), _COSTS), max_size=40)
_MONEY = st.integers(-10_000_000, 10_000_000).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=60, deadline=None)
@given(_ROWS, _MONEY, _MONEY)
def test_contributions_add_up_to_the_cent(rows: list[tuple[str, str, int, float]], expected: Decimal, actual: Decimal) -> None:
    start = pd.Timestamp(FIRST) - timedelta(days=28)
    cells = [(one, two, start + timedelta(days=day), cost) for one, two, day, cost in rows]
    costs = pd.DataFrame(cells, columns=["account", "service", "day", "cost"])
    costs["day"] = pd.to_datetime(costs["day"])
    causes = explain(costs, ("account", "service"), FIRST, FIRST + timedelta(days=6), expected, actual)
    assert sum(part.expected for part in causes.parts) == expected
    assert sum(part.actual for part in causes.parts) == actual
    assert causes.impact == actual - expected
    for key in causes.keys:
        assert causes.by(key).impact == actual - expected
    shown, *rest = causes.summed(2)
    assert sum(part.contribution for part in (*shown, *(one for one in rest if one))) == actual - expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), min_size=1, max_size=8), st.floats(0, 1e5))
def test_reconciled_parts_add_up_and_keep_their_side(parts: list[tuple[float, float]], total: float) -> None:
    own, unsteady = (np.array(column) for column in zip(*parts, strict=True))
    moved = reconciled(own, unsteady, total)
    assert float(moved.sum()) == pytest.approx(total, abs=1e-6)
    assert not total or (moved >= -1e-9).all()


def test_cents_that_rounding_leaves_go_where_they_change_least() -> None:
    assert apportioned(np.array([1.004, 1.004, 1.002]), Decimal("3.01")) == [Decimal("1.01"), Decimal("1.00"), Decimal("1.00")]
