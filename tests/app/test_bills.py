"""How sources are named."""

from datetime import date

import pytest

from app.bills import KINDS, kinds, source_label
from core.models import BILLS, Partition


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("ce:AWS:111111111111", "AWS 111111111111 (Cost Explorer)"),
        ("cur:AWS:111111111111", "AWS 111111111111 (Cost and Usage Report)"),
        ("focus:Microsoft:/providers/Microsoft.Billing/billingAccounts/70418832", "Microsoft 70418832 (FOCUS export)"),
    ],
)
def test_a_source_is_named_by_provider_account_and_kind(source: str, label: str) -> None:
    assert source_label(source) == label


def test_every_kind_of_bill_has_a_name() -> None:
    assert set(KINDS) == set(BILLS)


def test_kinds_are_said_once() -> None:
    partitions = [Partition(f"{kind}:AWS:1", date(2026, 8, 1), "run") for kind in ("focus", "ce", "ce")]
    assert kinds(partitions) == "Cost Explorer and FOCUS export"
