"""What runs and lies in the demo organisation, and what it would cost."""

from collections import Counter

import pytest

from core.demo import organisation as demo
from core.demo import prices
from tests.core.demo.built import AS_OF, named, of_kind, organisation


def test_accounts_and_regions() -> None:
    built = organisation()
    assert built.management == "111122223333"
    assert [account.id for account in built.accounts] == ["111122223333", "222233334444", "333344445555", "444455556666", "555566667777"]
    assert [region.code for region in built.regions] == ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"]
    places = {(resource.account, resource.region) for resource in built.resources if resource.kind == "ec2:instance"}
    assert len(places) < 5 * 4


def test_there_is_enough_of_everything() -> None:
    counts = Counter(resource.kind for resource in organisation().resources)
    least = {"ec2:instance": 250, "ec2:volume": 300, "rds:db": 30, "lambda:function": 60, "s3:bucket": 40}
    assert all(counts[kind] >= number for kind, number in least.items()), counts
    few = {
        "ec2:snapshot", "ec2:address", "ec2:natgateway", "elb:loadbalancer", "ec2:autoscaling-group",
        "ec2:reserved-instances", "rds:reserved", "savingsplans:plan",
    }  # fmt: skip
    assert set(counts) == set(least) | few


def test_ids_are_unique() -> None:
    ids = [(resource.kind, resource.account, resource.region, resource.id) for resource in organisation().resources]
    assert len(set(ids)) == len(ids)


def test_machines_and_disks_name_each_other() -> None:
    disks = {disk.id: disk for disk in of_kind("ec2:volume")}
    held = {
        mapping["Ebs"]["VolumeId"]: machine.id
        for machine in of_kind("ec2:instance")
        for mapping in machine.attributes["BlockDeviceMappings"]
    }
    for ident, disk in disks.items():
        attached = [attachment["InstanceId"] for attachment in disk.attributes["Attachments"]]
        assert attached == ([held[ident]] if ident in held else [])
        assert disk.attributes["State"] == ("in-use" if attached else "available")


def test_groups_name_their_machines() -> None:
    for group in of_kind("ec2:autoscaling-group"):
        said = {row["InstanceId"] for row in group.attributes["Instances"]}
        assert said == {
            machine.id
            for machine in of_kind("ec2:instance")
            if machine.tags.get("aws:autoscaling:groupName") == group.id and machine.account == group.account
        }


def test_the_estate_is_of_many_kinds() -> None:
    machines = of_kind("ec2:instance")
    assert {machine.attributes["Architecture"] for machine in machines} == {"x86_64", "arm64"}
    assert {machine.attributes["State"]["Name"] for machine in machines} == {"running", "stopped"}
    assert sum("Platform" in machine.attributes for machine in machines) >= 5
    assert sum(machine.attributes["InstanceType"].startswith("t3") for machine in machines) >= 8
    assert {disk.attributes["VolumeType"] for disk in of_kind("ec2:volume")} == {"gp2", "gp3", "io1", "io2", "st1"}
    assert len({base.attributes["Engine"] for base in of_kind("rds:db")}) == 5
    assert any("ReadReplicaSourceDBInstanceIdentifier" in base.attributes for base in of_kind("rds:db"))


def test_names_come_from_strangers() -> None:
    names = " ".join(resource.tags.get("Name", "") for resource in organisation().resources)
    assert all(part in names for part in ('"', "<b>", "=HYPERLINK", "検索", "a,b"))


def test_scale_multiplies_plain_machines_only() -> None:
    large = demo.build(AS_OF, scale=4)
    assert sum(resource.kind == "ec2:instance" for resource in large.resources) > 900
    # More machines are more to reserve, and nothing else.
    assert [row for row in large.planted if row.check != "ec2_reserved"] == [
        row for row in organisation().planted if row.check != "ec2_reserved"
    ]
    others = [resource.id for resource in large.resources if resource.kind == "rds:db"]
    assert others == [base.id for base in of_kind("rds:db")]


def test_every_type_in_use_has_prices_with_smaller_ones() -> None:
    hours = prices.linux_hours()
    assert len(hours) > 1300
    assert hours["m6i.xlarge"] == 0.192
    for machine in of_kind("ec2:instance"):
        assert machine.attributes["InstanceType"] in hours
    assert hours["m6a.large"] * 2 == pytest.approx(hours["m6a.xlarge"])


@pytest.mark.parametrize(
    ("kind", "count"), [("t3.small", 2), ("m5.large", 2), ("c6i.2xlarge", 8), ("m6g.medium", 1), ("c5.metal", 96), ("m7i.metal-24xl", 96)]
)
def test_vcpus(kind: str, count: int) -> None:
    assert prices.vcpus(kind) == count


def found(code: str, region: str, **attributes: str) -> list[prices.Price]:
    return [row for row in prices.price_list(code, region) if all(row.attributes.get(key) == value for key, value in attributes.items())]


def test_the_price_list_has_one_price_for_one_thing() -> None:
    wanted = {"tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
    (linux,) = found("AmazonEC2", "us-east-1", instanceType="m5.large", operatingSystem="Linux", **wanted)
    (windows,) = found("AmazonEC2", "us-east-1", instanceType="m5.large", operatingSystem="Windows", **wanted)
    assert (linux.usd, linux.reserved, windows.usd) == (0.096, pytest.approx(0.06048), pytest.approx(0.188))
    (base,) = found("AmazonRDS", "eu-west-1", instanceType="db.m5.large", databaseEngine="PostgreSQL", deploymentOption="Multi-AZ")
    assert base.usd == pytest.approx(0.178 * 1.1 * 2)
    (disk,) = found("AmazonEC2", "ap-southeast-2", volumeApiName="gp3", usagetype="APS2-EBS:VolumeUsage.gp3")
    assert disk.usd == pytest.approx(0.08 * 1.25)
    (seconds,) = found("AWSLambda", "us-east-1", group="AWS-Lambda-Duration-ARM")
    assert seconds.usd == 0.0000133334
    (stored,) = found("AmazonS3", "us-east-1", volumeType="Standard")
    assert stored.usd == 0.023
    skus = [row.sku for code in ("AmazonEC2", "AmazonRDS", "AWSLambda", "AmazonS3") for row in prices.price_list(code, "us-east-1")]
    assert len(set(skus)) == len(skus)


def test_no_prices_where_nothing_is_sold() -> None:
    assert prices.price_list("AmazonEC2", "mars-north-1") == ()
    assert prices.price_list("AmazonSnowball", "us-east-1") == ()


def test_commitments_say_what_they_cost() -> None:
    ledger = named("ledger")
    assert ledger.attributes["State"] == "retired"
    assert ledger.attributes["OfferingType"] == "All Upfront"
    assert ledger.attributes["FixedPrice"] == pytest.approx(8760 * 0.15876)
    events = named("events")
    assert events.attributes["commitment"] == f"{20 * 0.1001:.8f}"  # m6g.xlarge is 0.154 an hour, 65 % of it
    wiki = named("wiki")
    assert wiki.attributes["DBInstanceCount"] == 4
