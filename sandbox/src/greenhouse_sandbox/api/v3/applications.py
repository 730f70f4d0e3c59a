"""Writing applications: `POST /v3/applications`, `PATCH`, `DELETE`, and prospects that become candidates."""

from flask import Response

from greenhouse_sandbox.acts.applications import convert_prospect, edit_application
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.incoming import apply, checked_links, set_links
from greenhouse_sandbox.acts.remove import delete_application
from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v3 import shapes_people
from greenhouse_sandbox.api.v3.body import json_body, optional_int, required_int
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.context import the_store


@requires("harvest:applications:create")
def create_application() -> Response:
    """An application or, with `prospect`, a prospect of an existing candidate. 201 with the record."""
    store = the_store()
    body = json_body()
    candidate = store.candidates.get(required_int(body, "candidate_id"))
    if candidate is None:
        raise not_found()
    made = apply(store, candidate, body, actor_id=bearer().user.id, now=store.clock.now())
    return json_response(shapes_people.application(store, made), 201)


@requires("harvest:applications:update")
def update_application(application_id: int) -> Response:
    """Change links and custom fields; custom fields that are given replace all. 200, or by switch 204."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    links = checked_links(store, body)
    fields = None
    if body.get("custom_fields") is not None:
        fields = with_values(store, "application", {}, body["custom_fields"])
    set_links(store, application, links)
    if fields is not None:
        application.custom_fields = fields
    edit_application(store, application, actor_id=bearer().user.id, now=store.clock.now())
    if store.switches["application_update"] == 204:
        return Response(status=204)
    return json_response(shapes_people.application(store, application))


@requires("harvest:applications:destroy")
def destroy_application(application_id: int) -> Response:
    """Take a candidate off a job; prospects cannot be deleted like this. 204."""
    store = the_store()
    application = one(store.applications, application_id)
    if application.prospect:
        raise invalid("id", "is a prospect and cannot be deleted")
    delete_application(store, application)
    return Response(status=204)


@requires("harvest:applications:convert_to_candidate")
def convert_application(application_id: int) -> Response:
    """Make a prospect a candidate of `job_id`. 201 with the new application; the old one is `converted`."""
    store = the_store()
    application = one(store.applications, application_id)
    body = json_body()
    made = convert_prospect(
        store,
        application,
        job_id=required_int(body, "job_id"),
        stage_id=optional_int(body, "to_job_interview_stage_id") or optional_int(body, "initial_stage_id"),
        actor_id=bearer().user.id,
        now=store.clock.now(),
    )
    return json_response(shapes_people.application(store, made), 201)
