"""What can be said of findings, what is refused, and what happens to them by themselves."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from core import exports, judge, lifecycle
from core.errors import ActionRefused, UnknownFinding
from core.models import Partition
from core.settings import Settings
from core.store import events, opportunities, past, publish, writes
from core.store.client import Store
from tests.core.found import TODAY, finding, ident, keep, state
from tests.core.test_judge import AS_OF as JUDGED_ON
from tests.core.test_judge import HELD, volume

AT = datetime(2026, 11, 24, 9, 30)


@pytest.fixture
def say(store: Store) -> Callable[..., int]:
    """Say something of volumes among two that are found."""
    keep(store, "run-1", finding("vol-1"), finding("vol-2"))

    def act(action: str, *resources: str, **more: Any) -> int:
        ids = [ident(resource) for resource in resources or ("vol-1",)]
        return lifecycle.act(store, ids, action, **{"at": AT, "who": "Ana", **more})

    return act


def standing(store: Store, resource: str = "vol-1", today: date = TODAY) -> events.Standing:
    return events.standings(store, today)[ident(resource)]


def test_accepting_says_by_whom_and_when(store: Store, say: Callable[..., int]) -> None:
    assert say("accept", "vol-1", "vol-2", "vol-1", owner="  Ben ", note="first line\r\nsecond", ticket="OPS-123") == 2
    assert standing(store) == events.Standing("accepted", "Ana", AT, "", None, "Ben", "first line\nsecond", "OPS-123")
    (event,) = events.history(store, ident("vol-2"))
    assert (event.action, event.who, event.at) == ("accept", "Ana", AT)


def test_a_dismissal_says_why_and_until_when_and_runs_out(store: Store, say: Callable[..., int]) -> None:
    say("dismiss", reason="Kept for the audit", until=date(2026, 12, 1))
    assert (standing(store).state, standing(store).until) == ("dismissed", date(2026, 12, 1))
    assert standing(store, today=date(2026, 12, 1)).state == "dismissed"
    assert standing(store, today=date(2026, 12, 2)).state == "open"
    say("dismiss", reason="For good")
    assert standing(store, today=date(2090, 1, 1)).state == "dismissed"


def test_done_and_back(store: Store, say: Callable[..., int]) -> None:
    say("done", owner="Ben")
    assert standing(store).state == "done"
    say("reopen", reason="It is still there")
    assert (standing(store).state, standing(store).reason, standing(store).owner) == ("open", "It is still there", "Ben")


def test_an_edit_leaves_the_state_and_what_it_does_not_name(store: Store, say: Callable[..., int]) -> None:
    say("accept", owner="Ben", note="soon", ticket="https://tickets.example/7?a=b#c")
    say("edit", who="Eve", note="")
    assert standing(store) == events.Standing("accepted", "Ana", AT, "", None, "Ben", "", "https://tickets.example/7?a=b#c")
    say("edit", who="Eve", owner="", ticket="")
    assert (standing(store).owner, standing(store).ticket) == ("", "")


def test_what_was_said_last_holds_whatever_the_clock_says(store: Store, say: Callable[..., int]) -> None:
    say("accept")
    say("done")  # within the same millisecond
    assert standing(store).state == "done"
    say("reopen", at=AT - timedelta(hours=3))
    assert standing(store).state == "open"
    assert [event.action for event in events.history(store, ident("vol-1"))] == ["reopen", "done", "accept"]


def test_a_moment_with_a_zone_is_kept_in_utc(store: Store, say: Callable[..., int]) -> None:
    say("accept", at=datetime(2026, 11, 24, 1, 0, 0, 999, tzinfo=timezone(timedelta(hours=2))))
    assert standing(store).at == datetime(2026, 11, 23, 23)
    assert standing(store).at == datetime(2026, 11, 23, 23, tzinfo=UTC).replace(tzinfo=None)


TICKETS = ["OPS-123", "#77", "abc_1.2", "http://t.example/1", "HTTPS://T.EXAMPLE/browse/OPS-1?x=%20&y=ä"]
NO_TICKETS = [
    *("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "ftp://t.example/1", "//t.example", "https://", "https:///x"),
    *("https://t.example/a b", 'https://t.example/"onclick', "https://t.example/<b>", "https://[::1", "=cmd", "-1", "two words", "a/b"),
]


@pytest.mark.parametrize("ticket", TICKETS)
def test_a_ticket_is_an_address_or_a_key(store: Store, say: Callable[..., int], ticket: str) -> None:
    say("edit", ticket=ticket)
    assert standing(store).ticket == ticket
    assert lifecycle.is_link(ticket) == ticket.lower().startswith("http")


@pytest.mark.parametrize("ticket", NO_TICKETS)
def test_anything_else_is_no_ticket(store: Store, say: Callable[..., int], ticket: str) -> None:
    with pytest.raises(ActionRefused, match=r"^The ticket can't be used\."):
        say("edit", ticket=ticket)
    assert not lifecycle.is_link(ticket)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("forget", {}, "Nobody can “forget” a finding"),
    ("close", {}, "Nobody can “close” a finding"),
    ("accept", {"who": "  "}, "Nobody is named"),
    ("accept", {"who": "x" * 101}, "Your name is too long. Keep to 100 characters"),
    ("accept", {"who": "Ana\nBen"}, "Your name holds a character that can't be shown"),
    ("accept", {"owner": "Ana\x00"}, "The owner holds a character"),
    ("accept", {"owner": "Ana\ud800"}, "The owner holds a character"),
    ("accept", {"note": "one\x1b[31m"}, "The note holds a character"),
    ("accept", {"owner": "\u202egnp"}, "The owner holds a character"),
    ("accept", {"reason": "x" * 501}, "The reason is too long"),
    ("accept", {"until": date(2027, 1, 1)}, "Only a dismissal has an end"),
    ("dismiss", {}, "A dismissal needs a reason"),
    ("dismiss", {"reason": " \t "}, "A dismissal needs a reason"),
    ("dismiss", {"reason": "x", "until": TODAY}, "A dismissal until 2026-11-24 has run out already. Name a day after 2026-11-24"),
    ("edit", {}, "There is nothing to change"),
]


@pytest.mark.parametrize(("action", "more", "said"), REFUSED)
def test_what_cannot_be_said_is_refused_and_nothing_is_kept(
    store: Store, say: Callable[..., int], action: str, more: dict[str, Any], said: str
) -> None:
    before = events.version(store)
    with pytest.raises(ActionRefused) as refused:
        say(action, **more)
    assert str(refused.value).startswith(said)
    assert events.version(store) == before


def test_of_several_findings_all_are_changed_or_none(store: Store, say: Callable[..., int]) -> None:
    with pytest.raises(UnknownFinding, match=r"There is no finding ebs_unattached:.*vol-3"):
        say("accept", "vol-1", "vol-3")
    assert events.standings(store, TODAY) == {}
    with pytest.raises(UnknownFinding, match=r"no finding .{119}…"):
        lifecycle.act(store, ["x" * 5000], "accept", at=AT, who="Ana")
    with pytest.raises(ActionRefused, match="No finding is named"):
        lifecycle.act(store, [], "accept", at=AT, who="Ana")
    with pytest.raises(ActionRefused, match="10,001 findings are too many at once"):
        lifecycle.act(store, [f"f{number}" for number in range(10_001)], "accept", at=AT, who="Ana")


def test_thousands_at_once(store: Store) -> None:
    names = [f"vol-{number}" for number in range(2500)]
    keep(store, "run-1", *(finding(name) for name in names))
    assert lifecycle.act(store, [ident(name) for name in names], "accept", at=AT, who="Ana") == 2500
    assert lifecycle.act(store, [ident(name) for name in names], "edit", at=AT, who="Ana", owner="Ben") == 2500
    assert {(one.state, one.owner) for one in events.standings(store, TODAY).values()} == {("accepted", "Ben")}


def again(store: Store, run: str, *found: str, unmeasured: tuple[str, ...] = (), at: datetime = AT) -> int:
    """Another judgement, which finds only these."""
    (earlier,) = publish.snapshot(store).current
    before = opportunities.published(store, earlier)
    now = keep(store, run, *(finding(name) for name in found), unmeasured=unmeasured)
    lacking = opportunities.unmeasured_ids(store, now)
    return lifecycle.close_gone(store, before, list(opportunities.published(store, now)), lacking, at)


def test_what_is_gone_is_closed_by_itself_and_open_again_when_it_is_found(store: Store, say: Callable[..., int]) -> None:
    say("accept", owner="Ben")
    assert again(store, "run-2", "vol-2") == 1
    closed = standing(store)
    assert (closed.state, closed.who, closed.reason, closed.owner) == ("closed", "Spendscope", "No longer found.", "Ben")
    assert state(store, "vol-1") is None
    assert list(past.listed(store, publish.snapshot(store), {}, as_of=TODAY)["resource_id"]) == ["vol-1"]
    assert again(store, "run-3", "vol-2") == 0
    assert again(store, "run-4", "vol-1", "vol-2") == 1
    assert (state(store, "vol-1"), standing(store).reason, standing(store).owner) == ("open", "Found again.", "Ben")
    assert past.count(store, publish.snapshot(store), {}, as_of=TODAY) == 0


def test_one_of_which_nothing_was_said_is_closed_too(store: Store, say: Callable[..., int]) -> None:
    assert again(store, "run-2") == 2
    gone = past.listed(store, publish.snapshot(store), {}, as_of=TODAY)
    assert set(gone["state"]) == {"closed"}
    assert set(gone["title"]) == {"Unattached volume"}


def test_done_and_dismissed_stay_when_they_are_gone(store: Store, say: Callable[..., int]) -> None:
    say("done", "vol-1")
    say("dismiss", "vol-2", reason="Kept", until=date(2026, 12, 1))
    assert again(store, "run-2") == 0
    assert (standing(store).state, standing(store, "vol-2").state) == ("done", "dismissed")
    # The dismissal has run out and it's still gone.
    assert again(store, "run-3", at=datetime(2026, 12, 2, 4)) == 1
    assert standing(store, "vol-2", date(2026, 12, 2)).state == "closed"


def test_what_could_not_be_measured_is_not_gone(store: Store, say: Callable[..., int]) -> None:
    say("accept")
    assert again(store, "run-2", "vol-2", unmeasured=("vol-1",)) == 0
    assert standing(store).state == "accepted"
    # It was gone when it could be measured again, though the run before hadn't found it.
    assert again(store, "run-3", "vol-2") == 1
    assert standing(store).state == "closed"


def test_what_was_said_of_a_finding_that_is_gone(store: Store, say: Callable[..., int]) -> None:
    again(store, "run-2", "vol-2")
    for action in ("accept", "dismiss"):
        with pytest.raises(ActionRefused, match="isn't found any more"):
            say(action, reason="late")
    say("done", reason="Deleted last week")
    assert standing(store).state == "done"
    say("edit", note="by hand")
    say("reopen")
    assert (standing(store).state, standing(store).note) == ("closed", "by hand")
    assert json.loads(events.remembered(store, [ident("vol-1")])[ident("vol-1")].finding_json)["resource_id"] == "vol-1"


def test_strangers_text_is_harmless_in_an_export(store: Store, say: Callable[..., int]) -> None:
    nasty = '=HYPERLINK("http://evil.example")'
    say("dismiss", who="@evil", reason=nasty, owner="+1", note=nasty, until=date(2027, 1, 1))
    rows = opportunities.export(store, publish.snapshot(store), {}, as_of=TODAY)
    written = csv.DictReader(io.StringIO(exports.written(rows, "csv", {}).decode()))
    row = {one["resource_id"]: one for one in written}["vol-1"]
    assert (row["state_by"], row["state_reason"], row["owner"], row["note"]) == ("'@evil", f"'{nasty}", "'+1", f"'{nasty}")
    assert (row["state"], row["state_until"], row["state_at"]) == ("dismissed", "2027-01-01", "2026-11-24T09:30:00Z")
    told = {one["id"]: one for one in json.loads(exports.written(rows, "json", {}))}
    assert (told[ident("vol-1")]["state_reason"], told[ident("vol-1")]["state_until"]) == (nasty, "2027-01-01")
    assert told[ident("vol-2")]["state_at"] is told[ident("vol-2")]["state_until"] is None
    assert exports.written(rows, "parquet", {})


def test_thresholds_are_kept_and_taken_back(store: Store, embedded: Settings) -> None:
    lifecycle.save_thresholds(store, "ec2_idle", {"cpu_percent": 3.5}, at=AT, who="Ana")
    assert events.saved_thresholds(store) == {"ec2_idle": {"cpu_percent": 3.5}}
    lifecycle.save_thresholds(store, "ec2_idle", {"cpu_percent": None}, at=AT, who="Ana")  # within the same millisecond
    assert events.saved_thresholds(store) == {}


@pytest.mark.parametrize(
    ("check", "values", "who", "said"),
    [
        ("no_check", {"cpu_percent": 1.0}, "Ana", "There is no check no_check"),
        ("ec2_idle", {"cpu": 1.0}, "Ana", "The check ec2_idle has no threshold cpu"),
        ("ec2_idle", {"cpu_percent": float("nan")}, "Ana", "The threshold cpu_percent of ec2_idle can't be nan"),
        ("ec2_idle", {"cpu_percent": -1.0}, "Ana", "can't be -1"),
        ("ec2_idle", {"cpu_percent": 1.0}, "", "Nobody is named"),
    ],
)
def test_a_threshold_that_cannot_be_is_refused(store: Store, check: str, values: dict[str, float], who: str, said: str) -> None:
    with pytest.raises(ActionRefused, match=said):
        lifecycle.save_thresholds(store, check, values, at=AT, who=who)
    assert events.saved_thresholds(store) == {}


def judged_anew(store: Store, config: Settings, run: str, as_of: date, *volumes: dict[str, Any]) -> None:
    """Another collection's inventory, judged and published as a refresh does it."""
    held = Partition(HELD.source, HELD.month, run)
    writes.insert_rows(store, "resource_metrics", ({**row, "run_id": run} for row in volumes))
    made = judge.judge(store, held, run, config, as_of)
    earlier = judge.before(store, made.partition)
    publish.publish(store, run, [(held.source, held.month), (made.partition.source, made.partition.month)])
    judge.close_gone(store, earlier, made.partition, datetime(as_of.year, as_of.month, as_of.day, 4))


def loose(store: Store, today: date) -> dict[str, tuple[str, bool]]:
    """The exported findings of unattached volumes: where each stands, and whether it counts."""
    rows = opportunities.export(store, publish.snapshot(store), {"check": ["ebs_unattached"]}, as_of=today)
    return {row.resource_id: (row.state, bool(row.counted)) for row in rows.itertuples()}


def test_what_is_dismissed_stays_so_over_refreshes_until_its_day(store: Store, embedded: Settings) -> None:
    first, second, third = JUDGED_ON, JUDGED_ON + timedelta(days=1), JUDGED_ON + timedelta(days=9)
    both = (volume("vol-1", 100), volume("vol-2", 50))
    judged_anew(store, embedded, "run-1", first, *both)
    assert loose(store, first) == {"vol-1": ("open", True), "vol-2": ("open", True)}
    until = JUDGED_ON + timedelta(days=7)
    at = datetime(first.year, first.month, first.day, 12)
    lifecycle.act(store, [ident("vol-1")], "dismiss", at=at, who="Ana", reason="Kept for the audit", until=until)
    judged_anew(store, embedded, "run-2", second, *both)
    assert loose(store, second) == {"vol-1": ("dismissed", False), "vol-2": ("open", True)}
    rows = opportunities.export(store, publish.snapshot(store), {"state": ["dismissed"]}, as_of=second)
    assert list(zip(rows["resource_id"], rows["state_reason"], rows["run"], strict=True)) == [("vol-1", "Kept for the audit", "run-2")]
    judged_anew(store, embedded, "run-3", third, *both)
    assert loose(store, third) == {"vol-1": ("open", True), "vol-2": ("open", True)}
    judged_anew(store, embedded, "run-4", third, volume("vol-2", 50))
    assert loose(store, third) == {"vol-2": ("open", True)}
    assert events.standings(store, third)[ident("vol-1")].state == "closed"
