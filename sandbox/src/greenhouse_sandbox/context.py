"""The Flask application class with its counts and log of calls, and helpers for views."""

import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

import httpx2
from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as PlainResponse

from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.faults import KINDS, Cut, Faults
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.state_file import Saver
from greenhouse_sandbox.webhooks.delivery import Deliverer
from greenhouse_sandbox.worlds import seed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

API_PATHS = ("/v1", "/v3", "/token", "/introspect", "/auth/token")
#: how many of the latest calls are listed
CALLS_KEPT = 2000


@dataclass(frozen=True)
class Allowance:
    limit: int
    remaining: int
    allowed: bool
    seconds_left: int

    def headers(self, prefix: str, reset: int, how: str) -> dict[str, str]:
        """The headers with `prefix`, and `reset` in epoch seconds. No headers without a limit, since 0 would mean "no
        calls at all"."""
        if how == "absent" or (how == "sent" and not self.limit):
            return {}
        zero = how == "zero"
        return {
            f"{prefix}-Limit": "0" if zero else str(self.limit),
            f"{prefix}-Remaining": "0" if zero else str(self.remaining),
            f"{prefix}-Reset": str(reset),
        }


class RateWindows:
    """Counts requests by caller and window. Hold the store's lock."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}

    def count(self, caller: str, *, limit: int, window_seconds: int, now: datetime) -> Allowance:
        """Count a request. With a limit of 0, all requests are allowed."""
        moment = now.timestamp()
        window = int(moment // window_seconds)
        known_window, used = self._counts.get(caller, (window, 0))
        used = used + 1 if known_window == window else 1
        self._counts[caller] = (window, used)
        left = max(1, ceil((window + 1) * window_seconds - moment))
        return Allowance(
            limit=limit,
            remaining=max(0, limit - used),
            allowed=limit == 0 or used <= limit,
            seconds_left=left,
        )

    def clear(self) -> None:
        self._counts.clear()


class CallLog:
    """The latest calls, without headers and bodies, which may contain secrets."""

    def __init__(self) -> None:
        self._calls: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)

    def record(
        self,
        *,
        method: str,
        path: str,
        query: str,
        status: int | None,
        request_id: str | None,
        now: datetime,
        fault: str | None = None,
    ) -> None:
        """`fault`: the injected fault, if any. `status`: None if there was no response."""
        self._calls.append(
            {
                "at": milliseconds(now),
                "method": method,
                "path": path,
                "query": {
                    name: text
                    for name, text in parse_qsl(query, keep_blank_values=True)
                    if name != "client_secret"
                },
                "status": status,
                "request_id": request_id,
                "fault": fault,
            }
        )

    def list(self, path: str = "") -> list[dict[str, Any]]:
        """Calls under `path`, oldest first."""
        return [call for call in list(self._calls) if call["path"].startswith(path)]

    def clear(self) -> None:
        self._calls.clear()


class Sandbox(Flask):
    """The application with its store. Views run under the store's lock, except those marked with `unlocked`."""

    def __init__(self, store: Store, *, http: httpx2.Client | None, state_file: Path | None) -> None:
        super().__init__("greenhouse_sandbox", static_folder="ui/static", template_folder="ui/templates")
        # The session only holds messages for the next page.
        self.secret_key = secrets.token_bytes(32)
        # Cookies ignore ports, so a distinct name avoids conflicts with other programs on this machine.
        self.config["SESSION_COOKIE_NAME"] = "greenhouse_sandbox"
        self.config["SESSION_COOKIE_SAMESITE"] = "Lax"
        self.store = store
        self.rates = RateWindows()
        self.faults = Faults()
        self.calls = CallLog()
        self.saver = Saver(store, state_file) if state_file else None
        self.open_control = False
        self.names: frozenset[str] = frozenset()
        self.closed = False
        self.deliverer = Deliverer(store, http, self.changed)

    def restart(self, world: str = "demo", *, applications: int | None = None, random: int = 0) -> None:
        """Start again with another world (see `seed`). Raises ValueError if it is unknown."""
        seed(self.store, world, applications=applications, random=random)
        self.faults.clear()
        self.rates.clear()
        self.calls.clear()

    def reopen(self, *, http: httpx2.Client | None = None) -> None:
        """Start again with the demo's world after `close`, in memory. Building the routes again would be slow."""
        self.restart()
        self.saver, self.open_control, self.closed = None, False, False
        self.deliverer = Deliverer(self.store, http, self.changed)

    def dispatch_request(self) -> ResponseReturnValue:
        view = self.view_functions.get(request.endpoint or "")
        if getattr(view, "runs_unlocked", False):
            return super().dispatch_request()
        with self.store.lock:
            return super().dispatch_request()

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Handle a request, with a fault if one was injected for it."""
        path = str(environ.get("PATH_INFO", ""))
        fault = self.faults.take(str(environ["REQUEST_METHOD"]), path) if path.startswith(API_PATHS) else None
        if fault is None:
            return super().wsgi_app(environ, start_response)
        # Read now: by the time a delayed call is handled, the connection's stream is closed.
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
        """Save the changed store, and send deliveries that are due."""
        if self.saver is not None:
            self.saver.changed()
        self.deliverer.wake()

    def close(self) -> None:
        self.closed = True
        self.deliverer.close()
        if self.saver is not None:
            self.saver.close()


def sandbox() -> Sandbox:
    return cast("Sandbox", current_app)


def the_store() -> Store:
    return sandbox().store


def unlocked[**P, R](view: Callable[P, R]) -> Callable[P, R]:
    """Decorate a view that waits, and so must not hold the store's lock."""
    vars(view)["runs_unlocked"] = True
    return view
