"""Authentication, rate limits, scopes, bodies and errors of v3 requests."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, g, request

from greenhouse_sandbox.api.answers import PHRASES, ApiError, json_response
from greenhouse_sandbox.context import sandbox, the_store
from greenhouse_sandbox.reading import read_json
from greenhouse_sandbox.store.table import Row, Table
from greenhouse_sandbox.tokens import BadTokenError, Bearer, read_token

WINDOW_SECONDS = 30


def v3_error(status: int, *errors: str | dict[str, str]) -> ApiError:
    return ApiError(status, {"message": PHRASES[status], "errors": list(errors)})


def invalid(parameter: str, text: str) -> ApiError:
    """422 about one parameter or field of the body."""
    return v3_error(422, {parameter: text})


def json_body() -> dict[str, Any]:
    """Return the fields of the body; empty if there is no body. Raises ApiError (422) if it is not a JSON object."""
    if not request.get_data():
        return {}
    if not request.is_json:
        raise v3_error(422, "The request body must be sent as application/json.")
    try:
        body = read_json(request.get_data())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise v3_error(422, "The request body must be a JSON object.")
    return body


def required_int(body: dict[str, Any], name: str) -> int:
    number = optional_int(body, name)
    if number is None:
        raise invalid(name, "is missing")
    return number


def optional_int(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise invalid(name, f"`{value}` is not an integer")
    return value


def required_text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise invalid(name, "is missing")
    return value


def optional_text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, f"`{value}` is not a string")
    return value


def optional_texts(body: dict[str, Any], name: str) -> list[str] | None:
    value = body.get(name)
    if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise invalid(name, "is not an array of strings")
    return value


def existing[R: Row](table: Table[R], body: dict[str, Any], name: str) -> R:
    """The row whose id is in this field of the body. Raises ApiError (422) if there is none."""
    row = table.get(required_int(body, name))
    if row is None:
        raise invalid(name, "does not exist")
    return row


def bearer() -> Bearer:
    caller: Bearer = g.bearer
    return caller


def requires[**P](scope: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Require a token with `scope`, calls left in the window and, for reads, a Site Admin."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            caller = g.bearer = _authenticate()
            count_call(
                f"v3 {caller.credential}",
                limit=the_store().switches["v3_rate_limit"],
                window_seconds=WINDOW_SECONDS,
            )
            if scope not in caller.scopes:
                raise v3_error(403, f"The access token does not have the scope {scope}.")
            if request.method in {"GET", "HEAD"} and not _is_site_admin(caller):
                if the_store().switches["non_admin_reads"] == "empty":
                    return json_response([], headers={"Link": ""})
                raise v3_error(403, "Only Site Admins can use this endpoint.")
            return view(*args, **kwargs)

        return guarded

    return decorate


def _authenticate() -> Bearer:
    store = the_store()
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        token = ""
    try:
        return read_token(store, token.strip(), now=store.clock.now())
    except BadTokenError as error:
        raise v3_error(401, str(error)) from error


def count_call(caller: str, *, limit: int, window_seconds: int) -> None:
    """Count a call for its token or for a new one. Raises ApiError (429)."""
    store = the_store()
    now = store.clock.now()
    allowance = sandbox().rates.count(caller, limit=limit, window_seconds=window_seconds, now=now)
    # Observed: the reset is always one window from now, not the end of the current window.
    g.rate_headers = allowance.headers(
        "X-Ratelimit", int(now.timestamp()) + window_seconds, store.switches["rate_headers"]
    )
    if not allowance.allowed:
        raise ApiError(429, "Retry later", {"Retry-After": str(allowance.seconds_left)})


def _is_site_admin(caller: Bearer) -> bool:
    if caller.user.service_account:
        return bool(the_store().switches["service_user_site_admin"])
    return caller.user.site_admin
