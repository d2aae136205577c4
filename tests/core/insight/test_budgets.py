"""Budgets on a bill whose days are known by hand: 36 USD a day, EC2 30 of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import analyze
from core import budgets as setting
from core.budgets import Draft
from core.collectors.billing.importer import import_files
from core.errors import AnalysisRefused, BudgetRefused, UnknownBudget
from core.insight import budgets
from core.models import CostType, Filters
from core.settings import Settings
from core.store import budgets as held
from core.store import publish
from core.store.client import Store
from tests.bills import rows, write
from tests.conftest import fresh

SETTLED_DAYS = 2
NOW = datetime(2026, 8, 5, 12)
MONTHS = {"2026-05": 31, "2026-06": 30, "2026-07": 31}
AUGUST = Draft("All of it", "1000", date(2026, 8, 1), "USD", {}, actual=("50", "80", "100"), forecast=("100", "120"))

Load = Callable[[int], Store]


def bill(folder: Path, august: int) -> Path:
    """Three whole months, and August up to a day."""
    lines = [row for month, days in MONTHS.items() for row in rows(month, range(1, days + 1))]
    return write(folder / "bill.csv", lines + rows("2026-08", range(1, august + 1)))


@pytest.fixture
def upto(store: Store, tmp_path: Path) -> Load:
    """A store with the bill as it is on a day of August: its last three days haven't settled."""

    def load(day: int) -> Store:
        import_files(store, [bill(tmp_path, day)], date(2026, 8, day), replace=True)
        return store

    return load


def standing(store: Store, budget: held.Budget, day: date | None = None) -> budgets.Standing:
    return budgets.standing(store, publish.snapshot(store), budget, SETTLED_DAYS, day)


def made(store: Store, draft: Draft = AUGUST, **options: str) -> held.Budget:
    return setting.save(store, draft, who="Ana", at=NOW, **options)


def told(alerts: Sequence[held.Alert]) -> list[tuple[str, int, date]]:
    return sorted((alert.kind, int(alert.threshold), alert.period_start) for alert in alerts)


def test_where_a_budget_stands(upto: Load) -> None:
    store = upto(20)  # settled up to the 17th
    found = standing(store, made(store))
    assert (found.first, found.last, found.settled) == (date(2026, 8, 1), date(2026, 8, 31), date(2026, 8, 17))
    assert (found.actual, found.so_far) == (Decimal(612), Decimal(720))  # 17 and 20 days of 36
    assert found.expected == Decimal("1116.00")  # 31 days of 36
    assert found.planned == Decimal("548.39")  # 17 of 31 even days of 1,000
    assert found.variance == Decimal("63.61")
    assert (found.state, found.missing, found.refused) == ("at risk", 0, "")
    assert found.chance is not None
    assert found.chance > 0.5
    assert list(found.reached()) == [("actual", Decimal(50), Decimal(612)), ("forecast", Decimal(100), Decimal("1116.00"))]
    last = found.curve.iloc[-1]
    assert (last["budget"], last["mean"]) == (pytest.approx(1000), pytest.approx(1116))
    assert found.curve["actual"].dropna().iloc[-1] == pytest.approx(612)
    assert found.curve["unsettled"].dropna().iloc[-1] == pytest.approx(720)


def test_a_budget_is_of_its_filters_and_cost_type(upto: Load) -> None:
    store = upto(20)
    ec2 = made(store, replace(AUGUST, name="EC2", selected={"service": ["EC2"], "region": ["us-east-1"]}, cost_type="amortized"))
    found = standing(store, ec2)
    assert (found.actual, found.expected, found.state) == (Decimal(306), Decimal("558.00"), "under")  # 18 a day
    tagged = made(store, replace(AUGUST, name="Web", selected={"tag:team": ["web"]}))
    assert standing(store, tagged).actual == Decimal(425)  # 25 a day
    assert ec2.cost_type is CostType.AMORTIZED


def test_quarters_and_years_count_from_the_start(upto: Load) -> None:
    store = upto(20)
    quarter = standing(store, made(store, replace(AUGUST, period="quarterly", start=date(2026, 7, 1))))
    assert (quarter.first, quarter.last) == (date(2026, 7, 1), date(2026, 9, 30))
    assert (quarter.actual, quarter.expected, quarter.state) == (Decimal(1728), Decimal("3312.00"), "over")  # 48 and 92 days
    assert quarter.chance == 1
    year = standing(store, made(store, replace(AUGUST, name="Year", amount="20000", period="yearly", start=date(2026, 4, 1))))
    assert (year.first, year.last) == (date(2026, 4, 1), date(2027, 3, 31))
    # The bill begins in May: thirty days have no figures, and nothing is said to be under a budget that isn't known whole.
    assert (year.missing, year.state) == (30, "incomplete")


def test_earlier_periods_can_be_looked_at(upto: Load) -> None:
    store = upto(20)
    budget = made(store, replace(AUGUST, start=date(2026, 6, 1)))
    snap = publish.snapshot(store)
    assert budgets.periods(store, snap, budget, SETTLED_DAYS) == [date(2026, 8, 1), date(2026, 7, 1), date(2026, 6, 1)]
    june = standing(store, budget, date(2026, 6, 1))
    assert (june.actual, june.expected, june.state, june.is_open) == (Decimal(1080), Decimal("1080.00"), "over", False)
    assert [kind for kind, _, _ in june.reached()] == ["actual"] * 3


def test_a_period_too_far_ahead_to_be_forecast_says_so_and_fires_nothing(upto: Load) -> None:
    store = upto(20)
    found = standing(store, made(store, replace(AUGUST, period="yearly", start=date(2027, 9, 1))))
    assert (found.first, found.last, found.settled) == (date(2027, 9, 1), date(2028, 8, 31), None)
    assert (found.actual, found.variance, found.end, found.state, found.chance) == (None, None, None, "unknown", None)
    assert "400" in found.refused
    assert found.curve["budget"].iloc[-1] == pytest.approx(1000)
    assert budgets.fire(store, SETTLED_DAYS, "run", NOW) == []


def test_without_figures_nothing_is_said(store: Store) -> None:
    budget = made(store)
    with pytest.raises(AnalysisRefused, match="no figures"):
        standing(store, budget)
    assert budgets.periods(store, publish.snapshot(store), budget, SETTLED_DAYS) == []
    assert budgets.fire(store, SETTLED_DAYS, "run", NOW) == []


def test_an_amount_to_begin_with_is_the_mean_of_the_last_whole_months(upto: Load) -> None:
    store = upto(20)
    snap = publish.snapshot(store)
    view = Filters(date(2026, 8, 1), date(2026, 8, 20), "USD")
    assert budgets.suggestion(store, snap, view, SETTLED_DAYS, "monthly") == 1200  # (1,116 + 1,080 + 1,116) ÷ 3 = 1,104
    assert budgets.suggestion(store, snap, view.only("service", "S3"), SETTLED_DAYS, "yearly") == 1900  # 153.33 × 12 = 1,840
    assert budgets.suggestion(store, snap, replace(view, currency="EUR"), SETTLED_DAYS, "monthly") is None


def test_a_threshold_fires_once_and_not_at_each_refresh(upto: Load) -> None:
    store = upto(17)  # settled up to the 14th: 504 of 1,000, and 1,116 expected
    budget = made(store)
    first = budgets.fire(store, SETTLED_DAYS, "run-1", NOW)
    assert told(first) == [("actual", 50, date(2026, 8, 1)), ("forecast", 100, date(2026, 8, 1))]
    assert budgets.fire(store, SETTLED_DAYS, "run-2", NOW) == []
    upto(26)  # settled up to the 23rd: 828
    assert told(budgets.fire(store, SETTLED_DAYS, "run-3", NOW)) == [("actual", 80, date(2026, 8, 1))]
    kept = held.alerts(store, budget.id)
    assert [(int(alert.threshold), alert.run_id) for alert in kept if alert.kind == "actual"] == [(80, "run-3"), (50, "run-1")]
    (forecast,) = [alert for alert in kept if alert.kind == "forecast"]
    assert (forecast.amount, forecast.details["budgeted"], forecast.details["settled"]) == (Decimal("1116"), "1000", "2026-08-14")


def test_the_end_of_a_month_is_judged_once_its_last_days_have_settled(upto: Load, tmp_path: Path) -> None:
    store = upto(26)
    made(store)
    budgets.fire(store, SETTLED_DAYS, "run-1", NOW)
    lines = [*rows("2026-08", range(1, 32)), *rows("2026-09", range(1, 7))]
    import_files(store, [write(tmp_path / "later.csv", lines)], date(2026, 9, 6))
    # Settled up to the 3rd of September. August came to 1,116; September's own forecast is 1,080.
    fired = told(budgets.fire(store, SETTLED_DAYS, "run-2", NOW))
    assert fired == [("actual", 100, date(2026, 8, 1)), ("forecast", 100, date(2026, 9, 1))]


def test_what_was_over_when_the_budget_was_made_fires_nothing(upto: Load) -> None:
    store = upto(4)  # settled up to the 1st
    made(store, replace(AUGUST, start=date(2026, 5, 1)))
    assert told(budgets.fire(store, SETTLED_DAYS, "run", NOW)) == [("forecast", 100, date(2026, 8, 1))]


def test_another_amount_arms_a_budget_again_and_the_earlier_one_does_not(upto: Load) -> None:
    store = upto(17)
    budget = made(store)
    assert len(budgets.fire(store, SETTLED_DAYS, "run-1", NOW)) == 2
    made(store, replace(AUGUST, name="Another name", actual=("50", "80")), ident=budget.id)
    assert budgets.fire(store, SETTLED_DAYS, "run-2", NOW) == []  # a name or a threshold of its own arms nothing that fired
    made(store, replace(AUGUST, amount="900"), ident=budget.id)
    assert told(budgets.fire(store, SETTLED_DAYS, "run-3", NOW)) == [
        ("actual", 50, date(2026, 8, 1)),
        ("forecast", 100, date(2026, 8, 1)),
        ("forecast", 120, date(2026, 8, 1)),
    ]
    made(store, replace(AUGUST, amount="1000.00"), ident=budget.id)
    assert budgets.fire(store, SETTLED_DAYS, "run-4", NOW) == []


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(4, 31), min_size=1, max_size=3), factor=st.sampled_from([0.5, 1, 2]))
def test_whatever_refreshes_come_each_threshold_fires_at_most_once(
    embedded: Settings, tmp_path: Path, days: list[int], factor: float
) -> None:
    for store in fresh(embedded):
        made(store)
        fired: list[held.Alert] = []
        for number, day in enumerate(days):
            path = write(tmp_path / "bill.csv", rows("2026-08", range(1, day + 1), factor=factor))
            import_files(store, [path], date(2026, 8, day), replace=True)
            fired += budgets.fire(store, SETTLED_DAYS, f"run-{number}", NOW)
            fired += budgets.fire(store, SETTLED_DAYS, f"run-{number}-again", NOW)
        assert len({alert.key for alert in fired}) == len(fired)
        assert {alert.key for alert in held.alerts(store)} == {alert.key for alert in fired}
        furthest = 36 * factor * (max(days) - 3)
        assert {int(a.threshold) for a in fired if a.kind == "actual"} == {t for t in (50, 80, 100) if furthest >= 10 * t}


def test_an_analysis_fires_what_its_figures_reach(upto: Load, embedded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    store = upto(17)
    budget = made(store)
    result = analyze.analyze(store, embedded, date(2026, 8, 17))
    assert {(alert.run_id, alert.kind) for alert in held.alerts(store, budget.id)} == {
        (result.run_id, "actual"),
        (result.run_id, "forecast"),
    }
    analyze.analyze(store, embedded, date(2026, 8, 17))
    assert {alert.run_id for alert in held.alerts(store)} == {result.run_id}
    monkeypatch.setattr(budgets, "fire", lambda *_: 1 / 0)  # what goes wrong there leaves what was published
    assert "division by zero" in analyze.analyze(store, embedded, date(2026, 8, 17)).unwatched


def test_where_budgets_stand_is_exported(upto: Load) -> None:
    store = upto(20)
    made(store, replace(AUGUST, selected={"service": ["EC2"]}))
    (row,) = budgets.rows(store, publish.snapshot(store), SETTLED_DAYS).to_dict("records")
    assert (row["filters"], row["amount"], row["spent"], row["expected"], row["state"]) == (
        "service=EC2",
        1000,
        510,
        Decimal("930.00"),
        "under",
    )
    assert (row["first_day"], row["last_day"], row["settled"]) == (date(2026, 8, 1), date(2026, 8, 31), date(2026, 8, 17))


def test_an_alert_that_two_processes_wrote_is_told_once(store: Store) -> None:
    alert = held.Alert("b", date(2026, 8, 1), "actual", Decimal(80), "terms", NOW, "run-1", Decimal(800))
    held.keep_alerts(store, [alert])
    held.keep_alerts(store, [replace(alert, run_id="run-2", fired_at=NOW.replace(hour=13))])
    assert [one.run_id for one in held.alerts(store)] == ["run-1"]


def test_a_budget_is_changed_and_deleted_and_its_alerts_stay(upto: Load) -> None:
    store = upto(17)
    budget = made(store)
    budgets.fire(store, SETTLED_DAYS, "run-1", NOW)
    changed = setting.save(store, replace(AUGUST, amount="1,234.50"), who="Ben", at=NOW, ident=budget.id)
    (kept,) = held.listed(store)
    assert (kept.id, kept.amount, kept.who, kept.actual) == (budget.id, Decimal("1234.5"), "Ben", (50, 80, 100))
    assert kept.at.replace(tzinfo=None) == changed.at > budget.at  # the newest, though the clock stood still
    assert kept.made_at.replace(tzinfo=None) == NOW
    setting.delete(store, budget.id, who="Ben", at=NOW)
    assert held.listed(store) == []
    assert len(held.alerts(store, budget.id)) == 2
    assert budgets.fire(store, SETTLED_DAYS, "run-2", NOW) == []
    with pytest.raises(UnknownBudget, match=budget.id):
        setting.delete(store, budget.id, who="Ben", at=NOW)
    with pytest.raises(UnknownBudget):
        made(store, AUGUST, ident="budget-none")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "  "}, "The name is empty"),
        ({"name": "x" * 101}, "101 characters"),
        ({"name": "a\u202eb"}, "can't be shown"),
        ({"amount": "a lot"}, "'a lot' is no number"),
        ({"amount": "0"}, "above 0"),
        ({"amount": "-5"}, "above 0"),
        ({"amount": "nan"}, "no number"),
        ({"amount": "1e400"}, "below a thousand million"),
        ({"amount": "1.005"}, "more than two decimals"),
        ({"period": "weekly"}, "'weekly'"),
        ({"start": date(2026, 8, 2)}, "2026-08-02"),
        ({"cost_type": "blended"}, "'blended'"),
        ({"currency": "EUR"}, "no costs in 'EUR'"),
        ({"selected": {"service": ["EC22"]}}, "No figures have the service 'EC22'"),
        ({"selected": {"colour": ["red"]}}, "'colour'"),
        ({"actual": ["eighty"]}, "'eighty'"),
        ({"forecast": ["1001"]}, "1001 %"),
        ({"actual": [str(one) for one in range(1, 12)]}, "11 are too many"),
    ],
)
def test_what_cannot_be_taken_is_named(upto: Load, changes: dict[str, object], said: str) -> None:
    store = upto(5)
    with pytest.raises(BudgetRefused) as refused:
        made(store, replace(AUGUST, **changes))  # type: ignore[arg-type]
    assert len(refused.value.problems) == 1
    assert said in refused.value.problems[0]
    assert held.listed(store) == []


def test_all_that_is_wrong_is_told_at_once_and_a_name_is_taken_once(upto: Load) -> None:
    store = upto(5)
    made(store)
    with pytest.raises(BudgetRefused) as refused:
        setting.save(store, replace(AUGUST, name="ALL OF IT", amount=""), who="", at=NOW)
    assert [problem.split(";")[0] for problem in refused.value.problems] == [
        "There is a budget called ALL OF IT already",
        "The amount '' is no number",
        "Your name is empty",
    ]
