"""Faults injected into the next API calls."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from greenhouse_sandbox.store.webhooks import check_number

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: key in a call's WSGI environment: the function that ends the connection without a response
CUT = "greenhouse_sandbox.cut"


@dataclass(kw_only=True)
class Fault:
    """A fault for `times` calls with this method (empty: any) under this path, after `after` successful ones."""

    id: int
    kind: str
    method: str = ""
    path: str = "/v3"
    times: int = 1
    after: int = 0
    status: int = 503
    seconds: float = 1.0
    retry_after: float | None = None
    body: str = ""
    content_type: str = ""
    location: str = ""


type Forward = Callable[[], Response]
type Behaviour = Callable[[Fault, Forward], Response]


class Cut(Response):
    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Close the connection if the server can do that; else send a truncated response."""
        end = environ.get(CUT)
        if end is None:
            self.headers["Content-Length"] = "1"
            return super().__call__(environ, start_response)
        end()
        return []


def _answer(fault: Fault) -> Response:
    text = fault.body or json.dumps({"message": "Fault on demand"})
    response = Response(text, fault.status, content_type=fault.content_type or "application/json")
    wait = fault.retry_after
    if wait is None and fault.status == 429:
        wait = fault.seconds
    if wait is not None:
        response.headers["Retry-After"] = str(max(0, round(wait)))
    return response


def _fail(fault: Fault, _: Forward) -> Response:
    return _answer(fault)


def _fail_after(fault: Fault, forward: Forward) -> Response:
    forward()
    return _answer(fault)


def _slow(fault: Fault, forward: Forward) -> Response:
    time.sleep(fault.seconds)
    return forward()


def _slow_after(fault: Fault, forward: Forward) -> Response:
    response = forward()
    time.sleep(fault.seconds)
    return response


def _late(fault: Fault, forward: Forward) -> Response:
    timer = threading.Timer(fault.seconds, forward)
    timer.daemon = True
    timer.start()
    return _answer(fault)


def _garbage(_: Fault, forward: Forward) -> Response:
    whole = forward()
    half = whole.get_data()[: max(1, len(whole.get_data()) // 2)]
    return Response(half + b"\xff{", whole.status_code, mimetype="application/json")


def _empty(_: Fault, forward: Forward) -> Response:
    whole = forward()
    return Response(b"", whole.status_code, mimetype="application/json")


def _wrong_type(fault: Fault, forward: Forward) -> Response:
    whole = forward()
    whole.headers["Content-Type"] = fault.content_type or "text/html; charset=utf-8"
    if fault.body:
        whole.set_data(fault.body)
    return whole


def _redirect(fault: Fault, _: Forward) -> Response:
    status = fault.status if 300 <= fault.status < 400 else 302
    return Response(status=status, headers={"Location": fault.location or "https://elsewhere.example/"})


def _cut(_: Fault, forward: Forward) -> Response:
    whole = forward()
    # A server closes a connection whose response is shorter than announced.
    whole.headers["Content-Length"] = str(len(whole.get_data()) + 1)
    return whole


def _cut_before(_: Fault, __: Forward) -> Response:
    return Cut()


def _cut_after(_: Fault, forward: Forward) -> Response:
    forward()
    return Cut()


#: Kind of fault -> behaviour and description.
KINDS: dict[str, tuple[Behaviour, str]] = {
    "fail": (_fail, "answers `status` without acting"),
    "fail_after": (_fail_after, "acts, then answers `status`"),
    "late": (_late, "answers `status` at once, and acts `seconds` later"),
    "slow": (_slow, "waits `seconds`, then answers as usual"),
    "slow_after": (_slow_after, "acts, waits `seconds`, then answers"),
    "cut": (_cut, "acts and cuts the connection in the middle of the answer"),
    "cut_before": (_cut_before, "cuts the connection without acting or answering"),
    "cut_after": (_cut_after, "acts and cuts the connection without an answer"),
    "garbage": (_garbage, "acts and answers with half the body and invalid JSON"),
    "empty": (_empty, "acts and answers with an empty body"),
    "wrong_type": (
        _wrong_type,
        "acts and answers with `content_type` (HTML) and, if given, `body`",
    ),
    "redirect": (_redirect, "redirects to `location` without acting"),
}

TEXTS = ("kind", "method", "path", "body", "content_type", "location")
#: fields of a fault that must be numbers
NUMBERS = ("times", "after", "status", "seconds", "retry_after")


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._made = 0

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Raises ValueError with a message if the fault is invalid."""
        if str(wanted.get("kind")) not in KINDS:
            raise ValueError(f"There is no fault of kind {wanted.get('kind')!r}. Known: {', '.join(KINDS)}.")
        for name, value in wanted.items():
            if name in TEXTS and not isinstance(value, str):
                raise ValueError(f"{name} must be a text, not {value!r}.")
            if name in NUMBERS:
                check_number(name, value)
            if name not in TEXTS + NUMBERS:
                raise ValueError(f"Unknown field: {name}.")
        if not 200 <= wanted.get("status", 503) <= 599:
            raise ValueError(f"status must be a number from 200 to 599, not {wanted['status']!r}.")
        with self._lock:
            self._made += 1
            fault = Fault(id=self._made, **wanted)
            fault.method, fault.status = fault.method.upper(), int(fault.status)
            self._orders.append(fault)
            return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, if any; counts it down."""
        with self._lock:
            for fault in self._orders:
                if fault.method in {"", method} and path.startswith(fault.path):
                    if fault.after > 0:
                        fault.after -= 1
                        return None
                    fault.times -= 1
                    if fault.times <= 0:
                        self._orders.remove(fault)
                    return fault
        return None

    def list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(vars(fault)) for fault in self._orders]

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()
