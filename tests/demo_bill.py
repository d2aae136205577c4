"""The demo organisation's charges as a FOCUS file: a bill of fourteen months to import."""

from datetime import date
from pathlib import Path

import pandas as pd

from core.demo.organisation import PICODOLLAR, build

_KEYS = ["day", "account", "region", "service", "usage_type", "record_type", "tag_team", "tag_env", "unit"]
_CATEGORIES = {"Credit": "Credit", "Tax": "Tax", "Refund": "Adjustment", "Fee": "Purchase", "RIFee": "Purchase"}


def write_demo_bill(path: Path, as_of: date) -> int:
    """Write the bill up to the day before `as_of` to a CSV file, a row for each day and usage type; returns how many rows it has."""
    organisation = build(as_of)
    rows = organisation.charges.groupby(_KEYS, observed=True, as_index=False)[["quantity", "unblended", "amortized"]].sum()
    names = {account.id: account.name for account in organisation.accounts}
    month = rows.day.dt.to_period("M").dt.to_timestamp()
    record, accounts = rows.record_type.astype(str), rows.account.astype(str)
    category = record.map(_CATEGORIES).fillna("Usage").where(~record.str.endswith("Fee"), "Purchase")
    bill = pd.DataFrame(
        {
            "BilledCost": _usd(rows.unblended),
            "EffectiveCost": _usd(rows.amortized),
            "ListCost": _usd(rows.unblended),
            "ContractedCost": _usd(rows.unblended),
            "BillingCurrency": "USD",
            "BillingAccountId": organisation.management,
            "BillingAccountName": names[organisation.management],
            "BillingPeriodStart": _moments(month),
            "BillingPeriodEnd": _moments(month + pd.offsets.MonthBegin()),
            "ChargePeriodStart": _moments(rows.day),
            "ChargePeriodEnd": _moments(rows.day + pd.Timedelta(days=1)),
            "ChargeCategory": category,
            "ChargeDescription": rows.usage_type.astype(str) + " " + record,
            "ConsumedQuantity": rows.quantity,
            "ConsumedUnit": rows.unit.astype(str),
            "ProviderName": "AWS",
            "PublisherName": "Amazon Web Services, Inc.",
            "RegionId": rows.region.astype(str),
            "ServiceName": rows.service.astype(str),
            "SubAccountId": accounts,
            "SubAccountName": accounts.map(names),
            "Tags": '{"team": "' + rows.tag_team.astype(str) + '", "env": "' + rows.tag_env.astype(str) + '"}',
            "x_UsageType": rows.usage_type.astype(str),
        }
    )
    bill.to_csv(path, index=False)
    return len(bill)


def _usd(amounts: "pd.Series[int]") -> "pd.Series[float]":
    return (amounts / PICODOLLAR).round(10)


def _moments(days: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    return days.dt.strftime("%Y-%m-%dT00:00:00Z")
