"""Who plays: candidates that stand where a story needs them."""

from datetime import datetime

from greenhouse_sandbox.acts.apply import add_candidate, apply_to_job
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import current_stage
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS, Application
from greenhouse_sandbox.store.hiring import Job, JobStage

STAGE = "Assessment"


def size(wanted: Wanted, default: int) -> int:
    """`n`, a whole number from 1."""
    number = wanted.number("n")
    if number is not None and number < 1:
        raise RefusedError("n", "takes a whole number from 1")
    return number or default


def job_of(wanted: Wanted) -> Job:
    """`job`, or the first open one."""
    if "job" in wanted.members:
        return wanted.job()
    job = next((one for one in wanted.store.jobs.rising() if one.status == "open"), None)
    if job is None:
        raise RefusedError("job", "is missing, and no job is open")
    return job


def stage_of(wanted: Wanted, job: Job) -> JobStage:
    """`stage`, or the one that is called Assessment."""
    order = {"stage": wanted.members.get("stage", STAGE)}
    return Wanted(wanted.store, order).stage(job.id)


def candidates_before(
    store: Store, job: Job, stage: JobStage, number: int, now: datetime
) -> list[Application]:
    """`number` active applications of the job that stand elsewhere than at `stage`; new ones if need be."""
    found = []
    for one in store.applications.by("job_id", job.id):
        at = current_stage(store, one)
        if one.status == IN_PROCESS and at is not None and at.id != stage.id:
            found.append(one)
        if len(found) == number:
            return found
    while len(found) < number:
        place = len(store.candidates) + 1
        person = add_candidate(
            store,
            first_name="Extra",
            last_name=f"Number {place}",
            email=f"extra{place}@people.example",
            now=now,
        )
        found.append(apply_to_job(store, person, job_id=job.id, actor_id=None, now=now))
    return found
