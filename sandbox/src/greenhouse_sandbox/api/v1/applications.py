from typing import Any

from flask import Response

from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.applications import (
    apply,
    checked_links,
    convert_prospect,
    delete_application,
    edit_application,
    set_links,
)
from greenhouse_sandbox.acts.applications import transfer as transfer_act
from greenhouse_sandbox.acts.background import credit, outside_referrer, referrer_of
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.feed import VISIBILITIES, add_note
from greenhouse_sandbox.acts.offers import hire_into
from greenhouse_sandbox.acts.progress import current_stage
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.api.answers import json_response, one
from greenhouse_sandbox.api.v1.attachments import add_attachment
from greenhouse_sandbox.api.v1.requests import (
    entries,
    json_body,
    on_behalf_of,
    optional_whole,
    required,
    requires,
    text,
    validation_error,
    whole,
)
from greenhouse_sandbox.api.v1.shapes_people import application as application_shape
from greenhouse_sandbox.api.v1.shapes_people import application as shape
from greenhouse_sandbox.api.v1.shapes_people import note as note_shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import REJECTED, Application
from greenhouse_sandbox.store.jobs import JobStage
from greenhouse_sandbox.store.people import Candidate, User


@requires("applications.create")
def create_application(candidate_id: int) -> Response:
    """Create an application to `job_id`, or if `prospect`, a prospect. Returns 201 with the record."""
    store = the_store()
    actor_id = on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    return json_response(shape(store, add_application(candidate, json_body(), actor_id)), 201)


@requires("applications.update")
def update_application(application_id: int) -> Response:
    """Change source, referrer, custom fields, pool, or fields of a rejection. Returns 200 with the record."""
    store = the_store()
    actor_id = on_behalf_of()
    application = one(store.applications, application_id)
    body = _renamed(json_body())
    links = checked_links(store, body)
    details = body.get("rejection_details") or {}
    if details and application.status != REJECTED:
        raise validation_error("rejection_details", "Application must be rejected")
    fields = with_values(store, "application", application.custom_fields, body.get("custom_fields") or [])
    now = store.clock.now()
    rejections = [
        (
            detail,
            with_values(
                store, "rejection_question", detail.custom_fields, details.get("custom_fields") or []
            ),
        )
        for detail in store.rejection_details.by("application_id", application.id)
    ]
    _credit(store, application, body)
    for detail, values in rejections:
        detail.custom_fields = values
        store.rejection_details.changed(detail, now)
    set_links(store, application, links)
    application.custom_fields = fields
    edit_application(store, application, actor_id=actor_id, now=now)
    return json_response(shape(store, application))


@requires("applications.delete")
def destroy_application(application_id: int) -> Response:
    """Remove a candidate from a job. Prospects can't be deleted like this."""
    store = the_store()
    on_behalf_of()
    application = one(store.applications, application_id)
    if application.prospect:
        raise validation_error("id", "Prospect applications can't be deleted")
    delete_application(store, application)
    return json_response({"message": f"Application {application_id} has been deleted."})


@requires("applications.convert")
def convert(application_id: int) -> Response:
    """Make a prospect a candidate of `job_id`, at `initial_stage_id` or the first stage."""
    store = the_store()
    actor_id = on_behalf_of()
    application = one(store.applications, application_id)
    body = json_body()
    made = convert_prospect(
        store,
        application,
        job_id=whole(body, "job_id"),
        stage_id=optional_whole(body, "initial_stage_id"),
        actor_id=actor_id,
        now=store.clock.now(),
    )
    stage = current_stage(store, made)
    return json_response(
        {
            "success": True,
            "old_application_id": application.id,
            "new_application_id": made.id,
            "new_job_id": made.job_id,
            "new_stage_id": stage.id if stage else None,
        }
    )


@requires("applications.reject")
def update_reason(application_id: int) -> Response:
    store = the_store()
    on_behalf_of()
    application = one(store.applications, application_id)
    reason = one(store.rejection_reasons, whole(json_body(), "rejection_reason_id"))
    if application.status != REJECTED:
        raise validation_error("id", "Application must be 'rejected'")
    now = store.clock.now()
    for detail in store.rejection_details.by("application_id", application.id):
        detail.rejection_reason_id = reason.id
        store.rejection_details.changed(detail, now)
    application.rejection_reason_id = reason.id
    store.applications.changed(application, now)
    message = f"Rejection reason updated to {reason.id} ({reason.name})"
    return json_response({"id": application.id, "message": message, "success": True})


def add_application(candidate: Candidate, wanted: dict[str, Any], actor_id: int) -> Application:
    """Create the application that a body describes, with referrer and files."""
    store = the_store()

    def complete(application: Application) -> None:
        _credit(store, application, wanted)
        for entry in entries(wanted, "attachments"):
            add_attachment(application, entry)

    return apply(
        store, candidate, _renamed(wanted), actor_id=actor_id, now=store.clock.now(), complete=complete
    )


def user_named(store: Store, member: str, wanted: object) -> User:
    """Find a user by `{"id"}`, `{"user_id"}` or `{"email"}`."""
    given = wanted if isinstance(wanted, dict) else {}
    number = given.get("id", given.get("user_id"))
    users = store.users.rising()
    if number is not None:
        found = store.users.get(whole_number(number))
    else:
        email = str(given.get("email", "")).lower()
        found = next((user for user in users if email in [text.lower() for text in user.emails]), None)
    if found is None:
        raise validation_error(member, "Must be an existing user")
    return found


def _credit(store: Store, application: Application, body: dict[str, Any]) -> None:
    """`referrer` is `{"type": "id" | "email" | "outside", "value"}`; the id is that of a user."""
    wanted = body.get("referrer")
    if not isinstance(wanted, dict):
        return
    kind, value = wanted.get("type"), wanted.get("value")
    if kind == "outside":
        credit(application, outside_referrer(store, str(value)))
    elif kind in {"id", "email"}:
        credit(application, referrer_of(store, user_named(store, "referrer", {kind: value})))
    else:
        raise validation_error("type", "Must be one of: id, email, outside")


def _renamed(body: dict[str, Any]) -> dict[str, Any]:
    """Rename the stage of a pool, which v1 calls `prospect_stage_id` in updates."""
    old, new = "prospect_stage_id", "prospect_pool_stage_id"
    return {new if name == old else name: value for name, value in body.items()}


@requires("candidates.add_note")
def create_note(candidate_id: int) -> Response:
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
    """Move to the next stage. `from_stage_id` must be the current one."""
    store = the_store()
    application = one(store.applications, application_id)
    _check_from_stage(application)
    return _move(application, None)


@requires("applications.move")
def move(application_id: int) -> Response:
    """Move to `to_stage_id` of the same job."""
    store = the_store()
    application = one(store.applications, application_id)
    _check_from_stage(application)
    stage = store.job_stages.get(whole(json_body(), "to_stage_id"))
    if stage is None or stage.job_id != application.job_id or not stage.active:
        raise RefusedError("to_stage_id", "Must be a stage of the job")
    return _move(application, stage)


@requires("applications.transfer")
def transfer(application_id: int) -> Response:
    """Transfer to `new_stage_id` of `new_job_id`, or to that job's first stage."""
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
        # In the body, the act's inputs have the prefix "new_".
        member = f"new_{refusal.field}" if refusal.field in {"job_id", "stage_id"} else refusal.field
        raise validation_error(member, refusal.sentence) from refusal
    return json_response(application_shape(store, application))


@requires("applications.reject")
def reject(application_id: int) -> Response:
    """Reject with `rejection_reason_id`, `notes` and `custom_fields`, all optional. Returns 200 with the record."""
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
    """Make an application active again. Returns 200 with the record."""
    store = the_store()
    application = one(store.applications, application_id)
    progress.unreject(store, application, actor_id=on_behalf_of(), now=store.clock.now())
    return json_response(application_shape(store, application))


@requires("applications.hire")
def hire(application_id: int) -> Response:
    """Hire into `opening_id` from `start_date`, with `close_reason_id`. Returns 200 with the record."""
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
