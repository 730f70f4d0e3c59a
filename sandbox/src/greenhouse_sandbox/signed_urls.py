"""Signed URLs of attachments, valid for seven days."""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import quote

from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Attachment

GOOD_FOR = timedelta(days=7)


def signed_url(store: Store, row: Attachment) -> str:
    """Return a URL that needs no key until it expires."""
    expires = int((store.clock.now() + GOOD_FOR).timestamp())
    path = f"/attachments/{row.id}/{quote(row.filename)}"
    return f"{store.base_url}{path}?expires={expires}&signature={_signature(store, row.id, expires)}"


def is_valid(store: Store, row_id: int, *, expires: str, signature: str) -> bool:
    """`expires`: Unix time."""
    until = whole_number(expires)
    if until is None or until < store.clock.now().timestamp():
        return False
    return hmac.compare_digest(signature, _signature(store, row_id, until))


def _signature(store: Store, row_id: int, expires: int) -> str:
    text = f"{row_id}:{expires}".encode()
    return hmac.new(store.signing_key.encode(), text, hashlib.sha256).hexdigest()
