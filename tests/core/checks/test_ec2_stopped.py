"""Instances that stand still: since when, what their volumes cost, and what isn't theirs alone."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.checks.contract import Answer, Finding, NotMeasured, Resource
from core.checks.ec2_stopped import CHECK
from tests.core.checks.made import NASTY, NOW, facts, instance, price, volume

IDENT, ROOT, DATA = "i-0123456789abcdef0", "vol-0aaaaaaaaaaaaaaaa", "vol-0bbbbbbbbbbbbbbbb"


def stopped(days: float | None = 90, disks: list[str] | None = None, **more: Any) -> Resource:
    """An instance that was stopped so many days ago, as AWS says where that isn't None."""
    said = "" if days is None else f"User initiated ({NOW - timedelta(days=days):%Y-%m-%d %H:%M:%S} GMT)"
    more = {"created_at": NOW - timedelta(days=200), "StateTransitionReason": said, "VolumeIds": disks or [ROOT, DATA], **more}
    return instance({}, state="stopped", **more)


def disk(ident: str = ROOT, size: int = 60, kind: str = "gp3", **more: Any) -> Resource:
    return volume(200, kind, size, **{"resource_id": ident, "state": "in-use", "InstanceIds": [IDENT], "DeleteOnTermination": True, **more})


BOTH = disk(), disk(DATA, 500)
FOUND = stopped(name=NASTY), facts(resources=BOTH)


def found(answer: Answer) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


def missing(answer: Answer) -> str:
    assert isinstance(answer, NotMeasured), answer
    return answer.reason


def worked_example() -> Finding:
    """Stopped for 90 days in us-east-1, with 60 and 500 GiB of gp3."""
    here = "us-east-1"
    volumes = [disk(region=here), disk(DATA, 500, region=here)]
    return found(CHECK.find(stopped(region=here), facts((price("EBS:VolumeUsage.gp3", "0.08", "GB-Mo", region=here),), resources=volumes)))


def test_it_saves_what_its_volumes_cost() -> None:
    finding = found(CHECK.find(stopped(), facts(resources=BOTH)))
    assert finding.monthly_savings == Decimal("44.80")  # (60 + 500) × 0.08
    assert finding.elsewhere == {ROOT: Decimal("4.80"), DATA: Decimal("40.00")}
    assert "has stood still for 90 days: AWS says that it was stopped on 17 March 2026. Its 2 volumes bill on" in finding.reason
    assert [line["label"] for line in finding.price["now"]["lines"]] == [f"{ROOT}: 60 GiB of gp3", f"{DATA}: 500 GiB of gp3"]
    assert finding.confidence == 0.95
    assert finding.evidence["values"] == {"days": 90.0, "volumes": 2}


@pytest.mark.parametrize(("days", "finds"), [(30.0, False), (30 + 1 / 86_400, True), (29.0, False), (-1.0, False), (400, True)])
def test_more_than_thirty_days_is_meant_strictly(days: float, finds: bool) -> None:
    answer = CHECK.find(stopped(days), facts(resources=BOTH))
    assert isinstance(answer, Finding) == finds
    assert finds or answer is None


def test_thresholds_are_those_in_force() -> None:
    assert CHECK.find(stopped(40), facts(resources=BOTH, ec2_stopped={"days": 40.0})) is None
    assert found(CHECK.find(stopped(12), facts(resources=BOTH, ec2_stopped={"days": 10.0})))


@pytest.mark.parametrize("state", ["running", "stopping", "pending", ""])
def test_only_what_is_stopped_stands_still(state: str) -> None:
    assert CHECK.find(instance({}, state=state, VolumeIds=[ROOT]), facts(resources=BOTH)) is None


@pytest.mark.parametrize(
    "reason",
    [
        "User initiated (2026-03-01 12:00:00 UTC)",
        "User initiated shutdown, with words (and brackets) (2026-03-01 12:00:00 GMT)",
    ],
)
def test_the_day_is_read_from_what_aws_says(reason: str) -> None:
    finding = found(CHECK.find(stopped(None, StateTransitionReason=reason), facts(resources=BOTH)))
    assert finding.evidence["since"] == "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    "reason", ["", None, "Server.SpotInstanceShutdown", "Client.UserInitiatedShutdown", "User initiated (2026-13-45 12:00:00 GMT)"]
)
def test_where_aws_does_not_say_when_it_is_not_measured(reason: str | None) -> None:
    answer = CHECK.find(stopped(None, StateTransitionReason=reason), facts(resources=BOTH))
    assert "doesn't say since when" in missing(answer)


def test_where_aws_does_not_say_when_the_last_inventory_that_saw_it_running_counts() -> None:
    finding = found(CHECK.find(stopped(None, seen={"running": NOW - timedelta(days=45)}), facts(resources=BOTH)))
    assert finding.evidence["values"]["days"] == 45.0
    assert finding.confidence == 0.6
    assert "last seen running on 01 May 2026" in finding.reason
    assert CHECK.find(stopped(None, seen={"running": NOW - timedelta(days=30)}), facts(resources=BOTH)) is None
    started = stopped(None, seen={"running": NOW - timedelta(days=45)}, created_at=NOW - timedelta(days=20))
    assert CHECK.find(started, facts(resources=BOTH)) is None


def test_one_that_was_started_lately_cannot_have_stood_still_for_long() -> None:
    assert CHECK.find(stopped(None, created_at=NOW - timedelta(days=30)), facts(resources=BOTH)) is None
    assert missing(CHECK.find(stopped(None, created_at=NOW - timedelta(days=31)), facts(resources=BOTH)))
    assert missing(CHECK.find(stopped(None, created_at=None), facts(resources=BOTH)))


def test_without_volumes_nothing_bills() -> None:
    bare = stopped()
    object.__setattr__(bare, "attributes", {**bare.attributes, "VolumeIds": []})
    assert CHECK.find(bare, facts(resources=BOTH)) is None


def test_volumes_that_are_not_known_are_not_free() -> None:
    assert "aren't in the inventory" in missing(CHECK.find(stopped(), facts()))
    unknown = stopped()
    object.__setattr__(unknown, "attributes", {})
    assert missing(CHECK.find(stopped(None), facts(resources=BOTH)))
    object.__setattr__(unknown, "attributes", {"StateTransitionReason": "User initiated (2026-03-01 12:00:00 GMT)"})
    assert missing(CHECK.find(unknown, facts(resources=BOTH))) == "AWS doesn't say which volumes it has."


def test_a_volume_that_is_not_known_is_named_and_the_rest_counts() -> None:
    finding = found(CHECK.find(stopped(), facts(resources=[disk()])))
    assert finding.monthly_savings == Decimal("4.80")
    assert f"Left out of the sum, in no inventory: {DATA}." in finding.evidence["notes"]


def test_a_volume_without_a_price_is_named_and_the_rest_counts() -> None:
    finding = found(CHECK.find(stopped(), facts(resources=[disk(), disk(DATA, 500, "st1")])))
    assert finding.monthly_savings == Decimal("4.80")
    assert finding.elsewhere == {ROOT: Decimal("4.80")}
    assert f"Left out of the sum, without a price: {DATA}." in finding.evidence["notes"]
    without = found(CHECK.find(stopped(), facts(prices=(), resources=BOTH)))
    assert without.monthly_savings is None
    assert "no price for EBS:VolumeUsage.gp3 in eu-north-1" in without.reason


def test_a_volume_that_another_instance_has_too_is_not_saved() -> None:
    shared = disk(DATA, 500, InstanceIds=[IDENT, "i-0ffffffffffffffff"])
    finding = found(CHECK.find(stopped(), facts(resources=[disk(), shared])))
    assert finding.elsewhere == {ROOT: Decimal("4.80")}
    assert f"Left out of the sum, on another instance too: {DATA}." in finding.evidence["notes"]
    assert CHECK.find(stopped(disks=[DATA]), facts(resources=[shared])) is None


def test_volumes_that_would_stay_are_deleted_after_it_ended() -> None:
    where = "--region eu-north-1"
    assert found(CHECK.find(stopped(), facts(resources=BOTH))).fix == f"aws ec2 terminate-instances --instance-ids {IDENT} {where}"
    kept = disk(DATA, 500, DeleteOnTermination=False)
    assert found(CHECK.find(stopped(), facts(resources=[disk(), kept]))).fix == (
        f"aws ec2 terminate-instances --instance-ids {IDENT} {where} && "
        f"aws ec2 wait instance-terminated --instance-ids {IDENT} {where} && "
        f"aws ec2 delete-volume --volume-id {DATA} {where}"
    )
