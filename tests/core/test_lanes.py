"""A worker's lanes run jobs after the commit, without a row in the queue."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import transaction

from goodword.core import jobs, process
from goodword.core.jobs import Lane, close_lanes, open_lanes
from tests.support.jobs import listening, waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]


class Broken(Exception): ...


@pytest.fixture
def lane() -> Iterator[Lane]:
    yield Lane(threads=1)
    close_lanes()
    process._requested.clear()


@pytest.fixture
def job(lane: Lane) -> Iterator[jobs.Job]:
    ran.clear()
    yield jobs.Job("email.send", act, lane=lane)


ran: list[int] = []
happened = threading.Event()


def act(*, email_id: int) -> None:
    ran.append(email_id)
    happened.set()
    if email_id < 0:
        raise Broken


def note() -> None:
    act(email_id=0)


def run(job: jobs.Job) -> None:
    """Work until something has run, then stop."""
    assert job.lane is not None
    happened.clear()
    threads = job.lane.start(job.name, job.run, job.queue)
    assert happened.wait(60)
    process.request_stop()
    job.lane.end(job.queue)
    for thread in threads:
        thread.join()


def test_without_open_lanes_a_job_is_a_row_of_its_transaction(job: jobs.Job) -> None:
    job.defer(email_id=1)
    assert waiting() == [("email.send", {"email_id": 1})]


def test_a_job_of_a_lane_runs_after_the_commit_and_leaves_no_row(job: jobs.Job) -> None:
    open_lanes()
    with pytest.raises(Broken), transaction.atomic():
        job.defer(email_id=1)
        raise Broken
    with transaction.atomic():
        job.defer(email_id=2)
    run(job)
    assert (ran, waiting()) == ([2], [])


def test_a_job_is_put_into_its_lane_once_under_a_lock(job: jobs.Job) -> None:
    open_lanes()
    job.defer_once(lock="one", email_id=1)
    job.defer_once(lock="one", email_id=1)
    run(job)
    assert (ran, waiting()) == ([1], [])


def test_an_announced_job_runs_once_in_an_open_lane_without_a_row(
    job: jobs.Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.REGISTERED, "tests.announced", jobs.Job("tests.announced", note, lane=job.lane))
    with listening() as heard:
        for commits in (False, True):
            with suppress(Broken), transaction.atomic():
                jobs.named("tests.announced").announce()
                if not commits:
                    raise Broken
            assert heard() == ["tests.announced"] * commits
    jobs.announced("tests.announced")  # without an open lane
    open_lanes()
    for name in ("tests.announced", "tests.announced", "tests.of_another_version"):
        jobs.announced(name)
    run(jobs.named("tests.announced"))
    assert (ran, waiting()) == ([0], [])


def test_a_failing_job_becomes_a_row(job: jobs.Job) -> None:
    open_lanes()
    job.defer(email_id=-1)
    run(job)
    assert (ran, waiting()) == ([-1], [("email.send", {"email_id": -1})])


def test_a_stopping_worker_queues_what_waits(job: jobs.Job) -> None:
    open_lanes()
    for number in (1, 2):
        job.defer(email_id=number)
    assert job.lane is not None
    job.lane.end(job.queue)
    assert (ran, waiting()) == ([], [("email.send", {"email_id": 1}), ("email.send", {"email_id": 2})])
