"""Collections over the API: begun, joined, refused, and told of by job."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import collecting
from app.jobs import Job, Kind, desk
from core import settings
from core.errors import AccessDenied
from core.models import Progress, SliceOutcome, SliceStatus
from core.refresh import RefreshResult
from core.scope import Scope
from core.settings import Settings
from core.store.client import Store
from tests.app.api.conftest import client_of
from tests.core.demo import tiny

COLLECT, REFRESH, JOBS = "/api/v1/aws/collect", "/api/v1/aws/refresh", "/api/v1/aws/jobs"
NOVEMBER = {"start_date": "2026-11-01", "end_date": "2026-11-30"}

OUTCOMES = (
    SliceOutcome("run", "EC2 instances", "1", "us-east-1", SliceStatus.COMPLETE, "", 7, datetime(2026, 11, 15)),
    SliceOutcome("run", "EC2 instances", "1", "eu-west-1", SliceStatus.INCOMPLETE, "AWS refused it.", 0, datetime(2026, 11, 15)),
    SliceOutcome("run", "EBS volumes", "1", "us-east-1", SliceStatus.SKIPPED, "It wasn't asked for.", 0, datetime(2026, 11, 15)),
)
RESULT = RefreshResult("run", 2, OUTCOMES, 30, Decimal("0.12"), 4.5)

Run = Callable[..., Job]


@pytest.fixture
def run() -> Iterator[Run]:
    """Put work on the desk that waits until it is let go; all of it is over at the test's end."""
    gate = threading.Event()

    def begun(kind: Kind = Kind.COLLECTION, result: Any = RESULT, about: Any = None) -> Job:
        def work(job: Job) -> Any:
            job.told(Progress("EC2 instances", 3, 10, "accounts and regions"))
            assert gate.wait(20)
            if isinstance(result, Exception):
                raise result
            return result

        job = desk.start(kind, "AWS", work, about=about)
        job.release = gate.set  # type: ignore[attr-defined]
        return job

    yield begun
    gate.set()
    if desk.running:
        assert desk.running.ended.wait(20)


def ended(job: Job) -> None:
    job.release()  # type: ignore[attr-defined]
    assert job.ended.wait(20)


def status(client: TestClient, job: Job) -> dict[str, Any]:
    answer = client.get(f"{JOBS}/{job.id}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_job_is_told_from_its_steps_to_its_result(store: Store, run: Run) -> None:
    client = client_of(store)
    job = run()
    while not job.steps:
        pass
    told = status(client, job)
    assert (told["kind"], told["state"], told["result"], told["ended_at"]) == ("collection", "running", None, None)
    assert told["steps"] == [{"step": "EC2 instances", "done": 3, "total": 10, "unit": "accounts and regions"}]
    ended(job)
    told = status(client, job)
    assert (told["state"], told["error"]) == ("done", None)
    assert told["ended_at"] >= told["started_at"]
    result = told["result"]
    assert (result["run"], result["months"], result["rows"], result["requests"], result["usd"]) == ("run", 2, 7, 30, 0.12)
    assert [(part["collector"], part["region"], part["status"], part["reason"]) for part in result["incomplete"]] == [
        ("EC2 instances", "eu-west-1", "incomplete", "AWS refused it."),
        ("EBS volumes", "us-east-1", "skipped", "It wasn't asked for."),
    ]


def test_a_failed_job_says_why(store: Store, run: Run) -> None:
    job = run(result=AccessDenied("AWS refused ce:GetCostAndUsage.", "Attach the policy."))
    ended(job)
    told = status(client_of(store), job)
    assert told["state"] == "failed"
    assert (told["error"]["error"], told["error"]["hint"]) == ("AccessDenied", "Attach the policy.")


def test_an_unknown_job_is_not_found(store: Store) -> None:
    answer = client_of(store).get(f"{JOBS}/1")
    assert answer.status_code == 404
    assert "There is no job 1" in answer.json()["message"]


def test_a_collection_that_is_going_on_is_joined(store: Store, run: Run) -> None:
    client = client_of(store)
    asked = Scope(tiny.AS_OF, tiny.AS_OF, ("EC2",))
    job = run(about=collecting.About(demo=True, scope=asked))
    for answer in (client.post(COLLECT, json=NOVEMBER), client.post(REFRESH)):
        assert answer.status_code == 202
        told = answer.json()
        assert (told["job_id"], told["joined"], told["state"]) == (job.id, True, "running")
        assert told["scope"]["services"] == ["EC2"]
        assert answer.headers["location"] == told["status_url"] == f"{JOBS}/{job.id}"


def test_while_an_import_is_going_on_it_is_refused(store: Store, run: Run) -> None:
    client = client_of(store)
    run(kind=Kind.IMPORT, result="imported")
    for answer in (client.post(COLLECT, json=NOVEMBER), client.post(REFRESH), client.post("/api/v1/aws/test-connection")):
        assert answer.status_code == 409
        assert answer.json()["message"] == "Another import is going on."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "start_date of the body: field required"),
        ({**NOVEMBER, "end_date": "2026-10-01"}, "The period ends before it begins"),
        ({**NOVEMBER, "services": ["EC3"]}, "There is no AWS service “EC3”."),
        ({**NOVEMBER, "regions": ["everywhere"]}, "“everywhere” is no region's code."),
        ({**NOVEMBER, "accounts": ["1"]}, "accounts of the body"),
        ({**NOVEMBER, "start_date": "soon"}, "start_date of the body"),
    ],
)
def test_what_cannot_be_collected_is_named(store: Store, body: dict[str, Any], said: str) -> None:
    answer = client_of(store).post(COLLECT, json=body)
    assert answer.status_code == 422
    assert said in answer.json()["message"]


def test_without_credentials_nothing_is_begun(store: Store) -> None:
    answer = client_of(store, own=True).post(REFRESH)
    assert answer.status_code == 502
    assert answer.json()["error"] == "CredentialsMissing"


def test_a_period_is_collected_and_its_costs_answered(store: Store) -> None:
    with tiny.served() as served:
        client = client_of(store, tiny.AS_OF, own=True, credentials=True, config=reaching(served.endpoint))
        began = client.post(COLLECT, json={"start_date": "2026-10-15", "end_date": "2026-11-30", "services": ["ec2"]}).json()
        assert (began["joined"], began["scope"]["services"]) == (False, ["EC2"])
        job = desk.find(began["job_id"])
        assert job
        assert job.ended.wait(60)
    told = client.get(began["status_url"]).json()
    assert (told["state"], told["result"]["months"]) == ("done", 2)
    left_out = {(part["collector"], part["status"]) for part in told["result"]["incomplete"] if part["region"]}
    others = ("EBS volumes", "Lambda functions", "RDS databases", "RDS reserved instances", "S3 buckets")
    assert left_out == {(title, "skipped") for title in others}
    answer = client.get("/api/v1/aws/costs", params={"start_date": "2026-10-01", "end_date": "2026-11-30", "granularity": "month"}).json()
    assert (answer["total"], answer["run"], answer["demo"]) == (10.8483333332, told["result"]["run"], False)
    assert {row["date"]: row["cost"] for row in answer["rows"] if row["service"] == "S3"} == {"2026-11-01": 0.235}
    # So small an organisation has too little history for Cost Explorer's forecast.
    assert [part["collector"] for part in answer["incomplete"]] == ["Cost Explorer: forecast"]


def test_every_permission_is_tried_and_a_lacking_one_told_first(store: Store) -> None:
    with tiny.served() as served:
        rule = {"service": "ec2", "action": "DescribeVolumes", "account": tiny.ALPHA, "kind": "denied", "times": -1}
        served.control("faults", "POST", [rule])
        config = reaching(served.endpoint)
        client = client_of(store, tiny.AS_OF, own=True, credentials=True, config=config)
        answer = client.post("/api/v1/aws/test-connection").json()
    assert (answer["ok"], answer["demo"], answer["account_id"]) == (False, False, tiny.PAYER)
    # Five requests to Cost Explorer, without those that it has no data for; CloudWatch's metrics cost next to nothing.
    assert answer["usd"] == pytest.approx(0.05, abs=0.001)
    assert answer["arn"].startswith(f"arn:aws:iam::{tiny.PAYER}:")
    first = answer["permissions"][0]
    assert (first["action"], first["account_id"], first["status"]) == ("ec2:DescribeVolumes", tiny.ALPHA, "missing")
    assert first["lost"] == "Unattached and oversized volumes aren't found."
    assert config.aws_secret_access_key
    assert config.aws_secret_access_key.get_secret_value() not in str(answer)


def test_refused_credentials_are_an_answer_and_no_failure(store: Store) -> None:
    with tiny.served() as served:
        served.control("faults", "POST", [{"service": "*", "action": "*", "kind": "invalid", "times": -1}])
        client = client_of(store, tiny.AS_OF, own=True, credentials=True, config=reaching(served.endpoint))
        answer = client.post("/api/v1/aws/test-connection").json()
    assert (answer["ok"], answer["account_id"], answer["arn"]) == (False, None, None)
    assert [one["status"] for one in answer["permissions"]] == ["missing"]
    assert answer["permissions"][0]["lost"] == "Nothing can be collected."


def reaching(endpoint: str) -> Settings:
    """Settings of an operator's own credentials at an address."""
    return settings.load(
        spendscope_demo="off",
        aws_endpoint_url=endpoint,
        aws_access_key_id="demo",
        aws_secret_access_key="tiny-secret-key",
        aws_role_name="SpendscopeReader",
        aws_regions="us-east-1,eu-west-1",
    )
