"""What other thresholds change, and where those in force come from."""

from decimal import Decimal

import pytest

from app.opportunities import sandbox
from core.checks.contract import Threshold
from core.sandbox import TrialRow

PLAIN = Threshold("days", 1.0, "days", "Days unattached")
BOUND = Threshold("cpu_percent", 5.0, "%", "Mean CPU", setting="aws_cpu_utilization_threshold")


def row(ident: str, saves: str) -> TrialRow:
    return TrialRow(ident, "ec2_idle", "Idle EC2 instance", ident, "", "111111111111", "eu-west-1", Decimal(saves), counted=True)


def test_what_comes_in_goes_out_and_is_worth_another_amount() -> None:
    before = [row("a", "10"), row("b", "20"), row("c", "30")]
    after = [row("b", "20"), row("c", "25"), row("d", "5")]
    found = [(change.what, change.row.id, change.before, change.after) for change in sandbox.changes(before, after)]
    assert found == [
        (sandbox.CHANGES, "c", Decimal(30), Decimal(25)),
        (sandbox.GOES, "a", Decimal(10), None),
        (sandbox.COMES, "d", None, Decimal(5)),
    ]


def test_nothing_changes_where_nothing_does() -> None:
    assert sandbox.changes([row("a", "10")], [row("a", "10")]) == []


@pytest.mark.parametrize(
    ("threshold", "saved", "said"),
    [
        (PLAIN, False, "In force: 3, the default."),
        (PLAIN, True, "In force: 3, saved here; the default is 1."),
        (
            BOUND,
            False,
            "In force: 3, by the setting AWS_CPU_UTILIZATION_THRESHOLD; the default is 5. What is saved here takes its place.",
        ),
        (BOUND, True, "In force: 3, saved here, in place of the setting AWS_CPU_UTILIZATION_THRESHOLD; the default is 5."),
    ],
)
def test_where_a_threshold_comes_from(threshold: Threshold, saved: bool, said: str) -> None:
    assert sandbox.origin(threshold, 3.0, saved) == said


@pytest.mark.parametrize(("value", "step"), [(0, 0.001), (1, 0.1), (5, 1), (14, 1), (80, 10), (1000, 100)])
def test_numbers_move_by_round_steps(value: float, step: float) -> None:
    assert sandbox.step(value) == pytest.approx(step)
