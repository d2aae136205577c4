"""Where a finding stands, in sentences."""

from datetime import date, datetime
from typing import Any

import pytest

from app.opportunities import history
from core.store.events import Event

AT = datetime(2026, 11, 22, 9, 30)
BASE: dict[str, Any] = {"state": "open", "state_by": "", "state_at": None, "state_reason": "", "state_until": None}


@pytest.mark.parametrize(
    ("stands", "said"),
    [
        ({}, "Open"),
        ({"state": "accepted", "state_by": "Ada", "state_at": AT}, "Accepted by Ada on 22 Nov 2026"),
        (
            {"state": "dismissed", "state_by": "Ada", "state_at": AT, "state_until": date(2026, 12, 1), "state_reason": "audit"},
            "Dismissed by Ada on 22 Nov 2026, until 1 Dec 2026: audit",
        ),
        (
            {"state_by": "Ada", "state_at": AT, "state_until": date(2026, 11, 23), "state_reason": "audit"},
            "Open again: it was dismissed by Ada, until 23 Nov 2026: audit",
        ),
    ],
)
def test_where_it_stands(stands: dict[str, Any], said: str) -> None:
    assert history.standing({**BASE, **stands}) == said


def test_an_event_in_words() -> None:
    event = Event("f", AT, "dismiss", "Ada", "audit", date(2026, 12, 1), "", "", "")
    assert history.told(event) == "22 Nov 2026, 09:30 UTC: Ada dismissed it until 1 Dec 2026: audit"


def test_only_an_address_becomes_a_link_and_stays_one() -> None:
    assert history._ticket("OPS-7") == "OPS-7"
    assert history._ticket("javascript:alert(1)").startswith("javascript:")
    assert history._ticket("https://t.example/a)b[c") == "[https://t.example/a)b\\[c](https://t.example/a%29b[c)"
