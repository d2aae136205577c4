"""IAM policies at the demo's server: whatever a policy doesn't name is denied."""

from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from tests.core.demo.tiny import ALPHA, PAYER, Served


def allowing(*actions: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def let_in(demo: Served, policy: dict[str, Any], role_policy: dict[str, Any] | None = None) -> str:
    """The access key of a user with these policies."""
    return str(demo.control("iam", "POST", {"policy": policy, "role_policy": role_policy})["access_key"])


def denied(client: Any, action: str) -> bool:
    """Whether a call is refused for lack of permission; any other failure is raised."""
    try:
        getattr(client, action)()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"):
            raise
        return True
    return False


def test_only_what_the_policy_names(demo: Served) -> None:
    key = let_in(demo, allowing("ec2:Describe*", "cloudwatch:ListMetrics", "s3:ListAllMyBuckets"))
    assert demo.client("sts", key=key).get_caller_identity()["Account"] == PAYER
    assert not denied(demo.client("ec2", key=key), "describe_instances")
    assert not denied(demo.client("s3", key=key), "list_buckets")
    assert denied(demo.client("organizations", key=key), "list_accounts")
    assert denied(demo.client("cloudwatch", key=key), "list_dashboards")
    assert denied(demo.client("rds", key=key), "describe_db_instances")


def test_a_denial_wins(demo: Served) -> None:
    policy = allowing("ec2:*")
    policy["Statement"].append({"Effect": "Deny", "Action": "ec2:DescribeVolumes", "Resource": "*"})
    client = demo.client("ec2", key=let_in(demo, policy))
    assert not denied(client, "describe_instances")
    assert denied(client, "describe_volumes")


def test_a_role_has_its_own_policy(demo: Served) -> None:
    key = let_in(demo, allowing("sts:AssumeRole"), allowing("ec2:DescribeInstances"))
    role = demo.client("ec2", account=ALPHA, key=key)
    assert not denied(role, "describe_instances")
    assert denied(role, "describe_volumes")
    assert denied(demo.client("ec2", key=key), "describe_instances")


def test_a_role_cannot_be_assumed_without_the_permission(demo: Served) -> None:
    with pytest.raises(ClientError, match=r"sts:AssumeRole"):
        demo.client("ec2", account=ALPHA, key=let_in(demo, allowing("ec2:*")))


@pytest.mark.parametrize("statement", [{"Effect": "Perhaps", "Action": "*"}, {"Effect": "Allow", "NotAction": "iam:*"}])
def test_a_policy_that_cannot_be_understood_is_refused(demo: Served, statement: dict[str, str]) -> None:
    with pytest.raises(HTTPError) as refused:
        let_in(demo, {"Statement": [statement]})
    assert refused.value.code == 400
    refused.value.close()
