import secrets
import time
from pathlib import Path

import httpx2
from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from greenhouse_sandbox import attachments, control, oauth, partner_flow, ui
from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v1 import routes as v1_routes
from greenhouse_sandbox.api.v1.requests import authenticate
from greenhouse_sandbox.api.v3 import routes as v3_routes
from greenhouse_sandbox.context import API_PATHS, Sandbox, sandbox
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.state_file import check_writable, read_state
from greenhouse_sandbox.webhooks.delivery import make_client
from greenhouse_sandbox.worlds import seed

#: used by programs, so errors are JSON
PROGRAMS = (*API_PATHS, "/_sandbox")


def create_app(
    store: Store | None = None,
    *,
    http: httpx2.Client | None = None,
    state_file: Path | None = None,
    world: str = "demo",
    random: int = 0,
    base_url: str = "http://127.0.0.1",
    open_control: bool = False,
    webhook_ca: Path | None = None,
) -> Sandbox:
    """A sandbox as a WSGI application. Close it after use.

    Without a `store` it starts from `state_file`, else with the seed `world`: "demo", "empty" or a number of
    applications. `http` sends the webhooks. `base_url` is the address of the screens. `open_control` lets other
    machines use them.
    """
    if store is None:
        store = Store()
        if state_file is not None and state_file.exists():
            read_state(store, state_file)
        else:
            seed(store, world, random=random)
    if state_file is not None:
        check_writable(state_file)
    store.base_url = base_url.rstrip("/")
    if http is None and webhook_ca is not None:
        http = make_client(webhook_ca)
    app = Sandbox(store, http=http, state_file=state_file)
    app.open_control = open_control
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(ApiError, error_response)
    app.register_error_handler(HTTPException, _http_error)
    app.register_blueprint(oauth.make_blueprint())
    app.register_blueprint(partner_flow.make_blueprint())
    app.register_blueprint(v1_routes.make_blueprint(), url_prefix="/v1")
    app.register_blueprint(v3_routes.make_blueprint(), url_prefix="/v3")
    app.register_blueprint(attachments.make_blueprint())
    app.register_blueprint(control.make_blueprint(), url_prefix="/_sandbox")
    app.register_blueprint(ui.make_blueprint())
    app.changed()
    return app


def _begin() -> None:
    g.request_id = secrets.token_hex(16)
    g.started = time.monotonic()


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    if request.path.startswith(API_PATHS):
        response.headers["X-Runtime"] = f"{time.monotonic() - g.started:.6f}"
        sandbox().calls.record(
            method=request.method,
            path=request.path,
            query=request.query_string.decode("latin-1"),
            status=response.status_code,
            request_id=g.request_id,
            now=sandbox().store.clock.now(),
        )
    if request.method != "GET":
        sandbox().changed()
    return response


def _http_error(error: HTTPException) -> ResponseReturnValue:
    """Respond to errors. For unknown paths and methods, v3 answers 404, v1 checks the key first, and screens show a
    page. Failures of the sandbox itself are written to the terminal, and answered with 500."""
    status = error.code or 500
    if request.path.startswith(PROGRAMS) and status >= 500:
        return json_response({"message": "The sandbox failed. The error is on its terminal."}, status)
    if request.path.startswith("/v3"):
        return error_response(not_found())
    if request.path.startswith("/v1"):
        try:
            with sandbox().store.lock:
                authenticate()
        except ApiError as refusal:
            return error_response(refusal)
        return error_response(not_found())
    if request.path.startswith(PROGRAMS):
        return json_response({"message": error.description}, status)
    return render_template("error.html", error=error), status
