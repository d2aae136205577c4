"""Alerts about the same money, on cubes planted by hand."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd

from core.analysis.events import Event
from core.analysis.folding import Alert, Folded, excess, fold, worth_it
from core.analysis.scopes import Scope, ident, rows_of, scope

FIRST = date(2026, 8, 10)
START = pd.Timestamp(FIRST) - timedelta(days=28)
KEYS = ("account", "service", "region", "usage_type")
Row = tuple[str, str, str, float, dict[int, float]]


def cube(*rows: Row) -> pd.DataFrame:
    """Rows of account, service, region, a usual day's cost, and what is added on days from the 10th on."""
    cells = [
        (account, service, region, "", START + timedelta(days=day), usual + more.get(day - 28, 0.0))
        for account, service, region, usual, more in rows
        for day in range(28 + 10)
    ]
    return pd.DataFrame(cells, columns=[*KEYS, "day", "cost"])


def alert(impact: float, days: int = 1, begins: int = 0, **values: str) -> Alert:
    first = FIRST + timedelta(days=begins)
    event = Event(first, first + timedelta(days=days - 1), 100.0, 100.0 + impact, 2.0, False)
    return Alert(scope(values), event)


def within(costs: pd.DataFrame) -> Callable[[Alert], pd.DataFrame]:
    return lambda one: rows_of(costs, one.scope)


def names(folded: list[Folded]) -> list[str]:
    return [ident(one.lead.scope) for one in folded]


SPIKE = {0: 500.0}


def test_a_spike_in_its_service_account_region_and_the_total_is_one_event() -> None:
    costs = cube(("web", "EC2", "eu", 100, SPIKE), ("web", "S3", "eu", 50, {}), ("data", "EC2", "us", 100, {}))
    alerts = [alert(500), alert(500, region="eu"), alert(500, account="web"), alert(500, service="EC2")]
    (one,) = fold(alerts, within(costs))
    assert one.lead.id == "anomaly:EC2:2026-08-10"
    assert {other.id for other in one.alerts} == {
        *("anomaly:EC2:2026-08-10", "anomaly:total:2026-08-10"),
        *("anomaly:account=web:2026-08-10", "anomaly:region=eu:2026-08-10"),
    }


def test_other_money_on_the_same_days_is_another_event() -> None:
    costs = cube(("web", "EC2", "eu", 100, SPIKE), ("data", "S3", "us", 50, {0: 300.0}))
    alerts = [alert(500, service="EC2"), alert(300, service="S3"), alert(500, region="eu"), alert(300, region="us"), alert(800)]
    folded = fold(alerts, within(costs))
    assert names(folded) == ["EC2", "S3"]
    assert [other.id for other in folded[0].alerts][1:] == ["anomaly:region=eu:2026-08-10", "anomaly:total:2026-08-10"]


def test_more_and_less_are_two_events() -> None:
    costs = cube(("web", "EC2", "eu", 100, SPIKE), ("web", "S3", "eu", 600, {0: -400.0}))
    assert names(fold([alert(500, service="EC2"), alert(-400, service="S3")], within(costs))) == ["EC2", "S3"]


def test_an_account_that_grew_as_a_whole_carries_its_services() -> None:
    costs = cube(*(("new", service, "eu", 10, dict.fromkeys(range(5), 100.0)) for service in ("EC2", "S3", "RDS")))
    alerts = [*(alert(500, days=5, service=service) for service in ("EC2", "S3", "RDS")), alert(1500, days=5, account="new")]
    (one,) = fold(alerts, within(costs))
    assert one.lead.id == "anomaly:account=new:2026-08-10"
    assert len(one.alerts) == 4


def test_an_event_that_goes_on_takes_no_later_one_of_its_region() -> None:
    costs = cube(("web", "NAT", "us", 20, dict.fromkeys(range(10), 40.0)), ("data", "Logs", "us", 20, {4: 500.0}))
    alerts = [alert(400, days=10, service="NAT"), alert(500, begins=4, service="Logs"), alert(500, begins=4, region="us")]
    folded = fold(alerts, within(costs))
    assert names(folded) == ["NAT", "Logs"]
    assert [other.id for other in folded[1].alerts] == ["anomaly:Logs:2026-08-14", "anomaly:region=us:2026-08-14"]


def test_a_region_that_no_service_explains_stands_for_itself() -> None:
    costs = cube(*(("web", f"S{number}", "eu", 100, {0: 30.0}) for number in range(10)))
    assert names(fold([alert(300, region="eu"), alert(300)], within(costs))) == ["region=eu"]
    assert names(fold([alert(300)], within(costs))) == ["total"]


def test_an_excess_is_beside_the_same_weekdays() -> None:
    costs = cube(("web", "EC2", "eu", 100, {0: 500.0, 1: 50.0}))
    assert excess(costs, FIRST, FIRST + timedelta(days=2), FIRST) == 550


def test_what_is_tiny_beside_everything_is_no_event() -> None:
    total = pd.Series(10_000.0, index=pd.date_range(START, periods=40))
    assert [worth_it(alert(size, service="EC2").event, total) for size in (9.99, 10.0, -20.0)] == [False, True, True]
    assert worth_it(alert(1, service="EC2").event, total[:0])


def test_ids_name_services_alone() -> None:
    scopes: list[Scope] = [(), scope({"service": "EC2"}), scope({"region": "eu"}), scope({"region": "eu", "service": "EC2"})]
    assert [ident(one) for one in scopes] == ["total", "EC2", "region=eu", "EC2&region=eu"]
