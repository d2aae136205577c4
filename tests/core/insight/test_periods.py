"""What months, quarters and other periods come to, by parts too, on a bill whose days are known by hand: 36 USD a day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import insight
from core.collectors.billing.importer import import_files
from core.errors import AnalysisRefused
from core.insight import parts as apart
from core.insight.planned import planned
from core.models import CostType, Filters
from core.settings import Settings
from core.store import publish
from core.store.client import Store
from tests.bills import HEADER, SERVICES, rows, write
from tests.conftest import fresh

MONTHS = {"2026-04": 30, "2026-05": 31, "2026-06": 30, "2026-07": 31, "2026-08": 31}
AS_OF = date(2026, 8, 24)  # the 21st has settled
CENT = Decimal("0.01")
SETTLED_DAYS = 2
VIEW = Filters(date(2026, 8, 1), date(2026, 8, 31), "USD")


@pytest.fixture(scope="module")
def steady(embedded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The bill as it is, of which every day costs the same."""
    for store in fresh(embedded):
        lines = [row for month, days in MONTHS.items() for row in rows(month, range(1, days + 1))]
        import_files(store, [write(tmp_path_factory.mktemp("bill") / "bill.csv", lines)], AS_OF)
        yield store


@pytest.fixture(scope="module")
def restless(embedded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Each charge another amount, in fractions of a cent, and a service's refunds below zero."""
    rng, cost = np.random.default_rng(7), HEADER.index("BilledCost")
    for store in fresh(embedded):
        lines = [row for month, days in MONTHS.items() for row in rows(month, range(1, days + 1))]
        for place, line in enumerate(lines):
            sign = -1 if SERVICES[place % len(SERVICES)][0] == "AWS Lambda" else 1
            line[cost] = round(sign * float(line[cost]) * rng.gamma(8, 1 / 8), 6)
        import_files(store, [write(tmp_path_factory.mktemp("bill") / "bill.csv", lines)], AS_OF)
        yield store


def period(store: Store, first: date, last: date, filters: Filters = VIEW) -> insight.PeriodEnd:
    return insight.period(store, publish.snapshot(store), filters, SETTLED_DAYS, first, last)


def test_a_quarter_is_what_it_cost_and_what_is_expected_of_the_rest(steady: Store) -> None:
    told = insight.outlook(steady, publish.snapshot(steady), VIEW, SETTLED_DAYS)
    quarter = told.quarter
    assert (quarter.first, quarter.last, quarter.settled) == (date(2026, 7, 1), date(2026, 9, 30), date(2026, 8, 21))
    assert quarter.actual == 36 * 52
    assert quarter.mean == 36 * 92
    assert len(quarter.days) == 40
    assert quarter.lower95 <= quarter.lower80 <= quarter.mean <= quarter.upper80 <= quarter.upper95
    assert period(steady, quarter.first, quarter.last) == quarter


def test_a_month_as_a_period_is_what_the_outlook_says_of_it(restless: Store) -> None:
    told = insight.outlook(restless, publish.snapshot(restless), VIEW, SETTLED_DAYS)
    for end in told.periods:
        assert period(restless, end.first, end.last) == end
    assert [(end.first, end.last) for end in told.periods[:2]] == [
        (date(2026, 8, 1), date(2026, 8, 31)),
        (date(2026, 9, 1), date(2026, 9, 30)),
    ]


def test_a_year_has_the_same_days_as_the_month_as_far_as_that_goes(restless: Store) -> None:
    year = period(restless, date(2026, 4, 1), date(2027, 3, 31))
    month = period(restless, date(2026, 8, 1), date(2026, 8, 31))
    assert list(year.days["mean"][:10]) == list(month.days["mean"])
    assert year.lower95 <= year.lower80 < year.mean < year.upper80 <= year.upper95
    assert float(year.upper95) <= float(year.actual) + year.days["upper95"].sum() + 0.01  # no wider than all days at their bounds
    with pytest.raises(AnalysisRefused, match="400"):
        period(restless, date(2026, 8, 1), date(2028, 8, 1))
    with pytest.raises(AnalysisRefused, match="before it begins"):
        period(restless, date(2026, 8, 2), date(2026, 8, 1))


def test_the_chance_of_passing_an_amount_meets_the_bounds(restless: Store) -> None:
    end = period(restless, date(2026, 8, 1), date(2026, 8, 31))
    assert end.chance_over(end.mean) == pytest.approx(0.5)
    assert end.chance_over(end.upper80) == pytest.approx(0.1, abs=1e-4)
    assert end.chance_over(end.lower95) == pytest.approx(0.975, abs=1e-4)
    assert end.chance_over(Decimal(10**9)) == pytest.approx(0)


def test_what_has_settled_is_certain(steady: Store) -> None:
    july = period(steady, date(2026, 7, 1), date(2026, 7, 31))
    assert (july.mean, july.lower95, july.settled) == (Decimal("1116.00"), Decimal("1116.00"), date(2026, 7, 31))
    assert july.days.empty
    assert [july.chance_over(Decimal(amount)) for amount in ("1115.99", "1116", "1116.01")] == [1, 0, 0]


def test_other_means_move_a_period_and_leave_it_as_unsure(steady: Store) -> None:
    august = period(steady, date(2026, 8, 1), date(2026, 8, 31))
    moved = august.moved(pd.Series(26.0, index=august.days.index))  # ten less on each of ten days
    assert (moved.actual, moved.mean) == (august.actual, august.mean - 100)
    assert moved.upper80 - moved.mean == august.upper80 - august.mean
    assert moved.days["mean"].tolist() == [26.0] * 10


@pytest.mark.parametrize("group", apart.GROUPS)
def test_parts_add_up_to_the_total_to_the_cent(restless: Store, group: str) -> None:
    told = apart.parts(restless, publish.snapshot(restless), VIEW, SETTLED_DAYS, group)
    assert [part.name for part in told.parts] == {
        "service": ["EC2", "S3", "Lambda"],
        "account": ["111111111111"],
        "region": ["us-east-1", "eu-west-1"],
    }[group]
    for place, end in enumerate(told.total.periods):
        ends = [(*part.months, part.quarter)[place] for part in told.parts]
        assert sum(own.mean for own in ends) == end.mean
        assert sum(own.actual for own in ends) == end.actual
        assert all(own.lower95 <= own.lower80 <= own.mean <= own.upper80 <= own.upper95 for own in ends)
    sums = sum(part.days["mean"].to_numpy() for part in told.parts)
    assert sums == pytest.approx(told.total.all_days["mean"].to_numpy(), rel=1e-12)
    cents = apart.days_in_cents(told)
    assert list(cents.groupby("date")["mean"].sum()) == [Decimal(repr(mean)).quantize(CENT) for mean in told.total.all_days["mean"]]
    if group == "service":
        refunds = told.parts[2]
        assert (refunds.days[["mean", "upper95"]] <= 0).all().all()  # what was never a cost doesn't become one


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shown=st.integers(1, 3), service=st.sampled_from([(), ("EC2",), ("EC2", "Lambda"), ("S3",)]))
def test_parts_add_up_however_they_are_chosen(restless: Store, shown: int, service: tuple[str, ...]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "SHOWN", shown)
        view = replace(VIEW, selected={"service": service} if service else {})
        told = apart.parts(restless, publish.snapshot(restless), view, SETTLED_DAYS, "service")
    count = len(service) or 3
    assert sum(part.others or 1 for part in told.parts) == count
    assert len(told.parts) == (count if count <= shown + 1 else shown + 1)
    assert sum(part.quarter.mean for part in told.parts) == told.total.quarter.mean
    assert sum(part.months[0].mean for part in told.parts) == told.total.months[0].mean


def test_what_is_planned_to_be_saved_has_to_belong_to_the_view(steady: Store) -> None:
    def refusal(**changed: object) -> str:
        return planned(steady, publish.snapshot(steady), replace(VIEW, **changed), as_of=AS_OF).refused  # type: ignore[arg-type]

    assert refusal() == ""
    assert "in EUR" in refusal(currency="EUR")
    assert "what is paid" in refusal(cost_type=CostType.LIST)
    assert "leaves out" in refusal(selected={"category": ("Tax",)})
    assert "usage type" in refusal(selected={"usage_type": ("BoxUsage",)})
    assert refusal(selected={"service": ("EC2",), "category": ("Usage", "Tax")}) == ""
