"""The writes of v1: notes, and applications that move or end."""

from flask import Response

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.applications import transfer as transfer_act
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.feed import VISIBILITIES, add_note
from greenhouse_sandbox.acts.hiring import hire_into
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import current_stage
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v1.body import json_body, one, optional_whole, required, text, whole
from greenhouse_sandbox.api.v1.guard import on_behalf_of, requires, validation_error
from greenhouse_sandbox.api.v1.shapes_people import application as application_shape
from greenhouse_sandbox.api.v1.shapes_people import note as note_shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.hiring import JobStage


@requires("candidates.add_note")
def create_note(candidate_id: int) -> Response:
    """A note by `user_id`. 200 with the record."""
    store = the_store()
    on_behalf_of()
    body = json_body()
    one(store.candidates, candidate_id)
    for name in ("user_id", "body", "visibility"):
        required(body, name)
    if body["visibility"] not in VISIBILITIES:
        raise validation_error("visibility", "Must be one of: admin_only, private, public")
    author = one(store.users, whole(body, "user_id"))
    row = add_note(
        store,
        candidate_id=candidate_id,
        body=str(body["body"]),
        user_id=author.id,
        visibility=body["visibility"],
        now=store.clock.now(),
    )
    return json_response(note_shape(store, row))


@requires("applications.advance")
def advance(application_id: int) -> Response:
    """One stage on. `from_stage_id` must be the present stage."""
    store = the_store()
    application = one(store.applications, application_id)
    _check_from_stage(application)
    return _move(application, None)


@requires("applications.move")
def move(application_id: int) -> Response:
    """To `to_stage_id` of the same job."""
    store = the_store()
    application = one(store.applications, application_id)
    _check_from_stage(application)
    stage = store.job_stages.get(whole(json_body(), "to_stage_id"))
    if stage is None or stage.job_id != application.job_id:
        raise RefusedError("to_stage_id", "Must be a stage of the job")
    return _move(application, stage)


@requires("applications.transfer")
def transfer(application_id: int) -> Response:
    """To `new_stage_id` of `new_job_id`, or to that job's first stage."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    job = one(store.jobs, whole(body, "new_job_id"))
    try:
        transfer_act(
            store,
            application,
            job_id=job.id,
            stage_id=optional_whole(body, "new_stage_id"),
            actor_id=on_behalf_of(),
            now=store.clock.now(),
        )
    except RefusedError as refusal:
        # What the act calls its inputs has "new_" before it in the body.
        member = f"new_{refusal.field}" if refusal.field in {"job_id", "stage_id"} else refusal.field
        raise validation_error(member, refusal.sentence) from refusal
    return json_response(application_shape(store, application))


@requires("applications.reject")
def reject(application_id: int) -> Response:
    """With `rejection_reason_id`, `notes` and `custom_fields`, all optional. 200 with the record."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    actor_id, now = on_behalf_of(), store.clock.now()
    fields = with_values(store, "rejection_question", {}, body.get("custom_fields") or [])
    progress.reject(
        store,
        application,
        reason_id=optional_whole(body, "rejection_reason_id"),
        notes=text(body, "notes") or "",
        actor_id=actor_id,
        now=now,
    )
    for detail in store.rejection_details.by("application_id", application.id):
        detail.custom_fields = fields
    return json_response(application_shape(store, application))


@requires("applications.unreject")
def unreject(application_id: int) -> Response:
    """Back among the active. 200 with the record."""
    store = the_store()
    application = one(store.applications, application_id)
    progress.unreject(store, application, actor_id=on_behalf_of(), now=store.clock.now())
    return json_response(application_shape(store, application))


@requires("applications.hire")
def hire(application_id: int) -> Response:
    """Hired, from `start_date` on, into `opening_id`, for `close_reason_id`. 200 with the record."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    hire_into(
        store,
        application,
        start_date=body.get("start_date"),
        opening_id=optional_whole(body, "opening_id"),
        close_reason_id=optional_whole(body, "close_reason_id"),
        actor_id=on_behalf_of(),
        now=store.clock.now(),
    )
    return json_response(application_shape(store, application))


@requires("applications.unhire")
def unhire(application_id: int) -> Response:
    """A hire is taken back. 200 with the record."""
    store = the_store()
    application = one(store.applications, application_id)
    progress.unhire(store, application, actor_id=on_behalf_of(), now=store.clock.now())
    return json_response(application_shape(store, application))


def _move(application: Application, stage: JobStage | None) -> Response:
    store = the_store()
    actor_id = on_behalf_of()
    target = stage or progress.next_stage(store, application)
    progress.move(store, application, target, actor_id=actor_id, now=store.clock.now())
    return json_response(application_shape(store, application))


def _check_from_stage(application: Application) -> None:
    present = current_stage(the_store(), application)
    if whole(json_body(), "from_stage_id") != (present.id if present else None):
        raise validation_error("from_stage_id", "Must be the current stage of the application")
