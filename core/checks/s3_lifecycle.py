"""What the checks of buckets share: reading lifecycle rules, and the command that sets them."""

import json
from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from core.checks.contract import Resource

BUCKET = "s3:bucket"

ABORT_DAYS = 7
ABORT_RULE: Mapping[str, Any] = {
    "ID": "abort-incomplete-uploads",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
}
"""Ends every upload that isn't finished within a week.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
"""


def enabled(rules: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rules that do something: one that is switched off is as good as none."""
    return [rule for rule in rules if rule.get("Status") == "Enabled"]


def put(resource: Resource, rules: Sequence[Mapping[str, Any]]) -> str:
    """The command that gives a bucket these rules. It replaces those that are there, so it's for a bucket without any."""
    configuration = quote(json.dumps({"Rules": list(rules)}, separators=(",", ":")))
    return (
        f"aws s3api put-bucket-lifecycle-configuration --bucket {quote(resource.resource_id)} "
        f"--lifecycle-configuration {configuration} --region {resource.region}"
    )


def get(resource: Resource) -> str:
    """The command that shows a bucket's rules."""
    return f"aws s3api get-bucket-lifecycle-configuration --bucket {quote(resource.resource_id)} --region {resource.region}"
