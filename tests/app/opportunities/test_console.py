"""Addresses in the AWS console."""

import pytest

from app.opportunities import console
from tests.core.checks.made import NASTY


@pytest.mark.parametrize(
    ("kind", "ident", "ends"),
    [
        ("ec2:instance", "i-1", "#InstanceDetails:instanceId=i-1"),
        ("ec2:volume", "vol-1", "#VolumeDetails:volumeId=vol-1"),
        ("rds:db", "orders", "#database:id=orders;is-cluster=false"),
        ("lambda:function", "resize", "#/functions/resize"),
        ("lambda:function", "arn:aws:lambda:eu-west-1:111111111111:function:resize", "#/functions/resize"),
        ("s3:bucket", "logs.example", "/s3/buckets/logs.example?region=eu-west-1"),
    ],
)
def test_each_kind_of_resource_has_its_page(kind: str, ident: str, ends: str) -> None:
    address = console.link(kind, "eu-west-1", ident)
    assert address is not None
    assert address.startswith("https://")
    assert address.endswith(ends)


def test_an_unknown_kind_has_none() -> None:
    assert console.link("sqs:queue", "eu-west-1", "jobs") is None


@pytest.mark.parametrize("kind", list(console._PAGES))
def test_an_id_cannot_leave_its_place(kind: str) -> None:
    address = console.link(kind, NASTY, NASTY)
    assert address is not None
    assert not set(" <>\"'`$()|\n") & set(address)
    assert address.split("/")[2].endswith(".amazon.com")
