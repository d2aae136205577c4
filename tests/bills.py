"""A small FOCUS bill whose sums are worked out by hand."""

import csv
from collections.abc import Sequence
from pathlib import Path

HEADER = [
    "BilledCost", "EffectiveCost", "ListCost", "ContractedCost", "BillingCurrency", "BillingAccountId", "BillingAccountName",
    "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ChargeDescription",
    "ProviderName", "ServiceName", "ServiceCategory", "RegionId", "ResourceId", "SubAccountId", "SubAccountName", "Tags", "x_UsageType",
]  # fmt: skip

SERVICES = (
    # service, category, usage type, region, cost a day
    ("Amazon Elastic Compute Cloud", "Compute", "BoxUsage:m6i.large", "us-east-1", 20),
    ("Amazon Elastic Compute Cloud", "Compute", "EUW1-BoxUsage:m6i.large", "eu-west-1", 10),
    ("Amazon Simple Storage Service", "Storage", "TimedStorage-ByteHrs", "us-east-1", 5),
    ("AWS Lambda", "Compute", "Lambda-GB-Second", "eu-west-1", 1),
)
"""36 a day in all: EC2 30, S3 5, Lambda 1; us-east-1 25, eu-west-1 11."""


def rows(month: str, days: Sequence[int], currency: str = "USD", factor: float = 1) -> list[list[object]]:
    """One charge for each service and day of a month like "2026-08"."""
    year, number = (int(part) for part in month.split("-"))
    after = f"{year + number // 12}-{number % 12 + 1:02}-01T00:00:00Z"
    found = []
    for day in days:
        for service, category, usage_type, region, cost in SERVICES:
            amount = cost * factor
            found.append([
                amount, amount * 0.9, amount * 1.2, amount, currency, "900000000001", "Example org", f"{month}-01T00:00:00Z", after,
                f"{month}-{day:02}T00:00:00Z", f"{month}-{day:02}T23:59:59Z", "Usage", f"{service} in {region}", "AWS", service, category,
                region, f"arn:aws:example:{region}:111111111111:{service.split()[-1].lower()}", "111111111111", "Production",
                '{"team": "web"}' if region == "us-east-1" else "{}", usage_type,
            ])  # fmt: skip
    return found


def write(path: Path, lines: Sequence[Sequence[object]]) -> Path:
    """Write a bill as CSV."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(lines)
    return path
