"""The table's columns and sentences, and what can be done with which findings."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
import pytest

from app.opportunities import actions, kpis, table
from app.opportunities.kpis import Place
from core import analyze
from core.errors import RunBusy
from core.store.opportunities import Totals


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    base = {
        "title": "Idle EC2 instance",
        "resource_name": "web",
        "resource_id": "i-1",
        "monthly_savings": Decimal("12.5"),
        "monthly_cost": None,
        "confidence": 0.9,
        "priority": "medium",
        "effort": "low",
        "risk": "medium",
        "counted": True,
        "account_id": "111111111111",
        "account_name": "",
        "region": "eu-west-1",
        "state": "open",
        "state_until": None,
        "owner": "",
        "ticket": "",
        "id": "a",
    }
    return pd.DataFrame([{**base, **change} for change in changes])


def test_a_ticket_is_a_link_only_where_it_is_an_address() -> None:
    found = table.shown(rows({"ticket": "https://tickets.example/OPS-7/"}, {"ticket": "OPS-8"}, {"ticket": "javascript:alert(1)"}))
    assert list(found["ticket"])[:2] == ["OPS-7", "OPS-8"]
    assert found["link"][0] == "https://tickets.example/OPS-7/"
    assert list(found["link"].isna()) == [False, True, True]


def test_without_any_address_there_is_no_column_of_links() -> None:
    assert table.columns(rows({"ticket": "OPS-8"}))["link"] is None


def test_names_and_states() -> None:
    found = table.shown(rows({"state": "dismissed", "state_until": pd.Timestamp("2026-12-01")}, {"resource_name": "i-1"}))
    assert list(found["state"]) == ["Dismissed", "Open"]
    assert list(found["until"]) == [date(2026, 12, 1), None]
    assert list(found["resource"]) == ["web (i-1)", "i-1"]
    assert found["cost"].isna().all()


def test_what_is_ticked_adds_up_what_counts() -> None:
    assert table.told(rows({}, {"monthly_savings": Decimal(1000)})) == "2 selected: $1,012 a month"
    assert table.told(rows({}, {"counted": False})) == "2 selected: $12.50 a month, 1 not counted"


@pytest.mark.parametrize(
    ("action", "states", "possible"),
    [
        ("accept", ["open"], True),
        ("accept", ["accepted", "dismissed"], False),
        ("dismiss", ["done", "accepted"], True),
        ("done", ["dismissed"], False),
        ("reopen", ["open"], False),
        ("reopen", ["dismissed"], True),
        ("edit", ["closed"], True),
        ("edit", [], False),
    ],
)
def test_a_button_is_off_where_it_means_nothing(action: str, states: list[str], possible: bool) -> None:
    assert actions.possible(action, states) is possible


@pytest.mark.parametrize(
    ("found", "most", "said"),
    [
        (Totals(0, 0, Decimal(0), 0), None, "No opportunities under these filters"),
        (Totals(1, 0, Decimal(0), 1), None, "1 opportunity, but nothing to save that is known"),
        (Totals(2, 2, Decimal(0), 2), None, "2 opportunities, but nothing to save that is known"),
        (Totals(9, 1, Decimal("80"), 0), None, "\\$80.00 a month can be saved with 1 finding"),
        (Totals(9, 4, Decimal(2000), 0), Place("EC2", Decimal(1500)), "\\$2,000 a month can be saved with 4 findings, 75.0 % of it in EC2"),
    ],
)
def test_the_finding_in_words(found: Totals, most: Place | None, said: str) -> None:
    assert kpis.headline(found, most) == said


def test_without_an_end_there_is_no_column_of_ends() -> None:
    ended = {"state": "open", "state_until": pd.Timestamp("2026-12-01")}  # its dismissal has run out
    assert table.columns(rows({}, ended))["until"] is None
    assert table.columns(rows({**ended, "state": "dismissed"}))["until"] is not None


class Held(NamedTuple):
    """As much of a page as judging again takes."""

    store: object = None
    config: object = None
    as_of: date = date(2026, 11, 24)


class Opened(NamedTuple):
    figures: Held = Held()


def test_what_was_said_is_kept_while_a_collection_runs_and_the_total_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: object) -> None:
        raise RunBusy("Another run is going on.", "Wait.")

    monkeypatch.setattr(analyze, "judge_again", busy)
    assert "follows with the end of the next collection" in actions.judged_again(Opened())  # type: ignore[arg-type]
    monkeypatch.setattr(analyze, "judge_again", lambda *args: None)
    assert actions.judged_again(Opened()) == ""  # type: ignore[arg-type]
