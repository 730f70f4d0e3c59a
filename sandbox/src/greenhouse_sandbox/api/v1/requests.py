"""Authentication, rate limits, permissions and bodies of v1 requests."""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g, request

from greenhouse_sandbox.api.answers import ApiError, not_found
from greenhouse_sandbox.context import sandbox, the_store
from greenhouse_sandbox.credentials import find_api_key
from greenhouse_sandbox.reading import read_json, whole_number
from greenhouse_sandbox.store.account import ApiKey

WINDOW_SECONDS = 10
BAD_KEY = {"message": "Invalid Basic Auth credentials"}
MISSING = {
    401: BAD_KEY,
    403: {"message": "This API Key does not have permission for this endpoint"},
}


def json_body() -> dict[str, Any]:
    """The fields of the body; empty if it is not an object."""
    try:
        body = read_json(request.get_data() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def required(body: dict[str, Any], name: str) -> Any:
    value = body.get(name)
    if value in (None, "", []):
        raise validation_error(name, f"Missing required field: {name}")
    return value


def entries(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; empty if it is missing."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise validation_error(name, "Must be an array of objects")
    return value


def whole(body: dict[str, Any], name: str) -> int:
    value = required(body, name)
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise validation_error(name, "Must be an integer") from error


def optional_whole(body: dict[str, Any], name: str) -> int | None:
    return None if body.get(name) in (None, "") else whole(body, name)


def text(body: dict[str, Any], name: str) -> str | None:
    """A text field; None if it is missing."""
    value = body.get(name)
    return None if value is None else str(value)


def authenticate() -> ApiKey:
    """Return the caller's key. Raises ApiError: 401 for a wrong key, 403 for a GET with a body, as documented."""
    store = the_store()
    if request.method == "GET" and request.content_length:
        raise ApiError(403, {"message": "GET requests must not have a body"})
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        pair = base64.b64decode(text.strip(), validate=True).decode() if kind.lower() == "basic" else ""
    except ValueError:
        pair = ""
    key = find_api_key(store, pair.partition(":")[0])
    state = store.switches["v1"]
    if key is None or state == 401:
        raise ApiError(401, BAD_KEY)
    if state == 410:
        raise ApiError(410, {"message": "Harvest API v1 is no longer available"})
    if state == 404:
        raise not_found()
    _count(key)
    return key


def requires[**P](permission: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """The view needs a key that has `permission`."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            key = authenticate()
            if permission not in key.permissions:
                status = the_store().switches["v1_missing_permission"]
                raise ApiError(status, MISSING[status])
            return view(*args, **kwargs)

        return guarded

    return decorate


def on_behalf_of() -> int:
    """Return the user on whose behalf a write is made. Raises ApiError: 422 if missing, 404 if unknown (seen in
    2016)."""
    text = request.headers.get("On-Behalf-Of", "")
    if not text:
        raise validation_error("On-Behalf-Of", "Missing required header: On-Behalf-Of")
    user = the_store().users.get(whole_number(text))
    if user is None or user.deactivated:
        raise not_found()
    return user.id


def validation_error(field: str, message: str) -> ApiError:
    return ApiError(422, {"message": "Validation error", "errors": [{"message": message, "field": field}]})


def _count(key: ApiKey) -> None:
    store = the_store()
    now = store.clock.now()
    allowance = sandbox().rates.count(
        f"v1 {key.id}", limit=store.switches["v1_rate_limit"], window_seconds=WINDOW_SECONDS, now=now
    )
    reset = int(now.timestamp()) + allowance.seconds_left
    g.rate_headers = allowance.headers("X-RateLimit", reset, store.switches["rate_headers"])
    if not allowance.allowed:
        raise ApiError(429, {"message": "Rate limit exceeded"}, {"Retry-After": str(allowance.seconds_left)})
