"""What isn't known, as tables."""

from datetime import datetime

import pandas as pd

from app.opportunities import unmeasured
from core.models import SliceOutcome, SliceStatus


def test_reasons_are_shown_as_they_are_written() -> None:
    reasons = pd.DataFrame({"reason": ["No *data* of <b>"], "count": [1200], "resources": [600], "checks": [["ec2_idle", "other"]]})
    found = unmeasured.by_reason(reasons, {"ec2_idle": "Idle EC2 instance"})
    assert list(found.iloc[0]) == ["No \\*data\\* of \\<b\\>", "1,200", "600", "Idle EC2 instance, other"]


def test_a_part_of_every_account_says_so() -> None:
    part = SliceOutcome("r", "ec2", "", "eu-west-1", SliceStatus.INCOMPLETE, "denied", 0, datetime(2026, 6, 15))
    assert list(unmeasured.slices([part]).iloc[0]) == ["ec2", "All", "eu-west-1", "denied"]
