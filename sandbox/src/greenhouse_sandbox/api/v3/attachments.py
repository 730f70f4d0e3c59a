"""`POST /v3/attachments`."""

from flask import Response

from greenhouse_sandbox.acts.attachments import attach
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3.body import json_body, optional_text, required_int, required_text
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import requires
from greenhouse_sandbox.api.v3.shapes_background import attachment
from greenhouse_sandbox.context import the_store


@requires("harvest:attachments:create")
def create_attachment() -> Response:
    """A file on `application_id`, as `content` in base64 or as a `url`. 201 with the record."""
    store = the_store()
    body = json_body()
    application = store.applications.get(required_int(body, "application_id"))
    if application is None:
        raise invalid("application_id", "does not exist")
    row = attach(
        store,
        application,
        filename=required_text(body, "filename"),
        kind=required_text(body, "type"),
        content=optional_text(body, "content"),
        url=optional_text(body, "url"),
        visibility=optional_text(body, "visibility"),
        now=store.clock.now(),
    )
    return json_response(attachment(store, row), 201)
