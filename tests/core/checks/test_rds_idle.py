"""Databases without connections: copies, used ones and those that nobody measured are left alone."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Finding, NotMeasured, Resource
from core.checks.rds_idle import CHECK
from tests.core.checks.made import DAYS, NASTY, NOW
from tests.core.checks.made_rds import CONNECTIONS, database, facts, series

FOUND = (database(series(0.0), name=NASTY), facts())


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """db.r5.xlarge with PostgreSQL in us-east-1, 200 GiB of gp3, at the prices of the list in the repository."""
    resource = replace(database(series(0.0), DBInstanceClass="db.r5.xlarge", AllocatedStorage=200), region="us-east-1")
    return found(CHECK.find(resource, facts(prices=())))


def test_it_saves_hours_and_storage() -> None:
    finding = found(CHECK.find(*FOUND))
    assert finding.monthly_savings == Decimal("156.0")  # 730 × 0.2 + 100 × 0.1
    assert finding.confidence == 0.95
    line = "aws rds delete-db-instance --db-instance-identifier shop-db --final-db-snapshot-identifier shop-db-final --region eu-north-1"
    assert finding.fix == line
    assert finding.evidence["values"] == {"connections": 0.0}
    assert finding.evidence["series"][0]["threshold"] == 0.0
    assert not finding.parts


def test_the_example() -> None:
    assert worked_example().monthly_savings == Decimal("388.000")  # 730 × 0.5 + 200 × 0.115


@pytest.mark.parametrize("connections", [1.0, 0.001, 40])
def test_one_connection_on_one_day_is_enough_to_be_left_alone(connections: float) -> None:
    held = series(0.0)
    held[CONNECTIONS] |= {DAYS[3]: connections}
    assert CHECK.find(database(held), facts()) is None


def test_the_threshold_is_strict() -> None:
    limits = {"rds_idle": {"connections": 2.0}}
    assert isinstance(CHECK.find(database(series(2.0)), facts(**limits)), Finding)
    assert CHECK.find(database(series(2.000001)), facts(**limits)) is None


@pytest.mark.parametrize(
    "more",
    [
        {"ReadReplicaSourceDBInstanceIdentifier": "orders"},
        {"state": "stopped"},
        {"state": "creating"},
        {"state": "deleting"},
    ],
)
def test_copies_and_what_does_not_run_are_left_alone(more: dict[str, str]) -> None:
    assert CHECK.find(database(series(0.0), **more), facts()) is None


def test_while_it_is_backed_up_it_is_judged_all_the_same() -> None:
    assert isinstance(CHECK.find(database(series(0.0), state="backing-up"), facts()), Finding)


def test_days_without_data_are_not_days_without_connections() -> None:
    most_days = NotMeasured("CloudWatch has data on connections on 13 of the last 14 days only.")
    assert CHECK.find(database(series(0.0, days=13)), facts()) == most_days
    assert isinstance(CHECK.find(database(series(None)), facts()), NotMeasured)
    assert isinstance(CHECK.find(database({}), facts()), NotMeasured)
    # A day that shows a connection says enough.
    held = series(None)
    held[CONNECTIONS] |= {DAYS[0]: 3.0}
    assert CHECK.find(database(held), facts()) is None


def test_neptune_and_documentdb_have_metrics_of_their_own_which_nobody_asks_for() -> None:
    assert isinstance(CHECK.find(database({}, Engine="docdb", DBClusterIdentifier="papers"), facts()), NotMeasured)


def test_a_young_database_is_not_measured() -> None:
    young = CHECK.find(database(series(0.0, days=6), created_at=NOW - timedelta(days=6)), facts())
    assert isinstance(young, NotMeasured)
    assert young.reason.startswith("Too young")
    # Under the same id there was another one before.
    assert isinstance(CHECK.find(database(series(0.0), created_at=NOW - timedelta(days=5)), facts()), NotMeasured)
    assert isinstance(CHECK.find(database(series(0.0), created_at=NOW - timedelta(days=14)), facts()), Finding)


def test_a_source_of_replicas_is_less_sure() -> None:
    finding = found(CHECK.find(database(series(0.0), ReadReplicaDBInstanceIdentifiers=["one", "two"]), facts()))
    assert finding.confidence == 0.7
    assert any("2 read replicas" in note for note in finding.evidence["notes"])


def aurora(ident: str, connections: float | None) -> Resource:
    attributes: dict[str, Any] = {
        "Engine": "aurora-postgresql",
        "StorageType": "aurora",
        "AllocatedStorage": 1,
        "DBClusterIdentifier": "shop",
    }
    return database(series(connections, None), resource_id=ident, **attributes)


def test_of_a_cluster_all_instances_must_be_without_connections() -> None:
    writer, reader, busy, dark = (aurora(*each) for each in (("one", 0.0), ("two", 0.0), ("two", 5.0), ("two", None)))
    finding = found(CHECK.find(writer, facts(others=(writer, reader))))
    assert finding.monthly_savings == Decimal("182.50")  # 730 × 0.25: the storage is the cluster's
    assert finding.parts == {"compute": Decimal("182.50")}
    assert "final" not in finding.fix
    assert CHECK.find(writer, facts(others=(writer, busy))) is None
    assert isinstance(CHECK.find(writer, facts(others=(writer, dark))), NotMeasured)


def test_without_a_price_nothing_is_guessed() -> None:
    finding = found(CHECK.find(database(series(0.0), DBInstanceClass="db.x99.large"), facts()))
    assert finding.monthly_savings is None
    assert "no price for InstanceUsage:db.x99.large/CreateDBInstance:0014 in eu-north-1" in finding.reason


def test_an_id_that_a_shell_would_read_is_quoted() -> None:
    finding = found(CHECK.find(database(series(0.0), resource_id="a;rm -rf $HOME"), facts()))
    assert "--db-instance-identifier 'a;rm -rf $HOME' " in finding.fix
