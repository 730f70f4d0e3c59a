"""The writes of v1: notes, and applications that move or end."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.feed import VISIBILITIES, add_note
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.acts.stages import current_stage, pipeline
from greenhouse_sandbox.api.answers import json_response, not_found
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
    body = _body()
    if store.candidates.get(candidate_id) is None:
        raise not_found()
    for name in ("user_id", "body", "visibility"):
        if body.get(name) in {None, ""}:
            raise validation_error(name, f"Missing required field: {name}")
    if body["visibility"] not in VISIBILITIES:
        raise validation_error("visibility", "Must be one of: admin_only, private, public")
    author = store.users.get(_int(body, "user_id"))
    if author is None:
        raise not_found()
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
    application = _application(application_id)
    _check_from_stage(application)
    return _move(application, lambda: progress.next_stage(the_store(), application))


@requires("applications.move")
def move(application_id: int) -> Response:
    """To `to_stage_id` of the same job."""
    application = _application(application_id)
    body = _check_from_stage(application)
    wanted = _int(body, "to_stage_id")
    return _move(application, lambda: _stage(application.job_id, wanted, "to_stage_id"))


@requires("applications.transfer")
def transfer(application_id: int) -> Response:
    """To `new_stage_id` of `new_job_id`, or to that job's first stage."""
    application = _application(application_id)
    body = _body()
    job_id = _int(body, "new_job_id")
    stages = pipeline(the_store(), job_id)
    if not stages:
        raise not_found()
    wanted = _int(body, "new_stage_id") if body.get("new_stage_id") else stages[0].id
    return _move(application, lambda: _stage(job_id, wanted, "new_stage_id"))


@requires("applications.reject")
def reject(application_id: int) -> Response:
    """With `rejection_reason_id` and `notes`, both optional. 200 with the record."""
    store = the_store()
    application = _application(application_id)
    body = _body()
    actor_id = on_behalf_of()
    reason_id = _int(body, "rejection_reason_id") if body.get("rejection_reason_id") else None
    notes = str(body.get("notes") or "")
    try:
        progress.reject(
            store, application, reason_id=reason_id, notes=notes, actor_id=actor_id, now=store.clock.now()
        )
    except RefusedError as refusal:
        raise validation_error(refusal.field, refusal.sentence) from refusal
    return json_response(application_shape(store, application))


@requires("applications.unreject")
def unreject(application_id: int) -> Response:
    """Back among the active. 200 with the record."""
    store = the_store()
    application = _application(application_id)
    try:
        progress.unreject(store, application, actor_id=on_behalf_of(), now=store.clock.now())
    except RefusedError as refusal:
        raise validation_error(refusal.field, refusal.sentence) from refusal
    return json_response(application_shape(store, application))


@requires("applications.hire")
def hire(application_id: int) -> Response:
    """Hired. 200 with the record."""
    store = the_store()
    application = _application(application_id)
    try:
        progress.hire(store, application, actor_id=on_behalf_of(), now=store.clock.now())
    except RefusedError as refusal:
        raise validation_error(refusal.field, refusal.sentence) from refusal
    return json_response(application_shape(store, application))


def _move(application: Application, target: Callable[[], JobStage]) -> Response:
    store = the_store()
    actor_id = on_behalf_of()
    try:
        progress.move(store, application, target(), actor_id=actor_id, now=store.clock.now())
    except RefusedError as refusal:
        raise validation_error(refusal.field, refusal.sentence) from refusal
    return json_response(application_shape(store, application))


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.is_json else None
    return body if isinstance(body, dict) else {}


def _int(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if value is None:
        raise validation_error(name, f"Missing required field: {name}")
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise validation_error(name, "Must be an integer") from error


def _application(application_id: int) -> Application:
    application = the_store().applications.get(application_id)
    if application is None:
        raise not_found()
    return application


def _check_from_stage(application: Application) -> dict[str, Any]:
    body = _body()
    present = current_stage(the_store(), application)
    if _int(body, "from_stage_id") != (present.id if present else None):
        raise validation_error("from_stage_id", "Must be the current stage of the application")
    return body


def _stage(job_id: int | None, stage_id: int, field: str) -> JobStage:
    stage = the_store().job_stages.get(stage_id)
    if stage is None or stage.job_id != job_id:
        raise RefusedError(field, "Must be a stage of the job")
    return stage
