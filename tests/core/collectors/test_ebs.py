"""What is kept of a volume, as AWS describes it."""

from typing import Any

import pytest

from core.collectors.ebs import _with_its_instance

STAYS, GOES = {"InstanceId": "i-1", "DeleteOnTermination": False}, {"InstanceId": "i-2", "DeleteOnTermination": True}


@pytest.mark.parametrize(
    ("attached", "said"),
    [
        ([], {}),
        ([GOES], {"DeleteOnTermination": True}),
        ([STAYS], {"DeleteOnTermination": False}),
        ([GOES, STAYS], {"DeleteOnTermination": False}),
        ([{"InstanceId": "i-1"}], {}),
        ([GOES, {"InstanceId": "i-1"}], {}),
    ],
)
def test_whether_a_volume_goes_with_its_instance_is_kept_where_aws_says_so(attached: list[dict[str, Any]], said: dict[str, bool]) -> None:
    assert _with_its_instance(attached) == said
