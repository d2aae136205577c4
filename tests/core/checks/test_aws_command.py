"""The yardstick that fixes are held against: it takes real commands, and no others."""

import json

import pytest

from tests.core.checks.aws_command import NotACommand, commands, valid

RULES = '{"Rules": [{"Status": "Enabled", "Prefix": "", "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}]}'
LIFECYCLE = "aws s3api put-bucket-lifecycle-configuration --bucket b --lifecycle-configuration"


@pytest.mark.parametrize(
    ("line", "parameters"),
    [
        ("aws ec2 stop-instances --instance-ids i-1 i-2 --region us-east-1", {"InstanceIds": ["i-1", "i-2"]}),
        ("aws ec2 wait instance-stopped --instance-ids i-1", {"InstanceIds": ["i-1"]}),
        (
            "aws ec2 modify-instance-attribute --instance-id i-1 --instance-type m6a.large",
            {"InstanceId": "i-1", "InstanceType": {"Value": "m6a.large"}},
        ),
        (
            "aws rds modify-db-instance --db-instance-identifier db --no-multi-az --apply-immediately",
            {"DBInstanceIdentifier": "db", "MultiAZ": False, "ApplyImmediately": True},
        ),
        (
            "aws lambda update-function-configuration --function-name f --memory-size 512",
            {"FunctionName": "f", "MemorySize": 512},
        ),
        (
            f"{LIFECYCLE} '{RULES}'",
            {"Bucket": "b", "LifecycleConfiguration": json.loads(RULES)},
        ),
    ],
)
def test_real_commands(line: str, parameters: dict[str, object]) -> None:
    (words,) = commands(line)
    assert valid(words) == parameters


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("aws ec2 stop-instance --instance-ids i-1", "has no stop-instance"),
        ("aws ec3 stop-instances --instance-ids i-1", "has no ec3"),
        ("aws ec2 stop-instances --instance-id i-1", "has no --instance-id"),
        ("aws ec2 stop-instances --force", "Missing required parameter"),
        ("aws ec2 stop-instances i-1", "belongs to no option"),
        ("aws ec2 wait instance-idle --instance-ids i-1", "can't wait"),
        ("aws lambda update-function-code --function-name f --architectures sparc", "sparc isn't one of"),
        ('aws s3api put-bucket-lifecycle-configuration --bucket b --lifecycle-configuration \'{"Rules": [{"On": 1}]}\'', "On"),
        ("gcloud ec2 stop-instances", "no aws command"),
    ],
)
def test_what_is_none(line: str, why: str) -> None:
    (words,) = commands(line)
    with pytest.raises(NotACommand, match=why):
        valid(words)


@pytest.mark.parametrize(
    "line", ["aws a b --c $(rm)", "aws a b; rm", "aws a b | sh", "aws a b --c `id`", "aws a\nb", 'aws a b --c "$HOME"', "aws a b &"]
)
def test_what_a_shell_would_read_more_into(line: str) -> None:
    with pytest.raises(NotACommand, match="outside of quotes"):
        commands(line)


def test_several_commands_and_quoted_words() -> None:
    assert commands("aws a b --c 'x; $(y)' && aws d e") == [["aws", "a", "b", "--c", "x; $(y)"], ["aws", "d", "e"]]
