"""What volumes and instances cost a month, worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from core.prices import PriceList
from core.reckoning import ebs, ec2

PRICES = PriceList()  # the snapshot of us-east-1


@pytest.mark.parametrize(
    ("attributes", "usd"),
    [
        ({"VolumeType": "gp2", "Size": 100, "Iops": 300}, "10.00"),
        ({"VolumeType": "gp3", "Size": 100, "Iops": 3000, "Throughput": 125}, "8.00"),
        ({"VolumeType": "gp3", "Size": 100, "Iops": 4000, "Throughput": 250}, "18.00"),  # 8 + 1,000 × 0.005 + 125 × 0.04
        ({"VolumeType": "io1", "Size": 50, "Iops": 1000}, "71.25"),
        ({"VolumeType": "io2", "Size": 100, "Iops": 32000}, "2092.50"),  # 12.5 + 32,000 × 0.065
        ({"VolumeType": "io2", "Size": 100, "Iops": 32001}, None),  # the next tier isn't in the snapshot
        ({"VolumeType": "st1", "Size": 500}, "22.50"),
        ({"VolumeType": "sc1", "Size": 500}, "7.50"),
        ({"VolumeType": "standard", "Size": 10}, "0.50"),
        ({"VolumeType": "gp9", "Size": 10}, None),
        ({}, None),
    ],
)
def test_a_volume_costs_what_is_provisioned(attributes: dict[str, Any], usd: str | None) -> None:
    found = ebs.volume(PRICES, "us-east-1", attributes)
    assert found.usd == (None if usd is None else Decimal(usd))
    assert bool(found.lacking) == (usd is None)


def test_an_instance_costs_730_hours_and_the_sum_is_shown() -> None:
    found = ec2.instance(PRICES, "us-east-1", {"InstanceType": "m5.large"})
    assert found.usd == Decimal("70.080")
    assert found.in_words() == "730 Hrs × $0.096 = $70.08 a month (snapshot 2026-07-20)"
    assert found.confidence == 0.8
    assert found.as_json()["lines"] == [
        {
            "label": "m5.large on demand",
            "key": "BoxUsage:m5.large/RunInstances",
            "sku": "",
            "region": "us-east-1",
            "quantity": "730",
            "unit": "Hrs",
            "unit_price": "0.096",
            "source": "snapshot 2026-07-20",
            "source_date": "2026-07-20",
            "usd": "70.080",
        }
    ]


def test_whole_dollars_are_written_without_an_exponent() -> None:
    assert "100 GB-Mo" in ebs.volume(PRICES, "us-east-1", {"VolumeType": "gp2", "Size": 100}).in_words()
