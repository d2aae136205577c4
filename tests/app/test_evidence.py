"""The evidence card's sentences and sums."""

from decimal import Decimal
from typing import Any

import pytest

from app import evidence
from core import checks


def found(**more: Any) -> dict[str, Any]:
    line = {"source": "Pricing API", "source_date": "2026-11-27"}
    price = {
        "now": {"monthly": "100", "lines": [line]},
        "after": {"monthly": "40.004", "lines": [{**line, "source_date": "2026-11-20"}]},
        "monthly_savings": "59.996",
    }
    base = {
        "price": price,
        "monthly_savings": Decimal("59.996"),
        "counted": True,
        "confidence": 0.5,
        "as_of": "2026-11-27",
        "evidence": {
            "rule": "mean CPU under 5 %",
            "window_days": 14,
            "thresholds": {"cpu_percent": 5.0, "other": 2},
            "values": {"cpu_percent": 3.25, "kept": {"Standard": 18432.0}, "on": "2026-11-26"},
            "alone": "59.9960000000",
        },
    }
    return {**base, **more}


def test_the_sum_goes_from_now_to_what_the_total_takes() -> None:
    assert evidence.summed(found())[2:] == [
        "| Now | $100.00 |",
        "| Afterwards | $40.00 |",
        "| Difference | $60.00 |",
        "| Counted in the total | $60.00 |",
    ]


def test_what_it_saves_alone_stands_apart_where_it_is_less_than_the_difference() -> None:
    capped = {**found()["evidence"], "alone": "50"}
    lines = evidence.summed(found(evidence=capped, counted=False, monthly_savings=Decimal(20)))
    assert lines[-2:] == ["| It alone, of what can be saved at all | $50.00 |", "| Not counted in the total; it would save | $20.00 |"]


def test_without_a_price_nothing_is_claimed() -> None:
    price = {"now": {"monthly": None, "lacking": "no price", "lines": []}, "after": None, "monthly_savings": None}
    lines = evidence.summed(found(price=price, monthly_savings=Decimal(0), evidence={}))
    assert lines[2:5] == ["| Now | not known |", "| Afterwards | not known |", "| Difference | not known |"]


def test_nothing_is_left_to_pay_where_it_goes() -> None:
    price = {"now": {"monthly": "9", "lines": []}, "after": None, "monthly_savings": "9"}
    assert "| Afterwards | $0.00 |" in evidence.summed(found(price=price))


def test_a_series_has_its_own_threshold_and_else_that_of_mean_cpu() -> None:
    mean = {"metric": "CPUUtilization", "statistic": "Average"}
    assert evidence.limit_of({**mean, "threshold": 7}, {"cpu_percent": 5.0}) == 7
    assert evidence.limit_of({**mean, "threshold": None}, {"cpu_percent": 5.0}) is None
    assert evidence.limit_of(mean, {"cpu_percent": 5.0}) == 5
    assert evidence.limit_of({"metric": "NetworkIn", "statistic": "Sum"}, {"cpu_percent": 5.0}) is None


@pytest.mark.parametrize(
    "said",
    [
        "- **Rule** mean CPU under 5 %",
        "- **Threshold** other: 2",
        "- **Window** the 14 whole days before 27 Nov 2026, UTC",
        "- **Measured** cpu percent 3.25, kept Standard 18,432, on 2026-11-26",
        "- **Prices** Pricing API of 20 Nov 2026, Pricing API of 27 Nov 2026",
    ],
)
def test_how_it_is_worked_out(said: str) -> None:
    check = next(each for each in checks.discovered() if each.id == "ec2_idle")
    lines = evidence.explained(found(), check)
    assert said in lines
    assert any(line.startswith("- **Threshold** ") and line.endswith(": 5 %") for line in lines)
