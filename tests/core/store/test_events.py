"""Where findings stand by what was said of them, and reads of findings that go by it."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from core.store import events, opportunities, past, publish, writes
from core.store.client import Store
from tests.core.found import JUDGED_ON, TODAY, finding, ident, keep

AT = datetime(2026, 11, 22, 9, 30, 0, 125_000)


def say(store: Store, resource: str, action: str, at: datetime = AT, **more: Any) -> None:
    base = {"who": "Ana", "reason": "", "until": None, "owner": "", "note": "", "ticket": "", "finding_json": "{}"}
    row = {**base, "finding": ident(resource), "action": action, "at": at.isoformat(sep=" ", timespec="milliseconds"), **more}
    writes.insert_rows(store, "opportunity_events", [row])


def test_a_finding_stands_where_the_newest_event_put_it(any_store: Store) -> None:
    say(any_store, "vol-1", "accept", owner="Ben", ticket="OPS-1")
    say(any_store, "vol-1", "dismiss", datetime(2026, 11, 23), reason="Kept for the audit", until="2026-12-01", owner="Ben", ticket="OPS-1")
    say(any_store, "vol-1", "edit", datetime(2026, 11, 24), who="Eve", owner="Cem", note="ask again", ticket="")
    say(any_store, "vol-2", "edit", owner="Ben")
    standing = events.standings(any_store, TODAY)
    assert standing[ident("vol-1")] == events.Standing(
        "dismissed", "Ana", datetime(2026, 11, 23), "Kept for the audit", date(2026, 12, 1), "Cem", "ask again", ""
    )
    assert standing[ident("vol-2")] == events.Standing("open", "", None, "", None, "Ben", "", "")
    assert ident("vol-3") not in standing
    told = events.history(any_store, ident("vol-1"))
    assert [event.action for event in told] == ["edit", "dismiss", "accept"]
    assert (told[2].at, told[2].owner) == (AT, "Ben")


@pytest.mark.parametrize(
    ("action", "until", "stands"),
    [
        ("accept", None, "accepted"),
        ("dismiss", None, "dismissed"),
        ("dismiss", "2026-11-24", "dismissed"),  # its last day
        ("dismiss", "2026-11-23", "open"),
        ("done", None, "done"),
        ("reopen", None, "open"),
        ("close", None, "closed"),
    ],
)
def test_states(store: Store, action: str, until: str | None, stands: str) -> None:
    say(store, "vol-1", action, until=until)
    assert events.standings(store, TODAY)[ident("vol-1")].state == stands
    assert (ident("vol-1") in events.set_aside(store, TODAY)) == (stands in events.SET_ASIDE)


def test_every_event_and_threshold_changes_the_version(store: Store) -> None:
    seen = [events.version(store)]
    say(store, "vol-1", "accept")
    seen.append(events.version(store))
    writes.insert_rows(store, "thresholds", [{"check": "ec2_idle", "name": "cpu_percent", "value": 3, "at": "2026-11-22 09:00:00"}])
    seen.append(events.version(store))
    assert len(set(seen)) == 3


def standing_of(rows: pd.DataFrame) -> dict[str, str]:
    return dict(zip(rows["resource_id"], rows["state"], strict=True))


@pytest.fixture
def four(store: Store) -> Store:
    """Four volumes: nothing was said of the first, the second is accepted, the third dismissed until 1 December, the fourth done."""
    keep(store, "run-1", *(finding(f"vol-{number}", str(10 * number)) for number in range(1, 5)))
    say(store, "vol-2", "accept", owner="Ben", note="next week", ticket="https://tickets.example/7")
    say(store, "vol-3", "dismiss", reason="Kept for the audit", until="2026-12-01")
    say(store, "vol-4", "done")
    return store


def test_findings_are_read_with_where_they_stand(four: Store) -> None:
    snap = publish.snapshot(four)
    rows = opportunities.page(four, snap, {}, as_of=TODAY).set_index("resource_id")
    assert rows["state"].to_dict() == {"vol-1": "open", "vol-2": "accepted", "vol-3": "dismissed", "vol-4": "done"}
    assert list(rows.loc["vol-2", ["state_by", "owner", "note", "ticket"]]) == ["Ana", "Ben", "next week", "https://tickets.example/7"]
    assert rows.loc["vol-2", "state_at"] == pd.Timestamp(AT)
    assert (rows.loc["vol-3", "state_reason"], rows.loc["vol-3", "state_until"]) == ("Kept for the audit", pd.Timestamp("2026-12-01"))
    assert pd.isna(rows.loc["vol-1", "state_at"])
    assert pd.isna(rows.loc["vol-1", "state_until"])
    assert rows["still_found"].astype(bool).to_dict() == {"vol-1": False, "vol-2": False, "vol-3": False, "vol-4": True}


def test_what_is_dismissed_or_done_is_not_counted_and_the_page_can_be_narrowed(four: Store) -> None:
    snap = publish.snapshot(four)
    assert opportunities.totals(four, snap, {}, as_of=TODAY) == opportunities.Totals(4, 2, Decimal(30), 0)
    assert opportunities.totals(four, snap, {"state": events.LIVE}, as_of=TODAY) == opportunities.Totals(2, 2, Decimal(30), 0)
    after = date(2026, 12, 2)
    assert opportunities.totals(four, snap, {}, as_of=after) == opportunities.Totals(4, 3, Decimal(60), 0)
    assert standing_of(opportunities.page(four, snap, {"state": ["open"]}, as_of=after)) == {"vol-1": "open", "vol-3": "open"}
    assert standing_of(opportunities.page(four, snap, {"state": ("done",), "service": ("EBS",)}, as_of=TODAY)) == {"vol-4": "done"}
    by = opportunities.by(four, snap, {}, "state", as_of=TODAY).set_index("key")
    assert by["found"].to_dict() == {"open": 1, "accepted": 1, "dismissed": 1, "done": 1}
    assert by["savings"].to_dict() == {"open": Decimal(10), "accepted": Decimal(20), "dismissed": Decimal(0), "done": Decimal(0)}
    assert opportunities.resources_by(four, snap, {"state": events.LIVE}, "service", as_of=TODAY) == {"EBS": 2}
    assert opportunities.not_measured_count(four, snap, {"state": ["open"]}) == 0
    page = opportunities.page(four, snap, {}, limit=2, offset=2, as_of=TODAY)
    assert list(page["resource_id"]) == ["vol-2", "vol-1"]


def test_exports_say_where_findings_stand(four: Store) -> None:
    rows = opportunities.export(four, publish.snapshot(four), {}, as_of=TODAY).set_index("resource_id")
    assert rows["state"].to_dict() == {"vol-1": "open", "vol-2": "accepted", "vol-3": "dismissed", "vol-4": "done"}
    assert rows["state_at"].dropna().to_dict() == dict.fromkeys(["vol-2", "vol-3", "vol-4"], "2026-11-22T09:30:00Z")
    assert {"state_by", "state_reason", "state_until", "owner", "note", "ticket", "still_found", "run"} <= {*rows.columns}


def test_a_closed_finding_that_is_found_is_open(store: Store) -> None:
    keep(store, "run-1", finding("vol-1"))
    say(store, "vol-1", "close")
    row = opportunities.one(store, publish.snapshot(store), ident("vol-1"), as_of=TODAY)
    assert row
    assert (row["state"], row["counted"]) == ("open", True)


def test_past_findings_are_told_as_they_last_were(store: Store) -> None:
    earlier = keep(store, "run-1", finding("vol-1", "12.5", region="eu-west-1"), finding("vol-2"), finding("vol-3"))
    kept = opportunities.published(store, earlier)
    told = {resource: json.dumps(kept[ident(resource)], default=str) for resource in ("vol-1", "vol-2", "vol-3")}
    say(store, "vol-1", "done", finding_json=told["vol-1"], owner="Ben")
    say(store, "vol-2", "close", datetime(2026, 11, 23), finding_json=told["vol-2"])
    say(store, "vol-3", "accept", finding_json=told["vol-3"])
    assert past.count(store, publish.snapshot(store), {}, as_of=TODAY) == 0  # they are still found
    keep(store, "run-2", finding("vol-9"))
    snap = publish.snapshot(store)
    rows = past.listed(store, snap, {}, as_of=TODAY)
    assert list(rows["resource_id"]) == ["vol-2", "vol-1"]
    assert list(rows.columns) == list(opportunities.page(store, snap, {}, as_of=TODAY).columns)
    assert list(rows["monthly_savings"]) == [Decimal(10), Decimal("12.5")]
    assert set(rows["as_of"]) == {pd.Timestamp(JUDGED_ON)}
    assert list(past.listed(store, snap, {"region": ["eu-west-1"], "provider": ["AWS"]}, as_of=TODAY)["owner"]) == ["Ben"]
    assert past.listed(store, snap, {"state": ["dismissed"]}, as_of=TODAY).empty
    assert past.count(store, snap, {"state": ["done"]}, as_of=TODAY) == 1
    one = past.one(store, snap, ident("vol-1"), as_of=TODAY)
    assert one
    assert (one["evidence"]["rule"], one["state"], one["counted"]) == ("It is attached to nothing.", "done", False)
    assert past.one(store, snap, ident("vol-9"), as_of=TODAY) is None
