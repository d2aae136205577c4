"""One vocabulary: the same label and group for every source, in Python and in the engine."""

from pathlib import Path

import pytest

from core import services
from core.store.client import Store
from tests.exports import cur, figures, focus, take, write

# name, usage type, label, group
EXAMPLES = [
    ("AmazonEC2", "BoxUsage:m5.large", "EC2", "Compute"),
    ("Amazon Elastic Compute Cloud - Compute", "", "EC2", "Compute"),
    ("Amazon Elastic Compute Cloud", "EUW1-BoxUsage:m5.large", "EC2", "Compute"),
    ("AMAZONEC2", "SpotUsage:c5.large", "EC2", "Compute"),
    ("AmazonEC2", "EBS:VolumeUsage.gp3", "EBS", "Storage"),
    ("AmazonEC2", "USW2-EBS:SnapshotUsage", "EBS", "Storage"),
    ("AmazonEC2", "EBSOptimized:m4.large", "EC2", "Compute"),
    ("EC2 - Other", "USE1-NatGateway-Hours", "NAT Gateway", "Networking"),
    ("AmazonEC2", "NatGateway-Bytes", "NAT Gateway", "Networking"),
    ("AmazonEC2", "USE1-USW2-AWS-Out-Bytes", "Data Transfer", "Networking"),
    ("AmazonS3", "DataTransfer-Out-Bytes", "Data Transfer", "Networking"),
    ("AmazonS3", "USW2-DataTransfer-Regional-Bytes", "Data Transfer", "Networking"),
    ("AmazonCloudFront", "EU-DataTransfer-Out-Bytes", "CloudFront", "Networking"),
    ("AmazonS3", "TimedStorage-ByteHrs", "S3", "Storage"),
    ("Amazon Simple Storage Service", "", "S3", "Storage"),
    ("AWSLambda", "Lambda-GB-Second", "Lambda", "Compute"),
    ("AWS Lambda", "", "Lambda", "Compute"),
    ("AmazonRDS", "InstanceUsage:db.r5.large", "RDS", "Databases"),
    ("Amazon Relational Database Service", "", "RDS", "Databases"),
    ("EC2 - EBS", "", "EBS", "Storage"),
    ("AWS Support (Business)", "", "AWS Support", "Support"),
    ("Virtual Machines", "", "Virtual Machines", "Other"),
    ("BigQuery", "Analysis", "BigQuery", "Other"),
]


@pytest.mark.parametrize(("name", "usage_type", "label", "group"), EXAMPLES)
def test_examples(name: str, usage_type: str, label: str, group: str) -> None:
    assert services.service(name, usage_type) == (label, group)


def test_the_engine_agrees_for_focus(store: Store, tmp_path: Path) -> None:
    rows = [focus(ServiceName=n, x_UsageType=u, RegionId=str(i), ServiceCategory="") for i, (n, u, _, _) in enumerate(EXAMPLES)]
    take(store, write(tmp_path / "focus.csv", rows))
    found = sorted(figures(store, "region", "service", "service_group"), key=lambda row: int(row[0]))
    assert [(label, group) for _, label, group in found] == [(label, group) for _, _, label, group in EXAMPLES]


def test_the_engine_agrees_for_reports(store: Store, tmp_path: Path) -> None:
    rows = [cur(line_item_product_code=n, line_item_usage_type=u, product_region=str(i)) for i, (n, u, _, _) in enumerate(EXAMPLES)]
    take(store, write(tmp_path / "cur.csv", rows))
    found = sorted(figures(store, "region", "service", "service_group"), key=lambda row: int(row[0]))
    assert [(label, group) for _, label, group in found] == [(label, group) for _, _, label, group in EXAMPLES]


def test_a_bill_without_usage_types_is_split_by_what_its_lines_say(store: Store, tmp_path: Path) -> None:
    said = {
        "$0.045 per NAT Gateway Hour": "NAT Gateway",
        "$0.08 per GB-month of gp3 storage": "EBS",
        "$0.02 per GB - data transfer to another zone": "Data Transfer",
        "$0.0832 per On Demand Linux t3.large Instance Hour": "EC2",
    }
    ec2 = {"ServiceName": "Amazon Elastic Compute Cloud", "x_UsageType": ""}
    rows = [focus(**ec2, RegionId=text, ChargeDescription=text) for text in said]
    rows.append(focus(**ec2, RegionId="by type", ChargeDescription="", ResourceType="volume"))
    rows.append(focus(x_UsageType="", RegionId="elsewhere", ChargeDescription="snapshot data transfer"))
    take(store, write(tmp_path / "focus.csv", rows))
    assert dict(figures(store, "region", "service")) == {**said, "by type": "EBS", "elsewhere": "S3"}


def test_a_group_that_the_bill_names_is_kept_for_services_that_are_not_known(store: Store, tmp_path: Path) -> None:
    take(store, write(tmp_path / "focus.csv", [focus(ServiceName="Virtual Machines", ServiceCategory="Compute", x_UsageType="")]))
    assert figures(store, "service", "service_group") == [("Virtual Machines", "Compute")]


def test_no_name_stands_for_two_services() -> None:
    stands_for: dict[str, set[services.Service]] = {}
    for name, service in services._read(services._TABLE):
        stands_for.setdefault(name, set()).add(service)
    assert {name: found for name, found in stands_for.items() if len(found) > 1} == {}


def test_every_label_has_one_group() -> None:
    groups: dict[str, set[str]] = {}
    for service in services.SERVICES.values():
        groups.setdefault(service.label, set()).add(service.group)
    assert {label: found for label, found in groups.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("spelt", "shown"),
    [
        ("AWS", "AWS"),
        ("Amazon Web Services, Inc.", "AWS"),
        (" azure ", "Microsoft"),
        ("Microsoft Corporation", "Microsoft"),
        ("GCP", "Google Cloud"),
        ("Oracle Corporation", "Oracle"),
        ("Acme Cloud", "Acme Cloud"),
    ],
)
def test_providers(store: Store, tmp_path: Path, spelt: str, shown: str) -> None:
    assert services.provider(spelt) == shown
    take(store, write(tmp_path / "focus.csv", [focus(ProviderName=spelt)]))
    assert figures(store, "provider") == [(shown,)]
