"""What Cost Explorer's answers are made from, and how its requests say which days they mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.demo.model import Organisation
from core.demo.services.answering import Recent
from core.demo.services.bill import Bill, invalid


@dataclass(frozen=True)
class Ledger:
    """What every Cost Explorer request of a server is answered from."""

    organisation: Organisation
    bill: Bill
    page_size: int
    recent: Recent

    @classmethod
    def of(cls, organisation: Organisation, page_size: int) -> "Ledger":
        """The ledger of an organisation."""
        return cls(organisation, Bill(organisation), page_size, Recent())


def dates(request: Mapping[str, Any]) -> tuple[date, date]:
    """The first day of a request, and the day after its last."""
    try:
        span = request["TimePeriod"]
        start, end = date.fromisoformat(span["Start"]), date.fromisoformat(span["End"])
    except (KeyError, ValueError) as error:
        raise invalid("TimePeriod needs a Start and an End like 2026-08-31") from error
    if start >= end:
        raise invalid("Start date (and hour) should be before end date (and hour)")
    return start, end


def span_of(start: date, end: date) -> dict[str, str]:
    """The same as an answer says it."""
    return {"Start": start.isoformat(), "End": end.isoformat()}
