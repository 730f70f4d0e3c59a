"""Who may call a v3 endpoint: token, rate, scope, acting user."""

from collections.abc import Callable
from functools import wraps

from flask import Response, g, request

from greenhouse_sandbox.api.answers import ApiError, json_response
from greenhouse_sandbox.api.v3.errors import v3_error
from greenhouse_sandbox.context import sandbox, the_store
from greenhouse_sandbox.tokens import BadTokenError, Bearer, read_token

WINDOW_SECONDS = 30


def bearer() -> Bearer:
    """Whom the present request acts for."""
    caller: Bearer = g.bearer
    return caller


def requires[**P](scope: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Let a view run only with a token that has `scope`, within the rate, and by a Site Admin if it reads."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            caller = g.bearer = _authenticate()
            _count(caller)
            if scope not in caller.scopes:
                raise v3_error(403, f"The access token does not have the scope {scope}.")
            if request.method == "GET" and not _is_site_admin(caller):
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


def _count(caller: Bearer) -> None:
    store = the_store()
    now = store.clock.now()
    allowance = sandbox().rates.count(
        f"v3 {caller.credential}",
        limit=store.switches["v3_rate_limit"],
        window_seconds=WINDOW_SECONDS,
        now=now,
    )
    # Seen on the wire: the reset is always one window from now, not the end of the running window.
    g.rate_headers = allowance.headers(
        "X-Ratelimit", int(now.timestamp()) + WINDOW_SECONDS, store.switches["rate_headers"]
    )
    if not allowance.allowed:
        raise ApiError(429, "Retry later", {"Retry-After": str(allowance.seconds_left)})


def _is_site_admin(caller: Bearer) -> bool:
    if caller.user.service_account:
        return bool(the_store().switches["service_user_site_admin"])
    return caller.user.site_admin
