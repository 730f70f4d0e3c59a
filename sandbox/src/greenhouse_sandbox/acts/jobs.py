from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.applications import forget_application
from greenhouse_sandbox.acts.progress import current_stage, move, pipeline, reject
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS
from greenhouse_sandbox.store.demo_world import BOARD
from greenhouse_sandbox.store.jobs import Job, JobHiringManager, JobOwner, JobPost, JobStage
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.job_payloads import (
    deleted_job_payload,
    deleted_post_payload,
    job_payload,
    post_payload,
    stage_payload,
)

EDITABLE_OF_POST = {"title", "location", "live", "internal", "content"}
STAGES = ("Application Review", "Phone Screen", "Assessment", "Reference Check", "Offer")
#: fields of a job that can be edited
EDITABLE = {"name", "requisition_id", "notes", "confidential", "department_id", "office_ids"}


def add_stage(store: Store, job: Job, *, name: str, now: datetime, place: int | None = None) -> JobStage:
    """Add a stage at `place`, counted from 0; by default at the end. Greenhouse has no webhook for this."""
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
    """Rename a stage, which keeps its id. Greenhouse has no webhook for this."""
    if not name:
        raise RefusedError("name", "needs a name")
    stage.name = name
    store.job_stages.changed(stage, now)


def place_stage(store: Store, stage: JobStage, *, place: int, now: datetime) -> None:
    """Move a stage to `place` in its job, counted from 0. Greenhouse has no webhook for this."""
    others = [job_stage for job_stage in pipeline(store, stage.job_id) if job_stage.id != stage.id]
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
    """Delete a stage, after moving its applications to `to_stage_id`. Fires the webhooks. The row stays, inactive."""
    if not stage.active:
        raise RefusedError("stage_id", "is already removed")
    left = [job_stage for job_stage in pipeline(store, stage.job_id) if job_stage.id != stage.id]
    if not left:
        raise RefusedError("stage_id", "is the only stage of its job")
    standing = [
        one
        for one in store.applications.by("job_id", stage.job_id)
        if one.status == IN_PROCESS and (now_at := current_stage(store, one)) and now_at.id == stage.id
    ]
    target = next((job_stage for job_stage in left if job_stage.id == to_stage_id), None)
    if standing and target is None:
        raise RefusedError("to_stage_id", "must be a stage to move this stage's candidates to")
    for application in standing:
        if target is not None:
            move(store, application, target, actor_id=actor_id, now=now)
    stage.active = False
    store.job_stages.changed(stage, now)
    emit(store, "job_interview_stage_deleted", stage_payload(stage))


def create_post(
    store: Store,
    job: Job,
    *,
    title: str,
    now: datetime,
    location: str | None = None,
    live: bool = True,
    internal: bool = False,
) -> JobPost:
    """Create a post. Fires the webhook."""
    if not title:
        raise RefusedError("title", "needs a title")
    post = store.job_posts.insert(
        JobPost(
            id=store.job_posts.new_id(),
            created_at=now,
            updated_at=now,
            title=title,
            job_id=job.id,
            job_board_id=BOARD,
            internal=internal,
            live=live,
            location=location,
            first_published_at=now if live else None,
            content=f"<p>{title}</p>",
        )
    )
    emit(store, "job_post_created", post_payload(post))
    return post


def update_post(store: Store, post: JobPost, *, now: datetime, **changes: Any) -> None:
    """Change those fields of EDITABLE_OF_POST that are given. Fires the webhook."""
    for name in changes:
        if name not in EDITABLE_OF_POST:
            raise RefusedError(name, "cannot be edited")
    if not post.active:
        raise RefusedError("post_id", "is deleted")
    if "title" in changes and not changes["title"]:
        raise RefusedError("title", "needs a title")
    for name, value in changes.items():
        setattr(post, name, value)
    if post.live:
        post.first_published_at = post.first_published_at or now
    store.job_posts.changed(post, now)
    emit(store, "job_post_updated", post_payload(post))


def delete_post(store: Store, post: JobPost, *, now: datetime) -> None:
    """Deactivate a post that isn't live, but keep its row. Fires the webhook."""
    if not post.active:
        raise RefusedError("post_id", "is already deleted")
    if post.live:
        raise RefusedError("post_id", "is live: take it offline first")
    post.active = False
    store.job_posts.changed(post, now)
    emit(store, "job_post_deleted", deleted_post_payload(post))


def create_job(
    store: Store,
    *,
    name: str,
    now: datetime,
    stages: tuple[str, ...] | list[str] = STAGES,
    requisition_id: str | None = None,
    department_id: int | None = None,
    office_ids: list[int] | None = None,
    recruiter_id: int | None = None,
    coordinator_id: int | None = None,
    hiring_manager_id: int | None = None,
) -> Job:
    """Create an open job with these stages and this hiring team. Fires the webhook."""
    if not name:
        raise RefusedError("name", "needs a name")
    if not stages:
        raise RefusedError("stages", "needs at least one stage")
    for user_id in (recruiter_id, coordinator_id, hiring_manager_id):
        if user_id is not None and store.users.get(user_id) is None:
            raise RefusedError("user_id", "names a user who does not exist")
    job = store.jobs.insert(
        Job(
            id=store.jobs.new_id(),
            name=name,
            requisition_id=requisition_id,
            department_id=department_id,
            office_ids=office_ids or [],
            opened_at=now,
            created_at=now,
            updated_at=now,
        )
    )
    for order, stage in enumerate(stages):
        store.job_stages.insert(
            JobStage(
                id=store.job_stages.new_id(),
                job_id=job.id,
                name=stage,
                sort_order=order,
                created_at=now,
                updated_at=now,
            )
        )
    for user_id, kind in ((recruiter_id, "recruiter"), (coordinator_id, "coordinator")):
        if user_id is not None:
            _add_owner(store, job, user_id, kind, now)
    if hiring_manager_id is not None:
        store.job_hiring_managers.insert(
            JobHiringManager(
                id=store.job_hiring_managers.new_id(),
                job_id=job.id,
                user_id=hiring_manager_id,
                created_at=now,
                updated_at=now,
            )
        )
    emit(store, "job_created", job_payload(store, job))
    return job


def update_job(store: Store, job: Job, *, now: datetime, **changes: Any) -> None:
    """Change those fields of EDITABLE that are given. Fires the webhook."""
    for name in changes:
        if name not in EDITABLE:
            raise RefusedError(name, "cannot be edited")
    if "name" in changes and not changes["name"]:
        raise RefusedError("name", "needs a name")
    for name, value in changes.items():
        setattr(job, name, value)
    _changed(store, job, now)


def set_owner(store: Store, job: Job, *, kind: str, user_id: int | None, now: datetime) -> None:
    """Make somebody (or nobody) the responsible recruiter, coordinator or sourcer. Fires the webhook."""
    if user_id is not None and store.users.get(user_id) is None:
        raise RefusedError("user_id", "names a user who does not exist")
    for owner in store.job_owners.by("job_id", job.id):
        if owner.type == kind:
            store.job_owners.delete(owner.id)
    if user_id is not None:
        _add_owner(store, job, user_id, kind, now)
    _changed(store, job, now)


def close_job(
    store: Store,
    job: Job,
    *,
    actor_id: int | None,
    now: datetime,
    reject_for_id: int | None = None,
) -> None:
    """Close a job. With a reason, active candidates are rejected, each with a webhook.

    Without one they stay active, as in Greenhouse. Posts and openings are closed without a webhook.
    """
    if job.status == "closed":
        raise RefusedError("status", "is already closed")
    if reject_for_id is not None:
        for application in store.applications.by("job_id", job.id):
            if application.status == IN_PROCESS:
                reject(store, application, reason_id=reject_for_id, notes="", actor_id=actor_id, now=now)
    job.status, job.closed_at = "closed", now
    for opening in store.openings.by("job_id", job.id):
        if opening.open:
            opening.closed_at = now
            store.openings.changed(opening, now)
    for post in store.job_posts.by("job_id", job.id):
        post.live = False
        store.job_posts.changed(post, now)
    _changed(store, job, now)


def reopen_job(store: Store, job: Job, *, now: datetime) -> None:
    if job.status == "open":
        raise RefusedError("status", "is already open")
    job.status, job.closed_at = "open", None
    job.opened_at = job.opened_at or now
    _changed(store, job, now)


def delete_job(store: Store, job: Job, *, now: datetime) -> None:
    """Remove a closed job with its posts, stages, team and applications. Fires only the job's own webhook."""
    if job.status == "open":
        raise RefusedError("status", "is open: close it first")
    for application in store.applications.by("job_id", job.id):
        forget_application(store, application)
    for prospect in store.applications.by("job_id", None):
        if job.id in prospect.prospective_job_ids:
            prospect.prospective_job_ids = [one for one in prospect.prospective_job_ids if one != job.id]
            store.applications.changed(prospect, now)
    for table in (
        store.job_posts,
        store.job_stages,
        store.job_owners,
        store.job_hiring_managers,
        store.openings,
        store.user_job_permissions,
    ):
        table.delete_by("job_id", job.id)
    store.jobs.delete(job.id)
    emit(store, "job_deleted", deleted_job_payload(job))


def _add_owner(store: Store, job: Job, user_id: int, kind: str, now: datetime) -> None:
    store.job_owners.insert(
        JobOwner(
            id=store.job_owners.new_id(),
            job_id=job.id,
            user_id=user_id,
            type=kind,
            responsible=True,
            created_at=now,
            updated_at=now,
        )
    )


def _changed(store: Store, job: Job, now: datetime) -> None:
    store.jobs.changed(job, now)
    emit(store, "job_updated", job_payload(store, job))
