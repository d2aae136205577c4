"""Jobs: one at a time, joined or refused, cancelled, and what is left of them at their end."""

import threading
from collections.abc import Callable

import pytest

from app.jobs import Desk, Job, Kind
from core.errors import AccessDenied, CollectionCancelled, RunBusy
from core.models import Progress


def held(gate: threading.Event, result: str = "done") -> Callable[[Job], str]:
    """Work that waits for a gate."""

    def work(_: Job) -> str:
        assert gate.wait(10)
        return result

    return work


def ended(job: Job) -> Job:
    assert job.ended.wait(10)
    return job


def test_a_second_collection_joins_the_first_and_an_import_is_told() -> None:
    desk, gate = Desk(), threading.Event()
    first = desk.start(Kind.COLLECTION, "AWS", held(gate), join=True)
    assert desk.start(Kind.COLLECTION, "AWS", held(gate), join=True) is first
    with pytest.raises(RunBusy, match="Another collection is going on"):
        desk.start(Kind.IMPORT, "bill.csv", held(gate))
    assert desk.running is first
    gate.set()
    assert ended(first).result == "done"
    assert desk.running is None
    assert desk.last(Kind.COLLECTION) is first
    assert desk.last(Kind.IMPORT) is None


def test_a_second_import_is_told() -> None:
    desk, gate = Desk(), threading.Event()
    first = desk.start(Kind.IMPORT, "bill.csv", held(gate))
    with pytest.raises(RunBusy, match="Another import"):
        desk.start(Kind.IMPORT, "other.csv", held(gate))
    gate.set()
    ended(first)
    assert ended(desk.start(Kind.IMPORT, "other.csv", held(gate, "other"))).result == "other"


def test_a_cancelled_job_says_so() -> None:
    desk = Desk()

    def work(job: Job) -> None:
        assert job.cancel.wait(10)
        raise CollectionCancelled("The collection was stopped.")

    job = desk.start(Kind.COLLECTION, "AWS", work)
    assert job.running
    job.cancel.set()
    assert ended(job).was_cancelled
    assert (job.result, job.error, job.failed) == (None, None, "")


def test_closing_the_desk_stops_what_runs() -> None:
    desk = Desk()

    def work(job: Job) -> None:
        assert job.cancel.wait(10)
        raise CollectionCancelled("The collection was stopped.")

    job = desk.start(Kind.COLLECTION, "AWS", work)
    desk.close(seconds=10)
    assert job.was_cancelled


def test_a_refusal_is_kept_with_its_sentence_and_a_full_disk_by_its_reason() -> None:
    def refused(_: Job) -> None:
        raise AccessDenied("AWS refused ce:GetCostAndUsage.", "Attach the policy.")

    def full(_: Job) -> None:
        raise OSError(28, "No space left on device")

    desk = Desk()
    assert ended(desk.start(Kind.COLLECTION, "AWS", refused)).error.hint == "Attach the policy."
    assert ended(desk.start(Kind.IMPORT, "bill.csv", full)).failed == "No space left on device"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_job_that_breaks_ends_too() -> None:
    def broken(_: Job) -> None:
        raise KeyError("oops")

    job = ended(Desk().start(Kind.COLLECTION, "AWS", broken))
    for thread in threading.enumerate():
        if thread.name == Kind.COLLECTION:
            thread.join()  # its exception is this test's own
    assert "ended unexpectedly" in job.failed


def test_every_page_can_tell_that_a_job_began_and_ended() -> None:
    desk, gate = Desk(), threading.Event()
    states = [desk.state]
    job = desk.start(Kind.COLLECTION, "AWS", held(gate))
    states.append(desk.state)
    gate.set()
    ended(job)
    states.append(desk.state)
    ended(desk.start(Kind.COLLECTION, "AWS", held(gate)))
    states.append(desk.state)
    assert len(set(states)) == 4


def test_steps_stand_in_the_order_of_what_was_told_last() -> None:
    job = Job(1, Kind.COLLECTION, "AWS")
    assert job.progress.step == "Starting"
    job.note = "Waiting"
    for step, done in [("Cost Explorer", 1), ("EC2 instances", 2), ("Cost Explorer", 12)]:
        job.told(Progress(step, done, 12, "requests"))
    assert [(step.step, step.done) for step in job.steps] == [("EC2 instances", 2), ("Cost Explorer", 12)]
    assert job.progress.done == 12
    assert job.note == ""


def test_the_last_hundred_jobs_are_known_by_ids_that_tell_nothing() -> None:
    desk = Desk()
    jobs = [ended(desk.start(Kind.ACCESS, "access", lambda _: "done")) for _ in range(101)]
    assert desk.find(jobs[0].id) is None
    assert all(desk.find(job.id) is job for job in jobs[1:])
    assert len({job.id for job in jobs}) == 101
    assert all(len(job.id) >= 16 and job.ended_at and job.ended_at >= job.started_at for job in jobs)
