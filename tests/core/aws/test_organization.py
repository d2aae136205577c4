"""Which accounts are covered: members, their units and owners, and what happens when parts can't be read."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from core.aws.access import Access, own_access
from core.aws.meter import Meter
from core.aws.organization import Coverage, Member, discover
from core.errors import Throttled
from tests.core.aws.conftest import KEY_ID, OWN, SECRET, Fail, config_of


@pytest.fixture
def accounts(aws: None) -> dict[str, str]:
    """An organization; account ids by name. Shop is in Workloads/Production, Lab in Workloads, Old is suspended."""
    client: Any = boto3.client("organizations", region_name="us-east-1", aws_access_key_id=KEY_ID, aws_secret_access_key=SECRET)
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    ids = {
        name: client.create_account(AccountName=name, Email=f"{name.lower()}@example.com")["CreateAccountStatus"]["AccountId"]
        for name in ("Shop", "Lab", "Old")
    }
    workloads = client.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    production = client.create_organizational_unit(ParentId=workloads, Name="Production")["OrganizationalUnit"]["Id"]
    for name, unit in {"Shop": production, "Lab": workloads, "Old": production}.items():
        client.move_account(AccountId=ids[name], SourceParentId=root, DestinationParentId=unit)
    client.tag_resource(ResourceId=ids["Shop"], Tags=[{"Key": "Owner", "Value": "Ada"}, {"Key": "tier", "Value": "1"}])
    client.tag_resource(ResourceId=ids["Lab"], Tags=[{"Key": "owner", "Value": ""}])
    client.close_account(AccountId=ids["Old"])
    return ids


def counted(access: Access) -> dict[str, int]:
    return {call.operation: call.requests for call in access.meter.calls() if call.service == "organizations"}


def test_members_have_their_unit_owner_and_tags(accounts: dict[str, str], access: Access) -> None:
    found = discover(access)
    by_name = {member.name: member for member in found.members}
    assert (found.own, found.payer, found.notes) == (OWN, OWN, ())
    assert by_name["Shop"] == Member(
        accounts["Shop"], "Shop", "shop@example.com", "Workloads/Production", "Ada", {"Owner": "Ada", "tier": "1"}, "ACTIVE"
    )
    assert (by_name["Lab"].unit, by_name["Lab"].owner) == ("Workloads", "lab@example.com")
    assert (by_name["Old"].unit, by_name["Old"].status) == ("Workloads/Production", "SUSPENDED")
    [own] = [member for member in found.members if member.id == OWN]
    assert own.unit == ""


def test_only_active_accounts_are_entered(accounts: dict[str, str], access: Access) -> None:
    assert {member.id for member in discover(access).entered} == {OWN, accounts["Shop"], accounts["Lab"]}


def test_each_unit_is_asked_for_once(accounts: dict[str, str], access: Access) -> None:
    discover(access)
    # Two units in all: each is described once, and asked once for what holds it, as is each of the four accounts.
    assert counted(access) == {
        "DescribeOrganization": 1,
        "ListAccounts": 1,
        "ListParents": 6,
        "DescribeOrganizationalUnit": 2,
        "ListTagsForResource": 4,
    }


def test_all_pages_of_accounts_are_read(accounts: dict[str, str], access: Access) -> None:
    client = access.client("organizations")

    def by_one(params: dict[str, Any], **_: Any) -> None:
        params["MaxResults"] = 1

    client.meta.events.register("provide-client-params.organizations.ListAccounts", by_one)
    assert len(discover(access).members) == 4
    assert counted(access)["ListAccounts"] == 4


def test_state_takes_the_place_of_status(accounts: dict[str, str], access: Access) -> None:
    def newer(parsed: dict[str, Any], **_: Any) -> None:
        for account in parsed["Accounts"]:
            del account["Status"]
            account["State"] = "PENDING_CLOSURE" if account["Name"] == "Lab" else "ACTIVE"

    access.client("organizations").meta.events.register("after-call.organizations.ListAccounts", newer)
    assert {member.id for member in discover(access).entered} == {OWN, accounts["Shop"], accounts["Old"]}


def test_without_a_role_linked_accounts_are_only_known(accounts: dict[str, str], meter: Meter) -> None:
    found = discover(own_access(config_of(), meter))
    assert len(found.members) == 4
    assert [member.id for member in found.entered] == [OWN]
    assert found.notes == (
        "2 linked accounts are known but not entered, since AWS_ROLE_NAME is not set: their costs are shown, their resources are not.",
    )


def test_an_account_outside_any_organization_is_covered_alone(access: Access) -> None:
    member = Member(OWN)
    note = "The account belongs to no organization, so organizations:DescribeOrganization"
    found = discover(access)
    assert found == Coverage(OWN, OWN, (member,), (member,), found.notes)
    assert found.notes[0].startswith(note)


def test_denied_the_list_only_the_own_account_is_covered(accounts: dict[str, str], access: Access, fail: Fail) -> None:
    fail(access.client("organizations"), "ListAccounts", "AccessDeniedException")
    found = discover(access)
    assert [member.id for member in found.entered] == [OWN]
    assert found.payer == OWN
    assert found.notes == (
        f"AWS refused organizations:ListAccounts in account {OWN}: the credentials lack this permission, "
        "or their account isn't the management account. "
        f"Only account {OWN} is collected from.",
    )


@pytest.mark.parametrize(
    ("operation", "lost", "unit", "owner"),
    [
        ("ListParents", "Accounts are shown without their organizational unit.", "", "Ada"),
        ("DescribeOrganizationalUnit", "Accounts are shown without their organizational unit.", "", "Ada"),
        ("ListTagsForResource", "Each account's e-mail address stands for its owner.", "Workloads/Production", "shop@example.com"),
    ],
)
def test_a_detail_that_is_denied_is_left_out_with_a_note(
    accounts: dict[str, str], access: Access, fail: Fail, operation: str, lost: str, unit: str, owner: str
) -> None:
    asked = fail(access.client("organizations"), operation, "AccessDeniedException")
    found = discover(access)
    [shop] = [member for member in found.members if member.name == "Shop"]
    assert (shop.unit, shop.owner) == (unit, owner)
    assert len(found.entered) == 3
    assert len(asked) == 1
    [note] = found.notes
    assert note.startswith(f"AWS refused organizations:{operation}")
    assert note.endswith(lost)


@pytest.mark.parametrize("operation", ["DescribeOrganization", "ListAccounts", "ListTagsForResource"])
def test_being_throttled_is_no_answer(accounts: dict[str, str], access: Access, fail: Callable[..., Any], operation: str) -> None:
    fail(access.client("organizations"), operation, "TooManyRequestsException")
    with pytest.raises(Throttled, match=f"organizations:{operation}"):
        discover(access)
