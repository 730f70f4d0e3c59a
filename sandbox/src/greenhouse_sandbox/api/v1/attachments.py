from typing import Any

from flask import Response

from greenhouse_sandbox.acts.applications import attach
from greenhouse_sandbox.api.answers import json_response, one
from greenhouse_sandbox.api.v1.requests import (
    json_body,
    on_behalf_of,
    required,
    requires,
    text,
    validation_error,
)
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.signed_urls import signed_url
from greenhouse_sandbox.store.applications import Application, Attachment


@requires("applications.attach")
def attach_to_application(application_id: int) -> Response:
    """Attach a file to an application. Returns 201 with the file's address."""
    on_behalf_of()
    application = one(the_store().applications, application_id)
    return json_response(_shown(add_attachment(application, json_body())), 201)


@requires("candidates.attach")
def attach_to_candidate(candidate_id: int) -> Response:
    """Attach a file to the candidate's newest application. Returns 201 with the file's address. `admin_only` is a type
    here."""
    store = the_store()
    on_behalf_of()
    candidate = one(store.candidates, candidate_id)
    applications = store.applications.by("candidate_id", candidate.id)
    if not applications:
        raise validation_error("id", "The candidate has no application")
    return json_response(_shown(add_attachment(applications[-1], json_body())), 201)


def add_attachment(application: Application, body: dict[str, Any]) -> Attachment:
    kind = str(required(body, "type"))
    visibility = text(body, "visibility")
    if kind == "admin_only":
        kind, visibility = "other", "admin_only"
    return attach(
        the_store(),
        application,
        filename=str(required(body, "filename")),
        kind=kind,
        content=text(body, "content"),
        url=text(body, "url"),
        content_type=text(body, "content_type"),
        visibility=visibility,
        now=the_store().clock.now(),
    )


def _shown(row: Attachment) -> dict[str, Any]:
    return {
        "filename": row.filename,
        "url": signed_url(the_store(), row),
        "type": row.type,
        "content_type": row.content_type,
    }
