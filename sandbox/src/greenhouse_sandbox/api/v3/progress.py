"""`POST /v3/applications/{id}/move`, `reject`, `unreject` and `hire`: 204 without a body."""

from flask import Response

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.applications import transfer
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.hiring import hire_into
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import current_stage
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3.body import json_body, optional_int, required_int
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.api.v3.shapes_people import rejection_detail
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.hiring import JobStage

TRANSFER = {"job_id": "to_job_id", "stage_id": "to_stage_id"}
"""What a transfer calls its inputs, to what the body of a move calls them."""


@requires("harvest:applications:move")
def move_application(application_id: int) -> Response:
    """To `to_stage_id`, to `to_job_id` (there at `to_stage_id` or the first stage), or, with neither, one stage on."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    from_stage_id = required_int(body, "from_stage_id")
    if from_stage_id not in _stage_ids(store, application):
        raise invalid("from_stage_id", "is not the current stage of the application")
    to_stage_id, to_job_id = optional_int(body, "to_stage_id"), optional_int(body, "to_job_id")
    actor_id, now = bearer().user.id, store.clock.now()
    if to_job_id is not None and to_job_id != application.job_id:
        try:
            transfer(store, application, job_id=to_job_id, stage_id=to_stage_id, actor_id=actor_id, now=now)
        except RefusedError as refusal:
            member = TRANSFER.get(refusal.field, refusal.field)
            raise invalid(member, refusal.sentence) from refusal
    else:
        stage = _target(store, application, to_stage_id)
        progress.move(store, application, stage, actor_id=actor_id, now=now)
    return Response(status=204)


@requires("harvest:applications:reject")
def reject_application(application_id: int) -> Response:
    """With `rejection_reason_id` (required), `notes` and `custom_fields`."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    reason_id = required_int(body, "rejection_reason_id")
    fields = with_values(store, "rejection_question", {}, body.get("custom_fields") or [])
    progress.reject(
        store,
        application,
        reason_id=reason_id,
        notes=str(body.get("notes") or ""),
        actor_id=bearer().user.id,
        now=store.clock.now(),
    )
    for detail in store.rejection_details.by("application_id", application.id):
        detail.custom_fields = fields
    return Response(status=204)


@requires("harvest:applications:unreject")
def unreject_application(application_id: int) -> Response:
    """Back among the active."""
    store = the_store()
    application = one(store.applications, application_id)
    progress.unreject(store, application, actor_id=bearer().user.id, now=store.clock.now())
    return Response(status=204)


@requires("harvest:applications:hire")
def hire_application(application_id: int) -> Response:
    """Hired, from `start_date` on, into `opening_id` (else the first open one), for `close_reason_id`."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    hire_into(
        store,
        application,
        start_date=body.get("start_date"),
        opening_id=optional_int(body, "opening_id"),
        close_reason_id=optional_int(body, "close_reason_id"),
        actor_id=bearer().user.id,
        now=store.clock.now(),
    )
    return Response(status=204)


@requires("harvest:rejection_details:update")
def update_rejection(detail_id: int) -> Response:
    """Another `rejection_reason_id`, other `custom_fields`. 200 with the record."""
    store = the_store()
    detail = one(store.rejection_details, detail_id)
    body = json_body()
    reason_id = optional_int(body, "rejection_reason_id")
    if reason_id is not None and store.rejection_reasons.get(reason_id) is None:
        raise invalid("rejection_reason_id", "does not exist")
    if body.get("custom_fields") is not None:
        detail.custom_fields = with_values(store, "rejection_question", {}, body["custom_fields"])
    now = store.clock.now()
    if reason_id is not None:
        application = store.applications[detail.application_id]
        detail.rejection_reason_id = application.rejection_reason_id = reason_id
        store.applications.changed(application, now)
    store.rejection_details.changed(detail, now)
    return json_response(rejection_detail(store, detail))


def _stage_ids(store: Store, application: Application) -> set[int | None]:
    """The ids by which a client may call the present stage; which one is right is not documented."""
    stage = current_stage(store, application)
    either = {"application_stage": application.stage_id, "job_interview_stage": stage.id if stage else None}
    wanted = store.switches["move_from_stage"]
    return set(either.values()) if wanted == "either" else {either[wanted]}


def _target(store: Store, application: Application, to_stage_id: int | None) -> JobStage:
    if to_stage_id is None:
        return progress.next_stage(store, application)
    stage = store.job_stages.get(to_stage_id)
    if stage is None or stage.job_id != application.job_id or not stage.active:
        raise invalid("to_stage_id", "is not a stage of the job")
    return stage
