"""What a finding that is done has really saved, beside what was estimated; or why that can't be said."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from app import format as fmt
from app.cached import Figures
from core.insight.realised import Realised, Refused, each

_ASKED_BY = ("id", "type", "account_id", "region", "resource_type", "resource_id", "evidence")


def realised(held: Figures, rows: list[Mapping[str, Any]]) -> list[Realised | Refused | None]:
    """Of each finding, with one look at the bill; None for one that isn't done."""
    done = [(_asked(row), _at(row["state_at"])) for row in rows if row["state"] == "done"]
    answers = iter(held.read(each, done, held.settled_days) if done else ())
    return [next(answers) if row["state"] == "done" else None for row in rows]


def _asked(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the answer depends on, since it is remembered by that."""
    return {name: row[name] for name in _ASKED_BY}


def _at(when: Any) -> datetime:
    moment: datetime = pd.Timestamp(when).to_pydatetime()
    return moment


def how(one: Realised | Refused | None) -> str:
    """How a realised saving is known, or why it isn't."""
    if one is None:
        return ""
    if isinstance(one, Refused):
        return one.reason
    before, after = fmt.exact(one.before_monthly, one.currency), fmt.exact(one.after_monthly, one.currency)
    days = f"{fmt.count(one.days_before, 'day')} before and {fmt.count(one.days_after, 'day')} after"
    return f"{before} a month before, {after} since, by {days} of the bill."


def in_words(one: Realised | Refused, estimate: Decimal) -> str:
    """The saving beside its estimate."""
    if isinstance(one, Refused):
        return f"Estimated {fmt.exact(estimate)} a month. What it really saved can't be said: {one.reason}"
    return f"Realised {fmt.exact(one.saving, one.currency)} a month, estimated {fmt.exact(estimate)}: {how(one)}"
