"""Downloads of attachments by signed URLs, which expire after seven days."""

import base64
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.signed_urls import is_valid

REFUSED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)


def make_blueprint() -> Blueprint:
    blueprint = Blueprint("files", __name__)
    blueprint.add_url_rule("/attachments/<int:row_id>/<path:filename>", "attachment", attachment)
    return blueprint


def attachment(row_id: int, filename: str) -> ResponseReturnValue:
    """Download an attachment. Invalid and expired URLs get a 403 like that of a file store."""
    del filename
    store = the_store()
    row = store.attachments.get(row_id)
    expires, signature = request.args.get("expires", ""), request.args.get("signature", "")
    if row is None or not is_valid(store, row_id, expires=expires, signature=signature):
        return Response(REFUSED, 403, mimetype="application/xml")
    if row.source_url is not None:
        return redirect(row.source_url)
    answer = Response(base64.b64decode(row.content or ""), mimetype=row.content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.filename)}"
    # Uploads are never rendered as a page of the sandbox.
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
