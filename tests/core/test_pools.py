"""Subjects that are no resources: which pools an inventory has, and what becomes of AWS's recommendations."""

from dataclasses import replace

from core.pools import MEMBERS, ORGANISATION, POOL, POOLS, RECOMMENDATION, RIGHTSIZING, derived
from tests.core.checks.made import facts, instance, volume

ADVICE = {"account_id": "999999999999", "region": "eu-west-1", "resource_id": "i-0000000000000gone", "instance_type": "m5.large"}


def test_like_machines_are_a_pool_whoever_owns_them() -> None:
    ours, theirs = instance({}, "m5.large"), replace(instance({}, "m5.2xlarge"), account_id="222222222222")
    windows = instance({}, "m5.large", UsageOperation="RunInstances:0002")
    spot, stopped = instance({}, "c5.large", InstanceLifecycle="spot"), instance({}, "r5.large", state="stopped")
    unknown = replace(instance({}), attributes={})
    found = derived([ours, theirs, windows, spot, stopped, unknown, volume(3)], facts(), "111111111111")
    pools = {one.resource_id: one for one in found if one.resource_type == POOL}
    assert pools.keys() == {"eu-north-1/m5/Linux", "eu-north-1/m5/Windows"}
    assert pools["eu-north-1/m5/Linux"].attributes[MEMBERS] == [ours.key, theirs.key]
    assert {(one.account_id, one.region) for one in pools.values()} == {("111111111111", "eu-north-1")}
    (organisation,) = [one for one in found if one.resource_type == ORGANISATION]
    assert organisation.resource_id == "111111111111"
    assert organisation.attributes[POOLS].keys() == pools.keys()


def test_a_recommendation_is_about_the_instance_as_the_inventory_has_it() -> None:
    one = instance({}, "m5.large", name="web")
    known = replace(facts(), recommended={"rightsizing": [{"resource_id": one.resource_id, "region": "elsewhere"}, ADVICE, {}]})
    first, second = [each for each in derived([one], known, "1") if each.resource_type == RIGHTSIZING]
    assert (first.key, first.name, first.state) == (one.key, "web", "running")
    assert first.attributes["InstanceType"] == "m5.large"
    assert first.attributes[RECOMMENDATION]["region"] == "elsewhere"
    assert (second.key, second.state) == (("999999999999", "eu-west-1", "i-0000000000000gone"), "")


def test_without_anything_there_is_the_organisation_alone() -> None:
    assert [one.resource_type for one in derived([], facts(), "1")] == [ORGANISATION]
