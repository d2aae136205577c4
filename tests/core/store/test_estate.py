"""The inventory under a snapshot: what is published of it, with cost and utilisation where they are known."""

from datetime import datetime
from decimal import Decimal

import pytest

from core.models import NO_MONTH
from core.store import estate, publish
from core.store.client import Store

INVENTORY, JUDGED = "inventory:AWS:1", "opportunities:AWS:1"


@pytest.fixture
def held(any_store: Store) -> Store:
    """Three instances and a volume of a published run, one instance of an earlier one; what two of them cost."""
    any_store.execute(
        f"""INSERT INTO resource_metrics (run_id, source, month, account_id, region, resource_type, resource_id, name, tags, attributes,
            utilisation, created_at, collected_at) VALUES
        ('two', '{INVENTORY}', '1970-01-01', '1', 'us-east-1', 'ec2:instance', 'i-1', 'one', {{'team': 'web'}}, '{{"A": 1}}',
            {{'cpu_mean': 3.5}}, '2026-01-01 00:00:00', '2026-11-15 10:00:00'),
        ('two', '{INVENTORY}', '1970-01-01', '1', 'us-west-2', 'ec2:instance', 'i-2', '', {{}}, '', {{}}, NULL, '2026-11-15 10:00:00'),
        ('two', '{INVENTORY}', '1970-01-01', '2', 'us-east-1', 'ec2:instance', 'i-3', '', {{}}, '', {{}}, NULL, '2026-11-15 10:00:00'),
        ('two', '{INVENTORY}', '1970-01-01', '1', 'us-east-1', 'ec2:volume', 'vol-1', '', {{}}, '', {{}}, NULL, '2026-11-15 10:00:00'),
        ('one', '{INVENTORY}', '1970-01-01', '1', 'us-east-1', 'ec2:instance', 'i-0', '', {{}}, '', {{}}, NULL, '2026-11-14 10:00:00')"""
    )
    any_store.execute(
        f"""INSERT INTO resource_costs (run_id, source, month, account_id, region, resource_type, resource_id, monthly_cost) VALUES
        ('two', '{JUDGED}', '1970-01-01', '1', 'us-east-1', 'ec2:instance', 'i-1', 70.08),
        ('one', '{JUDGED}', '1970-01-01', '1', 'us-west-2', 'ec2:instance', 'i-2', 9),
        ('two', '{JUDGED}', '1970-01-01', '2', 'us-east-1', 'ec2:instance', 'i-3', 0)"""
    )
    publish.publish(any_store, "one", [(INVENTORY, NO_MONTH), (JUDGED, NO_MONTH)])
    publish.publish(any_store, "two", [(INVENTORY, NO_MONTH), (JUDGED, NO_MONTH)])
    return any_store


def test_a_resource_is_told_with_its_cost_where_it_is_known(held: Store) -> None:
    snap = publish.snapshot(held)
    rows = estate.listed(held, snap, "ec2:instance", {}, 10).to_dict("records")
    assert [(row["resource_id"], row["monthly_cost"]) for row in rows] == [("i-1", Decimal("70.08")), ("i-2", None), ("i-3", Decimal(0))]
    first = rows[0]
    assert (first["resource_name"], first["tags"], first["attributes"], first["utilisation"]) == (
        "one",
        {"team": "web"},
        '{"A": 1}',
        {"cpu_mean": 3.5},
    )
    assert first["collected_at"] == datetime(2026, 11, 15, 10)
    assert estate.count(held, snap, "ec2:instance", {}) == 3


def test_it_is_narrowed_and_paged(held: Store) -> None:
    snap = publish.snapshot(held)
    assert list(estate.listed(held, snap, "ec2:instance", {"account": ["1"]}, 1, 1)["resource_id"]) == ["i-2"]
    assert estate.count(held, snap, "ec2:instance", {"region": ["us-east-1"], "account": ["1", "2"]}) == 2
    assert estate.count(held, snap, "ec2:volume", {"service": ["EC2"]}) == 1
