"""Standbys of what isn't for production: whole words of tags and names, and production wins."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Finding, NotMeasured
from core.checks.rds_multi_az_nonprod import CHECK, words
from tests.core.checks.made import NASTY
from tests.core.checks.made_rds import PRICES, database, facts

DEV = {"env": "dev"}
FOUND = (database({}, MultiAZ=True, tags=DEV, name=NASTY), facts())


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def worked_example() -> Finding:
    """db.m6g.xlarge with PostgreSQL in us-east-1, 200 GiB of gp3, at the prices of the list in the repository."""
    resource = replace(
        database({}, MultiAZ=True, tags=DEV, DBInstanceClass="db.m6g.xlarge", AllocatedStorage=200),
        region="us-east-1",
    )
    return found(CHECK.find(resource, facts(prices=())))


def test_it_saves_the_standby_s_hours_and_storage() -> None:
    finding = found(CHECK.find(*FOUND))
    assert finding.monthly_savings == Decimal("156.0")  # 730 × (0.4 − 0.2) + 100 × (0.2 − 0.1)
    assert finding.parts == {"compute": Decimal("146.0"), "storage": Decimal("10.0")}
    assert finding.cost.usd == Decimal("312.0")
    assert (
        finding.fix == "aws rds modify-db-instance --db-instance-identifier shop-db --no-multi-az --apply-immediately --region eu-north-1"
    )
    assert finding.confidence == 0.95
    assert finding.evidence["values"] == {"word": "dev", "where": "tag", "multi_az": True}


def test_the_example() -> None:
    assert worked_example().monthly_savings == Decimal("255.140")  # 730 × (0.636 − 0.318) + 200 × (0.23 − 0.115)


def multi(ident: str = "shop-db", tags: dict[str, str] | None = None, **more: Any) -> Answer:
    return CHECK.find(database({}, MultiAZ=True, resource_id=ident, tags=tags or {}, **more), facts())


@pytest.mark.parametrize(
    ("ident", "tags"),
    [
        ("shop", {"env": "dev"}),
        ("shop", {"Environment": "Development"}),
        ("shop", {"company:env": "STAGING"}),
        ("shop", {"stage": "non-production"}),
        ("shop", {"env": "Pre-Prod"}),
        ("shop", {"env": "eu-test2"}),
        ("shop-test-db", {}),
        ("qa-shop", {"team": "web"}),
        ("shop-dev1", {"env": "blue"}),
        ("shop-uat", {}),
        ("shop-nonprod", {}),
        ("prod-shop", {"env": "sandbox"}),
    ],
)
def test_tags_and_names_that_say_so(ident: str, tags: dict[str, str]) -> None:
    assert isinstance(multi(ident, tags), Finding)


@pytest.mark.parametrize(
    ("ident", "tags"),
    [
        ("shop", {}),
        ("shop", {"env": "prod"}),
        ("shop-test-db", {"env": "production"}),
        ("test-db", {"Environment": "PROD"}),
        ("dev-db", {"tier": "production"}),
        ("contest-results", {}),
        ("devices", {}),
        ("latest", {}),
        ("attestation-store", {"env": "developer-portal"}),
        ("prod-test-data", {}),
        ("shop", {"env": "prod", "stage": "test"}),
        ("shop", {"team": "qa"}),
        ("shop", {"owner": "dev"}),
        ("shop", {"env": ""}),
    ],
)
def test_near_misses(ident: str, tags: dict[str, str]) -> None:
    assert multi(ident, tags) is None


@pytest.mark.parametrize(
    "more",
    [
        {"MultiAZ": False},
        {"state": "stopped"},
        {"state": "creating"},
        {"Engine": "aurora-postgresql", "StorageType": "aurora", "DBClusterIdentifier": "shop"},
        {"DBClusterIdentifier": "three-zones"},
    ],
)
def test_one_zone_clusters_and_what_does_not_run_are_left_alone(more: dict[str, Any]) -> None:
    assert CHECK.find(database({}, **{"MultiAZ": True, "tags": DEV, **more}), facts()) is None


def test_a_name_is_less_sure_than_a_tag() -> None:
    assert found(multi("shop-test")).confidence == 0.8


def test_a_name_tag_counts_as_a_name() -> None:
    assert isinstance(multi("shop", {"Name": "shop for test"}, name="shop for test"), Finding)


def test_no_metric_is_needed_so_nothing_is_not_measured() -> None:
    assert not isinstance(CHECK.find(database({}, MultiAZ=True, tags=DEV, created_at=None), facts()), NotMeasured)


def test_without_a_price_of_one_zone_nothing_is_guessed() -> None:
    finding = found(CHECK.find(FOUND[0], facts(prices=tuple(each for each in PRICES if not each.key.startswith("InstanceUsage")))))
    assert finding.monthly_savings is None
    assert not finding.parts
    assert "no price for InstanceUsage:db.m9.large/CreateDBInstance:0014" in finding.reason


@pytest.mark.parametrize(
    ("text", "found_words"),
    [
        ("shop-test2", ["shop", "test"]),
        ("ShopTestDb", ["shop", "test", "db"]),
        ("non_prod", ["nonprod"]),
        ("NonProd", ["nonprod"]),
        ("pre production 7", ["preproduction", ""]),
        ("", []),
    ],
)
def test_words(text: str, found_words: list[str]) -> None:
    assert list(words(text)) == [word for word in found_words if word]
