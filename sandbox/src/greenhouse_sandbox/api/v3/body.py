"""Reading the JSON body of a v3 write."""

from typing import Any

from flask import request

from greenhouse_sandbox.api.v3.errors import invalid, v3_error


def json_body() -> dict[str, Any]:
    """The members of the body; an absent body has none. 422 if it is not sent as a JSON object."""
    if not request.get_data():
        return {}
    if not request.is_json:
        raise v3_error(422, "The request body must be sent as application/json.")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise v3_error(422, "The request body must be a JSON object.")
    return body


def required_int(body: dict[str, Any], name: str) -> int:
    """A member that must be there and be a whole number."""
    number = optional_int(body, name)
    if number is None:
        raise invalid(name, "is missing")
    return number


def optional_int(body: dict[str, Any], name: str) -> int | None:
    """A member that, if there, must be a whole number."""
    value = body.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise invalid(name, f"`{value}` is not an integer")
    return value


def required_text(body: dict[str, Any], name: str) -> str:
    """A member that must be there and be a text that is not blank."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise invalid(name, "is missing")
    return value


def optional_text(body: dict[str, Any], name: str) -> str | None:
    """A member that, if there, must be a text."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, f"`{value}` is not a string")
    return value


def optional_texts(body: dict[str, Any], name: str) -> list[str] | None:
    """A member that, if there, must be a list of texts."""
    value = body.get(name)
    if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise invalid(name, "is not an array of strings")
    return value
