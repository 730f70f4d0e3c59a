"""Faults on demand: what shall go wrong with the next calls."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response


@dataclass(kw_only=True)
class Fault:
    """One order: calls with this method (empty: any) and under this path, `times` more of them."""

    id: int
    kind: str
    method: str = ""
    path: str = "/v3"
    times: int = 1
    status: int = 503
    seconds: float = 1.0
    body: str = ""


type Forward = Callable[[], Response]
type Behaviour = Callable[[Fault, Forward], Response]


def _answer(fault: Fault) -> Response:
    text = fault.body or json.dumps({"message": "Fault on demand"})
    response = Response(text, fault.status, mimetype="application/json")
    if fault.status == 429:
        response.headers["Retry-After"] = str(max(1, round(fault.seconds)))
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
    return Response(
        whole.get_data()[: max(1, len(whole.get_data()) // 2)] + b"\xff{",
        whole.status_code,
        mimetype="application/json",
    )


def _cut(_: Fault, forward: Forward) -> Response:
    whole = forward()
    # The server closes a connection on which less came than was announced.
    whole.headers["Content-Length"] = str(len(whole.get_data()) + 1)
    return whole


KINDS: dict[str, tuple[Behaviour, str]] = {
    "fail": (_fail, "answers `status` without doing anything"),
    "fail_after": (_fail_after, "does what is asked, then answers `status`"),
    "late": (_late, "answers `status` at once, and does what is asked `seconds` later"),
    "slow": (_slow, "waits `seconds`, then answers as usual"),
    "slow_after": (_slow_after, "does what is asked, waits `seconds`, then answers"),
    "cut": (_cut, "does what is asked and cuts the connection before the answer is whole"),
    "garbage": (_garbage, "does what is asked and answers with half the body and bytes that are no JSON"),
}
"""Kind of fault to its behaviour and to a sentence about it. A new kind is one more line here."""


class Faults:
    """The orders that are still open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._made = 0

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Take an order; ValueError with a sentence if it cannot be understood."""
        if wanted.get("kind") not in KINDS:
            raise ValueError(f"There is no fault of kind {wanted.get('kind')!r}. Known: {', '.join(KINDS)}.")
        with self._lock:
            self._made += 1
            try:
                fault = Fault(id=self._made, **wanted)
            except TypeError as error:
                raise ValueError(f"The order has a member that is not known: {error}.") from error
            self._orders.append(fault)
            return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The order that fits this call, counted down."""
        with self._lock:
            for fault in self._orders:
                if fault.method in {"", method} and path.startswith(fault.path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._orders.remove(fault)
                    return fault
        return None

    def list(self) -> list[dict[str, Any]]:
        """The open orders."""
        with self._lock:
            return [dict(vars(fault)) for fault in self._orders]

    def clear(self) -> None:
        """Drop all orders."""
        with self._lock:
            self._orders.clear()
