"""Storage that is larger, or of a dearer type, than it has to be."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.rds_storage import CHECK
from tests.core.checks.made import DAYS, NASTY, NOW
from tests.core.checks.made_rds import ARN, FREE, GIB, PRICES, database, facts, price, series


def roomy(free_gib: float | None = 750.0, gib: int = 1000, **more: Any) -> Answer:
    return CHECK.find(database(series(free_gib=free_gib), AllocatedStorage=gib, **more), facts())


FOUND = (database(series(free_gib=750.0), AllocatedStorage=1000, name=NASTY), facts())


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """2,000 GiB of gp3 with PostgreSQL in us-east-1, 490 of them used, at the prices of the list in the repository."""
    resource = database(series(free_gib=1510.0), AllocatedStorage=2000, Iops=12000, StorageThroughput=500, DBInstanceClass="db.m5.large")
    return found(CHECK.find(replace(resource, region="us-east-1"), facts(prices=())))


def test_it_saves_what_the_smaller_size_costs_less() -> None:
    finding = found(CHECK.find(*FOUND))
    assert finding.monthly_savings == Decimal("64.2")  # 250 ÷ 0.7 = 358 GiB: (1,000 − 358) × 0.1
    assert finding.parts == {"storage": Decimal("64.2")}
    assert finding.cost.usd == Decimal("246.0")  # with the hours
    assert finding.evidence["values"]["used_gib"] == 250.0
    assert finding.evidence["values"]["target_gib"] == 358
    assert finding.fix == (
        f"aws rds create-blue-green-deployment --blue-green-deployment-name shop-db --source {ARN} "
        "--target-allocated-storage 358 --region eu-north-1"
    )
    assert any("3,000 IOPS and 125 MiB/s" in note for note in finding.evidence["notes"])


def test_the_example() -> None:
    assert worked_example().monthly_savings == Decimal("149.500")  # 490 ÷ 0.7 = 700 GiB: (2,000 − 700) × 0.115


@pytest.mark.parametrize(("free", "finds"), [(200.0, False), (200.001, True), (199.999, False), (188.0, False), (320.0, True)])
def test_more_than_twice_is_meant_strictly(free: float, finds: bool) -> None:
    assert isinstance(roomy(free, 400), Finding) is finds
    assert finds or roomy(free, 400) is None


def test_the_least_free_day_counts() -> None:
    held = series(free_gib=350.0)
    held[FREE] |= {DAYS[5]: 200.0 * GIB}
    assert CHECK.find(database(held, AllocatedStorage=400), facts()) is None


def test_used_days_say_enough_and_others_are_not_measured() -> None:
    held = series(free_gib=None)
    held[FREE] |= {DAYS[0]: 100.0 * GIB}
    assert CHECK.find(database(held, AllocatedStorage=400), facts()) is None
    assert isinstance(CHECK.find(database(series(free_gib=300.0, days=13), AllocatedStorage=400), facts()), NotMeasured)
    assert isinstance(roomy(None), NotMeasured)
    assert isinstance(CHECK.find(database({}), facts()), NotMeasured)
    young = database(series(free_gib=900.0), AllocatedStorage=1000, created_at=NOW - timedelta(days=3))
    assert isinstance(CHECK.find(young, facts()), NotMeasured)
    # More free than there is: one of the two figures isn't of this database.
    assert isinstance(roomy(1001.0), NotMeasured)
    assert isinstance(CHECK.find(database(series(), AllocatedStorage=None), facts()), NotMeasured)


def test_the_type_s_minimum_stays() -> None:
    assert found(roomy(99.0, 100)).evidence["values"]["target_gib"] == 20
    assert roomy(19.0, 20) is None
    assert found(roomy(290.0, 300, StorageType="io1", Iops=1000)).evidence["values"]["target_gib"] == 100


def test_what_is_paid_for_stays() -> None:
    # 4,000 IOPS are 50 for each of 80 GiB at most.
    finding = found(roomy(500.0, 800, StorageType="io1", Iops=4000))
    assert finding.monthly_savings == Decimal("46.375")  # 300 ÷ 0.7 = 429 GiB: (800 − 429) × 0.125
    # gp3 that pays for IOPS has them only from 400 GiB on.
    assert found(roomy(900.0, 1000, Iops=13_000)).evidence["values"]["target_gib"] == 400
    assert found(roomy(900.0, 1000, StorageThroughput=600)).evidence["values"]["target_gib"] == 400
    assert found(roomy(900.0, 1000, Iops=12_000, StorageThroughput=500)).evidence["values"]["target_gib"] == 143


GP2 = {"StorageType": "gp2", "Iops": None}


def test_gp2_becomes_gp3_where_that_costs_less() -> None:
    finding = found(roomy(30.0, 100, **GP2))
    assert finding.monthly_savings == Decimal("2.0")  # 100 × (0.12 − 0.1)
    line = "aws rds modify-db-instance --db-instance-identifier shop-db --storage-type gp3 --apply-immediately --region eu-north-1"
    assert finding.fix == line
    assert (finding.effort, finding.risk, finding.confidence) == ("low", "low", 0.9)
    # Without a metric that much is known too.
    assert isinstance(CHECK.find(database({}, **GP2), facts()), Finding)


def test_gp2_stays_where_gp3_costs_as_much_or_has_no_price() -> None:
    same = (*(each for each in PRICES if each.key != "RDS:GP3-Storage"), price("RDS:GP3-Storage", "0.12", "GB-Mo"))
    assert CHECK.find(database(series(free_gib=30.0), **GP2), facts(same)) is None
    unknown = tuple(each for each in PRICES if each.key != "RDS:GP3-Storage")
    assert CHECK.find(database(series(free_gib=30.0), **GP2), facts(unknown)) is None


def test_gp3_has_to_reach_the_iops_of_a_large_gp2() -> None:
    # 6,000 GiB have 18,000 IOPS: 6,000 above those included cost 120, as much as the gibibytes save.
    assert roomy(1000.0, 6000, **GP2) is None
    finding = found(roomy(1000.0, 5000, **GP2))
    assert finding.monthly_savings == Decimal("40.0")  # 5,000 × 0.02 − 3,000 × 0.02


def test_too_large_and_gp2_at_once() -> None:
    finding = found(roomy(750.0, 1000, **GP2))
    assert finding.monthly_savings == Decimal("84.2")  # 1,000 × 0.12 − 358 × 0.1
    assert "--target-allocated-storage 358 --target-storage-type gp3" in finding.fix


def test_engines_without_blue_green_deployments_and_replicas_are_more_work() -> None:
    for more in ({"Engine": "sqlserver-se", "LicenseModel": "license-included"}, {"ReadReplicaSourceDBInstanceIdentifier": "orders"}):
        finding = found(roomy(750.0, 1000, **more))
        assert finding.effort == "high"
        assert finding.fix == "aws rds describe-db-instances --db-instance-identifier shop-db --region eu-north-1"


def test_storage_autoscaling_is_named() -> None:
    assert any("up to 4000 GiB" in note for note in found(roomy(MaxAllocatedStorage=4000)).evidence["notes"])


@pytest.mark.parametrize(
    "more", [{"Engine": "aurora-mysql", "StorageType": "aurora"}, {"DBClusterIdentifier": "three"}, {"state": "creating"}]
)
def test_aurora_and_clusters_are_left_alone(more: dict[str, str]) -> None:
    assert roomy(900.0, 1000, **more) is None


def test_of_a_stopped_database_the_storage_alone_is_paid() -> None:
    finding = found(CHECK.find(database({}, state="stopped", **GP2), facts()))
    assert finding.cost.usd == Decimal("12.00")


def test_without_a_price_nothing_is_guessed() -> None:
    finding = found(roomy(750.0, 1000, StorageType="io2", Iops=1000))
    assert finding.monthly_savings is None
    assert "no price for RDS:PIOPS-Storage-IO2 in eu-north-1" in finding.reason


def test_where_only_the_hours_have_no_price_the_storage_s_saving_is_known() -> None:
    finding = found(roomy(DBInstanceClass="db.x99.large"))
    assert finding.monthly_savings == Decimal("64.2")
    assert finding.cost.usd == Decimal("100.0")
