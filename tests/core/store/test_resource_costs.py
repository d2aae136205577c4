"""Reads of what resources cost, beside those whose cost isn't known."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from core.models import Snapshot
from core.settings import Settings
from core.store import publish, resource_costs
from core.store.client import Store
from core.store.resource_costs import KINDS, Selection, Sum
from tests.conftest import fresh
from tests.core.priced import EVERYTHING, INSTANCE, NOWHERE, STOPPED, keep


@pytest.fixture(scope="module")
def priced(embedded: Settings) -> Iterator[Store]:
    """Everything, published. Tests look at it and change nothing."""
    for store in fresh(embedded):
        keep(store, *EVERYTHING)
        yield store


@pytest.fixture
def snap(priced: Store) -> Snapshot:
    """What is published in it."""
    return publish.snapshot(priced)


def test_each_type_is_counted_and_summed_and_what_is_not_known_is_not_zero(priced: Store, snap: Snapshot) -> None:
    assert resource_costs.sums(priced, snap, {}) == {
        "ec2:instance": Sum(3, 2, Decimal("70.08")),  # 730 × $0.096, and a stopped one
        "ec2:volume": Sum(2, 2, Decimal("25.87")),  # 8 + 5 + 5.12, and 1.25 + 6.5
        "rds:db": Sum(1, 1, Decimal(411)),  # 365 + 46
        "lambda:function": Sum(2, 1, Decimal("4.40002")),  # 0.4 + 4.00002
        "s3:bucket": Sum(1, 1, Decimal("26.602")),  # 23.552 + 1.8 + 1.25
    }


@pytest.mark.parametrize(
    ("selected", "found"),
    [
        ({"kind": ("ec2:volume",)}, ["vol-1", "vol-2"]),
        ({"account": ("222222222222",)}, ["vol-2"]),
        ({"region": ("eu-west-1",)}, ["i-2", "i-3"]),
        ({"provider": ("Microsoft",)}, []),
        ({"provider": ("AWS",), "kind": ("rds:db",)}, ["orders"]),
        ({"find": ("WEB",)}, ["i-1"]),
        ({"find": ("data",)}, ["vol-2"]),
        ({"find": ("%",)}, []),
        ({"find": ("' OR 1 = 1",)}, []),
        ({"kind": ("ec2:reserved-instances",)}, ["ri-1"]),
        ({"priced": ("unknown",)}, ["i-3", "silent"]),
        ({"priced": ("known",), "kind": ("ec2:instance",)}, ["i-1", "i-2"]),
        ({"priced": ("known", "unknown"), "kind": ("ec2:instance",)}, ["i-1", "i-2", "i-3"]),
        ({"category": ("Tax",), "kind": ("s3:bucket",)}, ["logs"]),
    ],
)
def test_selections(priced: Store, snap: Snapshot, selected: Selection, found: list[str]) -> None:
    assert list(resource_costs.page(priced, snap, selected)["resource_id"]) == found
    assert sum(one.found for one in resource_costs.sums(priced, snap, selected).values()) == len(found)


def test_pages_go_on_where_the_one_before_ended(priced: Store, snap: Snapshot) -> None:
    whole = list(resource_costs.page(priced, snap, {})["resource_id"])
    assert whole == ["orders", "i-1", "logs", "vol-1", "vol-2", "resize", "i-2", "i-3", "silent"]
    pages = [resource_costs.page(priced, snap, {}, 4, offset)["resource_id"] for offset in (0, 4, 8)]
    assert [ident for page in pages for ident in page] == whole
    assert resource_costs.page(priced, snap, {}, 4, 12).empty


def test_unknown_costs_come_last_whichever_way_they_are_sorted(priced: Store, snap: Snapshot) -> None:
    rising = resource_costs.page(priced, snap, {"kind": ("ec2:instance",)}, sort="cost", descending=False)
    assert list(rising["resource_id"]) == ["i-2", "i-1", "i-3"]
    assert list(rising["cost"].isna()) == [False, False, True]


@pytest.mark.parametrize(
    ("sort", "first"), [("name", "i-3"), ("kind", "i-1"), ("account", "vol-2"), ("region", "i-2"), ("state", "orders")]
)
def test_other_orders(priced: Store, snap: Snapshot, sort: str, first: str) -> None:
    assert resource_costs.page(priced, snap, {}, sort=sort, descending=False)["resource_id"].iloc[0] == first


def test_an_order_that_there_is_not_is_refused(priced: Store, snap: Snapshot) -> None:
    with pytest.raises(ValueError, match="sorted"):
        resource_costs.page(priced, snap, {}, sort="cost; DROP TABLE x")


def test_lines_are_summed_by_what_they_are_and_add_up_to_the_costs(priced: Store, snap: Snapshot) -> None:
    lines = resource_costs.lines(priced, snap, {})
    told = {row["key"]: row for row in lines.to_dict("records")}
    assert told["EBS:VolumeUsage.gp3"]["quantity"] == 100
    assert told["EBS:VolumeUsage.gp3"]["usd"] == 8
    assert told["Request-ARM"]["unit"] == "Requests"
    sums = resource_costs.sums(priced, snap, {})
    for kind in KINDS:
        assert sum(lines[lines["resource_type"] == kind]["usd"]) == sums[kind].usd


def test_one_resource_and_none(priced: Store, snap: Snapshot) -> None:
    row = resource_costs.one(priced, snap, "ec2:volume", "222222222222", "us-east-1", "vol-2")
    assert row
    assert (row["cost"], row["account_name"]) == (Decimal("7.75"), "Data")
    assert resource_costs.one(priced, snap, "ec2:volume", "111111111111", "us-east-1", "vol-2") is None


def test_only_what_is_published_is_read(store: Store) -> None:
    keep(store, *EVERYTHING)
    earlier = publish.snapshot(store)
    keep(store, INSTANCE, NOWHERE, run="run-2")
    assert list(resource_costs.page(store, publish.snapshot(store), {})["resource_id"]) == ["i-1", "i-3"]
    assert len(resource_costs.page(store, earlier, {})) == 9


def test_an_empty_store_has_no_resources(store: Store) -> None:
    nothing = Snapshot(0, ())
    assert resource_costs.sums(store, nothing, {}) == {}
    assert resource_costs.page(store, nothing, {}).empty
    assert resource_costs.lines(store, nothing, {}).empty


def test_an_inventory_that_was_never_judged_has_no_costs(store: Store) -> None:
    keep(store, STOPPED)
    snap = publish.snapshot(store)
    unjudged = Snapshot(snap.version, tuple(part for part in snap.current if part.kind == "inventory"))
    assert resource_costs.sums(store, unjudged, {}) == {"ec2:instance": Sum(1, 0, Decimal(0))}
