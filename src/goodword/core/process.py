"""This process: how it stops, what it tells systemd, how it uses memory."""

import ctypes
import gc
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Final

import django

#: seconds before systemd is notified again after a failure
_AGAIN: Final = 1.0
#: a quarter of a megabyte; CPython then takes half a megabyte and leaves a quarter to the calls inside
_SLOTS = 32 * 1024
#: of glibc's mallopt(3)
_M_ARENA_MAX = -8

_requested = threading.Event()


class Stopped(BaseException):
    """This worker is stopping; another one continues. Not an `Exception`, so handlers of single rows let it pass."""


def request_stop() -> None:
    _requested.set()


def stop_requested() -> bool:
    return _requested.is_set()


def check_stop() -> None:
    """Raise Stopped if asked to. Call it between rows or batches, when finished work is stored."""
    if _requested.is_set():
        raise Stopped


def pause(seconds: float) -> None:
    """Sleep. Raises Stopped as soon as asked to."""
    if _requested.wait(max(seconds, 0.0)):
        raise Stopped


class Notifier:
    """For units with `Type=notify`, `NotifyAccess=all` and, optionally, `WatchdogSec`."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        watchdog = int(environment.get("WATCHDOG_USEC") or 0) / 1e6
        #: seconds between two messages; one is enough without a watchdog
        self.interval = watchdog / 3 if watchdog else float("inf")
        self._next = 0.0 if self._address else float("inf")

    @property
    def is_wanted(self) -> bool:
        return bool(self._address)

    def alive(self) -> None:
        """Call it from the loop whose progress is watched, at least once per interval."""
        now = time.monotonic()
        if now < self._next:
            return
        # a name that begins with @ is in the abstract namespace
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
                messages.sendto(b"READY=1\nWATCHDOG=1", address)
        except OSError:  # nobody listens: that must not end the program
            self._next = now + _AGAIN
        else:
            self._next = now + self.interval


def set_up() -> None:
    """Set Django up without garbage collection, which would take a seventh of the time."""
    gc.disable()
    try:
        django.setup()
    finally:
        gc.enable()


def limit_arenas() -> None:
    """Limit glibc to two heaps. With one per thread, each keeps the most memory it ever needed."""
    with suppress(AttributeError):  # other C libraries have no such call
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def freeze() -> None:
    """Exclude what is loaded from garbage collection, which would pause some requests for a tenth of a second."""
    gc.collect()
    gc.freeze()


def in_one_piece[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` and everything it calls on one piece of Python's stack.

    CPython keeps the frames of calls in pieces of 16 KiB. It takes a piece from the system when a call does not fit
    into the last one, and gives it back when that call returns. A loop deep in Django that calls across such a boundary
    does so each time, which takes a tenth of a page's time. The releases of 2026 keep one piece ready
    (https://github.com/python/cpython/issues/142183): once older ones are unsupported, delete this function.

    A piece has room for its first frame and as much again up to a power of two, so this function claims a large frame.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=_SLOTS)
    return wraps(function)(call)
