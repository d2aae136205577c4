"""Regions: those that the account has on, narrowed to the ones that are set."""

from collections.abc import Callable
from typing import Any

import pytest

from core.aws.access import Access, own_access
from core.aws.meter import Meter
from core.aws.regions import Regions, enabled
from core.errors import AccessDenied, Throttled
from tests.core.aws.conftest import OWN, Fail, config_of

LINKED = "222233334444"


@pytest.fixture
def reach(aws: None, meter: Meter) -> Callable[[str], Access]:
    """Access that is set to some regions; ap-east-1 is switched off in every account."""

    def make(regions: str, account: str = "") -> Access:
        access = own_access(config_of(aws_regions=regions, aws_role_name="Reader"), meter)

        def switch_off(parsed: dict[str, Any], **_: Any) -> None:
            for region in parsed.get("Regions", ()):
                region["OptInStatus"] = "not-opted-in" if region["RegionName"] == "ap-east-1" else region["OptInStatus"]

        access.client("ec2", account=account).meta.events.register("after-call.ec2.DescribeRegions", switch_off)
        return access

    return make


@pytest.mark.parametrize("account", [OWN, LINKED])
def test_all_enabled_regions(reach: Callable[..., Access], account: str) -> None:
    found = enabled(reach("all", account), account)
    assert {"us-east-1", "eu-west-1", "sa-east-1"} <= set(found.names)
    assert "ap-east-1" not in found.names
    assert list(found.names) == sorted(found.names)
    assert (found.unknown, found.disabled, found.note) == ((), (), "")


def test_set_regions_are_checked(reach: Callable[..., Access]) -> None:
    found = enabled(reach("eu-west-1,ap-east-1,us-west-77,us-east-1"), OWN)
    assert found == Regions(("eu-west-1", "us-east-1"), unknown=("us-west-77",), disabled=("ap-east-1",))


def test_without_the_permission_every_known_region_is_tried(reach: Callable[..., Access], fail: Fail) -> None:
    access = reach("all")
    fail(access.client("ec2"), "DescribeRegions", "UnauthorizedOperation", 403)
    found = enabled(access, OWN)
    assert {"us-east-1", "ap-east-1"} <= set(found.names)
    assert "cn-north-1" not in found.names
    assert found.note.startswith(
        f"AWS refused ec2:DescribeRegions in account {OWN}, region us-east-1: the credentials lack this permission."
    )


def test_without_the_permission_the_set_regions_are_tried(reach: Callable[..., Access], fail: Fail) -> None:
    access = reach("eu-west-1,us-west-77")
    fail(access.client("ec2"), "DescribeRegions", "UnauthorizedOperation", 403)
    found = enabled(access, OWN)
    assert (found.names, found.unknown) == (("eu-west-1",), ("us-west-77",))
    assert "without knowing whether they are enabled" in found.note


def test_an_account_that_can_t_be_entered_has_no_regions(reach: Callable[..., Access], fail: Fail) -> None:
    access = reach("all")
    fail(access.client("sts"), "AssumeRole", "AccessDenied", 403)
    with pytest.raises(AccessDenied, match=f"in account {LINKED} can't be assumed"):
        enabled(access, LINKED)


def test_other_failures_are_not_taken_for_an_answer(reach: Callable[..., Access], fail: Fail) -> None:
    access = reach("all")
    fail(access.client("ec2"), "DescribeRegions", "RequestLimitExceeded", 503)
    with pytest.raises(Throttled, match="ec2:DescribeRegions"):
        enabled(access, OWN)
