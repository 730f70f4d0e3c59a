"""`POST /v3/notes`."""

from typing import Any

from flask import Response

from greenhouse_sandbox.acts.feed import VISIBILITIES, add_note
from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v3.body import (
    json_body,
    optional_int,
    optional_text,
    optional_texts,
    required_int,
    required_text,
)
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.filters import check_choice
from greenhouse_sandbox.api.v3.guard import bearer, requires
from greenhouse_sandbox.api.v3.shapes_people import note
from greenhouse_sandbox.context import the_store

EMAIL_MEMBERS = ("email_from", "email_to", "email_cc")


@requires("harvest:notes:create")
def create_note() -> Response:
    """Make an entry of the feed; its author is `user_id`, else the token's user. 201 with the record."""
    store = the_store()
    body = json_body()
    candidate_id = required_int(body, "candidate_id")
    text = required_text(body, "body")
    kind = required_text(body, "note_type")
    check_choice("note_type", kind, {name: name for name in ("NOTE", "ACTIVITY", "EMAIL")})
    visibility = required_text(body, "visibility")
    check_choice("visibility", visibility, {name: name for name in VISIBILITIES})
    _check_email(body, kind)
    user_id = optional_int(body, "user_id")
    if user_id is not None and store.users.get(user_id) is None:
        raise invalid("user_id", "does not exist")
    if store.candidates.get(candidate_id) is None:
        if store.switches["note_unknown_candidate"] == 404:
            raise not_found()
        raise invalid("candidate_id", "does not exist")
    row = add_note(
        store,
        candidate_id=candidate_id,
        application_id=optional_int(body, "application_id"),
        body=text,
        subject=optional_text(body, "subject"),
        user_id=user_id if user_id is not None else bearer().user.id,
        visibility=visibility,
        kind=kind,
        email_from=optional_texts(body, "email_from"),
        email_to=optional_texts(body, "email_to"),
        email_cc=optional_texts(body, "email_cc"),
        now=store.clock.now(),
    )
    return json_response(note(store, row), 201)


def _check_email(body: dict[str, Any], kind: str) -> None:
    """E-mail members are required for e-mails and refused for all else."""
    for name in (*EMAIL_MEMBERS, "subject"):
        if kind == "EMAIL" and body.get(name) is None:
            raise invalid(name, "is missing")
        if kind != "EMAIL" and name in EMAIL_MEMBERS and body.get(name) is not None:
            raise invalid(name, "is only allowed for notes of type EMAIL")
