"""Each permission is tried with a real call; what is lacking says what it costs, and what couldn't be told isn't taken for either."""

from datetime import date
from typing import Any

import boto3
import pytest

from core.aws.access import Access, own_access
from core.aws.meter import Meter
from core.aws.permissions import BASE, Finding, Permission, check
from core.errors import CollectionCancelled
from tests.core.aws.conftest import KEY_ID, OWN, SECRET, Fail, config_of

AS_OF = date(2026, 3, 2)
LINKED, OTHER = "222233334444", "555566667777"


def _volumes(access: Access, account: str, region: str, as_of: date) -> object:
    assert as_of == AS_OF
    return access.client("ec2", region, account).describe_volumes(MaxResults=5)


def _costs(access: Access, account: str, region: str, as_of: date) -> object:
    period = {"Start": "2026-03-01", "End": as_of.isoformat()}
    return access.client("ce").get_cost_and_usage(TimePeriod=period, Granularity="DAILY", Metrics=["UnblendedCost"])


VOLUMES = Permission("ec2:DescribeVolumes", "No volume is known.", _volumes)
COSTS = Permission("ce:GetCostAndUsage", "No costs are collected.", _costs, per_account=False)


@pytest.fixture
def organization(aws: None) -> None:
    """The own account manages an organization."""
    boto3.client("organizations", region_name="us-east-1", aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET).create_organization()


def by_place(findings: list[Finding]) -> dict[tuple[str, str], Finding]:
    return {(finding.action, finding.account): finding for finding in findings}


def test_all_is_well(organization: None, access: Access) -> None:
    found = check(access, [VOLUMES, COSTS], [OWN, LINKED], (), AS_OF)
    assert [finding for finding in found if finding != Finding(finding.action, finding.account, True)] == []
    assert {finding.action: sorted(f.account for f in found if f.action == finding.action) for finding in found} == {
        "sts:GetCallerIdentity": [OWN],
        "sts:AssumeRole": [LINKED],
        "organizations:DescribeOrganization": [OWN],
        "organizations:ListAccounts": [OWN],
        "organizations:ListParents": [OWN],
        "organizations:DescribeOrganizationalUnit": [OWN],
        "organizations:ListTagsForResource": [OWN],
        "ec2:DescribeRegions": [OWN, LINKED],
        "ec2:DescribeVolumes": [OWN, LINKED],
        "ce:GetCostAndUsage": [OWN],
    }
    assert str(access.meter.usd) == "0.01"


def test_wrong_credentials_are_one_finding(access: Access, fail: Fail) -> None:
    fail(access.client("sts"), "GetCallerIdentity", "InvalidClientTokenId", 403)
    [finding] = check(access, [VOLUMES, COSTS], [OWN, LINKED], (), AS_OF)
    assert (finding.action, finding.ok, finding.lost) == ("sts:GetCallerIdentity", False, "Nothing can be collected.")
    assert finding.reason == "AWS doesn't accept the credentials for sts:GetCallerIdentity."
    assert access.meter.requests == 1


@pytest.mark.parametrize("permission", BASE, ids=lambda permission: permission.action)
def test_each_base_permission_is_found_missing(organization: None, access: Access, fail: Fail, permission: Permission) -> None:
    service, operation = permission.action.split(":")
    fail(access.client(service), operation, "UnauthorizedOperation" if service == "ec2" else "AccessDeniedException", 403)
    missing = [finding for finding in check(access, [], [OWN], (), AS_OF) if not finding.ok]
    assert [(finding.action, finding.account, finding.ok, finding.lost) for finding in missing] == [
        (permission.action, OWN, False, permission.lost)
    ]
    assert missing[0].reason.startswith(f"AWS refused {permission.action} in account {OWN}")
    assert missing[0].hint


def test_an_account_that_can_t_be_entered_is_one_finding(organization: None, access: Access, fail: Fail) -> None:
    fail(access.client("sts"), "AssumeRole", "AccessDenied", 403)
    found = by_place(check(access, [VOLUMES], [OWN, LINKED], (), AS_OF))
    refused = found["sts:AssumeRole", LINKED]
    assert refused.ok is False
    assert f"role/Reader in account {LINKED} can't be assumed" in refused.reason
    assert refused.lost == "The account's resources and their utilisation are not collected; its costs are."
    assert [action for action, account in found if account == LINKED] == ["sts:AssumeRole"]
    assert found["ec2:DescribeVolumes", OWN].ok


def test_what_is_missing_in_one_account_is_missing_there_only(organization: None, access: Access, fail: Fail) -> None:
    fail(access.client("ec2", account=LINKED), "DescribeVolumes", "UnauthorizedOperation", 403)
    found = by_place(check(access, [VOLUMES], [OWN, LINKED, OTHER], (), AS_OF))
    assert [found["ec2:DescribeVolumes", account].ok for account in (OWN, LINKED, OTHER)] == [True, False, True]
    assert found["ec2:DescribeVolumes", LINKED].lost == "No volume is known."


def test_every_set_region_is_tried(organization: None, access: Access, fail: Fail) -> None:
    fail(access.client("ec2", "eu-west-3"), "DescribeVolumes", "UnauthorizedOperation", 403, message="denied by a service control policy")
    found = by_place(check(access, [VOLUMES, COSTS], [OWN], ["eu-west-1", "eu-west-3"], AS_OF))
    finding = found["ec2:DescribeVolumes", OWN]
    assert finding.ok is False
    assert "region eu-west-3: a service control policy" in finding.reason
    tried = {call.region for call in access.meter.calls() if call.operation == "DescribeVolumes"}
    assert tried == {"eu-west-1", "eu-west-3"}
    assert str(access.meter.usd) == "0.01"  # costs have no region


@pytest.mark.parametrize(
    ("code", "status", "ok"),
    [
        ("RequestLimitExceeded", 503, None),
        ("InternalError", 500, None),
        ("SomethingNew", 400, None),
        ("OptInRequired", 401, False),
    ],
)
def test_what_couldn_t_be_told_is_neither(organization: None, access: Access, fail: Fail, code: str, status: int, ok: bool | None) -> None:
    fail(access.client("ec2"), "DescribeVolumes", code, status)
    finding = by_place(check(access, [VOLUMES], [OWN], (), AS_OF))["ec2:DescribeVolumes", OWN]
    assert finding.ok is ok
    assert finding.reason


def test_without_an_organization_nothing_is_missing(access: Access, fail: Fail) -> None:
    for permission in BASE:
        service, operation = permission.action.split(":")
        if service == "organizations":
            fail(access.client(service), operation, "AWSOrganizationsNotInUseException")
    found = check(access, [], [OWN], (), AS_OF)
    assert all(finding.ok for finding in found)
    assert by_place(found)["organizations:ListAccounts", OWN].reason == (
        f"The account belongs to no organization, so organizations:ListAccounts in account {OWN}, region us-east-1 has nothing to read."
    )


def test_having_no_data_yet_is_no_lack_of_a_permission(organization: None, access: Access, fail: Fail) -> None:
    fail(access.client("ce"), "GetCostAndUsage", "DataUnavailableException")
    finding = by_place(check(access, [COSTS], [OWN], (), AS_OF))["ce:GetCostAndUsage", OWN]
    assert (finding.ok, finding.lost) == (True, "")
    assert finding.reason.startswith("Cost Explorer has no data yet")


def test_the_check_heeds_the_cap(organization: None) -> None:
    access = own_access(config_of(), Meter(config_of(spendscope_cost_cap_usd="0.00").spendscope_cost_cap_usd))
    finding = by_place(check(access, [COSTS], [OWN], (), AS_OF))["ce:GetCostAndUsage", OWN]
    assert finding.ok is None
    assert "cap of $0.00" in finding.reason


def test_the_check_can_be_cancelled(organization: None, access: Access) -> None:
    def stop(*_: Any) -> None:
        raise CollectionCancelled("The collection was stopped.")

    with pytest.raises(CollectionCancelled):
        check(access, [Permission("ec2:DescribeVolumes", "", stop)], [OWN], (), AS_OF)
