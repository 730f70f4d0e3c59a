"""Jobs are made, changed, closed, opened again and deleted."""

from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.progress import reject
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.remove import forget_application
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import IN_PROCESS
from greenhouse_sandbox.store.hiring import Job, JobHiringManager, JobOwner, JobStage
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.jobs import deleted_job_payload, job_payload

STAGES = ("Application Review", "Phone Screen", "Assessment", "Reference Check", "Offer")
EDITABLE = {"name", "requisition_id", "notes", "confidential", "department_id", "office_ids"}


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
    """An open job with these stages and this hiring team. Fires the web hook."""
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
    """Change the members of EDITABLE that are given. Fires the web hook."""
    for name in changes:
        if name not in EDITABLE:
            raise RefusedError(name, "cannot be edited")
    if "name" in changes and not changes["name"]:
        raise RefusedError("name", "needs a name")
    for name, value in changes.items():
        setattr(job, name, value)
    _changed(store, job, now)


def set_owner(store: Store, job: Job, *, kind: str, user_id: int | None, now: datetime) -> None:
    """Make somebody (or nobody) the responsible recruiter, coordinator or sourcer. Fires the web hook."""
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
    """Close an open job. With a reason, its active candidates are rejected for it, one web hook each.

    Without, they stay active on a closed job, as in Greenhouse. Its posts are taken offline and its
    openings closed silently.
    """
    if job.status == "closed":
        raise RefusedError("status", "is closed already")
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
    """Open a closed or draft job. Fires the web hook."""
    if job.status == "open":
        raise RefusedError("status", "is open already")
    job.status, job.closed_at = "open", None
    job.opened_at = job.opened_at or now
    _changed(store, job, now)


def delete_job(store: Store, job: Job, *, now: datetime) -> None:
    """Remove a closed job with posts, stages, team and applications. Only the job's own web hook fires."""
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
        for row in table.by("job_id", job.id):
            table.delete(row.id)
    store.jobs.delete(job.id)
    emit(store, "job_deleted", deleted_job_payload(job))


def _add_owner(store: Store, job: Job, user_id: int, kind: str, now: datetime) -> None:
    if store.users.get(user_id) is None:
        raise RefusedError("user_id", "names a user who does not exist")
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
