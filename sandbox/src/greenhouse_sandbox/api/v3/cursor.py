"""Cursors: base64 of compact JSON, opaque to clients."""

import base64
import binascii
import json
from dataclasses import dataclass

from greenhouse_sandbox.api.v3.errors import v3_error


@dataclass(frozen=True)
class Cursor:
    """Where a listing goes on: the first query, the first id of the next page, the page's number."""

    query: dict[str, str]
    per_page: int
    id: int
    page: int
    original_request_id: str

    def encode(self) -> str:
        """The text of the cursor."""
        raw = json.dumps(vars(self), separators=(",", ":"), ensure_ascii=False).encode()
        return base64.b64encode(raw).decode()


def decode(text: str) -> Cursor:
    """The cursor behind the text; 422 if it is none of ours."""
    try:
        data = json.loads(base64.b64decode(text, validate=True))
        return Cursor(
            query={str(name): str(value) for name, value in data["query"].items()},
            per_page=int(data["per_page"]),
            id=int(data["id"]),
            page=int(data["page"]),
            original_request_id=str(data["original_request_id"]),
        )
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise v3_error(422, "The cursor is invalid or has expired.") from error
