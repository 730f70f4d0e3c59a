"""Writing applications in v1."""

from typing import Any

from flask import Response

from greenhouse_sandbox.acts.applications import convert_prospect, edit_application
from greenhouse_sandbox.acts.credit import credit, outside_referrer, referrer_of
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.incoming import apply, checked_links, set_links
from greenhouse_sandbox.acts.remove import delete_application
from greenhouse_sandbox.acts.stages import current_stage
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v1.attachments import add_attachment
from greenhouse_sandbox.api.v1.body import json_body, one, optional_whole, whole
from greenhouse_sandbox.api.v1.guard import on_behalf_of, requires, validation_error
from greenhouse_sandbox.api.v1.shapes_people import application as shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import REJECTED, Application
from greenhouse_sandbox.store.people import Candidate, User


@requires("applications.create")
def create_application(candidate_id: int) -> Response:
    """An application of a candidate to `job_id`, or with `prospect` a prospect. 201 with the record."""
    store = the_store()
    actor_id = on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    return json_response(shape(store, add_application(candidate, json_body(), actor_id)), 201)


@requires("applications.update")
def update_application(application_id: int) -> Response:
    """Source, referrer, custom fields, pool, and the fields of a rejection. 200 with the record."""
    store = the_store()
    actor_id = on_behalf_of()
    application = one(store.applications, application_id)
    body = _renamed(json_body())
    links = checked_links(store, body)
    details = body.get("rejection_details") or {}
    if details and application.status != REJECTED:
        raise validation_error("rejection_details", "Application must be rejected")
    fields = with_values(store, "application", application.custom_fields, body.get("custom_fields") or [])
    for detail in store.rejection_details.by("application_id", application.id):
        wanted = details.get("custom_fields") or []
        detail.custom_fields = with_values(store, "rejection_question", detail.custom_fields, wanted)
    set_links(store, application, links)
    _credit(store, application, body)
    application.custom_fields = fields
    edit_application(store, application, actor_id=actor_id, now=store.clock.now())
    return json_response(shape(store, application))


@requires("applications.delete")
def destroy_application(application_id: int) -> Response:
    """Take a candidate off a job; prospects cannot be deleted like this."""
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
    """Another reason for an application that is rejected."""
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
    """The application that a body asks for, with referrer and files."""
    store = the_store()
    now = store.clock.now()
    application = apply(store, candidate, _renamed(wanted), actor_id=actor_id, now=now)
    _credit(store, application, wanted)
    store.applications.changed(application, now)
    for entry in wanted.get("attachments") or []:
        add_attachment(application, entry)
    return application


def user_named(store: Store, member: str, wanted: object) -> User:
    """The user whom `{"id"}`, `{"user_id"}` or `{"email"}` names."""
    given = wanted if isinstance(wanted, dict) else {}
    number = given.get("id", given.get("user_id"))
    users = store.users.rising()
    if number is not None:
        found = store.users.get(int(number)) if str(number).isdecimal() else None
    else:
        email = str(given.get("email", "")).lower()
        found = next((one for one in users if email in [text.lower() for text in one.emails]), None)
    if found is None:
        raise validation_error(member, "Must be an existing user")
    return found


def _credit(store: Store, application: Application, body: dict[str, Any]) -> None:
    """`referrer` is `{"type": "id" | "email" | "outside", "value"}`; the id is a user's."""
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
    """v1 says `prospect_stage_id` for the stage of a pool when it updates."""
    old, new = "prospect_stage_id", "prospect_pool_stage_id"
    return {new if name == old else name: value for name, value in body.items()}
