"""Attachments are fetched from signed addresses that are good for seven days."""

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.attachments import Attachment

GOOD_FOR = timedelta(days=7)
REFUSED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)


def signed_url(store: Store, row: Attachment) -> str:
    """An address under which the file can be had without a key, until a week from now."""
    expires = int((store.clock.now() + GOOD_FOR).timestamp())
    path = f"/attachments/{row.id}/{quote(row.filename)}"
    return f"{store.base_url}{path}?expires={expires}&signature={_signature(store, row.id, expires)}"


def make_blueprint() -> Blueprint:
    """`/attachments/<id>/<file name>`."""
    blueprint = Blueprint("files", __name__)
    blueprint.add_url_rule("/attachments/<int:row_id>/<path:filename>", "attachment", attachment)
    return blueprint


def attachment(row_id: int, filename: str) -> ResponseReturnValue:
    """The file, whatever name the address gives it. 403 as a file store says it, if the address is wrong or too old."""
    del filename
    store = the_store()
    row = store.attachments.get(row_id)
    expires = request.args.get("expires", "")
    given = request.args.get("signature", "")
    good = expires.isdecimal() and hmac.compare_digest(given, _signature(store, row_id, int(expires)))
    if row is None or not good or int(expires) < store.clock.now().timestamp():
        return Response(REFUSED, 403, mimetype="application/xml")
    if row.source_url is not None:
        return redirect(row.source_url)
    answer = Response(base64.b64decode(row.content or ""), mimetype=row.content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.filename)}"
    # What somebody uploaded is never run as a page of the sandbox.
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _signature(store: Store, row_id: int, expires: int) -> str:
    text = f"{row_id}:{expires}".encode()
    return hmac.new(store.signing_key.encode(), text, hashlib.sha256).hexdigest()
