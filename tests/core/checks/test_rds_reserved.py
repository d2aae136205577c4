"""Databases on demand: older than the threshold, steady, and covered by nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Finding, NotMeasured, Resource
from core.checks.rds_reserved import CHECK
from core.commitments import Pool
from core.prices import RESERVED
from tests.core.checks.made import AS_OF, NASTY, NOW, REGION
from tests.core.checks.made_rds import PRICES, database, facts, price, series

POOL = "eu-north-1/db.m9/PostgreSQL"
OPEN = {POOL: Pool(Decimal(1000), 168.0, 0.0)}
FOUND = (database(name=NASTY), facts(pools=OPEN))


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """db.m5.large with PostgreSQL in us-east-1 at $0.178, reserved for a year at $0.119."""
    known = tuple(
        replace(price(f"InstanceUsage:db.m5.large/CreateDBInstance:0014{end}", usd), region="us-east-1")
        for end, usd in (("", "0.178"), (RESERVED, "0.119"))
    )
    pools = {"us-east-1/db.m5/PostgreSQL": Pool(Decimal(1000), 168.0, 0.0)}
    return found(CHECK.find(replace(database(DBInstanceClass="db.m5.large"), region="us-east-1"), facts(known, pools)))


def test_it_saves_what_a_year_without_upfront_costs_less() -> None:
    finding = found(CHECK.find(*FOUND))
    assert finding.monthly_savings == Decimal("48.18")  # 730 × (0.2 − 0.134)
    assert finding.base == {"": Decimal("146.0")}
    assert finding.cost.usd == Decimal("156.0")  # with its storage
    assert finding.confidence == 0.85
    assert finding.fix == (
        "aws rds describe-reserved-db-instances-offerings --db-instance-class db.m9.large --product-description postgresql "
        "--duration 31536000 --offering-type 'No Upfront' --no-multi-az --region eu-north-1"
    )


def test_the_example() -> None:
    assert worked_example().monthly_savings == Decimal("43.070")  # 730 × (0.178 − 0.119)


@pytest.mark.parametrize(("days", "finds"), [(30.0, False), (30.00002, True), (29.9, False), (300, True)])
def test_more_than_the_threshold_is_meant_strictly(days: float, finds: bool) -> None:
    answer = CHECK.find(database(created_at=NOW - timedelta(days=days)), facts(pools=OPEN))
    assert isinstance(answer, Finding) is finds
    assert finds or answer is None


def test_copies_are_reserved_like_any_other() -> None:
    replica = database(ReadReplicaSourceDBInstanceIdentifier="orders")
    assert isinstance(CHECK.find(replica, facts(pools=OPEN)), Finding)


@pytest.mark.parametrize("state", ["stopped", "stopping", "creating", "deleting", "failed"])
def test_what_does_not_run_is_left_alone(state: str) -> None:
    assert CHECK.find(database(state=state), facts(pools=OPEN)) is None


def test_what_was_seen_stopped_lately_is_left_alone() -> None:
    assert CHECK.find(database(seen={"stopped": NOW - timedelta(days=30)}), facts(pools=OPEN)) is None
    assert isinstance(CHECK.find(database(seen={"stopped": NOW - timedelta(days=31)}), facts(pools=OPEN)), Finding)


def test_gaps_are_not_measured_and_no_data_at_all_is_less_sure() -> None:
    assert isinstance(CHECK.find(database(series(days=13)), facts(pools=OPEN)), NotMeasured)
    assert found(CHECK.find(database({}), facts(pools=OPEN))).confidence == 0.7
    assert found(CHECK.find(database(series(None, None)), facts(pools=OPEN))).confidence == 0.7
    assert isinstance(CHECK.find(database(created_at=None), facts(pools=OPEN)), NotMeasured)


def test_what_is_covered_is_left_alone() -> None:
    covered = {POOL: Pool(Decimal(0), 0.0, 168.0)}
    assert CHECK.find(database(), facts(pools=covered)) is None


def test_where_cover_is_not_known_it_says_so_and_is_less_sure() -> None:
    for pools in (None, {}, {POOL: Pool()}):
        finding = found(CHECK.find(database(), facts(pools=pools)))
        assert finding.confidence == pytest.approx(0.85 * 0.8)
        assert finding.monthly_savings == Decimal("48.18")
        assert finding.evidence["notes"]


def test_of_what_is_covered_in_part_the_share_on_demand_counts() -> None:
    half = {POOL: Pool(Decimal(500), 84.0, 84.0)}
    finding = found(CHECK.find(database(), facts(pools=half)))
    assert finding.monthly_savings == Decimal("24.090")  # half of 48.18
    assert finding.base == {"": Decimal("73.00")}
    assert "50%" in finding.evidence["notes"][0]


def test_where_aws_sells_no_reservation_there_is_nothing_to_buy() -> None:
    unsold = tuple(each for each in PRICES if not each.key.endswith(RESERVED))
    assert CHECK.find(database(), facts(unsold, OPEN)) is None


def test_a_reservation_that_costs_as_much_is_not_bought() -> None:
    dear = (
        *(each for each in PRICES if not each.key.endswith(RESERVED)),
        price(f"InstanceUsage:db.m9.large/CreateDBInstance:0014{RESERVED}", "0.2"),
    )
    assert CHECK.find(database(), facts(dear, OPEN)) is None


def test_without_a_price_nothing_is_guessed() -> None:
    finding = found(CHECK.find(database(), facts((), OPEN)))
    assert finding.monthly_savings is None
    assert "no price for InstanceUsage:db.m9.large/CreateDBInstance:0014" in finding.reason


def test_aurora_is_reserved_by_its_hours() -> None:
    aurora: dict[str, Any] = {"Engine": "aurora-postgresql", "StorageType": "aurora", "DBClusterIdentifier": "shop"}
    finding = found(CHECK.find(database(**aurora), facts()))
    assert finding.monthly_savings == Decimal("58.40")  # 730 × (0.25 − 0.17)
    assert finding.cost.usd == Decimal("182.50")


@pytest.mark.parametrize("more", [{"DBInstanceClass": "db.serverless"}, {"Engine": "neptune"}, {"DBClusterIdentifier": "three"}])
def test_what_has_no_hour_of_its_own_is_left_alone(more: dict[str, str]) -> None:
    assert CHECK.find(database(**more), facts(pools=OPEN)) is None


def four(on_demand: float, name: str = "db.m9.large") -> dict[str, Pool]:
    """A pool in which so many of four databases are on demand."""
    days = tuple(AS_OF - timedelta(days=back) for back in range(32, 2, -1))
    hours = dict.fromkeys(days, 24 * on_demand)
    return {POOL: Pool(Decimal(500), 168 * on_demand, 168 * (4 - on_demand), types={name: hours}, span=days)}


DATABASES = tuple(
    replace(database(resource_id=ident), account_id=owner)
    for ident, owner in (("a", "111111111111"), ("b", "222222222222"), ("c", "111111111111"), ("d", "222222222222"))
)


def reserved(owner: str, count: int, **more: Any) -> Resource:
    said = {"DBInstanceClass": "db.m9.large", "DBInstanceCount": count, "ProductDescription": "postgresql", "MultiAZ": False, **more}
    return Resource("rds:reserved", f"ri-{owner[0]}", owner, REGION, "active", attributes=said)


def to_reserve(pools: dict[str, Pool], *reservations: Resource) -> list[str]:
    known = facts(pools=pools)
    known = replace(known, resources={"rds:db": DATABASES, "rds:reserved": reservations})
    return [one.resource_id for one in DATABASES if isinstance(CHECK.find(one, known), Finding)]


def test_reservations_cover_their_own_account_s_databases_first() -> None:
    assert to_reserve(four(1), reserved("222222222222", 3)) == ["c"]
    assert to_reserve(four(2), reserved("222222222222", 2)) == ["a", "c"]
    assert to_reserve(four(3), reserved("111111111111", 1)) == ["b", "c", "d"]
    # Others' reservations, of two zones or of another engine, say nothing of it.
    assert to_reserve(four(2), reserved("222222222222", 2, MultiAZ=True)) == ["a", "b", "c", "d"]
    assert to_reserve(four(2), reserved("222222222222", 2, ProductDescription="mysql")) == ["a", "b", "c", "d"]


def test_all_or_none_of_a_class_on_demand_leaves_nothing_to_guess() -> None:
    assert to_reserve(four(4)) == ["a", "b", "c", "d"]
    assert to_reserve(four(0)) == []
    # What is on demand is of another class, or in two zones.
    assert to_reserve(four(2, "db.m9.xlarge")) == to_reserve(four(2, "db.m9.large/Multi-AZUsage")) == []


def test_where_nobody_knows_whose_are_covered_each_counts_with_its_share() -> None:
    known = replace(facts(pools=four(1)), resources={"rds:db": DATABASES})
    finding = found(CHECK.find(DATABASES[0], known))
    assert finding.monthly_savings == Decimal("12.0450")  # a quarter of 48.18
    assert finding.confidence == pytest.approx(0.85 * 0.8)
