"""The Flask application: Harvest v1 and v3, the token endpoints, the control plane and the screens."""

import secrets
import time
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as PlainResponse

from greenhouse_sandbox import authorise, control, files, oauth
from greenhouse_sandbox.api.answers import ApiError, error_response, not_found
from greenhouse_sandbox.api.v1 import blueprint as v1
from greenhouse_sandbox.api.v1.guard import authenticate
from greenhouse_sandbox.api.v3 import blueprint as v3
from greenhouse_sandbox.calls import CallLog
from greenhouse_sandbox.context import sandbox
from greenhouse_sandbox.faults import KINDS, Cut, Faults
from greenhouse_sandbox.rates import RateWindows
from greenhouse_sandbox.seed import seed
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.persistence import read_state
from greenhouse_sandbox.store.saver import Saver
from greenhouse_sandbox.ui import blueprint as ui
from greenhouse_sandbox.webhooks.delivery import Deliverer, make_client

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

API_PATHS = ("/v1", "/v3", "/token", "/introspect", "/auth/token")


class Sandbox(Flask):
    """The application with its store. Views run under the store's lock unless marked `runs_unlocked`."""

    def __init__(self, store: Store, *, http: httpx2.Client | None, state_file: Path | None) -> None:
        super().__init__("greenhouse_sandbox", static_folder="ui/static", template_folder="ui/templates")
        # The screens keep nothing in the session but messages for the next page.
        self.secret_key = secrets.token_bytes(32)
        # Cookies do not tell ports apart: a name of our own keeps clear of other programs on this machine.
        self.config["SESSION_COOKIE_NAME"] = "greenhouse_sandbox"
        self.config["SESSION_COOKIE_SAMESITE"] = "Lax"
        self.store = store
        self.rates = RateWindows()
        self.faults = Faults()
        self.calls = CallLog()
        self.saver = Saver(store, state_file) if state_file else None
        self.open_control = False
        self.closed = False
        self.deliverer = Deliverer(store, http, self.changed)

    def restart(self, world: str = "demo", *, applications: int | None = None, random: int = 0) -> None:
        """Forget everything and start with another world, by the names of `seed`. ValueError for one unknown."""
        seed(self.store, world, applications=applications, random=random)
        self.faults.clear()
        self.rates.clear()
        self.calls.clear()

    def reopen(self, *, http: httpx2.Client | None = None) -> None:
        """Start again with the demo's world after `close`, in memory: building the routes takes long."""
        self.restart()
        self.saver, self.open_control, self.closed = None, False, False
        self.deliverer = Deliverer(self.store, http, self.changed)

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view that the request is routed to."""
        view = self.view_functions.get(request.endpoint or "")
        if getattr(view, "runs_unlocked", False):
            return super().dispatch_request()
        with self.store.lock:
            return super().dispatch_request()

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, with the fault that was ordered for it, if any."""
        path = str(environ.get("PATH_INFO", ""))
        fault = self.faults.take(str(environ["REQUEST_METHOD"]), path) if path.startswith(API_PATHS) else None
        if fault is None:
            return super().wsgi_app(environ, start_response)
        # Read now: a call that is carried out later finds the connection's own stream closed.
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        done: list[bool] = []

        def forward() -> PlainResponse:
            done.append(True)
            return PlainResponse.from_app(super(Sandbox, self).wsgi_app, environ, buffered=True)

        behaviour, _ = KINDS[fault.kind]
        answer = behaviour(fault, forward)
        if not done:
            self.calls.record(
                method=str(environ["REQUEST_METHOD"]),
                path=path,
                query=str(environ.get("QUERY_STRING", "")),
                status=None if isinstance(answer, Cut) else answer.status_code,
                request_id=None,
                now=self.store.clock.now(),
                fault=fault.kind,
            )
        return answer(environ, start_response)

    def changed(self) -> None:
        """The store was changed: save it, and send what is due."""
        if self.saver is not None:
            self.saver.changed()
        self.deliverer.wake()

    def close(self) -> None:
        """Stop the threads and save."""
        self.closed = True
        self.deliverer.close()
        if self.saver is not None:
            self.saver.close()


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
    """A sandbox, ready to be called by WSGI.

    Without a `store` it starts with what `state_file` holds, else with the seed `world`: "demo", "empty" or a
    number of applications, of which `random` chooses one. `http` sends the web hooks (default: a client of its
    own, which trusts the authority in `webhook_ca` too). `base_url` is where the screens are reached;
    `open_control` lets other machines use them. Close it after use.
    """
    if store is None:
        store = Store()
        if state_file is not None and state_file.exists():
            read_state(store, state_file)
        else:
            seed(store, world, random=random)
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
    app.register_blueprint(authorise.make_blueprint())
    app.register_blueprint(v1.make_blueprint(), url_prefix="/v1")
    app.register_blueprint(v3.make_blueprint(), url_prefix="/v3")
    app.register_blueprint(files.make_blueprint())
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
    """An unknown path or method: v3 says 404 to anybody, v1 asks for the key first, screens show a page."""
    if request.path.startswith("/v3"):
        return error_response(not_found())
    if request.path.startswith("/v1"):
        try:
            with sandbox().store.lock:
                authenticate()
        except ApiError as refusal:
            return error_response(refusal)
        return error_response(not_found())
    return render_template("error.html", error=error), error.code or 500
