"""What databases cost a month, worked out by hand from the list of us-east-1."""

from decimal import Decimal
from typing import Any

import pytest

from core import reckoning
from core.demo import prices as demo
from core.prices import RESERVED, PriceList
from core.reckoning import rds
from tests.core.checks.made_rds import PRICES, price

LIST, HERE = PriceList(), "us-east-1"
BASE = {"DBInstanceClass": "db.m5.large", "Engine": "postgres", "LicenseModel": "postgresql-license", "MultiAZ": False}
GP3 = {"StorageType": "gp3", "AllocatedStorage": 100, "Iops": 3000, "StorageThroughput": 125}
CLUSTER = {"DBClusterIdentifier": "shop"}


def cost(state: str = "available", **more: Any) -> reckoning.Reckoning:
    found = reckoning.cost_of("rds:db", HERE, state, {**BASE, **GP3, **more}, {}, LIST)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("more", "usd"),
    [
        ({}, "141.44"),  # 730 × 0.178 + 100 × 0.115
        ({"MultiAZ": True}, "282.88"),  # 730 × 0.356 + 100 × 0.23
        ({"Engine": "mysql", "LicenseModel": "general-public-license"}, "136.33"),  # 730 × 0.171 + 11.50
        ({"Engine": "mariadb"}, "136.33"),
        ({"StorageType": "gp2", "Iops": None}, "141.44"),
        ({"StorageType": "io1", "Iops": 1000}, "242.44"),  # 129.94 + 100 × 0.125 + 1,000 × 0.1
        ({"StorageType": "io1", "Iops": 1000, "MultiAZ": True}, "484.88"),
        ({"StorageType": "io2", "Iops": 1000}, "242.44"),
        ({"StorageType": "standard", "Iops": None}, "139.94"),
        ({"AllocatedStorage": 400, "Iops": 12_000}, "175.94"),  # what a striped gp3 has without charge
        ({"AllocatedStorage": 400, "Iops": 13_000}, "195.94"),  # and 1,000 × 0.02 more
        ({"AllocatedStorage": 500, "Iops": 3000}, "187.44"),
        ({"AllocatedStorage": 399, "Iops": 3000}, "175.825"),
    ],
)
def test_hours_and_storage(more: dict[str, Any], usd: str) -> None:
    assert cost(**more).usd == Decimal(usd)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"Engine": "neptune"}, "its engine, neptune"),
        ({"Engine": ""}, "its engine"),
        ({"Engine": "oracle-ee", "LicenseModel": "license-included"}, "its engine, oracle-ee"),
        ({"DBInstanceClass": "db.serverless", "Engine": "aurora-mysql", "StorageType": "aurora", **CLUSTER}, "capacity that it uses"),
        ({"DBInstanceClass": None}, "of which class"),
        ({"DBInstanceClass": "db.x99.large"}, "no price for InstanceUsage:db.x99.large/CreateDBInstance:0014"),
        (CLUSTER, "Multi-AZ DB cluster is billed as a whole"),
        ({"StorageType": "gp9"}, "of the type gp9"),
        ({"AllocatedStorage": None}, "of no known size"),
        ({"StorageThroughput": 126}, "no price for RDS:GP3-Throughput"),
    ],
)
def test_what_is_not_known_has_no_sum(more: dict[str, Any], said: str) -> None:
    found = cost(**more)
    assert found.usd is None
    assert said in found.lacking


@pytest.mark.parametrize(
    ("state", "usd"),
    [("available", "141.44"), ("backing-up", "141.44"), ("stopped", "11.500"), ("stopping", "11.500"), ("creating", "0"), ("failed", "0")],
)
def test_a_stopped_database_pays_for_its_storage(state: str, usd: str) -> None:
    assert cost(state).usd == Decimal(usd)


def test_of_aurora_the_hours_are_known_and_the_storage_is_the_cluster_s() -> None:
    aurora = {**BASE, "DBInstanceClass": "db.m9.large", "Engine": "aurora-postgresql", "StorageType": "aurora", "AllocatedStorage": 1}
    found = rds.cost(PriceList(PRICES), "eu-north-1", "available", {**aurora, **CLUSTER}, {})
    assert found.usd is None
    assert "which is billed by what the cluster shop uses" in found.lacking
    assert [line.usd for line in found.lines] == [Decimal("182.50")]
    assert rds.compute(PriceList(PRICES), "eu-north-1", aurora).usd == Decimal("182.50")
    assert rds.hours_key({**aurora, "MultiAZ": True}) == "InstanceUsage:db.m9.large/CreateDBInstance:0021"
    assert rds.hours_key({**aurora, "StorageType": "aurora-iopt1"}) == "InstanceUsageIOOptimized:db.m9.large/CreateDBInstance:0021"


@pytest.mark.parametrize(
    ("engine", "gib", "iops"),
    [
        ("postgres", 399, 3000),
        ("postgres", 400, 12_000),
        ("oracle-se2", 199, 3000),
        ("oracle-se2", 200, 12_000),
        ("sqlserver-se", 16_384, 3000),
    ],
)
def test_what_gp3_has_without_extra_charge(engine: str, gib: int, iops: int) -> None:
    assert rds.gp3_included(engine, gib).iops == iops


def test_throughput_is_sold_by_the_mib_or_by_the_gib() -> None:
    fast = {**BASE, **GP3, "StorageThroughput": 637}
    by_mib = rds.storage(PriceList(PRICES), "eu-north-1", fast)
    assert by_mib.usd == Decimal("50.96")  # 100 × 0.1 + 512 × 0.08
    gib = (*(each for each in PRICES if each.key != "RDS:GP3-Throughput"), price("RDS:GP3-Throughput", "81.92", "GiBps-mo"))
    assert rds.storage(PriceList(gib), "eu-north-1", fast).usd == by_mib.usd


def test_sql_server_s_second_zone_may_be_sold_as_a_mirror() -> None:
    said = {**BASE, **GP3, "Engine": "sqlserver-se", "LicenseModel": "license-included", "MultiAZ": True}
    assert rds.storage(PriceList(PRICES), "eu-north-1", said).usd == Decimal("20.0")
    mirror = PriceList((*PRICES, price("RDS:Mirror-GP3-Storage", "0.21", "GB-Mo")))
    assert rds.storage(mirror, "eu-north-1", said).usd == Decimal("21.00")


PRODUCT = {"databaseEngine": "PostgreSQL", "licenseModel": "No license required", "operation": "CreateDBInstance:0014"}
SE2 = {"databaseEngine": "Oracle", "licenseModel": "License included", "databaseEdition": "Standard Two"}


@pytest.mark.parametrize(
    ("attributes", "key"),
    [
        ({"usagetype": "InstanceUsage:db.m5.large", **PRODUCT}, "InstanceUsage:db.m5.large/CreateDBInstance:0014"),
        ({"usagetype": "EU-Multi-AZUsage:db.t4g.medium", **PRODUCT}, "Multi-AZUsage:db.t4g.medium/CreateDBInstance:0014"),
        (
            {"usagetype": "USW2-InstanceUsageIOOptimized:db.r6g.large", **PRODUCT},
            "InstanceUsageIOOptimized:db.r6g.large/CreateDBInstance:0014",
        ),
        ({"usagetype": "InstanceUsage:db.m5.large", **SE2}, "InstanceUsage:db.m5.large/CreateDBInstance:0020"),
        ({"usagetype": "InstanceUsage:db.m5.large", "databaseEngine": "Oracle"}, None),
        ({"usagetype": "EUC1-Multi-AZClusterUsage:db.m5d.large", **PRODUCT}, None),
        ({"usagetype": "InstanceUsage:db.m5.large", "locationType": "AWS Outposts", **PRODUCT}, None),
        ({"usagetype": "APN1-RDS:Multi-AZ-GP3-Storage"}, "RDS:Multi-AZ-GP3-Storage"),
        ({"usagetype": "RDS:PIOPS"}, "RDS:PIOPS"),
        ({"usagetype": "Aurora:StorageUsage"}, "Aurora:StorageUsage"),
        ({"usagetype": "BoxUsage:m5.large"}, None),
        ({}, None),
    ],
)
def test_keys_of_products(attributes: dict[str, str], key: str | None) -> None:
    assert rds.key_of(attributes) == key


def test_a_class_and_engine_is_asked_for_once_with_all_its_deployments() -> None:
    one, two = (list(rds.questions(HERE, {**BASE, **GP3, "MultiAZ": multi}, {})) for multi in (False, True))
    assert one == two
    assert one[0].filters == (("regionCode", HERE), ("instanceType", "db.m5.large"), ("databaseEngine", "PostgreSQL"))
    assert [question.key for question in one[1:]] == ["RDS/Database Storage", "RDS/Provisioned IOPS", "RDS/Provisioned Throughput"]
    assert list(rds.questions(HERE, {"Engine": "docdb", "DBInstanceClass": "db.r5.large", "StorageType": "standard-docdb"}, {})) == []


def test_every_price_of_the_emulator_has_a_key_under_which_it_is_looked_for() -> None:
    keys = {rds.key_of(each.attributes) for each in demo.price_list("AmazonRDS", "eu-west-1")}
    assert None not in keys
    for engine in ("postgres", "mysql", "mariadb", "aurora-postgresql", "sqlserver-se"):
        licence = "license-included" if "sqlserver" in engine else ""
        assert rds.hours_key({"DBInstanceClass": "db.m5.large", "Engine": engine, "LicenseModel": licence}) in keys
    assert {"RDS:GP2-Storage", "RDS:Multi-AZ-GP3-Storage", "RDS:PIOPS", "RDS:Multi-AZ-GP3-PIOPS"} <= keys


def test_a_reservation_has_its_own_price() -> None:
    found = rds.compute(PriceList(PRICES), "eu-north-1", {**BASE, "DBInstanceClass": "db.m9.large"}, reserved=True)
    assert found.usd == Decimal("97.820")  # 730 × 0.134
    assert found.lines[0].price.key.endswith(RESERVED)
