"""The stages of a job are added, renamed, put in another order and removed."""

from datetime import datetime

from greenhouse_sandbox.acts.progress import move
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import current_stage, pipeline
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS
from greenhouse_sandbox.store.hiring import Job, JobStage
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.posts import stage_payload


def add_stage(store: Store, job: Job, *, name: str, now: datetime, place: int | None = None) -> JobStage:
    """A new stage at `place` (counted from 0; default the end). Greenhouse has no web hook for it."""
    if not name:
        raise RefusedError("name", "needs a name")
    stages = pipeline(store, job.id)
    stage = store.job_stages.insert(
        JobStage(
            id=store.job_stages.new_id(),
            created_at=now,
            updated_at=now,
            job_id=job.id,
            name=name,
            sort_order=len(stages),
        )
    )
    if place is not None:
        place_stage(store, stage, place=place, now=now)
    return stage


def rename_stage(store: Store, stage: JobStage, *, name: str, now: datetime) -> None:
    """Another name, the same id. Greenhouse has no web hook for it."""
    if not name:
        raise RefusedError("name", "needs a name")
    stage.name = name
    store.job_stages.changed(stage, now)


def place_stage(store: Store, stage: JobStage, *, place: int, now: datetime) -> None:
    """Put the stage at `place` of its job, counted from 0. Greenhouse has no web hook for it."""
    others = [one for one in pipeline(store, stage.job_id) if one.id != stage.id]
    order = [*others[:place], stage, *others[place:]]
    for number, one in enumerate(order):
        if one.sort_order != number:
            one.sort_order = number
            store.job_stages.changed(one, now)


def delete_stage(
    store: Store,
    stage: JobStage,
    *,
    actor_id: int | None,
    now: datetime,
    to_stage_id: int | None = None,
) -> None:
    """Remove a stage; who stands there is moved to `to_stage_id` first. The row stays, inactive.

    Fires the web hook, after those of the moves.
    """
    if not stage.active:
        raise RefusedError("stage_id", "is removed already")
    left = [one for one in pipeline(store, stage.job_id) if one.id != stage.id]
    if not left:
        raise RefusedError("stage_id", "is the only stage of its job")
    standing = [
        one
        for one in store.applications.by("job_id", stage.job_id)
        if one.status == IN_PROCESS and (now_at := current_stage(store, one)) and now_at.id == stage.id
    ]
    target = next((one for one in left if one.id == to_stage_id), None)
    if standing and target is None:
        raise RefusedError("to_stage_id", "must be a stage to which the candidates who stand here go")
    for application in standing:
        if target is not None:
            move(store, application, target, actor_id=actor_id, now=now)
    stage.active = False
    store.job_stages.changed(stage, now)
    emit(store, "job_interview_stage_deleted", stage_payload(stage))
