"""Applications are edited, transferred to another job, and prospects become candidates."""

from datetime import datetime
from typing import Any

from greenhouse_sandbox.acts.apply import apply_to_job, responsible
from greenhouse_sandbox.acts.credit import credit, referrer_of
from greenhouse_sandbox.acts.feed import log_activity
from greenhouse_sandbox.acts.progress import move, must_be_active
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import pipeline
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import CONVERTED, Application
from greenhouse_sandbox.webhooks.emit import emit_application

EDITABLE: dict[str, str] = {
    "recruiter_id": "users",
    "coordinator_id": "users",
    "credited_to_id": "users",
    "source_id": "sources",
}
"""Member that can be edited to the table whose ids it holds. None takes it away."""


def edit_application(
    store: Store, application: Application, *, actor_id: int | None, now: datetime, **changes: int | None
) -> None:
    """Change recruiter, coordinator, source or whom it is credited to. Fires the web hook."""
    tables = store.tables()
    for name, value in changes.items():
        if name not in EDITABLE:
            raise RefusedError(name, "cannot be edited")
        if value is not None and tables[EDITABLE[name]].get(value) is None:
            raise RefusedError(name, "does not exist")
    for name, value in changes.items():
        setattr(application, name, value)
    if "credited_to_id" in changes:
        user = store.users.get(changes["credited_to_id"])
        credit(application, referrer_of(store, user) if user else None)
    log_activity(store, application, "Application edited", actor_id=actor_id, now=now)
    emit_application(store, "application_updated", application)


def edit_custom_fields(
    store: Store,
    application: Application,
    fields: dict[str, Any],
    *,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Set custom fields: name key to `{"name", "type", "value"}`. Fires the web hook."""
    application.custom_fields = {**application.custom_fields, **fields}
    log_activity(store, application, "Application edited", actor_id=actor_id, now=now)
    emit_application(store, "application_updated", application)


def transfer(
    store: Store,
    application: Application,
    *,
    job_id: int,
    actor_id: int | None,
    now: datetime,
    stage_id: int | None = None,
) -> None:
    """Move an active application to another open job, at `stage_id` or its first stage.

    The id stays; recruiter and coordinator become the other job's. Fires the web hook of a stage change.
    """
    must_be_active(application)
    job = store.jobs.get(job_id)
    if job is None:
        raise RefusedError("job_id", "names a job that does not exist")
    if job.id == application.job_id:
        raise RefusedError("job_id", "is on that job already")
    if job.status != "open" or job.is_template:
        raise RefusedError("job_id", "cannot go to a job that is not open")
    stages = pipeline(store, job_id)
    stage = next((one for one in stages if stage_id is None or one.id == stage_id), None)
    if stage is None:
        raise RefusedError("stage_id", "has no such stage")
    application.job_post_id = None
    application.recruiter_id = responsible(store, job_id, "recruiter") or application.recruiter_id
    application.coordinator_id = responsible(store, job_id, "coordinator") or application.coordinator_id
    move(store, application, stage, actor_id=actor_id, now=now)


def convert_prospect(
    store: Store,
    application: Application,
    *,
    job_id: int,
    actor_id: int | None,
    now: datetime,
    stage_id: int | None = None,
) -> Application:
    """Make a prospect a candidate of `job_id`: a new application; the prospect's own is `converted`.

    Fires the web hook of a new application.
    """
    must_be_active(application)
    if not application.prospect:
        raise RefusedError("id", "is no prospect")
    made = apply_to_job(
        store,
        store.candidates[application.candidate_id],
        job_id=job_id,
        stage_id=stage_id,
        source_id=application.source_id,
        actor_id=actor_id,
        now=now,
    )
    application.status = CONVERTED
    log_activity(store, application, "Converted to a candidate", actor_id=actor_id, now=now)
    return made
