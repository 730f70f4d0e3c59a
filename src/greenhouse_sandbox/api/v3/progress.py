"""`POST /v3/applications/{id}/move`, `reject`, `unreject` and `hire`: 204 without a body."""

from flask import Response

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import current_stage, pipeline
from greenhouse_sandbox.api.answers import not_found
from greenhouse_sandbox.api.v3.body import json_body, optional_int, required_int
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.hiring import JobStage


@requires("harvest:applications:move")
def move_application(application_id: int) -> Response:
    """To `to_stage_id`, to the first stage of `to_job_id`, or, with neither, one stage on."""
    store = the_store()
    application = _application(store, application_id)
    body = json_body()
    from_stage_id = required_int(body, "from_stage_id")
    if from_stage_id not in _stage_ids(store, application):
        raise invalid("from_stage_id", "is not the current stage of the application")
    try:
        stage = _target(
            store, application, optional_int(body, "to_stage_id"), optional_int(body, "to_job_id")
        )
        progress.move(store, application, stage, actor_id=bearer().user.id, now=store.clock.now())
    except RefusedError as refusal:
        raise invalid(refusal.field, refusal.sentence) from refusal
    return Response(status=204)


@requires("harvest:applications:reject")
def reject_application(application_id: int) -> Response:
    """With `rejection_reason_id` (required) and `notes`."""
    store = the_store()
    application = _application(store, application_id)
    body = json_body()
    try:
        progress.reject(
            store,
            application,
            reason_id=required_int(body, "rejection_reason_id"),
            notes=str(body.get("notes") or ""),
            actor_id=bearer().user.id,
            now=store.clock.now(),
        )
    except RefusedError as refusal:
        raise invalid(refusal.field, refusal.sentence) from refusal
    return Response(status=204)


@requires("harvest:applications:unreject")
def unreject_application(application_id: int) -> Response:
    """Back among the active."""
    store = the_store()
    try:
        progress.unreject(
            store, _application(store, application_id), actor_id=bearer().user.id, now=store.clock.now()
        )
    except RefusedError as refusal:
        raise invalid(refusal.field, refusal.sentence) from refusal
    return Response(status=204)


@requires("harvest:applications:hire")
def hire_application(application_id: int) -> Response:
    """Hired."""
    store = the_store()
    try:
        progress.hire(
            store, _application(store, application_id), actor_id=bearer().user.id, now=store.clock.now()
        )
    except RefusedError as refusal:
        raise invalid(refusal.field, refusal.sentence) from refusal
    return Response(status=204)


def _application(store: Store, application_id: int) -> Application:
    application = store.applications.get(application_id)
    if application is None:
        raise not_found()
    return application


def _stage_ids(store: Store, application: Application) -> set[int | None]:
    """What `from_stage_id` may be: which of a stage's two ids is meant is uncertain, hence a switch."""
    stage = current_stage(store, application)
    by_kind = {"job_interview_stage": stage.id if stage else None, "application_stage": application.stage_id}
    meant = store.switches["move_from_stage"]
    return set(by_kind.values()) if meant == "either" else {by_kind[meant]}


def _target(store: Store, application: Application, stage_id: int | None, job_id: int | None) -> JobStage:
    if stage_id is not None:
        stage = store.job_stages.get(stage_id)
        if stage is None or stage.job_id != (job_id or application.job_id):
            raise RefusedError("to_stage_id", "is not a stage of the job")
        return stage
    if job_id is not None:
        stages = pipeline(store, job_id)
        if not stages:
            raise RefusedError("to_job_id", "does not exist")
        return stages[0]
    return progress.next_stage(store, application)
