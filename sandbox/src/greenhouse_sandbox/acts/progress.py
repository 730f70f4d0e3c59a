from datetime import datetime

from greenhouse_sandbox.acts.feed import add_note, log_activity
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import (
    HIRED,
    IN_PROCESS,
    REJECTED,
    Application,
    ApplicationStage,
    RejectionDetail,
)
from greenhouse_sandbox.store.jobs import JobStage
from greenhouse_sandbox.webhooks.emit import emit_application


def pipeline(store: Store, job_id: int | None) -> list[JobStage]:
    stages = [stage for stage in store.job_stages.by("job_id", job_id) if stage.active]
    return sorted(stages, key=lambda stage: stage.sort_order)


def current_stage(store: Store, application: Application) -> JobStage | None:
    """The application's stage; None for a prospect."""
    row = store.application_stages.get(application.stage_id)
    return store.job_stages.get(row.job_stage_id) if row else None


def enter_stage(store: Store, application: Application, stage: JobStage, now: datetime) -> None:
    """Leave the current stage and enter `stage`. If it was entered before, its row is used again."""
    leave_stage(store, application, now)
    rows = {row.job_stage_id: row for row in _rows(store, application, now)}
    row = rows.get(stage.id) or _new_row(store, application, stage, now)
    row.entered_at, row.exited_at, row.current = now, None, True
    store.application_stages.changed(row, now)
    application.stage_id = row.id
    store.applications.changed(application, now)


def leave_stage(store: Store, application: Application, now: datetime) -> None:
    row = store.application_stages.get(application.stage_id)
    if row is not None:
        row.exited_at, row.current = now, False
        store.application_stages.changed(row, now)


def _rows(store: Store, application: Application, now: datetime) -> list[ApplicationStage]:
    """All rows of the application. Creates those missing for a stage of its job."""
    rows = store.application_stages.by("application_id", application.id)
    known = {row.job_stage_id for row in rows}
    missing = [stage for stage in pipeline(store, application.job_id) if stage.id not in known]
    return rows + [_new_row(store, application, stage, now) for stage in missing]


def _new_row(store: Store, application: Application, stage: JobStage, now: datetime) -> ApplicationStage:
    return store.application_stages.insert(
        ApplicationStage(
            id=store.application_stages.new_id(),
            created_at=now,
            updated_at=now,
            application_id=application.id,
            job_stage_id=stage.id,
        )
    )


def move(
    store: Store, application: Application, stage: JobStage, *, actor_id: int | None, now: datetime
) -> None:
    """Move an active application to `stage`, in its own job or another. Fires the webhook."""
    must_be_active(application)
    must_have_stages(application)
    present = current_stage(store, application)
    if present is not None and present.id == stage.id:
        raise RefusedError("to_stage_id", "is already the application's stage")
    leave_stage(store, application, now)
    application.job_id = stage.job_id
    enter_stage(store, application, stage, now)
    origin = present.name if present else "no stage"
    log_activity(store, application, f"Moved from {origin} to {stage.name}", actor_id=actor_id, now=now)
    emit_application(store, "candidate_stage_change", application)


def next_stage(store: Store, application: Application) -> JobStage:
    """Raises RefusedError at the last stage."""
    stages = pipeline(store, application.job_id)
    present = current_stage(store, application)
    place = next((i for i, stage in enumerate(stages) if present and stage.id == present.id), -1)
    if place + 1 >= len(stages):
        raise RefusedError("to_stage_id", "there is no stage after the current one")
    return stages[place + 1]


def reject(
    store: Store,
    application: Application,
    *,
    reason_id: int | None,
    notes: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Reject an active application or prospect, which keeps its stage. Fires the webhook."""
    must_be_active(application)
    reason = store.rejection_reasons.get(reason_id)
    if reason_id is not None and reason is None:
        raise RefusedError("rejection_reason_id", "does not exist")
    note = None
    if notes:
        note = add_note(
            store,
            candidate_id=application.candidate_id,
            application_id=application.id,
            body=notes,
            user_id=actor_id,
            visibility="public",
            now=now,
        )
    application.status = REJECTED
    application.rejected_at = now
    application.rejection_reason_id = reason_id
    store.rejection_details.insert(
        RejectionDetail(
            id=store.rejection_details.new_id(),
            created_at=now,
            updated_at=now,
            application_id=application.id,
            rejected_by_id=actor_id,
            rejection_note_id=note.id if note else None,
            rejection_reason_id=reason_id,
            rejected_at=now,
        )
    )
    row = store.application_stages.get(application.stage_id)
    if row is not None:
        row.exited_at = now
        store.application_stages.changed(row, now)
    why = f" ({reason.name})" if reason else ""
    log_activity(store, application, f"Rejected{why}", actor_id=actor_id, now=now)
    emit_application(store, "reject_candidate", application)


def unreject(store: Store, application: Application, *, actor_id: int | None, now: datetime) -> None:
    """Undo a rejection. Fires the webhook."""
    if application.status != REJECTED:
        raise RefusedError("id", "is not rejected")
    application.status = IN_PROCESS
    application.rejected_at = None
    application.rejection_reason_id = None
    store.rejection_details.delete_by("application_id", application.id)
    row = store.application_stages.get(application.stage_id)
    if row is not None:
        row.exited_at = None
        store.application_stages.changed(row, now)
    log_activity(store, application, "Unrejected", actor_id=actor_id, now=now)
    emit_application(store, "unreject_candidate", application)


def hire(store: Store, application: Application, *, actor_id: int | None, now: datetime) -> None:
    """Hire the candidate. Fires the webhook."""
    must_be_active(application)
    if application.prospect:
        raise RefusedError("id", "is a prospect and cannot be hired")
    application.status = HIRED
    application.hired_at = now
    log_activity(store, application, "Hired", actor_id=actor_id, now=now)
    emit_application(store, "hire_candidate", application)


def unhire(store: Store, application: Application, *, actor_id: int | None, now: datetime) -> None:
    """Undo a hire. Fires the webhook."""
    if application.status != HIRED:
        raise RefusedError("id", "is not hired")
    application.status = IN_PROCESS
    application.hired_at = None
    _free_openings(store, application, now=now)
    log_activity(store, application, "Unhired", actor_id=actor_id, now=now)
    emit_application(store, "unhire_candidate", application)


def must_be_active(application: Application) -> None:
    """Raise RefusedError if the application is rejected, hired or converted."""
    if application.status != IN_PROCESS:
        raise RefusedError("id", f"is {application.status}, not active")


def must_have_stages(application: Application) -> None:
    """Raise RefusedError if the application is a prospect."""
    if application.prospect:
        raise RefusedError("id", "is a prospect and has no stage")


def _free_openings(store: Store, application: Application, *, now: datetime) -> None:
    """Reopen the opening that the hire filled."""
    for opening in store.openings.by("application_id", application.id):
        opening.application_id = opening.closed_at = opening.close_reason_id = None
        store.openings.changed(opening, now)
