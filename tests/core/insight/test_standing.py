"""Where anomalies stand: what was said of them, kept over refreshes, and what is learned from what was expected."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from core import anomaly_life
from core.errors import ActionRefused, UnknownAnomaly
from core.insight import Anomaly, standing
from core.store import anomaly_events, events
from core.store.client import Store
from tests.core.insight.made import EC2, anomaly

AT = datetime(2026, 8, 20, 12, 0)
ONE = anomaly("2026-08-10", "2026-08-12", "300")


def say(store: Store, state: str, *found: Anomaly, reason: str = "The load test", at: datetime = AT) -> int:
    return anomaly_life.say(store, found, [one.id for one in found], state, at=at, who="Ana", reason=reason)


def stood(store: Store, *found: Anomaly) -> list[Anomaly]:
    return standing.stood(store, found, found)


def test_what_is_said_stands_with_who_when_and_why(any_store: Store) -> None:
    before = events.version(any_store)
    assert say(any_store, "investigating", ONE, reason="") == 1
    assert say(any_store, "expected", ONE) == 1  # in the same moment, and still the later
    (one,) = stood(any_store, ONE)
    assert (one.state, one.state_by, one.state_reason, one.open, one.taught_by) == ("expected", "Ana", "The load test", False, "")
    assert one.state_at
    assert one.state_at.date() == date(2026, 8, 20)
    assert [said.state for said in anomaly_events.history(any_store, [ONE.id])] == ["expected", "investigating"]
    assert events.version(any_store) == before + 2


def test_an_investigated_one_stays_open_and_a_resolved_one_does_not(store: Store) -> None:
    other = anomaly("2026-08-01", "2026-08-02", "-50", (("service", "S3"),), (("service", "S3"),))
    say(store, "investigating", ONE)
    say(store, "resolved", other)
    assert [(one.state, one.open) for one in stood(store, ONE, other)] == [("investigating", True), ("resolved", False)]


def test_more_days_change_nothing_of_what_was_said(store: Store) -> None:
    say(store, "resolved", ONE)
    grown = anomaly("2026-08-10", "2026-08-19", "900")
    assert stood(store, grown)[0].state == "resolved"


def test_it_is_found_again_under_the_id_of_another_of_its_alerts(store: Store) -> None:
    regional = anomaly("2026-08-10", "2026-08-11", "200", (("region", "eu-west-1"),))
    say(store, "resolved", regional)
    folded = replace(ONE, alerts=(ONE.id, regional.id))
    assert stood(store, folded)[0].state == "resolved"


def test_it_is_found_again_where_the_id_moved_and_the_money_is_the_same(store: Store) -> None:
    narrow = anomaly("2026-08-11", "2026-08-12", "200", (("service", "EC2"), ("region", "eu-west-1")), id="anomaly:moved")
    say(store, "resolved", narrow)
    assert stood(store, ONE)[0].state == "resolved"
    for other in (
        anomaly("2026-08-13", "2026-08-14", "200"),  # later days
        anomaly("2026-08-11", "2026-08-12", "-200"),  # the other side
        anomaly("2026-08-11", "2026-08-12", "200", (("service", "S3"),), (("service", "S3"),)),
        replace(ONE, currency="EUR"),
    ):
        assert stood(store, other)[0].state == "open"
    assert [one.state for one in stood(store, ONE, narrow)] == ["open", "resolved"]  # both are found


@pytest.mark.parametrize(
    ("later", "learned"),
    [
        (anomaly("2026-09-10", "2026-09-10", "2000"), True),  # the same day of the month
        (anomaly("2026-09-09", "2026-09-09", "2000"), True),
        (anomaly("2026-09-20", "2026-09-20", "150"), True),  # half as much again a day
        (anomaly("2026-09-20", "2026-09-20", "151"), False),
        (anomaly("2026-09-20", "2026-09-21", "100"), True),  # half as much
        (anomaly("2026-09-20", "2026-09-21", "99"), False),
        (anomaly("2026-09-10", "2026-09-12", "-300"), False),
        (anomaly("2026-09-10", "2026-09-12", "300", where=EC2), False),  # in another place
        (anomaly("2026-07-10", "2026-07-12", "300"), False),  # earlier
    ],
)
def test_a_later_one_like_it_is_expected_too_and_says_who_taught_it(store: Store, later: Anomaly, learned: bool) -> None:
    say(store, "expected", ONE)
    (one,) = stood(store, later)
    assert (one.state == "expected", one.taught_by) == (learned, ONE.id if learned else "")
    assert one.open is not learned


def test_what_is_said_of_itself_goes_before_what_was_learned(store: Store) -> None:
    later = anomaly("2026-09-10", "2026-09-12", "300")
    say(store, "expected", ONE)
    say(store, "open", later)
    assert [one.state for one in stood(store, ONE, later)] == ["expected", "open"]


def test_what_was_opened_again_teaches_nothing(store: Store) -> None:
    later = anomaly("2026-09-10", "2026-09-12", "300")
    say(store, "expected", ONE)
    say(store, "open", ONE)
    assert [one.state for one in stood(store, ONE, later)] == ["open", "open"]


@pytest.mark.parametrize(
    ("state", "who", "reason", "error"),
    [
        ("closed", "Ana", "", "can't be “closed”"),
        ("expected", "Ana", " ", "needs a reason"),
        ("resolved", "", "", "Nobody is named"),
        ("resolved", "Ana\u0000", "", "can't be shown"),
        ("resolved", "A" * 101, "", "too long"),
    ],
)
def test_what_cannot_be_said_is_refused(store: Store, state: str, who: str, reason: str, error: str) -> None:
    with pytest.raises(ActionRefused, match=error):
        anomaly_life.say(store, [ONE], [ONE.id], state, at=AT, who=who, reason=reason)
    assert anomaly_events.newest(store) == []


def test_all_are_said_of_or_none(store: Store) -> None:
    with pytest.raises(UnknownAnomaly, match="anomaly:S3"):
        anomaly_life.say(store, [ONE], [ONE.id, "anomaly:S3:2026-08-10"], "resolved", at=AT, who="Ana")
    with pytest.raises(ActionRefused, match="No anomaly"):
        anomaly_life.say(store, [ONE], [], "resolved", at=AT, who="Ana")
    assert anomaly_events.newest(store) == []


def test_an_anomaly_is_kept_as_it_was(any_store: Store) -> None:
    say(any_store, "resolved", ONE)
    (said,) = anomaly_events.newest(any_store)
    assert (said.scope, said.place, said.alerts) == (ONE.scope, ONE.where, ONE.alerts)
    assert (said.first, said.last, said.impact) == (ONE.first, ONE.last, Decimal(300))
