"""What published costs say, on a bill whose days are known by hand: 36 USD a day, EC2 30 of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from core import analyze, insight
from core.collectors.billing.importer import import_files
from core.errors import AnalysisRefused
from core.insight import ahead, unusual
from core.models import CostType, Filters
from core.settings import Settings
from core.store import publish, series
from core.store.client import Store
from tests.bills import rows, write
from tests.conftest import fresh

MONTHS = {"2026-03": 31, "2026-04": 30, "2026-05": 31, "2026-06": 30, "2026-07": 31, "2026-08": 31}
AS_OF = date(2026, 9, 3)  # the last of August has settled: three days old, with two whole days between
SPIKE = (20, 21, 22)
SETTLED_DAYS = 2


def bill(folder: Path, months: Sequence[str] = (*MONTHS,), spike: Sequence[int] = (), currency: str = "USD") -> Path:
    """The bill; on the spike's days of August, EC2 costs another 60."""
    lines = [row for month in months for row in rows(month, range(1, MONTHS[month] + 1), currency)]
    extra = [row for row in rows("2026-08", spike, currency, factor=2) if "Compute Cloud" in str(row)]
    return write(folder / "bill.csv", lines + extra)


@pytest.fixture(scope="module")
def spiked(embedded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The bill with the spike. Tests look at it and change nothing."""
    for store in fresh(embedded):
        import_files(store, [bill(tmp_path_factory.mktemp("bill"), spike=SPIKE)], AS_OF)
        yield store


@pytest.fixture
def imported(store: Store, tmp_path: Path) -> Callable[..., Store]:
    """A store with the bill as it's asked for."""

    def load(as_of: date = AS_OF, **options: object) -> Store:
        import_files(store, [bill(tmp_path, **options)], as_of, replace=True)  # type: ignore[arg-type]
        return store

    return load


def view(first: str = "2026-08-01", last: str = "2026-08-31", **selected: tuple[str, ...]) -> Filters:
    return Filters(date.fromisoformat(first), date.fromisoformat(last), "USD", selected=selected)


def found(store: Store, filters: Filters) -> list[insight.Anomaly]:
    return insight.anomalies(store, publish.snapshot(store), filters, SETTLED_DAYS)


def test_days_settle_by_when_their_figures_came(spiked: Store, imported: Callable[..., Store]) -> None:
    assert series.settled(spiked, publish.snapshot(spiked), SETTLED_DAYS) == date(2026, 8, 31)
    later = imported(as_of=date(2026, 8, 24))
    assert series.settled(later, publish.snapshot(later), SETTLED_DAYS) == date(2026, 8, 21)
    assert series.settled(later, publish.snapshot(later), 5) == date(2026, 8, 18)


def test_reading_an_old_month_again_settles_no_day(imported: Callable[..., Store]) -> None:
    imported(as_of=date(2026, 8, 24))
    store = imported(as_of=date(2026, 9, 30), months=("2026-06",))
    assert series.settled(store, publish.snapshot(store), SETTLED_DAYS) == date(2026, 8, 21)


def test_a_day_that_no_bill_covers_is_unknown_and_one_without_charges_is_zero(imported: Callable[..., Store]) -> None:
    store = imported(months=("2026-06", "2026-08"))
    snap = publish.snapshot(store)
    daily = series.daily(store, snap, view("2026-05-31", "2026-09-01"))
    assert set(daily["2026-06"]) | set(daily["2026-08"]) == {36}
    for unknown in ("2026-05-31", "2026-07", "2026-09-01"):
        assert np.isnan(daily[unknown]).all()
    assert series.daily(store, snap, view("2026-06-01", "2026-06-02", service=("Athena",))).tolist() == [0, 0]


def test_a_spike_is_found_in_its_service_with_what_it_cost(spiked: Store) -> None:
    (anomaly,) = found(spiked, view())
    assert (anomaly.id, anomaly.service) == ("anomaly:EC2:2026-08-20", "EC2")
    assert (anomaly.first, anomaly.last) == (date(2026, 8, 20), date(2026, 8, 22))
    assert (anomaly.expected, anomaly.actual, anomaly.impact) == (Decimal("90.00"), Decimal("270.00"), Decimal("180.00"))
    assert (anomaly.percent, anomaly.severity) == (pytest.approx(200), "high")
    assert (anomaly.open, anomaly.ongoing, anomaly.gradual) == (True, False, False)


def test_anomalies_follow_the_filters(spiked: Store) -> None:
    assert found(spiked, view(last="2026-08-19")) == []
    assert len(found(spiked, view(last="2026-08-20"))) == 1
    assert found(spiked, view(service=("S3",))) == []
    (european,) = found(spiked, view(region=("eu-west-1",)))
    assert (european.service, european.impact) == ("EC2", Decimal("60.00"))
    assert found(spiked, view(category=("Tax",))) == []


def test_line_items_tell_resources_and_tags_that_add_up(spiked: Store) -> None:
    snap = publish.snapshot(spiked)
    (anomaly,) = found(spiked, view())
    told = insight.origins(spiked, snap, view(), anomaly, [anomaly])
    assert told.resources
    by_resource = {part.values[0]: part.contribution for part in told.resources.parts}
    assert by_resource == {f"arn:aws:example:{region}:111111111111:cloud": more for region, more in (("us-east-1", 120), ("eu-west-1", 60))}
    assert {key: causes.impact for key, causes in told.tags.items()} == {"team": Decimal(180)}
    assert told.causes.impact == Decimal(180)


def test_other_rules_are_tried_on_the_spot_and_runs_keep_those_of_the_settings(imported: Callable[..., Store], embedded: Settings) -> None:
    store = imported(spike=SPIKE)
    snap = publish.snapshot(store)

    def by(**rules: object) -> list[str]:
        return [one.id for one in insight.anomalies(store, snap, view(), SETTLED_DAYS, insight.Rules(**rules))]  # type: ignore[arg-type]

    assert by() == ["anomaly:EC2:2026-08-20"]
    assert by(floor_usd=61.0) == by(floor_percent=201.0) == []
    assert by(mode="day-before") == ["anomaly:EC2:2026-08-23", "anomaly:EC2:2026-08-20"]
    analyze.analyze(store, embedded.model_copy(update={"spendscope_anomaly_floor_usd": 61.0}), AS_OF)
    snap = publish.snapshot(store)
    assert insight.anomalies(store, snap, view(), SETTLED_DAYS) == []
    assert by() == ["anomaly:EC2:2026-08-20"]


def test_what_is_expected_is_told_day_by_day(spiked: Store) -> None:
    told = insight.expected(spiked, publish.snapshot(spiked), view("2026-08-18", "2026-08-24"), SETTLED_DAYS)
    assert told["actual"].tolist() == [36, 36, 96, 96, 96, 36, 36]
    assert told["expected"].round(6).eq(36).all()
    assert told["is_anomaly"].tolist() == [False, False, True, False, False, False, False]


def test_an_unsettled_day_is_never_judged(imported: Callable[..., Store]) -> None:
    store = imported(as_of=date(2026, 8, 22), spike=SPIKE)  # the 19th has settled, the 20th hasn't
    assert found(store, view()) == []
    assert insight.expected(store, publish.snapshot(store), view(), SETTLED_DAYS)["date"].max().date() == date(2026, 8, 19)


def test_the_month_is_what_it_cost_and_what_is_expected_of_the_rest(imported: Callable[..., Store]) -> None:
    store = imported(as_of=date(2026, 8, 24))
    told = insight.outlook(store, publish.snapshot(store), view(), SETTLED_DAYS)
    assert told.settled == date(2026, 8, 21)
    assert [told.days["date"].iloc[0].date(), told.days["date"].iloc[-1].date()] == [date(2026, 8, 22), date(2026, 9, 30)]
    august, september = told.months
    assert (august.actual, august.mean) == (Decimal(756), Decimal("1116.00"))  # 21 days, then 10 more
    assert (september.actual, september.settled, september.mean) == (Decimal(0), None, Decimal("1080.00"))
    for month in told.months:
        assert month.lower95 <= month.lower80 <= month.mean <= month.upper80 <= month.upper95


def test_a_forecast_follows_selection_and_cost_type(imported: Callable[..., Store]) -> None:
    store = imported(as_of=date(2026, 8, 24))
    chosen = replace(view(service=("S3",)), cost_type=CostType.AMORTIZED)
    august = insight.outlook(store, publish.snapshot(store), chosen, SETTLED_DAYS).months[0]
    assert (august.actual, august.mean) == (Decimal("94.5"), Decimal("139.50"))  # 4.50 a day


def test_growth_is_against_as_many_days_before(spiked: Store) -> None:
    def grown(days: int) -> dict[str, tuple[Decimal, Decimal]]:
        trends = insight.growth(spiked, publish.snapshot(spiked), view(), SETTLED_DAYS, days)
        return {trend.name: (trend.last, trend.before) for trend in trends}

    # The last seven days are the 25th to the 31st; the spike is in the seven before.
    assert grown(7) == {"EC2": (Decimal(210), Decimal(390)), "S3": (Decimal(35), Decimal(35)), "Lambda": (Decimal(7), Decimal(7))}
    assert grown(30)["EC2"] == (Decimal(1080), Decimal(900))
    with pytest.raises(AnalysisRefused, match="200 days"):
        grown(100)


def test_without_figures_it_is_said_what_to_do(store: Store) -> None:
    snap = publish.snapshot(store)
    assert found(store, view()) == []
    assert insight.expected(store, snap, view(), SETTLED_DAYS).empty
    for ask in (insight.outlook, lambda *given: insight.growth(*given, 7)):
        with pytest.raises(AnalysisRefused, match="no figures"):
            ask(store, snap, view(), SETTLED_DAYS)


def test_what_was_kept_says_the_same_and_gives_way_to_other_figures(
    imported: Callable[..., Store], embedded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = imported(spike=SPIKE)
    now = publish.snapshot(store)
    fresh_outlook = ahead.forecast(store, now, view(), date(2026, 8, 31))
    result = analyze.analyze(store, embedded, AS_OF)
    assert (result.judged, result.settled) == (None, date(2026, 8, 31))

    with monkeypatch.context() as unasked:
        unasked.setattr(unusual.judging, "alerts", None)  # what is kept is read, not worked out again
        unasked.setattr(ahead, "forecasts", None)
        assert [anomaly.id for anomaly in found(store, view())] == ["anomaly:EC2:2026-08-20"]
        assert found(store, view(service=("S3",))) == []
        kept = insight.outlook(store, publish.snapshot(store), view(), SETTLED_DAYS)
    assert kept.months == fresh_outlook.months
    assert kept.days.drop(columns="date").to_numpy() == pytest.approx(fresh_outlook.days.drop(columns="date").to_numpy())
    assert (kept.method, kept.history_from) == (fresh_outlook.method, fresh_outlook.history_from)

    imported(spike=())  # the same months anew, without the spike
    assert found(store, view()) == []
    publish.undo(store, publish.snapshot(store).bills[0].run_id)
    assert [anomaly.id for anomaly in found(store, view())] == ["anomaly:EC2:2026-08-20"]


def test_nothing_is_analysed_where_nothing_is_held(store: Store, embedded: Settings) -> None:
    with pytest.raises(AnalysisRefused, match="nothing to analyse"):
        analyze.analyze(store, embedded, AS_OF)
