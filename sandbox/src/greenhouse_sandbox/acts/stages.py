"""Where an application stands in its job's pipeline."""

from datetime import datetime

from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application, ApplicationStage
from greenhouse_sandbox.store.hiring import JobStage


def pipeline(store: Store, job_id: int | None) -> list[JobStage]:
    """A job's active stages in their order."""
    stages = [stage for stage in store.job_stages.by("job_id", job_id) if stage.active]
    return sorted(stages, key=lambda stage: stage.sort_order)


def current_stage(store: Store, application: Application) -> JobStage | None:
    """The stage of the job at which the application stands; none for a prospect."""
    row = store.application_stages.get(application.stage_id)
    return store.job_stages.get(row.job_stage_id) if row else None


def enter_stage(store: Store, application: Application, stage: JobStage, now: datetime) -> None:
    """Leave the present stage and stand at `stage`. A stage entered again reuses its row."""
    leave_stage(store, application, now)
    rows = {row.job_stage_id: row for row in _rows(store, application, now)}
    row = rows.get(stage.id) or _new_row(store, application, stage, now)
    row.entered_at, row.exited_at, row.current = now, None, True
    store.application_stages.changed(row, now)
    application.stage_id = row.id
    store.applications.changed(application, now)


def leave_stage(store: Store, application: Application, now: datetime) -> None:
    """Close the row of the stage at which the application stands, if any."""
    row = store.application_stages.get(application.stage_id)
    if row is not None:
        row.exited_at, row.current = now, False
        store.application_stages.changed(row, now)


def _rows(store: Store, application: Application, now: datetime) -> list[ApplicationStage]:
    """All rows of the application, made for every stage of its job if they are missing."""
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
