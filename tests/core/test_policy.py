"""The IAM policy of the documentation: a collection needs all of it, and nothing else."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from core import refresh, settings
from core.aws.access import own_access
from core.collectors import discovered
from core.demo.policies import action_for
from core.errors import AwsError
from core.settings import ROOT, Settings
from core.store.client import Store
from tests.core.demo import tiny

BLOCKS = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "aws-collector.md").read_text(encoding="utf-8"), re.DOTALL)
POLICY, ROLE_POLICY = (json.loads(block) for block in BLOCKS[:2])
ALWAYS_ALLOWED = "sts:GetCallerIdentity"
NO_HISTORY = "Cost Explorer: forecast"
"""So small an organisation has too little history for a forecast."""


def actions(policy: dict[str, Any]) -> list[str]:
    named = [statement["Action"] for statement in policy["Statement"]]
    return sorted({action for one in named for action in ([one] if isinstance(one, str) else one)})


def without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    """A policy that allows all that another does, but for one action."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": [a for a in actions(policy) if a != action], "Resource": "*"}],
    }


@pytest.fixture(scope="module")
def demo() -> Iterator[tiny.Served]:
    """The tiny organisation, with an instance and a bucket in the payer's own account too."""
    whole = tiny.build()
    moved = tuple(replace(thing, account=tiny.PAYER) if thing.id == tiny.METERED else thing for thing in whole.resources)
    buckets = (replace(thing, id="bucket-two", account=tiny.PAYER) for thing in whole.resources if thing.kind == "s3:bucket")
    with tiny.served(replace(whole, resources=(*moved, *buckets))) as served:
        yield served


def only(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the collectors that have no use for an action, but for the accounts'; some look at what others keep."""
    needing = [each for each in discovered() if action in {permission.action for permission in each.permissions}]
    others = {kept for each in needing for kept in each.reads}
    wanted = [each for each in discovered() if each in needing or others & set(each.resource_types) or each.name == "organizations"]
    monkeypatch.setattr(refresh, "discovered", lambda: wanted)


def reasons(demo: tiny.Served, store: Store, embedded: Settings, policy: dict[str, Any], role_policy: dict[str, Any]) -> list[str]:
    """Why a collection with these policies lacks something."""
    key = demo.control("iam", "POST", {"policy": policy, "role_policy": role_policy})["access_key"]
    config = settings.load(
        clickhouse_dsn=embedded.clickhouse_dsn,
        aws_access_key_id=key,
        aws_secret_access_key="any",
        aws_role_name="SpendscopeReader",
        aws_endpoint_url=demo.endpoint,
        aws_regions="us-east-1",
    )
    demo.control("calls", "DELETE")
    try:
        result = refresh.refresh(store, own_access(config, refresh.metered(store, config)), config, tiny.AS_OF)
    except AwsError as error:
        return [str(error)]
    denied_forecast = "ce:GetCostForecast" not in actions(policy)
    return [outcome.reason for outcome in result.incomplete if outcome.collector != NO_HISTORY or denied_forecast]


def test_the_policy_is_enough_and_each_of_its_actions_is_used(demo: tiny.Served, store: Store, embedded: Settings) -> None:
    assert reasons(demo, store, embedded, POLICY, ROLE_POLICY) == []
    called = {action_for(call["service"], call["action"]) for call in demo.control("calls")}
    assert called == set(actions(POLICY))


@pytest.mark.parametrize("action", sorted(set(actions(POLICY)) - {ALWAYS_ALLOWED}))
def test_without_any_one_action_the_collection_says_what_it_lacks(
    demo: tiny.Served, store: Store, embedded: Settings, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    only(action, monkeypatch)
    said = reasons(demo, store, embedded, without(POLICY, action), ROLE_POLICY)
    assert said
    assert all(action in reason for reason in said), said


@pytest.mark.parametrize("action", actions(ROLE_POLICY))
def test_without_any_one_action_of_the_role_the_linked_accounts_say_what_they_lack(
    demo: tiny.Served, store: Store, embedded: Settings, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    only(action, monkeypatch)
    said = reasons(demo, store, embedded, POLICY, without(ROLE_POLICY, action))
    assert said
    assert all(action in reason for reason in said), said
