"""Writing openings, one by one."""

from typing import Any

from flask import Response

from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.openings import add_opening, delete_opening, edit_opening
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3.body import json_body, optional_int, optional_text, required_int
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.api.v3.shapes_openings import opening as shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.openings import Opening


@requires("harvest:openings:create")
def create_opening() -> Response:
    """One more opening of `job_id`. 201 with the record."""
    return json_response(shape(the_store(), make(json_body())), 201)


@requires("harvest:openings:update")
def update_opening(opening_id: int) -> Response:
    """Number, day, state and custom fields. 200 with the record."""
    row = one(the_store().openings, opening_id)
    change(row, json_body())
    return json_response(shape(the_store(), row))


@requires("harvest:openings:destroy")
def destroy_opening(opening_id: int) -> Response:
    """Take away a closed opening that was not filled. 204."""
    delete_opening(the_store(), one(the_store().openings, opening_id))
    return Response(status=204)


def make(body: dict[str, Any]) -> Opening:
    """The opening that a body asks for."""
    store = the_store()
    job = store.jobs.get(required_int(body, "job_id"))
    if job is None:
        raise invalid("job_id", "does not exist")
    fields = with_values(store, "opening", {}, body.get("custom_fields") or [])
    row = add_opening(
        store,
        job,
        opening_id=optional_text(body, "opening_id"),
        target_start_on=optional_text(body, "target_start_on"),
        now=store.clock.now(),
    )
    row.custom_fields = fields
    return row


def change(row: Opening, body: dict[str, Any]) -> None:
    """Change an opening as a body asks; custom fields that are given replace all."""
    store = the_store()
    fields = row.custom_fields
    if body.get("custom_fields") is not None:
        fields = with_values(store, "opening", {}, body["custom_fields"])
    edit_opening(
        store,
        row,
        opening_id=optional_text(body, "opening_id"),
        target_start_on=optional_text(body, "target_start_on"),
        status=optional_text(body, "status"),
        close_reason_id=optional_int(body, "close_reason_id"),
        now=store.clock.now(),
    )
    row.custom_fields = fields
