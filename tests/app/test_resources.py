"""The resources page in words and rows."""

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd
import pytest

from app import resources
from core.insight.resources import apart, cost_lines, listed
from core.settings import Settings
from core.store import publish, resource_costs
from core.store.resource_costs import KINDS, Sum
from tests.conftest import fresh
from tests.core.priced import EVERYTHING, keep


@pytest.fixture(scope="module")
def rows(embedded: Settings) -> Iterator[pd.DataFrame]:
    """Every resource that was put there."""
    for store in fresh(embedded):
        keep(store, *EVERYTHING)
        yield listed(store, publish.snapshot(store), {})


def test_every_type_has_its_words_and_the_service_that_bills_it() -> None:
    for words in (resources.LABELS, resources.ONE):
        assert tuple(words) == KINDS
    assert tuple(resources.SERVICES.values()) == KINDS
    assert tuple(resources.SORTS) == resource_costs.SORTS


def test_a_service_of_the_filter_bar_leaves_its_types() -> None:
    assert resources.kinds_of(()) == KINDS
    assert resources.kinds_of(("S3", "EC2", "CloudFront")) == ("s3:bucket", "ec2:instance")
    assert resources.kinds_of(("CloudFront",)) == ()


@pytest.mark.parametrize(
    ("sums", "said"),
    [
        ({}, "No resources under these filters"),
        ({"rds:db": Sum(2, 0)}, "2 resources, and of none is the cost known"),
        ({"rds:db": Sum(1, 1, Decimal(411))}, "1 resource cost $411.00 a month on demand"),
        (
            {"rds:db": Sum(1, 1, Decimal(300)), "s3:bucket": Sum(3, 1, Decimal(100))},
            "2 resources cost $400.00 a month on demand, RDS databases 75.0 % of it; the cost of 2 isn't known",
        ),
    ],
)
def test_the_headline(sums: dict[str, Sum], said: str) -> None:
    assert resources.headline(sums) == said


def test_the_sum_under_the_table() -> None:
    assert resources.together(Sum(1, 1, Decimal(411))) == "1 resource, together $411.00 a month on demand."
    assert (
        resources.together(Sum(3, 1, Decimal(411)))
        == "3 resources, together $411.00 a month on demand, without the 2 whose cost isn't known."
    )
    assert resources.together(Sum(3, 0)) == "3 resources, and of none is the cost known."


def test_what_is_not_known_is_empty_and_says_why(rows: pd.DataFrame) -> None:
    shown = resources.rows(rows).set_index("resource")
    assert shown.loc["web (i-1)", "cost"] == pytest.approx(70.08)
    assert shown.loc["i-2", "cost"] == 0
    assert pd.isna(shown.loc["silent", "cost"])
    assert shown.loc["silent", "lacking"].startswith("No cost, since ")
    assert list(shown.loc["vol-1", ["storage", "iops", "throughput"]]) == [8, 5, 5.12]


def test_an_exported_row_is_a_resource_with_its_parts(rows: pd.DataFrame) -> None:
    exported = resources.exported(rows).set_index("resource_id")
    assert len(exported) == 9
    assert exported.loc["orders", "compute_usd"] + exported.loc["orders", "storage_usd"] == exported.loc["orders", "monthly_cost_usd"]
    assert exported.loc["silent", "monthly_cost_usd"] is None or pd.isna(exported.loc["silent", "monthly_cost_usd"])
    assert exported.loc["silent", "not_known_because"]
    lines = resources.exported_lines(cost_lines(rows))
    assert sum(Decimal(usd) for usd in lines["monthly_cost_usd"]) == sum(cost for cost in rows["cost"] if not pd.isna(cost))
    assert {"price_source", "price_date", "unit_price", "quantity", "part"} <= set(lines.columns)


def test_storage_and_lines_of_nothing() -> None:
    nothing = apart(pd.DataFrame(columns=["resource_type", "key", "unit", "label", "resources", "quantity", "usd"]))
    assert resources.storage(nothing) == []
    assert resources.lines(nothing).empty
