"""Asking Cost Explorer what was spent: one question, all pages, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from core.aws.failures import calling
from core.models import CostType

METRICS = {
    CostType.UNBLENDED: "UnblendedCost",
    CostType.AMORTIZED: "AmortizedCost",
    CostType.NET_UNBLENDED: "NetUnblendedCost",
    CostType.NET_AMORTIZED: "NetAmortizedCost",
}
"""Cost Explorer's name for each cost type; one request carries all of them."""

QUANTITY = "UsageQuantity"
NO_UNIT = "N/A"

Filter = Mapping[str, Any]


class CostRow(NamedTuple):
    """One group on one day or month: its keys in the order asked, its amounts, and how final it is.

    `quantity` is None where it wasn't asked for or where units mix.
    """

    start: date
    keys: tuple[str, ...]
    amounts: Mapping[CostType, Decimal]
    currency: str
    estimated: bool
    quantity: Decimal | None
    unit: str


@dataclass(frozen=True)
class Question:
    """What is asked: whole days from `start` to the day before `end`, grouped by at most two dimensions."""

    start: date
    end: date
    group_by: tuple[str, ...]
    granularity: str = "DAILY"
    where: Filter | None = None
    quantity: bool = False

    def parameters(self) -> dict[str, Any]:
        """The request."""
        asked: dict[str, Any] = {
            "TimePeriod": {"Start": self.start.isoformat(), "End": self.end.isoformat()},
            "Granularity": self.granularity,
            "Metrics": [*METRICS.values(), *([QUANTITY] if self.quantity else [])],
            "GroupBy": [{"Type": "DIMENSION", "Key": key} for key in self.group_by],
        }
        return asked | ({"Filter": self.where} if self.where else {})


@dataclass
class Answer:
    """The rows of all pages, without those that are all zero; `names` describes keys, such as accounts."""

    rows: list[CostRow] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)


def ask(client: Any, question: Question) -> Answer:
    """Every page of the answer. Raises AwsError."""
    asked, answer = question.parameters(), Answer()
    with calling("ce:GetCostAndUsage"):
        while True:
            page = client.get_cost_and_usage(**asked)
            _read(page, answer)
            if not (token := page.get("NextPageToken")):
                return answer
            asked["NextPageToken"] = token


def _read(page: Mapping[str, Any], answer: Answer) -> None:
    for described in page.get("DimensionValueAttributes", []):
        answer.names[described["Value"]] = described.get("Attributes", {}).get("description", "")
    for result in page["ResultsByTime"]:
        start = date.fromisoformat(result["TimePeriod"]["Start"][:10])
        for group in result["Groups"]:
            row = _row(start, tuple(group["Keys"]), group["Metrics"], bool(result.get("Estimated")))
            if any(row.amounts.values()) or row.quantity:
                answer.rows.append(row)


def _row(start: date, keys: tuple[str, ...], metrics: Mapping[str, Mapping[str, str]], estimated: bool) -> CostRow:
    used = metrics.get(QUANTITY, {})
    unit = used.get("Unit", NO_UNIT)
    return CostRow(
        start,
        keys,
        {cost_type: Decimal(metrics[name]["Amount"]) for cost_type, name in METRICS.items()},
        metrics[METRICS[CostType.UNBLENDED]]["Unit"],
        estimated,
        None if unit == NO_UNIT else Decimal(used["Amount"]),
        "" if unit == NO_UNIT else unit,
    )


def one_of(key: str, values: Sequence[str]) -> Filter:
    """A filter on a dimension's values."""
    return {"Dimensions": {"Key": key, "Values": list(values)}}


def both(*filters: Filter) -> Filter:
    """A filter that every one of the filters passes."""
    return {"And": list(filters)} if len(filters) > 1 else filters[0]


def no(which: Filter) -> Filter:
    """A filter that passes what the other stops."""
    return {"Not": which}
