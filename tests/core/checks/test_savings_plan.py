"""A Compute Savings Plan: what it covers, at which discount, and where nothing is to be committed to."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Facts, Finding, NotMeasured, Resource
from core.checks.savings_plan import CHECK
from core.commitments import Pool
from core.pools import ORGANISATION
from tests.core.checks.made import NOW, REGION
from tests.core.checks.made_commitments import PAYER, SPAN, known, machine, pool, prices, subjects

NAME = f"{REGION}/m5/Linux"
THREE = [machine(n) for n in range(3)]
OFFER = "54d1add6-4dd8-282e-65b3-8d97c1d48eba"
ADVICE = {
    "EstimatedSavingsPercentage": "25",
    "OfferingId": OFFER,
    "HourlyCommitmentToPurchase": "0.45",
    "EstimatedMonthlySavingsAmount": "109.5",
}


def subject(facts: Facts) -> Resource:
    (one,) = subjects(ORGANISATION, facts)
    assert one.resource_id == one.account_id == PAYER
    return one


def asked(machines: list[Resource] = THREE, pools: dict[str, Pool] | None = None, **more: Any) -> Answer:
    facts = known(machines, {NAME: pool({"m5.xlarge": 72}, 40.0)} if pools is None else pools, **more)
    return CHECK.find(subject(facts), facts)


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


_FACTS = known(THREE, {NAME: pool({"m5.xlarge": 72}, 40.0)})
FOUND = subject(_FACTS), _FACTS


def worked_example() -> Finding:
    """Three m5.xlarge with Linux around the clock in us-east-1, in a pool that costs more than them."""
    machines = [machine(n, region="us-east-1") for n in range(3)]
    held = known(
        machines, {"us-east-1/m5/Linux": pool({"m5.xlarge": 72}, 40.0)}, listed=prices({"m5.xlarge": ("0.192", "0.12")}, region="us-east-1")
    )
    return found(CHECK.find(subject(held), held))


def test_it_saves_the_assumed_discount_on_what_runs_around_the_clock() -> None:
    finding = found(asked())
    assert finding.monthly_savings == Decimal("118.260")  # 3 × 730 × 0.2 × 27 %
    assert finding.base == {NAME: Decimal("438.0")}
    assert finding.evidence["values"]["commitment_usd_an_hour"] == 0.438  # 3 × 0.2 × 73 %
    assert finding.confidence == 0.6
    assert "assumed" in " ".join(finding.evidence["notes"])
    assert finding.fix.startswith("aws savingsplans describe-savings-plans-offerings --plan-types Compute")


def test_aws_s_recommendation_gives_discount_and_offering() -> None:
    finding = found(asked(recommended={"savings-plans": [ADVICE]}))
    assert finding.monthly_savings == Decimal("109.50")  # 438 × 25 %
    assert finding.confidence == 0.7
    assert finding.fix == f"aws savingsplans create-savings-plan --savings-plan-offering-id {OFFER} --commitment 0.450 --region us-east-1"
    assert finding.evidence["values"]["aws_estimates_savings_usd"] == 109.5


@pytest.mark.parametrize("broken", [{}, {"EstimatedSavingsPercentage": "n/a"}, {"EstimatedSavingsPercentage": "0"}])
def test_a_recommendation_without_a_discount_is_passed_over(broken: dict[str, str]) -> None:
    assert found(asked(recommended={"savings-plans": [broken]})).monthly_savings == Decimal("118.260")


def test_an_offering_that_is_no_id_is_not_put_into_a_command() -> None:
    finding = found(asked(recommended={"savings-plans": [{**ADVICE, "OfferingId": "x; rm -rf ~"}]}))
    assert "rm -rf" not in finding.fix


def test_the_forecast_s_lower_bound_bounds_it() -> None:
    # $0.6 an hour run around the clock, and $14.4 a day is all that the pool costs: its lower bound lies below.
    finding = found(asked(pools={NAME: pool({"m5.xlarge": 72}, 14.4)}))
    values = finding.evidence["values"]
    assert values["steady_usd_an_hour"] == 0.6
    assert 0.5 < values["forecast_lower_usd_an_hour"] < 0.6
    assert finding.cost.usd is not None
    assert float(finding.cost.usd) == pytest.approx(730 * values["forecast_lower_usd_an_hour"], abs=0.1)
    assert sum(finding.base.values()) == finding.cost.usd


def test_a_spike_elsewhere_does_not_widen_what_is_forecast_of_a_pool() -> None:
    spiky = Pool(Decimal(1), 1.0, days={SPAN[10]: Decimal(5000)}, types={}, span=SPAN)
    alone, beside = asked(), asked(pools={NAME: pool({"m5.xlarge": 72}, 40.0), f"{REGION}/g5/Linux": spiky})
    assert found(alone).monthly_savings == found(beside).monthly_savings


def test_a_surer_quantile_commits_to_less() -> None:
    tight = {NAME: pool({"m5.xlarge": 72}, 14.4)}
    usual, sure = found(asked(pools=tight)), found(asked(pools=tight, savings_plan={"quantile_percent": 2.5}))
    assert sure.evidence["values"]["forecast_lower_usd_an_hour"] < usual.evidence["values"]["forecast_lower_usd_an_hour"]


@pytest.mark.parametrize(
    ("machines", "pools"),
    [
        ([], {}),
        ([machine(0, created_at=NOW - timedelta(days=30))], {NAME: pool({"m5.xlarge": 72})}),
        (THREE, {NAME: Pool(Decimal(0), 0.0, 504.0, span=SPAN)}),
        (THREE, {NAME: pool({"m5.xlarge": [24.0] * 22 + [0.0] * 8})}),
        (THREE, {NAME: replace(pool({"m5.xlarge": 72}), days={})}),
        (THREE, {}),
        ([machine(0, "m5.metal")], {NAME: pool({"m5.metal": 72})}),
    ],
)
def test_where_nothing_is_to_be_committed_to(machines: list[Resource], pools: dict[str, Pool]) -> None:
    assert asked(machines, pools) is None


def test_what_is_not_measured() -> None:
    facts = known(THREE, None)
    answer = CHECK.find(subject(facts), facts)
    assert isinstance(answer, NotMeasured)
    assert "isn't known what runs on demand" in answer.reason


def test_without_instances_that_run_long_enough_nothing_needs_to_be_known() -> None:
    facts = known([machine(0, created_at=NOW - timedelta(days=3))], None)
    assert CHECK.find(subject(facts), facts) is None


def test_instances_without_data_lower_confidence() -> None:
    finding = found(asked([machine(n, measured=False) for n in range(3)]))
    assert finding.confidence == pytest.approx(0.42)


def test_databases_are_not_covered() -> None:
    base = {f"{REGION}/db.m5/PostgreSQL": pool({"db.m5.large": 24}, 5.0)}
    assert asked([], base) is None


def test_prices_of_a_snapshot_lower_confidence() -> None:
    dated = tuple(replace(each, source="snapshot 2026-07-20") for each in prices())
    assert found(asked(listed=dated)).confidence == pytest.approx(0.48)
