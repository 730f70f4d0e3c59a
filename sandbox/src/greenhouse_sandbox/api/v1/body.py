"""Reading the body of a v1 write. It is JSON whatever its content type says: clients in use send it as a form."""

import json
from typing import Any

from flask import request

from greenhouse_sandbox.api.answers import not_found
from greenhouse_sandbox.api.v1.guard import validation_error
from greenhouse_sandbox.store.row import Row
from greenhouse_sandbox.store.table import Table


def json_body() -> dict[str, Any]:
    """The members of the body; none if there is no JSON object in it."""
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def required(body: dict[str, Any], name: str) -> Any:
    """A member that must be there and not be empty."""
    value = body.get(name)
    if value in (None, "", []):
        raise validation_error(name, f"Missing required field: {name}")
    return value


def whole(body: dict[str, Any], name: str) -> int:
    """A member that must be there and be a whole number."""
    value = required(body, name)
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise validation_error(name, "Must be an integer") from error


def optional_whole(body: dict[str, Any], name: str) -> int | None:
    """A member that, if there, must be a whole number."""
    return None if body.get(name) in (None, "") else whole(body, name)


def text(body: dict[str, Any], name: str) -> str | None:
    """A member as text, if it is there."""
    value = body.get(name)
    return None if value is None else str(value)


def one[R: Row](table: Table[R], row_id: int | None) -> R:
    """The record of that id; 404 if there is none."""
    row = table.get(row_id)
    if row is None:
        raise not_found()
    return row
